"""What the city's systems report by themselves.

That is links, indicators, rain, water on the ground and drains cleared.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twin.contracts.indicators import INDICATOR_VALUES
from twin.contracts.links import LINK_PROBES
from twin.contracts.water import DREDGE_JOBS, RAIN, WATER_DEPTHS
from twin.simulate.world import micro, moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.simulate.world import World


def links_day(world: World, day: date) -> dict[str, pa.Table]:
    """Return a day's probes, one a minute for each department.

    Now and then a link is down, or answers without records.
    """
    parts = [
        _probes(world, day, dept)
        for dept in world.city.reference["departments"]["dept_id"].to_pylist()
    ]
    return {"link_probes": pa.concat_tables(parts) if parts else LINK_PROBES.empty()}


def _probes(world: World, day: date, dept: str) -> pa.Table:
    draw, start = world.draw("link", day, dept), world.midnight(day)
    n = world.length_s(day) // 60
    at = np.arange(n) * 60 + int(draw.integers(0, 50))
    down, silent = np.zeros(n, bool), np.zeros(n, bool)
    for marks, rate, low, high in ((down, 0.7, 6, 45), (silent, 1.4, 10, 70)):
        for begin in draw.integers(0, n, int(draw.poisson(rate))):
            marks[begin : begin + int(draw.integers(low, high))] = True
    records = np.where(down | silent, 0, draw.poisson(40, n) + 1)
    newest = np.maximum.accumulate(np.where(records > 0, at, -60))
    columns: dict[str, Any] = {
        "dept_id": np.full(n, dept, object),
        "occurred_at": moments(start, at),
        "recorded_at": moments(start, at + 1),
        "is_ok": ~down,
        "latency_ms": pa.array(
            draw.lognormal(4.4, 0.35, n).astype(np.int32), mask=down
        ),
        "n_records": records.astype(np.int32),
        "last_record_at": moments(start, newest),
        "source": np.full(n, "simulated", object),
    }
    return pa.table(columns).cast(LINK_PROBES.schema)


def indicators_day(world: World, day: date) -> dict[str, pa.Table]:
    """Return a day's indicator values.

    Hourly ones come every hour, daily ones at six, monthly ones on the first at six.
    """
    catalogue = world.city.reference["indicators"].to_pylist()
    parts: list[pa.Table] = []
    for period, hours in (
        ("hour", np.arange(world.length_s(day) // 3_600)),
        ("day", np.array([6])),
        ("month", np.array([6]) if day.day == 1 else np.zeros(0, int)),
    ):
        chosen = [row for row in catalogue if row["period"] == period]
        if chosen and len(hours):
            parts.append(_values(world, day, period, chosen, hours))
    return {
        "indicator_values": (
            pa.concat_tables(parts) if parts else INDICATOR_VALUES.empty()
        )
    }


def _values(
    world: World,
    day: date,
    period: str,
    rows: list[dict[str, Any]],
    hours: NDArray[np.int64],
) -> pa.Table:
    draw, areas = world.draw("indicators", day, period), world.areas
    shape = (len(rows), len(areas), len(hours))
    typical = np.array([row["typical"] for row in rows])[:, None, None]
    width = np.array(
        [
            (
                (row["high"] if row["high"] is not None else row["typical"] * 1.2)
                - (row["low"] if row["low"] is not None else row["typical"] * 0.8)
            )
            / 2
            for row in rows
        ]
    )
    steady = world.draw("indicator levels", period).normal(0, 0.18, shape[:2])[
        :, :, None
    ]
    rhythm = 0.25 * np.sin((hours - 9) / 24 * 2 * np.pi)[None, None, :]
    value = typical + np.abs(width)[:, None, None] * (
        steady + rhythm + draw.normal(0, 0.22, shape)
    )
    value = np.where(typical >= 0, np.maximum(value, 0), value)
    value = np.where(
        np.array([row["unit"] == "%" for row in rows])[:, None, None],
        np.minimum(value, 100),
        value,
    )
    quality = draw.choice(
        np.array(["good", "late", "suspect", "missing"], object),
        shape,
        p=[0.972, 0.015, 0.008, 0.005],
    ).ravel()
    at = np.broadcast_to((hours * 3_600)[None, None, :], shape).ravel()
    columns: dict[str, Any] = {
        "ind_id": np.repeat(
            np.array([row["ind_id"] for row in rows], object), shape[1] * shape[2]
        ),
        "area_id": np.tile(np.repeat(np.array(areas, object), shape[2]), shape[0]),
        "occurred_at": moments(world.midnight(day), at),
        "recorded_at": moments(
            world.midnight(day), at + np.where(quality == "late", 2_400, 60)
        ),
        "value": pa.array(np.round(value.ravel(), 3), mask=quality == "missing"),
        "quality": quality,
        "source": np.full(len(at), "simulated", object),
    }
    return pa.table(columns).cast(INDICATOR_VALUES.schema)


def rain_mm(world: World, day: date, at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return rain in the five minutes before each moment, mm; a storm rises and falls once."""
    storm = world.storm(day)
    if storm is None:
        return np.zeros(len(at))
    share = (at - storm.start_s) / storm.length_s
    return np.where(
        (share > 0) & (share < 1),
        storm.peak_mm * np.sin(np.pi * np.clip(share, 0, 1)) ** 2,
        0.0,
    )


def water_day(world: World, day: date) -> dict[str, pa.Table]:
    """Return a day's rain, depths and dredge jobs.

    Rain is told every five minutes while it rains, else every hour; depths every ten
    minutes.
    """
    storm, draw = world.storm(day), world.draw("water", day)
    at = np.arange(300, world.length_s(day) + 1, 300)
    wet = rain_mm(world, day, at)
    at = at[(wet > 0) | (at % 3_600 == 0)] if storm else at[at % 3_600 == 0]
    homes = _first_streets(world)
    home_lon, home_lat = world.ground.street_spot(homes)
    gauge, when = (
        grid.ravel() for grid in np.meshgrid(np.arange(len(homes)), at, indexing="ij")
    )
    rain = rain_mm(world, day, when) * draw.uniform(0.7, 1.3, len(homes))[gauge]
    start, n = world.midnight(day), len(when)
    gauges: dict[str, Any] = {
        "station_id": np.array(
            [f"R{world.street_code[homes[g]]}" for g in gauge], object
        ),
        "occurred_at": moments(start, when),
        "recorded_at": moments(start, when + 20),
        "district_id": world.street_district[homes[gauge]],
        "lon_ud": micro(home_lon[gauge]),
        "lat_ud": micro(home_lat[gauge]),
        "mm_5min": np.round(rain, 1).astype(np.float32),
        "source": np.full(n, "simulated", object),
    }
    return {
        "rain": pa.table(gauges).cast(RAIN.schema),
        "water_depths": _depths(world, day, homes),
        "dredge_jobs": _jobs(world, day, draw),
    }


def _first_streets(world: World) -> NDArray[np.int64]:
    return np.array(
        [
            int(np.flatnonzero(world.street_district == name)[0])
            for name in sorted(set(world.street_district))
        ]
    )


def _depths(world: World, day: date, homes: NDArray[np.int64]) -> pa.Table:
    length = world.length_s(day)
    at = np.arange(600, length + 1, 600)
    fallen = rain_mm(world, day, np.arange(300, length + 1, 300))
    standing = np.zeros(len(fallen))
    for step in range(1, len(fallen)):
        standing[step] = max(0.0, standing[step - 1] * 0.86 + fallen[step] * 0.35 - 0.4)
    sensor, when = (
        grid.ravel() for grid in np.meshgrid(np.arange(len(homes)), at, indexing="ij")
    )
    low = world.draw("low ground").uniform(0.2, 1.2, len(homes))
    home_lon, home_lat = world.ground.street_spot(homes)
    n = len(when)
    columns: dict[str, Any] = {
        "sensor_id": np.array(
            [f"W{world.street_code[homes[s]]}" for s in sensor], object
        ),
        "occurred_at": moments(world.midnight(day), when),
        "recorded_at": moments(world.midnight(day), when + 5),
        "district_id": world.street_district[homes[sensor]],
        "lon_ud": micro(home_lon[sensor]),
        "lat_ud": micro(home_lat[sensor]),
        "place_name": world.street_name[homes[sensor]],
        "depth_cm": (
            np.round(standing[when // 300 - 1] * low[sensor], 1).astype(np.float32)
        ),
        "source": np.full(n, "simulated", object),
    }
    return pa.table(columns).cast(WATER_DEPTHS.schema)


def _jobs(world: World, day: date, draw: np.random.Generator) -> pa.Table:
    n = max(3, int(draw.poisson(18)))
    streets = draw.choice(len(world.street_code), n, p=world.street_weight)
    lon, lat, district = world.ground.scatter(draw, streets)
    begun = 8 * 3_600 + draw.integers(0, 7 * 3_600, n)
    ended = begun + draw.integers(2_400, 9_000, n)
    start = world.midnight(day)
    shared: dict[str, Any] = {
        "job_id": np.array([f"J{day:%Y%m%d}{at:03d}" for at in range(n)], object),
        "occurred_at": moments(start, begun),
        "crew_id": np.array([f"CR{district[at]}" for at in range(n)], object),
        "crew_name": np.array([f"CR{district[at]}" for at in range(n)], object),
        "pipe_id": np.array(
            [f"P{world.street_code[street]}" for street in streets], object
        ),
        "district_id": district,
        "lon_ud": micro(lon),
        "lat_ud": micro(lat),
        "source": np.full(n, "simulated", object),
    }
    length = draw.uniform(40, 220, n)
    first = shared | {
        "version": np.ones(n, np.int16),
        "recorded_at": moments(start, begun + 30),
        "ended_at": pa.nulls(n, pa.timestamp("us", tz="UTC")),
        "dredged_m": pa.nulls(n, pa.float32()),
        "sludge_m3": pa.nulls(n, pa.float32()),
    }
    last = shared | {
        "version": np.full(n, 2, np.int16),
        "recorded_at": moments(start, ended + 30),
        "ended_at": moments(start, ended),
        "dredged_m": length.astype(np.float32),
        "sludge_m3": (length * 0.03).astype(np.float32),
    }
    return pa.concat_tables(
        [
            pa.table(each).select(DREDGE_JOBS.schema.names).cast(DREDGE_JOBS.schema)
            for each in (first, last)
        ]
    )
