"""The fleet: docks, flights over a district and back, heartbeats, batteries.

It also has what the camera points at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twin.contracts.drones import DRONE_STATES, DRONES, MISSIONS, USE_CASES
from twin.simulate.flights import CYCLE_S, FLIGHT_S, Flights, flights_of, silences_of
from twin.simulate.world import micro, moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.simulate.world import World

SPEED_MPS = 12.0
DOCK_S = 600
_LINE_M, _APART_M, _LINES = 2_600.0, 210.0, 6
_M_PER_DEG = 111_320.0

# Since the last landing of an aircraft that has not flown for a day: charged.
_RESTED_S = 10**6

# Owner of an aircraft in a city whose pack names no department.
_NOBODY = "unknown"


@dataclass(frozen=True)
class Fleet:
    """The register: one entry per aircraft, in columns.

    Attributes:
        phase: when its cycles of flight begin, s after 1970.
        beat: when it is heard of in its dock, s after each `DOCK_S` since 1970.
    """

    id: NDArray[np.object_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    district: NDArray[np.object_]
    use_case: NDArray[np.object_]
    turn_deg: NDArray[np.float64]
    reach: NDArray[np.float64]
    phase: NDArray[np.int64]
    beat: NDArray[np.int64]


def fleet_of(world: World) -> Fleet:
    """Return the fleet, at docks near streets.

    It has as many aircraft as the pack says are integrated, or one per 40,000 people.
    """
    facts = {
        row["metric"]: row["value"]
        for row in world.city.reference["facts"].to_pylist()
        if row["subject"] == "drones"
    }
    n = int(facts.get("integrated", max(12, world.population // 40_000)))
    draw = world.draw("fleet")
    weight = world.street_weight**0.75
    streets = draw.choice(len(weight), n, p=weight / weight.sum())
    lon, lat, district = world.ground.scatter(draw, streets)
    turn = draw.uniform(0, 360, n)
    reach = np.ones(n)
    for _ in range(4):
        reach[~_stays_inside(world, lon, lat, turn, reach)] *= 0.5
    return Fleet(
        np.array([f"UAV{at + 1:04d}" for at in range(n)], object),
        lon,
        lat,
        district,
        draw.choice(np.array(USE_CASES, object), n, p=[0.4, 0.3, 0.18, 0.12]),
        turn,
        reach,
        draw.integers(0, CYCLE_S, n),
        draw.integers(0, DOCK_S, n),
    )


def _stays_inside(
    world: World,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    turn: NDArray[np.float64],
    reach: NDArray[np.float64],
) -> NDArray[np.bool_]:
    inside = np.ones(len(lon), bool)
    for x, y in _route():
        east, north = _turned(x * reach, y * reach, turn)
        found = world.locator.districts(
            lon + east / (_M_PER_DEG * np.cos(np.radians(lat))),
            lat + north / _M_PER_DEG,
        )
        # One answer for each element: `is` would compare the array as a whole.
        inside &= found != None  # noqa: E711
    return inside


def _route() -> NDArray[np.float64]:
    """Return the way of one flight, metres from the dock in the flight's own frame.

    It goes out, over lines side by side, and home.
    """
    way: list[tuple[float, float]] = [(0.0, 0.0)]
    for line in range(_LINES):
        x = 500.0 + line * _APART_M
        ends = (-_LINE_M / 2, _LINE_M / 2)
        way += [(x, ends[line % 2]), (x, ends[1 - line % 2])]
    return np.array([*way, (0.0, 0.0)])


def _turned(x: Any, y: Any, turn_deg: Any) -> tuple[Any, Any]:
    turn = np.radians(turn_deg)
    return x * np.sin(turn) + y * np.cos(turn), x * np.cos(turn) - y * np.sin(turn)


def register(world: World, fleet: Fleet, at: datetime) -> pa.Table:
    """Return the register as recorded at `at`, in the schema of `drones`."""
    n = len(fleet.id)
    depts = world.city.reference["departments"]["dept_id"].to_pylist() or [_NOBODY]
    zero = np.zeros(n, np.int64)
    columns: dict[str, Any] = {
        "drone_id": fleet.id,
        "version": np.ones(n, np.int16),
        "occurred_at": moments(at, zero),
        "recorded_at": moments(at, zero),
        "serial": np.array(
            [
                f"SN{world.draw('serial', name).integers(10**9, 10**10)}"
                for name in fleet.id
            ],
            object,
        ),
        "uas_id": pa.nulls(n, pa.string()),
        "owner_dept": np.array([depts[i % len(depts)] for i in range(n)], object),
        "district_id": fleet.district,
        "dock_id": np.array([f"DK{at + 1:04d}" for at in range(n)], object),
        "dock_lon_ud": micro(fleet.lon),
        "dock_lat_ud": micro(fleet.lat),
        "model": np.full(n, "M3D", object),
        "use_case": fleet.use_case,
        "is_integrated": np.ones(n, bool),
        "source": np.full(n, "simulated", object),
    }
    return pa.table(columns).cast(DRONES.schema)


def fleet_day(
    world: World, fleet: Fleet, day: date, telemetry_s: int
) -> dict[str, pa.Table]:
    """Return the rows of one local day for drone_states and missions.

    A flight's rows belong to the day of its take-off, though it lands after midnight.
    """
    flights = flights_of(world, fleet.phase, day)
    states = [
        _flying(world, fleet, day, flights, telemetry_s),
        _docked(world, fleet, day, flights),
    ]
    return {
        "drone_states": pa.concat_tables(states),
        "missions": _missions(world, fleet, day, flights),
    }


def _ticks(
    world: World, day: date, start: int, end: int, step: int
) -> NDArray[np.int64]:
    """Return seconds after local midnight in [start, end), `step` apart.

    They are whole multiples of `step` since 1970, so that a coarser step is a subset.
    """
    base = int(world.midnight(day).timestamp())
    first = -(-(base + start) // step) * step - base
    return np.arange(first, end, step)


def _flying(
    world: World, fleet: Fleet, day: date, flights: Flights, step: int
) -> pa.Table:
    way = _route()
    legs = np.hypot(*np.diff(way, axis=0).T)
    far = np.concatenate([[0.0], np.cumsum(legs)])
    ticks = [
        _ticks(world, day, int(start), int(start) + FLIGHT_S, step)
        for start in flights.start
    ]
    of = np.repeat(np.arange(len(ticks)), [len(tick) for tick in ticks])
    at = np.concatenate(ticks) if ticks else np.zeros(0, np.int64)
    drone = flights.drone[of]
    into = (at - flights.start[of]) / FLIGHT_S
    flown = into * float(far[-1])
    leg = np.clip(np.searchsorted(far, flown, side="right") - 1, 0, len(legs) - 1)
    share = (flown - far[leg]) / legs[leg]
    spot = way[leg] + (way[leg + 1] - way[leg]) * share[:, None]
    east, north = _turned(
        spot[:, 0] * fleet.reach[drone],
        spot[:, 1] * fleet.reach[drone],
        fleet.turn_deg[drone],
    )
    onward = way[leg + 1] - way[leg]
    ahead = _turned(onward[:, 0], onward[:, 1], fleet.turn_deg[drone])
    lat = fleet.lat[drone] + north / _M_PER_DEG
    lon = fleet.lon[drone] + east / (_M_PER_DEG * np.cos(np.radians(fleet.lat[drone])))
    use = fleet.use_case[drone]
    scale = fleet.reach[drone] * far[-1] / FLIGHT_S
    n = len(at)
    columns: dict[str, Any] = {
        "drone_id": fleet.id[drone],
        "mode": np.where(into > 0.9, "returning", "flying"),
        "lon_ud": micro(lon),
        "lat_ud": micro(lat),
        "height_m": (
            (
                np.where(use == "traffic_patrol", 120, 100)
                * np.minimum(1, np.minimum(into, 1 - into) * 20)
            ).astype(np.float32)
        ),
        "speed_mps": scale.astype(np.float32),
        "heading_deg": (
            (np.degrees(np.arctan2(ahead[0], ahead[1])) % 360).astype(np.float32)
        ),
        "battery_pct": np.rint(100 - 74 * into).astype(np.int8),
        "pitch_deg": pa.array(
            np.where(use == "traffic_patrol", -40, -55).astype(np.float32),
            mask=np.asarray(into > 0.95),
        ),
        "fov_deg": pa.array(np.full(n, 72, np.float32), mask=np.asarray(into > 0.95)),
        "mission_id": _names(day, len(ticks))[of],
    }
    return _states(world, day, at, columns)


def _grounded(
    world: World, fleet: Fleet, day: date, flights: Flights
) -> tuple[NDArray[np.int64], ...]:
    """Return aircraft, moment, and seconds since its landing, for each word from a dock in a day.

    Each dock has its own beat, so that no two of them fall silent, or are heard of again, together;
    an aircraft is also heard of as it lands.
    """
    length, midnight = world.length_s(day), int(world.midnight(day).timestamp())
    before = flights_of(world, fleet.phase, day - timedelta(days=1))
    ago = int(
        (world.midnight(day) - world.midnight(day - timedelta(days=1))).total_seconds()
    )
    drone = np.concatenate([before.drone, flights.drone])
    start = np.concatenate([before.start - ago, flights.start])
    silences = silences_of(world, len(fleet.id), day)
    first = (fleet.beat - midnight) % DOCK_S
    found: list[NDArray[np.int64]] = [np.zeros((3, 0), np.int64)]
    for name in range(len(fleet.id)):
        starts = np.sort(start[drone == name])
        landings = starts + FLIGHT_S
        beats = np.arange(int(first[name]), length, DOCK_S)
        at = np.unique(
            np.concatenate([beats, landings[(landings >= 0) & (landings < length)]])
        )
        which = np.searchsorted(starts, at, side="right") - 1
        last = np.concatenate([landings, [-_RESTED_S]])[which]
        since = at - last
        heard = (since >= 0) & ~silences.cover(name, at, at + 1)
        found.append(
            np.stack([np.full(int(heard.sum()), name), at[heard], since[heard]])
        )
    joined = np.concatenate(found, axis=1)
    return tuple(joined)


def _docked(world: World, fleet: Fleet, day: date, flights: Flights) -> pa.Table:
    drone, at, landed = _grounded(world, fleet, day, flights)
    charge = np.clip(26 + landed / 36, 26, 100)
    n = len(at)
    columns: dict[str, Any] = {
        "drone_id": fleet.id[drone],
        "mode": np.where(charge < 100, "charging", "docked"),
        "lon_ud": micro(fleet.lon[drone]),
        "lat_ud": micro(fleet.lat[drone]),
        "height_m": np.zeros(n, np.float32),
        "speed_mps": np.zeros(n, np.float32),
        "heading_deg": np.zeros(n, np.float32),
        "battery_pct": charge.astype(np.int8),
        "pitch_deg": pa.nulls(n, pa.float32()),
        "fov_deg": pa.nulls(n, pa.float32()),
        "mission_id": pa.nulls(n, pa.string()),
    }
    return _states(world, day, at, columns)


def _states(
    world: World, day: date, at: NDArray[np.int64], columns: dict[str, Any]
) -> pa.Table:
    start = world.midnight(day)
    columns |= {
        "occurred_at": moments(start, at),
        "recorded_at": moments(start, at + 1),
        "source": np.full(len(at), "simulated", object),
    }
    return pa.table(columns).select(DRONE_STATES.schema.names).cast(DRONE_STATES.schema)


def _names(day: date, n: int) -> NDArray[np.object_]:
    """Return the ids of a day's flights, in their order."""
    return np.array([f"M{day:%Y%m%d}{flight:05d}" for flight in range(n)], object)


def _missions(world: World, fleet: Fleet, day: date, flights: Flights) -> pa.Table:
    start, n = world.midnight(day), len(flights.start)
    found = world.draw("missions", day).poisson(0.25, n).astype(np.int16)
    far = float(np.hypot(*np.diff(_route(), axis=0).T).sum())
    shared: dict[str, Any] = {
        "mission_id": _names(day, n),
        "mode": np.full(n, "live", object),
        "drone_id": fleet.id[flights.drone],
        "use_case": fleet.use_case[flights.drone],
        "started_at": moments(start, flights.start),
        "source": np.full(n, "simulated", object),
    }
    begun = shared | {
        "version": np.ones(n, np.int16),
        "occurred_at": moments(start, flights.start),
        "recorded_at": moments(start, flights.start + 1),
        "ended_at": pa.nulls(n, pa.timestamp("us", tz="UTC")),
        "flown_m": pa.nulls(n, pa.float32()),
        "n_found": pa.nulls(n, pa.int16()),
    }
    end = flights.start + FLIGHT_S
    ended = shared | {
        "version": np.full(n, 2, np.int16),
        "occurred_at": moments(start, end),
        "recorded_at": moments(start, end + 1),
        "ended_at": moments(start, end),
        "flown_m": (far * fleet.reach[flights.drone]).astype(np.float32),
        "n_found": found,
    }
    return pa.concat_tables(
        [
            pa.table(each).select(MISSIONS.schema.names).cast(MISSIONS.schema)
            for each in (begun, ended)
        ]
    )
