"""Reports of one kind that came close together, as one incident, at any two clocks.

The rule itself, and why it is this one, stands in `twin.measures.merging`. Only what hangs
together with news is worked out again: the events of a batch, and those that lie within
reach of them, of these, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.measured import INCIDENTS
from twin.engine import load_sql
from twin.measures.definition import Definition
from twin.measures.merging import (
    RULE,
    Merging,
    Report,
    components,
    incidents_known,
    near_pairs,
)
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.city import City

_NEAR, _NAMED, _MONTHS = (
    load_sql(Path(__file__).with_name(f"{name}.sql"))
    for name in ("reports_near", "reports_named", "report_months")
)
_US = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# So many windows before and after news are read at once: reports that hang together seldom
# reach farther, and then more is read.
_AROUND = 3

# News of more places in time than this are quicker worked out month by month.
_MANY = 100

# First and last moment, us since 1970, UTC; both are part of it.
Span = tuple[int, int]


def merging(city: City) -> Merging:
    """Return the numbers of the rule, as the pack has them."""
    given = cast("dict[str, Any]", city.settings["incidents"])
    return Merging(
        float(given["radius_m"]),
        int(given["window_s"]) * 1_000_000,
        int(given["least_reports"]),
    )


def _inputs(city: City) -> str:
    return f"{RULE} {merging(city)} {_NEAR.sha256} {_NAMED.sha256}"


def _update(city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    rule = merging(city)
    rows = None if news.whole else news.batch["events"]
    created = _us(rows["created_at"]) if rows is not None else np.zeros(0, np.int64)
    around = _spans(created, _AROUND * rule.window_us)
    if rows is None or len(around) > _MANY:
        yield from _whole(state, rule)
        return
    ids: list[str] = pc.unique(rows["event_id"]).to_pylist()
    again = rows["event_id"].filter(pc.greater(rows["version"], 1))
    found = _hanging(state, rule, around, ids, pc.unique(again).to_pylist())
    if found.groups:
        yield from _again(state, found)


def _whole(state: State, rule: Merging) -> Iterator[MeasureUpdate]:
    """Yield every piece anew: worked out month by month of a group's earliest report."""
    months: list[datetime] = state.query(_MONTHS, {})["month"].to_pylist()
    made = [INCIDENTS.empty()]
    for month in (each.astimezone(UTC) for each in months):
        core = _of(month), _of((month + timedelta(days=32)).replace(day=1)) - 1
        pad = _AROUND * rule.window_us
        found = _hanging(state, rule, [(core[0] - pad, core[1] + pad)], core=core)
        made.append(_table(found.rows(rule, core)))
    rows = pa.concat_tables(made)
    days = rows["occurred_at"].cast(pa.date32()).to_pylist()
    named = pa.array([state.chunk_of("incidents", day) for day in days], pa.string())
    for chunk in sorted({*named.to_pylist(), *state.chunks("incidents")}):
        mine = rows.filter(pc.equal(named, chunk))
        yield MeasureUpdate("incidents", mine, "replace_chunks", (chunk,))


def _again(state: State, found: _Hanging) -> Iterator[MeasureUpdate]:
    """Yield the days of reports that hang together with news.

    They come with their new incidents, and with others as they stand; nothing comes where
    all stays as it was.
    """
    made = _table(found.rows(found.rule))
    days = {_moment(at).date() for at in found.created.tolist()}
    chunks = tuple(sorted({state.chunk_of("incidents", day) for day in days}))
    held = pa.concat_tables([state.chunk("incidents", chunk) for chunk in chunks])
    mine = pc.is_in(held["event_id"], value_set=pa.array(found.events))
    before, kept = held.filter(mine), held.filter(pc.invert(mine))
    if _by_key(before).equals(_by_key(made)):
        return
    rows = pa.concat_tables([made, kept])
    yield MeasureUpdate(
        "incidents", rows, "replace_chunks", chunks, fresh=made.num_rows
    )


def _by_key(rows: pa.Table) -> pa.Table:
    return rows.sort_by([(name, "ascending") for name in INCIDENTS.key])


@dataclass(frozen=True)
class _Hanging:
    """Versions of reports, and groups of events that hang together by them.

    Attributes:
        versions: in the columns of `reports_near.sql`, by event.
        pairs: (n, 2) places of versions in reach of each other.
        groups: places of the versions of each group, of so many events that it may be an
            incident.
    """

    versions: pa.Table
    pairs: NDArray[np.int64]
    groups: list[list[int]]
    rule: Merging

    @property
    def places(self) -> pa.Array:
        """Return the places of all versions that are in a group."""
        return pa.array([at for group in self.groups for at in group], pa.int64())

    @property
    def events(self) -> list[str]:
        """Return the ids of all events that are in a group."""
        return pc.unique(self.versions["event_id"].take(self.places)).to_pylist()

    @property
    def created(self) -> NDArray[np.int64]:
        """Return when versions that are in a group were opened, us."""
        return _us(self.versions["created_at"].take(self.places))

    def rows(
        self, rule: Merging, core: tuple[int, int] | None = None
    ) -> list[dict[str, Any]]:
        """Return the rows of `incidents` of all groups; moments in us.

        Args:
            core: only of groups whose earliest version was opened between these, us.
        """
        told = self.versions
        for name in ("recorded_at", "created_at"):
            at = told.column_names.index(name)
            told = told.set_column(at, name, told[name].cast(pa.int64()))
        row_of = dict(
            zip(
                self.places.to_pylist(),
                told.take(self.places).to_pylist(),
                strict=True,
            )
        )
        found: list[dict[str, Any]] = []
        for group in self.groups:
            mine = [(at, row_of[at]) for at in group]
            if (
                core
                and not core[0] <= min(row["created_at"] for _, row in mine) <= core[1]
            ):
                continue
            found += incidents_known(_known(mine), rule)
        return found


def _known(
    versions: Sequence[tuple[int, dict[str, Any]]],
) -> list[tuple[int, str, Report | None]]:
    """Return what came to be known of reports, in the order of knowing.

    A version that comes after a higher one is never what is known.
    """
    highest: dict[str, int] = {}
    found: list[tuple[int, str, Report | None]] = []
    for at, row in versions:
        event, version = row["event_id"], row["version"]
        if version <= highest.get(event, 0):
            continue
        highest[event] = version
        names = ("mode", "category", "priority", "lon_ud", "lat_ud")
        told = [row[name] for name in names]
        is_placed = None not in told[-2:]
        report = Report(at, event, row["created_at"], *told) if is_placed else None
        found.append((row["recorded_at"], event, report))
    return sorted(found, key=lambda each: each[0])


def _hanging(
    state: State,
    rule: Merging,
    around: Sequence[Span],
    ids: Sequence[str] = (),
    corrected: Sequence[str] = (),
    core: Span | None = None,
) -> _Hanging:
    """Return what hangs together with the events `ids`, or with those opened in `core`.

    Of each event in it all versions are read, and of each of these what was opened near
    it: so it goes on until nothing more hangs on. A first version that has none near it
    changes no incident, wherever others of its event are.

    Args:
        around: spans of time that are read first, us.
        corrected: those of `ids` of which a later version came.
    """
    read: list[Span] = []
    whole: set[str] = set()
    wanted, named, parts = list(around), sorted(corrected), list[pa.Table]()
    while True:
        parts += [_opened(state, span) for span in wanted]
        if named:
            parts.append(_named(state, named))
        read, whole = _joined([*read, *wanted]), whole | {*named}
        versions = _each_once(parts)
        of = _numbers(versions["event_id"])
        created = _us(versions["created_at"])
        pairs = near_pairs(versions, rule)
        mine = (
            _is_any(versions["event_id"], ids)
            if core is None
            else (created >= core[0]) & (created <= core[1])
        )
        groups, watched = _touched(pairs, of, mine, rule.least)
        watched |= _is_any(versions["event_id"], corrected)
        wanted = _beyond(_spans(created[watched], rule.window_us), read)
        names = versions["event_id"].filter(pa.array(watched))
        named = sorted({*pc.unique(names).to_pylist()} - whole)
        if not wanted and not named:
            return _Hanging(versions, pairs, groups, rule)
        parts = [versions]


def _opened(state: State, span: Span) -> pa.Table:
    """Return versions that were opened in a span.

    None was recorded before it was opened, so older files need not be looked at.
    """
    first, last = (_moment(at) for at in span)
    return state.query(_NEAR, {"first_at": first, "last_at": last}, since=first)


def _named(state: State, ids: Sequence[str]) -> pa.Table:
    """Return all versions of events; `ids` are in order."""
    asked = {"ids": list(ids), "first_id": ids[0], "last_id": ids[-1]}
    return state.query(_NAMED, asked)


def _touched(
    pairs: NDArray[np.int64],
    of: NDArray[np.int64],
    mine: NDArray[np.bool_],
    least: int,
) -> tuple[list[list[int]], NDArray[np.bool_]]:
    """Return groups of versions with one of `mine`, and which versions are in any.

    Groups of fewer events than `least` are left out of the first, not of the second.
    """
    places: dict[int, list[int]] = {}
    paired = np.flatnonzero(np.isin(of, of[pairs]))
    for at, event in zip(paired.tolist(), of[paired].tolist(), strict=True):
        places.setdefault(event, []).append(at)
    is_mine = {*of[mine].tolist()}
    found: list[list[int]] = []
    watched = np.zeros(len(of), np.bool_)
    for events in components(pairs, of):
        if is_mine.isdisjoint(events):
            continue
        group = [at for event in events for at in places[event]]
        watched[group] = True
        if len(events) >= least:
            found.append(sorted(group))
    return found, watched


def _each_once(parts: Sequence[pa.Table]) -> pa.Table:
    """Return versions by event, moment of knowing and version, each once."""
    by = ("event_id", "recorded_at", "version")
    rows = pa.concat_tables(parts).sort_by([(name, "ascending") for name in by])
    rows = rows.combine_chunks()
    same = [
        pc.equal(rows[name].slice(1), rows[name].slice(0, rows.num_rows - 1))
        for name in by
        if rows.num_rows
    ]
    is_new = np.ones(rows.num_rows, np.bool_)
    if same:
        is_new[1:] = ~np.logical_and.reduce([np.asarray(each) for each in same])
    return rows.filter(pa.array(is_new))


def _is_any(names: pa.ChunkedArray, ids: Sequence[str]) -> NDArray[np.bool_]:
    among = pc.is_in(names, value_set=pa.array(list(ids), pa.string()))
    return np.asarray(among.to_numpy(), np.bool_)


def _numbers(words: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return a number for each word, the same for the same."""
    encoded = words.combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64)


def _spans(moments: NDArray[np.int64], pad: int) -> list[Span]:
    """Return the spans that lie within `pad` of moments, us, in order and apart."""
    at = np.unique(moments)
    cuts = np.flatnonzero(np.diff(at) > 2 * pad) + 1
    return [
        (int(part[0]) - pad, int(part[-1]) + pad)
        for part in np.split(at, cuts)
        if len(part)
    ]


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Return spans in order, those that touch as one."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def _beyond(spans: Sequence[Span], read: Sequence[Span]) -> list[Span]:
    """Return the spans that are not inside one that was read."""
    return [
        span
        for span in spans
        if not any(first <= span[0] and span[1] <= last for first, last in read)
    ]


def _us(moments: pa.ChunkedArray) -> NDArray[np.int64]:
    return moments.cast(pa.int64()).to_numpy()


def _of(moment: datetime) -> int:
    return (moment - _EPOCH) // _US


def _moment(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


_MOMENTS = ("occurred_at", "reported_at", "merged_at", "known_from", "known_to")


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows of `incidents` whose moments are in us."""
    plain = pa.schema(
        [
            pa.field(each.name, pa.int64()) if each.name in _MOMENTS else each
            for each in INCIDENTS.schema
        ]
    )
    return pa.Table.from_pylist(rows, schema=plain).cast(INCIDENTS.schema)


_CASE = "the published case: three complaints of one kind within 300 m and half an hour"

MEASURE = Measure(
    table=INCIDENTS,
    definitions=(
        Definition(
            INCIDENTS.pick("incident_id"),
            title="Incident that a report is part of",
            formula=(
                "reports of one kind and mode in the order of (created_at, event_id);"
                " one joins the earliest incident whose first report was opened at most"
                " window_s before it, at most radius_m away; else, if it makes"
                " least_reports free ones that are all that close to the earliest of"
                " them, they become one, called by that one"
            ),
            target="incidents in city.toml: radius_m, window_s, least_reports",
            absent="reports without a place, and those that stay alone: no row",
            source=_CASE,
        ),
        Definition(
            INCIDENTS.pick("is_first"),
            title="First report of the incident",
            formula="the least (created_at, event_id) of its reports",
            absent="never",
            source="an incident is counted once: as its first report",
        ),
        Definition(
            INCIDENTS.pick("merged_at"),
            title="When a report became part of the incident",
            formula=(
                "created_at of the report that made enough of them, or of a later one"
                " itself"
            ),
            absent="never",
            source="at an earlier moment they were single reports, and count as such",
        ),
        Definition(
            INCIDENTS.pick("n_reports"),
            title="Reports of the incident",
            formula="reports of it up to this one in the order of (created_at, event_id)",
            absent="never",
            source="what people report often is seen by many",
        ),
        Definition(
            INCIDENTS.pick("priority"),
            title="Level of the incident",
            better="higher",
            formula="least priority of its reports up to this one, minus 1, at least 1",
            absent="never",
            source=_CASE + " are raised by one level",
        ),
        Definition(
            INCIDENTS.pick("lon_ud", "lat_ud"),
            title="Middle of the incident",
            formula="mean of the places of its reports up to this one",
            absent="never",
            source="no report is nearer to the truth than another",
        ),
    ),
    context=("occurred_at", "reported_at", "known_to", "mode", "category"),
    logs=("events",),
    update=_update,
    inputs=_inputs,
)
