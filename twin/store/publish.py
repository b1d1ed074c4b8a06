"""Publish: rows in, one new snapshot out; whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from twin import __version__
from twin.clock import from_text, to_text
from twin.contracts import TABLES, history
from twin.contracts.check import check
from twin.engine import Engine
from twin.errors import FeedError, LakeError
from twin.measures import Mark, MeasureUpdate, compute
from twin.store import dedupe, delta, files, identity, older, seal
from twin.store.delta import DeltaError
from twin.store.disk import sweep, unwritable, write_whole
from twin.store.intake import Intake, Witness
from twin.store.lake import FORMAT, Identity, Lake, unreadable_log
from twin.store.migrate import migrated
from twin.store.migrations import Ran, pending
from twin.store.opening import ensure_intact, newest
from twin.store.snapshot import File, Snapshot, TableCut, name
from twin.store.taken import is_rollback, set_aside
from twin.store.upgrade import upgraded

if TYPE_CHECKING:
    from datetime import date

    from twin.city import City
    from twin.clock import Clock
    from twin.engine import Sql
    from twin.feeds.batch import Batch
    from twin.store.lake import Kind


# A commit mostly waits for the disk.
_COMMITS_AT_ONCE = 6
_log = logging.getLogger("twin.store")


@dataclass(frozen=True)
class Published:
    """What a publish did.

    Rows written per table, rows refused, rows that were already there, seconds.
    """

    rows: Mapping[str, int]
    quarantined: int
    skipped: int
    seconds: float


@dataclass
class Draft:
    """The next snapshot while it is being made: for each changed table, all of its files.

    Attributes:
        logs: tables whose Delta log was written anew.
        anew: measures that are worked out from nothing, since the parent's cannot be used.
    """

    lake: Lake
    parent: Snapshot | None
    identity: Identity
    logs: dict[str, TableCut] = field(default_factory=dict[str, TableCut])
    cuts: dict[str, list[File]] = field(default_factory=dict[str, list[File]])
    marks: dict[str, Mark] = field(default_factory=dict[str, Mark])
    rows: dict[str, int] = field(default_factory=dict[str, int])
    polled: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    anew: frozenset[str] = frozenset()

    def before(self, table: str) -> TableCut | None:
        """Return the table as the snapshot before has it."""
        return self.parent.tables.get(table) if self.parent else None

    def now(self, table: str) -> list[File]:
        """Return the table's files as they stand in the draft."""
        before = self.before(table)
        return self.cuts.get(table, list(before.files) if before else [])

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to the table."""
        if rows.num_rows:
            self.cuts[table] = self.now(table) + files.write(
                self.lake.tables, TABLES[table], rows
            )
            self.rows[table] = self.rows.get(table, 0) + rows.num_rows

    def replace(
        self, table: str, rows: pa.Table, *, chunks: Collection[str] | None = None
    ) -> None:
        """Replace the table, or only the months or days in `chunks`.

        If the content is the same, the files stay.
        """
        there = self.now(table)
        beside = () if chunks is None else there
        name = files.chunk_of(TABLES[table], beside)
        written = files.write(
            self.lake.tables, TABLES[table], rows, keep=there, name=name
        )
        touched = {file.chunk for file in there} if chunks is None else chunks
        if [file for file in there if file.chunk in touched] == written:
            return
        self.cuts[table] = sorted(
            [file for file in there if file.chunk not in touched] + written,
            key=lambda file: file.chunk,
        )
        self.rows[table] = rows.num_rows

    def say(self, table: str, rows: pa.Table) -> None:
        """Replace a reference table, unless these very rows were written before.

        They must still stand. A live publisher has the same ones each time.
        """
        there = tuple(file.sha256 for file in self.now(table))
        said, files_said = _SAID.get(table, (None, ()))
        before = self.before(table)
        if (
            said is rows
            and there == files_said
            and before is not None
            and before.schema_hash == files.schema_hash(TABLES[table])
        ):
            return
        self.replace(table, rows)
        _SAID[table] = rows, tuple(file.sha256 for file in self.now(table))

    def finish(
        self,
        as_of: datetime,
        simulated: bool,
        moment: datetime,
        mode: str,
        origin: str | None = None,
    ) -> Snapshot:
        """Commit the changed tables and write the snapshot.

        Args:
            origin: id of the published snapshot whose rows this one holds again; None if it
                is a publish of its own.
        """
        lake, parent = self.lake, self.parent
        cuts = {
            table: TableCut(-1, files.schema_hash(contract), ())
            for table, contract in TABLES.items()
        }
        before = dict(parent.tables if parent else {}) | self.logs
        # Without a table that was a measure once: an earlier snapshot has its rows.
        cuts |= {table: cut for table, cut in before.items() if table in TABLES}

        def committed(table: str) -> TableCut:
            return delta.commit(lake, TABLES[table], cuts.get(table), self.cuts[table])

        with ThreadPoolExecutor(_COMMITS_AT_ONCE) as pool:
            done = list(pool.map(committed, self.cuts))
        cuts |= dict(zip(self.cuts, done, strict=True))
        cuts = {
            table: cut if cut.files else replace(cut, schema_hash=history.today(table))
            for table, cut in cuts.items()
        }
        seq = parent.seq + 1 if parent else 1
        snapshot = Snapshot(
            name(as_of, seq, cuts),
            parent.id if parent else None,
            seq,
            moment,
            as_of,
            mode,
            simulated,
            cuts,
            lake.tables,
            self.marks,
            origin,
            lake=self.identity.id,
            city=self.identity.city,
            kind=self.identity.kind,
            takes_back=parent.takes_back if parent else (),
            polled=self._polled(),
            is_signed=parent is not None and parent.is_signed,
            migrations=_ran(parent, moment),
        )
        install(lake, snapshot)
        identity.begun(lake, self.identity)
        return snapshot

    def _polled(self) -> Mapping[str, datetime] | None:
        """Return up to where each feed is in the lake, once this draft is published."""
        before = self.parent.polled if self.parent else dict[str, datetime]()
        if before is None and not self.polled:
            return None
        return {**(before or {}), **self.polled}


def _ran(parent: Snapshot | None, moment: datetime) -> tuple[Ran, ...]:
    """Return the migrations that a draft has gone through: all (see `_take_over`)."""
    before = parent.migrations if parent else ()
    new = (Ran(each.name, moment, __version__) for each in pending(before))
    return (*before, *new)


# Rows of reference tables that this process wrote last, and the hashes of their files.
_SAID: dict[str, tuple[pa.Table | None, tuple[str, ...]]] = {}


@dataclass(frozen=True)
class _State:
    """The draft as measures see it (see `twin.measures.State`)."""

    draft: Draft
    engine: Engine
    previous_as_of: datetime | None
    marks: Mapping[str, Mark]

    def chunk(self, table: str, name: str) -> pa.Table:
        held = [file for file in self.draft.now(table) if file.chunk == name]
        return (
            files.read(self.draft.lake.tables, held, TABLES[table])
            if held
            else TABLES[table].empty()
        )

    def chunks(self, table: str) -> Collection[str]:
        return {file.chunk for file in self.draft.now(table)}

    def chunk_of(self, table: str, day: date) -> str:
        return files.chunk_of(TABLES[table], self.draft.now(table))(day)

    def hash(self, table: str) -> str:
        return hashlib.sha256(
            "\n".join(file.sha256 for file in self.draft.now(table)).encode()
        ).hexdigest()

    def query(
        self, sql: Sql, params: Mapping[str, object], since: datetime | None = None
    ) -> pa.Table:
        if since is None:
            return self.engine.query(sql, params)
        root = self.draft.lake.tables.resolve()
        late = {
            table: [
                f"{root}/{file.path}"
                for file in self.draft.now(table)
                if _may_reach(file, since)
            ]
            for table in sql.reads
        }
        return self.engine.query(sql, params, files=late)


def _may_reach(file: File, since: datetime) -> bool:
    """Return whether a file may hold rows that occurred or were recorded at a moment or later."""
    return (
        not file.last
        or max(from_text(file.last), from_text(file.known or file.last)) >= since
    )


# Batches, or what gives them when it is told the newest snapshot.
Batches = Iterable["Batch"] | Callable[["Snapshot | None"], Iterable["Batch"]]


def publish(
    lake: Lake,
    city: City,
    batches: Batches,
    *,
    as_of: datetime | Callable[[Snapshot | None], datetime],
    simulated: bool,
    now: Clock,
    mode: str = "live",
    after_gap: bool = False,
    witness: Witness | None = None,
    polled: Mapping[str, datetime] | None = None,
) -> tuple[Snapshot, Published]:
    """Check `batches`, work out the measures, and publish one snapshot.

    A lake of an earlier format is upgraded first (see `upgrade`).

    Args:
        batches: what the feeds give. A function is told the newest snapshot once no other
            publisher can add one.
        as_of: the moment that the data speak of, UTC, or a function as above; never before
            that of the newest snapshot, nor more than five minutes after this machine's
            clock. What was recorded later is refused, and what is refused is known from
            this moment on.
        simulated: whether the rows are made up. With `mode`, the kind of lake that they belong in.
        after_gap: whether `as_of` may lie over a hundred days after the newest snapshot.
        witness: is told what becomes of rows, and may end the publish before anything is published.
        polled: up to which moment, UTC, the rows of which feed are in `batches`, by its
            name. Looked at once they are through, so that who gives them may fill it.

    Raises:
        BusyError: another publisher holds the lake.
        DamagedError: the newest snapshot or a file of it is not what was published.
        ForeignError: the lake is of another city or kind.
        FeedError: a feed broke off.
        LakeError: the clock or `as_of` goes backwards or too far ahead, or the disk
            refuses. What was published before stays whole.
    """
    begun = time.perf_counter()
    with lake.writing():
        try:
            return _publish(
                lake,
                city,
                batches,
                as_of,
                identity.kind_of(simulated=simulated, mode=mode),
                simulated,
                now,
                mode,
                after_gap,
                witness,
                {} if polled is None else polled,
                begun,
            )
        except OSError as error:
            undo(lake)
            raise unwritable(lake.path, error) from error
        except DeltaError as error:
            undo(lake)
            raise unreadable_log(lake.path, error) from error


def undo(lake: Lake) -> None:
    """Take commits that no snapshot names out of the logs again.

    The disk may not let us take all; the next publish does the rest.
    """
    with suppress(OSError, DeltaError, LakeError):
        parent = newest(lake)
        if parent is not None and parent.format == FORMAT:
            delta.reconcile(lake, parent.tables, lake.aside(parent.as_of))


def _publish(
    lake: Lake,
    city: City,
    batches: Batches,
    as_of: datetime | Callable[[Snapshot | None], datetime],
    kind: Kind,
    simulated: bool,
    now: Clock,
    mode: str,
    after_gap: bool,
    witness: Witness | None,
    polled: Mapping[str, datetime],
    begun: float,
) -> tuple[Snapshot, Published]:
    parent, moment = newest(lake), now()
    speaks_of = as_of(parent) if callable(as_of) else as_of
    identity.guard(lake, city, parent, kind)
    _forward(lake, parent, speaks_of, moment, after_gap)
    if parent:
        ensure_intact(lake, parent)
    draft = begin(lake, city, parent, kind)
    for table, rows in city.reference.items():
        draft.say(table, rows)
    # Known in this snapshot, of whatever moment it speaks.
    refused_at = min(moment, speaks_of)
    intake = Intake(draft, refused_at, speaks_of, witness)
    try:
        for batch in _fed(batches(parent) if callable(batches) else batches):
            intake.take(batch)
        news = intake.finish()
    except BaseException:
        intake.drop()
        raise
    if witness is not None:
        witness.judge()
    draft.polled = polled
    measure(draft, city, news, speaks_of, refused_at)
    snapshot = draft.finish(
        speaks_of, simulated or (parent is not None and parent.simulated), moment, mode
    )
    done = Published(
        draft.rows,
        news["quarantine"].num_rows,
        intake.skipped,
        time.perf_counter() - begun,
    )
    _note(snapshot, done)
    return snapshot, done


def _note(snapshot: Snapshot, done: Published) -> None:
    """Say in the log what was published."""
    _log.info(
        "published",
        extra={
            "snapshot": snapshot.id,
            "rows": sum(done.rows.values()),
            "quarantined": done.quarantined,
            "skipped": done.skipped,
            "seconds": round(done.seconds, 3),
        },
    )


def begin(
    lake: Lake,
    city: City,
    parent: Snapshot | None,
    kind: Kind,
    broken: Collection[str] = (),
) -> Draft:
    """Begin on the next snapshot.

    What killed writers left is cleared away, an old lake upgraded, the logs set right, and
    what an earlier version of this program wrote taken over.

    Args:
        broken: tables that the caller will write whole, since files of them are damaged.
    """
    may_sign(lake, parent)
    for folder in (lake.path, lake.snapshots):
        sweep(folder)
    parent = upgraded(lake, parent, city, kind)
    if parent and is_rollback(parent):
        set_aside(lake, parent)
    owner = identity.claim(lake, city, kind, parent)
    draft = Draft(lake, parent, owner)
    draft.logs.update(
        delta.reconcile(
            lake,
            parent.tables if parent else {},
            lake.aside(parent.as_of if parent else _NO_MOMENT),
        )
    )
    _take_over(draft, broken)
    return draft


# Of what a first publish left that was killed: it speaks of no moment of any data.
_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


def _fed(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Yield the batches; a feed that breaks off is not a disk that refuses."""
    feed = iter(batches)
    while True:
        try:
            batch = next(feed)
        except StopIteration:
            return
        except OSError as error:
            raise FeedError(
                f"A feed cannot be read to its end: {error.strerror or error}.",
                why="nothing of it was published, so that no half of it counts.",
                fix=(
                    f"look at {error.filename or 'where the feed reads from'}, then run"
                    " the same command again."
                ),
            ) from error
        yield batch


def _take_over(draft: Draft, broken: Collection[str]) -> None:
    """Bring tables that an earlier version of this program wrote into today's form.

    Measures are worked out from nothing; rows in need of a migration are written anew. To
    which a column was only added, files stay: they are read as if it was null in them.
    """
    if draft.parent is None:
        return
    draft.anew = older.reckoned_anew(draft.parent)
    for table in draft.anew:
        if draft.now(table):
            draft.cuts[table] = []
    for table in sorted(older.in_need(draft.parent) & draft.parent.tables.keys()):
        if draft.now(table):
            draft.cuts[table] = (
                [] if table in broken else migrated(draft.lake, draft.parent, table)
            )


_AHEAD = timedelta(minutes=5)
_GAP = timedelta(days=100)

# A measure of weeks of rows, on a machine with much else to do, must not cost the publish.
_PATIENCE_S = 900.0


def _forward(
    lake: Lake,
    parent: Snapshot | None,
    as_of: datetime,
    moment: datetime,
    after_gap: bool,
) -> None:
    """Refuse moments that a clock set wrong would give.

    Each snapshot that speaks of the future blocks the lake until then.
    """
    back = (
        f"`twin snapshot rollback --lake {lake.path}` takes the newest snapshot back."
    )
    if parent and as_of < parent.as_of:
        raise LakeError(
            f"The new data speak of {to_text(as_of)}, but the newest snapshot of"
            f" {to_text(parent.as_of)}.",
            why="time would go backwards; nothing was written.",
            fix=f"check the feed's clock; if the newest snapshot is wrong, {back}",
        )
    if parent and moment < parent.created_at:
        raise LakeError(
            f"This machine's clock says {to_text(moment)}, but the newest snapshot was"
            f" published at {to_text(parent.created_at)}.",
            why="the clock was set back; nothing was written.",
            fix=f"set the clock right; if it was wrong before, {back}",
        )
    if as_of > moment + _AHEAD:
        raise LakeError(
            f"The new data speak of {to_text(as_of)}, but this machine's clock says"
            f" {to_text(moment)}.",
            why="data cannot be of the future; nothing was written.",
            fix="set the clock right, or end the data earlier.",
        )
    if parent and not after_gap and as_of > parent.as_of + _GAP:
        raise LakeError(
            f"The new data speak of {to_text(as_of)}, the newest snapshot of"
            f" {to_text(parent.as_of)}: {(as_of - parent.as_of).days} days lie"
            " between.",
            why=(
                "a clock set wrong would block the lake until then; nothing was"
                " written."
            ),
            fix=(
                "set the clock right; if there were truly no data for so long, say"
                " --after-gap."
            ),
        )


def measure(
    draft: Draft,
    city: City,
    fresh: Mapping[str, pa.Table],
    as_of: datetime,
    refused_at: datetime,
    anew: frozenset[str] = frozenset(),
) -> None:
    """Work out what the new rows change in the measures.

    Rows that break a measure's contract go to quarantine.

    Args:
        anew: measures that are worked out from nothing.
    """
    paths = {
        table: [f"{draft.lake.tables}/{file.path}" for file in draft.now(table)]
        for table in TABLES
    }
    how = {
        path: earlier
        for table, contract in TABLES.items()
        if contract.kind != "measure"
        for path, earlier in older.earlier_of(
            draft.lake.tables, table, draft.now(table)
        ).items()
    }
    parent, root = draft.parent, draft.lake.tables
    with Engine.from_files(
        paths, root=root, earlier=how, lazily=True, patience_s=_PATIENCE_S
    ) as engine:
        marks = _usable_marks(parent, anew | draft.anew)
        state = _State(draft, engine, parent.as_of if parent else None, marks)
        for update in compute(city, state, fresh, as_of):
            if isinstance(update, tuple):
                draft.marks[update[0]] = update[1]
                continue
            rows = _kept(draft, update, refused_at)
            if update.how == "append":
                draft.append(update.table, rows)
            else:
                draft.replace(
                    update.table,
                    rows,
                    chunks=update.chunks if update.how == "replace_chunks" else None,
                )


def _usable_marks(parent: Snapshot | None, anew: frozenset[str]) -> dict[str, Mark]:
    """Return the marks of the measures whose tables stand in today's form.

    That is the form that this program writes. Those in `anew` are left out.
    """
    if parent is None:
        return {}
    return {
        name: mark
        for name, mark in parent.marks.items()
        if name not in anew
        and (
            name not in parent.tables
            or parent.tables[name].schema_hash == files.schema_hash(TABLES[name])
        )
    }


def _kept(draft: Draft, update: MeasureUpdate, refused_at: datetime) -> pa.Table:
    """Return the rows of an update that keep the contract of their table.

    The others go to quarantine, whole.
    """
    fresh = update.rows if update.fresh is None else update.rows.slice(0, update.fresh)
    done = check(
        TABLES[update.table],
        fresh,
        feed="measures",
        origin=update.table,
        recorded_at=refused_at,
    )
    if not done.bad.num_rows:
        return update.rows
    draft.append(
        "quarantine", dedupe.unheld(draft.lake, draft.now("quarantine"), done.bad)
    )
    carried = update.rows.slice(fresh.num_rows)
    return pa.concat_tables([done.good, carried])


def install(lake: Lake, snapshot: Snapshot) -> None:
    """Write the snapshot's file: the moment from which readers see it.

    Then bear witness in the pointer.

    Raises:
        LakeError: the lake is signed and this process has no key.
    """
    may_sign(lake, snapshot)
    write_whole(
        lake.snapshots / f"{snapshot.id}.json",
        seal.seal(snapshot.payload(), seal.key()),
    )
    with suppress(OSError):  # the pointer is a hint: the snapshot is published
        point(lake, snapshot)


def may_sign(lake: Lake, before: Snapshot | None) -> None:
    """Make sure that what follows a signed snapshot can be signed.

    Raises:
        LakeError: this process has no key.
    """
    if before is not None and before.is_signed and seal.key() is None:
        raise LakeError(
            f"The lake {lake.path} is signed, and this program was given no key.",
            why="an unsigned snapshot would be refused by whoever has the key.",
            fix=f"name the key's file in {seal.KEY_FILE}.",
        )


def point(lake: Lake, snapshot: Snapshot) -> None:
    """Let the pointer name a snapshot."""
    said = {"format": FORMAT, "lake": snapshot.lake, "snapshot": snapshot.id}
    write_whole(lake.pointer, seal.seal(said, seal.key()))
