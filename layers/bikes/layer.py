"""Shared bikes piled up before cameras: how many, whose, what they block, what was done."""

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

MOST, MOST_MARKS = 8, 1_000

# What blocks a way is told by the mark's colour of level 2; shape says what it is.
STATES = (
    Kind("blocking", "bikes-blocking", rgba("p2"), "bikes"),
    Kind("free", "bikes-free", rgba("text-1"), "bikes"),
    Kind("lost", "bikes-lost", rgba("text-3"), "bikes_lost"),
)
LEGEND = Legend("bikes-title", unit="", scale=STATES, note="bikes-note")


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return a mark for each pile."""
    marks = pdk.Layer(
        "MarkLayer",
        drawing.urls.data("marks"),
        id="bikes-marks",
        size_scale=drawing.ratio,
        pickable=True,
        get_size="n_bikes >= 30 ? 20 : 16",
        tooltip=[
            ["", "place_en" if drawing.lang == "en" else "place", "text"],
            ["bikes-n", "n_bikes", "count"],
            ["bikes-area", "area_m2", "count"],
            ["bikes-operator", "operator", "text"],
            ["bikes-stood", "stood_s", "duration"],
        ],
    )
    return [("mark", marks)]


NOW = (
    Field("place", "bikes-place", "name"),
    Field("n_bikes", "bikes-n", "count"),
    Field("area_m2", "bikes-area", "count"),
    Field("blocks", "bikes-blocks", "message"),
    Field("operator", "bikes-operator"),
    Field("stood_s", "bikes-stood", "age"),
)
COURSE = (
    Field("place", "bikes-place", "name"),
    Field("state", "bikes-state", "message"),
    Field("max_n", "bikes-max", "count"),
    Field("dispatched_s", "bikes-dispatched", "duration"),
    Field("cleared_s", "bikes-cleared", "duration"),
    Field("n_times", "bikes-times", "count"),
    Field("again", "bikes-again", "message", if_any=True),
)
CITY = Question("rows.sql", {"district": "", "zone_streets": (), "most": MOST})
DISTRICT = Question("rows.sql", {"most": MOST})


def _rows(
    name: str, title: str, question: Question, fields: tuple[Field, ...], note: str
) -> Panel:
    scope = "district" if question is DISTRICT else "city"
    return Panel(
        name,
        "rows",
        title,
        question,
        fields=fields,
        scope=scope,
        empty="bikes-none",
        note=note,
    )


LAYER = Layer(
    "bikes",
    Path(__file__).parent,
    legend=LEGEND,
    draw=draw,
    visible=False,
    maps=(
        MapData(
            "marks",
            Question("marks.sql", {"most": MOST_MARKS}),
            Encoding("point", fill="state", mark="mark"),
        ),
    ),
    panels=(
        Panel("figures", "figures", "bikes-figures", Question("figures.sql")),
        _rows("rows", "bikes-title", CITY, NOW, "bikes-rule"),
        _rows("course", "bikes-course", CITY, COURSE, ""),
        _rows("district", "bikes-title", DISTRICT, NOW, "bikes-rule"),
        _rows("district-course", "bikes-course", DISTRICT, COURSE, ""),
    ),
)
