"""The ground that a camera sees: a flat-earth trapezoid from height, pitch and field of view."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.measured import FOOTPRINTS
from twin.engine import load_sql
from twin.measures.definition import Definition
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.city import City

# The far edge lies at most this many heights ahead: beyond, a picture shows too little to
# count as seen (assumed).
FAR = 4.0
ASPECT = 9 / 16
_M_PER_DEG = 111_320.0

# Where longitudes and latitudes end, 1e-6 deg: a corner beyond is drawn to the edge, as no
# grid goes on behind it.
_EAST_UD, _POLE_UD = 180_000_000, 90_000_000

# Changes whenever the same heartbeat gives another footprint: then every day is worked out
# anew.
RULE = f"corner rays 1 {FAR} {ASPECT}"
_AXES = ("lon", "lat")
_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_DAYS, _SIGHTS = (
    load_sql(Path(__file__).with_name(f"{name}.sql"))
    for name in ("camera_days", "sights")
)


def corners(
    height_m: NDArray[np.float64],
    pitch_deg: NDArray[np.float64],
    fov_deg: NDArray[np.float64],
    heading_deg: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return (n, 4, 2): metres east and north of the aircraft to the four corners.

    They are near-left, near-right, far-right and far-left.

    The ground is flat. The vertical field follows from the horizontal one and a 16:9
    picture. A ray at or above the horizon ends at the far limit; where even the near edge
    lies beyond it, the corners are NaN. The ring runs counter-clockwise.
    """
    across = np.tan(np.radians(fov_deg) / 2)
    half = np.arctan(across * ASPECT)
    down = np.radians(-pitch_deg)
    near = np.minimum(height_m / np.tan(down + half), FAR * height_m)
    far = np.where(
        down - half > 0, height_m / np.tan(np.maximum(down - half, 1e-6)), np.inf
    )
    far = np.minimum(far, FAR * height_m)
    near, far = np.where(near < far, (near, far), np.nan)
    near_w, far_w = (
        across * (ahead * np.cos(down) + height_m * np.sin(down))
        for ahead in (near, far)
    )
    ahead = np.stack([near, near, far, far], axis=1)
    right = np.stack([-near_w, near_w, far_w, -far_w], axis=1)
    turn = np.radians(heading_deg)[:, None]
    return np.stack(
        [
            ahead * np.sin(turn) + right * np.cos(turn),
            ahead * np.cos(turn) - right * np.sin(turn),
        ],
        axis=2,
    )


def footprints(states: pa.Table) -> pa.Table:
    """Return the footprint of every heartbeat whose camera is on and sees ground.

    The heartbeats are of `drone_states`, the rows in the schema of `footprints`.
    """
    seeing = states.filter(
        pc.and_(
            pc.is_valid(states["pitch_deg"]),
            pc.and_(
                pc.is_valid(states["fov_deg"]), pc.greater(states["height_m"], 1.0)
            ),
        )
    )
    values = {
        name: seeing[name].to_numpy().astype(np.float64)
        for name in (
            "height_m",
            "pitch_deg",
            "fov_deg",
            "heading_deg",
            "lon_ud",
            "lat_ud",
        )
    }
    metres = corners(
        values["height_m"],
        values["pitch_deg"],
        values["fov_deg"],
        values["heading_deg"],
    )
    sees = np.isfinite(metres[:, 0, 0])
    seeing, metres, values = (
        seeing.filter(pa.array(sees)),
        metres[sees],
        {name: each[sees] for name, each in values.items()},
    )
    lat = values["lat_ud"][:, None] + metres[:, :, 1] / _M_PER_DEG * 1e6
    lon = (
        values["lon_ud"][:, None]
        + metres[:, :, 0]
        / (_M_PER_DEG * np.cos(np.radians(values["lat_ud"] / 1e6)))[:, None]
        * 1e6
    )
    columns: dict[str, pa.ChunkedArray | NDArray[np.int32]] = {
        "drone_id": seeing["drone_id"],
        "occurred_at": seeing["occurred_at"],
    }
    for corner in range(4):
        columns[f"lon{corner + 1}_ud"] = np.rint(
            np.clip(lon[:, corner], -_EAST_UD, _EAST_UD)
        ).astype(np.int32)
        columns[f"lat{corner + 1}_ud"] = np.rint(
            np.clip(lat[:, corner], -_POLE_UD, _POLE_UD)
        ).astype(np.int32)
    return pa.table(columns).cast(FOOTPRINTS.schema)


def _update(_city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    states = news.batch.get("drone_states")
    if news.whole and state.previous_as_of is not None:
        yield from _whole(state)
    elif states is not None:
        yield MeasureUpdate("footprints", footprints(states), "append")


def _whole(state: State) -> Iterator[MeasureUpdate]:
    """Yield every day anew, one at a time: all of them do not fit the memory."""
    for day in state.query(_DAYS, {})["day"].to_pylist():
        start: datetime = day - timedelta(microseconds=1)
        asked = {
            "since": start,
            "as_of": start + timedelta(hours=24),
            "known_at": _EVER,
        }
        rows = footprints(state.query(_SIGHTS, asked))
        yield MeasureUpdate(
            "footprints",
            rows,
            "replace_chunks",
            (state.chunk_of("footprints", day.date()),),
        )


# A row of each heartbeat, whenever it came: what of it counts at a moment is for whoever
# reads it to say.
# A row of each heartbeat, whenever it came: what of it counts at a moment is for whoever
# reads it to say.
MEASURE = Measure(
    table=FOOTPRINTS,
    definitions=(
        Definition(
            FOOTPRINTS.pick(*(f"{axis}{n}_ud" for n in range(1, 5) for axis in _AXES)),
            title="Ground that a camera sees",
            formula=(
                "corner rays of a 16:9 picture on flat ground, from height, pitch,"
                " field of view and heading; at most four heights ahead"
            ),
            absent="camera off, or nothing but sky: no row",
            source=(
                "the cut-off is assumed: farther away a picture shows too little to"
                " count as seen"
            ),
        ),
    ),
    logs=("drone_states",),
    update=_update,
    inputs=lambda _city: RULE,
)
