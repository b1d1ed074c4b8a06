"""What is known now of a moment that is looked back at, and was not known then.

It is asked of the newest snapshot: the one that answers the moment cannot tell what came later.
"""

from __future__ import annotations

from pathlib import Path

from twin.layer import Field, Layer, Panel, Question

# Rows of the list: the rest is counted above it.
MOST = 8

LAYER = Layer(
    "later",
    Path(__file__).parent,
    panels=(
        Panel(
            "figures",
            "figures",
            "later-title",
            Question("figures.sql", moment="newest"),
        ),
        Panel(
            "rows",
            "rows",
            "later-rows",
            Question("rows.sql", {"most": MOST}, moment="newest"),
            fields=(
                Field("priority", "later-priority", "priority"),
                Field("title", "later-event"),
                Field("kind", "later-kind", "message"),
                Field("recorded_at", "later-recorded", "moment"),
            ),
            empty="later-none",
            note="later-note",
        ),
    ),
)
