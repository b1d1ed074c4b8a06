"""Links, programmes and newest values in plain Python, at any two moments.

This module imports nothing of the house.

`as_of` is what had happened by then, `known_at` what had been recorded by then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

Row = dict[str, object]


def by_then(rows: list[Row], as_of: datetime, known_at: datetime) -> list[Row]:
    """Rows that had happened, and had been recorded."""
    return [
        row
        for row in rows
        if row["occurred_at"] <= as_of and row["recorded_at"] <= known_at
    ]


def link(
    probes: list[Row], as_of: datetime, known_at: datetime, late_s: int, down_s: int
) -> Row:
    """The state of one department's link by its probes.

    What 30 days do not tell, the whole log does.
    """
    known = by_then(probes, as_of, known_at)
    if not known:
        return {
            "state": "unknown",
            "state_since": None,
            "last_ok_at": None,
            "last_record_at": None,
            "latency_p50_ms": None,
            "n_records_24h": None,
            "uptime_30d_pct": None,
        }
    last_ok = max((row["occurred_at"] for row in known if row["is_ok"]), default=None)
    believed = [
        row["last_record_at"]
        for row in known
        if row["last_record_at"] is not None
        and row["last_record_at"] <= min(row["recorded_at"], as_of)
    ]
    last_record = max(believed, default=None)
    state, since = "ok", None
    if last_record is None or as_of - last_record > timedelta(seconds=late_s):
        state, since = "late", last_record
    if last_ok is None or as_of - last_ok > timedelta(seconds=down_s):
        state, since = "down", last_ok
    hour, day, month = (
        [row for row in known if row["occurred_at"] > as_of - timedelta(hours=hours)]
        for hours in (1, 24, 720)
    )
    latencies = [
        row["latency_ms"]
        for row in hour
        if row["is_ok"] and row["latency_ms"] is not None
    ]
    return {
        "state": state,
        "state_since": since,
        "last_ok_at": last_ok,
        "last_record_at": last_record,
        "latency_p50_ms": median(latencies) if latencies else None,
        "n_records_24h": sum(row["n_records"] for row in day) if day else None,
        "uptime_30d_pct": (
            100 * sum(row["is_ok"] for row in month) / len(month) if month else None
        ),
    }


def newest_value(
    values: list[Row], as_of: datetime, known_at: datetime, oldest: timedelta
) -> Row | None:
    """Return the newest value of one indicator in one area, as last corrected.

    It is at most 70 days old. Return also the one 24 h before it.
    """
    known = by_then(values, as_of, known_at)
    at = max(
        (
            row["occurred_at"]
            for row in known
            if row["occurred_at"] > as_of - timedelta(days=70)
        ),
        default=None,
    )
    if at is None:
        return None

    def said(when: datetime) -> Row | None:
        return max(
            (row for row in known if row["occurred_at"] == when),
            key=lambda row: row["recorded_at"],
            default=None,
        )

    now, before = said(at), said(at - timedelta(days=1))
    return {
        "occurred_at": at,
        "value": now["value"],
        "quality": now["quality"],
        "day_before": before["value"] if before else None,
        "is_fresh": as_of - at <= oldest,
    }


def newest_step(
    items: list[Row], as_of: datetime, known_at: datetime
) -> dict[object, Row]:
    """The newest step of each item that had been taken and was known, by the item's `id`."""
    newest: dict[object, Row] = {}
    for row in sorted(by_then(items, as_of, known_at), key=lambda row: row["version"]):
        newest[row["id"]] = row
    return newest


def progress(
    items: list[Row],
    done: set[str],
    begun: set[str],
    as_of: datetime,
    known_at: datetime,
) -> tuple[int, int]:
    """Finished and begun among items, each by its newest step."""
    newest = newest_step(items, as_of, known_at).values()
    return sum(row["status"] in done for row in newest), sum(
        row["status"] in begun for row in newest
    )
