"""The land itself: districts, water, roads and bridges, and names.

A district has its figures of the day, too.
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
    Field,
    Layer,
    MapData,
    Panel,
    Param,
    Question,
)
from twin.palette import rgba

# What a question of the whole city asks, whatever district is chosen.
_WHOLE_CITY: Mapping[str, Param] = {"district": "", "zone_streets": ()}

# How much the districts that are not chosen recede.
_DIM = 0.3

# A river's name stands at these quarters of its length; where two would touch, one stays.
_RIVER_QUARTERS = (1, 2, 3)


_COUNTS = (
    Field("name", "districts-name", "name"),
    Field("open_now", "districts-open", "count"),
    Field("overdue_now", "districts-overdue", "count"),
    Field("refused_now", "districts-refused", "count", if_any=True),
    Field("events_today", "districts-today", "count"),
    Field("closed_today", "districts-closed", "count"),
)


def _of_chosen(
    district: str, chosen: Sequence[int], others: Sequence[int]
) -> str | list[int]:
    """Return an accessor: one colour for the chosen district, one for the rest.

    Ids are those of the pack, checked by `pin`.
    """
    return (
        f"properties.district_id == '{district}' ? {list(chosen)} : {list(others)}"
        if district
        else list(others)
    )


def _rivers(drawing: Drawing) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return names along the rivers, which give way to all others.

    Return none where the pack has no rivers.
    """
    url = drawing.urls.pack("rivers")
    return [
        (
            "name",
            pdk.Layer(
                "NamesLayer",
                url,
                id=f"districts-river-{quarter}",
                along=quarter / 4,
                get_text=f"properties.{_name(drawing)} || properties.name",
                get_color=rgba("water-name"),
                get_size=15,
                size_scale=drawing.ratio,
                halo_color=rgba("water"),
                halo_width=2,
                letter_spacing=3,
                get_priority=-2,
                font_weight=400,
            ),
        )
        for quarter in _RIVER_QUARTERS
        if url
    ]


def _name(drawing: Drawing) -> str:
    return "name_en" if drawing.lang == "en" else "name"


def _land(drawing: Drawing) -> list[tuple[DrawOrder, pdk.Layer]]:
    urls, district = drawing.urls, drawing.pinned.district
    land = pdk.Layer(
        "GeoJsonLayer",
        urls.pack("land"),
        id="districts-land",
        filled=True,
        stroked=False,
        pickable=True,
        get_fill_color=_of_chosen(district, rgba("land-raised"), rgba("land")),
    )
    water = pdk.Layer(
        "GeoJsonLayer",
        urls.pack("water"),
        id="districts-water",
        filled=True,
        stroked=False,
        get_fill_color=rgba("water"),
    )
    roads = pdk.Layer(
        "GeoJsonLayer",
        urls.pack("roads"),
        id="districts-roads",
        stroked=True,
        filled=False,
        get_line_color=rgba("edge", 0.55),
        line_width_units=String("pixels"),
        line_width_scale=drawing.ratio,
        get_line_width=(
            "properties.kind == 'axis' ? 0.5 : properties.kind == 'bridge' ? 1.4 : 0.8"
        ),
    )
    found: list[tuple[DrawOrder, pdk.Layer]] = [("land", land)]
    if urls.pack("water"):
        found.append(("water", water))
    return [*found, ("water", roads)] if urls.pack("roads") else found


def _edges(drawing: Drawing) -> list[tuple[DrawOrder, pdk.Layer]]:
    urls, district = drawing.urls, drawing.pinned.district
    line = pdk.Layer(
        "GeoJsonLayer",
        urls.pack("land"),
        id="districts-borders",
        filled=False,
        stroked=True,
        line_width_units=String("pixels"),
        line_width_scale=drawing.ratio,
        line_joint_rounded=True,
        get_line_color=rgba("line"),
        get_line_width=1,
    )
    if not district:
        return [("line", line)]
    dim = pdk.Layer(
        "GeoJsonLayer",
        urls.pack("land"),
        id="districts-dim",
        filled=True,
        stroked=False,
        get_fill_color=_of_chosen(district, rgba("bg", 0), rgba("bg", _DIM)),
    )
    chosen = pdk.Layer(
        "GeoJsonLayer",
        urls.pack("land"),
        id="districts-chosen",
        filled=False,
        stroked=True,
        line_width_units=String("pixels"),
        line_width_scale=drawing.ratio,
        line_joint_rounded=True,
        get_line_color=_of_chosen(district, rgba("text-1"), rgba("bg", 0)),
        get_line_width=2,
    )
    return [("line", dim), ("line", line), ("line", chosen)]


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return land, water and roads, the rest dimmed, and borders.

    Names follow, of rivers, districts and the chosen district's streets.
    """
    names = pdk.Layer(
        "NamesLayer",
        drawing.urls.data("names"),
        id="districts-names",
        get_text=_name(drawing),
        get_size=19,
        get_color=rgba("text-2"),
        get_priority="n_cells / 1000",
        halo_color=rgba("bg", 0.9),
        halo_width=3,
        letter_spacing=2,
        size_scale=drawing.ratio,
        pickable=True,
    )
    found: list[tuple[DrawOrder, pdk.Layer]] = [
        *_land(drawing),
        *_edges(drawing),
        *_rivers(drawing),
        ("name", names),
    ]
    if drawing.pinned.district:
        found.append(
            (
                "name",
                pdk.Layer(
                    "NamesLayer",
                    drawing.urls.data("streets"),
                    id="districts-streets",
                    get_text=_name(drawing),
                    get_size=12,
                    get_color=rgba("text-2", 0.85),
                    get_priority=-1,
                    halo_color=rgba("bg", 0.8),
                    halo_width=2,
                    size_scale=drawing.ratio,
                ),
            )
        )
    return found


LAYER = Layer(
    "districts",
    Path(__file__).parent,
    draw=draw,
    maps=(
        MapData("names", Question("names.sql"), Encoding("point")),
        MapData("streets", Question("streets.sql"), Encoding("point")),
    ),
    panels=(
        Panel("day", "trend", "districts-city-day", Question("day.sql", _WHOLE_CITY)),
        Panel(
            "counts",
            "rows",
            "districts-counts",
            Question("counts.sql"),
            fields=_COUNTS,
            chooses="district_id",
            note="districts-zones",
            note_of="functional_zone",
        ),
        Panel("now", "figures", "districts-now", Question("now.sql"), scope="district"),
        Panel(
            "district-day",
            "trend",
            "districts-day",
            Question("day.sql"),
            scope="district",
        ),
    ),
)
