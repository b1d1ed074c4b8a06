"""Rows of small tables, as a test writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from twin.contracts import TABLES

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""A Monday, noon in a city eight hours ahead of UTC; its day began at 16:00 UTC the day before."""
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)

Row = dict[str, Any]


def at(text: str, day: int = 23) -> datetime:
    """'11:40' on the city's clock, UTC."""
    hour, minute, *second = (int(part) for part in text.split(":"))
    return datetime(2026, 11, day, tzinfo=UTC) + timedelta(
        hours=hour - 8, minutes=minute, seconds=second[0] if second else 0
    )


def row_of(table: str, given: Row) -> Row:
    """Return a row of `table` that says no more than `given`.

    The rest is null where that may be, else the least that stands there.
    """
    plain: dict[str, Any] = {"string": "", "bool": False}
    row: Row = {}
    for column in TABLES[table].columns:
        fallback = (
            None
            if column.null
            else (
                NOON
                if pa.types.is_timestamp(column.type)
                else plain.get(str(column.type), 0)
            )
        )
        row[column.name] = given.get(column.name, fallback)
    unknown = given.keys() - row.keys()
    assert not unknown, f"{table} has no column {unknown}"
    return row


def table_of(table: str, rows: list[Row]) -> pa.Table:
    """Rows as the table `table`."""
    return pa.Table.from_pylist(
        [row_of(table, row) for row in rows], schema=TABLES[table].schema
    )


_MOMENTS = {
    "response": "acked",
    "closure": "closed",
    "monitor": "monitor",
    "judge": "judge",
    "warn": "warn",
    "handle": "handle",
    "evaluate": "evaluate",
}


def event(event_id: str, when: datetime, **given: Any) -> Row:
    """What is known of an event that was opened and recorded when it happened, live, minor,
    in district A.

    Moments may be given as seconds after it was opened: `response_s=60` is an
    acknowledgement a minute later, recorded at once unless `response_known_s` says
    otherwise; so `closure_s` and the stages.
    """
    opened = given.get("created_at", when)
    moments: Row = {}
    for name, column in _MOMENTS.items():
        after, known = given.pop(f"{name}_s", None), given.pop(f"{name}_known_s", None)
        if after is not None:
            moments |= {
                f"{column}_at": opened + timedelta(seconds=after),
                f"{column}_known_at": (
                    opened + timedelta(seconds=after if known is None else known)
                ),
            }
    return {
        "event_id": event_id,
        "version": 1,
        "occurred_at": when,
        "created_at": when,
        "known_from": when,
        "mode": "live",
        "source_id": "S01",
        "priority": 4,
        "district_id": "A",
        "title": event_id,
        **moments,
        **given,
    }


def closed(after_s: int, *, known_s: int | None = None) -> Row:
    """The closing of an event, `after_s` seconds after it was opened, recorded at once
    unless `known_s` says otherwise.
    """
    return {
        "closure_s": after_s,
        "closure_known_s": after_s if known_s is None else known_s,
    }
