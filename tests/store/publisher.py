"""A publisher to be killed: waits for a line, then publishes five readings again and again.

Started by test_kill.py.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pyarrow as pa

from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.store import Lake, compact, newest, prune, publish

START = datetime(2026, 7, 16, 4, tzinfo=UTC)
PER_TICK = 5


def main(lake: Lake, pack: Path) -> None:
    """Go on from the newest snapshot; fold the lake and prune it at every eighth."""
    city = load_city(pack)
    print("ready", flush=True)  # noqa: T201  (how the parent knows)
    sys.stdin.readline()
    known = newest(lake)
    for tick in count(
        round((known.as_of - START).total_seconds() / 10) + 1 if known else 1
    ):
        at = START + timedelta(seconds=10 * tick)
        columns = {
            "station_id": [f"R{gauge}" for gauge in range(PER_TICK)],
            "occurred_at": [at] * PER_TICK,
            "recorded_at": [at] * PER_TICK,
            "district_id": [None] * PER_TICK,
            "lon_ud": [1] * PER_TICK,
            "lat_ud": [2] * PER_TICK,
            "mm_5min": [1.0] * PER_TICK,
            "source": ["test"] * PER_TICK,
        }
        publish(
            lake,
            city,
            [
                Batch(
                    "rain",
                    pa.table(columns, schema=TABLES["rain"].schema),
                    "gauges",
                    "box",
                )
            ],
            as_of=at,
            simulated=True,
            now=lambda at=at: at,
        )
        if tick % 8 == 0:
            compact(lake, now=lambda at=at: at)
            prune(lake, now=lambda at=at: at, latest=4)


if __name__ == "__main__":
    main(Lake(Path(sys.argv[1])), Path(sys.argv[2]))
