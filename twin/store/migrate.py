"""Rows of an earlier contract, written anew as today's: what a migration does to a lake.

The files that were there are left as they are: snapshots from before name them still, and are
read through the same migration (see `older`). The new ones count once a snapshot names them,
like all that is published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from twin.contracts import TABLES
from twin.engine import Engine
from twin.errors import LakeError, QueryError
from twin.store import files, older
from twin.store.snapshot import File

if TYPE_CHECKING:
    import pyarrow as pa

    from twin.contracts import Table
    from twin.store.lake import Lake
    from twin.store.snapshot import Snapshot


def migrated(lake: Lake, snapshot: Snapshot, table: str) -> list[File]:
    """Write the rows of a table through its migrations, one file at a time.

    Raises:
        LakeError: a row does not come through, or comes through as what its contract does
            not allow. Nothing that counts was changed.
    """
    contract, made = TABLES[table], list[File]()
    how = older.earlier(snapshot, {table})
    with Engine.from_files({}, root=lake.tables, earlier=how, lazily=True) as engine:
        for file in snapshot.tables[table].files:
            rows = _through(engine, lake, contract, file)
            name = files.chunk_of(contract, [file])
            made += files.write(lake.tables, contract, rows, name=name)
    return made


def _through(engine: Engine, lake: Lake, contract: Table, file: File) -> pa.Table:
    try:
        rows = engine.rows(contract.name, lake.tables / file.path)
    except QueryError as error:
        raise _failed(contract, error.why or error.what) from error
    if rows.num_rows != file.rows:
        raise _failed(contract, f"of {file.rows:,} rows {rows.num_rows:,} come out.")
    for column in contract.columns:
        held = rows[column.name]
        if held.null_count and not column.null:
            raise _failed(contract, f"{held.null_count:,} rows have no {column.name}.")
        strange = [
            value
            for value in pc.unique(held).to_pylist()
            if column.allowed and value is not None and value not in column.allowed
        ]
        if strange:
            raise _failed(contract, f"{column.name} becomes {str(strange[0])[:80]!r}.")
    return rows.cast(contract.schema)


def _failed(contract: Table, why: str) -> LakeError:
    return LakeError(
        f"The rows of {contract.name} cannot be brought to today's contract.",
        why=f"{why} The lake is as it was.",
        fix=(
            "go on with the program that wrote the lake, and report this: a migration of"
            f" {contract.name} must be mended."
        ),
    )
