"""Shared bikes before cameras: here and there all day, piled up now and then, and fetched."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import shapely

from twin.contracts.events import BICYCLE, DETECTIONS
from twin.simulate.ground import M_PER_DEG
from twin.simulate.world import micro

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.simulate.world import World

OPERATORS = {
    "zh": ("甲单车", "乙单车", "丙单车"),
    "en": ("Bikes A", "Bikes B", "Bikes C"),
}

# Bikes in a pile stand like the seeds of a sunflower: 0.62 m times the root of their number
# from its middle, so that 80 of them fill a circle of 11 m.
_SPREAD_M, _TURN = 0.62, math.pi * (3 - math.sqrt(5))

# Single bikes stand in squares of a grid around the camera, never two in one.
_SQUARE_M, _SQUARES = 14.0, 5
_MOST_ALONE = 7

# Of a pile-up that an event is opened from: seconds after that, and bikes in the picture.
_STORY = (
    (-930, 12),
    (-630, 24),
    (-330, 41),
    (-30, 62),
    (270, 70),
    (570, 74),
    (870, 38),
    (1_170, 15),
    (1_470, 0),
)

# Of one that nobody orders anything about: minutes after its first picture, share of its
# most bikes.
_EVENING = ((0, 0.4), (10, 0.7), (20, 1.0), (30, 0.9), (40, 0.5), (50, 0.0))
_HOME_M = 8.0


@dataclass(frozen=True)
class PileUp:
    """A planted pile of bikes: what a measure must find of it.

    Attributes:
        first_seen, cleared: moments of its first picture, and of the first without it, UTC.
        event_id: event that was opened from it; None for none.
    """

    device_id: str
    first_seen: datetime
    cleared: datetime
    max_n: int
    operator: str
    blocks: str | None
    event_id: str | None


@dataclass(frozen=True)
class _Site:
    """A camera, and the place that it looks at, deg."""

    device_id: str
    lon: float
    lat: float


def bikes_day(world: World, day: date) -> tuple[pa.Table, list[PileUp]]:
    """Return what cameras see of bikes on a local day, stories apart, and the piles in it."""
    start, shots, planted = world.midnight(day), [DETECTIONS.empty()], list[PileUp]()
    sites = _sites(world)
    for number, site in enumerate(sites):
        draw = world.draw("bikes", site.device_id, day)
        chance = (0.75, 0.45, 0.25)[number] if number < 3 else 0.0
        piled: PileUp | None = None
        if draw.random() < chance:
            rows, piled = _evening(world, draw, site, start)
            shots += rows
            planted.append(piled)
        for hour in range(7, 23):
            at = start + timedelta(hours=hour, seconds=int(draw.integers(0, 900)))
            if piled is None or not piled.first_seen <= at <= piled.cleared:
                shots.append(_shot(world, draw, site, at, _alone(draw)))
    return pa.concat_tables(shots), planted


def story(
    world: World, event_id: str, at: datetime, lon: float, lat: float, day: date
) -> tuple[pa.Table, PileUp]:
    """Return the pictures of the pile-up that an event is opened from, and what is in them.

    Args:
        at: when the event is opened; pictures of the day before `day` are left out.
    """
    draw = world.draw("bike story", event_id)
    site = _Site(f"C{event_id}", lon, lat)
    names = OPERATORS[world.words]
    operator = names[int(draw.integers(len(names)))]
    shots: list[pa.Table] = []
    seen: list[tuple[datetime, int]] = []
    for second, n in _STORY:
        moment = at + timedelta(seconds=second)
        if moment < world.midnight(day):
            continue
        pile = _pile(draw, n, operator, names, "lane" if n > 50 else "entrance")
        told = event_id if second > 0 else None
        around = _alone(draw)
        shots.append(_shot(world, draw, site, moment, [*pile, *around], told))
        seen.append((moment, n))
    return pa.concat_tables(shots), PileUp(
        site.device_id,
        seen[0][0],
        seen[-1][0],
        max(n for _, n in seen),
        operator,
        "lane",
        event_id,
    )


def _evening(
    world: World, draw: np.random.Generator, site: _Site, start: datetime
) -> tuple[list[pa.Table], PileUp]:
    """Return the pictures of a pile that comes and goes in an evening, some 12 to 45 bikes."""
    names = OPERATORS[world.words]
    operator = names[int(draw.integers(len(names)))]
    begins = start + timedelta(hours=17, minutes=int(15 + draw.integers(0, 90)))
    most, blocks = int(draw.integers(28, 46)), (None, "tactile")[int(draw.integers(2))]
    east, north = draw.uniform(-_HOME_M, _HOME_M, 2) / M_PER_DEG
    there = _Site(site.device_id, site.lon + east, site.lat + north)
    shots: list[pa.Table] = []
    counts: list[int] = []
    for minute, share in _EVENING:
        n = round(most * share)
        bikes = [*_pile(draw, n, operator, names, blocks), *_alone(draw)]
        moment = begins + timedelta(minutes=minute, seconds=30)
        shots.append(_shot(world, draw, there, moment, bikes))
        counts.append(n)
    first, last = (
        begins + timedelta(minutes=_EVENING[at][0], seconds=30) for at in (0, -1)
    )
    return shots, PileUp(
        site.device_id, first, last, max(counts), operator, blocks, None
    )


_Bike = tuple[float, float, str | None, str | None]


def _pile(
    draw: np.random.Generator,
    n: int,
    operator: str,
    names: tuple[str, ...],
    blocks: str | None,
) -> list[_Bike]:
    """Return bikes of a pile: metres east and north, whose they are, what they stand on.

    Seven in ten are of one operator, and of each tenth the first stands in the way.
    """
    far = [_SPREAD_M * math.sqrt(at) for at in range(n)]
    others = draw.integers(0, len(names), n)
    return [
        (
            far[at] * math.cos(at * _TURN),
            far[at] * math.sin(at * _TURN),
            operator if at % 10 < 7 else names[int(others[at])],
            blocks if at % 10 == 0 else None,
        )
        for at in range(n)
    ]


def _alone(draw: np.random.Generator) -> list[_Bike]:
    """Return one to seven bikes that stand by themselves, off the middle."""
    squares = [
        (x, y)
        for x in range(-_SQUARES, _SQUARES + 1)
        for y in range(-_SQUARES, _SQUARES + 1)
        if max(abs(x), abs(y)) > 2
    ]
    n = int(draw.integers(1, _MOST_ALONE + 1))
    chosen = draw.choice(len(squares), n, replace=False)
    east, north = draw.uniform(-2, 2, n), draw.uniform(-2, 2, n)
    return [
        (
            squares[at][0] * _SQUARE_M + float(east[k]),
            squares[at][1] * _SQUARE_M + float(north[k]),
            None,
            None,
        )
        for k, at in enumerate(chosen.tolist())
    ]


def _shot(
    world: World,
    draw: np.random.Generator,
    site: _Site,
    at: datetime,
    bikes: list[_Bike],
    event_id: str | None = None,
) -> pa.Table:
    """Return one picture: a detection of every bike, known two seconds after it was taken."""
    n = len(bikes)
    names = OPERATORS[world.words]
    seen = draw.integers(0, len(names), n)
    east, north = (np.array([each[axis] for each in bikes]) for axis in (0, 1))
    shrink = np.cos(np.radians(site.lat))
    lon: NDArray[np.float64] = site.lon + east / (M_PER_DEG * shrink)
    lat: NDArray[np.float64] = site.lat + north / M_PER_DEG
    # A pile by the water keeps its number: who would stand in it stands on its bank.
    for number in np.flatnonzero(shapely.intersects_xy(world.ground.water, lon, lat)):
        lon[number], lat[number] = world.ground.ashore(lon[number], lat[number])
    label = f"B{site.device_id}-{at:%Y%m%d%H%M%S}"
    columns: dict[str, Any] = {
        "detection_id": [f"{label}-{number:03d}" for number in range(n)],
        "version": np.ones(n, np.int16),
        "occurred_at": [at] * n,
        "recorded_at": [at + timedelta(seconds=2)] * n,
        "device": ["camera"] * n,
        "device_id": [site.device_id] * n,
        "model": ["city-vision"] * n,
        "model_version": ["1"] * n,
        "class": [BICYCLE] * n,
        "score": (0.7 + 0.28 * draw.random(n)).astype(np.float32),
        "event_id": pa.array([event_id] * n, pa.string()),
        "evidence_uri": pa.nulls(n, pa.string()),
        "human_verdict": pa.nulls(n, pa.string()),
        "lon_ud": micro(lon),
        "lat_ud": micro(lat),
        "source": ["simulated"] * n,
        "operator": [
            each[2] or names[int(seen[number])] for number, each in enumerate(bikes)
        ],
        "blocks": pa.array([each[3] for each in bikes], pa.string()),
    }
    return pa.table(columns).select(DETECTIONS.schema.names).cast(DETECTIONS.schema)


def _sites(world: World) -> list[_Site]:
    """Return the cameras that look at bikes: more in a larger city, eight at most."""
    n = min(8, max(2, world.population // 1_000_000), len(world.street_code))
    draw = world.draw("bike cameras")
    streets = draw.choice(
        len(world.street_code), n, replace=False, p=world.street_weight
    )
    lon, lat, _ = world.ground.scatter(draw, streets)
    return [
        _Site(f"CB{number + 1:02d}", float(lon[number]), float(lat[number]))
        for number in range(n)
    ]
