"""What was known of events at any two clocks, straight from the raw logs: the sentences of the definitions in plain Python.

Imports nothing of the house. `as_of` is the moment of the world that is looked at, `known_at` the moment up to which
records count. Rows are dicts with the columns of the logs; all moments are `datetime` in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import floor
from typing import Any

Row = dict[str, Any]
STAGES = ("sense", "monitor", "judge", "warn", "handle", "evaluate")
HOUR = timedelta(hours=1)


@dataclass
class Logs:
    """The raw logs of a city, as rows."""

    events: list[Row] = field(default_factory=list)
    event_stages: list[Row] = field(default_factory=list)
    dispatches: list[Row] = field(default_factory=list)
    feedbacks: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)
    sla_targets: list[Row] = field(default_factory=list)


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
    return {"response_s": None, "closure_s": None}


def standing(answers: list[Row], known_at: datetime) -> list[Row]:
    """Answers of one event that had been recorded and that none recorded by then corrects, in the order of the world.

    Where the time is not known, an answer stands where the source first gave it.
    """
    heard = [row for row in answers if row["recorded_at"] <= known_at]
    corrected = {row["replaces"] for row in heard} - {None}
    found = [{**row, "said_at": row["occurred_at"] if row["told_at"] is None else row["told_at"]}
             for row in heard if row["version"] not in corrected]
    return sorted(found, key=lambda row: (row["said_at"], row["version"]))


def closing(answers: list[Row], as_of: datetime, known_at: datetime) -> tuple[datetime | None, bool]:
    """When the citizen was told since the order was opened or opened again, and whether it is closed at all.

    The first answer closes it. If that one has no time, the event is closed and nobody knows when; if one of the very
    same moment has, that is when.
    """
    since: list[Row] = []
    for row in standing(answers, known_at):
        if row["said_at"] <= as_of:
            since = [] if row["is_reopened"] else [*since, row]
    first = [row for row in since if row["said_at"] == since[0]["said_at"]]
    times = [row["told_at"] for row in first if row["told_at"] is not None]
    return (times[0] if times else None), bool(since)


def stages_entered(rows: list[Row], as_of: datetime, known_at: datetime) -> set[str]:
    """Stages of one event that it had entered, by what had been recorded and was not corrected by then."""
    heard = [row for row in rows if row["recorded_at"] <= known_at]
    corrected = {(row["stage"], row["replaces_at"]) for row in heard}
    return {row["stage"] for row in heard if row["occurred_at"] <= as_of and (row["stage"], row["occurred_at"]) not in corrected}


def events_at(logs: Logs, as_of: datetime, known_at: datetime, mode: str = "live") -> list[Row]:
    """Every event that had occurred and was known, with its clocks and the furthest stage it had reached."""
    orders = list(newest(logs.dispatches, "dispatch_id", known_at).values())
    found = []
    for name, event in newest(logs.events, "event_id", known_at).items():
        if event["occurred_at"] > as_of or event["mode"] != mode:
            continue
        mine = [row for row in orders if row["event_id"] == name]
        acks = [row["acked_at"] for row in mine if row["acked_at"] is not None and row["acked_at"] <= as_of]
        told, is_closed = closing([row for row in logs.feedbacks if row["event_id"] == name], as_of, known_at)
        answers = [row for row in logs.feedbacks if row["event_id"] == name]
        if event["source"] == "work_orders":  # it gives no stages: they follow from the order's own moments
            times = [row["told_at"] for row in standing(answers, known_at) if row["told_at"] is not None]
            entered = {stage for stage, at in (("sense", [event["created_at"]]), ("handle", acks), ("evaluate", times)) if any(each <= as_of for each in at)}
        else:
            entered = stages_entered([row for row in logs.event_stages if row["event_id"] == name], as_of, known_at)
        refused = any(row["table_name"] == "feedbacks" and row["subject_id"] == name and row["recorded_at"] <= known_at
                      for row in logs.quarantine)
        is_open = event["created_at"] <= as_of and not is_closed
        goal = target(logs.sla_targets, event)
        found.append({
            **event, "told_at": told, "age_s": floor((as_of - event["created_at"]) / timedelta(seconds=1)), "is_open": is_open,
            "is_closed_untimed": is_closed and told is None, "is_acked": bool(acks), "response_s": seconds(event["created_at"], min(acks)) if acks else None,
            "closure_s": None if told is None else seconds(event["created_at"], told), "entered": entered,
            "stage": next((stage for stage in reversed(STAGES) if stage in entered), "sense"),
            "is_refused": refused and is_open, "response_target_s": goal["response_s"], "closure_target_s": goal["closure_s"],
            "n_units": sum(row["sent_at"] <= as_of for row in mine),
            "n_arrived": sum(row["sent_at"] <= as_of and row["arrived_at"] is not None and row["arrived_at"] <= as_of for row in mine)})
    return found


def quantile(values: list[float], share: float) -> float | None:
    """The quantile between the two nearest values, weighted by how near they are."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def middle(values: list[int]) -> int | None:
    """The lower of the two middle values."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] if ordered else None


def hours_ago(as_of: datetime, moment: datetime) -> int:
    """Whole hours before the moment looked at."""
    return floor((as_of - moment) / HOUR)


def headline_events(logs: Logs, as_of: datetime, known_at: datetime, day_from: datetime, mode: str) -> dict[str, Row]:
    """Events today and open now, as layers/headline/events.sql says them."""
    week = timedelta(days=7)
    known = [row for row in events_at(logs, as_of, known_at, mode) if row["occurred_at"] > as_of - 192 * HOUR]
    before = events_at(logs, as_of - week, known_at - week, mode)
    n_before = sum(row["occurred_at"] >= day_from - week for row in before)
    ages = [hours_ago(as_of, row["occurred_at"]) for row in known]
    counts = {h: ages.count(h) for h in range(max(ages, default=-1) + 1)}
    older = [float(n) for h, n in counts.items() if h >= 24]
    n_open = [sum(row["is_open"] for row in events_at(logs, as_of - h * HOUR, known_at - h * HOUR, mode)) for h in range(25)]
    today = sum(row["occurred_at"] >= day_from for row in known) if known else None
    found = {
        "events_today": {"value": today, "compare": n_before or None,
                         "trace": [float(counts[h]) for h in sorted(counts, reverse=True) if h < 24] or None,
                         "usual_low": quantile(older, 0.25), "usual_high": quantile(older, 0.75)},
        "open_now": {"value": n_open[0] if known or n_open[0] else None, "compare": n_open[24] or None,
                     "trace": [float(n) for n in reversed(n_open[:24])], "usual_low": None, "usual_high": None}}
    refused = sum(row["is_refused"] for row in events_at(logs, as_of, known_at, mode))
    if refused:
        found["closings_refused"] = {"value": refused, "compare": None, "trace": None, "usual_low": None, "usual_high": None}
    return found


def waits(known: list[Row]) -> dict[str, list[Row]]:
    """The waits that count: answered ones, and those that still wait, once their target time has passed."""
    found: dict[str, list[Row]] = {"response_p50_s": [], "closure_p90_s": []}
    for row in known:
        if row["age_s"] < 0:
            continue
        if row["age_s"] >= (row["response_target_s"] or 0) and (
                row["response_s"] is not None or (row["is_open"] and not row["is_acked"])):
            wait = row["age_s"] if row["response_s"] is None else row["response_s"]
            found["response_p50_s"].append({**row, "wait": float(wait), "goal": row["response_target_s"]})
        if row["age_s"] >= (row["closure_target_s"] or 0) and (row["closure_s"] is not None or row["is_open"]):
            wait = row["age_s"] if row["closure_s"] is None else row["closure_s"]
            found["closure_p90_s"].append({**row, "wait": float(wait), "goal": row["closure_target_s"]})
    return found


def headline_clocks(logs: Logs, as_of: datetime, known_at: datetime, day_from: datetime, mode: str) -> dict[str, Row]:
    """Both clocks, as layers/headline/clocks.sql says them."""
    known = [row for row in events_at(logs, as_of, known_at, mode) if as_of - 192 * HOUR < row["created_at"] <= as_of]
    found = {}
    for figure, rows in waits(known).items():
        share = 0.5 if figure == "response_p50_s" else 0.9
        by_hour = {h: quantile([row["wait"] for row in rows if row["age_s"] // 3600 == h], share) for h in range(192)}
        older = [wait for h, wait in by_hour.items() if h >= 24 and wait is not None]
        today = [row for row in rows if row["created_at"] >= day_from]
        found[figure] = {"value": quantile([row["wait"] for row in today], share),
                         "compare": middle([row["goal"] for row in today if row["goal"] is not None]),
                         "trace": [by_hour[h] for h in range(23, -1, -1)],
                         "usual_low": quantile(older, 0.25), "usual_high": quantile(older, 0.75)}
    untimed = sum(row["created_at"] >= day_from and row["is_closed_untimed"] for row in known)
    if untimed:
        found["closed_untimed"] = {"value": untimed, "compare": None, "trace": None, "usual_low": None, "usual_high": None}
    return found


def mean(values: list[float]) -> float | None:
    """The mean; None of nothing."""
    return sum(values) / len(values) if values else None


def headline_proactive(logs: Logs, as_of: datetime, known_at: datetime, day_from: datetime, mode: str) -> dict[str, Row]:
    """The share found before anybody complained, as layers/headline/proactive.sql says it."""
    week = timedelta(days=7)
    known = [row for row in events_at(logs, as_of, known_at, mode) if row["occurred_at"] > as_of - 192 * HOUR]
    before = [row for row in events_at(logs, as_of - week, known_at - week, mode) if row["occurred_at"] >= day_from - week]

    def share(rows: list[Row]) -> float | None:
        return mean([100.0 if row["is_proactive"] else 0.0 for row in rows])

    by_hour = [share([row for row in known if hours_ago(as_of, row["occurred_at"]) == h]) for h in range(192)]
    older = [value for value in by_hour[24:] if value is not None]
    return {"proactive_pct": {"value": share([row for row in known if row["occurred_at"] >= day_from]), "compare": share(before),
                              "trace": by_hour[23::-1], "usual_low": quantile(older, 0.25), "usual_high": quantile(older, 0.75)}}


def attention(logs: Logs, as_of: datetime, known_at: datetime, mode: str, district: str, most: int) -> list[Row]:
    """Open events, worst first, as layers/attention/rows.sql says them."""
    rows = []
    for row in events_at(logs, as_of, known_at, mode):
        if row["is_open"] and district in {"", row["district_id"]}:
            goal = row["closure_target_s"]
            late = row["age_s"] - goal if goal is not None and row["age_s"] > goal else None
            rows.append({**row, "overdue_s": late})
    rows.sort(key=lambda row: row["event_id"])
    rows.sort(key=lambda row: row["created_at"] if row["overdue_s"] is None else as_of, reverse=True)
    rows.sort(key=lambda row: (row["priority"], row["overdue_s"] is None, -(row["overdue_s"] or 0)))
    names = ("priority", "title", "district_id", "stage", "age_s", "response_s", "response_target_s", "closure_target_s",
             "overdue_s", "n_arrived", "n_units")
    return [{"id": f"event_heat:{row['event_id']}", **{name: row[name] for name in names},
             "closing_refused": row["is_refused"]} for row in rows[:most]]


def stages(logs: Logs, as_of: datetime, known_at: datetime, day_from: datetime, mode: str) -> list[tuple[str, int, int]]:
    """Open events by stage, and today's that came through it, as layers/attention/stages.sql says them."""
    known = [row for row in events_at(logs, as_of, known_at, mode) if row["created_at"] <= as_of]
    today = [row for row in known if row["created_at"] >= day_from]
    return [(stage, sum(row["is_open"] and row["stage"] == stage for row in known),
             sum(stage == "sense" or stage in row["entered"] for row in today)) for stage in STAGES]


def district_now(logs: Logs, as_of: datetime, known_at: datetime, day_from: datetime, mode: str, district: str) -> list[tuple[Any, Any]]:
    """Value and comparison of a district's three figures, as layers/districts/now.sql says them."""
    week, day = timedelta(days=7), timedelta(days=1)

    def here(back: timedelta) -> list[Row]:
        return [row for row in events_at(logs, as_of - back, known_at - back, mode) if row["district_id"] == district]

    known = here(timedelta())
    today = [row for row in known if day_from <= row["created_at"] <= as_of]
    responses = waits(today)["response_p50_s"]
    return [(sum(row["occurred_at"] >= day_from for row in known), sum(row["occurred_at"] >= day_from - week for row in here(week)) or None),
            (quantile([row["wait"] for row in responses], 0.5), middle([row["goal"] for row in responses if row["goal"] is not None])),
            (sum(row["is_open"] for row in known), sum(row["is_open"] for row in here(day)) or None)]


def district_counts(logs: Logs, as_of: datetime, known_at: datetime, day_from: datetime, mode: str,
                    districts: list[Row]) -> list[tuple[Any, ...]]:
    """District, events of today, open, overdue, closed today and refused, as layers/districts/counts.sql says them; '' is none, None the city."""
    known = events_at(logs, as_of, known_at, mode)
    names = {row["district_id"] for row in districts}
    lately = any(row["occurred_at"] > as_of - 192 * HOUR for row in known)
    told = lately or any(row["is_open"] for row in known)

    def count(rows: list[Row], is_told: bool) -> tuple[Any, ...]:
        closed = sum(day_from <= row["told_at"] for row in rows if row["told_at"] is not None and row["created_at"] <= as_of)
        late = sum(row["is_open"] and row["closure_target_s"] is not None and row["age_s"] > row["closure_target_s"] for row in rows)
        found = (sum(row["occurred_at"] >= day_from for row in rows), sum(row["is_open"] for row in rows), late, closed,
                 sum(row["is_refused"] for row in rows))
        return (found[0] if is_told and lately else None, *(each if is_told and told else None for each in found[1:]))

    listed = []
    for district in districts:
        here = [row for row in known if row["district_id"] == district["district_id"]]
        is_told = bool(here) or district["kind"] == "district" or district["n_cells"] > 0
        figures = count(here, is_told)
        order = (not is_told, -(figures[1] or 0), -(figures[2] or 0), -(figures[0] or 0), district["district_id"])
        listed.append((order, (district["district_id"], *figures)))
    nowhere = [row for row in known if row["district_id"] not in names]
    return [*(row for _, row in sorted(listed)), ("", *count(nowhere, True)), (None, *count(known, True))]


def by_hour(logs: Logs, as_of: datetime, known_at: datetime, day_from: datetime, mode: str, district: str) -> list[float | None]:
    """Events of each hour of today, as layers/districts/day.sql says them; None for an hour that has not begun."""
    known = [row for row in events_at(logs, as_of, known_at, mode)
             if district in {"", row["district_id"]} and row["occurred_at"] >= day_from]
    return [float(sum(floor((row["occurred_at"] - day_from) / HOUR) == h for row in known)) if day_from + h * HOUR <= as_of else None
            for h in range(24)]


def marks(logs: Logs, as_of: datetime, known_at: datetime, mode: str, filters: Row) -> list[Row]:
    """Open events with a place, as layers/event_heat/marks.sql draws them when there is room for all."""
    names = ("event_id", "priority", "title", "stage", "age_s", "district_id")
    return sorted(({name: row[name] for name in names} for row in drawn(logs, as_of, known_at, mode, filters) if row["is_open"]),
                  key=lambda row: row["event_id"])


def drawn(logs: Logs, as_of: datetime, known_at: datetime, mode: str, filters: Row) -> list[Row]:
    """Events with a place that pass the filters."""
    return [row for row in events_at(logs, as_of, known_at, mode)
            if row["lon_ud"] is not None and row["lat_ud"] is not None and filters["of_source"] in {"all", row["source_id"]}
            and filters["of_priority"] in {0, row["priority"]} and filters["of_stage"] in {"all", row["stage"]}]


def heat(logs: Logs, as_of: datetime, known_at: datetime, mode: str, window_from: datetime, filters: Row) -> int:
    """How many events the heat adds up, with equal weights."""
    return sum(row["occurred_at"] > window_from or row["is_open"] or row["created_at"] > as_of
               for row in drawn(logs, as_of, known_at, mode, filters))
