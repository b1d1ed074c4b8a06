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


FIELDS = (
    Field("place", "bikes-place", "name"),
    Field("state", "bikes-state", "message"),
    Field("n_bikes", "bikes-n", "count"),
    Field("max_n", "bikes-max", "count"),
    Field("area_m2", "bikes-area", "count"),
    Field("blocks", "bikes-blocks", "message"),
    Field("operator", "bikes-operator"),
    Field("first_seen_at", "bikes-first-seen", "moment"),
    Field("stood_s", "bikes-stood", "age"),
    Field("dispatched_s", "bikes-dispatched", "duration"),
    Field("cleared_s", "bikes-cleared", "duration"),
    Field("n_times", "bikes-times", "count"),
    Field("again", "bikes-again", "message", if_any=True),
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
        Panel(
            "rows",
            "rows",
            "bikes-title",
            Question("rows.sql", {"district": "", "zone_streets": (), "most": MOST}),
            fields=FIELDS,
            empty="bikes-none",
            note="bikes-rule",
        ),
        Panel(
            "district",
            "rows",
            "bikes-title",
            Question("rows.sql", {"most": MOST}),
            fields=FIELDS,
            scope="district",
            empty="bikes-none",
            note="bikes-rule",
        ),
    ),
)
