"""When a camera last saw each cell of the 50 m raster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twin.arrow import compute as pc
from twin.contracts.measured import COVERAGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.city import Raster

KEPT = timedelta(hours=24)
GAP = timedelta(seconds=61)
"""Heartbeats of one aircraft at most so far apart belong to one swath."""
_GAP_US = GAP // timedelta(microseconds=1)
_LEAST_CELLS = 0.5
_MOST_STEPS = 60
_PIECE_CELLS = 4_000_000
_EDGE = ("lon1_ud", "lat1_ud", "lon2_ud", "lat2_ud", "lon3_ud", "lat3_ud", "lon4_ud", "lat4_ud")


def coverage(footprints: pa.Table, raster: Raster, labels: NDArray[np.int16], ids: list[str], as_of: datetime, before: pa.Table | None = None) -> pa.Table:
    """Answer one row per cell seen in the 24 h before `as_of`, with the newest moment, in the schema of `coverage`.

    A cell is seen if its centre lies in a footprint. Between two heartbeats of one aircraft that are at most a minute apart,
    the footprint is moved along in steps of half its shorter side, so that the swath has no holes; it keeps the shape of the
    nearer heartbeat.

    Args:
        footprints: new rows of `footprints`.
        labels: label raster (n_y, n_x) of districts, index into `ids`, negative outside.
        before: rows of `footprints` that swaths may go on from; not counted again.
    """
    limit = pa.scalar(as_of - KEPT, footprints["occurred_at"].type)
    fresh = footprints.filter(pc.greater(footprints["occurred_at"], limit))
    if not fresh.num_rows:
        return COVERAGE.empty()
    rows = pa.concat_tables([part.append_column("is_new", pa.array(np.full(part.num_rows, is_new))) for part, is_new in ((fresh, True), (before, False)) if part])
    shapes, moments = _swaths(rows.sort_by([("drone_id", "ascending"), ("occurred_at", "ascending")]), raster)
    newest_first = np.argsort(-moments, kind="stable")
    flat, seen = _newest(shapes[newest_first], moments[newest_first], raster)
    y, x = np.divmod(flat, raster.n_x)
    names = np.array([*ids, None], dtype=object)[labels[y, x]]
    return pa.table({"cell_x": x.astype(np.int16), "cell_y": y.astype(np.int16), "district_id": pa.array(names, pa.string()),
                     "seen_at": pa.array(seen, pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))}).cast(COVERAGE.schema)


def _swaths(rows: pa.Table, raster: Raster) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Answer the new footprints and those between: (n, 4, 2) cells from the south-west corner, and microseconds since 1970.

    Args:
        rows: footprints by aircraft and time; `is_new` false for those that only begin a swath.
    """
    degrees = np.stack([rows[name].to_numpy() for name in _EDGE], axis=1).reshape(-1, 4, 2) / 1e6
    shapes = (degrees - [raster.lon0, raster.lat0]) / [raster.dlon, raster.dlat]
    moments = rows["occurred_at"].cast(pa.int64()).to_numpy()
    is_new = rows["is_new"].to_numpy()
    drones = np.unique(rows["drone_id"].to_numpy(), return_inverse=True)[1]
    a = np.flatnonzero((drones[1:] == drones[:-1]) & (np.diff(moments) <= _GAP_US) & (is_new[1:] | is_new[:-1]))
    b = a + 1
    middles = shapes.mean(axis=1)
    sides = np.linalg.norm(np.roll(shapes, -1, axis=1) - shapes, axis=2).min(axis=1)
    stride = np.maximum(np.minimum(sides[a], sides[b]) / 2, _LEAST_CELLS)
    steps = np.clip(np.ceil(np.linalg.norm(middles[b] - middles[a], axis=1) / stride), 1, _MOST_STEPS).astype(np.int64)
    pair = np.repeat(np.arange(len(a)), steps - 1)
    share = (_ordinals(steps - 1) + 1) / steps[pair]
    a, b = a[pair], b[pair]
    along = middles[a] + (middles[b] - middles[a]) * share[:, None]
    like = np.where(share < 0.5, a, b)
    between = shapes[like] - middles[like][:, None, :] + along[:, None, :]
    at = (moments[a] + (moments[b] - moments[a]) * share).astype(np.int64)
    return np.concatenate([shapes[is_new], between]), np.concatenate([moments[is_new], at])


def _newest(shapes: NDArray[np.float64], moments: NDArray[np.int64], raster: Raster) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Answer the cells (flat index) that any shape holds, and the newest moment of each; shapes come newest first."""
    flat, seen = np.empty(0, np.int64), np.empty(0, np.int64)
    for piece in _pieces(shapes):
        cells, which = cells_inside(shapes[piece], raster)
        cells, at = np.concatenate([flat, cells]), np.concatenate([seen, moments[piece][which]])
        flat, first = np.unique(cells, return_index=True)
        seen = at[first]
    return flat, seen


def _pieces(shapes: NDArray[np.float64]) -> Iterator[slice]:
    """Cut the shapes so that a piece holds no more cells than fit the memory."""
    weight = np.cumsum(np.prod(np.ptp(shapes, axis=1) + 1, axis=1))
    cuts = [0, *(np.flatnonzero(np.diff(weight // _PIECE_CELLS)) + 1).tolist(), len(shapes)]
    return (slice(start, end) for start, end in pairwise(cuts))


def cells_inside(shapes: NDArray[np.float64], raster: Raster) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Answer the cells (flat index) whose centre lies in a convex shape, and the shape's index, by shape, row and column.

    A shape crosses the middle line of a row twice; the cells with their centre between the crossings are inside.

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
        west, east = np.where(crosses, np.minimum(west, x), west), np.where(crosses, np.maximum(east, x), east)
    start = np.clip(np.ceil(west - 0.5), 0, raster.n_x).astype(np.int64)
    n_cells = np.maximum(np.clip(np.ceil(east - 0.5), 0, raster.n_x).astype(np.int64) - start, 0)
    row = np.repeat(np.arange(len(y)), n_cells)
    return y[row] * raster.n_x + start[row] + _ordinals(n_cells), of_row[row]


def _ordinals(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Answer 0, 1, ... up to each count, one after the other."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
