"""Where events are dense, and the ones that matter.

A field of weighted density lies under marks of open events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pydeck as pdk
from pydeck.types import String

from twin.layer import (
    Drawing,
    DrawOrder,
    Encoding,
    Kind,
    Layer,
    Legend,
    MapData,
    Param,
    Question,
    Ramp,
)
from twin.palette import rgba, spread

# Raster cells along the side of a heat cell, as heat.sql counts them.
CELLS = 5

# What an event counts for, by priority. Assumed: a choice of how the map reads, no rule of
# a city.
WEIGHTS = {"weight_1": 4, "weight_2": 3, "weight_3": 2, "weight_4": 1}
FILTERS: Mapping[str, Param] = {"of_source": "all", "of_priority": 0, "of_stage": "all"}
# Open events that the map is sent at most: all of a large city's, and less than 1 MB.
MOST = 5_000

# Weighted events per km2 at the bright end of the ramp.
HIGH = 12.0
LEVELS = tuple(
    Kind(f"p{priority}", f"priority-{priority}", rgba(f"p{priority}"), f"p{priority}")
    for priority in (1, 2, 3, 4)
)

LEGEND = Legend(
    "event_heat-title",
    unit="event_heat-unit",
    note="event_heat-note",
    low_end="event_heat-few",
    scale=Ramp(
        0.0,
        HIGH,
        spread(("heat-low", "heat-mid", "heat-high"), (0.0, 0.62, 0.92), steps=9),
    ),
)


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return the field, added to the light of the land, and the marks.

    A new mark of priority 1 gets a ring that pulses three times.
    """
    heat = pdk.Layer(
        "RasterLayer",
        drawing.urls.data("heat"),
        id="event_heat-heat",
        raster=list(drawing.raster),
        cells=CELLS,
        smooth=True,
        blend=String("add"),
    )
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
            ["event_heat-stage", "stage", "stage"],
            ["event_heat-age", "age_s", "duration"],
        ],
    )
    return [("field", heat), ("mark", marks)]


LAYER = Layer(
    "event_heat",
    Path(__file__).parent,
    legend=LEGEND,
    draw=draw,
    maps=(
        MapData(
            "heat",
            # What is fainter than a hundredth of the ramp is not seen, and not sent.
            Question("heat.sql", {"least": HIGH / 120, **WEIGHTS, **FILTERS}),
            Encoding("raster", fill="per_km2"),
        ),
        MapData(
            "marks",
            Question("marks.sql", {"most": MOST, **FILTERS}),
            Encoding("point", fill="mark", scale=LEVELS, mark="mark"),
        ),
    ),
)
