"""Where drones are, and what they have seen: coverage by age under arrowheads.

Integrated, online and flying aircraft are kept apart.
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
    Panel,
    Param,
    Ramp,
)
from twin.palette import rgba, spread
from twin.view import Pinned

# Raster cells along the side of a coverage cell, as coverage.sql counts them.
CELLS = 2

# Age at which a sight fades out, s.
OLD_S = 3_600.0

LEGEND = Legend(
    "drone_coverage-title",
    unit="",
    note="drone_coverage-note",
    count="drones_flying",
    low_end="drone_coverage-old",
    high_end="drone_coverage-new",
    scale=Ramp(OLD_S, 0.0, spread(("coverage", "coverage"), (0.03, 0.46), steps=5)),
)
STATES = (
    Kind("flying", "drone_coverage-flying", rgba("text-1"), "drone"),
    Kind("returning", "drone_coverage-returning", rgba("text-1"), "drone"),
    Kind("docked", "drone_coverage-docked", rgba("text-3", 0.5), "dock"),
    Kind("charging", "drone_coverage-charging", rgba("text-3", 0.5), "dock"),
    Kind("fault", "drone_coverage-fault", rgba("p2"), "dock"),
)
_WORDS = {kind.value: kind.name for kind in STATES}


def ask_now(pinned: Pinned) -> Mapping[str, Param]:
    """Return both clocks; silences come from the city's freshness settings."""
    return {"as_of": pinned.as_of, "known_at": pinned.known_at}


def ask_coverage(pinned: Pinned) -> Mapping[str, Param]:
    """Return what the field asks."""
    return {**ask_now(pinned), "window_from": pinned.window_from}


def ask_fleet(pinned: Pinned) -> Mapping[str, Param]:
    """Return what the figures of the fleet ask."""
    return {
        **ask_now(pinned),
        "day_from": pinned.day_from,
        "mode": pinned.view.mode,
        **pinned.day_before,
    }


def ask_district(pinned: Pinned) -> Mapping[str, Param]:
    """Return what the figures of the chosen district ask."""
    return {**ask_now(pinned), "district": pinned.district}


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return the field and the aircraft.

    What cameras see right now is drawn only beside a chosen district or drone, to keep
    the map calm.
    """
    seen = pdk.Layer(
        "RasterLayer",
        drawing.urls.data("coverage"),
        id="drone_coverage-seen",
        raster=list(drawing.raster),
        cells=CELLS,
        smooth=True,
    )
    drones = pdk.Layer(
        "MarkLayer",
        drawing.urls.data("drones"),
        id="drone_coverage-drones",
        size_scale=drawing.ratio,
        pickable=True,
        get_size="mark == 'drone' ? 13 : 4.5",
        tooltip=[
            ["", "drone_id", "text"],
            ["drone_coverage-state", "state", "text", _WORDS],
            ["drone_coverage-height", "height_m", "number"],
            ["drone_coverage-battery", "battery_pct", "count"],
            ["drone_coverage-heard", "age_s", "duration"],
        ],
    )
    found: list[tuple[DrawOrder, pdk.Layer]] = [("field", seen), ("mark", drones)]
    if drawing.pinned.district or drawing.pinned.view.picked.startswith(
        "drone_coverage:"
    ):
        rings = pdk.Layer(
            "PathLayer",
            drawing.urls.data("footprints"),
            id="drone_coverage-footprints",
            get_color=rgba("coverage", 0.55),
            get_width=1,
            width_units=String("pixels"),
            width_scale=drawing.ratio,
        )
        found.insert(1, ("line", rings))
    return found


LAYER = Layer(
    "drone_coverage",
    Path(__file__).parent,
    legend=LEGEND,
    draw=draw,
    maps=(
        MapData(
            "coverage", "coverage.sql", ask_coverage, Encoding("raster", fill="age_s")
        ),
        MapData("footprints", "footprints.sql", ask_now, Encoding("ring")),
        MapData(
            "drones",
            "drones.sql",
            ask_now,
            Encoding(
                "point", fill="state", scale=STATES, angle="angle_deg", mark="mark"
            ),
        ),
    ),
    panels=(
        Panel(
            "fleet",
            "fleet",
            "figures",
            "drone_coverage-fleet",
            "fleet.sql",
            ask_fleet,
            order=1,
            live=("drones_integrated", "drones_online", "drones_flying"),
        ),
        Panel(
            "seen",
            "headline",
            "figures",
            "drone_coverage-title",
            "seen.sql",
            ask_now,
            order=4,
        ),
        Panel(
            "district",
            "district",
            "figures",
            "drone_coverage-title",
            "district.sql",
            ask_district,
            order=50,
        ),
    ),
)
