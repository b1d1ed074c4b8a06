"""Which cells of a raster cameras swept, and when last: footprints, moved between heartbeats."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.city import Raster

# Heartbeats of one aircraft at most so far apart belong to one swath, microseconds.
GAP_US = 61_000_000

# The shortest step along a swath, cells: finer finds no other centre.
LEAST_CELLS = 0.5
MOST_STEPS = 60
_PIECE_CELLS = 2_000_000

# Share of the raster below which sorting the cells that were hit beats walking all of it.
_FEW = 0.05
_EDGE = (
    "lon1_ud",
    "lat1_ud",
    "lon2_ud",
    "lat2_ud",
    "lon3_ud",
    "lat3_ud",
    "lon4_ud",
    "lat4_ud",
)


def swept(
    rings: pa.Table,
    is_new: NDArray[np.bool_],
    raster: Raster,
    after_us: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cells swept (flat index, ascending) and the newest moment of each, us since 1970.

    Args:
        rings: rows of `footprints`, by aircraft and time.
        is_new: (n,) whether a ring counts itself; the others only begin a swath.
        after_us: what was seen at this moment or before is left out, microseconds since 1970.
    """
    shapes, moments = _between(rings, is_new, raster)
    kept = moments > after_us
    order = np.argsort(moments[kept], kind="stable")
    return _newest(shapes[kept][order], moments[kept][order], raster, after_us)


def _between(
    rings: pa.Table,
    is_new: NDArray[np.bool_],
    raster: Raster,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return new footprints, those between two, and their moments (us since 1970).

    Corners are (n, 4, 2) in cells from the south-west corner of the raster.
    """
    degrees = (
        np.stack([rings[name].to_numpy() for name in _EDGE], axis=1).reshape(-1, 4, 2)
        / 1e6
    )
    shapes = (degrees - [raster.lon0, raster.lat0]) / [raster.dlon, raster.dlat]
    moments = rings["occurred_at"].cast(pa.int64()).to_numpy()
    drones = rings["drone_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    goes_on = (
        (drones[1:] == drones[:-1])
        & (np.diff(moments) <= GAP_US)
        & (is_new[1:] | is_new[:-1])
    )
    a = np.flatnonzero(goes_on)
    b = a + 1
    middles = shapes.mean(axis=1)
    sides = np.linalg.norm(np.roll(shapes, -1, axis=1) - shapes, axis=2).min(axis=1)
    stride = np.maximum(np.minimum(sides[a], sides[b]) / 2, LEAST_CELLS)
    way = np.linalg.norm(middles[b] - middles[a], axis=1)
    steps = np.clip(np.ceil(way / stride), 1, MOST_STEPS).astype(np.int64)
    pair = np.repeat(np.arange(len(a)), steps - 1)
    share = (_ordinals(steps - 1) + 1) / steps[pair]
    a, b = a[pair], b[pair]
    along = middles[a] + (middles[b] - middles[a]) * share[:, None]
    like = np.where(share < 0.5, a, b)
    moved = shapes[like] - middles[like][:, None, :] + along[:, None, :]
    at = (moments[a] + (moments[b] - moments[a]) * share).astype(np.int64)
    return np.concatenate([shapes[is_new], moved]), np.concatenate(
        [moments[is_new], at]
    )


def _newest(
    shapes: NDArray[np.float64],
    moments: NDArray[np.int64],
    raster: Raster,
    after_us: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cells that any shape holds, ascending, and the newest moment of each.

    Shapes come oldest first.
    """
    size = raster.n_x * raster.n_y
    reach = np.cumsum(np.prod(np.ptp(shapes, axis=1) + 1, axis=1))
    if not len(reach) or reach[-1] < _FEW * size:
        cells, which = cells_inside(shapes, raster)
        order = np.lexsort((moments[which], cells))
        cells, seen = cells[order], moments[which][order]
        last = np.append(cells[1:] != cells[:-1], True)[: len(cells)]
        return cells[last], seen[last]
    field = np.zeros(size, np.int64)  # microseconds after `after_us`; zero is unseen
    for piece in _pieces(reach):
        cells, which = cells_inside(shapes[piece], raster)
        np.maximum.at(field, cells, moments[piece][which] - after_us)
    flat = np.flatnonzero(field)
    return flat, field[flat] + after_us


def _pieces(reach: NDArray[np.float64]) -> Iterator[slice]:
    """Cut the shapes into pieces that fit the memory; `reach` adds up their sizes, cells."""
    cuts = np.flatnonzero(np.diff(reach // _PIECE_CELLS)) + 1
    return (
        slice(start, end) for start, end in pairwise([0, *cuts.tolist(), len(reach)])
    )


def cells_inside(
    shapes: NDArray[np.float64], raster: Raster
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cells (flat index) whose centre lies in a convex shape, and the shape's index.

    They come by shape, row and column. A shape crosses the middle line of a row twice; the cells
    with their centre between the crossings are inside.

    Args:
        shapes: (n, 4, 2) corners in cells from the south-west corner of the raster.
    """
    low, high = shapes[:, :, 1].min(axis=1), shapes[:, :, 1].max(axis=1)
    first = np.clip(np.ceil(low - 0.5), 0, raster.n_y).astype(np.int64)
    n_rows = np.clip(np.ceil(high - 0.5), 0, raster.n_y).astype(np.int64) - first
    of_row = np.repeat(np.arange(len(shapes)), n_rows)
    y = first[of_row] + _ordinals(n_rows)
    west, east = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    for corner in range(4):
        a, b = shapes[of_row, corner], shapes[of_row, (corner + 1) % 4]
        crosses = (a[:, 1] <= y + 0.5) != (b[:, 1] <= y + 0.5)
        rise = np.where(crosses, b[:, 1] - a[:, 1], 1.0)
        x = a[:, 0] + (b[:, 0] - a[:, 0]) * (y + 0.5 - a[:, 1]) / rise
        west, east = (
            np.where(crosses, np.minimum(west, x), west),
            np.where(crosses, np.maximum(east, x), east),
        )
    start = np.clip(np.ceil(west - 0.5), 0, raster.n_x).astype(np.int64)
    n_cells = np.maximum(
        np.clip(np.ceil(east - 0.5), 0, raster.n_x).astype(np.int64) - start, 0
    )
    row = np.repeat(np.arange(len(y)), n_cells)
    return y[row] * raster.n_x + start[row] + _ordinals(n_cells), of_row[row]


def _ordinals(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, ... up to each count, one after the other."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
