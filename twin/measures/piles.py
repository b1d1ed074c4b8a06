"""Which bikes of a picture stand in one pile, and which pile of the next picture it is.

Piles are clusters of DBSCAN (Ester and others, 1996): a bike is a core if, with itself,
`least` bikes stand within `eps_m` of it; cores within `eps_m` of each other are one pile;
any other bike within `eps_m` of a core belongs to the pile of the nearest one. Shapely's
tree finds neighbours, so that no library comes in for this alone.

A pile goes on in the next picture of its camera where a bike of it stands within `eps_m` of
a bike of the pile before. The largest pile is asked first, and takes the one that was seen
first; what goes on in none is gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from twin.contracts.events import BLOCKED
from twin.measures.merging import components

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A change of the rule gets another name: then every pile is worked out anew.
RULE = "dbscan 1"


@dataclass(frozen=True)
class Piling:
    """The numbers of the rule, as the pack has them."""

    eps_m: float
    least: int
    close_m: float
    lost_us: int


@dataclass(frozen=True)
class Bike:
    """One bike of a picture: micro-degrees, and metres on the city's plane."""

    id: str
    lon_ud: int
    lat_ud: int
    x: float
    y: float
    operator: str | None
    blocks: str | None
    event_id: str | None


@dataclass(frozen=True)
class Pile:
    """A pile in one picture."""

    bikes: tuple[Bike, ...]
    n_close: int
    area_m2: float

    @property
    def middle(self) -> tuple[int, int]:
        """Return the mean of the places of its bikes, micro-degrees."""
        n = len(self.bikes)
        return (
            round(sum(each.lon_ud for each in self.bikes) / n),
            round(sum(each.lat_ud for each in self.bikes) / n),
        )

    @property
    def operator(self) -> str | None:
        """Return whose bikes most are: of as many the first by name; None if none is known."""
        counts = Counter(each.operator for each in self.bikes if each.operator)
        return min(counts, key=lambda name: (-counts[name], name), default=None)

    @property
    def blocks(self) -> str | None:
        """Return the worst that a bike of it stands on; None if all stand free."""
        stood = {each.blocks for each in self.bikes}
        return next((each for each in BLOCKED if each in stood), None)

    @property
    def event_id(self) -> str | None:
        """Return the event that was opened from it; of several the greatest number."""
        return max(
            (each.event_id for each in self.bikes if each.event_id), default=None
        )

    def is_near(self, other: Pile, eps_m: float) -> bool:
        """Return whether a bike of it stands within `eps_m` of a bike of another pile."""
        mine, theirs = (
            np.array([(each.x, each.y) for each in pile.bikes])
            for pile in (self, other)
        )
        away = np.hypot(*(mine[:, None, :] - theirs[None, :, :]).transpose(2, 0, 1))
        return bool(away.min() <= eps_m)


def labels(
    x: NDArray[np.float64], y: NDArray[np.float64], eps_m: float, least: int
) -> NDArray[np.int64]:
    """Return the cluster of each of n points, from 0, and -1 for one that is in none.

    Clusters are numbered by their first core; of two cores as near, the first counts.
    """
    found = np.full(len(x), -1, np.int64)
    if len(x) < least:
        return found
    points = shapely.points(x, y)
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=eps_m).T
    is_core = np.bincount(pairs[:, 0], minlength=len(x)) >= least
    both = pairs[is_core[pairs[:, 0]] & is_core[pairs[:, 1]]]
    for number, group in enumerate(components(both, np.arange(len(x)))):
        found[group] = number
    rest = pairs[~is_core[pairs[:, 0]] & is_core[pairs[:, 1]]]
    away = np.hypot(x[rest[:, 0]] - x[rest[:, 1]], y[rest[:, 0]] - y[rest[:, 1]])
    nearest_last = np.lexsort((-rest[:, 1], -away))
    found[rest[nearest_last, 0]] = found[rest[nearest_last, 1]]
    return found


def piles(bikes: Iterable[Bike], rule: Piling) -> list[Pile]:
    """Return the piles of one picture, the largest first; of as many the western one."""
    ordered = sorted(bikes, key=lambda each: each.id)
    x, y = (np.array([getattr(each, axis) for each in ordered]) for axis in "xy")
    of = labels(x, y, rule.eps_m, rule.least)
    found: list[Pile] = []
    for number in range(of.max(initial=-1) + 1):
        mine = np.flatnonzero(of == number)
        points = shapely.points(x[mine], y[mine])
        near = shapely.STRtree(points).query(
            points, predicate="dwithin", distance=rule.close_m
        )
        area = float(shapely.area(shapely.convex_hull(shapely.multipoints(points))))
        close = int(np.bincount(near[0]).max())
        found.append(Pile(tuple(ordered[at] for at in mine), close, area))
    return sorted(found, key=lambda each: (-len(each.bikes), each.middle))


@dataclass
class _Followed:
    """A pile that is followed from picture to picture."""

    id: str
    first_seen: int
    seen: int
    pile: Pile
    max_n: int
    event_id: str | None
    home: tuple[int, int]


@dataclass
class Watch:
    """What one camera saw of piles, picture by picture.

    Attributes:
        last: moment of the last picture, us; None before the first.
        rows: one for each picture of each pile, by (pile, moment); moments in us, places
            in micro-degrees, and `home`: where the pile was first seen.
    """

    device_id: str
    rule: Piling
    name: Any
    last: int | None = None
    rows: dict[tuple[str, int], Mapping[str, Any]] = field(
        default_factory=dict[tuple[str, int], Mapping[str, Any]]
    )
    _there: list[_Followed] = field(default_factory=list[_Followed])

    def look(self, moment: int, seen: Sequence[Pile]) -> None:
        """Take in the next picture."""
        self.last = moment
        left = [each for each in self._there if moment - each.seen <= self.rule.lost_us]
        self._there = []
        for rank, pile in enumerate(seen, start=1):
            near = (each for each in left if pile.is_near(each.pile, self.rule.eps_m))
            before = min(
                near, key=lambda each: (each.first_seen, each.id), default=None
            )
            if before is not None:
                left.remove(before)
            self._there.append(self._followed(moment, rank, pile, before))
        for each in left:
            self._say(moment, each, 0)

    def _followed(
        self, moment: int, rank: int, pile: Pile, before: _Followed | None
    ) -> _Followed:
        n = len(pile.bikes)
        each = before or _Followed(
            self.name(self.device_id, moment, rank),
            moment,
            moment,
            pile,
            n,
            None,
            pile.middle,
        )
        each.seen, each.pile, each.max_n = moment, pile, max(each.max_n, n)
        each.event_id = pile.event_id or each.event_id
        self._say(moment, each, n)
        return each

    def _say(self, moment: int, each: _Followed, n: int) -> None:
        lon_ud, lat_ud = each.pile.middle
        self.rows[each.id, moment] = {
            "cluster_id": each.id,
            "occurred_at": moment,
            "device_id": self.device_id,
            "event_id": each.event_id,
            "first_seen_at": each.first_seen,
            "n_bikes": n,
            "max_n": each.max_n,
            "n_close": each.pile.n_close if n else 0,
            "area_m2": each.pile.area_m2 if n else None,
            "blocks": each.pile.blocks if n else None,
            "operator": each.pile.operator,
            "home": each.home,
            "lon_ud": lon_ud,
            "lat_ud": lat_ud,
        }
