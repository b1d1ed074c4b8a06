"""Work orders of a citizens' line, out of an export: events, and what was done about them. Read a block of rows at a time.

An order whose own cells are off is refused whole; if only what was done about it is off, the event is taken and the rest
refused. A row says what the source says of an order now: the store tells what is new, what it knows and what corrects an
earlier export (see `Batch.is_state`). Rows that differ only in the unit are one order with several dispatches.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twin.arrow import compute as pc
from twin.contracts import TABLES
from twin.contracts.check import quarantined
from twin.contracts.crs import CRS, UndeclaredCRS
from twin.contracts.events import KIND_AND_PLACE
from twin.contracts.masking import read_mask
from twin.feeds.batch import Batch
from twin.feeds.order_cells import Districts, by_word, digits_lost, read_places, read_priorities, read_truths
from twin.feeds.order_columns import errors, is_given, tidied
from twin.feeds.order_mapping import FEED, STEPS, OrderMapping, load_mapping
from twin.feeds.order_moments import Moments, Reader, none
from twin.feeds.order_repeats import Seen, Sorted
from twin.feeds.remarks import Remarks
from twin.feeds.tabular import open_sheets
from twin.geography import Locator

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from twin.city import City
    from twin.feeds.order_moments import Times
    from twin.feeds.sheets import Block

__all__ = ["FEED", "OrderMapping", "Orders", "load_mapping", "read"]

_UNNAMED_KIND, _UNNAMED_UNIT = "unclassified", "unnamed unit"
_TIMES = ("occurred_at", "created_at", *STEPS, "told_at")
_UNIT_MARK = "\x1f"
"""Stands between the cells of a row that are compared as one text; no tidied cell holds it."""
_OF_UNIT = ("unit_name", *STEPS)


def read(path: Path, mapping: OrderMapping, city: City, *, recorded_at: datetime) -> Orders:
    """Open an export.

    Args:
        recorded_at: when the city first knows these rows, UTC; later moments lie in the future and are refused.

    Raises:
        UndeclaredCRS: it gives coordinates, and the mapping declares no datum that is understood.
    """
    if "lon" in mapping.columns and mapping.crs not in CRS:
        raise UndeclaredCRS(FEED, mapping.crs)
    return Orders(path, mapping, city, recorded_at)


class Orders:
    """The orders of one file, as batches for the store; each may be gone through once.

    Attributes:
        rows: rows read so far, blank ones left out.
        repeated: rows that said again what an earlier row of the file said.
        remarks: what was decided by rule, and what was not read.
    """

    def __init__(self, path: Path, mapping: OrderMapping, city: City, recorded_at: datetime) -> None:
        """See `read`."""
        self.path, self.rows, self.repeated, self.remarks = path, 0, 0, Remarks()
        self._mapping, self._city, self._recorded_at = mapping, city, recorded_at

    def __iter__(self) -> Iterator[Batch]:
        """Yield one batch per block of rows and table.

        Raises:
            ContractError: the file as a whole cannot be read, or lacks columns.
        """
        mapping = self._mapping
        reader = _Reader(mapping, self._city, self._recorded_at, self.remarks)
        sheets = open_sheets(self.path, list(mapping.columns.values()), encoding=mapping.encoding, delimiter=mapping.delimiter, sheet=mapping.sheet)
        for sheet in sheets:
            origin = f"{self.path}#{sheet.name}" if sheet.name else str(self.path)
            for block in sheet.blocks:
                self.rows += len(block.numbers)
                read = reader.read(block)
                self.repeated += read.sorted.repeated
                yield from _batches(read, origin, reader)
            for remark in sheet.remarks:
                self.remarks.say(remark)


@dataclass
class _Read:
    """A block that was read.

    Attributes:
        rows: by table, indexes in the block and rows in the table's schema.
        refused: by table, indexes in the block and why.
    """

    block: Block
    sorted: Sorted
    rows: dict[str, tuple[list[int], pa.Table]] = field(default_factory=dict[str, "tuple[list[int], pa.Table]"])
    refused: dict[str, dict[int, str]] = field(default_factory=lambda: {name: {} for name in ("events", "dispatches", "feedbacks")})


class _Reader:
    """Turns blocks into rows of the contract tables."""

    def __init__(self, mapping: OrderMapping, city: City, recorded_at: datetime, remarks: Remarks) -> None:
        self.mapping, self.recorded_at, self.remarks = mapping, recorded_at, remarks
        self.mask = read_mask(city.settings)
        slots = city.reference["event_sources"]
        sources = dict(zip(slots["source_id"].to_pylist(), slots["finds"].to_pylist(), strict=True))
        self.is_proactive = sources[mapping.source_id] == "proactive"
        self.districts, self.locator = Districts(city, mapping), Locator(city)
        self.moments = Reader(mapping, recorded_at)
        self.seen = Seen(mapping.columns["event_id"])

    def read(self, block: Block) -> _Read:
        """Read every row: its event, then what was done about it."""
        given = {name: tidied(cast("pa.StringArray", block.cells[column].combine_chunks()), name, self.mapping.null_words)
                 for name, column in self.mapping.columns.items()}
        order = _Order(self, block, given)
        read = _Read(block, order.sorted)
        read.refused["events"] = order.refused
        order.write(read)
        return read

    def column(self, name: str) -> str:
        return self.mapping.columns.get(name, "")


class _Order:
    """The columns of a block, on their way into rows."""

    def __init__(self, reader: _Reader, block: Block, given: Mapping[str, pa.StringArray]) -> None:
        self.of, self.given, self.n = reader, given, len(block.numbers)
        self.numbers = block.numbers.to_pylist()
        self.refused: dict[int, str] = dict(block.faults)
        for name, texts in given.items():
            self._refuse(errors(texts, name, reader.column(name)))
        self.late: dict[str, Mapping[int, str]] = {}
        self.moments = {name: self._moments(name, block) for name in _TIMES}
        self._own_cells()
        good = [at for at in range(self.n) if at not in self.refused]
        self.sorted = self._sort(good)
        self.refused |= self.sorted.reasons
        self._say_moments()

    def text(self, name: str) -> pa.StringArray:
        """Return a field's n cells; empty ones where the export has no such column."""
        held = self.given.get(name)
        return pa.array([""] * self.n, pa.string()) if held is None else held

    def _refuse(self, reasons: Mapping[int, str]) -> None:
        self.refused = {**reasons, **self.refused}  # the first reason found stays

    def _moments(self, name: str, block: Block) -> Moments:
        if name not in self.given:
            return none(self.n)
        return self.of.moments.read(self.given[name], self.of.column(name), block.moments.get(self.of.column(name)))

    def _own_cells(self) -> None:
        """Read what an order itself says; refuse what cannot be read."""
        id_column, created = self.of.column("event_id"), self.moments["created_at"]
        ids = self.text("event_id")
        self._refuse(dict.fromkeys(np.flatnonzero(~is_given(ids)).tolist(), f"{id_column} is missing"))
        self._refuse(digits_lost(ids, id_column))
        self._refuse(created.reasons)
        self._refuse({at: f"{self.of.column('created_at')} is missing" for at in np.flatnonzero(~is_given(self.text("created_at"))).tolist()})
        self._refuse(self.moments["occurred_at"].reasons)
        occurred = self.moments["occurred_at"].at
        self.occurred = np.where(np.isnat(occurred), created.at, occurred)
        self._refuse({at: f"{self.of.column('occurred_at')}: it happened after it was reported"
                      for at in np.flatnonzero(self.occurred > created.at).tolist()})
        words = pc.binary_join_element_wise(self.text("title"), self.text("details"), self.text("category"), " ")
        self.priority, reasons = read_priorities(self.text("priority"), words, self.of.mapping)
        self._refuse(reasons)
        self._place()

    def _place(self) -> None:
        """Find the district: by the point, else by the word for it."""
        districts, locator = self.of.districts, self.of.locator
        self.places = read_places(self.text("lon"), self.text("lat"), self.of.mapping, locator)
        self._refuse(self.places.reasons)
        held_by = locator.districts(self.places.lon, self.places.lat)
        words = self.text("district")
        named = cast("list[str | None]", by_word(words, lambda word: districts.find(word) if word else None))
        is_named, has_point = is_given(words), np.isfinite(self.places.lon)
        column = self.of.column("district")
        unknown = [at for at in np.flatnonzero(is_named).tolist() if named[at] is None]
        self._refuse({at: f"{column}: the city has no district {words[at].as_py()!r}, and the order has no place" for at in unknown if not has_point[at]})
        self.district = [by_point or by_name for by_point, by_name in zip(held_by.tolist(), named, strict=True)]
        self._say("the word for the district is not known; the point counts", [at for at in unknown if has_point[at]])
        clash = [at for at, (by_point, by_name) in enumerate(zip(held_by.tolist(), named, strict=True)) if by_point and by_name and by_point != by_name]
        self._say("the point lies in another district than the one that is named; the point counts", clash)
        self._say("the place is one that stands for none; the order is taken without a place", np.flatnonzero(self.places.is_no_place).tolist())

    def _say(self, what: str, where: Sequence[int]) -> None:
        self.of.remarks.note(what, [self.numbers[at] for at in where if at not in self.refused])

    def _say_moments(self) -> None:
        created = self.moments["created_at"].at
        for name, before in (("sent_at", "created_at"), ("acked_at", "sent_at"), ("arrived_at", "sent_at"), ("done_at", "sent_at"), ("told_at", "created_at")):
            earlier = self.moments[before].at
            self.moments[name] = self.moments[name].after(np.where(np.isnat(earlier), created, earlier))
        zone = self.of.mapping.zone.key if self.of.mapping.zone else ""
        for name, moments in self.moments.items():
            column = self.of.column(name)
            self._say(f"{column}: a local time that comes twice when clocks go back in {zone}; the first was taken, "
                      "or the second where the step before it was later", list(moments.second))
            self._say(f"{column}: a local time that clocks skip in {zone}; it was read by the clock as it ran before the change",
                      list(moments.skipped))

    def _sort(self, good: list[int]) -> Sorted:
        """Tell rows that are the first of their order from those that are not; indexes are those of the block."""
        taken = pa.array(good, pa.int64())
        ids, units = (self.text(name).take(taken).to_pylist() for name in ("event_id", "unit_name"))
        orders = _joined([texts.take(taken) for name, texts in self.given.items() if name not in _OF_UNIT])
        deeds = _joined([self.text(step).take(taken) for step in STEPS])
        nothing = _UNIT_MARK * (len(STEPS) - 1)
        found = self.of.seen.sort(ids, [self.numbers[at] for at in good], orders, units, [None if deed == nothing else deed for deed in deeds])
        return Sorted([good[at] for at in found.first], {good[at]: nth for at, nth in found.parts.items()}, found.repeated,
                      {good[at]: why for at, why in found.reasons.items()})

    def write(self, read: _Read) -> None:
        """Write the rows of each table into `read`."""
        first = self.sorted.first
        read.rows["events"] = (first, self._events(first))
        nth = dict.fromkeys(first, 1) | self.sorted.parts
        where, rows = self._dispatches(sorted(nth), nth, read.refused["dispatches"])
        if where:
            read.rows["dispatches"] = (where, rows)
        where, rows = self._feedbacks(first, read.refused["feedbacks"])
        if where:
            read.rows["feedbacks"] = (where, rows)
        empty = [at for at, _ in self.sorted.parts.items() if at not in read.rows.get("dispatches", ((), None))[0] and at not in read.refused["dispatches"]]
        self.sorted.repeated += len(empty)  # a second unit to which nothing was sent says nothing new

    def _events(self, where: list[int]) -> pa.Table:
        n, taken, mapping = len(where), pa.array(where, pa.int64()), self.of.mapping
        text = {name: self.text(name).take(taken) for name in ("event_id", "category", "title", "details", "address", "channel")}
        category = _or(text["category"], _UNNAMED_KIND)
        district = [self.district[at] for at in where]
        titles = pc.if_else(pc.equal(text["title"], ""), self._titles(category, district), text["title"])
        lon, lat = (_micro(degrees[where]) for degrees in (self.places.lon, self.places.lat))
        details = text["details"] if mapping.keep_raw else self.of.mask.texts(text["details"])
        return _table("events", n, {
            "event_id": text["event_id"], "version": 1, "occurred_at": _utc(self.occurred[where]), "recorded_at": self.of.recorded_at,
            "created_at": _utc(self.moments["created_at"].at[where]), "mode": "live", "source_id": mapping.source_id, "category": category,
            "title": self.of.mask.texts(titles), "details": _or_null(details), "channel": _or_null(text["channel"]),
            "priority": pa.array(self.priority[where], pa.int8()), "level": ["district" if name else "city" for name in district],
            "is_proactive": self.of.is_proactive, "district_id": pa.array(district, pa.string()), "street_code": None,
            "address": _or_null(self.of.mask.texts(text["address"])), "lon_ud": lon, "lat_ud": lat, "source": FEED})

    def _titles(self, category: pa.StringArray, district: Sequence[str | None]) -> pa.StringArray:
        """Return a line for each order without a title: people's own words never become one."""
        names = self.of.districts.names
        return pa.array([f"{kind}{KIND_AND_PLACE}{names[name]}" if name else kind for kind, name in zip(category.to_pylist(), district, strict=True)], pa.string())

    def _dispatches(self, where: list[int], nth: Mapping[int, int], refused: dict[int, str]) -> tuple[list[int], pa.Table]:
        """Return the orders to units among the rows `where`: one row each, with the steps that are known."""
        times = {step: self.moments[step] for step in STEPS}
        for at, why in ((at, why) for step in STEPS for at, why in times[step].reasons.items()):
            if at in nth:
                refused.setdefault(at, why)
        self._check_steps(where, times, refused)
        sent = times["sent_at"].is_given
        kept = [at for at in where if sent[at] and at not in refused]
        taken = pa.array(kept, pa.int64())
        ids, units = (self.text(name).take(taken) for name in ("event_id", "unit_name"))
        unit = _or(units, _UNNAMED_UNIT)
        latest = np.fmax.reduce([times[step].at[kept] for step in STEPS])
        columns: dict[str, object] = {step: _utc(times[step].at[kept]) for step in STEPS}
        numbers = pa.array([f"-{nth[at]}" for at in kept], pa.string())
        return kept, _table("dispatches", len(kept), columns | {
            "dispatch_id": pc.binary_join_element_wise(ids, numbers, ""), "version": 1, "occurred_at": _utc(latest),
            "recorded_at": self.of.recorded_at, "event_id": ids, "unit_id": unit, "unit_name": unit, "role": "lead", "is_required": True,
            "result": None, "source": FEED})

    def _check_steps(self, where: list[int], times: Mapping[str, Moments], refused: dict[int, str]) -> None:
        column, created = self.of.column, self.moments["created_at"].at
        sent = times["sent_at"]
        later = {step: times[step].is_given for step in STEPS[1:]}
        odd = (~sent.is_given & np.logical_or.reduce(list(later.values()))) | (sent.at < created)
        for step in STEPS[1:]:
            odd |= times[step].at < sent.at
        wanted = np.zeros(self.n, np.bool_)
        wanted[where] = True
        for at in np.flatnonzero(odd & wanted).tolist():
            if not sent.is_given[at]:
                why = f"{column('sent_at')} is missing, but {', '.join(column(step) for step in STEPS[1:] if later[step][at])} is there"
            elif sent.at[at] < created[at]:
                why = f"{column('sent_at')}: it was sent before the order was opened"
            else:
                why = f"{', '.join(column(step) for step in STEPS[1:] if times[step].at[at] < sent.at[at])}: earlier than {column('sent_at')}"
            refused.setdefault(at, why)

    def _feedbacks(self, where: list[int], refused: dict[int, str]) -> tuple[list[int], pa.Table]:
        """Return the answers to citizens among the rows `where`; an order that is closed, when is not known, has one without a moment."""
        told, column = self.moments["told_at"], self.of.column
        mapping = self.of.mapping
        satisfied, wrong_satisfied = read_truths(self.text("is_satisfied"), column("is_satisfied"), mapping.yes, mapping.no)
        reopened, wrong_reopened = read_truths(self.text("is_reopened"), column("is_reopened"), mapping.yes, mapping.no)
        opened, closed = ([word for word, means in mapping.statuses.items() if means is is_closed] for is_closed in (False, True))
        status, wrong_status = read_truths(self.text("status"), column("status"), tuple(closed), tuple(opened))
        early = {at: f"{column('told_at')}: the citizen was told before the order was opened"
                 for at in np.flatnonzero(told.at < self.moments["created_at"].at).tolist()}
        wanted = set(where)
        for reasons in (told.reasons, wrong_satisfied, wrong_reopened, wrong_status, early):
            for at, why in reasons.items():
                if at in wanted:
                    refused.setdefault(at, why)
        is_told = told.is_given
        kept = [at for at in where if at not in refused and (is_told[at] or status[at] is not None)]
        self._say("the status says that the order is open, but it has a closing time: the time counts", [at for at in kept if is_told[at] and status[at] is False])
        self._say("closed, time unknown: the status says so, and there is no closing time", [at for at in kept if not is_told[at] and status[at]])
        known = np.datetime64(self.of.recorded_at.replace(tzinfo=None), "us")
        is_open_again = [not is_told[at] and not status[at] for at in kept]
        occurred = np.where(is_told[kept], told.at[kept], known)
        return kept, _table("feedbacks", len(kept), {
            "event_id": self.text("event_id").take(pa.array(kept, pa.int64())), "version": 1, "occurred_at": _utc(occurred),
            "recorded_at": self.of.recorded_at, "told_at": _utc(told.at[kept]), "is_satisfied": pa.array([satisfied[at] for at in kept], pa.bool_()),
            "is_reopened": [bool(reopened[at]) or again for at, again in zip(kept, is_open_again, strict=True)], "source": FEED})


def _joined(columns: Sequence[pa.StringArray]) -> list[str]:
    return pc.binary_join_element_wise(*columns, _UNIT_MARK).to_pylist()


def _or(texts: pa.StringArray, other: str) -> pa.StringArray:
    return pc.if_else(pc.equal(texts, ""), other, texts)


def _or_null(texts: pa.StringArray) -> pa.StringArray:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _micro(degrees: npt.NDArray[np.float64]) -> pa.Int32Array:
    rounded = np.round(np.nan_to_num(degrees) * 1e6).astype(np.int32)
    return pa.array(rounded, pa.int32(), mask=~np.isfinite(degrees))


def _utc(times: Times) -> pa.TimestampArray:
    return pa.array(times, pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))


def _table(name: str, n: int, columns: Mapping[str, object]) -> pa.Table:
    """Return n rows of a table; a value that is no column stands in every row, a column not given is null."""
    made: list[Any] = []
    for spec in TABLES[name].schema:
        value: Any = columns.get(spec.name)
        if isinstance(value, (pa.Array, pa.ChunkedArray)):
            made.append(value.cast(spec.type))
        elif isinstance(value, list):
            made.append(pa.array(cast("list[object]", value), spec.type))
        else:
            made.append(pa.repeat(pa.scalar(value, spec.type), n))
    return pa.table(made, schema=TABLES[name].schema)


def _batches(read: _Read, origin: str, reader: _Reader) -> Iterator[Batch]:
    """Yield what was read of a block, table by table, with its rows of the file beside it."""
    block, named = read.block, read.block.cells[reader.column("event_id")]
    for table in ("events", "dispatches", "feedbacks"):
        where, rows = read.rows.get(table, ([], TABLES[table].empty()))
        refused = sorted(read.refused[table].items())
        if not where and not refused and table != "events":
            continue
        places = pa.array([at for at, _ in refused], pa.int64())
        subjects = [(name or "").strip() or None for name in named.take(places).to_pylist()]
        lines = pa.array(where, pa.int64())
        yield Batch(table, rows, FEED, origin, row_numbers=block.numbers.take(lines), raw=block.cells.take(lines),
                    refused=quarantined(_said(refused, block, reader), table=table, feed=FEED, origin=origin, recorded_at=reader.recorded_at,
                                        subjects=subjects),
                    skipped=read.sorted.repeated if table == "events" else 0, is_state=True, of_source=reader.mapping.source_id,
                    mask=None if reader.mapping.keep_raw else reader.mask)


def _said(refused: list[tuple[int, str]], block: Block, reader: _Reader) -> Iterator[tuple[int, str, str]]:
    """Yield number, reason and content of refused rows."""
    rows = block.cells.take(pa.array([at for at, _ in refused], pa.int64())).to_pylist()
    for (at, reason), cells in zip(refused, rows, strict=True):
        given = {name: text for name, text in cells.items() if text is not None}
        raw = json.dumps(given, ensure_ascii=False)
        yield block.numbers[at].as_py(), f"{reader.mask.text(reason)}.", raw if reader.mapping.keep_raw else reader.mask.json(raw)
