"""Snapshots that an earlier version of this program wrote.

What they lack is filled in, and what was reckoned otherwise is reckoned anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa

from twin.contracts import TABLES
from twin.contracts.check import check
from twin.engine import Engine
from twin.measures import Mark, compute
from twin.store import files
from twin.store.files import hash_of
from twin.store.snapshot import RULE

if TYPE_CHECKING:
    from datetime import date, datetime

    from twin.city import City
    from twin.engine import Sql
    from twin.store.snapshot import Snapshot, TableCut

__all__ = ["engine_over", "is_readable", "lacking", "reckoned_anew"]


def is_readable(table: str, cut: TableCut) -> bool:
    """Return whether this program can read a table.

    It can be as it stands, with columns that are null, or from the logs again.
    """
    return (
        table not in TABLES
        or TABLES[table].kind == "measure"
        or _missing(table, cut) is not None
    )


def lacking(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """Return, for logs and reference tables, the columns that their files do not have.

    They are null therefore.
    """
    held = {
        table: cut
        for table, cut in snapshot.tables.items()
        if table in TABLES and TABLES[table].kind != "measure"
    }
    return {
        table: names for table, cut in held.items() if (names := _missing(table, cut))
    }


def reckoned_anew(snapshot: Snapshot) -> frozenset[str]:
    """Return the measures whose rows cannot be used.

    They are of another form, or of the snapshot's own moment by another rule.

    A measure rests on logs alone, so nothing is lost.
    """
    found: set[str] = set()
    for table, cut in snapshot.tables.items():
        if table in TABLES and TABLES[table].kind == "measure":
            is_of_moment = TABLES[table].chunk == "all" and snapshot.rule < RULE
            if is_of_moment or _missing(table, cut) != ():
                found.add(table)
    return frozenset(found)


def _missing(table: str, cut: TableCut) -> tuple[str, ...] | None:
    """Return the last columns that a table must be short of to have the schema of `cut`.

    Return None if that explains nothing.
    """
    return _forms(table).get(cut.schema_hash)


@cache
def _forms(table: str) -> Mapping[str, tuple[str, ...]]:
    """Return the hash of each schema that a table may be read from.

    To each belong the columns that it is short of.
    """
    contract = TABLES[table]
    found: dict[str, tuple[str, ...]] = {}
    for schema in (
        _stricter(contract.schema, contract.never_null_before),
        contract.schema,
    ):
        found[hash_of(schema)] = ()
        for n in range(len(schema) - 1, 0, -1):
            if not schema.field(n).nullable:
                break
            found[hash_of(pa.schema(list(schema)[:n]))] = tuple(schema.names[n:])
    return found


def _stricter(schema: pa.Schema, names: Collection[str]) -> pa.Schema:
    """Return a schema in which columns are never null: what keeps it keeps today's too."""
    return pa.schema(
        [
            column.with_nullable(False) if column.name in names else column
            for column in schema
        ]
    )


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
    anew, short = (
        reckoned_anew(snapshot).union(anew).difference(without),
        lacking(snapshot),
    )
    files = {
        table: paths
        for table, paths in snapshot.all_files().items()
        if table not in anew and table not in without
    }
    if not anew:
        return Engine.from_files(
            files, root=snapshot.root, threads=threads, lacking=short
        )
    with Engine.from_files(
        files, root=snapshot.root, threads=threads, lacking=short
    ) as engine:
        made = _reckoned(snapshot, city, engine, anew)
    return Engine.from_files(
        files, root=snapshot.root, threads=threads, lacking=short, tables=made
    )


@dataclass(frozen=True)
class _State:
    """A snapshot as seen by measures that are worked out for it again.

    See `twin.measures.State`.
    """

    snapshot: Snapshot
    engine: Engine
    marks: Mapping[str, Mark] = field(default_factory=dict[str, Mark])

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
        return self.engine.query(sql, params)

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
        city, _State(snapshot, engine), {}, snapshot.as_of, only=tables
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
