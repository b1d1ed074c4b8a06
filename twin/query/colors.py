"""From values and a legend's scale to colours, all rows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.layer import Band, Kind, Ramp

if TYPE_CHECKING:
    from collections.abc import Sequence

Colors = npt.NDArray[np.uint8]

# Colour of what is unknown, or outside the legend: not drawn.
NONE = (0, 0, 0, 0)


def paint(
    values: pa.ChunkedArray, scale: Ramp | Sequence[Band] | Sequence[Kind]
) -> Colors:
    """Return one colour per value, n x 4 bytes.

    Null, and what the scale does not name, is not drawn.
    """
    if isinstance(scale, Ramp):
        return _ramp(_numbers(values), scale)
    if scale and isinstance(scale[0], Kind):
        return _kinds(values, cast("Sequence[Kind]", scale))
    return _bands(_numbers(values), cast("Sequence[Band]", scale))


def _numbers(values: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Return the values as float64; null is NaN."""
    return np.asarray(
        values.cast(pa.float64(), safe=False)
        .combine_chunks()
        .to_numpy(zero_copy_only=False),
        dtype=np.float64,
    )


def _ramp(values: npt.NDArray[np.float64], ramp: Ramp) -> Colors:
    """Return colours on straight lines between those of the ramp.

    The ramp's are spread evenly from `low` to `high`, and its ends hold beyond them.
    """
    stops = np.asarray(ramp.colors, dtype=np.float64)
    share = np.clip((values - ramp.low) / (ramp.high - ramp.low), 0.0, 1.0) * (
        len(stops) - 1
    )
    known = ~np.isnan(share)
    share = np.where(known, share, 0.0)
    low = np.minimum(share.astype(np.int64), len(stops) - 2)
    part = (share - low)[:, None]
    colors = np.rint(stops[low] * (1 - part) + stops[low + 1] * part).astype(np.uint8)
    colors[~known] = NONE
    return colors


def _bands(values: npt.NDArray[np.float64], bands: Sequence[Band]) -> Colors:
    """Return the colour of the last band whose `low` a value reaches.

    Below the first it is not drawn.
    """
    table = np.asarray([NONE, *(band.color for band in bands)], dtype=np.uint8)
    at = np.searchsorted(np.asarray([band.low for band in bands]), values, side="right")
    return table[np.where(np.isnan(values), 0, at)]


def _kinds(values: pa.ChunkedArray, kinds: Sequence[Kind]) -> Colors:
    """Return the colour of the kind that a value names."""
    table = np.asarray([*(kind.color for kind in kinds), NONE], dtype=np.uint8)
    found = pc.index_in(
        values, value_set=pa.array([kind.value for kind in kinds], pa.string())
    )
    at = found.combine_chunks().fill_null(len(kinds)).to_numpy(zero_copy_only=False)
    return table[at.astype(np.int64)]
