"""The desk where faces ask: newest snapshot, blocks, and the map's data; each question answered once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from twin.engine import Sql, load_sql
from twin.errors import UsageError
from twin.query import links
from twin.query.cache import Cache
from twin.query.encode import encode
from twin.query.shelf import Shelf
from twin.store import Lake, Snapshot, find
from twin.view import Pinned, Pointer

if TYPE_CHECKING:
    from twin.city import City
    from twin.layer import Block, Layer, MapData, Param, Registry

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
    """Rows, and what they answer."""

    rows: pa.Table
    sql: Sql
    params: Mapping[str, Param]
    snapshot: str


class Desk:
    """Answers the questions of one city's layers over one lake. Safe between threads."""

    def __init__(self, city: City, registry: Registry, lake: Path, *, threads: int = 2) -> None:
        """Read the layers' SQL and open the newest whole snapshot.

        Raises:
            LakeError: there is none. QueryError: a layer's SQL lacks a part of its header.
        """
        self._registry = registry
        self._given = links.of_city(city)
        self._sql = {(layer.id, name): load_sql(layer.folder / name) for layer in registry.layers
                     for name in (*(data.sql for data in layer.maps), *(block.sql for block in layer.blocks))}
        self._shelf = Shelf(Lake(lake), threads)
        self._rows: Cache[pa.Table] = Cache(_ROWS_BYTES, lambda rows: cast("Any", rows).nbytes + 1_000)
        self._maps: Cache[bytes] = Cache(_MAP_BYTES, lambda stream: len(stream) + 1_000)
        self._shelf.newest()

    def pointer(self, as_of: datetime | None = None) -> Pointer:
        """Answer the snapshot that shows `as_of`: the newest whole one for None, else the newest that speaks of then or before.

        Raises:
            LakeError: no snapshot is whole.
        """
        newest, _ = self._shelf.newest()
        found = newest if as_of is None or as_of >= newest.as_of else find(self._shelf.lake, as_of)
        return Pointer(found.id, found.as_of)

    def status(self) -> Status:
        """Answer how the lake is. Cheap: it may be asked by every open page every second."""
        newest, problems = self._shelf.newest()
        return Status(newest.id, newest.as_of, newest.created_at, newest.simulated, newest.mode, problems)

    def block(self, layer: Layer, block: Block, pinned: Pinned) -> Answer:
        """Answer a layer's block for a pinned view. Raises as `ask` does."""
        return self.ask(layer.id, block.sql, block.ask(pinned), pinned.snapshot)

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
        """Answer a layer's map data as an Arrow stream. Raises as `ask` does."""
        data = self._data(layer, name)
        question = self._question(layer, data.sql)
        filled = links.fill(question, params, self._given)
        held = self._shelf.snapshot(snapshot)

        def work_out() -> bytes:
            return encode(self._query(snapshot, question, filled), data.encode, self._registry.get(layer).legend)

        return self._maps.get((self._tag(layer, data), _key(held, question, filled)), work_out)

    def close(self) -> None:
        """Let go of the lake's files."""
        self._shelf.close()

    def _query(self, snapshot: str, question: Sql, params: Mapping[str, Param]) -> pa.Table:
        with self._shelf.open(snapshot) as (_, engine):
            return engine.query(question, params)

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
    """Answer what an answer depends on: the bytes of the tables it reads, the question, its parameters. Not the snapshot's id."""
    tables = tuple(cut.sha256 if (cut := snapshot.tables.get(name)) else "" for name in sql.reads)
    return sql.sha256, tables, tuple(sorted((name, links.write(value)) for name, value in params.items()))
