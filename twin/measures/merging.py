"""Which reports are one incident: the rule, and what was known of it at every moment.

The rule. Reports of one kind and one mode are looked at in the order of (`created_at`,
`event_id`). One is *in reach* of an earlier one if it was opened at most `window` after
it and lies at most `radius_m` from it. For each report in turn:

1. If first reports of incidents have it in reach, it joins the incident whose first
   report is the earliest.
2. Else the earliest free report is sought that has, with it, `least` free reports in
   reach, itself counted: they become an incident, and that one is its first report.
3. Else it stays free.

So every report of an incident lies in reach of its first one: no chain leads on through
a city, and no incident lasts longer than the window. No `least` free reports are left
that are all in reach of the earliest of them. And what is decided of a report hangs on
earlier ones alone: a later report never takes one away from its incident, so that an
incident as it stood at a moment of the world is the reports merged by then. Components
of pairs have neither property, and an incident that begins with whatever report is the
earliest would keep three close reports apart if a lone one before them took the first.

The order is of the reports' own moments, so it does not matter when or in which batch
they arrive. What is recorded later may change an incident from then on: the rule is
applied to what was known at each moment at which anything was recorded.

What hangs together is sought by time first, the pairs of a kind that the window allows at once;
of a city's reports these are few.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.measures.spans import spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

M_PER_DEG = 111_320.0

# Of the same kind so many reports next in time are looked at for what hangs together, and of
# those in reach so many are kept.
_AHEAD, _NEXT = 2_000, 8

# A change of the rule gets another name: then every incident is worked out anew.
RULE = "first report in reach 1"


@dataclass(frozen=True)
class Merging:
    """The numbers of the rule, as the pack has them."""

    radius_m: float
    window_us: int
    least: int


@dataclass(frozen=True)
class Report:
    """One version of a report that has a place; moments in us since 1970, UTC."""

    at: int
    event_id: str
    created: int
    mode: str
    category: str
    priority: int
    lon_ud: int
    lat_ud: int

    @property
    def order(self) -> tuple[int, str]:
        """Return its place among all reports."""
        return self.created, self.event_id


@dataclass
class _Incident:
    """An incident while it grows: its reports so far."""

    first: Report
    worst: int = 4
    n: int = 0
    lon: int = 0
    lat: int = 0

    @property
    def created(self) -> int:
        """Return when its first report was opened."""
        return self.first.created

    def take(self, report: Report, merged: int) -> dict[str, Any]:
        """Take a report in, and return the row that it gets."""
        self.n += 1
        self.worst = min(self.worst, report.priority)
        self.lon += report.lon_ud
        self.lat += report.lat_ud
        return {
            "incident_id": f"I-{self.first.event_id}",
            "event_id": report.event_id,
            "occurred_at": self.first.created,
            "reported_at": report.created,
            "merged_at": merged,
            "mode": report.mode,
            "category": report.category,
            "is_first": self.n == 1,
            "n_reports": self.n,
            "priority": max(1, self.worst - 1),
            "lon_ud": round(self.lon / self.n),
            "lat_ud": round(self.lat / self.n),
        }


@dataclass
class _Walk:
    """The rule on its way through reports in their order.

    What may still be in reach is held by squares of the radius, so that a thousand reports of one
    spot cost a thousand steps: firsts are few, and free ones fewer than make an incident.

    Attributes:
        last: the report that was decided of last.
        rows: the row of each report of an incident.
    """

    rule: Merging
    square: tuple[float, float]
    last: Report | None = None
    rows: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    firsts: dict[_Square, list[_Incident]] = field(
        default_factory=dict["_Square", "list[_Incident]"]
    )
    free: dict[_Square, list[Report]] = field(
        default_factory=dict["_Square", "list[Report]"]
    )

    def step(self, report: Report) -> None:
        """Decide of the next report."""
        self.last = report
        oldest = report.created - self.rule.window_us
        begun = [
            each
            for square in self._around(report)
            for each in _young(self.firsts, square, oldest)
            if _is_near(self.rule, each.first, report)
        ]
        if begun:
            joined = min(begun, key=lambda each: each.first.order)
            self.rows[report.event_id] = joined.take(report, report.created)
            return
        for first in self._free(report, oldest):
            around = self._free(first, oldest)
            members = [first, *(each for each in around if each.order > first.order)]
            if len(members) + 1 >= self.rule.least:
                self._begin([*members, report])
                return
        self.free.setdefault(self._of(report), []).append(report)

    def _free(self, report: Report, oldest: int) -> list[Report]:
        """Return free reports in reach of one, in their order."""
        found = [
            each
            for square in self._around(report)
            for each in _young(self.free, square, oldest)
            if each.at != report.at and _is_near(self.rule, each, report)
        ]
        return sorted(found, key=lambda each: each.order)

    def _begin(self, members: list[Report]) -> None:
        """Make reports an incident; the last of them makes it one."""
        begun = _Incident(members[0])
        self.firsts.setdefault(self._of(members[0]), []).append(begun)
        for each in members:
            there = self.free.get(self._of(each), [])
            if each in there:
                there.remove(each)
            self.rows[each.event_id] = begun.take(each, members[-1].created)

    def _of(self, report: Report) -> _Square:
        wide, high = self.square
        x, y = report.lon_ud // wide, report.lat_ud // high
        return report.mode, report.category, int(x), int(y)

    def _around(self, report: Report) -> list[_Square]:
        mode, category, x, y = self._of(report)
        return [
            (mode, category, x + right, y + up)
            for right in (-1, 0, 1)
            for up in (-1, 0, 1)
        ]


# Mode, kind, and the square that a report lies in.
_Square = tuple[str, str, int, int]


_T = TypeVar("_T", Report, _Incident)


def _young(held: dict[_Square, list[_T]], square: _Square, oldest: int) -> list[_T]:
    """Return what a square holds, without what is too old to be in reach of anything more."""
    there = held.get(square)
    if not there:
        return []
    held[square] = [each for each in there if each.created >= oldest]
    return held[square]


def _is_near(rule: Merging, one: Report, other: Report) -> bool:
    """Return whether two reports of one kind and mode are in reach of each other."""
    if abs(one.created - other.created) > rule.window_us:
        return False
    wide = math.cos(math.radians((one.lat_ud + other.lat_ud) * 1e-6 / 2))
    east = (one.lon_ud - other.lon_ud) * 1e-6 * wide
    north = (one.lat_ud - other.lat_ud) * 1e-6
    return M_PER_DEG * math.hypot(east, north) <= rule.radius_m


def _square(rule: Merging, reports: Iterable[Report | None]) -> tuple[float, float]:
    """Return the sides of squares, 1e-6 deg: no shorter than the radius anywhere among reports."""
    north = max((abs(each.lat_ud) for each in reports if each), default=0) * 1e-6
    high = rule.radius_m / M_PER_DEG * 1e6
    return high / max(math.cos(math.radians(min(north, 89.9))), 1e-3), high


def near_pairs(rows: pa.Table, rule: Merging) -> NDArray[np.int64]:
    """Return (n, 2): places of versions of reports that are in reach of each other.

    They say which reports hang together, and no more: of a report with many near it those that
    are next in time. Reports of one kind are held against the next two thousand in time, so that
    a flood on one spot costs no more than its number.

    Args:
        rows: versions of reports, in the columns of `reports_near.sql`.
    """
    placed = np.flatnonzero(
        pc.and_(rows["lon_ud"].is_valid(), rows["lat_ud"].is_valid())
    )
    at = rows.take(pa.array(placed))
    kind = _numbers(at["mode"]) * (rows.num_rows + 1) + _numbers(at["category"])
    created = at["created_at"].cast(pa.int64()).to_numpy()
    order = np.lexsort((created, kind))
    kind, created, placed = kind[order], created[order], placed[order]
    lon, lat = (
        at[name].to_numpy()[order].astype(np.float64) * 1e-6
        for name in ("lon_ud", "lat_ud")
    )
    found = [np.zeros((0, 2), np.int64)]
    n_next, n_before = (np.zeros(len(order), np.int64) for _ in range(2))
    here, ahead = np.arange(len(order)), 0
    while len(here) and ahead < _AHEAD:
        ahead += 1
        here = here[: np.searchsorted(here, len(order) - ahead)]
        there = here + ahead
        in_time = (kind[there] == kind[here]) & (
            created[there] - created[here] <= rule.window_us
        )
        here, there = here[in_time], there[in_time]
        wide = np.cos(np.radians((lat[here] + lat[there]) / 2))
        away = M_PER_DEG * np.hypot(
            (lon[there] - lon[here]) * wide, lat[there] - lat[here]
        )
        close = away <= rule.radius_m
        one, other = here[close], there[close]
        few = (n_next[one] < _NEXT) | (n_before[other] < _NEXT)
        one, other = one[few], other[few]
        n_next[one] += 1
        n_before[other] += 1
        found.append(np.stack([placed[one], placed[other]], axis=1))
    return np.concatenate(found)


def _numbers(words: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return a number for each word, the same for the same."""
    encoded = words.combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64)


def components(pairs: NDArray[np.int64], of: NDArray[np.int64]) -> list[list[int]]:
    """Return groups of events that hang together by pairs.

    Args:
        pairs: (n, 2) places of versions.
        of: the event of each version, as a number.
    """
    above: dict[int, int] = {}

    def top(event: int) -> int:
        while (up := above.setdefault(event, event)) != event:
            above[event] = above[up]
            event = up
        return event

    for one, other in of[pairs].tolist():
        low, high = sorted((top(one), top(other)))
        above[high] = low
    found: dict[int, list[int]] = {}
    for event in sorted(above):
        found.setdefault(top(event), []).append(event)
    return list(found.values())


def incidents_known(
    versions: list[tuple[int, str, Report | None]], rule: Merging
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `incidents` of reports that hang together; moments in us.

    Args:
        versions: what came to be known of them: when, of which event, and how it stood
            from then on, None without a place; in the order of knowing.
    """
    yield from spans(_states(versions, rule))


def _states(
    versions: list[tuple[int, str, Report | None]], rule: Merging
) -> Iterator[tuple[int, Mapping[str, dict[str, Any]]]]:
    """Yield the rows as they were known at each moment at which anything was recorded."""
    known: dict[str, Report | None] = {}
    square = _square(rule, (report for _, _, report in versions))
    walk = _Walk(rule, square)
    for moment, news in groupby(versions, key=lambda each: each[0]):
        told = {event: report for _, event, report in news}
        added = sorted((each for each in told.values() if each), key=_order)
        changes = any(known.get(event) for event in told)
        known |= told
        last = walk.last
        if changes or (added and last and added[0].order < last.order):
            walk = _Walk(rule, square)
            added = sorted((each for each in known.values() if each), key=_order)
        for report in added:
            walk.step(report)
        yield moment, dict(walk.rows)


def _order(report: Report) -> tuple[int, str]:
    return report.order
