"""Both service clocks of an event in plain Python, from the sentences of the definitions.

This module imports nothing of the house.

All moments are `datetime`; rows are dicts with the columns of the logs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil, floor

Row = dict[str, object]


def newest_of(rows: list[Row], key: str) -> list[Row]:
    """The row of the highest version of each `key`."""
    best: dict[object, Row] = {}
    for row in rows:
        if row[key] not in best or row["version"] > best[row[key]]["version"]:
            best[row[key]] = row
    return list(best.values())


def response(orders: list[Row]) -> tuple[datetime, datetime] | None:
    """The first acknowledgement among the orders as they are now known, and when it was
    first recorded.
    """
    found = []
    for now in newest_of(orders, "dispatch_id"):
        if now["acked_at"] is not None:
            same = [
                row["recorded_at"]
                for row in orders
                if row["dispatch_id"] == now["dispatch_id"]
                and row["acked_at"] == now["acked_at"]
            ]
            found.append((now["acked_at"], min(same)))
    return min(found) if found else None


def closure(answers: list[Row]) -> tuple[datetime, datetime] | None:
    """The first telling after the event was last opened again, and when that was recorded."""
    told = None
    for row in sorted(answers, key=lambda row: row["version"], reverse=True):
        if row["is_reopened"]:
            break
        if told is None or row["told_at"] <= told[0]:
            told = (row["told_at"], row["recorded_at"])
    return told


def held(versions: list[Row], version: Row) -> tuple[datetime, datetime | None]:
    """Return from when until when a version is the one that is known.

    That is until the first later one is recorded.
    """
    later = [
        row["recorded_at"] for row in versions if row["version"] > version["version"]
    ]
    return version["recorded_at"], min(later) if later else None


def target(targets: list[Row], source_id: str, priority: int) -> Row | None:
    """The target of the most exact row."""
    for wanted in ((source_id, priority), (source_id, 0), ("*", priority), ("*", 0)):
        for row in targets:
            if (row["source_id"], row["priority"]) == wanted:
                return row
    return None


def seconds(start: datetime, end: datetime | None) -> int | None:
    """Whole seconds gone by."""
    return None if end is None else floor((end - start) / timedelta(seconds=1))


def seconds_up(start: datetime, end: datetime | None) -> int | None:
    """The same, rounded up: never before it was so."""
    return None if end is None else ceil((end - start) / timedelta(seconds=1))


def facts(
    event: Row,
    versions: list[Row],
    orders: list[Row],
    answers: list[Row],
    stages: list[Row],
    targets: list[Row],
) -> Row:
    """What `event_facts` must say of one version of an event, by the logs of that event."""
    start = event["created_at"]
    acked, told, goal = (
        response(orders),
        closure(answers),
        target(targets, event["source_id"], event["priority"]),
    )
    units = newest_of(orders, "dispatch_id")
    required = [row["done_at"] for row in units if row["is_required"]]
    arrived = [row["arrived_at"] for row in units if row["arrived_at"] is not None]
    entered = {
        stage: min(row["recorded_at"] for row in stages if row["stage"] == stage)
        for stage in {row["stage"] for row in stages}
    }
    known_from, known_to = held(versions, event)
    return {
        "known_from": known_from,
        "known_to": known_to,
        "response_s": seconds(start, acked[0] if acked else None),
        "response_known_s": seconds_up(start, acked[1] if acked else None),
        "closure_s": seconds(start, told[0] if told else None),
        "closure_known_s": seconds_up(start, told[1] if told else None),
        "arrive_s": seconds(start, min(arrived, default=None)),
        "done_s": (
            seconds(start, max(required)) if required and None not in required else None
        ),
        **{
            f"{stage}_s": seconds_up(start, entered.get(stage))
            for stage in ("sense", "monitor", "judge", "warn", "handle", "evaluate")
        },
        "n_units": len(units),
        "n_arrived": len(arrived),
        "response_target_s": goal["response_s"] if goal else None,
        "closure_target_s": goal["closure_s"] if goal else None,
    }
