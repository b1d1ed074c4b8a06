"""Exports written in the test, and readers of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from twin.city import City
from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.feeds.work_orders import OrderMapping, load_mapping, read
from twin.pack import load_city

TESTS = Path(__file__).resolve().parents[1]
READ_AT = datetime(2026, 7, 16, 12, tzinfo=UTC)
HEADER = (
    "number",
    "opened",
    "kind",
    "text",
    "district",
    "urgency",
    "x",
    "y",
    "unit",
    "sent",
    "acked",
    "arrived",
    "done",
    "told",
    "happy",
)
FIELDS = (
    "event_id",
    "created_at",
    "category",
    "details",
    "district",
    "priority",
    "lon",
    "lat",
    "unit_name",
    "sent_at",
    "acked_at",
    "arrived_at",
    "done_at",
    "told_at",
    "is_satisfied",
)


@dataclass(frozen=True)
class Taken:
    """What a feed made of a file.

    It holds rows by table, refused rows of all tables, and how many stood there twice.
    """

    batches: tuple[Batch, ...]

    def rows(self, table: str = "events") -> list[dict[str, object]]:
        """The rows of a table; none if the feed gave no batch for it."""
        return [
            row
            for batch in self.batches
            if batch.table == table
            for row in batch.rows.to_pylist()
        ]

    @property
    def event(self) -> dict[str, object]:
        """The only event."""
        (row,) = self.rows()
        return row

    @property
    def refused(self) -> list[dict[str, object]]:
        """Rows of quarantine."""
        return pa.concat_tables(
            [
                TABLES["quarantine"].empty(),
                *(batch.refused for batch in self.batches if batch.refused is not None),
            ]
        ).to_pylist()

    @property
    def reason(self) -> str:
        """Why the only refused row was refused."""
        (row,) = self.refused
        return str(row["reason"])

    @property
    def skipped(self) -> int:
        """Rows that stood in the file twice."""
        return sum(batch.skipped for batch in self.batches)


Order = Callable[..., Mapping[str, str]]


@pytest.fixture(scope="session")
def trio() -> City:
    """The made-up city: two islands near 35 W, 41 N."""
    return load_city(TESTS / "cities" / "trio")


@pytest.fixture(scope="session")
def wuhan() -> City:
    """The first city."""
    return load_city(TESTS.parent / "data" / "wuhan")


@pytest.fixture
def mapping(trio: City) -> OrderMapping:
    """A mapping of the columns in `HEADER`, with moments in the city's zone."""
    return replace(
        load_mapping(trio),
        columns=dict(zip(FIELDS, HEADER, strict=True)),
        time_format="%Y-%m-%d %H:%M:%S",
        priorities={"high": 1, "low": 4},
        safety_words=("gas",),
        safety_priority=2,
    )


def order_of(**cells: str) -> dict[str, str]:
    """A good order; `cells` replace some of its cells."""
    return (
        dict.fromkeys(HEADER, "")
        | {
            "number": "A1",
            "opened": "2026-07-16 09:00:00",
            "kind": "noise",
            "text": "a loud engine",
            "x": "-34.97",
            "y": "41.0",
        }
        | cells
    )


@pytest.fixture
def take(tmp_path: Path, trio: City, mapping: OrderMapping) -> Callable[..., Taken]:
    """Write orders to a CSV and read it; keywords change the mapping."""

    def _take(
        *orders: Mapping[str, str],
        header: Iterable[str] = HEADER,
        recorded_at: datetime = READ_AT,
        **changes: object,
    ) -> Taken:
        path = tmp_path / "orders.csv"
        lines = [
            ",".join(header),
            *(",".join(f'"{cell}"' for cell in row.values()) for row in orders),
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return Taken(
            tuple(
                read(path, replace(mapping, **changes), trio, recorded_at=recorded_at)
            )
        )

    return _take


@pytest.fixture
def order() -> Order:
    """Makes a good order; keywords replace some of its cells."""
    return order_of
