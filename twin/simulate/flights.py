"""When aircraft fly, and when they are not heard of: by a clock that knows no midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.simulate.world import World

FLIGHT_S = 1_680

# An aircraft may take off once in this time.
CYCLE_S = 9_000

# Longest wait for take-off in a cycle: what is left of it is enough to charge.
_WAIT_S = 3_600
_BUSY = np.array(
    [
        0.22,
        0.2,
        0.18,
        0.18,
        0.2,
        0.3,
        0.55,
        0.8,
        0.9,
        0.92,
        0.92,
        0.9,
        0.85,
        0.86,
        0.9,
        0.92,
        0.92,
        0.9,
        0.82,
        0.66,
        0.5,
        0.4,
        0.3,
        0.25,
    ]
)
_HALF_DAY_S = 43_200

# Of so many aircraft one at most is silent at a time, and one falls silent every half day.
_GROUP = 11
_LOST_MEDIAN_S, _LOST_SPREAD, _LOST_LEAST_S = 6 * 3_600, 0.9, 1_200


@dataclass(frozen=True)
class Flights:
    """Flights in columns: index of the aircraft, and take-off, s after the day's local midnight."""

    drone: NDArray[np.int64]
    start: NDArray[np.int64]


@dataclass(frozen=True)
class Silences:
    """Times without a word from an aircraft, in columns, s after the day's local midnight."""

    drone: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]

    def cover(
        self, drone: int, begin: NDArray[np.int64], end: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return which stretches [begin, end) of one aircraft one of its silences touches."""
        mine = np.flatnonzero(self.drone == drone)
        touched = (begin[:, None] < self.end[mine]) & (end[:, None] > self.begin[mine])
        return np.any(touched, axis=1)


def silences_of(world: World, n: int, day: date) -> Silences:
    """Return the silences of `n` aircraft that touch a local day or the hours around it."""
    midnight, length = int(world.midnight(day).timestamp()), world.length_s(day)
    slots = range(midnight // _HALF_DAY_S - 1, (midnight + length) // _HALF_DAY_S + 3)
    begun = [_silent(world, n, slot) for slot in slots]
    parts: list[NDArray[np.int64]] = []
    for now, then in pairwise(begun):
        parts.append(np.stack([now[0], now[1], np.minimum(now[2], then[1])]))
    drone, begin, end = np.concatenate(parts, axis=1)
    return Silences(drone, begin - midnight, end - midnight)


def _silent(world: World, n: int, slot: int) -> NDArray[np.int64]:
    """Return aircraft, begin and end (s after 1970) of a half day's silences, one per group."""
    draw, groups = world.draw("silences", slot), min(n, max(1, round(n / _GROUP)))
    group = np.arange(groups)
    size = (n - group + groups - 1) // max(groups, 1)
    who = group + groups * (draw.random(groups) * size).astype(np.int64)
    begin = slot * _HALF_DAY_S + draw.integers(0, _HALF_DAY_S, groups)
    lost = _LOST_MEDIAN_S * draw.lognormal(0, _LOST_SPREAD, groups)
    lost = np.clip(lost, _LOST_LEAST_S, _HALF_DAY_S).astype(np.int64)
    return np.stack([who, begin, begin + lost])


def flights_of(world: World, phase: NDArray[np.int64], day: date) -> Flights:
    """Return the flights of the cycles that begin on a local day; some land on the next.

    Args:
        phase: of each aircraft, when its cycles begin, s after 1970.
    """
    draw, n, length = world.draw("flights", day), len(phase), world.length_s(day)
    midnight = int(world.midnight(day).timestamp())
    first = phase + -((phase - midnight) // CYCLE_S) * CYCLE_S - midnight
    begin = first[:, None] + np.arange(length // CYCLE_S + 1) * CYCLE_S
    starts = begin + draw.integers(0, _WAIT_S, begin.shape)
    going = draw.random(begin.shape) < _BUSY[starts // 3_600 % 24]
    going &= begin < length
    storm = world.storm(day)
    if storm:
        before = starts + FLIGHT_S < storm.start_s - 600
        going &= before | (starts > storm.start_s + storm.length_s)
    silences = silences_of(world, n, day)
    for drone in np.unique(silences.drone):
        going[drone] &= ~silences.cover(
            int(drone), starts[drone], starts[drone] + FLIGHT_S
        )
    drone, slot = np.nonzero(going)
    return Flights(drone, starts[drone, slot])
