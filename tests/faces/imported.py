"""A lake whose drones were heard at once, and whose events were read from a file a day later."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from tests.layers.rows import row_of
from twin.city import City
from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.store import Lake, publish

TRIO = Path(__file__).parent.parent / "cities" / "trio"
HALL = datetime(2026, 7, 18, 12, 0, 8, tzinfo=UTC)
"""The hall's clock. In summer the islands are at UTC, so that their day is that of UTC."""
NEWEST = datetime(2026, 7, 18, 12, 0, tzinfo=UTC)
IMPORTED = datetime(2026, 7, 17, 6, 0, tzinfo=UTC)
"""When the events of the day before were read from a file: until then nothing was known of them."""
THEN = datetime(2026, 7, 16, 12, 0, tzinfo=UTC)
"""By then: a drone heard since 8:00, events of 9:00 and 11:00 (closed 11:30).

One event, of 15:00, is ahead.
"""


def batch(table: str, *rows: dict[str, Any]) -> Batch:
    """Rows of a log, as a feed would give them."""
    written = pa.Table.from_pylist(
        [row_of(table, row) for row in rows], schema=TABLES[table].schema
    )
    return Batch(table, written, "test", "test")


def event(name: str, when: datetime, recorded: datetime) -> dict[str, Any]:
    """An event of priority 2 in the first district."""
    return {
        "event_id": name,
        "version": 1,
        "occurred_at": when,
        "created_at": when,
        "recorded_at": recorded,
        "mode": "live",
        "source_id": "S01",
        "category": "leak",
        "title": name,
        "priority": 2,
        "level": "district",
        "district_id": "alva",
        "lon_ud": -35_049_200,
        "lat_ud": 41_029_500,
        "source": "test",
    }


def told(name: str, when: datetime, recorded: datetime) -> dict[str, Any]:
    """The citizen is told, which closes the event."""
    return {
        "event_id": name,
        "version": 1,
        "occurred_at": when,
        "told_at": when,
        "recorded_at": recorded,
        "source": "test",
    }


def registered(when: datetime) -> dict[str, Any]:
    """The drone's entry in the register."""
    return {
        "drone_id": "D1",
        "version": 1,
        "occurred_at": when,
        "recorded_at": when,
        "district_id": "alva",
        "use_case": "ecology",
        "is_integrated": True,
        "source": "test",
        "dock_lon_ud": -35_049_200,
        "dock_lat_ud": 41_029_500,
    }


def heartbeat(when: datetime) -> dict[str, Any]:
    """The drone in its dock."""
    return {
        "drone_id": "D1",
        "occurred_at": when,
        "recorded_at": when,
        "mode": "docked",
        "battery_pct": 50,
        "source": "test",
        "lon_ud": -35_049_200,
        "lat_ud": 41_029_500,
    }


def of_the_day(hour: int) -> datetime:
    """An hour of the first day."""
    return datetime(2026, 7, 16, hour, tzinfo=UTC)


def imported(path: Path, *, simulated: bool = False) -> tuple[City, Lake]:
    """The city and its lake: snapshots of the first evening, the import and the newest moment."""
    shutil.copytree(made(simulated).name, path, dirs_exist_ok=True)
    return load_city(TRIO), Lake(path)


@cache
def made(simulated: bool) -> TemporaryDirectory[str]:
    """A lake that others are copies of: it takes a second to publish, and a moment to copy."""
    folder = TemporaryDirectory()
    city, lake = load_city(TRIO), Lake(Path(folder.name))
    late = [event(f"E{hour}", of_the_day(hour), IMPORTED) for hour in (9, 11, 15)]
    closed = told("E11", of_the_day(11) + timedelta(minutes=30), IMPORTED)
    heard = [heartbeat(of_the_day(hour)) for hour in range(8, 19)]
    steps = (
        (
            of_the_day(18),
            [batch("drones", registered(of_the_day(7))), batch("drone_states", *heard)],
        ),
        (IMPORTED, [batch("events", *late), batch("feedbacks", closed)]),
        (NEWEST, [batch("events", event("N1", NEWEST - timedelta(minutes=5), NEWEST))]),
    )
    for moment, batches in steps:
        publish(
            lake,
            city,
            batches,
            as_of=moment,
            simulated=simulated,
            now=lambda moment=moment: moment,
        )
    return folder
