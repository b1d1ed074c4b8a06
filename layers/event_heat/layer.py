"""Where events are dense, and the ones that matter.

A field of density lies under marks of open events. Far off it is smoothed, on streets it is
counted in small squares; where its six steps begin the data say.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pydeck as pdk
from pydeck.types import String

from twin.layer import (
    Band,
    Drawing,
    DrawOrder,
    Encoding,
    Kind,
    Layer,
    Legend,
    MapData,
    Question,
    Steps,
)
from twin.palette import rgba, spread

# Open events that the map is sent at most: all of a large city's, and less than 1 MB.
MOST = 5_000

# How far back the street looks at least, days.
STREET_DAYS = 7

# Cells along the side of a tile, where there are so many events that one answer would be too
# large: 9 bytes a cell keep the fullest below 1 MB on the wire.
TILE = 320

LEVELS = tuple(
    Kind(f"p{priority}", f"priority-{priority}", rgba(f"p{priority}"), f"p{priority}")
    for priority in (1, 2, 3, 4)
)
COLORS = spread(("heat-low", "heat-mid", "heat-high"), (0.42, 0.72, 0.98), steps=6)
STEPS = tuple(Band(step, "", color) for step, color in enumerate(COLORS, start=1))

# A single square of a few pixels must be seen: it cannot be as faint as a field is.
SQUARES = tuple(
    Band(step, "", color)
    for step, color in enumerate(
        spread(("heat-low", "heat-mid", "heat-high"), (0.78, 0.9, 1.0), steps=6), 1
    )
)


@dataclass(frozen=True)
class Zooms:
    """How heat is counted between two zooms of the map.

    Attributes:
        side_m: side of a heat cell, m.
    """

    name: str
    zooms: tuple[float, float]
    side_m: int


# Cells of 250, 150, 100 and 50 m, spread over 330, 200, 130 and 66 m: from 3 to 9 px on a
# screen, so that a spot is seen and a street is not blurred.
FIELDS = (
    Zooms("heat", (0, 10.25), 250),
    Zooms("heat_near", (10.25, 11.25), 150),
    Zooms("heat_close", (11.25, 12.25), 100),
    Zooms("heat_closer", (12.25, 13), 50),
)
STREET = Zooms("street", (13, 24), 25)

# One question for all: it is asked once, whatever the zoom.
STEPS_OF = Question("steps.sql", {"least_days": STREET_DAYS})

# A truth of a row, in words.
_YES_NO = {"true": "event_heat-ai-yes", "false": "event_heat-ai-no"}
LEGEND = Legend("event_heat-title", unit="event_heat-per-km2", scale=STEPS)


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return the field, one for each range of zooms, and the marks.

    A new mark of priority 1 gets a ring that pulses three times.
    """
    place = "place_en" if drawing.lang == "en" else "place"
    fields = [_field(drawing, each) for each in (*FIELDS, STREET)]
    marks = pdk.Layer(
        "MarkLayer",
        drawing.urls.data("marks"),
        id="event_heat-marks",
        size_scale=drawing.ratio,
        pickable=True,
        get_size="priority == 1 ? 24 : priority == 2 ? 20 : priority == 3 ? 15 : 11",
        gather=26 * drawing.ratio,
        pulse=String("p1"),
        pulse_size=46,
        pulse_color=rgba("p1"),
        tooltip=[
            ["", "title", "text"],
            ["event_heat-priority", "priority", "priority"],
            ["event_heat-place", place, "text"],
            ["event_heat-stage", "stage", "stage"],
            ["event_heat-unit", "unit", "text"],
            ["event_heat-since", "created_at", "moment"],
            ["event_heat-age", "age_s", "duration"],
            ["event_heat-ai", "is_ai", "text", _YES_NO],
        ],
    )
    return [*(("field", each) for each in fields), ("mark", marks)]


def _field(drawing: Drawing, at: Zooms) -> pdk.Layer:
    """Return the field of a range of zooms: all are one layer of the map, and take turns."""
    water = drawing.urls.pack("water")
    look: dict[str, object] = {"gap": 0.7, "smooth": False}
    if at is not STREET:
        look = {"steps": [list(color) for color in COLORS]}
    if water:
        look |= {"mask": String(water), "mask_alpha": 0.2}
    return pdk.Layer(
        "RasterLayer",
        drawing.urls.data(at.name),
        id="event_heat-heat",
        raster=list(drawing.raster),
        cells=at.side_m / drawing.cell_m,
        zooms=list(at.zooms),
        tiles=drawing.tiles(at.side_m, drawing.urls.tile(at.name)),
        zoom_offset=math.log2(drawing.ratio),
        **look,
    )


def _of_field(at: Zooms) -> MapData:
    own = {"side_m": float(at.side_m)}
    return MapData(
        at.name,
        Question("heat.sql", own),
        Encoding("raster"),
        at.zooms,
        TILE,
        Steps(
            STEPS_OF,
            "event_heat-per-km2",
            "event_heat-counts",
            f"event_heat-note-{at.name.replace('_', '-')}",
        ),
    )


def _of_street() -> MapData:
    own = {"side_m": float(STREET.side_m), "least_days": STREET_DAYS}
    return MapData(
        STREET.name,
        Question("street.sql", own),
        Encoding("raster", fill="step", scale=SQUARES),
        STREET.zooms,
        TILE,
        Steps(
            STEPS_OF,
            "event_heat-per-cell",
            "event_heat-street-counts",
            "event_heat-note-street",
            whole=True,
        ),
    )


LAYER = Layer(
    "event_heat",
    Path(__file__).parent,
    legend=LEGEND,
    draw=draw,
    counts=Question("counts.sql"),
    maps=(
        *(_of_field(each) for each in FIELDS),
        _of_street(),
        MapData(
            "marks",
            Question("marks.sql", {"most": MOST}),
            Encoding("point", fill="mark", scale=LEVELS, mark="mark"),
        ),
    ),
)
