"""GeoTIFFs of made-up ground, as a test writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, TiffImagePlugin

if TYPE_CHECKING:
    from pathlib import Path

GEOGRAPHIC = (1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326)
PROJECTED = (1, 1, 0, 1, 1024, 0, 1, 1)


def write(
    path: Path,
    values: Any,
    box: tuple[float, float, float, float],
    keys: tuple[int, ...] | None = GEOGRAPHIC,
    missing: str = "",
) -> Path:
    """Write heights, north to south, over west, south, east, north in degrees."""
    rows = np.asarray(values, dtype=np.float32)
    west, south, east, north = box
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    if keys is not None:
        wide, high = (east - west) / rows.shape[1], (north - south) / rows.shape[0]
        tags[33550] = (wide, high, 0.0)
        tags.tagtype[33550] = 12
        tags[33922] = (0.0, 0.0, 0.0, west, north, 0.0)
        tags.tagtype[33922] = 12
        tags[34735] = keys
        tags.tagtype[34735] = 3
    if missing:
        tags[42113] = missing
        tags.tagtype[42113] = 2
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rows).save(path, "TIFF", tiffinfo=tags)
    return path
