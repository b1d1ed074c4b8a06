"""Where drones are, and what they have seen: coverage by age under arrowheads.

Integrated, online and flying aircraft are kept apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pydeck as pdk
from pydeck.types import String

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
    Ramp,
)
from twin.palette import rgba, spread

# Raster cells along the side of a coverage cell, as coverage.sql counts them.
CELLS = 2

# Age at which a sight fades out, s.
OLD_S = 3_600.0

LEGEND = Legend(
    "drone_coverage-title",
    unit="",
    note="drone_coverage-note",
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
        MapData("coverage", Question("coverage.sql"), Encoding("raster", fill="age_s")),
        MapData("footprints", Question("footprints.sql"), Encoding("ring")),
        MapData(
            "drones",
            Question("drones.sql"),
            Encoding(
                "point", fill="state", scale=STATES, angle="angle_deg", mark="mark"
            ),
        ),
    ),
    panels=(
        Panel(
            "fleet",
            "figures",
            "drone_coverage-fleet",
            Question("fleet.sql"),
            live=("drones_integrated", "drones_online", "drones_flying"),
        ),
        Panel("seen", "figures", "drone_coverage-title", Question("seen.sql")),
        Panel(
            "uses",
            "rows",
            "drone_coverage-uses",
            Question("uses.sql"),
            fields=(
                Field("use_case", "drone_coverage-use", "message"),
                Field("n_integrated", "drone_coverage-integrated", "count"),
                Field("n_online", "drone_coverage-online", "count"),
                Field("n_flying", "drone_coverage-in-air", "count"),
                Field("battery_pct", "drone_coverage-charge", "percent"),
            ),
            empty="drone_coverage-no-fleet",
        ),
        Panel(
            "districts",
            "rows",
            "drone_coverage-districts",
            Question("districts.sql"),
            fields=(
                Field("name", "drone_coverage-area", "name"),
                Field("seen_pct", "drone_coverage-seen", "percent"),
                Field("n_flying", "drone_coverage-in-air", "count"),
                Field("n_registered", "drone_coverage-integrated", "count"),
            ),
            chooses="district_id",
            empty="drone_coverage-no-outline",
        ),
        Panel(
            "district",
            "figures",
            "drone_coverage-title",
            Question("district.sql"),
            scope="district",
        ),
    ),
)
