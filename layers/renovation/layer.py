"""What is being renewed: estates, lifts in two series, community centres.

Each programme stands against its own plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pydeck as pdk

from twin.layer import (
    Drawing,
    DrawOrder,
    Encoding,
    Field,
    Kind,
    Layer,
    Legend,
    MapData,
    Panel,
    Question,
)
from twin.palette import rgba

# Two series of lifts differ in shape and hue; how far works are is told by shape and
# lightness alone.
STATUS = (
    Kind("planned", "renovation-planned", rgba("text-3"), "estate_planned"),
    Kind("under_way", "renovation-under_way", rgba("text-2"), "estate_under_way"),
    Kind("accepted", "renovation-accepted", rgba("text-1"), "estate_accepted"),
    Kind("added", "renovation-added", rgba("series-a"), "lift_added"),
    Kind("renewed", "renovation-renewed", rgba("series-b"), "lift_renewed"),
    Kind("centre", "renovation-centre", rgba("text-1"), "centre"),
)
LEGEND = Legend("renovation-title", unit="", scale=STATUS)
_WORDS = {
    "planned": "renovation-planned",
    "under_way": "renovation-under_way",
    "accepted": "renovation-accepted",
    "open": "renovation-open",
    "applied": "renovation-applied",
    "approved": "renovation-approved",
    "building": "renovation-building",
    "added": "renovation-added",
    "renewed": "renovation-renewed",
}


def _marks(
    drawing: Drawing, name: str, size: str | float, tooltip: Sequence[Sequence[object]]
) -> tuple[DrawOrder, pdk.Layer]:
    return "mark", pdk.Layer(
        "MarkLayer",
        drawing.urls.data(name),
        id=f"renovation-{name}",
        size_scale=drawing.ratio,
        gather=22 * drawing.ratio,
        pickable=True,
        get_size=size,
        tooltip=[list(line) for line in tooltip],
    )


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return lifts under estates under centres; what is not finished is smaller."""
    status = ["renovation-status", "status", "text", _WORDS]
    return [
        _marks(
            drawing,
            "lifts",
            "is_done ? 10 : 6",
            [
                ["", "estate_name", "text"],
                ["renovation-lift", "kind", "text", _WORDS],
                status,
            ],
        ),
        _marks(
            drawing,
            "estates",
            13,
            [
                ["", "name", "text"],
                status,
                ["renovation-built", "built", "year"],
                ["renovation-households", "households", "count"],
            ],
        ),
        _marks(
            drawing,
            "centres",
            14,
            [["", "name", "text"], status, ["renovation-freed", "freed_m2", "count"]],
        ),
    ]


LAYER = Layer(
    "renovation",
    Path(__file__).parent,
    legend=LEGEND,
    draw=draw,
    visible=False,
    maps=(
        MapData(
            "estates",
            Question("estates.sql"),
            Encoding("point", fill="status", mark="mark"),
        ),
        MapData(
            "lifts", Question("lifts.sql"), Encoding("point", fill="kind", mark="mark")
        ),
        MapData(
            "centres",
            Question("centres.sql"),
            Encoding("point", fill="mark", mark="mark"),
        ),
    ),
    panels=(
        Panel("estates", "figures", "renovation-title", Question("estates_done.sql")),
        Panel(
            "progress",
            "progress",
            "renovation-progress",
            Question("progress.sql", {"district": ""}),
            empty="renovation-none",
        ),
        Panel(
            "districts",
            "rows",
            "renovation-districts",
            Question("districts.sql"),
            fields=(
                Field("name", "renovation-area", "name"),
                Field("year", "renovation-year", "year"),
                Field("estates", "renovation-estates-done", "count"),
                Field("lifts_added", "renovation-lifts-added", "count"),
                Field("lifts_renewed", "renovation-lifts-renewed", "count"),
                Field("communities", "renovation-centres-done", "count"),
            ),
            chooses="district_id",
            empty="renovation-none-by-district",
        ),
        Panel(
            "district",
            "progress",
            "renovation-progress",
            Question("progress.sql"),
            scope="district",
            empty="renovation-no-plan",
        ),
    ),
)
