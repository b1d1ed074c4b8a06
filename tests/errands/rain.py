"""A rain gauge as docs/feeds.md reads one, and what of it is in a lake."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

from twin.store import Lake, newest
from twin.store.files import read

Reading = tuple[str, str, float]


def readings(begin: datetime) -> list[Reading]:
    """Two minutes of a gauge: each second as much rain as its number, mm."""
    return [
        ("R1", (begin + timedelta(seconds=n)).isoformat(), float(n)) for n in range(120)
    ]


def write(file: Path, begin: datetime) -> None:
    """Write the readings; a feed takes each when its moment has come."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(readings(begin))


def rows(lake: Lake) -> list[Reading]:
    """Return the readings in the newest snapshot of a lake."""
    shown = newest(lake)
    files = list(shown.tables["rain"].files) if shown else []
    found = read(shown.root, files).to_pylist() if shown and files else []
    return [
        (row["station_id"], row["occurred_at"].isoformat(), row["mm_5min"])
        for row in found
    ]
