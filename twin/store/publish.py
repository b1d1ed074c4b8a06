"""Publish: rows in, one new snapshot out; whole or not at all."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from twin.clock import from_text, to_text
from twin.contracts import TABLES
from twin.contracts.check import check
from twin.engine import Engine
from twin.errors import LakeError
from twin.measures import Mark, MeasureUpdate, compute
from twin.store import delta, files, older, repeats
from twin.store.delta import DeltaError
from twin.store.lake import FORMAT, Lake, unreadable_log, unwritable, write_whole
from twin.store.opening import newest, trust
from twin.store.snapshot import File, Snapshot, TableCut, ids, name, place

if TYPE_CHECKING:
    from datetime import date, datetime

    from twin.city import City
    from twin.clock import Clock
    from twin.engine import Sql
    from twin.feeds.batch import Batch


_COMMITS_AT_ONCE = 6
"""A commit mostly waits for the disk."""


@dataclass(frozen=True)
class Published:
    """What a publish did: rows written per table, rows refused, rows that were already there, seconds."""

    rows: Mapping[str, int]
    quarantined: int
    skipped: int
    seconds: float


@dataclass
class _Draft:
    """The next snapshot while it is being made: for each changed table, all of its files."""

    lake: Lake
    parent: Snapshot | None
    cuts: dict[str, list[File]] = field(default_factory=dict[str, list[File]])
    marks: dict[str, Mark] = field(default_factory=dict[str, Mark])
    rows: dict[str, int] = field(default_factory=dict[str, int])

    def before(self, table: str) -> TableCut | None:
        return self.parent.tables.get(table) if self.parent else None

    def now(self, table: str) -> list[File]:
        """Answer the table's files as they stand in the draft."""
        before = self.before(table)
        return self.cuts.get(table, list(before.files) if before else [])

    def append(self, table: str, rows: pa.Table) -> None:
        if rows.num_rows:
            self.cuts[table] = self.now(table) + files.write(self.lake.tables, TABLES[table], rows)
            self.rows[table] = self.rows.get(table, 0) + rows.num_rows

    def replace(self, table: str, rows: pa.Table, *, chunks: Collection[str] | None = None) -> None:
        """Replace the table, or only the months or days in `chunks`; same content keeps the files it has."""
        there = self.now(table)
        beside = () if chunks is None else there
        name = files.chunk_of(TABLES[table], beside)
        written = files.write(self.lake.tables, TABLES[table], rows, keep=there, name=name)
        touched = {file.chunk for file in there} if chunks is None else chunks
        if [file for file in there if file.chunk in touched] == written:
            return
        self.cuts[table] = sorted([file for file in there if file.chunk not in touched] + written, key=lambda file: file.chunk)
        self.rows[table] = rows.num_rows


    def say(self, table: str, rows: pa.Table) -> None:
        """Replace a reference table, unless these very rows were written before and still stand: a live publisher has the same ones."""
        there = tuple(file.sha256 for file in self.now(table))
        said, files_said = _SAID.get(table, (None, ()))
        before = self.before(table)
        if said is rows and there == files_said and before is not None and before.schema_hash == files.schema_hash(TABLES[table]):
            return
        self.replace(table, rows)
        _SAID[table] = rows, tuple(file.sha256 for file in self.now(table))


_SAID: dict[str, tuple[pa.Table | None, tuple[str, ...]]] = {}
"""Rows of reference tables that this process wrote last, and the hashes of their files."""


@dataclass(frozen=True)
class _State:
    """The draft as measures see it (see `twin.measures.State`)."""

    draft: _Draft
    engine: Engine
    previous_as_of: datetime | None
    marks: Mapping[str, Mark]

    def chunk(self, table: str, name: str) -> pa.Table:
        held = [file for file in self.draft.now(table) if file.chunk == name]
        return files.read(self.draft.lake.tables, held).cast(TABLES[table].schema) if held else TABLES[table].empty()

    def chunk_of(self, table: str, day: date) -> str:
        return files.chunk_of(TABLES[table], self.draft.now(table))(day)

    def hash(self, table: str) -> str:
        return hashlib.sha256("\n".join(file.sha256 for file in self.draft.now(table)).encode()).hexdigest()

    def query(self, sql: Sql, params: Mapping[str, object], since: datetime | None = None) -> pa.Table:
        if since is None:
            return self.engine.query(sql, params)
        root = self.draft.lake.tables.resolve()
        late = {table: [f"{root}/{file.path}" for file in self.draft.now(table) if _may_reach(file, since)] for table in sql.reads}
        return self.engine.query(sql, params, files=late)


def _may_reach(file: File, since: datetime) -> bool:
    """Return whether a file may hold rows that occurred or were recorded at a moment or later."""
    return not file.last or max(from_text(file.last), from_text(file.known or file.last)) >= since


def publish(lake: Lake, city: City, batches: Iterable[Batch], *, as_of: datetime, simulated: bool, now: Clock, mode: str = "live") -> tuple[Snapshot, Published]:
    """Check `batches`, work out the measures, and publish one snapshot.

    Args:
        as_of: the moment that the data speak of, UTC; never before that of the newest snapshot. What was recorded later is
            refused, and what is refused is known from this moment on.
        simulated: whether any of it is; once a lake holds simulated rows, its snapshots say so.

    Raises:
        BusyError: another publisher holds the lake.
        DamagedError: a file of the newest snapshot is not what was published.
        LakeError: the clock or `as_of` goes backwards, or the disk refuses. What was published before stays whole.
    """
    begun = time.perf_counter()
    with lake.writing():
        try:
            return _publish(lake, city, batches, as_of, simulated, now, mode, begun)
        except OSError as error:
            raise unwritable(lake.path, error) from error
        except DeltaError as error:
            raise unreadable_log(lake.path, error) from error


def _publish(lake: Lake, city: City, batches: Iterable[Batch], as_of: datetime, simulated: bool, now: Clock, mode: str, begun: float) -> tuple[Snapshot, Published]:
    parent, moment = newest(lake), now()
    _forward(parent, as_of, moment)
    if parent:
        trust(lake, parent)
    forget_unnamed(lake, parent)
    draft = _Draft(lake, parent)
    _take_over(draft)
    for table, rows in city.reference.items():
        draft.say(table, rows)
    refused_at = min(moment, as_of)  # known in this snapshot, of whatever moment it speaks
    fresh, refused, skipped = _checked(draft, batches, refused_at, as_of)
    for table, rows in fresh.items():
        draft.append(table, rows)
    refused = repeats.unheld(lake.tables, draft.now("quarantine"), refused)
    draft.append("quarantine", refused)
    _measure(draft, city, fresh | {"quarantine": refused}, as_of, refused_at)
    snapshot = _seal(draft, as_of, simulated or (parent is not None and parent.simulated), moment, mode)
    return snapshot, Published(draft.rows, refused.num_rows, skipped, time.perf_counter() - begun)


def forget_unnamed(lake: Lake, parent: Snapshot | None) -> None:
    """Remove snapshot files that no pointer ever named: a writer was killed between its last two steps."""
    for each in ids(lake):
        if parent is None or place(each) > place(parent.id):
            (lake.snapshots / f"{each}.json").unlink(missing_ok=True)


def _take_over(draft: _Draft) -> None:
    """Bring tables that an earlier version of this program wrote into today's form; measures are worked out from nothing."""
    if draft.parent is None:
        return
    for table in older.reckoned_anew(draft.parent):
        draft.cuts[table] = []
    for table in older.lacking(draft.parent):
        rows = files.read_short(draft.lake.tables, draft.now(table), TABLES[table])
        draft.cuts[table] = files.write(draft.lake.tables, TABLES[table], rows)


def _forward(parent: Snapshot | None, as_of: datetime, moment: datetime) -> None:
    if parent and as_of < parent.as_of:
        raise LakeError(f"The new data speak of {to_text(as_of)}, but the newest snapshot of {to_text(parent.as_of)}.",
                        why="time would go backwards; nothing was written.", fix="check the feed's clock, or use another lake with --lake.")
    if parent and moment < parent.created_at:
        raise LakeError(f"This machine's clock says {to_text(moment)}, but the newest snapshot was published at {to_text(parent.created_at)}.",
                        why="the clock was set back; nothing was written.", fix="set the clock right and publish again.")


def _checked(draft: _Draft, batches: Iterable[Batch], refused_at: datetime, as_of: datetime) -> tuple[dict[str, pa.Table], pa.Table, int]:
    """Answer the good rows by table, the refused ones, and how many were already there.

    A row that was recorded after `as_of` is refused: it cannot be known yet.
    """
    good: dict[str, list[pa.Table]] = {}
    refused: list[pa.Table] = [TABLES["quarantine"].empty()]
    skipped = 0
    for batch in batches:
        if batch.refused is not None:
            refused.append(batch.refused)
        table = TABLES[batch.table]
        skipped += batch.skipped
        done = check(table, batch.rows, feed=batch.feed, origin=batch.origin, recorded_at=refused_at,
                     row_numbers=batch.row_numbers, raw=batch.raw, known_by=as_of)
        rows = done.good
        if batch.may_repeat:
            known = repeats.held(draft.lake.tables, draft.now(batch.table), table, rows, good.get(batch.table, ()))
            rows, again, clash = repeats.part(known, table, rows, batch, refused_at)
            skipped += again
            refused.append(clash)
        refused.append(done.bad)
        good.setdefault(batch.table, []).append(rows)
    return {name: pa.concat_tables(parts) for name, parts in good.items()}, pa.concat_tables(refused), skipped


def _measure(draft: _Draft, city: City, fresh: Mapping[str, pa.Table], as_of: datetime, refused_at: datetime) -> None:
    """Work out what the new rows change in the measures; rows that break a measure's contract go to quarantine."""
    paths = {table: [f"{draft.lake.tables}/{file.path}" for file in draft.now(table)] for table in TABLES}
    parent = draft.parent
    with Engine.over(paths, root=draft.lake.tables, lazily=True) as engine:
        state = _State(draft, engine, parent.as_of if parent else None, _usable_marks(parent))
        for update in compute(city, state, fresh, as_of):
            if isinstance(update, tuple):
                draft.marks[update[0]] = update[1]
                continue
            rows = _kept(draft, update, refused_at)
            if update.how == "append":
                draft.append(update.table, rows)
            else:
                draft.replace(update.table, rows, chunks=update.chunks if update.how == "replace_chunks" else None)


def _usable_marks(parent: Snapshot | None) -> dict[str, Mark]:
    """Return the marks of the measures whose tables stand in the form that this program writes."""
    if parent is None:
        return {}
    return {name: mark for name, mark in parent.marks.items()
            if name not in parent.tables or parent.tables[name].schema_hash == files.schema_hash(TABLES[name])}


def _kept(draft: _Draft, update: MeasureUpdate, refused_at: datetime) -> pa.Table:
    """Return the rows of an update that keep the contract of their table; the others go to quarantine, whole."""
    fresh = update.rows if update.fresh is None else update.rows.slice(0, update.fresh)
    done = check(TABLES[update.table], fresh, feed="measures", origin=update.table, recorded_at=refused_at)
    if not done.bad.num_rows:
        return update.rows
    draft.append("quarantine", repeats.unheld(draft.lake.tables, draft.now("quarantine"), done.bad))
    carried = update.rows.slice(fresh.num_rows)
    return pa.concat_tables([done.good, carried])


def _seal(draft: _Draft, as_of: datetime, simulated: bool, moment: datetime, mode: str) -> Snapshot:
    """Commit the changed tables, write the snapshot, and last of all let the pointer name it."""
    lake, parent = draft.lake, draft.parent
    with ThreadPoolExecutor(_COMMITS_AT_ONCE) as pool:
        versions = dict(zip(draft.cuts, pool.map(lambda table: delta.commit(lake.tables, TABLES[table], draft.before(table), draft.cuts[table]), draft.cuts), strict=True))
    cuts = dict(parent.tables) if parent else {}
    cuts |= {table: TableCut(versions[table], files.schema_hash(TABLES[table]), tuple(kept)) for table, kept in draft.cuts.items()}
    seq = parent.seq + 1 if parent else 1
    snapshot = Snapshot(name(as_of, seq, cuts), parent.id if parent else None, seq, moment, as_of, mode, simulated, cuts, lake.tables, draft.marks)
    install(lake, snapshot)
    return snapshot


def install(lake: Lake, snapshot: Snapshot) -> None:
    """Write the snapshot's file, then let the pointer name it: the moment from which readers see it."""
    write_whole(lake.snapshots / f"{snapshot.id}.json", json.dumps(snapshot.payload(), separators=(",", ":")).encode())
    write_whole(lake.pointer, json.dumps({"format": FORMAT, "snapshot": snapshot.id}).encode())
