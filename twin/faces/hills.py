"""The shade that hills throw, from a pack's heights: light from the north-west, as maps have it."""

from __future__ import annotations

import io
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image

from twin import relief
from twin.faces.shade import Shade, mercator_north

if TYPE_CHECKING:
    from pathlib import Path

# Longest side of the picture, px.
_MOST_PX = 1_400

# Where the light stands: degrees from the north, clockwise, and above the horizon. Hills are
# exaggerated, or a city on a plain would have none.
_FROM_DEG, _HIGH_DEG, _TIMES = 315.0, 45.0, 2.5

# Levels of dark and of light on both sides of level ground, which is not drawn at all.
_LEVELS = 24
_M_PER_DEG = 111_320.0


def hills(path: Path) -> Shade:
    """Return the picture: black with alpha where a slope is dark, white where it is lit.

    Made once while the file stays as it is.

    Raises:
        PackError: the file cannot be read, or is no GeoTIFF of heights in degrees.
    """
    relief.read(path, _MOST_PX)
    there = path.stat()
    return _made(path, there.st_mtime_ns, there.st_size)


@lru_cache(maxsize=2)
def _made(path: Path, _mtime_ns: int, _size: int) -> Shade:
    heights = relief.read(path, _MOST_PX)
    west, south, east, top = heights.bounds
    return Shade(_png(_even(shaded(heights), south, top)), (west, south, east, top))


def shaded(heights: relief.Heights) -> relief.Grid:
    """Return how much lighter or darker than level ground each place is, −1 to 1.

    By Horn's slope (Proceedings of the IEEE 69, 1981) as numpy's gradient has it; 0 where a height
    is not known.
    """
    values = heights.values
    rows, columns = values.shape
    west, south, east, top = heights.bounds
    if rows < 2 or columns < 2:
        return np.zeros_like(values)
    middle = math.cos(math.radians((south + top) / 2))
    east_m = (east - west) / columns * _M_PER_DEG * middle
    south_m = (top - south) / rows * _M_PER_DEG
    down, right = np.gradient(values.astype(float), south_m, east_m)
    rise = _TIMES * np.hypot(down, right)
    slope = np.arctan(rise)
    aspect = np.arctan2(down, -right)
    light, high = math.radians(90 - _FROM_DEG), math.radians(_HIGH_DEG)
    lit = math.sin(high) * np.cos(slope)
    lit += math.cos(high) * np.sin(slope) * np.cos(light - aspect)
    level = math.sin(high)
    dark, bright = lit / level - 1, (lit - level) / (1 - level)
    found = cast("Any", np.where(lit < level, dark, bright)).clip(-1, 1)
    found[np.isnan(values)] = 0
    return np.nan_to_num(found).astype(np.float32)


def _even(values: relief.Grid, south: float, top: float) -> relief.Grid:
    """Return rows that are even in Mercator's north instead of in degrees."""
    rows = values.shape[0]
    low, high = mercator_north(south), mercator_north(top)
    middles = cast("Any", np.arange(rows))
    wanted = high - (middles + 0.5) / rows * (high - low)
    lat = np.degrees(2 * np.arctan(np.exp(np.radians(wanted))) - math.pi / 2)
    at = np.clip(((top - lat) / (top - south) * rows).astype(int), 0, rows - 1)
    return values[at]


def _png(values: relief.Grid) -> bytes:
    level = np.rint(values * _LEVELS).astype(int) + _LEVELS
    picture = Image.fromarray(level.astype(np.uint8), mode="P")
    sides: list[Any] = [0] * 3 * _LEVELS + [255] * 3 * (_LEVELS + 1)
    picture.putpalette(sides)
    alphas = bytes(
        round(255 * abs(n - _LEVELS) / _LEVELS) for n in range(2 * _LEVELS + 1)
    )
    out = io.BytesIO()
    picture.save(out, "PNG", transparency=alphas, optimize=True)
    return out.getvalue()
