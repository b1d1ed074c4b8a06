"""What became of alerts: raised, worse, acknowledged, cleared, by the rules of the pack.

Everything is told as whoever watched live saw it: at each moment by what had happened and been
recorded by then. So the same logs give the same alerts, however they came in; a live tick asks of
what lies between the snapshot before and this one, and adds rows to the log. Rows that come with a
moment that was told already have the log told again from there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.measured import ALERTS
from twin.contracts.signals import SIGNALS
from twin.engine import Sql, load_sql
from twin.measures import alert_sources, alert_steps, coverage
from twin.measures.alert_steps import SECOND, Beat, Held, Rule, Span, Step, Turn
from twin.measures.definition import BY_PACK, Definition
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.city import City

_LOGS = (
    "events",
    "event_stages",
    "dispatches",
    "feedbacks",
    "quarantine",
    "drones",
    "drone_states",
    "link_probes",
    "indicator_values",
    "detections",
)
_NAMES = (
    "alert_bikes",
    "alert_events",
    "alert_due",
    "alert_touched",
    "alert_beats",
    "alert_states",
    "alert_stretches",
    "alert_near",
    "alert_bands",
    "alert_unlike",
    "alert_news",
    "alert_registered",
    "alert_rules",
    "alert_verdicts",
    "alert_inflow",
    "alert_open",
    "alert_days",
    "orders_passed",
)
_SQL: Mapping[str, Sql] = {
    name: load_sql(Path(__file__).with_name(f"{name}.sql")) for name in _NAMES
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_SLICE_US = 2 * 86_400 * SECOND

# A pile of bikes ends with its day (see `bike_clusters`): its pictures lie no further apart. A day
# has 25 hours where clocks are set back.
_PILE = timedelta(hours=25)

# So many questions are asked at a time: as many as the engine of a publish answers.
_AT_ONCE = 2


_OF_DRONES = (
    "drone_link",
    "drone_battery",
    "drone_height",
    "drone_near",
    "drone_unregistered",
)

_OF_SOURCES = ("source_silent", "source_surge")
_OF_BIKES = ("bike_cluster",)

# A millionth of a degree of latitude, m.
_M_PER_UD = 0.11132

# Hours in which sources were heard of last are asked of together if no more lies between them.
_NEAR_HOURS = 20 * alert_sources.HOUR

# Values of indicators are looked back at for up to so long, seconds: 33 periods of a month.
_LONGEST_S = 33 * 31 * 86_400


class _Verdicts(NamedTuple):
    """Verdicts on a class: when each was known and said, microseconds, and if it confirmed."""

    known: NDArray[np.int64]
    said: NDArray[np.int64]
    right: NDArray[np.bool_]


class _Slice(NamedTuple):
    """A stretch that is asked of at once: what came into force later than a moment, by its end.

    Attributes:
        drones_after, links_after: from when on, of aircraft and of links.
        state_us, probe_us, opened_us: how old the oldest is of what came, microseconds since 1970:
            a state, a probe, the opening of an event.
        n_values, n_verdicts: how many values of indicators and verdicts of people came.
        has_states: whether a state came.
        bikes_us: how old the oldest bicycle is that was seen; None for none.
    """

    drones_after: datetime
    links_after: datetime
    end: datetime
    state_us: int
    probe_us: int
    opened_us: int
    n_values: int
    n_verdicts: int
    has_states: bool
    bikes_us: int | None

    def drones_from(self, microseconds: int = 0) -> datetime:
        """Return the moment from which on states are looked at, so long before them all."""
        oldest = min(self.drones_after, _EPOCH + (self.state_us - 1) * _US)
        return max(_EPOCH, oldest - microseconds * _US)

    def links_from(self, microseconds: int) -> datetime:
        """Return the moment from which on probes are looked at, so long before them all."""
        oldest = min(self.links_after, _EPOCH + (self.probe_us - 1) * _US)
        return max(_EPOCH, oldest - microseconds * _US)


@dataclass(frozen=True)
class _Asked:
    """What is asked of the lake: what became of alerts later than `after` and by `until`.

    Attributes:
        whole: whether it is asked of all time: nothing was told before.
        longest_s: the longest targets of events, seconds, by signal.
        held: the alerts that are open at `after`, by rule and subject; none on events.
        touched: events that new rows speak of.
    """

    city: City
    state: State
    rules: Mapping[str, Sequence[Rule]]
    after: datetime
    until: datetime
    whole: bool
    longest_s: Mapping[str, int]
    held: Mapping[tuple[str, str], Held] = field(
        default_factory=dict[tuple[str, str], Held]
    )
    touched: Sequence[str] = ()

    @property
    def after_us(self) -> int:
        return _us(self.after)

    @property
    def until_us(self) -> int:
        return _us(self.until)

    def back(self, microseconds: int) -> datetime:
        """Return so long before `after`; the beginning of all time where all is asked."""
        return (
            _EPOCH if self.whole else self.after - timedelta(microseconds=microseconds)
        )

    @cached_property
    def slices(self) -> list[_Slice]:
        """Return the stretches in which drones, links and openings are asked of, one by one.

        Where all is asked, a year of heartbeats is too much for one question; and where nothing
        was heard of for years, of those years nothing is asked.
        """
        if not self.whole:
            drones, links, opened, bikes = (
                self.back(self.patience(*signals) + SECOND)
                for signals in (_OF_DRONES, ("link_down",), _OF_SOURCES, _OF_BIKES)
            )
            return [self._slice(drones, links, opened, bikes, self.until)]
        rows = self.rows(
            "alert_stretches", _EPOCH, as_of=self.until, stretch_us=_SLICE_US
        )
        found: list[_Slice] = []
        for number in rows["number"].to_pylist():
            start = _EPOCH + number * _SLICE_US * _US
            end = min(start + _SLICE_US * _US, self.until)
            found.append(self._slice(start, start, self.until, self.until, end))
        return found

    def _slice(
        self,
        drones: datetime,
        links: datetime,
        opened: datetime,
        bikes: datetime,
        end: datetime,
    ) -> _Slice:
        row = self.rows(
            "alert_news",
            min(drones, links, opened, bikes),
            after=drones if self.whole else self.after,
            drones_after=drones,
            links_after=links,
            opened_after=opened,
            bikes_after=bikes,
            as_of=end,
        ).to_pylist()[0]

        def oldest(name: str) -> int:
            return self.until_us if row[name] is None else row[name]

        return _Slice(
            drones,
            links,
            end,
            oldest("state_us"),
            oldest("probe_us"),
            oldest("opened_us"),
            row["n_values"],
            row["n_verdicts"],
            row["state_us"] is not None,
            row["bike_us"],
        )

    def rows(self, name: str, since: datetime, **params: object) -> pa.Table:
        """Return the answer to a question over files that reach to `since` or later."""
        return self.state.query(_SQL[name], params, since=since)

    def patience(self, *signals: str) -> int:
        """Return the longest that rules on some signals wait before they speak, microseconds."""
        return max(
            (
                rule.raise_for + rule.clear_for
                for signal in signals
                for rule in self.rules.get(signal, ())
            ),
            default=0,
        )

    def told(self, rule: Rule, subject: str, spans: Iterable[Span]) -> list[Step]:
        """Return what becomes of a rule's alerts on a subject."""
        held = self.held.get((rule.id, subject))
        return alert_steps.steps(
            rule, subject, spans, held, self.after_us, self.until_us
        )


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // _US


def _update(city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    """Yield the rows that are added to the log; all of it where anything but logs changed."""
    before = state.previous_as_of
    if news.whole or before is None:
        yield MeasureUpdate("alerts", _made(city, state, news, None), "replace")
        return
    since = _since(news.batch, before)
    made = _made(city, state, news, since)
    if since < before:
        yield from _again(state, made, since)
    elif made.num_rows:
        yield MeasureUpdate("alerts", made, "append")


# What was refused comes without its clocks: it was recorded now, and is never late.
_CLOCKS = {"occurred_at", "recorded_at"}


def _since(batch: Mapping[str, pa.Table], before: datetime) -> datetime:
    """Return from when on the log is to be told: the snapshot before, or a late row."""
    late = [
        int(
            np.maximum(
                *(_moments(rows, name) for name in ("occurred_at", "recorded_at"))
            ).min()
        )
        for table, rows in batch.items()
        if table in _LOGS and rows.num_rows and set(rows.column_names) >= _CLOCKS
    ]
    first = _EPOCH + min(late, default=_us(before)) * _US - _US
    return min(before, first) if late and min(late) <= _us(before) else before


def _moments(rows: pa.Table, name: str) -> NDArray[np.int64]:
    return rows[name].cast(pa.int64()).to_numpy()


def _again(state: State, made: pa.Table, since: datetime) -> Iterator[MeasureUpdate]:
    """Yield the days of the log that a late row changes, told again from there."""
    said = state.query(_SQL["alert_days"], {"after": since}, since=since)
    days: set[date] = {
        day.astimezone(UTC).date()
        for table, name in ((said, "day"), (made, "occurred_at"))
        for day in table[name].to_pylist()
    }
    chunks = tuple(sorted({state.chunk_of("alerts", day) for day in days}))
    if not chunks:
        return
    held = pa.concat_tables([state.chunk("alerts", chunk) for chunk in chunks])
    kept = held.filter(
        pc.less_equal(held["recorded_at"], pa.scalar(since, held["recorded_at"].type))
    )
    rows = pa.concat_tables([made, kept])
    yield MeasureUpdate("alerts", rows, "replace_chunks", chunks, fresh=made.num_rows)


def _made(city: City, state: State, new: News, since: datetime | None) -> pa.Table:
    """Return what became of alerts later than `since`, or ever: rows of the contract."""
    after, whole = since or _EPOCH, since is None
    rows = _kept(state, "alert_rules", "alert_rules", "sla_targets")
    rules = _rules(rows)
    longest = {
        f"event_{name}": (rows[0][f"longest_{name}_s"] or 0) if rows else 0
        for name in ("response", "closure")
    }
    asked = _Asked(city, state, rules, after, new.as_of, whole, longest)
    if rules:
        asked = replace(
            asked,
            held={} if whole else _held(asked),
            touched=_touched(new.batch),
        )
        _ = asked.slices  # asked here once: tellers tell side by side
    tellers = [
        tell
        for signals, tell in _TELLERS
        if any(rules.get(signal) for signal in signals)
    ]
    has_events = any(SIGNALS[signal].subject == "event" for signal in rules)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="alerts") as pool:
        of_events = pool.submit(_of_events, asked) if has_events else None
        told = [pool.submit(tell, asked) for tell in tellers]
        steps = [step for each in told for step in each.result()]
        parts = [_table(steps, city), *([of_events.result()] if of_events else [])]
    return pa.concat_tables(parts)


# What was read last of tables that seldom change, by the hashes of their rows.
_READ: dict[str, tuple[tuple[str, ...], list[dict[str, Any]]]] = {}


def _kept(state: State, name: str, *tables: str) -> list[dict[str, Any]]:
    """Return all rows of a question; it is asked again when one of its tables changed."""
    now = tuple(state.hash(table) for table in tables)
    before = _READ.get(name)
    if before is None or before[0] != now:
        before = now, state.query(_SQL[name], {}, since=_EPOCH).to_pylist()
        _READ[name] = before
    return before[1]


def _rules(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Rule]]:
    """Return the rules of the pack by signal."""
    found: dict[str, list[Rule]] = {}
    for row in rows:
        found.setdefault(row["signal"], []).append(Rule.of(row))
    return found


def _held(asked: _Asked) -> dict[tuple[str, str], Held]:
    """Return the alerts that are open at `after`, by rule and subject; those on events aside."""
    rows = asked.rows("alert_open", _EPOCH, after=asked.after).to_pylist()
    waits = {rule.id: rule.raise_for for each in asked.rules.values() for rule in each}
    return {
        (row["rule_id"], row["subject_id"]): Held(
            row["raised_us"],
            row["raised_o_us"],
            row["is_worse"],
            Span(
                row["raised_us"] - waits.get(row["rule_id"], 0),
                row["raised_o_us"] - waits.get(row["rule_id"], 0),
                value=row["value"],
                threshold=row["threshold"],
                district_id=row["district_id"],
                lon_ud=row["lon_ud"],
                lat_ud=row["lat_ud"],
            ),
        )
        for row in rows
    }


def _beats_of(asked: _Asked) -> list[Step]:
    """Tell of aircraft that are lost in the air, and of links that are down."""
    drone_rules = asked.rules.get("drone_link", ())
    link_rules = asked.rules.get("link_down", ())
    fresh_s: int = cast("Any", asked.city.settings["freshness"])["drone_flying_s"]
    limits = {
        rule.id: round((rule.threshold or fresh_s) * SECOND) for rule in drone_rules
    } | {rule.id: round((rule.threshold or 0) * SECOND) for rule in link_rules}
    rows = [row for part in asked.slices for row in _beats_by(asked, part, limits)]
    found: list[Step] = []
    subjects = _by_subject(rows, "subject_kind", "subject_id")
    for kind, subject in _with_held(asked, subjects, drone_rules, link_rules):
        beats = subjects.get((kind, subject), [])
        for rule in drone_rules if kind == "drone" else link_rules:
            held = asked.held.get((rule.id, subject))
            if kind == "link" and held is None and not _applies(rule, beats):
                continue
            worse = rule.worse_threshold
            spans = alert_steps.spans_of_silence(
                _beats(beats, limits[rule.id], is_known=held is not None),
                None if worse is None else round(worse * SECOND),
                held,
                asked.until_us,
            )
            found += asked.told(rule, subject, spans)
    return found + _strangers(asked, subjects)


def _beats_by(
    asked: _Asked, part: _Slice, limits: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return the signs of life of a slice, with the last ones before it."""
    drone_rules = asked.rules.get("drone_link", ())
    link_rules = asked.rules.get("link_down", ())
    drones_from = links_from = part.end
    if not asked.whole:  # slices follow one another
        drones_from = part.drones_from(_longest(asked, drone_rules, limits))
        links_from = part.links_from(_longest(asked, link_rules, limits))
    return asked.rows(
        "alert_beats",
        min(drones_from, links_from, part.drones_after, part.links_after),
        drones_after=part.drones_after,
        drones_from=drones_from,
        links_after=part.links_after,
        links_from=links_from,
        drone_limit_us=min((limits[rule.id] for rule in drone_rules), default=0),
        link_limit_us=min((limits[rule.id] for rule in link_rules), default=0),
        as_of=part.end,
    ).to_pylist()


def _longest(asked: _Asked, rules: Sequence[Rule], limits: Mapping[str, int]) -> int:
    """Return how long a silence may be that is still to be raised, or to grow worse."""
    open_ones = {rule for (rule, _), held in asked.held.items() if not held.is_worse}
    worst = [
        round((rule.worse_threshold or 0) * SECOND)
        for rule in rules
        if rule.id in open_ones
    ]
    return max((*worst, *(limits[rule.id] for rule in rules)), default=0) + SECOND


def _with_held(
    asked: _Asked,
    subjects: Mapping[tuple[str, str], object],
    drone_rules: Sequence[Rule],
    link_rules: Sequence[Rule],
) -> list[tuple[str, str]]:
    """Return subjects that were heard of, and those with an open alert, in order."""
    kinds = {rule.id: "drone" for rule in drone_rules} | {
        rule.id: "link" for rule in link_rules
    }
    open_ones = {
        (kinds[rule], subject) for rule, subject in asked.held if rule in kinds
    }
    return sorted({*subjects, *open_ones})


def _beats(
    rows: Sequence[Mapping[str, Any]], limit: int, *, is_known: bool
) -> list[Beat]:
    """Return the signs of life among rows in order of knowing.

    A link that never answered is silent from its first probe on.

    Args:
        is_known: whether there was a sign of life, or silence, before these rows.
    """
    found: list[Beat] = []
    for row in rows:
        if row["is_beat"] or not (found or is_known):
            found.append(
                Beat(
                    row["k_us"],
                    row["o_us"],
                    limit if row["is_watched"] else None,
                    row["lon_ud"],
                    row["lat_ud"],
                    is_answered=row["is_beat"],
                )
            )
    return found


def _applies(rule: Rule, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a rule is for the link that rows are of, which a department has."""
    is_safety = rows[0]["is_safety"] if rows else None
    if is_safety is None:
        return False
    return rule.applies_to in (None, "public_safety" if is_safety else "other")


def _states_of(asked: _Asked) -> list[Step]:
    """Tell of low batteries, great heights and ids that nobody registered."""
    signals = ("drone_battery", "drone_height")
    rows = [
        row
        for part in asked.slices
        if part.has_states
        for row in asked.rows(
            "alert_states",
            part.drones_from(),
            after=part.drones_after,
            looked_from=part.drones_from(),
            as_of=part.end,
        ).to_pylist()
    ]
    return _of_turns(asked, signals, rows)


def _indicators_of(asked: _Asked) -> list[Step]:
    """Tell of indicators out of their band, or unlike the same hour of other weeks."""
    found: list[Step] = []
    for name, signal in (
        ("alert_bands", "indicator_band"),
        ("alert_unlike", "indicator_unlike"),
    ):
        if rules := asked.rules.get(signal, ()):
            weeks_s = max(rule.n_weeks * 7 for rule in rules) * 86_400
            since = asked.back((weeks_s + _LONGEST_S) * SECOND)
            rows = (
                asked.rows(name, since, after=asked.after, as_of=asked.until)
                if asked.whole or asked.slices[0].n_values
                else ALERTS.empty()
            )
            found += _of_turns(asked, (signal,), rows.to_pylist())
    return found


def _of_turns(
    asked: _Asked, signals: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> list[Step]:
    found: list[Step] = []
    subjects = _by_subject(rows, "rule_id", "subject_id")
    for signal in signals:
        for rule in asked.rules.get(signal, ()):
            open_ones = {key for key in asked.held if key[0] == rule.id}
            for key in sorted({k for k in subjects if k[0] == rule.id} | open_ones):
                turns = [_turn(row, rule) for row in subjects.get(key, ())]
                spans = alert_steps.spans_of_turns(turns, asked.held.get(key))
                found += asked.told(rule, key[1], spans)
    return found


def _turn(row: Mapping[str, Any], rule: Rule) -> Turn:
    value = row["value"]
    if rule.signal == "indicator_unlike" and value is not None:
        value = math.sqrt(value)
    return Turn(
        row["k_us"],
        row["o_us"],
        row["is_bad"],
        value,
        row["threshold"] if row.get("threshold") is not None else rule.threshold,
        row["district_id"],
        row.get("lon_ud"),
        row.get("lat_ud"),
    )


def _near_of(asked: _Asked) -> list[Step]:
    """Tell of pairs of aircraft that came too near; a sight holds until it is long ago."""
    rules = asked.rules["drone_near"]
    within = max(rule.within for rule in rules)
    raster = asked.city.raster
    rows: list[dict[str, Any]] = []
    for part in asked.slices:
        if not part.has_states:
            continue
        first = part.drones_from(within + SECOND)
        rows += asked.rows(
            "alert_near",
            first,
            after=part.drones_after,
            looked_from=first,
            as_of=part.end,
            m_per_lon_ud=_M_PER_UD
            * math.cos(math.radians(raster.lat0 + raster.n_y * raster.dlat / 2)),
            m_per_lat_ud=_M_PER_UD,
        ).to_pylist()
    found: list[Step] = []
    subjects = _by_subject(rows, "rule_id", "subject_id")
    for rule in rules:
        open_ones = {key for key in asked.held if key[0] == rule.id}
        for key in sorted({k for k in subjects if k[0] == rule.id} | open_ones):
            spans = [
                Span(
                    row["k_us"],
                    row["o_us"],
                    row["k_us"] + 1,
                    row["o_us"],
                    math.sqrt(row["value_m2"]),
                    rule.threshold,
                    lon_ud=row["lon_ud"],
                    lat_ud=row["lat_ud"],
                )
                for row in subjects.get(key, ())
            ]
            found += asked.told(rule, key[1], spans)
    return found


def _verdicts_of(asked: _Asked) -> list[Step]:
    """Tell of classes of models that people reject too often."""
    rules = asked.rules["model_precision"]
    subjects = _verdicts(asked, max(rule.within for rule in rules))
    found: list[Step] = []
    for rule in rules:
        open_ones = {key[1] for key in asked.held if key[0] == rule.id}
        for subject in sorted({*subjects, *open_ones}):
            said = subjects.get(subject)
            turns = () if said is None else _precision(rule, said, asked.after_us)
            held = asked.held.get((rule.id, subject))
            spans = alert_steps.spans_of_turns(turns, held)
            found += asked.told(rule, subject, spans)
    return found


def _verdicts(asked: _Asked, within: int) -> dict[str, _Verdicts]:
    """Return the verdicts on classes of which one came, by class, in order of knowing."""
    if not (asked.whole or asked.slices[0].n_verdicts):
        return {}
    after = asked.back(within + SECOND)
    rows = asked.rows(
        "alert_verdicts", after, after=after, fresh=asked.after, as_of=asked.until
    )
    known, said = (_moments(rows, name) for name in ("k_us", "o_us"))
    right = rows["is_right"].to_numpy()
    names = rows["subject_id"].combine_chunks().dictionary_encode()
    numbers = names.indices.to_numpy()
    starts = np.searchsorted(numbers, np.arange(len(names.dictionary) + 1))
    return {
        name: _Verdicts(known[start:end], said[start:end], right[start:end])
        for name, start, end in zip(
            names.dictionary.to_pylist(), starts[:-1], starts[1:], strict=True
        )
    }


def _precision(rule: Rule, verdicts: _Verdicts, after: int) -> list[Turn]:
    """Return whether too few of those of late were confirmations, at each verdict after `after`."""
    known = verdicts.known
    right = np.append(0, np.cumsum(verdicts.right))
    first = int(np.searchsorted(known, after, side="right"))
    start = np.searchsorted(known, known[first:] - rule.within, side="right")
    cases = np.arange(first + 1, len(known) + 1) - start
    share = (right[first + 1 :] - right[start]) / cases
    least = rule.threshold or 0
    clear = least if rule.clear_threshold is None else rule.clear_threshold
    counts = (cases >= rule.least_n) & ((share < least) | (share >= clear))
    is_bad = share < least
    turned = np.flatnonzero(counts)
    if len(turned):  # of those alike in a row, the first
        turned = turned[np.append(True, np.diff(is_bad[turned]))]
    return [
        Turn(
            int(known[first + n]),
            int(verdicts.said[first + n]),
            bool(is_bad[n]),
            float(share[n]),
            least,
        )
        for n in turned
    ]


def _bikes_of(asked: _Asked) -> list[Step]:
    """Tell of bikes piled up, by what cameras had seen of a pile at each moment."""
    wait = asked.patience("bike_cluster") + SECOND
    after, since = asked.back(wait), _EPOCH
    if not asked.whole:
        seen_us = asked.slices[0].bikes_us
        if seen_us is None:
            return _of_turns(asked, ("bike_cluster",), ())
        since = min(after, _EPOCH + seen_us * _US) - _PILE
    rows = asked.rows("alert_bikes", since, after=after, as_of=asked.until)
    return _of_turns(asked, ("bike_cluster",), rows.to_pylist())


def _sources_of(asked: _Asked) -> list[Step]:
    """Tell of sources that are silent, or surge."""
    silent, surge = (
        asked.rules.get(name, ()) for name in ("source_silent", "source_surge")
    )
    longest = max(
        (
            round((rule.threshold or 0) * alert_sources.BLOCK * alert_sources.HOUR)
            for rule in silent
        ),
        default=0,
    )
    patience = asked.patience("source_silent", "source_surge")
    since = asked.back(longest + patience + 3 * alert_sources.HOUR)
    if not asked.whole:  # some were heard of late
        since = min(since, _EPOCH + (asked.slices[0].opened_us - 1) * _US)
    all_of = _inflow(asked, since, None, None, 0)
    newest = [int(inflow[0][-1]) for inflow in all_of.values() if inflow.size]
    hours = {o - o % alert_sources.HOUR for o in newest}
    past = _Past(asked, all_of if asked.whole else {}, hours)
    sources = {*all_of, *(s for r, s in asked.held if r in {x.id for x in silent})}
    found: list[Step] = []
    for source in sorted(sources):
        inflow = all_of.get(source, np.zeros((2, 0), np.int64))
        for rule in silent:
            held = asked.held.get((rule.id, source))
            spans = alert_sources.silences(
                rule, source, inflow, past.days, held, asked.after_us, asked.until_us
            )
            found += asked.told(rule, source, spans)
        for rule in surge:
            held = asked.held.get((rule.id, source))
            spans = alert_sources.surges(
                rule, source, inflow, past.weeks, held, asked.after_us, asked.until_us
            )
            found += asked.told(rule, source, spans)
    return found


def _inflow(
    asked: _Asked,
    since: datetime,
    every: int | None,
    hour: datetime | None,
    hours: int,
) -> dict[str, alert_sources.Inflow]:
    """Return when events were opened and known, by source, in order of opening."""
    rows = asked.rows(
        "alert_inflow",
        since,
        opened_from=since,
        as_of=asked.until,
        every_s=every,
        hour_from=hour or _EPOCH,
        hours=hours,
    )
    names = rows["source_id"].to_pylist()
    moments = np.stack(
        [rows[name].to_numpy().astype(np.int64) for name in ("o_us", "k_us")]
    )
    found: dict[str, alert_sources.Inflow] = {}
    start = 0
    for name, group in groupby(names):
        end = start + sum(1 for _ in group)
        found[name] = moments[:, start:end]
        start = end
    return found


@dataclass
class _Past:
    """The inflow of the same hour of days and weeks before; asked once for hours of late.

    Attributes:
        whole: all inflow, where all is asked.
        hours: in which sources were heard of last, microseconds: they are asked of together.
    """

    asked: _Asked
    whole: Mapping[str, alert_sources.Inflow]
    hours: set[int]
    kept: dict[tuple[int, int], dict[str, alert_sources.Inflow]] = field(
        default_factory=dict[tuple[int, int], dict[str, "alert_sources.Inflow"]]
    )

    def days(self, source: str, hour: int) -> alert_sources.Inflow:
        """Return those of the days before."""
        back = max(rule.within for rule in self.asked.rules["source_silent"])
        return self._of(
            source,
            hour,
            alert_sources.DAY,
            back + alert_sources.DAY,
            alert_sources.BLOCK - 1,
        )

    def weeks(self, source: str, hour: int) -> alert_sources.Inflow:
        """Return those of the weeks before."""
        back = alert_sources.weeks_back(self.asked.rules["source_surge"])
        return self._of(source, hour, alert_sources.WEEK, back, 0)

    def _of(
        self, source: str, hour: int, every: int, back: int, hours: int
    ) -> alert_sources.Inflow:
        nothing = np.zeros((2, 0), np.int64)
        if self.asked.whole:
            inflow = self.whole.get(source, nothing)
            low, high = np.searchsorted(inflow[0], (hour - back, hour))
            return inflow[:, low:high]
        if (hour, every) not in self.kept:
            self._ask(hour, every, back, hours)
        return self.kept[hour, every].get(source, nothing)

    def _ask(self, hour: int, every: int, back: int, hours: int) -> None:
        """Ask of an hour, and in the same breath of others near it that sources wait for."""
        near = [each for each in self.hours if abs(each - hour) <= _NEAR_HOURS]
        first, last = min([hour, *near]), max([hour, *near])
        found = _inflow(
            self.asked,
            _EPOCH + (first - back) * _US,
            every // SECOND,
            _EPOCH + last * _US,
            hours + (last - first) // alert_sources.HOUR,
        )
        self.kept |= {(each, every): found for each in {hour, *near}}


def _by_subject(
    rows: Sequence[Mapping[str, Any]], first: str, second: str
) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """Part rows, which come in order, by what they are about."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row[first], row[second]), []).append(row)
    return found


def _strangers(
    asked: _Asked, subjects: Mapping[tuple[str, str], list[Mapping[str, Any]]]
) -> list[Step]:
    """Tell of aircraft that the register does not know; they are known once an entry of it is."""
    rules = asked.rules.get("drone_unregistered", ())
    if not rules:
        return []
    known = {
        row["drone_id"]: row["k_us"]
        for row in _kept(asked.state, "alert_registered", "drones")
        if row["k_us"] <= asked.until_us
    }
    found: list[Step] = []
    for rule in rules:
        open_ones = {key[1] for key in asked.held if key[0] == rule.id}
        heard = {key[1] for key in subjects if key[0] == "drone"}
        for drone in sorted(heard | open_ones):
            from_k = known.get(drone, math.inf)
            held = asked.held.get((rule.id, drone))
            if held is None and from_k <= asked.after_us - rule.raise_for:
                continue
            turns = [
                Turn(
                    row["k_us"],
                    row["o_us"],
                    is_bad=True,
                    lon_ud=row["lon_ud"],
                    lat_ud=row["lat_ud"],
                )
                for row in subjects.get(("drone", drone), ())
                if row["k_us"] < from_k
            ]
            if drone in known:
                turns.append(Turn(known[drone], known[drone], is_bad=False))
            spans = alert_steps.spans_of_turns(turns, held)
            found += asked.told(rule, drone, spans)
    return found


def _of_events(asked: _Asked) -> pa.Table:
    """Return what becomes of alerts on events: their clocks, as `event_facts` has them now."""
    spans = {"after": asked.after, "as_of": asked.until}
    if asked.whole:
        rows = asked.rows("alert_events", _EPOCH, ids=None, **spans)
        return _event_rows(rows)
    recent = asked.after - timedelta(seconds=_reach_s(asked))
    ids = sorted({*asked.touched, *_waited_for(asked)})
    due = asked.rows("alert_due", recent, ids=ids, **spans)
    if not due.num_rows:
        return ALERTS.empty()
    is_old = pc.any(pc.is_null(due["first_at"])).as_py()
    first = _EPOCH if is_old else pc.min(due["first_at"]).as_py()
    ids = due["event_id"].to_pylist()
    return _event_rows(asked.rows("alert_events", first, ids=ids, **spans))


def _touched(batch: Mapping[str, pa.Table]) -> list[str]:
    """Return the events that new rows speak of."""
    found: set[str | None] = set()
    for name in ("events", "event_stages", "dispatches", "feedbacks"):
        if name in batch:
            found.update(pc.unique(batch[name]["event_id"]).to_pylist())
    if "quarantine" in batch:
        found.update(pc.unique(batch["quarantine"]["subject_id"]).to_pylist())
    return sorted(name for name in found if name is not None)


def _waited_for(asked: _Asked) -> list[str]:
    """Return events of which something came into force so lately that rules wait with it."""
    waits = asked.patience(
        *(name for name in asked.rules if SIGNALS[name].subject == "event")
    )
    if not waits:
        return []
    since = asked.back(waits + SECOND)
    touched = asked.rows("alert_touched", since, after=since, as_of=asked.until)
    return touched["event_id"].to_pylist()


def _reach_s(asked: _Asked) -> int:
    """Return how long after it was opened a clock of an event may still run out, seconds."""
    reach = max(
        (
            asked.longest_s.get(name, 1)
            * max(rule.threshold or 0, rule.worse_threshold or 0)
            + (rule.raise_for + (rule.worse_after or 0)) / SECOND
            for name, each in asked.rules.items()
            if SIGNALS[name].subject == "event"
            for rule in each
        ),
        default=0,
    )
    return math.ceil(reach) + 86_400


def _event_rows(rows: pa.Table) -> pa.Table:
    """Return rows of the contract."""
    n = rows.num_rows
    return _with_ids(
        rows.append_column("subject_kind", pa.array(["event"] * n, pa.string()))
    )


def _with_ids(rows: pa.Table) -> pa.Table:
    """Return rows of the contract: with the name of the alert that each is about."""
    moments = rows["raised_at"].cast(pa.int64()).cast(pa.string())
    ids = pc.binary_join_element_wise(rows["rule_id"], rows["subject_id"], moments, " ")
    named = rows.append_column("alert_id", ids)
    return named.select(ALERTS.schema.names).cast(ALERTS.schema)


def _table(steps: Sequence[Step], city: City) -> pa.Table:
    """Return steps as rows of the contract; aircraft with the district that they are over."""
    moment = ALERTS.column("occurred_at").type

    def at(name: str) -> pa.Array:
        return pa.array([getattr(step, name) for step in steps], pa.int64()).cast(
            moment
        )

    places = [_district(step, city) for step in steps]
    columns: dict[str, Any] = {
        "what": pa.array([step.what for step in steps], pa.string()),
        "occurred_at": at("at"),
        "recorded_at": at("k"),
        "raised_at": at("raised_k"),
        "rule_id": pa.array([step.rule.id for step in steps], pa.string()),
        "subject_kind": pa.array(
            [SIGNALS[step.rule.signal].subject for step in steps], pa.string()
        ),
        "subject_id": pa.array([step.subject for step in steps], pa.string()),
        "mode": pa.array(["live"] * len(steps), pa.string()),
        "level": pa.array([step.level for step in steps], pa.int8()),
        "value": pa.array([step.value for step in steps], pa.float64()),
        "threshold": pa.array([step.threshold for step in steps], pa.float64()),
        "district_id": pa.array(places, pa.string()),
        "street_code": pa.nulls(len(steps), pa.string()),
        "lon_ud": pa.array([step.lon_ud for step in steps], pa.int32()),
        "lat_ud": pa.array([step.lat_ud for step in steps], pa.int32()),
    }
    return _with_ids(pa.table(columns))


def _district(step: Step, city: City) -> str | None:
    """Return the district of a step: as it was told, else that of its place."""
    if step.district_id is not None or step.lon_ud is None or step.lat_ud is None:
        return step.district_id
    labels, ids = coverage.districts(city)
    raster = city.raster
    x = math.floor((step.lon_ud / 1e6 - raster.lon0) / raster.dlon)
    y = math.floor((step.lat_ud / 1e6 - raster.lat0) / raster.dlat)
    if not (0 <= x < raster.n_x and 0 <= y < raster.n_y):
        return None
    name = int(labels[y, x])
    return ids[name] if name >= 0 else None


# What tells of which signals; each is asked where the pack has a rule on one of them. A signal
# without one is told by nothing yet: no table holds approved airspace.
_TELLERS: tuple[tuple[tuple[str, ...], Callable[[_Asked], list[Step]]], ...] = (
    (("drone_link", "link_down", "drone_unregistered"), _beats_of),
    (("drone_battery", "drone_height"), _states_of),
    (("drone_near",), _near_of),
    (("source_silent", "source_surge"), _sources_of),
    (("indicator_band", "indicator_unlike"), _indicators_of),
    (("model_precision",), _verdicts_of),
    (("bike_cluster",), _bikes_of),
)


def _inputs(city: City) -> str:
    """Return what alerts rest on beside logs and tables: limits of the pack, and their own text."""
    fresh = cast("Any", city.settings["freshness"])["drone_flying_s"]
    return f"{[sql.sha256 for sql in _SQL.values()]} {fresh} {city.raster} 1"


_STEP = "a row for each step, so that what was known at a moment is told by a condition"

MEASURE = Measure(
    table=ALERTS,
    definitions=(
        Definition(
            ALERTS.pick("level"),
            title="Level of an alert",
            formula=(
                "level of the rule; escalate_level from the row 'escalated' on: beyond"
                " escalate_threshold, or open and unacknowledged for escalate_after_s"
            ),
            target="alert_rules: level, escalate_level",
            absent="never",
            source="1 is worst, as with events; the pack's rules set it",
        ),
        Definition(
            ALERTS.pick("value", "threshold"),
            title="Value, and what it is held against",
            formula=(
                "value of the signal in the row that raised, worsened or cleared the"
                " alert, in the unit of the signal; threshold of the rule, or the edge,"
                " gap or norm that it came to"
            ),
            target="alert_rules: threshold, escalate_threshold",
            absent="the signal is a fact without a number, or the row tells of no value",
            source=BY_PACK,
        ),
        Definition(
            ALERTS.pick("raised_at"),
            title="When an alert was raised",
            formula=(
                "first moment at which its rule had been broken for raise_for_s, by what"
                " was known at each moment; a rule broken again within clear_for_s of"
                " being kept is the same alert; it is escalated once at most; acknowledged,"
                " on events alone, with the first acknowledgement of any unit, at once if"
                " it came before; cleared when the rule is kept for clear_for_s"
            ),
            target="alert_rules: raise_for_s, clear_for_s",
            absent="never",
            source=_STEP,
        ),
    ),
    context=(
        "occurred_at",
        "recorded_at",
        "rule_id",
        "subject_kind",
        "subject_id",
        "mode",
        "district_id",
        "street_code",
        "lon_ud",
        "lat_ud",
    ),
    logs=_LOGS,
    update=_update,
    reference=("alert_rules", "sla_targets", "departments", "indicators", "streets"),
    inputs=_inputs,
    after=("event_facts", "bike_clusters"),
    # Silence grows, and clocks run out, with every moment.
    until=lambda _city, _state, as_of: as_of,
)
