"""Somebody to be killed: waits for the name of a chore, does it to a lake, says so.

Started by test_kill_chores.py.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pyarrow as pa

from twin.city import City
from twin.cli import main as twin
from twin.clock import now
from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.store import Lake, compact, maintenance, newest, prune, publish

PER_PUBLISH = 5
KEPT = 20


def publish_once(lake: Lake, city: City) -> None:
    """Publish five readings; all of the n-th publish bear the number n."""
    known, at = newest(lake), now()
    held = known.tables.get("rain") if known else None
    number = (held.rows if held else 0) // PER_PUBLISH + 1
    columns = {
        "station_id": [f"R{gauge}" for gauge in range(PER_PUBLISH)],
        "occurred_at": [at] * PER_PUBLISH,
        "recorded_at": [at] * PER_PUBLISH,
        "district_id": [None] * PER_PUBLISH,
        "lon_ud": [number] * PER_PUBLISH,
        "lat_ud": [2] * PER_PUBLISH,
        "mm_5min": [1.0] * PER_PUBLISH,
        "source": ["test"] * PER_PUBLISH,
    }
    rows = pa.table(columns, schema=TABLES["rain"].schema)
    publish(
        lake,
        city,
        [Batch("rain", rows, "gauges", "box")],
        as_of=at,
        simulated=False,
        now=now,
    )


def ingest(lake: Lake, pack: Path, orders: Path) -> None:
    """Type the command that reads work orders."""
    words = [
        "ingest",
        "work-orders",
        str(orders),
        "--city",
        str(pack),
        "--lake",
        str(lake.path),
    ]
    twin(words, standalone_mode=False)


def main(lake: Lake, pack: Path) -> None:
    """Do one chore; publish before those that need something to do."""
    city = load_city(pack)
    # Imports what it needs.
    twin(["ingest", "work-orders", "--help"], standalone_mode=False)
    print("ready", flush=True)  # noqa: T201  (how the parent knows)
    chore, _, orders = sys.stdin.readline().strip().partition(" ")
    for _ in range(3 if chore in {"compact", "prune"} else 0):
        publish_once(lake, city)
    print("begun", flush=True)  # noqa: T201
    if chore == "publish":
        publish_once(lake, city)
    elif chore == "ingest":
        ingest(lake, pack, Path(orders))
    elif chore == "compact":
        compact(lake, now=now)
    else:
        maintenance._ALL_FOR = timedelta(0)  # or nothing of these minutes would go
        prune(lake, now=now, latest=KEPT)
    print("done", flush=True)  # noqa: T201
    sys.stdin.readline()


if __name__ == "__main__":
    main(Lake(Path(sys.argv[1])), Path(sys.argv[2]))
