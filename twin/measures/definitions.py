"""What each measure means, in sentences that a reader can dispute. Absent is never zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twin.contracts.measured import COVERAGE, EVENT_FACTS, FOOTPRINTS, INDICATOR_LATEST, LINK_HEALTH, PROGRAMME_PROGRESS
from twin.measures.coverage import GAP, KEPT
from twin.measures.footprints import FAR


@dataclass(frozen=True)
class Measure:
    """The definition of one measure.

    Attributes:
        name: name of the measure; that of its column where it stands in one.
        table: measure table that it is read from.
        reads: columns of that table that it is made of.
        title: what it is called, in plain words.
        unit: what it counts or measures; '' for a state.
        better: which way is good, or 'neither'.
        formula: how it is worked out.
        target: where its target comes from.
        absent: what it means that there is no value, and how that shows.
        source: where the definition comes from, and how sure it is.
    """

    name: str
    table: str
    reads: tuple[str, ...]
    title: str
    unit: str
    better: Literal["higher", "lower", "neither"]
    formula: str
    target: str
    absent: str
    source: str


_CASE = "one published case of one district (answer in 2 minutes, end in 30), not a rule of the city: hence a target that can be set"
_CLOCK_TARGET = "sla_targets: the most exact row of (source, priority), (source, any), (any, priority), (any, any)"

RESPONSE = Measure(
    name="response_s", table=EVENT_FACTS.name, reads=("response_s", "response_known_s", "response_target_s"),
    title="Time to first acknowledgement", unit="s", better="lower",
    formula="earliest acked_at among the newest versions of the event's dispatches, minus its created_at; whole seconds gone by",
    target=f"{_CLOCK_TARGET}: response_s",
    absent="nobody has acknowledged yet, or it was taken back: null, drawn as a dash, counted as waiting", source=_CASE)

CLOSURE = Measure(
    name="closure_s", table=EVENT_FACTS.name, reads=("closure_s", "closure_known_s", "closure_target_s"),
    title="Time until the citizen is told", unit="s", better="lower",
    formula="earliest told_at of the feedbacks after the last one that opened the event again, minus its created_at; "
            "when the work was done (done_s) does not end it",
    target=f"{_CLOCK_TARGET}: closure_s",
    absent="the citizen was not told, or did not accept the answer: null, drawn as a dash, counted as open", source=_CASE)

FOOTPRINT = Measure(
    name="footprint", table=FOOTPRINTS.name, reads=tuple(column.name for column in FOOTPRINTS.columns if column.name.endswith("_ud")),
    title="Ground in the picture", unit="1e-6 deg", better="neither",
    formula=f"where the rays to the picture's four corners meet flat ground, at most {FAR:g} heights ahead; from height, pitch, "
            "heading and horizontal field of view, for a picture of 16:9",
    target="none", absent="camera off, on the ground, or nothing but sky: no row",
    source="geometry; the far limit is assumed: beyond it a picture shows too little to count as seen")

SEEN = Measure(
    name="seen_pct", table=COVERAGE.name, reads=("cell_x", "cell_y", "district_id", "seen_at"),
    title="Share of the ground that cameras have seen", unit="%", better="higher",
    formula="cells of the city's 50 m raster whose centre lay in a footprint within the window that is asked for, divided by the "
            f"cells of the area; heartbeats of one aircraft at most {GAP.total_seconds():.0f} s apart are joined into a swath; "
            "a cell seen often counts once",
    target="none: how much of a city ought to be seen is for the city to say",
    absent=f"nothing was seen in {KEPT.total_seconds() / 3600:.0f} h, or the area has no outline: null, drawn as a dash",
    source="definition of this project; cells agree with exact areas to half a per cent")

LINK = Measure(
    name="state", table=LINK_HEALTH.name, reads=("state", "state_since", "last_ok_at", "last_record_at"),
    title="State of a department's link", unit="", better="neither",
    formula="down if the last answer is older than link_down_s; else late if the newest record is older than link_late_s; else ok",
    target="freshness in city.toml: link_down_s and link_late_s",
    absent="never probed in 30 days: 'unknown', drawn as such and never as fine", source="limits are assumed and can be set")

PROGRESS = Measure(
    name="actual", table=PROGRAMME_PROGRESS.name, reads=("plan", "actual", "under_way", "due", "basis"),
    title="Finished, of what is planned", unit="items", better="higher",
    formula="the published result where there is one, else items whose newest version is accepted (centres: open), by year, programme "
            "and scope; lifts added and lifts renewed are two series and are never summed",
    target="targets: plan; by a day of the year, the plan times the share of the year's days that have begun",
    absent="no report of this scope yet: null, drawn as a dash beside the plan, not as zero",
    source="published plans and results of the city, each with its scope; a straight line through the year is assumed")

FRESHNESS = Measure(
    name="is_fresh", table=INDICATOR_LATEST.name, reads=("occurred_at", "value", "quality", "day_before", "is_fresh"),
    title="Whether an indicator's value still holds", unit="", better="higher",
    formula="the newest value by occurred_at, as last corrected, is no older than indicator_periods of its own period (hour, day, month of 31 days)",
    target="freshness in city.toml: indicator_periods",
    absent="no value in 70 days: no row; a period that passed without a value: null with quality 'missing'",
    source="number of periods is assumed and can be set")

MEASURES = (RESPONSE, CLOSURE, FOOTPRINT, SEEN, LINK, PROGRESS, FRESHNESS)
"""Every measure that is worked out when a snapshot is published."""
