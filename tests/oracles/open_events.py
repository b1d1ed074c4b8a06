"""What was open, and what happened today, by what was known: in plain Python, from the sentences of the contract."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]


def known(rows: list[Row], known_at: datetime, mode: str) -> list[Row]:
    """Of each event the version that held at `known_at`."""
    return [row for row in rows if row["mode"] == mode and row["known_from"] <= known_at and (row["known_to"] is None or known_at < row["known_to"])]


def is_open(row: Row, as_of: datetime, known_at: datetime) -> bool:
    """Whether the citizen had not been told by `as_of`, as far as anybody knew at `known_at`."""
    if row["created_at"] > as_of:
        return False
    if row["closure_s"] is None:
        return True
    told, heard = (row["created_at"] + timedelta(seconds=row[name]) for name in ("closure_s", "closure_known_s"))
    return told > as_of or heard > known_at


def open_events(rows: list[Row], as_of: datetime, known_at: datetime, mode: str = "live") -> list[Row]:
    """Events open at `as_of`, by what was known at `known_at`."""
    return [row for row in known(rows, known_at, mode) if is_open(row, as_of, known_at)]


def events_today(rows: list[Row], day_from: datetime, as_of: datetime, known_at: datetime, mode: str = "live") -> int:
    """Events that happened from `day_from` to `as_of`, by what was known at `known_at`."""
    return sum(1 for row in known(rows, known_at, mode) if day_from <= row["occurred_at"] <= as_of)
