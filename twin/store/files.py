"""Data files: sorted, cut by month or day, hashed while they are written, on the disk before anybody hears of them."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from twin.arrow import compute as pc
from twin.clock import to_text
from twin.store.snapshot import File

if TYPE_CHECKING:
    from pathlib import Path

    from twin.contracts import Table

_ROW_GROUP = 122_880
_FORMS = {"month": "%Y-%m", "day": "%Y-%m-%d"}


def schema_hash(table: Table) -> str:
    """Answer a short hash of a table's columns and types."""
    return hashlib.sha256(str(table.schema).encode()).hexdigest()[:16]


def chunks(table: Table, rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Part `rows` into the pieces that go into one file each, with the name of the piece, in order."""
    if table.chunk == "all" or not rows.num_rows:
        if rows.num_rows:
            yield "all", rows
        return
    names = pc.strftime(rows["occurred_at"], format=_FORMS[table.chunk])
    for name in sorted(pc.unique(names).to_pylist()):
        yield name, rows.filter(pc.equal(names, name))


def ordered(table: Table, rows: pa.Table) -> pa.Table:
    """Sort `rows` as the contract says, ties broken by the key, so that the same rows give the same bytes."""
    by = [*table.sort, *(name for name in table.key if name not in table.sort)]
    return rows.sort_by([(name, "ascending") for name in by])


def write(root: Path, table: Table, rows: pa.Table, keep: Iterable[File] = ()) -> list[File]:
    """Write `rows` under `root/<table>`, one file per chunk; answer the files that hold them. Rows are in the contract's schema.

    Args:
        keep: files that are there already: a piece with the same bytes as one of them is not written again.
    """
    folder = root / table.name
    folder.mkdir(parents=True, exist_ok=True)
    there = {(file.chunk, file.sha256): file for file in keep}
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda piece: _write(folder, table, piece[0], piece[1], there), chunks(table, rows)))


def _write(folder: Path, table: Table, chunk: str, rows: pa.Table, there: Mapping[tuple[str, str], File]) -> File:
    sink = pa.BufferOutputStream()
    pq.write_table(ordered(table, rows), sink, compression="zstd", data_page_version="2.0", row_group_size=_ROW_GROUP,
                   write_page_checksum=True, store_schema=True)
    data = sink.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    if (chunk, sha256) in there:
        return there[chunk, sha256]
    path = folder / f"part-{chunk}-{uuid.uuid4().hex}.parquet"
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    first, last = _bounds(rows, "occurred_at")
    return File(f"{table.name}/{path.name}", chunk, rows.num_rows, data.size, sha256, first, last,
                _bounds(rows, "recorded_at")[1])


def _bounds(rows: pa.Table, column: str) -> tuple[str, str]:
    if column not in rows.column_names or not rows.num_rows:
        return "", ""
    both = pc.min_max(rows[column]).as_py()
    return to_text(both["min"]), to_text(both["max"])


def read(root: Path, files: list[File]) -> pa.Table:
    """Read the rows of `files`, page checksums verified."""
    return pa.concat_tables([pq.read_table(root / file.path, page_checksum_verification=True) for file in files])
