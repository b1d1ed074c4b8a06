"""Rings of outlines, made sound.

They are closed, of three corners at least, without crossings, and with an area.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Decimals of coordinates, in degrees or metres: less is noise that upsets the arithmetic of
# shapes.
_DECIMALS = 9

# Square degrees (or metres): about a square centimetre, and no district.
_NO_AREA = 1e-14


def sound(geometry: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the polygons of a geometry, valid, and what was off.

    Return (None, ...) if no area is in it.
    """
    try:
        if geometry.get("type") == "GeometryCollection":
            parts = [
                sound(each)
                for each in geometry["geometries"]
                if each["type"] in {"Polygon", "MultiPolygon", "GeometryCollection"}
            ]
            shapes = [shape for shape, _ in parts if shape is not None]
            why = "; ".join(reason for _, reason in parts if reason)
            return (union(shapes), why) if shapes else (None, why)
        polygons = (
            [geometry["coordinates"]]
            if geometry["type"] == "Polygon"
            else geometry["coordinates"]
        )
        closed, why = _closed(polygons)
        shape = shapely.force_2d(
            shapely.from_geojson(
                json.dumps({"type": "MultiPolygon", "coordinates": closed})
            )
        )
        if not shape.is_valid:
            reason, _, place = str(shapely.is_valid_reason(shape)).partition("[")
            at = (
                f" at {', '.join(f'{float(x):.10g}' for x in place.rstrip(']').split())}"
                if place
                else ""
            )
            why = "; ".join([*([why] if why else []), f"{reason.strip().lower()}{at}"])
        shape = mended(shape)
    except (
        shapely.GEOSException,
        TypeError,
        KeyError,
        ValueError,
        OverflowError,
        RecursionError,
    ):
        return None, "it cannot be read"
    return (None if shape.is_empty else shape), why


def mended(shape: Any) -> Any:
    """Return the polygons of a shape, valid.

    What has no area that a double can tell from none is left out.

    Raises:
        GEOSException: the corners are such that no arithmetic can tell inside from outside.
    """
    try:
        whole = _polygons(shape if shape.is_valid else shapely.make_valid(shape))
    except shapely.GEOSException:
        whole = shapely.Polygon()
    if whole.is_empty or not whole.is_valid:
        whole = _polygons(
            shapely.make_valid(shape, method="structure", keep_collapsed=False)
        )
    parts = [
        part
        for part in shapely.get_parts(whole)
        if part.is_valid and part.area > _NO_AREA
    ]
    return (
        shapely.MultiPolygon(parts)
        if len(parts) > 1
        else parts[0]
        if parts
        else shapely.Polygon()
    )


def union(shapes: Sequence[Any]) -> Any:
    """Return several polygons as one shape.

    Where they nearly touch, corners move by a grid of 1e-9.
    """
    try:
        found = _polygons(shapely.union_all(shapes))
    except shapely.GEOSException:
        found = shapely.Polygon()
    return (
        found
        if not found.is_empty and found.is_valid
        else _polygons(shapely.union_all(shapes, grid_size=1e-9))
    )


def _closed(polygons: Sequence[Any]) -> tuple[list[Any], str]:
    """Return polygons with each ring closed and of three corners at least, and what was off."""
    kept: list[Any] = []
    why: dict[str, None] = {}
    for polygon in polygons:
        rings: list[Any] = []
        for number, given in enumerate(polygon):
            ring = [
                [round(float(x), _DECIMALS) for x in corner[:2]] for corner in given
            ]
            if not all(math.isfinite(x) for corner in ring for x in corner):
                ring = [corner for corner in ring if all(map(math.isfinite, corner))]
                why["corners that are no numbers left out"] = None
            if ring and ring[0] != ring[-1]:
                ring.append(ring[0])
                why["a ring that was not closed"] = None
            if len(ring) >= 4:
                rings.append(ring)
                continue
            why["a ring of fewer than three corners left out"] = None
            if number == 0:
                break  # without its outer ring a polygon is nothing
        if rings:
            kept.append(rings)
    return kept, "; ".join(why)


def _polygons(shape: Any) -> Any:
    """Return the parts of a shape that are polygons, as one polygon or several."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    parts = [
        part
        for part in shapely.get_parts(shape)
        if part.geom_type in {"Polygon", "MultiPolygon"}
    ]
    return shapely.union_all(parts) if parts else shapely.Polygon()
