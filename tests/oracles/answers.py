"""Link health, programme progress and newest values in plain Python. Imports nothing of the house."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

Row = dict[str, object]


def link(probes: list[Row], as_of: datetime, late_s: int, down_s: int) -> Row:
    """The state of one department's link by its probes."""
    month = [row for row in probes if as_of - timedelta(days=30) < row["occurred_at"] <= as_of]
    if not month:
        return {"state": "unknown", "state_since": None, "last_ok_at": None, "last_record_at": None, "latency_p50_ms": None, "n_records_24h": None,
                "uptime_30d_pct": None}
    answered = [row for row in month if row["is_ok"]]
    last_ok = max((row["occurred_at"] for row in answered), default=None)
    last_record = max((row["last_record_at"] for row in month if row["last_record_at"] is not None), default=None)
    state, since = "ok", None
    if last_record is None or as_of - last_record > timedelta(seconds=late_s):
        state, since = "late", last_record
    if last_ok is None or as_of - last_ok > timedelta(seconds=down_s):
        state, since = "down", last_ok
    latencies = [row["latency_ms"] for row in answered if row["occurred_at"] > as_of - timedelta(hours=1) and row["latency_ms"] is not None]
    return {"state": state, "state_since": since, "last_ok_at": last_ok, "last_record_at": last_record,
            "latency_p50_ms": median(latencies) if latencies else None,
            "n_records_24h": sum(row["n_records"] for row in month if row["occurred_at"] > as_of - timedelta(hours=24)),
            "uptime_30d_pct": 100 * len(answered) / len(month)}


def newest_value(values: list[Row], as_of: datetime, oldest: timedelta) -> Row | None:
    """The newest value of one indicator in one area, as last corrected by then; and the one a day before it."""
    known = [row for row in values if row["occurred_at"] <= as_of and row["recorded_at"] <= as_of]
    if not known:
        return None
    at = max(row["occurred_at"] for row in known)

    def said(when: datetime) -> Row | None:
        return max((row for row in known if row["occurred_at"] == when), key=lambda row: row["recorded_at"], default=None)

    now, before = said(at), said(at - timedelta(days=1))
    return {"occurred_at": at, "value": now["value"], "quality": now["quality"], "day_before": before["value"] if before else None, "is_fresh": as_of - at <= oldest}


def progress(items: list[Row], done: set[str], begun: set[str]) -> tuple[int, int]:
    """Finished and begun among items as they are now known: the highest version of each."""
    newest: dict[object, Row] = {}
    for row in sorted(items, key=lambda row: row["version"]):
        newest[row["id"]] = row
    return sum(row["status"] in done for row in newest.values()), sum(row["status"] in begun for row in newest.values())
