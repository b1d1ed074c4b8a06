"""What models saw in pictures, what people said of it, and how far it can be trusted.

On the map the detections of the last hours, off by itself; beside it how much of each class
people confirmed. A class that they confirm too seldom is drawn hollow.
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
    Param,
    Question,
)
from twin.palette import rgba

# When a class needs a person's word for each of its detections: DOMAIN A1 row 7.
LEAST_PRECISION, LEAST_VERDICTS = 0.7, 50

# Verdicts on detections of four weeks say how far a class can be trusted: a model that was
# mended is not held to what it saw long ago.
SEEN_HOURS = 4 * 7 * 24

# Detections of so many hours are drawn, and no more than the map shows at once.
DRAWN_HOURS, MOST = 6, 2_000

_TRUST: dict[str, Param] = {
    "seen_hours": SEEN_HOURS,
    "least_verdicts": LEAST_VERDICTS,
    "least_precision": LEAST_PRECISION,
}
STATES = (
    Kind("trusted", "detections-trusted", rgba("text-2"), "detection"),
    Kind("unsure", "detections-unsure", rgba("text-2"), "detection_unsure"),
)
LEGEND = Legend("detections-title", unit="", scale=STATES, note="detections-drawn")
# Classes that have a word in both languages: those of the simulated city's model. Any other is
# shown as its model writes it.
CLASSES = (
    "street_stalls",
    "bike_pileup",
    "waste_exposed",
    "bare_soil",
    "road_damage",
    "manhole_cover",
    "signal_fault",
    "illegal_parking",
    "construction_noise",
    "burning_smell",
    "water_leak",
    "waterlogging",
    "tree_fallen",
    "lamp_out",
    "lift_stuck",
    "power_cut",
    "water_pollution",
    "straw_burning",
    "crowd",
    "fire_lane",
)
_WORDS = {
    name: f"detections-{name}"
    for name in (
        "trusted",
        "unsure",
        "confirmed",
        "rejected",
        "none",
        "camera",
        "drone",
    )
}


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return a mark for each detection of the last hours."""
    marks = pdk.Layer(
        "MarkLayer",
        drawing.urls.data("marks"),
        id="detections-marks",
        size_scale=drawing.ratio,
        gather=22 * drawing.ratio,
        pickable=True,
        get_size=12,
        tooltip=[
            ["", "class", "text", {name: name for name in CLASSES}],
            ["detections-score", "score_pct", "percent"],
            ["detections-maker", "maker", "text"],
            ["detections-device", "device", "text", _WORDS],
            ["detections-device-id", "device_id", "text"],
            ["detections-verdict", "verdict", "text", _WORDS],
            ["detections-state", "state", "text", _WORDS],
            ["detections-evidence", "evidence_uri", "text"],
            ["detections-since", "since_s", "age"],
        ],
    )
    return [("mark", marks)]


LAYER = Layer(
    "detections",
    Path(__file__).parent,
    legend=LEGEND,
    draw=draw,
    visible=False,
    maps=(
        MapData(
            "marks",
            Question("marks.sql", {"drawn_hours": DRAWN_HOURS, "most": MOST, **_TRUST}),
            Encoding("point", fill="state", mark="mark"),
        ),
    ),
    panels=(
        Panel(
            "classes",
            "precision",
            "detections-classes",
            Question("classes.sql", _TRUST),
            fields=(
                Field("class", "detections-class", "message"),
                Field("maker", "detections-maker"),
                Field("n_today", "detections-today", "count"),
                Field("score_pct", "detections-score", "percent"),
                Field("precision_pct", "detections-precision", "percent"),
                Field("low_pct", "detections-low", "percent"),
                Field("high_pct", "detections-high", "percent"),
                Field("n_confirmed", "detections-confirmed", "count"),
                Field("n_rejected", "detections-rejected", "count"),
                Field("override_pct", "detections-override", "percent"),
                Field("named", "detections-state", "message"),
            ),
            empty="detections-nothing",
            note="detections-rule",
        ),
        Panel(
            "verdicts",
            "rows",
            "detections-verdicts",
            Question("classes.sql", _TRUST),
            fields=(
                Field("class", "detections-class", "message"),
                Field("n_confirmed", "detections-confirmed", "count"),
                Field("n_rejected", "detections-rejected", "count"),
                Field("override_pct", "detections-override", "percent"),
                Field("score_pct", "detections-score", "percent"),
                Field("maker", "detections-maker"),
            ),
            empty="detections-nothing",
        ),
        Panel(
            "weeks",
            "rows",
            "detections-weeks",
            Question("weeks.sql", {"seen_hours": SEEN_HOURS}),
            fields=(
                Field("class", "detections-class", "message"),
                Field("week", "detections-week"),
                Field("n_judged", "detections-judged", "count"),
                Field("precision_pct", "detections-precision", "percent"),
                Field("low_pct", "detections-low", "percent"),
                Field("high_pct", "detections-high", "percent"),
            ),
            empty="detections-nothing",
        ),
    ),
)
