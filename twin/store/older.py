"""Snapshots that an earlier version of this program wrote.

What they lack is filled in, and what was reckoned otherwise is reckoned anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from twin.contracts import TABLES, history
from twin.contracts.check import check
from twin.engine import Earlier, Engine, Step
from twin.errors import LakeError
from twin.measures import Mark, compute, rests_on
from twin.store import files
from twin.store.migrations import pending
from twin.store.snapshot import RULE

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from twin.city import City
    from twin.engine import Sql
    from twin.store.migrations import Migration
    from twin.store.snapshot import File, Snapshot

__all__ = [
    "earlier",
    "earlier_of",
    "engine_over",
    "in_need",
    "only_adds",
    "reckoned_anew",
    "step",
    "why_not",
    "written_schema",
]


def why_not(snapshot: Snapshot, table: str) -> str:
    """Return why this program cannot read a table of a snapshot; '' if it can.

    It can as it stands, with columns that are null, through migrations, or from the logs
    again. A table whose files are not there to be asked is damaged, which others find out.
    """
    cut = snapshot.tables[table]
    if table not in TABLES or TABLES[table].kind == "measure":
        return ""
    steps = _pending(snapshot, table)
    wanted = _since(steps[0]) if steps else TABLES[table].schema
    for form in sorted(cut.forms - (set() if steps else {history.today(table)})):
        held, is_there = _schema_of(snapshot.root, table, form, cut.files)
        if held is None:
            return "" if not is_there else f"nobody knows the form {form} of {table}"
        if said := history.strange_to(wanted, held):
            return said[0]
    return ""


def earlier(snapshot: Snapshot, tables: Collection[str]) -> dict[str, Earlier]:
    """Return how the files of tables become today's, by path below the snapshot's root.

    Files that are of today's form, and in need of no migration, are left out.
    """
    found: dict[str, Earlier] = {}
    for table in tables & snapshot.tables.keys() & TABLES.keys():
        if TABLES[table].kind != "measure":
            files = snapshot.tables[table].files
            steps = tuple(step(each) for each in _pending(snapshot, table))
            found |= earlier_of(snapshot.root, table, files, steps)
    return found


def earlier_of(
    root: Path, table: str, files: Collection[File], steps: tuple[Step, ...] = ()
) -> dict[str, Earlier]:
    """Return how files of one table become today's, by their path."""
    today, found = history.today(table), dict[str, Earlier]()
    for form in {file.form for file in files}:
        if form in {"", today} and not steps:
            continue
        held, _ = _schema_of(root, table, form or today, files)
        # Of files that are not there to be asked nothing will be read either.
        if held is not None:
            how = Earlier(frozenset(held.names), steps)
            found |= {file.path: how for file in files if file.form == form}
    return found


def step(migration: Migration) -> Step:
    """Return a migration as the engine takes it.

    Raises:
        LakeError: the history does not know the form that it begins with.
    """
    columns = tuple((field.name, field.type) for field in _since(migration))
    return Step(columns, migration.sql)


def in_need(snapshot: Snapshot) -> frozenset[str]:
    """Return the logs and reference tables whose rows must go through a migration."""
    return frozenset(
        each.table
        for each in pending(snapshot.migrations)
        if each.table in TABLES and TABLES[each.table].kind != "measure"
    )


def written_schema(root: Path, table: str, files: Collection[File]) -> pa.Schema:
    """Return the schema under which other engines read files of a table as they are.

    It is the contract's, unless a migration of the files is still to come: then it is the
    longest that the files have.
    """
    schemas = [
        held
        for form in {file.form for file in files} - {"", history.today(table)}
        if (held := _schema_of(root, table, form, files)[0]) is not None
        and history.strange_to(TABLES[table].schema, held)
    ]
    return max(schemas, key=len, default=TABLES[table].schema)


def only_adds(snapshot: Snapshot, table: str) -> bool:
    """Return whether today's form only adds to those of a log's or reference table's files."""
    cut = snapshot.tables[table]
    if TABLES[table].kind == "measure":
        return cut.forms <= {history.today(table)}
    return not _pending(snapshot, table) and not why_not(snapshot, table)


def reckoned_anew(snapshot: Snapshot) -> frozenset[str]:
    """Return the measures whose rows cannot be used.

    They are of another form, of the snapshot's own moment by another rule, or rest on rows
    that a migration changes; or the snapshot is older than they are.

    A measure rests on logs alone, so nothing is lost.
    """
    changed, found = in_need(snapshot), set[str]()
    for table, contract in TABLES.items():
        if contract.kind != "measure":
            continue
        cut = snapshot.tables.get(table)
        is_of_moment = contract.chunk == "all" and snapshot.rule < RULE
        if (
            cut is None
            or is_of_moment
            or cut.schema_hash != history.today(table)
            or (changed and not changed.isdisjoint(rests_on(table, reference=True)))
        ):
            found.add(table)
    return frozenset(found)


def _pending(snapshot: Snapshot, table: str) -> tuple[Migration, ...]:
    """Return the migrations that a table's rows have not gone through yet, in order."""
    return tuple(each for each in pending(snapshot.migrations) if each.table == table)


def _since(migration: Migration) -> pa.Schema:
    """Return the columns that a migration's SELECT may read."""
    found = history.schema_of(migration.table, migration.since)
    if found is None:
        raise LakeError(
            f"The migration {migration.name} begins with the form {migration.since} of"
            f" {migration.table}, which the history of the contracts does not have.",
            fix="see docs/changing-a-contract.md.",
        )
    return found


# Schemas that files told, by their hash: what has the same hash is the same.
_TOLD: dict[str, pa.Schema] = {}


def _schema_of(
    root: Path, table: str, form: str, files: Iterable[File]
) -> tuple[pa.Schema | None, bool]:
    """Return the columns of a form, and whether any file of it could be asked.

    The history of the contracts knows most. A form that it does not have, as of programs
    from before there was a history, is read from a file's own footer: the hash, which the
    snapshot's seal covers, says whether that is the truth.
    """
    known = history.schema_of(table, form) or _TOLD.get(form)
    if known is not None:
        return known, True
    is_there = False
    for file in files:
        if file.form in {"", form}:
            try:
                said = pq.read_schema(root / file.path)
            except (OSError, ValueError):
                continue
            is_there = True
            bare = pa.schema([pa.field(f.name, f.type, f.nullable) for f in said])
            if history.hash_of(bare) == form:
                return _TOLD.setdefault(form, bare), True
    return None, is_there


def engine_over(
    snapshot: Snapshot,
    city: City,
    *,
    threads: int = 2,
    anew: Collection[str] = (),
    without: Collection[str] = (),
) -> Engine:
    """Open an engine over a snapshot whose files are whole, as this program would have written it.

    Args:
        anew: measures that are worked out again though their form is today's: their files
            are damaged.
        without: tables whose files are damaged; they are empty, and no answer may rest on them.

    Raises:
        QueryError: a file is not of its table, or a measure cannot be worked out.
    """
    anew = reckoned_anew(snapshot).union(anew).difference(without)
    files = {
        table: paths
        for table, paths in snapshot.all_files().items()
        if table not in anew and table not in without
    }
    how = earlier(snapshot, files.keys())
    if not anew:
        return Engine.from_files(
            files, root=snapshot.root, threads=threads, earlier=how
        )
    with Engine.from_files(
        files, root=snapshot.root, threads=threads, earlier=how
    ) as engine:
        made = _reckoned(snapshot, city, engine, anew)
    return Engine.from_files(
        files, root=snapshot.root, threads=threads, earlier=how, tables=made
    )


@dataclass(frozen=True)
class _State:
    """A snapshot as seen by measures that are worked out for it again.

    See `twin.measures.State`.
    """

    snapshot: Snapshot
    engine: Engine
    marks: Mapping[str, Mark] = field(default_factory=dict[str, Mark])
    made: Mapping[str, list[pa.Table]] = field(
        default_factory=dict[str, list[pa.Table]]
    )

    @property
    def previous_as_of(self) -> datetime | None:
        # All rows are in the logs already: none are news to be added to what stands.
        return self.snapshot.as_of

    def query(
        self,
        sql: Sql,
        params: Mapping[str, object],
        since: datetime | None = None,  # noqa: ARG002
    ) -> pa.Table:
        made = {
            table: pa.concat_tables(self.made[table])
            for table in sql.reads
            if table in self.made
        }
        return self.engine.query(sql, params, instead=made)

    # There are no rows to go on from.
    def chunk(self, table: str, name: str) -> pa.Table:  # noqa: ARG002
        return TABLES[table].empty()

    # There are none to take away.
    def chunks(self, table: str) -> Collection[str]:  # noqa: ARG002
        return ()

    def chunk_of(self, table: str, day: date) -> str:
        return files.chunk_of(TABLES[table])(day)

    def hash(self, table: str) -> str:
        cut = self.snapshot.tables.get(table)
        return cut.sha256 if cut else ""


def _reckoned(
    snapshot: Snapshot, city: City, engine: Engine, tables: frozenset[str]
) -> dict[str, pa.Table]:
    """Return the rows of measures at the moment of the snapshot.

    Rows that break their contract are left out, as at publish.
    """
    made = {table: [TABLES[table].empty()] for table in tables}
    for update in compute(
        city, _State(snapshot, engine, made=made), {}, snapshot.as_of, only=tables
    ):
        if isinstance(update, tuple) or update.table not in tables:
            continue
        rows = check(
            TABLES[update.table],
            update.rows,
            feed="measures",
            origin=update.table,
            recorded_at=snapshot.as_of,
        ).good
        made[update.table] = [
            *([] if update.how == "replace" else made[update.table]),
            rows,
        ]
    return {table: pa.concat_tables(parts) for table, parts in made.items()}
