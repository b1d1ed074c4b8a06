"""The base map of a city under all that its layers draw, in the colours of the house.

Widths and dashes are those of `assets/src/base_tiles.js`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pydeck as pdk
from pydeck.types import String

from twin.palette import rgba

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.layer import Drawing, DrawOrder

# From this zoom on streets of a base map have their names, and houses are drawn.
NAMES_FROM, BUILDINGS_FROM = 13, 14

# Pictures of others are drawn in the house's greys: none of their colour is left.
_PALER = 1

_COLORS = {
    "land": rgba("park", 0.55),
    "water": rgba("water"),
    "buildings": rgba("building", 0.45),
    "casing": rgba("road-casing"),
    "ring": rgba("road-ring"),
    "avenue": rgba("road-avenue"),
    "street": rgba("road-street"),
    "lane": rgba("road-lane"),
    "rail": rgba("rail", 0.8),
    "picture": rgba("land-raised"),
}
# What is drawn under choropleths, what over them, and what over all.
_GROUND, _LINES = ("land",), ("water", "buildings", "roads")


def base_map(drawing: Drawing) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return the base map: its land, its waters and roads, and the names of its roads.

    None of it where the city has no base map that can be drawn.
    """
    base = drawing.urls.base()
    if base is None:
        return []
    if base.map.kind == "raster":
        return [("land", _tiles(drawing, "pictures", ("pictures",)))]
    names = _tiles(
        drawing,
        "names",
        ("names",),
        span=[NAMES_FROM, 99],
        size_scale=drawing.ratio,
        name_color=rgba("text-2", 0.9),
        halo_color=rgba("bg", 0.8),
    )
    return [
        ("land", _tiles(drawing, "ground", _GROUND)),
        ("water", _tiles(drawing, "lines", _LINES)),
        *([("name", names)] if "names" in base.map.layers else []),
    ]


def until_base(
    drawing: Drawing, role: str, span: Sequence[float] = (0, 99)
) -> list[float] | None:
    """Return at which zooms the pack's own geometry of a role is drawn.

    That is where the base map has none; None where it always has.
    """
    base, (low, high) = drawing.urls.base(), span
    if base is None or not base.map.replaces(role):
        return [low, high]
    high = min(high, base.map.min_zoom)
    return [low, high] if low < high else None


def _tiles(drawing: Drawing, name: str, draws: Sequence[str], **more: Any) -> pdk.Layer:
    base = drawing.urls.base()
    if base is None:
        raise ValueError("there is no base map to draw")
    return pdk.Layer(
        "BaseTiles",
        id=f"base-{name}",
        archive=String(base.url),
        # A dict keeps its words; a list of words would be read as columns of rows.
        draws=dict.fromkeys(draws, True),
        parts={role: list(names) for role, names in base.map.layers.items()},
        colors={part: list(color) for part, color in _COLORS.items()},
        bounds=list(base.map.bounds),
        tile_zooms=[base.map.min_zoom, base.map.max_zoom],
        buildings_from=BUILDINGS_FROM,
        # A wall is looked at from afar: tiles are as much coarser as its marks are larger.
        coarser=round(math.log2(max(drawing.ratio, 1)), 2),
        width_scale=drawing.ratio,
        english=drawing.lang == "en",
        paler=_PALER,
        **more,
    )
