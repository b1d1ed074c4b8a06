"""Write a small lake with this program, packed: what later ones must be able to read.

    python -m tests.lakes.make tests/lakes/format-3.tar.gz

An hour of the made-up city in three publishes, some rows of each table; a fourth publish with a
row of each log that the hour did not bring, and one that is refused; all of it folded.
"""

from __future__ import annotations

import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.types as pt

from twin.contracts import TABLES, Column, Table
from twin.feeds.batch import Batch
from twin.feeds.simulated import Simulated
from twin.pack import load_city
from twin.store import Lake, compact, newest, publish

PACK = Path(__file__).resolve().parents[1] / "cities" / "trio"
BEGIN = datetime(2026, 7, 16, 6, tzinfo=UTC)
STEP = timedelta(minutes=20)

# Rows of one table in one publish, at most: the lake is to be small.
FEW = 40


def fill(lake: Lake) -> None:
    """Fill an empty lake."""
    city = load_city(PACK)
    feed = Simulated(city, 716, telemetry_s=600)
    batches = list(feed.register(BEGIN))
    for n in range(3):
        since, until = BEGIN + n * STEP, BEGIN + (n + 1) * STEP
        batches += feed.between(since, until)
        few = [
            Batch(each.table, each.rows.slice(0, FEW), each.feed, each.origin)
            for each in batches
        ]
        publish(lake, city, few, as_of=until, simulated=True, now=lambda at=until: at)
        batches = []
    last = BEGIN + 3 * STEP + timedelta(minutes=1)
    publish(
        lake,
        city,
        [*rest(lake, last), refused()],
        as_of=last,
        simulated=True,
        now=lambda: last,
    )
    compact(lake, now=lambda: last)


def rest(lake: Lake, at: datetime) -> Iterator[Batch]:
    """One row of each log that has none."""
    held = newest(lake)
    assert held is not None
    for name, table in TABLES.items():
        there = held.tables.get(name)
        if table.kind == "log" and name != "quarantine" and not (there and there.rows):
            rows = pa.Table.from_pylist([row(table, at)], schema=table.schema)
            yield Batch(name, rows, "by hand", "make.py")


def row(table: Table, at: datetime) -> dict[str, Any]:
    """A row that keeps its contract: the least of all, and null where that may be."""
    return {column.name: _least(column, at) for column in table.columns}


def _least(column: Column, at: datetime) -> Any:
    if column.null:
        return None
    if column.allowed:
        return column.allowed[0]
    if pt.is_timestamp(column.type):
        return at
    if pt.is_boolean(column.type):
        return False
    return "one" if pt.is_string(column.type) else column.low or 0


def refused() -> Batch:
    """A row that goes to quarantine: it lacks nearly all that an event must have."""
    bad = pa.table({"event_id": ["E9"], "version": [1]})
    return Batch("events", bad, "by hand", "make.py")


def main(target: Path) -> None:
    """Pack the lake."""
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake")
        fill(lake)
        with tarfile.open(target, "w:gz", compresslevel=9) as packed:
            packed.add(lake.path, "lake")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
