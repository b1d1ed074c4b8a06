"""What each measured figure means, for a reader who would dispute it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """One figure.

    Attributes:
        table, name: the column of `twin.contracts.measured` that holds it.
        unit: as the contract has it.
        formula: how it is worked out, in the columns of the logs.
        target: where its target stands; '' if it has none.
        absent: when it is null, and how that is drawn.
        source: why it is taken so.
    """

    table: str
    name: str
    title: str
    unit: str
    better: Literal["lower", "higher", "neither"]
    formula: str
    target: str
    absent: str
    source: str


# A median or a percentile of fewer cases is shown with their number, and is not judged.
LEAST_CASES = 10

_CASE = (
    "one district's published case, not a rule of the city: hence a configurable target"
)
_RULE = "the pack's thresholds, assumed where they are marked so"

MEASURES = (
    Measure(
        "event_facts",
        "acked_at",
        "Time to first acknowledgement",
        "UTC",
        "lower",
        "response_s: earliest acked_at among the event's orders, each by its newest"
        " version known then, minus its created_at; whole seconds gone by",
        "sla_targets: response_s, by source and priority",
        "nobody had acknowledged, or nobody knew: drawn as a dash, counted as waiting;"
        " acknowledged before it was opened (by a correction): no length, and not"
        " waiting either",
        _CASE,
    ),
    Measure(
        "event_facts",
        "closed_at",
        "Time until the citizen is told",
        "UTC",
        "lower",
        "closure_s: told_at of the first answer since the event was opened, or opened"
        " again, by the moment looked at, minus created_at; not when the work was done;"
        " answers count in the order of told_at, then version",
        "sla_targets: closure_s, by source and priority",
        "not told by then, or open again: the event is open and is counted so; told"
        " before it was opened: no length",
        _CASE,
    ),
    Measure(
        "event_facts",
        "closed_by_at",
        "Closed, time unknown",
        "UTC",
        "lower",
        "occurred_at of the first answer since the event was opened, or opened again,"
        " where that answer has no told_at: when the source first said that it is"
        " closed; an answer that is corrected by a later one counts no longer from when"
        " that was recorded",
        "",
        "the time is known, or it is open: an event closed without a time is neither"
        " open nor among the times of closing",
        "a file that says 'closed' and not when must not leave the event open for ever,"
        " nor make up a time",
    ),
    Measure(
        "event_facts",
        "arrived_at",
        "Time to the first unit on site",
        "UTC",
        "lower",
        "earliest arrived_at among its orders, minus created_at",
        "",
        "no unit is there yet, or none has to go",
        "the published case names four units sent at once; the first one there counts",
    ),
    Measure(
        "event_facts",
        "done_at",
        "Time until the last required unit is done",
        "UTC",
        "lower",
        "latest done_at among its required orders, minus created_at",
        "",
        "a required unit is not done, or none is required",
        "several units work on one event: it is done when all that are required are",
    ),
    Measure(
        "event_facts",
        "refused_known_at",
        "Closing refused",
        "UTC",
        "lower",
        "open events of which an answer to the citizen was refused, because its moments"
        " made no sense",
        "",
        "none was refused",
        "an event whose closing nobody could take must not stay open in silence",
    ),
    Measure(
        "footprints",
        "lon1_ud",
        "Ground that a camera sees",
        "1e-6 deg",
        "neither",
        "corner rays of a 16:9 picture on flat ground, from height, pitch, field of"
        " view and heading; at most four heights ahead",
        "",
        "camera off, or nothing but sky: no row",
        "the cut-off is assumed: farther away a picture shows too little to count as"
        " seen",
    ),
    Measure(
        "coverage",
        "seen_at",
        "When a camera last saw a cell",
        "UTC",
        "neither",
        "newest footprint that holds the centre of the 50 m cell, in the 24 h before"
        " the moment, by the heartbeats known then; between heartbeats up to a minute"
        " apart it moves straight on; the share of an area that was seen is its cells"
        " seen within the window asked for, each once, divided by its cells",
        "",
        "not seen in 24 h: no row, drawn as unseen and never as fine; no cell of the"
        " city seen in 24 h: no share, neither of the city nor of a district, else 0"
        " and up",
        "a count of cells agrees with exact areas to half a per cent",
    ),
    Measure(
        "link_health",
        "state",
        "State of a department's link",
        "",
        "neither",
        "down if the last answer is older than link_down_s; else late if the newest"
        " record is older than link_late_s; else ok; last answer and newest record are"
        " those of the whole log; a record stamped later than its probe was recorded is"
        " not believed",
        "freshness in city.toml: link_down_s, link_late_s",
        "never probed: 'unknown', drawn as such and never as fine",
        _RULE,
    ),
    Measure(
        "link_health",
        "uptime_30d_pct",
        "ResultColumn probes in 30 days",
        "%",
        "higher",
        "probes with is_ok, divided by probes, times 100",
        "",
        "not probed in 30 days",
        _RULE,
    ),
    Measure(
        "link_health",
        "latency_p50_ms",
        "Usual time to answer",
        "ms",
        "lower",
        "median of latency_ms over answered probes of the last hour",
        "",
        "no answer in the last hour",
        _RULE,
    ),
    Measure(
        "link_health",
        "n_records_24h",
        "Records in a day",
        "records",
        "neither",
        "sum of n_records over probes of the last 24 h",
        "",
        "not probed in 24 h",
        _RULE,
    ),
    Measure(
        "programme_progress",
        "actual",
        "Finished",
        "items",
        "higher",
        "the published result of this scope; else items accepted or open, by the newest"
        " version that had both happened and been recorded, of a closed year the newest"
        " that had happened by 31 December of that year",
        "targets: plan, of the same year, programme and scope",
        "no report of this scope yet: drawn as a dash beside the plan",
        "results of different scope are never one series",
    ),
    Measure(
        "programme_progress",
        "carried",
        "Carried over",
        "items",
        "lower",
        "items of the programme year that were not accepted or open on 31 December of"
        " it, by the city's calendar; those finished since are told apart"
        " (carried_done) and never added to the year's result",
        "",
        "the year has not closed, or no report of this scope: not shown",
        "a year's result is what was finished in it",
    ),
    Measure(
        "programme_progress",
        "due",
        "Due by now",
        "items",
        "neither",
        "plan times the share of the year's days that have begun, by the city's"
        " calendar; a past year's plan is due whole",
        "",
        "no plan was published",
        "a straight line: the city has published no course of works",
    ),
    Measure(
        "indicator_latest",
        "value",
        "Newest value",
        "see indicator",
        "neither",
        "value of the latest occurred_at within the 70 days before the moment, as last"
        " corrected by what was known then",
        "indicators: low and high",
        "withdrawn or missing",
        "the catalogue names unit, formula and usual band of each",
    ),
    Measure(
        "indicator_latest",
        "is_fresh",
        "Whether the value still holds",
        "",
        "higher",
        "the newest value is no older than indicator_periods of its own period: hour,"
        " day, or month of 31 days",
        "freshness in city.toml: indicator_periods",
        "no value within 70 days: no row; not in the catalogue: not fresh",
        _RULE,
    ),
)
