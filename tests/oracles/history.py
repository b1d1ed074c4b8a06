"""What was known of events at any two clocks, straight from the raw logs.

It is the sentences of the definitions in plain Python.

Imports nothing of the house. `as_of` is the moment of the world that is looked at,
`known_at` the moment up to which records count. Rows are dicts with the columns of the
logs; all moments are `datetime` in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import ceil, floor
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
STAGES = ("sense", "monitor", "judge", "warn", "handle", "evaluate")
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


@dataclass
class Logs:
    """The raw logs of a city, as rows."""

    events: list[Row] = field(default_factory=list)
    event_stages: list[Row] = field(default_factory=list)
    dispatches: list[Row] = field(default_factory=list)
    feedbacks: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)
    sla_targets: list[Row] = field(default_factory=list)
    event_sources: list[Row] = field(default_factory=list)
    holidays: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()


def newest(rows: list[Row], key: str, known_at: datetime) -> dict[Any, Row]:
    """Of each thing the highest version that had been recorded."""
    found: dict[Any, Row] = {}
    for row in rows:
        if row["recorded_at"] <= known_at:
            held = found.get(row[key])
            if held is None or row["version"] > held["version"]:
                found[row[key]] = row
    return found


def seconds(start: datetime, end: datetime) -> int | None:
    """Whole seconds gone by; a clock that would run backwards has no length."""
    return None if end < start else floor((end - start) / timedelta(seconds=1))


def target(targets: list[Row], event: Row) -> Row:
    """The most exact target of an event's source and priority."""
    for source in (event["source_id"], "*"):
        for priority in (event["priority"], 0):
            for row in targets:
                if row["source_id"] == source and row["priority"] == priority:
                    return row
    return {"response_s": None, "closure_s": None, "status": None}


def standing(answers: list[Row], known_at: datetime) -> list[Row]:
    """Answers of one event that had been recorded and that none recorded by then corrects,
    in the order of the world.

    Where the time is not known, an answer stands where the source first gave it.
    """
    heard = [row for row in answers if row["recorded_at"] <= known_at]
    corrected = {row["replaces"] for row in heard} - {None}
    found = [
        {
            **row,
            "said_at": row["occurred_at"] if row["told_at"] is None else row["told_at"],
        }
        for row in heard
        if row["version"] not in corrected
    ]
    return sorted(found, key=lambda row: (row["said_at"], row["version"]))


def closing(
    answers: list[Row], as_of: datetime, known_at: datetime
) -> tuple[datetime | None, bool]:
    """When the citizen was told since the order was opened or opened again, and whether it
    is closed at all.

    The first answer closes it. If that one has no time, the event is closed and nobody
    knows when; if one of the very same moment has, that is when.
    """
    since: list[Row] = []
    for row in standing(answers, known_at):
        if row["said_at"] <= as_of:
            since = [] if row["is_reopened"] else [*since, row]
    first = [row for row in since if row["said_at"] == since[0]["said_at"]]
    times = [row["told_at"] for row in first if row["told_at"] is not None]
    return (times[0] if times else None), bool(since)


def stages_entered(rows: list[Row], as_of: datetime, known_at: datetime) -> set[str]:
    """Stages of one event that it had entered, by what had been recorded and was not
    corrected by then.
    """
    heard = [row for row in rows if row["recorded_at"] <= known_at]
    corrected = {(row["stage"], row["replaces_at"]) for row in heard}
    return {
        row["stage"]
        for row in heard
        if row["occurred_at"] <= as_of
        and (row["stage"], row["occurred_at"]) not in corrected
    }


def events_at(
    logs: Logs, as_of: datetime, known_at: datetime, mode: str = "live"
) -> list[Row]:
    """Every event that had occurred and was known, with its clocks and the furthest stage
    it had reached.
    """
    orders = list(newest(logs.dispatches, "dispatch_id", known_at).values())
    return [
        {**event, **status(logs, event, orders, as_of, known_at)}
        for event in newest(logs.events, "event_id", known_at).values()
        if event["occurred_at"] <= as_of and event["mode"] == mode
    ]


def status(
    logs: Logs, event: Row, orders: list[Row], as_of: datetime, known_at: datetime
) -> Row:
    """What was known of one event: its clocks, its stage, its targets and its units."""
    name = event["event_id"]
    mine = [row for row in orders if row["event_id"] == name]
    answers = [row for row in logs.feedbacks if row["event_id"] == name]
    acks = [
        row["acked_at"]
        for row in mine
        if row["acked_at"] is not None and row["acked_at"] <= as_of
    ]
    told, is_closed = closing(answers, as_of, known_at)
    is_open = event["created_at"] <= as_of and not is_closed
    entered = stages_of(logs, event, acks, answers, as_of, known_at)
    was_reopened = any(
        row["is_reopened"] and row["said_at"] <= as_of
        for row in standing(answers, known_at)
    )
    furthest = next((stage for stage in reversed(STAGES) if stage in entered), "sense")
    refused = any(
        row["table_name"] == "feedbacks"
        and row["subject_id"] == name
        and row["recorded_at"] <= known_at
        for row in logs.quarantine
    )
    goal = target(logs.sla_targets, event)
    return {
        "told_at": told,
        "age_s": floor((as_of - event["created_at"]) / timedelta(seconds=1)),
        "is_open": is_open,
        "is_closed_untimed": is_closed and told is None,
        "is_acked": bool(acks),
        "response_s": seconds(event["created_at"], min(acks)) if acks else None,
        "closure_s": None if told is None else seconds(event["created_at"], told),
        "entered": entered,
        "stage": "handle" if was_reopened and not is_closed else furthest,
        "is_refused": refused and is_open,
        "response_target_s": goal["response_s"],
        "closure_target_s": goal["closure_s"],
        "goal_is_assumed": goal["status"] == "assumed",
        "n_units": sum(row["sent_at"] <= as_of for row in mine),
        "n_arrived": sum(
            row["sent_at"] <= as_of
            and row["arrived_at"] is not None
            and row["arrived_at"] <= as_of
            for row in mine
        ),
    }


def stages_of(
    logs: Logs,
    event: Row,
    acks: list[datetime],
    answers: list[Row],
    as_of: datetime,
    known_at: datetime,
) -> set[str]:
    """Stages that an event had entered, by what its source says of them."""
    if event["source"] != "work_orders":
        own = [row for row in logs.event_stages if row["event_id"] == event["event_id"]]
        return stages_entered(own, as_of, known_at)
    # It gives no stages: they follow from the order's own moments.
    times = [
        row["told_at"]
        for row in standing(answers, known_at)
        if row["told_at"] is not None
    ]
    moments = {"sense": [event["created_at"]], "handle": acks, "evaluate": times}
    return {stage for stage, at in moments.items() if any(each <= as_of for each in at)}


def quantile(values: list[float], share: float) -> float | None:
    """The quantile between the two nearest values, weighted by how near they are."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def hours_ago(as_of: datetime, moment: datetime) -> int:
    """Whole hours before the moment looked at."""
    return floor((as_of - moment) / HOUR)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day of the city begins, UTC."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def today_of(as_of: datetime, zone: ZoneInfo) -> date:
    """The city's day of a moment."""
    return as_of.astimezone(zone).date()


def days_before(
    as_of: datetime, known_at: datetime, zone: ZoneInfo, n: int
) -> tuple[datetime, datetime, datetime]:
    """The same time by the city's clocks `n` days before, what was known of it, and when
    that day began.
    """
    local = as_of.astimezone(zone)
    then = (
        datetime.combine(local.date() - n * DAY, local.time(), tzinfo=zone)
        .replace(fold=local.fold)
        .astimezone(UTC)
    )
    return then, known_at - (as_of - then), midnight(local.date() - n * DAY, zone)


def reaches(logs: Logs, moment: datetime, known_at: datetime) -> bool:
    """Whether any event that had happened by a moment was known.

    What is counted from there on is counted whole.
    """
    return any(events_at(logs, moment, known_at, mode) for mode in ("live", "drill"))


def kind(logs: Logs, day: date) -> str:
    """Of which kind a day is, by the public holidays of the city and the days that make up
    for them.
    """
    if day in logs.holidays:
        return "holiday"
    return "weekend" if day.weekday() >= 5 and day not in logs.worked else "workday"


def is_week_alike(logs: Logs, as_of: datetime, zone: ZoneInfo) -> bool:
    """Whether the day a week ago is of the same kind."""
    day = today_of(as_of, zone)
    return kind(logs, day) == kind(logs, day - 7 * DAY)


def days_alike(logs: Logs, day: date, zone: ZoneInfo) -> list[date]:
    """The newest 20 days of 56 before `day` that are of its kind and last 24 hours.

    A band that is told by the hour needs whole hours between the beginnings of days.
    """
    found = []
    for n in range(1, 57):
        other = day - n * DAY
        is_even = midnight(other + DAY, zone) - midnight(other, zone) == DAY
        apart = (midnight(day, zone) - midnight(other, zone)) / HOUR
        if is_even and apart == int(apart) and kind(logs, other) == kind(logs, day):
            found.append(other)
    return found[:20]


def window_of(logs: Logs, as_of: datetime, zone: ZoneInfo) -> datetime:
    """From when on events are looked at to tell what is usual."""
    day = today_of(as_of, zone)
    back = [
        (midnight(day, zone) - midnight(other, zone)) / HOUR
        for other in days_alike(logs, day, zone)
    ]
    back += [
        24 + (midnight(day - DAY, zone) - midnight(other, zone)) / HOUR
        for other in days_alike(logs, day - DAY, zone)
    ]
    return as_of - (max([*back, 168]) + 26) * HOUR


def headline_events(
    logs: Logs, as_of: datetime, known_at: datetime, zone: ZoneInfo, mode: str
) -> dict[str, Row]:
    """Events today and open now, as layers/headline/events.sql says them."""
    day_from = midnight(today_of(as_of, zone), zone)
    known = [
        row
        for row in events_at(logs, as_of, known_at, mode)
        if row["occurred_at"] > window_of(logs, as_of, zone)
    ]
    week, week_known, week_from = days_before(as_of, known_at, zone, 7)
    before, before_known, _ = days_before(as_of, known_at, zone, 1)
    n_week = sum(
        row["occurred_at"] >= week_from
        for row in events_at(logs, week, week_known, mode)
    )
    n_before = sum(
        row["is_open"] for row in events_at(logs, before, before_known, mode)
    )
    ages = [hours_ago(as_of, row["occurred_at"]) for row in known]
    counts = {h: ages.count(h) for h in range(max(ages, default=-1) + 1)}
    n_open = [
        sum(
            row["is_open"]
            for row in events_at(logs, as_of - h * HOUR, known_at - h * HOUR, mode)
        )
        for h in range(24)
    ]
    is_lately = any(age < 192 for age in ages)
    is_like = is_week_alike(logs, as_of, zone) and reaches(logs, week_from, week_known)
    today = sum(row["occurred_at"] >= day_from for row in known) if is_lately else None
    shown = [h for h in range(23, -1, -1) if h in counts]
    is_old = reaches(logs, window_of(logs, as_of, zone), known_at)
    bands = [usual_hour(logs, counts, as_of, zone, h, is_old=is_old) for h in shown]
    has_band = any(band is not None for band in bands)
    found = {
        "events_today": {
            "value": today,
            "compare": n_week if is_like else None,
            "trace": [float(counts[h]) for h in shown] or None,
            **{
                f"usual_{side}": (
                    [band and band[n] for band in bands] if has_band else None
                )
                for n, side in enumerate(("low", "high"))
            },
        },
        "open_now": {
            "value": n_open[0] if is_lately or n_open[0] else None,
            "compare": n_before if reaches(logs, before, before_known) else None,
            "trace": [float(n) for n in reversed(n_open)],
            "usual_low": None,
            "usual_high": None,
        },
    }
    refused = sum(row["is_refused"] for row in events_at(logs, as_of, known_at, mode))
    if refused:
        found["closings_refused"] = {
            "value": refused,
            "compare": None,
            "trace": None,
            "usual_low": None,
            "usual_high": None,
        }
    return found


def events_today(
    logs: Logs, as_of: datetime, known_at: datetime, zone: ZoneInfo, mode: str
) -> int:
    """How many events happened today."""
    return sum(
        row["occurred_at"] >= midnight(today_of(as_of, zone), zone)
        for row in events_at(logs, as_of, known_at, mode)
    )


def usual_hour(
    logs: Logs,
    counts: dict[int, int],
    as_of: datetime,
    zone: ZoneInfo,
    h: int,
    *,
    is_old: bool,
) -> tuple[float, float] | None:
    """Return the 10th and 90th percentile of the hour `h` hours ago on days like its own.

    Return None of fewer than eight.
    """
    day = today_of(as_of, zone)
    own = day if as_of - (h + 1) * HOUR >= midnight(day, zone) else day - DAY
    back = [
        h + int((midnight(own, zone) - midnight(other, zone)) / HOUR)
        for other in days_alike(logs, own, zone)
    ]
    values = [float(counts.get(n, 0)) for n in back if is_old or n < max(counts)]
    return (quantile(values, 0.1), quantile(values, 0.9)) if len(values) >= 8 else None


def waits(known: list[Row]) -> dict[str, list[Row]]:
    """The waits that count: answered ones, and those that still wait, once their target
    time has passed.
    """
    found: dict[str, list[Row]] = {"response_p50_s": [], "closure_p90_s": []}
    for row in known:
        if row["age_s"] < 0:
            continue
        if row["age_s"] >= (row["response_target_s"] or 0) and (
            row["response_s"] is not None or (row["is_open"] and not row["is_acked"])
        ):
            wait = row["age_s"] if row["response_s"] is None else row["response_s"]
            found["response_p50_s"].append(
                {**row, "wait": float(wait), "goal": row["response_target_s"]}
            )
        if row["age_s"] >= (row["closure_target_s"] or 0) and (
            row["closure_s"] is not None or row["is_open"]
        ):
            wait = row["age_s"] if row["closure_s"] is None else row["closure_s"]
            found["closure_p90_s"].append(
                {**row, "wait": float(wait), "goal": row["closure_target_s"]}
            )
    return found


def headline_clocks(
    logs: Logs, as_of: datetime, known_at: datetime, zone: ZoneInfo, mode: str
) -> dict[str, Row]:
    """Both clocks, as layers/headline/clocks.sql says them."""
    day_from = midnight(today_of(as_of, zone), zone)
    known = [
        row
        for row in events_at(logs, as_of, known_at, mode)
        if row["created_at"] <= as_of
    ]
    found = {}
    for figure, rows in waits(known).items():
        share = 0.5 if figure == "response_p50_s" else 0.9
        by_hour = {
            h: quantile(
                [row["wait"] for row in rows if row["age_s"] // 3600 == h], share
            )
            for h in range(24)
        }
        today = [row for row in rows if row["created_at"] >= day_from]
        found[figure] = {
            "value": quantile([row["wait"] for row in today], share),
            **judged(today, share),
            "trace": [by_hour[h] for h in range(23, -1, -1)],
            "usual_low": None,
            "usual_high": None,
        }
    untimed = sum(
        row["created_at"] >= day_from and row["is_closed_untimed"] for row in known
    )
    if untimed:
        found["closed_untimed"] = {
            "n": None,
            "n_judged": None,
            "n_on_time": None,
            "n_reference": None,
            "value": untimed,
            "compare": None,
            "trace": None,
            "usual_low": None,
            "usual_high": None,
        }
    return found


def judged(cases: list[Row], share: float) -> Row:
    """Return what cases are held against.

    It is the target that all of them have, else how many are within their own.
    """
    own = [row for row in cases if row["goal"] is not None]
    goals = {row["goal"] for row in cases}
    compare = (
        None if not own else float(next(iter(goals))) if len(goals) == 1 else share
    )
    return {
        "compare": compare,
        "n": len(cases),
        "n_judged": len(own),
        "n_on_time": sum(row["wait"] <= row["goal"] for row in own),
        "n_reference": sum(row["goal_is_assumed"] for row in own),
    }


def mean(values: list[float]) -> float | None:
    """The mean; None of nothing."""
    return sum(values) / len(values) if values else None


def headline_proactive(
    logs: Logs, as_of: datetime, known_at: datetime, zone: ZoneInfo, mode: str
) -> dict[str, Row]:
    """Return the share found before anybody complained.

    It is as layers/headline/proactive.sql says it, and unknown while no source does so.
    """
    by_itself = {
        row["source_id"] for row in logs.event_sources if row["finds"] == "proactive"
    }

    def is_connected(moment: datetime, known_by: datetime) -> bool:
        heard = [
            row
            for either in ("live", "drill")
            for row in events_at(logs, moment, known_by, either)
        ]
        return any(
            row["is_proactive"] or row["source_id"] in by_itself for row in heard
        )

    if not is_connected(as_of, known_at):
        return {
            "proactive_pct": dict.fromkeys(
                ("value", "compare", "trace", "usual_low", "usual_high")
            )
        }
    day_from = midnight(today_of(as_of, zone), zone)
    known = events_at(logs, as_of, known_at, mode)
    today = [row for row in known if row["occurred_at"] >= day_from]
    week, week_known, week_from = days_before(as_of, known_at, zone, 7)
    before = [
        row
        for row in events_at(logs, week, week_known, mode)
        if row["occurred_at"] >= week_from
    ]

    def share(rows: list[Row]) -> float | None:
        return mean([100.0 if row["is_proactive"] else 0.0 for row in rows])

    is_like = (
        is_week_alike(logs, as_of, zone)
        and reaches(logs, week_from, week_known)
        and is_connected(week, week_known)
    )
    by_hour = [
        share([row for row in known if hours_ago(as_of, row["occurred_at"]) == h])
        for h in range(24)
    ]
    return {
        "proactive_pct": {
            "value": share(today),
            "n": len(today),
            "compare": share(before) if is_like else None,
            "trace": by_hour[::-1],
            "usual_low": None,
            "usual_high": None,
        }
    }


def lies_in(event: Row, area: str, zones: dict[str, str]) -> bool:
    """Whether an event lies in a district, or in a functional zone.

    `zones` is the zone of each street that is in one.
    """
    return area in {"", event["district_id"], zones.get(event["street_code"])}


def attention(
    logs: Logs,
    as_of: datetime,
    known_at: datetime,
    mode: str,
    district: str,
    most: int,
    zones: dict[str, str],
) -> list[Row]:
    """Open events, worst first, as layers/attention/rows.sql says them."""
    rows = []
    for row in events_at(logs, as_of, known_at, mode):
        if row["is_open"] and lies_in(row, district, zones):
            goal = row["closure_target_s"]
            late = (
                row["age_s"] - goal
                if goal is not None and row["age_s"] > goal
                else None
            )
            rows.append({**row, "overdue_s": late})
    rows.sort(key=lambda row: row["event_id"])
    rows.sort(
        key=lambda row: row["created_at"] if row["overdue_s"] is None else as_of,
        reverse=True,
    )
    rows.sort(key=lambda row: row["priority"] if row["overdue_s"] is None else 0)
    rows.sort(
        key=lambda row: (
            0 if row["priority"] == 1 else 1 if row["overdue_s"] is not None else 2,
            row["overdue_s"] is None,
            -(row["overdue_s"] or 0),
        )
    )
    names = (
        "priority",
        "title",
        "district_id",
        "stage",
        "age_s",
        "response_s",
        "response_target_s",
        "closure_target_s",
        "overdue_s",
        "n_arrived",
        "n_units",
    )
    return [
        {
            "id": f"event_heat:{row['event_id']}",
            **{name: row[name] for name in names},
            "closing_refused": row["is_refused"],
        }
        for row in rows[:most]
    ]


def is_placed(
    logs: Logs,
    as_of: datetime,
    known_at: datetime,
    names: set[str],
    zones: dict[str, str],
) -> bool:
    """Whether any event that was known says where it was.

    Without one no single district can be told of.
    """
    known = [
        row
        for mode in ("live", "drill")
        for row in events_at(logs, as_of, known_at, mode)
    ]
    return any(
        row["district_id"] in names or row["street_code"] in zones for row in known
    )


def stages(
    logs: Logs, as_of: datetime, known_at: datetime, day_from: datetime, mode: str
) -> list[tuple[str, int, int]]:
    """Open events by stage, and today's that came through it, as
    layers/attention/stages.sql says them.
    """
    known = [
        row
        for row in events_at(logs, as_of, known_at, mode)
        if row["created_at"] <= as_of
    ]
    today = [row for row in known if row["created_at"] >= day_from]
    return [
        (
            stage,
            sum(row["is_open"] and row["stage"] == stage for row in known),
            sum(stage == "sense" or stage in row["entered"] for row in today),
        )
        for stage in STAGES
    ]


def district_now(
    logs: Logs,
    as_of: datetime,
    known_at: datetime,
    zone: ZoneInfo,
    mode: str,
    district: str,
    zones: dict[str, str],
    names: set[str],
) -> list[tuple[Any, ...]]:
    """Value and comparison of a district's three figures, and of the response its cases, as
    layers/districts/now.sql says them.
    """
    day_from = midnight(today_of(as_of, zone), zone)
    week, week_known, week_from = days_before(as_of, known_at, zone, 7)
    before, before_known, _ = days_before(as_of, known_at, zone, 1)

    def here(moment: datetime, known_by: datetime) -> list[Row]:
        return [
            row
            for row in events_at(logs, moment, known_by, mode)
            if lies_in(row, district, zones)
        ]

    known = here(as_of, known_at)
    n_week = sum(row["occurred_at"] >= week_from for row in here(week, week_known))
    n_before = sum(row["is_open"] for row in here(before, before_known))
    today = [row for row in known if day_from <= row["created_at"] <= as_of]
    responses = waits(today)["response_p50_s"]
    is_like = is_week_alike(logs, as_of, zone) and reaches(logs, week_from, week_known)
    is_told = is_placed(logs, as_of, known_at, names, zones)
    return [
        (
            sum(row["occurred_at"] >= day_from for row in known) if is_told else None,
            n_week if is_like else None,
        ),
        (
            quantile([row["wait"] for row in responses], 0.5),
            *judged(responses, 0.5).values(),
        ),
        (
            sum(row["is_open"] for row in known) if is_told else None,
            n_before if reaches(logs, before, before_known) else None,
        ),
    ]


def district_counts(
    logs: Logs,
    as_of: datetime,
    known_at: datetime,
    day_from: datetime,
    mode: str,
    districts: list[Row],
    zones: dict[str, str],
) -> list[tuple[Any, ...]]:
    """District, events of today, open, overdue, closed today and refused, as
    layers/districts/counts.sql says them; '' is none, None the city.
    """
    known = events_at(logs, as_of, known_at, mode)
    names = {row["district_id"] for row in districts}
    lately = any(row["occurred_at"] > as_of - 192 * HOUR for row in known)
    told = lately or any(row["is_open"] for row in known)

    def count(rows: list[Row], is_told: bool) -> tuple[Any, ...]:
        closed = sum(
            day_from <= row["told_at"]
            for row in rows
            if row["told_at"] is not None and row["created_at"] <= as_of
        )
        late = sum(
            row["is_open"]
            and row["closure_target_s"] is not None
            and row["age_s"] > row["closure_target_s"]
            for row in rows
        )
        found = (
            sum(row["occurred_at"] >= day_from for row in rows),
            sum(row["is_open"] for row in rows),
            late,
            closed,
            sum(row["is_refused"] for row in rows),
        )
        return (
            found[0] if is_told and lately else None,
            *(each if is_told and told else None for each in found[1:]),
        )

    listed = []
    for district in districts:
        name = district["district_id"]
        here = [row for row in known if lies_in(row, name, zones)]
        has_ground = (
            district["kind"] == "district"
            or district["n_cells"] > 0
            or name in zones.values()
        )
        is_told = bool(here) or (
            has_ground and is_placed(logs, as_of, known_at, names, zones)
        )
        figures = count(here, is_told)
        order = (
            not is_told,
            -(figures[1] or 0),
            -(figures[2] or 0),
            -(figures[0] or 0),
            district["district_id"],
        )
        listed.append((order, (district["district_id"], *figures)))
    nowhere = [row for row in known if row["district_id"] not in names]
    return [
        *(row for _, row in sorted(listed)),
        ("", *count(nowhere, True)),
        (None, *count(known, True)),
    ]


def by_hour(
    logs: Logs,
    as_of: datetime,
    known_at: datetime,
    zone: ZoneInfo,
    mode: str,
    district: str,
    zones: dict[str, str],
    names: set[str],
) -> list[tuple[Any, ...]]:
    """Return each hour of today, as layers/districts/day.sql says it.

    That is when it begins, its events, the usual band, and of how many days that is.

    None for an hour that has not begun, and for the band of fewer than eight days alike.
    """
    day = today_of(as_of, zone)
    day_from, day_to = midnight(day, zone), midnight(day + DAY, zone)
    whole = events_at(logs, as_of, known_at, mode)
    first = min(
        (
            row["occurred_at"]
            for row in whole
            if row["occurred_at"] >= window_of(logs, as_of, zone)
        ),
        default=None,
    )
    known = [row["occurred_at"] for row in whole if lies_in(row, district, zones)]
    starts = [midnight(other, zone) for other in days_alike(logs, day, zone)]
    is_old = reaches(logs, window_of(logs, as_of, zone), known_at)
    starts = [
        start for start in starts if is_old or (first is not None and first < start)
    ]

    def count(start: datetime) -> float:
        return float(sum(start <= at < start + HOUR for at in known))

    is_told = not district or is_placed(logs, as_of, known_at, names, zones)
    found = []
    for n in range(ceil((day_to - day_from) / HOUR)):
        at = day_from + n * HOUR
        alike = [count(start + at.astimezone(zone).hour * HOUR) for start in starts]
        band = (
            (quantile(alike, 0.1), quantile(alike, 0.9))
            if len(alike) >= 8
            else (None, None)
        )
        found.append(
            (at, count(at) if at <= as_of and is_told else None, *band, len(starts))
        )
    return found


def marks(
    logs: Logs, as_of: datetime, known_at: datetime, mode: str, filters: Row
) -> list[Row]:
    """Open events with a place, as layers/event_heat/marks.sql draws them when there is
    room for all.
    """
    names = ("event_id", "priority", "title", "stage", "age_s", "district_id")
    return sorted(
        (
            {name: row[name] for name in names}
            for row in drawn(logs, as_of, known_at, mode, filters)
            if row["is_open"]
        ),
        key=lambda row: row["event_id"],
    )


def drawn(
    logs: Logs, as_of: datetime, known_at: datetime, mode: str, filters: Row
) -> list[Row]:
    """Events with a place that pass the filters."""
    return [
        row
        for row in events_at(logs, as_of, known_at, mode)
        if row["lon_ud"] is not None
        and row["lat_ud"] is not None
        and filters["of_source"] in {"all", row["source_id"]}
        and filters["of_priority"] in {0, row["priority"]}
        and filters["of_stage"] in {"all", row["stage"]}
        and filters["of_category"] in {"all", row["category"]}
        and filters["of_level"] in {"all", row["level"]}
        and (
            not filters["of_categories"] or row["category"] in filters["of_categories"]
        )
    ]


def heat(
    logs: Logs,
    as_of: datetime,
    known_at: datetime,
    mode: str,
    window_from: datetime,
    filters: Row,
) -> int:
    """How many events the heat counts."""
    return sum(
        row["occurred_at"] > window_from or row["is_open"] or row["created_at"] > as_of
        for row in drawn(logs, as_of, known_at, mode, filters)
    )
