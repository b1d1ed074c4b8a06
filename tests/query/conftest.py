"""A small lake of one made-up city, published in two steps, and a desk over it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from layers.registry import load_registry
from twin.city import City
from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import Pinned, View, pin

TRIO = Path(__file__).parents[1] / "cities" / "trio"
AS_OF = datetime(2026, 7, 16, 12, tzinfo=UTC)


def event_batch(city: City, names: list[str], when: datetime) -> Batch:
    """Open events of priority 2 in the middle of the city's first district."""
    home = city.reference["districts"].to_pylist()[0]
    rows = [
        {
            **{column.name: None for column in TABLES["events"].columns},
            "event_id": name,
            "version": 1,
            "occurred_at": when,
            "recorded_at": when,
            "created_at": when,
            "mode": "live",
            "source_id": "S01",
            "category": "c",
            "title": name,
            "priority": 2,
            "level": "district",
            "is_proactive": True,
            "district_id": home["district_id"],
            "lon_ud": home["label_lon_ud"],
            "lat_ud": home["label_lat_ud"],
            "source": "test",
        }
        for name in names
    ]
    return Batch(
        "events",
        pa.Table.from_pylist(rows, schema=TABLES["events"].schema),
        "test",
        "test",
    )


@pytest.fixture(scope="session")
def city() -> City:
    """The made-up city of three districts."""
    return load_city(TRIO)


@pytest.fixture(scope="session")
def made(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake that others are copies of: it takes long to publish, and a moment to copy."""
    path = tmp_path_factory.mktemp("made") / "lake"
    add(Lake(path), city, ["E1", "E2"], AS_OF)
    return path


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Lake:
    """A lake with two open events."""
    shutil.copytree(made, tmp_path / "lake")
    return Lake(tmp_path / "lake")


def add(lake: Lake, city: City, names: list[str], when: datetime) -> str:
    """Publish events; answer the snapshot's id."""
    batches = [event_batch(city, names, when - timedelta(minutes=5))] if names else []
    snapshot, _ = publish(
        lake, city, batches, as_of=when, simulated=True, now=lambda: when
    )
    return snapshot.id


@pytest.fixture
def service(city: City, lake: Lake) -> Iterator[QueryService]:
    """A desk over the lake."""
    service = QueryService(city, load_registry(city), lake.path)
    yield service
    service.close()


def pinned(service: QueryService, city: City, **view: object) -> Pinned:
    """The view of the newest snapshot, pinned."""
    return pin(View(**view), city, service.pointer)  # type: ignore[arg-type]
