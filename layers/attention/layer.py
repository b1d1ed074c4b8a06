"""What needs attention now, worst first, and where the work stands.

It is told of the city and of the chosen district.
"""

from __future__ import annotations

from pathlib import Path

from twin.layer import Field, Layer, Panel, Question

# Rows of the list: a hall can hold eight in mind at once, and no more.
MOST = 8
MOST_IN_DISTRICT = 6


_WHAT = (
    Field("priority", "attention-priority", "priority"),
    Field("title", "attention-event"),
)
_HOW = (
    Field("stage", "attention-stage", "stage"),
    Field("age_s", "attention-age", "age"),
)

LAYER = Layer(
    "attention",
    Path(__file__).parent,
    panels=(
        Panel(
            "rows",
            "events",
            "attention-title",
            Question("rows.sql", {"district": "", "zone_streets": (), "most": MOST}),
            fields=(*_WHAT, Field("district", "attention-district", "name"), *_HOW),
            empty="attention-none",
            note="attention-rule",
        ),
        Panel("stages", "stages", "attention-stages", Question("stages.sql")),
        Panel(
            "district",
            "events",
            "attention-title",
            Question("rows.sql", {"most": MOST_IN_DISTRICT}),
            fields=(*_WHAT, Field("street", "attention-street", "name"), *_HOW),
            scope="district",
            empty="attention-none",
            note="attention-rule",
        ),
    ),
)
