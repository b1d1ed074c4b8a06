"""When a camera last saw each cell of the 50 m raster."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twin.arrow import compute as pc
from twin.contracts.measured import COVERAGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.city import Raster

KEPT = timedelta(hours=24)
STEPS = 10
"""Footprints drawn from one heartbeat to the next, at most 60 s later: every 72 m at 12 m/s, half a footprint, so that the swath has no holes."""
_GAP_US = 61_000_000
_PIECE = 20_000
_EDGE = ("lon1_ud", "lat1_ud", "lon2_ud", "lat2_ud", "lon3_ud", "lat3_ud", "lon4_ud", "lat4_ud")


def coverage(footprints: pa.Table, raster: Raster, labels: NDArray[np.int16], ids: list[str], as_of: datetime) -> pa.Table:
    """Answer one row per cell seen in the 24 h before `as_of`, with the newest moment, in the schema of `coverage`.

    A cell is seen if its centre lies in a footprint. Between two heartbeats of one aircraft that are at most 60 s apart the
    footprint is taken to move straight from one to the other.

    Args:
        footprints: rows of `footprints`.
        labels: label raster (n_y, n_x) of districts, index into `ids`, negative outside.
    """
    limit = pa.scalar(as_of - KEPT, footprints["occurred_at"].type)
    fresh = footprints.filter(pc.greater(footprints["occurred_at"], limit)).sort_by([("drone_id", "ascending"), ("occurred_at", "ascending")])
    if not fresh.num_rows:
        return COVERAGE.empty()
    shapes, moments = _between(_cells_of(fresh, raster), fresh)
    flat, seen = np.empty(0, np.int64), np.empty(0, np.int64)
    for start in range(0, len(moments), _PIECE):
        cells, at = _inside(shapes[start:start + _PIECE], moments[start:start + _PIECE], raster)
        flat, seen = _newest(np.concatenate([flat, cells]), np.concatenate([seen, at]))
    y, x = np.divmod(flat, raster.n_x)
    names = np.array([*ids, None], dtype=object)[labels[y, x]]
    return pa.table({"cell_x": x.astype(np.int16), "cell_y": y.astype(np.int16), "district_id": pa.array(names, pa.string()),
                     "seen_at": pa.array(seen, pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))}).cast(COVERAGE.schema)


def _cells_of(rows: pa.Table, raster: Raster) -> NDArray[np.float64]:
    """Answer (n, 4, 2): the corners in cells from the south-west corner of the raster."""
    values = np.stack([rows[name].to_numpy() for name in _EDGE], axis=1).reshape(-1, 4, 2) / 1e6
    return (values - [raster.lon0, raster.lat0]) / [raster.dlon, raster.dlat]


def _between(shapes: NDArray[np.float64], rows: pa.Table) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Add the footprints between heartbeats; moments in microseconds since 1970."""
    moments = rows["occurred_at"].cast(pa.int64()).to_numpy()
    drones = pc.dictionary_encode(rows["drone_id"]).combine_chunks()
    codes = (drones.chunk(0) if isinstance(drones, pa.ChunkedArray) else drones).indices.to_numpy()
    near = np.flatnonzero((codes[1:] == codes[:-1]) & (np.diff(moments) <= _GAP_US))
    all_shapes, all_moments = [shapes], [moments]
    for step in range(1, STEPS):
        share = step / STEPS
        all_shapes.append(shapes[near] * (1 - share) + shapes[near + 1] * share)
        all_moments.append((moments[near] * (1 - share) + moments[near + 1] * share).astype(np.int64))
    return np.concatenate(all_shapes), np.concatenate(all_moments)


def _inside(shapes: NDArray[np.float64], moments: NDArray[np.int64], raster: Raster) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Answer the cells (flat index) whose centre lies in a convex shape, and the shape's moment, one per shape and cell."""
    low = np.floor(shapes.min(axis=1)).astype(np.int64)
    size = int(np.ceil(shapes.max(axis=1) - low).max(initial=1)) + 1
    steps = np.arange(size)
    x = low[:, 0, None, None] + steps[None, None, :]
    y = low[:, 1, None, None] + steps[None, :, None]
    sides: list[NDArray[np.float64]] = []
    for corner in range(4):
        a, b = shapes[:, corner], shapes[:, (corner + 1) % 4]
        along = b - a
        sides.append(along[:, 0, None, None] * (y + 0.5 - a[:, 1, None, None]) - along[:, 1, None, None] * (x + 0.5 - a[:, 0, None, None]))
    crossed = np.stack(sides)
    within = (crossed >= 0).all(axis=0) | (crossed <= 0).all(axis=0)
    within &= (x >= 0) & (x < raster.n_x) & (y >= 0) & (y < raster.n_y)
    which, row, column = np.nonzero(within)
    return (low[which, 1] + row) * raster.n_x + low[which, 0] + column, moments[which]


def _newest(cells: NDArray[np.int64], moments: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.lexsort((moments, cells))
    cells, moments = cells[order], moments[order]
    last = np.append(cells[1:] != cells[:-1], True) if len(cells) else np.zeros(0, bool)
    return cells[last], moments[last]
