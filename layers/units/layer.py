"""Units that work on one event side by side, and those that its words suggest.

Each question takes an event's id; where none is named it speaks of the worst open event with
several units.
"""

from __future__ import annotations

from pathlib import Path

from twin.layer import Field, Layer, Panel, Question

LAYER = Layer(
    "units",
    Path(__file__).parent,
    panels=(
        Panel(
            "rows",
            "rows",
            "units-title",
            Question("units.sql", {"event": ""}),
            fields=(
                Field("title", "units-event"),
                Field("unit_name", "units-unit"),
                Field("state", "units-state", "message"),
                Field("acked_s", "units-acked", "duration"),
                Field("arrived_s", "units-arrived-after", "duration"),
                Field("done_s", "units-done-after", "duration"),
            ),
            empty="units-none",
            note="units-rule",
        ),
        Panel(
            "suggested",
            "rows",
            "units-suggested",
            Question("suggested.sql", {"event": ""}),
            fields=(
                Field("unit_name", "units-unit"),
                Field("word", "units-word"),
                Field("state", "units-order", "message"),
            ),
            empty="units-no-danger",
        ),
    ),
)
