"""Sources of events and detections in plain Python.

This module imports nothing of the house.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import mean, median, stdev
from zoneinfo import ZoneInfo

Row = dict[str, object]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEKS = 8


def same_time(
    moment: datetime, zone: ZoneInfo, n_weeks: int
) -> tuple[datetime, datetime]:
    """The moment at which clocks showed the same time weeks ago, and when that day began."""
    local = moment.astimezone(zone)
    day = local.date() - n_weeks * 7 * DAY
    then = datetime.combine(day, local.time(), tzinfo=zone).replace(fold=local.fold)
    begun = datetime(day.year, day.month, day.day, tzinfo=zone)
    return then.astimezone(UTC), begun.astimezone(UTC)


def sources(
    log: list[Row],
    pack: list[str],
    *,
    as_of: datetime,
    known_at: datetime,
    district: str,
    zone: ZoneInfo,
    rules: Row,
) -> dict[str, Row]:
    """What is told of each source; of the whole city where `district` is empty."""
    reach = as_of - timedelta(hours=rules["reach_hours"])
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in log:
        is_known = row["known_from"] <= known_at and row["occurred_at"] <= as_of
        if is_known and row["mode"] == "live" and reach < row["created_at"] <= as_of:
            by_source[row["source_id"]].append(row)
    names = [*pack, *sorted(by_source.keys() - set(pack))]
    return {
        name: _source(by_source[name], as_of, district, zone, rules) for name in names
    }


def _source(
    rows: list[Row], as_of: datetime, district: str, zone: ZoneInfo, rules: Row
) -> Row:
    if not rows:
        return {"n_day": None, "n_hour": None, "n_weeks": 0, "state": "too_little"}
    here = [row for row in rows if not district or row["district_id"] == district]
    first = min(row["occurred_at"] for row in rows)
    hours, days = [], []
    for n in range(WEEKS + 1):
        then, begun = same_time(as_of, zone, n)
        opened = [row for row in here if row["created_at"] <= then]
        if n == 0 or min(begun, then - HOUR) >= first:
            hours.append(sum(row["created_at"] > then - HOUR for row in opened))
            days.append(sum(row["occurred_at"] >= begun for row in opened))
    last = max(row["created_at"] for row in rows)
    late = sorted(
        row["created_at"]
        for row in rows
        if row["created_at"] > last - timedelta(days=rules["gap_days"])
    )
    gaps = [(b - a).total_seconds() for a, b in pairwise(late)]
    gap = float(median(gaps)) if len(gaps) >= rules["least_gaps"] else None
    told: Row = {
        "n_hour": hours[0],
        "n_day": days[0],
        "n_weeks": len(hours) - 1,
        "gap_s": gap,
        "n_gaps": len(gaps),
    }
    is_told = len(hours) > rules["least_weeks"]
    state = "fine" if is_told else "too_little"
    if is_told:
        centre = mean(hours[1:])
        sd = stdev(hours[1:])
        told |= {"hour_mean": float(centre), "hour_sd": float(sd)}
        told |= {"hour_mid": float(median(hours[1:])), **_band(days[1:])}
        if hours[0] > centre + rules["surge_sds"] * max(sd, math.sqrt(centre), 1):
            state = "surge"
    if gap is not None and (as_of - last).total_seconds() > rules["silent_gaps"] * gap:
        state = "silent"
    return {**told, "state": state}


def _band(counts: list[int]) -> Row:
    middle = median(counts)
    spread = 1.4826 * median(abs(count - middle) for count in counts)
    wide = 2 * max(spread, math.sqrt(middle), 1)
    return {
        "day_mid": float(middle),
        "day_spread": float(spread),
        "day_low": float(max(middle - wide, 0)),
        "day_high": float(middle + wide),
    }


def wilson(n_right: int, n: int) -> tuple[float, float] | None:
    """The 95 % interval of a share, in per cent: the roots of a quadratic.

    They are the shares that lie 1.96 of their own standard errors from the one seen.
    """
    if not n:
        return None
    z, seen = 1.959963984540054, n_right / n
    a, b, c = 1 + z * z / n, -2 * seen - z * z / n, seen * seen
    root = math.sqrt(max(b * b - 4 * a * c, 0))
    low, high = (-b - root) / (2 * a), (-b + root) / (2 * a)
    return 100 * max(low, 0), 100 * min(high, 1)


def precision(
    detections: list[Row], as_of: datetime, known_at: datetime, hours: int
) -> dict[tuple[object, ...], Row]:
    """Verdicts by class, model and release, and those of each class by ISO week, UTC."""
    newest: dict[object, Row] = {}
    for row in detections:
        held = newest.get(row["detection_id"])
        if row["recorded_at"] <= known_at and (
            held is None or held["version"] < row["version"]
        ):
            newest[row["detection_id"]] = row
    found: dict[tuple[object, ...], Row] = defaultdict(
        lambda: {"n": 0, "confirmed": 0, "rejected": 0}
    )
    for row in newest.values():
        if not as_of - timedelta(hours=hours) < row["occurred_at"] <= as_of:
            continue
        year, week, _ = row["occurred_at"].isocalendar()
        for key in (
            (row["class"], row["model"], row["model_version"]),
            (row["class"], f"{year}-W{week:02d}"),
            (row["class"],),
        ):
            found[key]["n"] += 1
            if row["human_verdict"]:
                found[key][row["human_verdict"]] += 1
    return dict(found)
