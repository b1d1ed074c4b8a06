"""The desk where faces ask: newest snapshot, blocks, and the map's data; each question answered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import pyarrow as pa

from twin.clock import from_text
from twin.contracts import TABLES
from twin.engine import Engine, Sql, load_sql
from twin.errors import UsageError
from twin.measures import rests_on
from twin.measures.coverage import coverage_at
from twin.query import links
from twin.query.cache import Cache
from twin.query.encode import encode
from twin.query.shelf import Shelf
from twin.store import Lake, Snapshot, reckoned_anew
from twin.view import Pinned, Pointer

if TYPE_CHECKING:
    from twin.city import City
    from twin.layer import Block, Layer, MapData, Param, Registry

Unknown = Literal["", "nothing-known", "no-data-after"]
"""Why a question has no answer at a moment."""
_KNOWN_LOGS = load_sql(Path(__file__).with_name("known_logs.sql"))
_RESTS_ON = {"event_facts": ("events",)}
"""What makes a measure's subject known, where that is less than all its logs: an order or a refused row makes no event known."""
_FIRST_EVENT = load_sql(Path(__file__).with_name("first_event.sql"))
_ROWS_BYTES = 64 << 20
_MAP_BYTES = 192 << 20


@dataclass(frozen=True)
class Status:
    """How the lake is: the newest whole snapshot, and a sentence for each newer one that is not whole."""

    snapshot: str
    as_of: datetime
    created_at: datetime
    simulated: bool
    mode: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """Rows, and what they answer.

    Attributes:
        unknown: why the rows say nothing of the moment asked, if so: their columns are right, their values are no figures.
            'nothing-known': by then nothing had been recorded of what the question is about; 'no-data-after': the moment
            lies after the newest data.
    """

    rows: pa.Table
    sql: Sql
    params: Mapping[str, Param]
    snapshot: str
    unknown: Unknown = ""


class Desk:
    """Answers the questions of one city's layers over one lake. Safe between threads."""

    def __init__(self, city: City, registry: Registry, lake: Path, *, threads: int = 2) -> None:
        """Read the layers' SQL and open the newest whole snapshot.

        Raises:
            LakeError: there is none. QueryError: a layer's SQL lacks a part of its header.
        """
        self._city, self._registry = city, registry
        self._given = links.of_city(city)
        self._sql = {(layer.id, name): load_sql(layer.folder / name) for layer in registry.layers
                     for name in (*(data.sql for data in layer.maps), *(block.sql for block in layer.blocks))}
        self._shelf = Shelf(Lake(lake), city, threads)
        self._rows: Cache[pa.Table] = Cache(_ROWS_BYTES, lambda rows: cast("Any", rows).nbytes + 1_000)
        self._maps: Cache[bytes] = Cache(_MAP_BYTES, lambda stream: len(stream) + 1_000)
        self._shelf.newest()

    def pointer(self, as_of: datetime | None = None) -> Pointer:
        """Return the snapshot that answers `as_of`: the newest whole one for None, else the first at or after (see `store.at`).

        Raises:
            LakeError: no snapshot is whole.
        """
        newest, _ = self._shelf.newest()
        if as_of is None:
            return Pointer(newest.id, newest.as_of)
        found = self._shelf.at(as_of)
        newest_as_of = max(newest.as_of, found.snapshot.as_of)  # one may have been published meanwhile
        return Pointer(found.snapshot.id, found.snapshot.as_of, newest_as_of, found.problems)

    def status(self) -> Status:
        """Answer how the lake is. Cheap: it may be asked by every open page every second."""
        newest, problems = self._shelf.newest()
        return Status(newest.id, newest.as_of, newest.created_at, newest.simulated, newest.mode, problems)

    def block(self, layer: Layer, block: Block, pinned: Pinned) -> Answer:
        """Answer a layer's block for a pinned view, and whether anything was known at its moment. Raises as `ask` does."""
        answer = self.ask(layer.id, block.sql, block.ask(pinned), pinned.snapshot)
        held = self._shelf.snapshot(pinned.snapshot)
        return replace(answer, unknown=self._unknown(answer.sql, held, pinned.as_of, pinned.known_at))

    def ask(self, layer: str, sql: str, params: Mapping[str, Param], snapshot: str) -> Answer:
        """Answer one question of a layer over a snapshot; what `params` leaves out and the pack gives is filled in.

        Raises:
            UsageError: the layer has no such question. QueryError: the question cannot be answered.
            DamagedError: the snapshot is gone or damaged.
        """
        question = self._question(layer, sql)
        filled = links.fill(question, params, self._given)
        held = self._shelf.snapshot(snapshot)
        rows = self._rows.get(_key(held, question, filled), partial(self._query, snapshot, question, filled))
        return Answer(rows, question, filled, snapshot)

    def first_event(self, snapshot: str) -> datetime | None:
        """Return when the first record of any event in a snapshot was written, UTC; None if there is none. Raises as `ask` does."""
        there = self._shelf.snapshot(snapshot).tables.get("events")
        rows = self._rows.get((_FIRST_EVENT.sha256, there.sha256 if there else ""), partial(self._query, snapshot, _FIRST_EVENT, {}))
        return cast("datetime | None", rows["first_at"][0].as_py())

    def url(self, layer: str, name: str, pinned: Pinned) -> str:
        """Answer the address of a layer's map data for a pinned view. Raises UsageError if there are none of that name."""
        data = self._data(layer, name)
        question = self._question(layer, data.sql)
        params = links.fill(question, data.ask(pinned), self._given)
        return links.to_url(layer, name, self._tag(layer, data), pinned.snapshot, params)

    def parse_url(self, layer: str, name: str, words: Mapping[str, str]) -> tuple[str, dict[str, Param]]:
        """Answer the snapshot and the typed parameters of an address that `url` gave.

        Raises:
            UsageError: the layer or its data are not there, a word is unknown, missing or mistyped, or the address is of
                another version of the question.
        """
        data = self._data(layer, name)
        if words.get("q") != self._tag(layer, data):
            raise UsageError("The address is of another version of this program.", fix="load the page again.")
        if not words.get("snapshot"):
            raise UsageError("The address names no snapshot.", fix="take the address from the page as it is.")
        return words["snapshot"], links.read(self._question(layer, data.sql), words)

    def map_arrow(self, layer: str, name: str, snapshot: str, params: Mapping[str, Param]) -> bytes:
        """Return a layer's map data as an Arrow stream, without rows where nothing is known. Raises as `ask` does."""
        data = self._data(layer, name)
        question = self._question(layer, data.sql)
        filled = links.fill(question, params, self._given)
        held = self._shelf.snapshot(snapshot)
        unknown = self._unknown(question, held, *(_moment(filled.get(name)) for name in ("as_of", "known_at")))

        def work_out() -> bytes:
            rows = self._query(snapshot, question, filled)
            return encode(rows.slice(0, 0) if unknown else rows, data.encode, self._registry.get(layer).legend)

        return self._maps.get((self._tag(layer, data), unknown, _key(held, question, filled)), work_out)

    def close(self) -> None:
        """Let go of the lake's files."""
        self._shelf.close()

    def _unknown(self, question: Sql, held: Snapshot, as_of: datetime | None, known_at: datetime | None) -> Unknown:
        """Return why a question has no answer at a moment; '' if it has one, or asks of no moment or of no log."""
        logs = _logs(question)
        if as_of is None or not logs:
            return ""
        if as_of > held.as_of:  # only the newest answers a moment that lies after it
            return "no-data-after"
        newest, _ = self._shelf.newest()
        heard = [name for name in logs if name in newest.tables and newest.tables[name].rows]
        known_by = as_of if known_at is None else known_at
        is_live = as_of >= newest.as_of and known_by >= newest.as_of
        if is_live or not heard:  # what was never heard of is as unknown as it is live
            return ""
        return "" if self._had_rows(held, logs, as_of, known_by) else "nothing-known"

    def _had_rows(self, held: Snapshot, logs: tuple[str, ...], as_of: datetime, known_at: datetime) -> bool:
        """Return whether any of `logs` had a row that had happened and was known: most often a whole file was."""
        files = [file for name in logs if (cut := held.tables.get(name)) for file in cut.files]
        if any(file.known and from_text(file.known) <= known_at and from_text(file.last) <= as_of for file in files):
            return True
        there = tuple(file.sha256 for file in files)
        asked = {"logs": list(logs), "as_of": as_of, "known_at": known_at}
        found = self._rows.get((_KNOWN_LOGS.sha256, logs, there, as_of, known_at), partial(self._query, held.id, _KNOWN_LOGS, asked))
        return found.num_rows > 0

    def _query(self, snapshot: str, question: Sql, params: Mapping[str, object]) -> pa.Table:
        with self._shelf.open(snapshot) as (held, engine):
            return engine.query(question, params, self._moved(held, engine, question, params))

    def _moved(self, held: Snapshot, engine: Engine, question: Sql, params: Mapping[str, object]) -> Mapping[str, pa.Table]:
        """Return `coverage` as it was at the moments asked for, where these are not the snapshot's own; else nothing.

        A cell keeps its newest sight only, so that a later snapshot cannot tell an earlier hour from its own table.
        """
        as_of, known_at = params.get("as_of"), params.get("known_at")
        if "coverage" not in question.reads or not isinstance(as_of, datetime) or not isinstance(known_at, datetime):
            return {}
        if as_of == known_at == held.as_of:
            return {}
        there = held.tables.get("drone_states")
        key = ("coverage", there.sha256 if there else "", as_of, known_at)
        return {"coverage": self._rows.get(key, partial(coverage_at, engine.query, self._city, as_of, known_at))}

    def _question(self, layer: str, sql: str) -> Sql:
        try:
            return self._sql[layer, sql]
        except KeyError:
            raise UsageError(f"The layer {layer[:40]!r} has no question {sql[:40]!r}.") from None

    def _data(self, layer: str, name: str) -> MapData:
        try:
            return next(data for data in self._registry.get(layer).maps if data.name == name)
        except (KeyError, StopIteration):
            raise UsageError(f"There is no map data {name[:40]!r} of a layer {layer[:40]!r}.") from None

    def _tag(self, layer: str, data: MapData) -> str:
        return links.tag(self._question(layer, data.sql), repr(data.encode), repr(self._registry.get(layer).legend))


def _key(snapshot: Snapshot, sql: Sql, params: Mapping[str, Param]) -> tuple[object, ...]:
    """Answer what an answer depends on: the bytes of the tables it reads, the question, its parameters. Not the snapshot's id.

    But for a measure that is worked out when the snapshot is opened: it has no bytes of its own. Coverage of another
    moment is worked out from the log, so that counts too.
    """
    read = (*sql.reads, *(rests_on("coverage") if "coverage" in sql.reads else ()))
    tables = tuple(cut.sha256 if (cut := snapshot.tables.get(name)) else "" for name in read)
    anew = snapshot.id if reckoned_anew(snapshot).intersection(sql.reads) else ""
    return sql.sha256, tables, anew, tuple(sorted((name, links.write(value)) for name, value in params.items()))


def _logs(sql: Sql) -> tuple[str, ...]:
    """Return the logs that a question rests on, those behind its measures included; none if it reads reference tables only."""
    found = {log for name in sql.reads for log in _RESTS_ON.get(name) or rests_on(name)}
    found.update(name for name in sql.reads if TABLES[name].kind == "log")
    return tuple(sorted(found))


def _moment(value: Param) -> datetime | None:
    return value if isinstance(value, datetime) else None
