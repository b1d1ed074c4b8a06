"""The desk where faces ask: newest snapshot, panels, and the map's data.

Each question answered once.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import pyarrow as pa

from twin.clock import from_text
from twin.contracts import FREE_TEXT, TABLES
from twin.contracts.masking import read_mask
from twin.engine import Engine, Sql, load_sql
from twin.errors import DamagedError, LostError, QueryError, UsageError
from twin.layer import Question
from twin.measures import rests_on
from twin.measures.coverage import coverage_at
from twin.query import areas, binding, urls
from twin.query.cache import Cache
from twin.query.encode import encode
from twin.query.memory import Heap, weight
from twin.query.pool import SnapshotPool
from twin.query.question_log import Noted
from twin.query.steps import LEAST, limits
from twin.store import Lake, Shown, Snapshot, reckoned_anew
from twin.store.snapshot import SNAPSHOT_ID
from twin.view import Pinned, Pointer

if TYPE_CHECKING:
    from twin.city import City
    from twin.layer import Layer, MapData, Panel, Param, Registry

# Why a question has no answer at a moment.
Unknown = Literal["", "nothing-known", "no-data-after", "damaged"]

# How many things each choice of each filter would leave; '' for all choices of one.
Counts = Mapping[tuple[str, str], int]
_KNOWN_LOGS = load_sql(Path(__file__).with_name("known_logs.sql"))
_KNOWN_FACTS = load_sql(Path(__file__).with_name("known_facts.sql"))

# What makes a measure's subject known, where that is less than all its logs: an order or a
# refused row makes no event known.
_RESTS_ON = {"event_facts": ("events",)}
# Logs in which no row is an answer: where nothing was refused, that is known.
_TELLS_BY_ITSELF = frozenset({"quarantine"})
_FIRST_EVENT = load_sql(Path(__file__).with_name("first_event.sql"))

# A clock may be behind the data by so much before it is said, s.
CLOCKS_DIFFER_S = 60
_ROWS_BYTES = 64 << 20

# Cells along the side of the largest map: as one tile it is asked where few things are drawn.
WHOLE = 65_536
_FEW = 1_500
_MAP_BYTES = 192 << 20


@dataclass(frozen=True)
class Status:
    """How the lake is: the newest snapshot that can be shown, and what is not as published.

    Attributes:
        problems: a sentence for each file or snapshot that is damaged.
        damaged: tables that cannot be shown, by name.
    """

    snapshot: str
    as_of: datetime
    created_at: datetime
    simulated: bool
    mode: str
    problems: tuple[str, ...]
    damaged: tuple[str, ...] = ()

    def clock_behind_s(self, now: datetime) -> int:
        """Return how far a clock that says `now` (UTC) is behind the data, s.

        It is 0 up to a minute, by which clocks may differ.
        """
        behind = (self.as_of - now).total_seconds()
        return int(behind) if behind > CLOCKS_DIFFER_S else 0

    @property
    def tag(self) -> str:
        """Return a short hash of what is not as published.

        While it is the same, so is what is said of it.
        """
        return hashlib.sha256(
            "\n".join((*self.damaged, *self.problems)).encode()
        ).hexdigest()[:12]


@dataclass(frozen=True)
class Answer:
    """Rows, and what they answer.

    Attributes:
        unknown: why the rows say nothing of the moment asked, if so: their columns are
            right, their values are no figures. 'nothing-known': by then nothing had been
            recorded of what the question is about; 'no-data-after': the moment lies after
            the newest data; 'damaged': a table that the answer rests on cannot be read.
        damaged: the tables that the answer rests on and that cannot be read, by name.
    """

    rows: pa.Table
    sql: Sql
    params: Mapping[str, Param]
    snapshot: str
    unknown: Unknown = ""
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explained:
    """A question's answer, and how it came about.

    Attributes:
        givers: by parameter, who gave it: 'own' (the question itself), 'view' or 'pack'.
        plan: how the engine goes about it, in its own words, as YAML.
        ms: how long the answer took, once the snapshot's files were open.
        read: by table that the question reads, how many rows the snapshot has of it; 0 of
            one that it lacks.
    """

    answer: Answer
    givers: Mapping[str, binding.Giver]
    plan: str
    ms: float
    read: Mapping[str, int]


class QueryService:
    """Asks the questions of one city's layers over one lake. Safe between threads."""

    def __init__(
        self, city: City, registry: Registry, lake: Path, *, threads: int = 2
    ) -> None:
        """Look for the newest snapshot; each question's SQL is read when it is first asked.

        A lake of which nothing can be read is no error here, nor is a `.sql` file: each question
        says so until it is mended, and the others live on.

        Raises:
            LakeError: the lake is empty or not there.
            PackError: what the city wants masked cannot be read.
        """
        self._city, self._registry = city, registry
        self._given, self._mask = binding.of_city(city), read_mask(city.settings)
        self._sql: dict[tuple[str, str], Sql] = {}
        self._pool = SnapshotPool(Lake(lake), city, threads)
        self._rows: Cache[pa.Table] = Cache(_ROWS_BYTES, weight)
        self._maps: Cache[bytes] = Cache(_MAP_BYTES, lambda stream: len(stream) + 1_000)
        self._heap = Heap()
        _refuse_empty(self._pool)

    @property
    def kept_bytes(self) -> int:
        """Return how much memory the answers take that are kept."""
        return self._rows.kept_bytes + self._maps.kept_bytes

    @property
    def folder(self) -> Path:
        """Return where the lake lies."""
        return self._pool.lake.path

    def pointer(self, as_of: datetime | None = None) -> Pointer:
        """Return the snapshot that answers `as_of`.

        It is the newest for None, else the first whole one at or after (see
        `SnapshotPool.at`).

        Raises:
            LakeError: no snapshot can be shown.
        """
        newest = self._pool.newest().snapshot
        if as_of is None:
            damaged = self._damaged(newest.id)
            return Pointer(
                newest.id, newest.as_of, damaged=damaged, newest_id=newest.id
            )
        found = self._pool.at(as_of)
        # One may have been published meanwhile.
        newest_as_of = max(newest.as_of, found.snapshot.as_of)
        return Pointer(
            found.snapshot.id,
            found.snapshot.as_of,
            newest_as_of,
            found.problems,
            self._damaged(found.snapshot.id),
            newest.id if newest.as_of >= found.snapshot.as_of else found.snapshot.id,
        )

    def status(self) -> Status:
        """Return how the lake is. Cheap: it may be asked by every open page every second.

        Raises:
            LakeError: no snapshot can be shown.
        """
        newest = self._pool.newest()
        there, problems = newest.snapshot, (*newest.damaged.values(), *newest.problems)
        return Status(
            there.id,
            there.as_of,
            there.created_at,
            there.simulated,
            there.mode,
            tuple(dict.fromkeys(problems)),
            tuple(sorted(newest.damaged)),
        )

    def panel(self, layer: Layer, panel: Panel, pinned: Pinned) -> Answer:
        """Return the rows of a panel for a view, and whether anything was known then.

        Raises as `ask` does; QueryError also where its parameters cannot be bound.
        """
        return self._of_layer(layer, panel.question, pinned)

    def of_map(
        self, layer: str, data: MapData, pinned: Pinned, *, is_whole: bool = False
    ) -> Question:
        """Return the question of map data, with its steps and its first tile.

        Raises as `ask` does.

        Args:
            is_whole: whether one tile is to be all of the map, however much is drawn.
        """
        found = self.steps(layer, data, pinned) if data.steps else ()
        side = 0
        if data.tile:
            side = WHOLE if is_whole else self.tile_side(layer, data.name, pinned)
        return binding.of_map(data, found, side)

    def explain(
        self,
        layer: Layer,
        question: Question,
        pinned: Pinned,
        *,
        plans: bool = True,
    ) -> Explained:
        """Return the answer of a layer's question for a view, and how it came about.

        Raises as `panel` does.

        Args:
            plans: whether the engine is asked how it goes about it; else the plan is ''.
        """
        sql = self._question(layer.id, question.sql)
        params = binding.bind(sql, question, pinned, self._given)
        given = binding.givers(question, pinned, self._given)
        snapshot = binding.snapshot_of(question, pinned)
        with self._pool.open(snapshot) as (shown, engine):
            tables = shown.snapshot.tables
            plan = (
                engine.plan(sql, params, self._moved(shown, engine, sql, params))
                if plans
                else ""
            )
        begun = time.perf_counter()
        answer = self._of_layer(layer, question, pinned)
        ms = (time.perf_counter() - begun) * 1_000
        by: dict[str, binding.Giver] = {
            name: giver for giver, names in given.items() for name in names
        }
        read = {
            name: tables[name].rows if name in tables else 0
            for name in dict.fromkeys((*sql.reads, *_behind(sql)))
        }
        return Explained(answer, {name: by[name] for name in params}, plan, ms, read)

    def of_house(self, sql: Sql, own: Mapping[str, Param], pinned: Pinned) -> Answer:
        """Return the rows of a question that is of no layer, for a view.

        Args:
            own: parameters that neither the view nor the pack gives.

        Raises as `panel` does.
        """
        return self._told("", sql, Question(sql.name, own), pinned)

    def _of_layer(self, layer: Layer, asked: Question, pinned: Pinned) -> Answer:
        sql = self._question(layer.id, asked.sql)
        return self._told(layer.id, sql, asked, pinned)

    def _told(self, layer: str, sql: Sql, asked: Question, pinned: Pinned) -> Answer:
        params = binding.bind(sql, asked, pinned, self._given)
        snapshot = binding.snapshot_of(asked, pinned)
        answer = self._answer(snapshot, sql, params, layer)
        shown = self._pool.shown(snapshot)
        unknown = self._unknown(
            answer.sql, shown, pinned.as_of, pinned.known_at, answer.damaged
        )
        return replace(answer, unknown=unknown)

    def steps(self, layer: str, data: MapData, pinned: Pinned) -> tuple[float, ...]:
        """Return where each step of the scale of a layer's map data begins.

        They are of the last whole hour, so that they stay as they are from tick to tick; of the
        moment itself where that hour counts too few things, and where that does too, of none.

        Raises as `ask` does; ValueError where the data have no steps.
        """
        row = self._steps(layer, data, pinned)
        raw = [value for name, value in row.items() if name.startswith("step_")]
        if (row["n"] or 0) < LEAST:
            raw = [raw[0], *(None for _ in raw[1:])]
        return limits(raw, whole=bool(data.steps and data.steps.whole))

    def tile_side(self, layer: str, name: str, pinned: Pinned) -> int:
        """Return how many cells there are along the side of a tile of a layer's map data.

        One tile is all of it where few things are drawn: each tile is a question of its own.

        Raises as `steps` does.
        """
        data = self._data(layer, name)
        if data.steps is None:
            return data.tile
        n = self._steps(layer, data, pinned)["n"] or 0
        return data.tile if n > _FEW else WHOLE

    def _steps(
        self, layer: str, data: MapData, pinned: Pinned
    ) -> dict[str, float | None]:
        """Return what tells where the steps of map data begin: of the hour, else of the moment."""
        if data.steps is None:
            raise ValueError(f"{layer}/{data.name} has no steps")
        question = self._question(layer, data.steps.question.sql)
        row: dict[str, float | None] = {}
        for moment in ("hour", "view"):
            asked = replace(data.steps.question, moment=moment)
            params = binding.bind(question, asked, pinned, self._given)
            rows = self._answer(pinned.snapshot, question, params, layer).rows
            side = data.question.own.get("side_m")
            row = next(
                each for each in rows.to_pylist() if each.get("side_m", side) == side
            )
            if (row["n"] or 0) >= LEAST:
                break
        return row

    def counts(self, layer: Layer, pinned: Pinned) -> Counts | None:
        """Return how many things each choice of each filter would leave of a layer.

        By filter and choice; all of a filter's choices together are under ''. None where no filter
        narrows it down, or where nothing can be told of the moment. Raises as `panel` does.
        """
        if layer.counts is None:
            return None
        answer = self._of_layer(layer, layer.counts, pinned)
        if answer.unknown:
            return None
        rows = answer.rows.to_pylist()
        return {(row["filter"], row["choice"] or ""): row["n"] for row in rows}

    def takes(self, layer: Layer, question: Question, param: str) -> bool:
        """Return whether the header of a layer's question names a parameter.

        Raises:
            QueryError: its `.sql` file cannot be read.
        """
        params = self._question(layer.id, question.sql).params
        return any(each.name == param for each in params)

    def ask(
        self, layer: str, sql: str, params: Mapping[str, Param], snapshot: str
    ) -> Answer:
        """Return one question of a layer over a snapshot.

        What `params` leaves out and the pack gives is filled in.

        Raises:
            UsageError: the layer has no such question. QueryError: the question cannot be answered.
            DamagedError: the snapshot is gone or cannot be read.
        """
        question = self._question(layer, sql)
        return self._answer(
            snapshot, question, binding.fill(question, params, self._given), layer
        )

    def first_event(self, snapshot: str) -> datetime | None:
        """Return when the first record of any event in a snapshot was written, UTC.

        None if there is none, or if that cannot be told since the events are damaged.
        Raises as `ask` does.
        """
        answer = self._answer(snapshot, _FIRST_EVENT, {})
        return (
            None
            if answer.damaged
            else cast("datetime | None", answer.rows["first_at"][0].as_py())
        )

    def areas(self, layer: Layer, pinned: Pinned) -> areas.Read | None:
        """Return how the areas of a layer's map are read for a view; None if it draws none.

        Where nothing is known of the moment, all areas are unknown. Raises as `panel` does;
        PackError if their outlines cannot be read.
        """
        for data in layer.maps:
            if data.encoding.shape == "area":
                answer = self._of_layer(layer, data.question, pinned)
                rows = answer.rows.slice(0, 0) if answer.unknown else answer.rows
                scale = data.encoding.scale or (layer.legend and layer.legend.scale)
                ids = areas.ids_of(self._city, data.encoding)
                return areas.read(rows, data.encoding, scale, ids)
        return None

    def damaged_maps(self, layer: Layer, pinned: Pinned) -> tuple[str, ...]:
        """Return the tables that a layer's map rests on and that cannot be read, by name.

        There are none if all of it can be drawn.
        """
        shown = self._pool.shown(pinned.snapshot)
        lost: set[str] = set()
        for data in layer.maps:
            question, params = self._bound(layer.id, data, pinned, asks_steps=False)
            lost.update(_lost(shown, question, params))
        return tuple(sorted(lost))

    def url(self, layer: str, name: str, pinned: Pinned) -> str:
        """Return the address of a layer's map data for a pinned view.

        Of tiles it is that of the first; the others differ by `tile_x` and `tile_y`.

        Raises UsageError if there are none of that name, and as `ask` does.
        """
        data = self._data(layer, name)
        question, params = self._bound(layer, data, pinned)
        lost = _lost(self._pool.shown(pinned.snapshot), question, params)
        # What a browser keeps of a damaged picture is not asked for again.
        tag = ".".join((self._tag(layer, data), *lost))
        return urls.to_url(layer, name, tag, pinned.snapshot, params)

    def map_question(
        self, layer: str, name: str, pinned: Pinned
    ) -> tuple[str, dict[str, Param]]:
        """Return the snapshot and the parameters of a layer's map data for a pinned view.

        Raises UsageError if there are none of that name.
        """
        return pinned.snapshot, self._bound(layer, self._data(layer, name), pinned)[1]

    def parse_url(
        self, layer: str, name: str, words: Mapping[str, str]
    ) -> tuple[str, dict[str, Param]]:
        """Return the snapshot and the typed parameters of an address that `url` gave.

        Raises:
            UsageError: the layer or its data are not there, a word is unknown, missing or
                mistyped, or the address is of another version of the question.
        """
        data = self._data(layer, name)
        if words.get("q", "").partition(".")[0] != self._tag(layer, data):
            raise UsageError(
                "The address is of another version of this program.",
                fix="load the page again.",
            )
        if not words.get("snapshot"):
            raise UsageError(
                "The address names no snapshot.",
                fix="take the address from the page as it is.",
            )
        # 'latest' would be another one tomorrow.
        if not SNAPSHOT_ID.fullmatch(words["snapshot"]):
            raise LostError(
                f"There is no snapshot {words['snapshot'][:60]!a} in this lake.",
                fix="load the page again.",
            )
        params = urls.read(self._question(layer, data.question.sql), words)
        if data.tile:
            _check_tile(data, params)
        return words["snapshot"], params

    def map_arrow(
        self, layer: str, name: str, snapshot: str, params: Mapping[str, Param]
    ) -> bytes:
        """Return a layer's map data as an Arrow stream.

        It has no rows where nothing is known.

        Raises as `ask` does.
        """
        return self.map_answer(layer, name, snapshot, params)[0]

    def map_answer(
        self, layer: str, name: str, snapshot: str, params: Mapping[str, Param]
    ) -> tuple[bytes, Unknown]:
        """Return a layer's map data as an Arrow stream, and why it has no rows, if so.

        Raises as `ask` does.
        """
        data = self._data(layer, name)
        question = self._question(layer, data.question.sql)
        filled = binding.fill(question, params, self._given)
        while True:
            shown = self._pool.shown(snapshot)
            try:
                return self._drawn(layer, data, shown, filled)
            except (DamagedError, QueryError):
                if not self._pool.look_again(shown):
                    raise

    def _drawn(
        self, layer: str, data: MapData, shown: Shown, filled: Mapping[str, Param]
    ) -> tuple[bytes, Unknown]:
        question = self._question(layer, data.question.sql)
        lost = _lost(shown, question, filled)
        as_of, known_at = (_moment(filled.get(name)) for name in ("as_of", "known_at"))
        unknown = self._unknown(question, shown, as_of, known_at, lost)

        def work_out() -> bytes:
            rows = self._query(shown, question, filled)
            if data.encoding.shape == "area":
                ids = areas.ids_of(self._city, data.encoding)
                rows = areas.placed(rows, data.encoding, ids)
            noted.found(rows=rows.num_rows)
            return encode(
                rows.slice(0, 0) if unknown else rows,
                data.encoding,
                self._registry.get(layer).legend,
            )

        key = (
            self._tag(layer, data),
            unknown,
            _key(shown.snapshot, question, filled, shown.anew, lost),
        )
        with Noted(layer, question.name, shown.snapshot.id) as noted:
            stream = self._maps.get(key, noted.working(work_out))
            noted.found(bytes=len(stream))
        return stream, unknown

    def close(self) -> None:
        """Let go of the lake's files."""
        self._pool.close()

    def _damaged(self, snapshot: str) -> tuple[str, ...]:
        return tuple(sorted(self._pool.shown(snapshot).damaged))

    def _unknown(
        self,
        question: Sql,
        shown: Shown,
        as_of: datetime | None,
        known_at: datetime | None,
        lost: tuple[str, ...],
    ) -> Unknown:
        """Return why a question has no answer at a moment.

        Return '' if it has one, or asks of no moment or of no log.

        Args:
            lost: tables that the answer rests on and that cannot be read.
        """
        held, logs = shown.snapshot, _logs(question)
        # Only the newest answers a moment that lies after it.
        if as_of is not None and logs and as_of > held.as_of:
            return "no-data-after"
        if lost:
            return "damaged"
        if as_of is None or not logs:
            return ""
        newest = self._pool.newest().snapshot
        telling = tuple(name for name in logs if name not in _TELLS_BY_ITSELF)
        heard = [
            name
            for name in telling
            if name in newest.tables and newest.tables[name].rows
        ]
        known_by = as_of if known_at is None else known_at
        is_live = as_of >= newest.as_of and known_by >= newest.as_of
        if is_live or not heard:  # what was never heard of is as unknown as it is live
            return ""
        return self._unless_known(shown, telling, as_of, known_by)

    def _unless_known(
        self, shown: Shown, logs: tuple[str, ...], as_of: datetime, known_at: datetime
    ) -> Unknown:
        """Return '' if any of `logs` had a row that had happened and was known.

        Most often a whole file was.

        Where that hangs on rows that cannot be read, it is not told; but of events what is
        known of each tells it too.
        """
        files = [
            file
            for name in logs
            if (cut := shown.snapshot.tables.get(name))
            for file in cut.files
        ]
        if any(
            file.known
            and from_text(file.known) <= known_at
            and from_text(file.last) <= as_of
            for file in files
        ):
            return ""
        whole = tuple(name for name in logs if name not in shown.damaged)
        there = tuple(file.sha256 for file in files)
        clocks = {"as_of": as_of, "known_at": known_at}
        lost = set(logs) - set(whole)
        asked = {"logs": list(whole), **clocks}
        found = self._rows.get(
            (_KNOWN_LOGS.sha256, whole, there, as_of, known_at),
            partial(self._query, shown, _KNOWN_LOGS, asked, whole),
        )
        if (
            not found.num_rows
            and "events" in lost
            and "event_facts" not in shown.damaged
        ):
            lost.remove("events")
            facts = (
                cut.sha256 if (cut := shown.snapshot.tables.get("event_facts")) else ""
            )
            found = self._rows.get(
                (_KNOWN_FACTS.sha256, facts, as_of, known_at),
                partial(self._query, shown, _KNOWN_FACTS, clocks),
            )
        if found.num_rows:
            return ""
        return "damaged" if lost else "nothing-known"

    def _answer(
        self,
        snapshot: str,
        question: Sql,
        filled: Mapping[str, Param],
        layer: str = "",
    ) -> Answer:
        """Return a question over what is whole of a snapshot.

        If that changes meanwhile, ask once more.
        """
        while True:
            shown = self._pool.shown(snapshot)
            lost = _lost(shown, question, filled)
            try:
                with Noted(layer, question.name, shown.snapshot.id) as noted:
                    rows = self._rows.get(
                        _key(shown.snapshot, question, filled, shown.anew, lost),
                        noted.working(partial(self._query, shown, question, filled)),
                    )
                    noted.found(rows=rows.num_rows)
            except (DamagedError, QueryError):
                if not self._pool.look_again(shown):
                    raise
            else:
                return Answer(
                    rows, question, filled, snapshot, "damaged" if lost else "", lost
                )

    def _query(
        self,
        shown: Shown,
        question: Sql,
        params: Mapping[str, object],
        reads: Collection[str] | None = None,
    ) -> pa.Table:
        """Return the rows of an answer, which nobody changed on the disk while they were read.

        Every answer comes this way: in what people wrote stand marks for what the city
        wants masked, whatever the lake holds.
        """
        with self._pool.open(shown.snapshot.id) as (opened, engine):
            if opened.damaged.keys() != shown.damaged.keys():
                raise DamagedError(
                    f"Snapshot {shown.snapshot.id} is no longer as it was when it was"
                    " opened.",
                    fix="ask again.",
                )
            rows = engine.query(
                question, params, self._moved(opened, engine, question, params)
            )
        self._heap.give_back()
        self._pool.make_sure(opened, question.reads if reads is None else reads)
        return self._mask.columns(rows, FREE_TEXT)

    def _moved(
        self, shown: Shown, engine: Engine, question: Sql, params: Mapping[str, object]
    ) -> Mapping[str, pa.Table]:
        """Return `coverage` as it was at the moments asked for.

        Return nothing where these are the snapshot's own.

        A cell keeps its newest sight only, so that a later snapshot cannot tell an earlier
        hour from its own table.
        """
        as_of, known_at = params.get("as_of"), params.get("known_at")
        if (
            "coverage" not in question.reads
            or not isinstance(as_of, datetime)
            or not isinstance(known_at, datetime)
        ):
            return {}
        if as_of == known_at == shown.snapshot.as_of:
            return {}

        def work_out() -> pa.Table:
            rows = coverage_at(engine.query, self._city, as_of, known_at)
            self._pool.make_sure(shown, _behind(question))
            return rows

        there = shown.snapshot.tables.get("drone_states")
        key = (
            "coverage",
            there.sha256 if there else "",
            "drone_states" in shown.damaged,
            as_of,
            known_at,
        )
        return {"coverage": self._rows.get(key, work_out)}

    def _bound(
        self, layer: str, data: MapData, pinned: Pinned, *, asks_steps: bool = True
    ) -> tuple[Sql, dict[str, Param]]:
        question = self._question(layer, data.question.sql)
        asked = self.of_map(layer, data, pinned) if asks_steps else binding.of_map(data)
        return question, binding.bind(question, asked, pinned, self._given)

    def _question(self, layer: str, sql: str) -> Sql:
        found = self._sql.get((layer, sql))
        if found is None:
            found = self._sql[layer, sql] = self._read(layer, sql)
        return found

    def _read(self, layer: str, sql: str) -> Sql:
        try:
            of = self._registry.get(layer)
        except KeyError:
            raise UsageError(f"There is no layer {layer[:40]!r}.") from None
        asked = list(of.questions)
        asked += [data.steps.question for data in of.maps if data.steps]
        if sql not in {question.sql for question in asked}:
            raise UsageError(f"The layer {layer[:40]!r} has no question {sql[:40]!r}.")
        return load_sql(of.folder / sql)

    def _data(self, layer: str, name: str) -> MapData:
        try:
            return next(
                data for data in self._registry.get(layer).maps if data.name == name
            )
        except (KeyError, StopIteration):
            raise LostError(
                f"There is no map data {name[:40]!r} of a layer {layer[:40]!r}."
            ) from None

    def _tag(self, layer: str, data: MapData) -> str:
        of = [
            repr(data.encoding),
            repr(self._registry.get(layer).legend),
            self._mask.sha256,
        ]
        if data.encoding.shape == "area":
            of.append(areas.digest(areas.ids_of(self._city, data.encoding)))
        return urls.tag(self._question(layer, data.question.sql), *of)


def _refuse_empty(pool: SnapshotPool) -> None:
    """Refuse a lake that is empty, not there, of another city or of a newer program.

    A damaged one is looked at again.

    Raises:
        LakeError: it is.
    """
    with suppress(DamagedError):
        pool.newest()


def _check_tile(data: MapData, params: Mapping[str, Param]) -> None:
    """Refuse a tile that no cell of the map can lie in: cells are numbered from 0 to 65,535.

    Raises:
        UsageError: it is.
    """
    side = params["tile_side"]
    if side not in (data.tile, WHOLE):
        raise UsageError(
            f"The address gives tile_side as {str(side)[:40]!r}.",
            why=f"the tiles of this map are {data.tile} cells wide, or one is all of it.",
            fix="take the address from the page as it is.",
        )
    last = 0 if side == WHOLE else (WHOLE - 1) // data.tile
    for name in ("tile_x", "tile_y"):
        at = params[name]
        if not isinstance(at, int) or not 0 <= at <= last:
            raise UsageError(
                f"The address gives {name} as {str(at)[:40]!r}, and there is no such tile.",
                fix=f"give 0 to {last}.",
            )


def _lost(shown: Shown, question: Sql, params: Mapping[str, Param]) -> tuple[str, ...]:
    """Return the tables that an answer rests on and that cannot be read, by name.

    Coverage of another moment than the snapshot's own is worked out from its log.
    """
    as_of, known_at = params.get("as_of"), params.get("known_at")
    behind = () if as_of == known_at == shown.snapshot.as_of else _behind(question)
    return tuple(sorted(shown.damaged.keys() & {*question.reads, *behind}))


def _behind(question: Sql) -> tuple[str, ...]:
    """Return the logs that coverage is worked out from, where a question reads it."""
    return rests_on("coverage") if "coverage" in question.reads else ()


def _key(
    snapshot: Snapshot,
    sql: Sql,
    params: Mapping[str, Param],
    anew: Collection[str] = (),
    lost: tuple[str, ...] = (),
) -> tuple[object, ...]:
    """Return what an answer depends on.

    That is the bytes of the tables it reads, the question and its parameters, but not
    the snapshot's id.

    But for a measure that is worked out when the snapshot is opened: it has no bytes of its
    own. Coverage of another moment is worked out from the log, so that counts too.

    Args:
        anew: measures that are worked out since their files are damaged.
        lost: tables that cannot be read, and are empty to the question.
    """
    tables = tuple(
        cut.sha256 if (cut := snapshot.tables.get(name)) else ""
        for name in (*sql.reads, *_behind(sql))
    )
    worked_out = (
        snapshot.id
        if reckoned_anew(snapshot).union(anew).intersection(sql.reads)
        else ""
    )
    return (
        sql.sha256,
        tables,
        worked_out,
        lost,
        tuple(sorted((name, urls.write(value)) for name, value in params.items())),
    )


def _logs(sql: Sql) -> tuple[str, ...]:
    """Return the logs that a question rests on, those behind its measures included.

    Return None if it reads reference tables only.
    """
    found = {log for name in sql.reads for log in _RESTS_ON.get(name) or rests_on(name)}
    found.update(name for name in sql.reads if TABLES[name].kind == "log")
    return tuple(sorted(found))


def _moment(value: Param) -> datetime | None:
    return value if isinstance(value, datetime) else None
