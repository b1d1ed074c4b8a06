"""Which reports are one incident, by the sentences of the rule in plain Python.

Imports nothing of the house. Every report is decided of by looking at all that were decided
of before it, at one moment of the world and one of knowing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import cos, hypot, radians
from typing import Any

Row = dict[str, Any]


def known(events: list[Row], known_at: datetime) -> list[Row]:
    """Of each event the highest version that had been recorded."""
    found: dict[str, Row] = {}
    for row in events:
        if row["recorded_at"] <= known_at:
            held = found.get(row["event_id"])
            if held is None or held["version"] < row["version"]:
                found[row["event_id"]] = row
    return list(found.values())


def metres(one: Row, other: Row) -> float:
    """How far apart two reports lie: on a plane that touches between them."""
    north = (other["lat_ud"] - one["lat_ud"]) / 1e6
    east = (other["lon_ud"] - one["lon_ud"]) / 1e6
    middle = radians((other["lat_ud"] + one["lat_ud"]) / 2e6)
    return 111_320.0 * hypot(east * cos(middle), north)


def has_in_reach(first: Row, later: Row, radius_m: float, window: timedelta) -> bool:
    """Whether a report that comes later is in reach of an earlier one."""
    return (
        first["mode"] == later["mode"]
        and first["category"] == later["category"]
        and later["created_at"] - first["created_at"] <= window
        and metres(first, later) <= radius_m
    )


def incidents_at(
    events: list[Row],
    as_of: datetime,
    known_at: datetime,
    radius_m: float = 300.0,
    window: timedelta = timedelta(minutes=30),
    least: int = 3,
) -> list[list[Row]]:
    """The incidents that had begun by `as_of`, each as its reports in their order."""
    reports = sorted(
        (
            row
            for row in known(events, known_at)
            if row["created_at"] <= as_of
            and row["lon_ud"] is not None
            and row["lat_ud"] is not None
        ),
        key=lambda row: (row["created_at"], row["event_id"]),
    )
    made: list[list[Row]] = []
    for place, report in enumerate(reports):
        joined = [
            each for each in made if has_in_reach(each[0], report, radius_m, window)
        ]
        if joined:
            min(
                joined, key=lambda each: (each[0]["created_at"], each[0]["event_id"])
            ).append(report)
            continue
        taken = [row["event_id"] for each in made for row in each]
        free = [row for row in reports[: place + 1] if row["event_id"] not in taken]
        for at, first in enumerate(free[:-1]):
            if not has_in_reach(first, report, radius_m, window):
                continue
            group = [
                row
                for row in free[at:]
                if row is first or has_in_reach(first, row, radius_m, window)
            ]
            if len(group) >= least:
                made.append(group)
                break
    return made


def level(reports: list[Row]) -> int:
    """The worst level of reports, raised by one."""
    return max(1, min(row["priority"] for row in reports) - 1)


def middle(reports: list[Row]) -> tuple[int, int]:
    """Longitude and latitude of the mean of their places."""
    n = len(reports)
    return (
        round(sum(row["lon_ud"] for row in reports) / n),
        round(sum(row["lat_ud"] for row in reports) / n),
    )
