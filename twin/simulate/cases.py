"""A day's cases: what happened where, how bad it is, how long until the citizen is told."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from twin.simulate.kinds import kinds

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from twin.simulate.world import World

_WEEK = np.array([1.06, 1.02, 1.0, 1.0, 1.05, 0.94, 0.93])
_RESPONSE = np.array([48, 66, 88, 108])

# Longest median by priority: what is dangerous is made safe soon, whatever its kind.
_CLOSES_BY_S = np.array([20 * 60, 80 * 60, 8 * 3_600, np.inf])
_SPREAD = 0.42
_LATE_SHARE, _DRILL_SHARE, _FIXED_SHARE, _REOPENED_SHARE = 0.012, 0.004, 0.03, 0.02

# Cases of priority 3 and 4 that nobody can end soon: a quarrel, a culprit not found, no
# money.
_LONG_SHARE, _LONG_MEDIAN_S, _LONG_SPREAD = 0.022, 2.5 * 86_400, 1.1
_LONGEST_S = 24 * 86_400

# A case's rows are recorded on its own day and this many days after, never later.
LOOKS_BACK_DAYS = 28
_ON_SITE_S, _TELL_S = 4 * 3_600, 3 * 3_600
_BEGINS_S, _ENDS_S = 7 * 3_600, 20 * 3_600


@dataclass(frozen=True)
class Cases:
    """A day's cases in columns, in the order in which they happened; s after local midnight.

    Attributes:
        number: its place in the day: what its id ends with.
        kind, street: places in the world's kinds and street-level units.
        told: when the citizen was told: the first answer.
        pick: (n, 5) chances of each case, for what else its rows need.
    """

    number: NDArray[np.int64]
    source: NDArray[np.object_]
    kind: NDArray[np.int64]
    street: NDArray[np.int64]
    district: NDArray[np.object_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    priority: NDArray[np.int64]
    proactive: NDArray[np.bool_]
    occurred: NDArray[np.int64]
    created: NDArray[np.int64]
    recorded: NDArray[np.int64]
    sent: NDArray[np.int64]
    acked: NDArray[np.int64]
    arrived: NDArray[np.int64]
    done: NDArray[np.int64]
    told: NDArray[np.int64]
    drill: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    reopened: NDArray[np.bool_]
    pick: NDArray[np.float64]

    def take(self, which: NDArray[np.bool_]) -> Cases:
        """Return the cases that `which` (n) marks."""
        columns = {each.name: getattr(self, each.name)[which] for each in fields(self)}
        return replace(self, **columns)


def cases_of(world: World, day: date) -> Cases | None:
    """Return the cases that happen on one local day; None in a city without sources of events."""
    draw = world.draw("events", day)
    sources = world.city.reference["event_sources"]
    if not sources.num_rows:
        return None
    expected = np.array(
        [value or 20.0 for value in sources["expected_per_day"].to_pylist()]
    )
    rate = expected * _WEEK[day.weekday()] * (1.18 if world.storm(day) else 1.0)
    n = int(draw.poisson(float(rate.sum())))
    which = draw.choice(len(rate), n, p=rate / rate.sum())
    proactive = np.array(sources["finds"].to_pylist(), object)[which] == "proactive"
    kind, occurred = _what(world, day, draw, proactive)
    order = np.argsort(occurred, kind="stable")
    kind, occurred, proactive = kind[order], occurred[order], proactive[order]
    source = np.array(sources["source_id"].to_pylist(), object)[which[order]]
    street, lon, lat = _where(world, draw, kind)
    priority = kinds().priorities(draw, kind)
    created = occurred + np.where(
        proactive, draw.integers(4, 50, n), draw.integers(60, 900, n)
    )
    recorded = created + draw.integers(1, 5, n)
    sent, acked, arrived, done, told = _course(draw, kind, priority, created)
    return Cases(
        np.arange(n),
        source,
        kind,
        street,
        world.street_district[street],
        lon,
        lat,
        priority,
        proactive,
        occurred,
        created,
        recorded,
        sent,
        acked,
        arrived,
        done,
        told,
        draw.random(n) < _DRILL_SHARE,
        draw.random(n) < _FIXED_SHARE,
        draw.random(n) < _REOPENED_SHARE,
        draw.random((n, 5)),
    )


def _what(
    world: World, day: date, draw: np.random.Generator, proactive: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the kind of each case, and when it happens, s after midnight."""
    storm = world.storm(day)
    kind = np.zeros(len(proactive), np.int64)
    for way in (True, False):
        share = kinds().weight_of(is_proactive=way, is_stormy=storm is not None)
        who = proactive == way
        kind[who] = draw.choice(len(share), int(who.sum()), p=share)
    return kind, kinds().seconds(draw, kind, storm) * world.length_s(day) // 86_400


def _where(
    world: World, draw: np.random.Generator, kind: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the street of each case, and its place, deg."""
    n, where = len(kind), kinds().where[kind]
    street = draw.choice(len(world.street_code), n, p=world.street_weight)
    outside = draw.choice(len(world.street_code), n, p=world.country_weight)
    street = np.where(where == "country", outside, street)
    lon, lat, _ = world.ground.scatter(draw, street)
    wet = where == "shore"
    banks = world.ground.beside_water(draw, lon[wet], lat[wet], street[wet])
    lon[wet], lat[wet], street[wet] = banks
    return street, lon, lat


def _course(
    draw: np.random.Generator,
    kind: NDArray[np.int64],
    priority: NDArray[np.int64],
    created: NDArray[np.int64],
) -> tuple[NDArray[np.int64], ...]:
    """Return when each order is sent, acknowledged, on site, done, and the citizen told."""
    n, rank = len(kind), priority - 1
    tail = np.where(draw.random(n) < _LATE_SHARE, draw.uniform(8, 60, n), 1.0)
    sent = created + 6 + (draw.lognormal(2.6, 0.4, n)).astype(np.int64)
    answer = _RESPONSE[rank] * draw.lognormal(0, 0.38, n) * np.minimum(tail, 6)
    acked = np.maximum(sent + 3, created + answer.astype(np.int64))
    length = _length(draw, kind, rank)
    done = acked + 120 + (length * 0.85).astype(np.int64)
    done = _by_day(draw, done, kinds().is_by_day[kind] & (rank > 1))
    way = np.minimum(done - acked, _ON_SITE_S) * draw.uniform(0.3, 0.6, n)
    told = (
        done
        + np.minimum(length * draw.uniform(0.05, 0.2, n), _TELL_S).astype(np.int64)
        + 10
    )
    return sent, acked, acked + way.astype(np.int64), done, told


def _length(
    draw: np.random.Generator, kind: NDArray[np.int64], rank: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how long the work on each case takes, s: as its kind does, and a few far longer."""
    n = len(kind)
    median = np.minimum(kinds().closes_s[kind], _CLOSES_BY_S[rank])
    length = median * draw.lognormal(0, _SPREAD, n)
    stuck = draw.random(n) < _LONG_SHARE
    days = np.maximum(_LONG_MEDIAN_S * draw.lognormal(0, _LONG_SPREAD, n), 2 * length)
    may_stay = (rank > 1) & ~kinds().is_passing[kind]
    length = np.where(stuck, np.where(may_stay, days, 3 * length), length)
    return np.minimum(length, _LONGEST_S)


def _by_day(
    draw: np.random.Generator, done: NDArray[np.int64], only: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return `done`; where `only`, what ends in the night ends early in the morning."""
    clock = done % 86_400
    dark = only & ((clock < _BEGINS_S) | (clock >= _ENDS_S))
    wait = (_BEGINS_S - clock) % 86_400 + draw.integers(0, 3 * 3_600, len(done))
    return np.where(dark, done + wait, done)
