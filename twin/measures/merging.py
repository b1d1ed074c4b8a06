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

Neighbours are sought by time first, all pairs of a kind that the window allows at once;
of a city's reports these are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.measures.spans import spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

M_PER_DEG = 111_320.0

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

    Attributes:
        reach: of each report those that are at most the window and the radius from it,
            before it and after.
        last: the report that was decided of last.
        rows: the row of each report of an incident.
    """

    reach: Mapping[int, frozenset[int]]
    least: int
    last: Report | None = None
    rows: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    firsts: dict[int, _Incident] = field(default_factory=dict[int, _Incident])
    free: dict[int, Report] = field(default_factory=dict[int, Report])

    def step(self, report: Report) -> None:
        """Decide of the next report."""
        self.last = report
        near = self.reach[report.at]
        begun = [self.firsts[at] for at in near if at in self.firsts]
        if begun:
            joined = min(begun, key=lambda each: each.first.order)
            self.rows[report.event_id] = joined.take(report, report.created)
            return
        for first in self._free(near):
            around = self._free(self.reach[first.at])
            members = [first, *(each for each in around if each.order > first.order)]
            if len(members) + 1 >= self.least:
                self._begin([*members, report])
                return
        self.free[report.at] = report

    def _free(self, reports: Iterable[int]) -> list[Report]:
        """Return those that are in no incident, in their order."""
        found = (self.free[at] for at in reports if at in self.free)
        return sorted(found, key=lambda each: each.order)

    def _begin(self, members: list[Report]) -> None:
        """Make reports an incident; the last of them makes it one."""
        begun = self.firsts[members[0].at] = _Incident(members[0])
        for each in members:
            self.free.pop(each.at, None)
            self.rows[each.event_id] = begun.take(each, members[-1].created)


def near_pairs(rows: pa.Table, rule: Merging) -> NDArray[np.int64]:
    """Return (n, 2): places of versions of reports that are in reach of each other.

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
    here, ahead = np.arange(len(order)), 0
    while len(here):
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
        found.append(np.stack([placed[here[close]], placed[there[close]]], axis=1))
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
    versions: list[tuple[int, str, Report | None]],
    reach: Mapping[int, frozenset[int]],
    least: int,
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `incidents` of reports that hang together; moments in us.

    Args:
        versions: what came to be known of them: when, of which event, and how it stood
            from then on, None without a place; in the order of knowing.
        reach: of each version those in reach of it, by their `at`.
    """
    yield from spans(_states(versions, reach, least))


def _states(
    versions: list[tuple[int, str, Report | None]],
    reach: Mapping[int, frozenset[int]],
    least: int,
) -> Iterator[tuple[int, Mapping[str, dict[str, Any]]]]:
    """Yield the rows as they were known at each moment at which anything was recorded."""
    known: dict[str, Report | None] = {}
    walk = _Walk(reach, least)
    for moment, news in groupby(versions, key=lambda each: each[0]):
        told = {event: report for _, event, report in news}
        added = sorted((each for each in told.values() if each), key=_order)
        changes = any(known.get(event) for event in told)
        known |= told
        last = walk.last
        if changes or (added and last and added[0].order < last.order):
            walk = _Walk(reach, least)
            added = sorted((each for each in known.values() if each), key=_order)
        for report in added:
            walk.step(report)
        yield moment, dict(walk.rows)


def _order(report: Report) -> tuple[int, str]:
    return report.order
