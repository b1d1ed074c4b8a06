"""One event, told from one end to the other, where it is picked on the map or in a list."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from twin.layer import Field, Layer, Panel, Param, Question
from twin.service_clocks import AMBER_PCT, ARRIVAL_S

_CLOCKS: Mapping[str, Param] = {"amber_pct": AMBER_PCT, "arrival_s": ARRIVAL_S}

# The answers of an event that give account of themselves.
_ANSWERS = (
    Field("response_s", "event-response", "duration"),
    Field("closure_s", "event-closed", "duration"),
    Field("unit", "event-who"),
)

# Aircraft that could look, at most: who has to choose chooses among few.
MOST_EYES = 4


def _facts(name: str, kind: str) -> Panel:
    """Return what an event is as a panel of a kind."""
    return Panel(
        name,
        kind,
        "event-lanes" if name == "lanes" else "event-facts",
        Question("facts.sql", _CLOCKS),
        fields=() if name == "lanes" else _ANSWERS,
        scope="event",
        empty="event-unknown",
    )


LAYER = Layer(
    "event",
    Path(__file__).parent,
    panels=(
        _facts("facts", "event"),
        _facts("whole", "whole-event"),
        _facts("lanes", "lanes"),
        Panel(
            "reports",
            "rows",
            "event-reports",
            Question("reports.sql"),
            fields=(
                Field("nth", "event-nth", "count"),
                Field("title", "event-report"),
                Field("event_source", "event-reported-by", "name"),
                Field("reported_at", "event-reported", "moment"),
            ),
            scope="event",
            empty="event-no-reports",
            note="event-reports-note",
        ),
        Panel(
            "eyes",
            "rows",
            "event-eyes",
            Question("eyes.sql", {"most": MOST_EYES}),
            fields=(
                Field("drone_id", "event-eye"),
                Field("away_km", "event-away", "number"),
                Field("reach_s", "event-reach", "duration"),
                Field("battery_pct", "event-battery", "percent"),
            ),
            scope="event",
            empty="event-no-eyes",
            note="event-eyes-note",
        ),
        Panel(
            "units",
            "rows",
            "event-units",
            Question("units.sql"),
            fields=(
                Field("unit", "event-unit"),
                Field("state", "event-state", "message"),
                Field("acked_s", "event-acked", "duration"),
                Field("arrived_s", "event-arrived", "duration"),
                Field("done_s", "event-done", "duration"),
            ),
            scope="event",
            empty="event-no-units",
            note="event-units-note",
        ),
        Panel(
            "stages",
            "rows",
            "event-stages",
            Question("stages.sql"),
            fields=(
                Field("stage", "event-stage", "stage"),
                Field("entered_at", "event-entered", "moment"),
                Field("dwell_s", "event-dwell", "duration"),
                Field("target_s", "event-stage-target", "duration", if_any=True),
                Field("note", "event-note", if_any=True),
            ),
            scope="event",
            empty="event-no-stages",
        ),
        Panel(
            "steps",
            "rows",
            "event-steps",
            Question("steps.sql"),
            fields=(
                Field("way", "event-way", "message"),
                Field("from_level", "event-from-level", "message"),
                Field("to_level", "event-to-level", "message"),
                Field("moved_at", "event-moved", "moment"),
                Field("reason", "event-reason", if_any=True),
            ),
            scope="event",
            empty="event-no-steps",
        ),
        Panel(
            "answers",
            "rows",
            "event-answers",
            Question("answers.sql"),
            fields=(
                Field("what", "event-answer", "message"),
                Field("told_at", "event-told", "moment"),
                Field("satisfied", "event-satisfied", "message"),
            ),
            scope="event",
            empty="event-no-answers",
        ),
        Panel(
            "changes",
            "rows",
            "event-changes",
            Question("changes.sql"),
            fields=(
                Field("field", "event-field", "message"),
                Field("was", "event-was"),
                Field("is_now", "event-is-now"),
                Field("recorded_at", "event-recorded", "moment"),
            ),
            scope="event",
            empty="event-no-changes",
        ),
    ),
)
