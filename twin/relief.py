"""Heights of the ground, from a GeoTIFF in degrees (EPSG 4326), as Pillow reads it.

Its place stands in the tags of GeoTIFF 1.1 (OGC 19-008r4): the side of a pixel (33550), a tie
point (33922), and the keys that say what the coordinates are (34735).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image

from twin.errors import PackError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Grid = np.ndarray[Any, np.dtype[np.float32]]

# Tags and keys of GeoTIFF, and of GDAL for what is not known.
_SIDE, _TIE, _KEYS, _NO_DATA = 33550, 33922, 34735, 42113
_MODEL, _GEOGRAPHIC = 1024, 2

# More pixels are more than a map of a city needs, and would take gigabytes to read.
_MOST_PX = 120_000_000

# The highest and lowest ground on earth, m, with room to spare.
_LOWEST, _HIGHEST = -500.0, 9_000.0


@dataclass(frozen=True)
class Heights:
    """Heights, m, north to south and west to east; NaN where they are not known.

    Attributes:
        bounds: west, south, east, north, deg WGS 84.
    """

    values: Grid
    bounds: tuple[float, float, float, float]


def read(path: Path, most_px: int) -> Heights:
    """Return the heights of a file, thinned until no side is longer than `most_px`.

    They are read once while the file stays as it is.

    Raises:
        PackError: it cannot be read, or is no GeoTIFF of heights in degrees.
    """
    try:
        there = path.stat()
    except OSError as error:
        raise _off(path, f"cannot be read: {error.strerror}") from error
    return _read(path, most_px, there.st_mtime_ns, there.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, most_px: int, _mtime_ns: int, _size: int) -> Heights:
    try:
        with Image.open(path, formats=["TIFF"]) as picture:
            tags = cast("Mapping[int, Any]", getattr(picture, "tag_v2", {}))
            bounds = _bounds(path, tags, picture.size)
            if picture.size[0] * picture.size[1] > _MOST_PX:
                raise _off(path, f"has more than {_MOST_PX:,} pixels")
            if len(picture.getbands()) > 1:
                raise _off(path, "is a picture with colours, not one band of heights")
            values = np.asarray(picture, dtype=np.float32)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _off(path, f"is no whole TIFF ({str(error)[:80]})") from error
    missing = _missing(tags)
    values = np.where(values == missing, np.nan, values) if missing else values
    known = values[~np.isnan(values)]
    if not known.size or known.min() < _LOWEST or known.max() > _HIGHEST:
        raise _off(path, f"has heights outside {_LOWEST:g} to {_HIGHEST:g} m, or none")
    step = max(1, math.ceil(max(values.shape) / most_px))
    return Heights(values[::step, ::step].astype(np.float32), bounds)


def _bounds(
    path: Path, tags: Mapping[int, Any], size: tuple[int, int]
) -> tuple[float, float, float, float]:
    keys = tags.get(_KEYS, ())
    model = {keys[at]: keys[at + 3] for at in range(4, len(keys) - 3, 4)}.get(_MODEL)
    if _SIDE not in tags or _TIE not in tags or model != _GEOGRAPHIC:
        raise _off(path, "does not say where it lies in degrees")
    wide, high = (float(each) for each in tags[_SIDE][:2])
    column, row, _, west, north, *_ = (float(each) for each in tags[_TIE])
    west, north = west - column * wide, north + row * high
    box = (west, north - size[1] * high, west + size[0] * wide, north)
    if not (-180 <= box[0] < box[2] <= 180 and -90 <= box[1] < box[3] <= 90):
        raise _off(path, "lies outside the world")
    return box


def _missing(tags: Mapping[int, Any]) -> float | None:
    """Return the value that stands where the height is not known; None where there is none."""
    try:
        return float(str(tags[_NO_DATA]).strip("\0 "))
    except (KeyError, ValueError):
        return None


def _off(path: Path, what: str) -> PackError:
    return PackError(
        f"{path.name} {what}.",
        fix=(
            "make one of heights in metres, as in: gdalwarp -t_srs EPSG:4326 -ot Float32"
            " heights.tif new.tif."
        ),
    )
