"""Data files: sorted, cut by month or day, hashed while they are written.

They are on the disk before anybody hears of them.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from twin.clock import from_text, to_text
from twin.contracts.history import hash_of
from twin.store.snapshot import File

if TYPE_CHECKING:
    from pathlib import Path

    from twin.contracts import Table

_ROW_GROUP = 122_880
_FORMS = {"month": "%Y-%m", "day": "%Y-%m-%d"}
# Cases last four weeks at most: what is folded is hardly ever written again.
_FOLDED_AFTER = timedelta(days=32)


def schema_hash(table: Table) -> str:
    """Return a short hash of a table's columns and types: its form (see `history`)."""
    return hash_of(table.schema)


# Names the piece of a table that holds a day's rows.
ChunkOf = Callable[[date], str]


def chunk_of(table: Table, held: Iterable[File] = ()) -> ChunkOf:
    """Return what names the piece that a day's rows stand in, or would stand in.

    It depends on the files that are there.
    """
    if table.chunk == "all":
        return lambda _day: "all"
    if table.chunk in _FORMS:
        return lambda day: f"{day:{_FORMS[table.chunk]}}"
    days = {file.chunk for file in held}
    month_ends = {
        file.chunk: from_text(file.last).date()
        for file in held
        if len(file.chunk) == len("2026-07")
    }

    def rolling(day: date) -> str:
        by_day, by_month = f"{day:%Y-%m-%d}", f"{day:%Y-%m}"
        is_folded = (
            by_day not in days
            and by_month in month_ends
            and day <= month_ends[by_month]
        )
        return by_month if is_folded else by_day

    return rolling


def folded_chunk(table: Table, chunk: str, as_of: datetime) -> str:
    """Return the piece that compaction puts a piece into.

    A day of a rolling table that is over a month old goes into its month.
    """
    is_day = table.chunk == "rolling" and len(chunk) == len("2026-07-16")
    return (
        chunk[:7] if is_day and chunk < f"{as_of - _FOLDED_AFTER:%Y-%m-%d}" else chunk
    )


def chunks(
    table: Table, rows: pa.Table, name: ChunkOf | None = None
) -> Iterator[tuple[str, pa.Table]]:
    """Part `rows` into the pieces that go into one file each, in order.

    Each comes with its name.
    """
    if not rows.num_rows:
        return
    if table.chunk == "all":
        yield "all", rows
        return
    named = name or chunk_of(table)
    days = rows["occurred_at"].cast(pa.date32())
    order = pc.sort_indices(days)
    counts = {row["values"]: row["counts"] for row in pc.value_counts(days).to_pylist()}
    pieces: dict[str, list[pa.Array]] = {}
    at = 0
    for day in sorted(counts):
        pieces.setdefault(named(day), []).append(order.slice(at, counts[day]))
        at += counts[day]
    for piece in sorted(pieces):
        yield piece, rows.take(pa.concat_arrays(pieces[piece]))


def ordered(table: Table, rows: pa.Table) -> pa.Table:
    """Sort `rows` as the contract says, ties broken by the key.

    So the same rows give the same bytes.
    """
    by = [*table.sort, *(name for name in table.key if name not in table.sort)]
    return rows.sort_by([(name, "ascending") for name in by])


def write(
    root: Path,
    table: Table,
    rows: pa.Table,
    keep: Iterable[File] = (),
    name: ChunkOf | None = None,
) -> list[File]:
    """Write `rows` under `root/<table>`, one file per chunk, and return the files.

    Rows are in the contract's schema.

    Args:
        keep: files that are there already: a piece with the same bytes as one of them is
            not written again.
        name: names the piece of a day; as the contract has it if not given.
    """
    folder = root / table.name
    folder.mkdir(parents=True, exist_ok=True)
    there = {(file.chunk, file.sha256): file for file in keep}

    def written(piece: tuple[str, pa.Table]) -> File:
        return _write(folder, table, *piece, there)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(written, chunks(table, rows, name)))


def _write(
    folder: Path,
    table: Table,
    chunk: str,
    rows: pa.Table,
    there: Mapping[tuple[str, str], File],
) -> File:
    sink = pa.BufferOutputStream()
    pq.write_table(
        ordered(table, rows),
        sink,
        compression="zstd",
        data_page_version="2.0",
        row_group_size=_ROW_GROUP,
        write_page_checksum=True,
        store_schema=True,
    )
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
    return File(
        f"{table.name}/{path.name}",
        chunk,
        rows.num_rows,
        data.size,
        sha256,
        first,
        last,
        _bounds(rows, "recorded_at")[1],
        schema_hash(table),
    )


def _bounds(rows: pa.Table, column: str) -> tuple[str, str]:
    if column not in rows.column_names or not rows.num_rows:
        return "", ""
    both = pc.min_max(rows[column]).as_py()
    return to_text(both["min"]), to_text(both["max"])


def read(root: Path, files: Iterable[File], table: Table | None = None) -> pa.Table:
    """Read the rows of `files`, page checksums verified.

    Args:
        table: the contract in whose schema they are wanted: a column that a file lacks was
            added later, and is null in every row of it. None for rows as they stand.
    """
    held = [
        pq.read_table(root / file.path, page_checksum_verification=True)
        for file in files
    ]
    return pa.concat_tables(
        held if table is None else [as_today(rows, table) for rows in held]
    )


def as_today(rows: pa.Table, table: Table) -> pa.Table:
    """Return rows of a form that today's only adds to, in the schema of today's.

    Raises:
        ValueError: a column that may not be null is.
    """
    columns = [
        rows[field.name]
        if field.name in rows.column_names
        else pa.nulls(rows.num_rows, field.type)
        for field in table.schema
    ]
    return pa.table(columns, names=table.schema.names).cast(table.schema)
