"""Which level of the city holds its events: what is held, handed up, and came down today.

It is told of the city, of its districts side by side, and of the chosen one.
"""

from __future__ import annotations

from pathlib import Path

from twin.layer import Field, Layer, Panel, Question

# Steps that are listed: the newest, as many as a panel holds without pushing others off it.
MOST = 8
MOST_IN_DISTRICT = 6
_WHOLE_CITY = {"district": "", "zone_streets": ()}

_LEVELS = (
    Field("named", "levels-level", "message"),
    Field("n_open", "levels-open", "count"),
    Field("n_up", "levels-up", "count"),
    Field("n_down", "levels-down", "count"),
)
_STEPS = (
    Field("since_s", "levels-when", "age"),
    Field("title", "levels-event"),
    Field("way", "levels-way", "message"),
    Field("reason", "levels-reason"),
)

LAYER = Layer(
    "levels",
    Path(__file__).parent,
    panels=(
        Panel(
            "city",
            "rows",
            "levels-title",
            Question("levels.sql", _WHOLE_CITY),
            fields=_LEVELS,
        ),
        Panel(
            "districts",
            "rows",
            "levels-districts",
            Question("districts.sql"),
            fields=(
                Field("name", "levels-name", "name"),
                Field("n_held", "levels-held", "count"),
                Field("n_city", "levels-by-city", "count"),
                Field("n_up", "levels-handed-up", "count"),
                Field("n_down", "levels-came-down", "count"),
            ),
            chooses="district_id",
        ),
        Panel(
            "steps",
            "rows",
            "levels-steps",
            Question("recent.sql", {**_WHOLE_CITY, "most": MOST}),
            fields=_STEPS,
            empty="levels-no-steps",
        ),
        Panel(
            "district",
            "rows",
            "levels-title",
            Question("levels.sql"),
            fields=_LEVELS,
            scope="district",
        ),
        Panel(
            "district-steps",
            "rows",
            "levels-steps",
            Question("recent.sql", {"most": MOST_IN_DISTRICT}),
            fields=_STEPS,
            scope="district",
            empty="levels-no-steps",
        ),
    ),
)
