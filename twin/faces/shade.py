"""Pictures of how far inside an outline a place is, from which a map shades land and water.

Light falls off towards the edge of the city, and water is paler at its shore.
"""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from twin.errors import PackError
from twin.geography import read_features

if TYPE_CHECKING:
    from pathlib import Path

# Steps of alpha that a picture has: the eye sees no bands, and the file stays small.
_LEVELS = 32

# Where Mercator's square map of the world ends, deg.
_NORTHMOST = 85.05


@dataclass(frozen=True)
class Kind:
    """How a role of the pack's geography is shaded.

    Attributes:
        depth_m: how far inside the outline the shade is whole, m.
        most_px: longest side of the picture, px.
    """

    depth_m: float
    most_px: int


# Depths are choices of how the map reads: water turns within a river's half width.
KINDS = {"land": Kind(9_000, 320), "water": Kind(420, 1_400)}


@dataclass(frozen=True)
class Shade:
    """A picture (PNG, white, alpha 0 at the edge to 1 inside) and where it lies.

    Attributes:
        bounds: west, south, east, north, deg WGS 84; rows are even in Mercator's north.
    """

    png: bytes
    bounds: tuple[float, float, float, float]


def shade(path: Path, role: str) -> Shade:
    """Return the shade of a GeoJSON file of polygons; made once while the file stays as it is.

    Raises:
        PackError: the file cannot be read, or holds no area.
        KeyError: the role has no shade.
    """
    try:
        there = path.stat()
    except OSError as error:
        raise PackError(
            f"{path.name} cannot be read: {error.strerror}.",
            fix=f"put the file at {path.name}.",
        ) from error
    return _made(path, KINDS[role], there.st_mtime_ns, there.st_size)


@lru_cache(maxsize=8)
def _made(path: Path, kind: Kind, _mtime_ns: int, _size: int) -> Shade:
    polygons = _polygons(path)
    bounds = shapely.total_bounds(np.array(polygons, dtype=object))
    west, south, east, north = (float(edge) for edge in bounds)
    side_m = max(
        (east - west) * 111_320 * math.cos(math.radians((south + north) / 2)),
        (north - south) * 111_320,
    )
    px_m = max(side_m / kind.most_px, 1.0)
    low, high = mercator_north(south), mercator_north(north)
    scale = kind.most_px / max(east - west, high - low, 1e-9)
    size = (
        max(1, round((east - west) * scale)),
        max(1, round((high - low) * scale)),
    )
    mask = _filled(polygons, size, (west, high), scale)
    radius = max(1.0, kind.depth_m / px_m / 2)
    # Beyond the picture lies nothing: the blur must not take its last row for what goes on.
    room = math.ceil(3 * radius)
    blurred = ImageOps.expand(mask, room, 0).filter(ImageFilter.GaussianBlur(radius))
    depth = np.asarray(ImageOps.crop(blurred, room), dtype=float) / 255
    inside = np.clip(2 * depth - 1, 0, 1) * (np.asarray(mask) / 255)
    return Shade(_png(inside), (west, south, east, north))


def _polygons(path: Path) -> list[Any]:
    """Return the polygons of a file; lines and points have no inside and are left out."""
    try:
        shapes = [
            shapely.from_geojson(json.dumps(feature["geometry"]))
            for feature in read_features(path)
        ]
    except shapely.GEOSException as error:
        raise PackError(
            f"{path.name} has a geometry that cannot be read.", why=f"{error}."
        ) from error
    parts = [part for shape in shapes for part in getattr(shape, "geoms", [shape])]
    found = [
        part for part in parts if part.geom_type == "Polygon" and not part.is_empty
    ]
    if not found:
        raise PackError(f"{path.name} holds no area to shade.", fix="give it polygons.")
    return found


def mercator_north(lat: float) -> float:
    """Return Mercator's way to the north, in degrees of longitude; the poles are cut off."""
    lat = min(max(lat, -_NORTHMOST), _NORTHMOST)
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))


def _filled(
    polygons: list[Any],
    size: tuple[int, int],
    corner: tuple[float, float],
    scale: float,
) -> Image.Image:
    """Return a mask, 255 inside; `corner` is the north-west one, `scale` px per degree."""
    mask = Image.new("L", size, 0)
    pen = ImageDraw.Draw(mask)
    for polygon in polygons:
        for ring, fill in (
            (polygon.exterior, 255),
            *((r, 0) for r in polygon.interiors),
        ):
            corners = shapely.get_coordinates(ring)
            x = (corners[:, 0] - corner[0]) * scale
            y = (corner[1] - np.vectorize(mercator_north)(corners[:, 1])) * scale
            pen.polygon(list(zip(x.tolist(), y.tolist(), strict=True)), fill=fill)
    return mask


def _png(inside: np.ndarray[Any, np.dtype[np.float64]]) -> bytes:
    """Return white with the alpha of `inside`, 0 to 1."""
    level = np.rint(inside * (_LEVELS - 1)).astype(np.uint8)
    picture = Image.fromarray(level, mode="P")
    picture.putpalette([255, 255, 255] * _LEVELS)
    alphas = bytes(round(255 * n / (_LEVELS - 1)) for n in range(_LEVELS))
    out = io.BytesIO()
    picture.save(out, "PNG", transparency=alphas, optimize=True)
    return out.getvalue()
