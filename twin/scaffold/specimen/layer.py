"""Specimen: open events that no unit has acknowledged.

Marks on the map, a table, and how many they are.
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

# Marks that are drawn, and rows of the table, at most.
MOST_MARKS, MOST_ROWS = 300, 6

# The legend alone says what a value looks like: here the mark and colour of each level.
LEGEND = Legend(
    "specimen-title",
    unit="",
    scale=tuple(
        Kind(f"p{level}", f"priority-{level}", rgba(f"p{level}"), f"p{level}")
        for level in (1, 2, 3, 4)
    ),
)
FIELDS = (
    Field("priority", "specimen-level", "priority"),
    Field("title", "specimen-event"),
    Field("district", "specimen-district", "name"),
    Field("age_s", "specimen-age", "age"),
)


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return one mark per event; a tooltip tells of it."""
    marks = pdk.Layer(
        "MarkLayer",
        drawing.urls.data("marks"),
        id="specimen-marks",
        size_scale=drawing.ratio,
        pickable=True,
        get_size=18,
        tooltip=[
            ["", "title", "text"],
            ["specimen-level", "priority", "priority"],
            ["specimen-age", "age_s", "duration"],
        ],
    )
    return [("mark", marks)]


LAYER = Layer(
    "specimen",
    Path(__file__).parent,
    legend=LEGEND,
    draw=draw,
    maps=(
        MapData(
            "marks",
            Question("rows.sql", {"placed": True, "most": MOST_MARKS}),
            Encoding("point", fill="mark", mark="mark"),
        ),
    ),
    panels=(
        Panel(
            "rows",
            "rows",
            "specimen-rows",
            Question("rows.sql", {"placed": False, "most": MOST_ROWS}),
            fields=FIELDS,
            empty="specimen-none",
        ),
        Panel(
            "count",
            "figures",
            "specimen-title",
            Question("count.sql"),
        ),
    ),
)
