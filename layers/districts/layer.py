"""The land itself: districts, water, roads and bridges, and names.

A district has its figures of the day, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pydeck as pdk
from pydeck.types import String

from twin.base_map import base_map, until_base
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

# From this zoom on streets have borders and names, and roads have theirs.
STREETS_FROM = 12
_NEAR = [STREETS_FROM, 99]

# How much of the light falls on land that is far from the city's edge.
_GLOW = 0.16

# How much of the shade of hills: enough to see a ridge, too little to be taken for data.
_HILLS = 0.34

# Widths of roads on the ground by kind, m, and the least on the screen, px: hair-thin over the
# city, in proportion over streets. A choice of how the map reads.
_ROADS = {"ring": 24, "axis": 17, "bridge": 20}
_OTHER_ROADS_M, _CASING_M = 10, 13
_ROAD_PX, _CASED_PX = 0.7, 1.7


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


def _name(drawing: Drawing) -> str:
    return "name_en" if drawing.lang == "en" else "name"


def _called(drawing: Drawing) -> str:
    """Return an accessor of a feature's name in the language of the view."""
    return f"properties.{_name(drawing)} || properties.name"


def _land(drawing: Drawing) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return the land, lighter towards the middle of the city, and its waters with a shore."""
    urls, district = drawing.urls, drawing.pinned.district
    found: list[tuple[DrawOrder, pdk.Layer]] = [
        (
            "land",
            pdk.Layer(
                "GeoJsonLayer",
                urls.pack("land"),
                id="districts-land",
                filled=True,
                stroked=False,
                pickable=True,
                get_fill_color=_of_chosen(
                    district, rgba("land-raised"), rgba("land-edge")
                ),
            ),
        )
    ]
    found += _shaded(drawing, "land", "land-glow", _GLOW)
    found += _hills(drawing)
    span = until_base(drawing, "water")
    if urls.pack("water") and span:
        water = pdk.Layer(
            "GeoJsonLayer",
            urls.pack("water"),
            id="districts-water",
            filled=True,
            stroked=False,
            get_fill_color=rgba("shore"),
            span=span,
        )
        color = rgba("shore-line")
        shore = _lines(drawing, "water", "shore", color, 0.9, span=span, rests=True)
        found.append(("water", water))
        found.append(("water", shore))
        found += _shaded(drawing, "water", "water", 1.0, span)
    return found


def _hills(drawing: Drawing) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return the shade that hills throw; none where the pack brings no heights."""
    shade = drawing.urls.shade("hills")
    if shade is None:
        return []
    picture = pdk.Layer(
        "BitmapLayer",
        id="districts-hills",
        image=String(shade.url),
        bounds=list(shade.bounds),
        opacity=_HILLS**2.2,
    )
    return [("land", picture)]


def _shaded(
    drawing: Drawing,
    role: str,
    token: str,
    alpha: float,
    span: Sequence[float] = (0, 99),
) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return the light inside the outlines of a role; none where the pack has no such file."""
    shade = drawing.urls.shade(role)
    if shade is None:
        return []
    picture = pdk.Layer(
        "BitmapLayer",
        id=f"districts-{role}-shade",
        image=String(shade.url),
        bounds=list(shade.bounds),
        tint_color=list(rgba(token)[:3]),
        # deck.gl takes opacity as the eye sees it; alpha is what is mixed.
        opacity=alpha**2.2,
        span=list(span),
    )
    return [("land" if role == "land" else "water", picture)]


def _roads(drawing: Drawing) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return roads and bridges: a dark casing under each, so that they cross cleanly."""
    url, span = drawing.urls.pack("roads"), until_base(drawing, "roads")
    if not url or not span:
        return []
    common: dict[str, object] = {
        "stroked": True,
        "filled": False,
        "line_width_units": String("meters"),
        "line_joint_rounded": True,
        "line_cap_rounded": True,
    }
    casing = pdk.Layer(
        "GeoJsonLayer",
        url,
        id="districts-roads-casing",
        span=until_base(drawing, "roads", _NEAR) or [0, 0],
        get_line_color=rgba("bg", 0.75),
        get_line_width=_widths(_CASING_M),
        line_width_min_pixels=_CASED_PX * drawing.ratio,
        rests=True,
        **common,
    )
    roads = pdk.Layer(
        "GeoJsonLayer",
        url,
        id="districts-roads",
        span=span,
        get_line_color=(
            f"properties.kind == 'bridge' ? {list(rgba('text-2', 0.85))} :"
            f" {list(rgba('border', 0.75))}"
        ),
        get_line_width=_widths(0),
        line_width_min_pixels=_ROAD_PX * drawing.ratio,
        **common,
    )
    return [("water", casing), ("water", roads)]


def _widths(more_m: int) -> str:
    """Return an accessor of a road's width and `more_m`, m."""
    kinds = " : ".join(
        f"properties.kind == '{kind}' ? {wide_m + more_m}"
        for kind, wide_m in _ROADS.items()
    )
    return f"{kinds} : {_OTHER_ROADS_M + more_m}"


def _lines(
    drawing: Drawing,
    role: str,
    name: str,
    color: object,
    width_px: float,
    **more: object,
) -> pdk.Layer:
    """Return the outlines of a role as lines of a width on the screen."""
    return pdk.Layer(
        "GeoJsonLayer",
        drawing.urls.pack(role),
        id=f"districts-{name}",
        filled=False,
        stroked=True,
        line_width_units=String("pixels"),
        line_width_scale=drawing.ratio,
        line_joint_rounded=True,
        get_line_color=color,
        get_line_width=width_px,
        **more,
    )


def _edges(drawing: Drawing) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return the borders of districts, and of streets where the map is near."""
    district = drawing.pinned.district
    found: list[tuple[DrawOrder, pdk.Layer]] = []
    if drawing.urls.pack("streets"):
        streets = _lines(
            drawing,
            "streets",
            "street-borders",
            rgba("border", 0.5),
            0.8,
            span=_NEAR,
        )
        found.append(("line", streets))
    if district:
        dim = pdk.Layer(
            "GeoJsonLayer",
            drawing.urls.pack("land"),
            id="districts-dim",
            filled=True,
            stroked=False,
            get_fill_color=_of_chosen(district, rgba("bg", 0), rgba("bg", _DIM)),
        )
        found.append(("line", dim))
    casing = _lines(drawing, "land", "casing", rgba("bg", 0.6), 2.6, rests=True)
    found.append(("line", casing))
    found.append(("line", _lines(drawing, "land", "borders", rgba("border"), 1.1)))
    if district:
        chosen = _of_chosen(district, rgba("text-1"), rgba("bg", 0))
        found.append(("line", _lines(drawing, "land", "chosen", chosen, 2)))
    return found


def _along(
    drawing: Drawing,
    role: str,
    *,
    size: int,
    priority: float,
    color: object,
    halo: object,
    **more: object,
) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return names that follow the lines of a role; none where the pack has no such file."""
    url = drawing.urls.pack(role)
    if not url:
        return []
    names = pdk.Layer(
        "NamesLayer",
        url,
        id=f"districts-{role}-names",
        along=True,
        get_text=_called(drawing),
        get_color=color,
        get_size=size,
        get_priority=priority,
        size_scale=drawing.ratio,
        halo_color=halo,
        halo_width=2,
        font_weight=400,
        **more,
    )
    return [("name", names)]


def _names(drawing: Drawing) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return names by their claim to room: districts, streets, places, rivers, roads."""
    district, ratio = drawing.pinned.district, drawing.ratio
    districts = pdk.Layer(
        "NamesLayer",
        drawing.urls.data("names"),
        id="districts-names",
        get_text=_name(drawing),
        get_size=19,
        sizes=[[8.6, 0.74], [11, 1]],
        get_color=rgba("text-2"),
        get_priority="100 + n_cells / 100000",
        halo_color=rgba("bg", 0.9),
        halo_width=3,
        letter_spacing=2,
        size_scale=ratio,
        moves=True,
        lead_color=rgba("text-2", 0.7),
        pickable=True,
    )
    streets = pdk.Layer(
        "NamesLayer",
        drawing.urls.data("streets"),
        id="districts-streets",
        get_text=_name(drawing),
        get_size=13,
        get_color=rgba("text-2", 0.9),
        get_priority=f"district_id == '{district}' ? 50 : 40",
        get_zooms=f"district_id == '{district}' ? [0, 99] : {_NEAR}",
        halo_color=rgba("bg", 0.8),
        halo_width=2,
        size_scale=ratio,
    )
    found: list[tuple[DrawOrder, pdk.Layer]] = [
        ("name", districts),
        ("name", streets),
    ]
    if drawing.urls.pack("places"):
        found += _places(drawing)
    found += _along(
        drawing,
        "rivers",
        size=15,
        priority=20,
        color=rgba("water-name"),
        halo=rgba("water", 0.8),
        letter_spacing=4,
        sizes=[[8.6, 0.86], [11, 1], [14, 1.25]],
    )
    near = until_base(drawing, "names", _NEAR)
    if near is None:
        return found
    return found + _along(
        drawing,
        "roads",
        size=12,
        priority=10,
        color=rgba("text-2", 0.9),
        halo=rgba("bg", 0.8),
        letter_spacing=1,
        span=near,
    )


def _places(drawing: Drawing) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return known places, each a small square with its name beside it, where the map is near."""
    url, near = drawing.urls.pack("places"), [STREETS_FROM + 0.5, 99]
    spots = pdk.Layer(
        "GeoJsonLayer",
        url,
        id="districts-places",
        span=near,
        stroked=False,
        get_fill_color=rgba("text-2"),
        get_point_radius=2.2,
        point_radius_units=String("pixels"),
        point_radius_scale=drawing.ratio,
    )
    names = pdk.Layer(
        "NamesLayer",
        url,
        id="districts-places-names",
        span=near,
        get_text=_called(drawing),
        get_size=12,
        get_color=rgba("text-2"),
        get_text_anchor=String("start"),
        get_pixel_offset=[7, 0],
        get_priority=30,
        halo_color=rgba("bg", 0.8),
        halo_width=2,
        size_scale=drawing.ratio,
    )
    return [("name", spots), ("name", names)]


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return land, water and roads, the rest dimmed, and borders.

    Names follow, of districts, streets, places, rivers and roads.
    """
    return [
        *_land(drawing),
        *base_map(drawing),
        *_roads(drawing),
        *_edges(drawing),
        *_names(drawing),
    ]


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
        Panel(
            "now",
            "figures",
            "districts-now",
            Question("now.sql"),
            scope="district",
            behind={
                each: Question("behind.sql", {"of": each})
                for each in (
                    "district_events_today",
                    "district_response_p50_s",
                    "district_open_now",
                )
            },
        ),
        Panel(
            "district-day",
            "trend",
            "districts-day",
            Question("day.sql"),
            scope="district",
        ),
        Panel(
            "streets",
            "rows",
            "districts-streets",
            Question("street_counts.sql"),
            fields=(
                Field("name", "districts-street", "name"),
                Field("open_now", "districts-open-street", "count"),
                Field("overdue_now", "districts-overdue", "count"),
                Field("events_today", "districts-today", "count"),
            ),
            scope="district",
            empty="districts-no-streets",
        ),
    ),
)
