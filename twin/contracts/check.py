"""Hold rows against their contract: the good go on, the bad go to quarantine with a sentence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.base import Column, Table
from twin.contracts.measured import QUARANTINE


@dataclass(frozen=True)
class Checked:
    """Good rows in the contract's schema and order; bad rows in the schema of `quarantine`."""

    good: pa.Table
    bad: pa.Table


def check(table: Table, rows: pa.Table, *, feed: str, origin: str, recorded_at: datetime, row_numbers: pa.Array | None = None,
          raw: pa.Table | None = None) -> Checked:
    """Part `rows` into good and bad.

    Args:
        table: the contract.
        rows: any columns in any order; types that cast without loss are cast.
        feed, origin: who gave the rows and from where, for quarantine.
        recorded_at: moment of refusal, UTC.
        row_numbers: number of each row in its origin, from 1; null where there are none.
        raw: the rows as they were given, if `rows` was already worked on; kept whole in quarantine.
    """
    reasons = np.full(rows.num_rows, "", dtype=object)
    unknown = sorted(set(rows.column_names) - {column.name for column in table.columns})
    if unknown:
        _mark(reasons, np.ones(rows.num_rows, dtype=bool), f"{table.name} has no column {', '.join(unknown)}.")
    columns = {column.name: _column(column, rows, reasons, table) for column in table.columns}
    cast = pa.table(columns, schema=pa.schema([pa.field(c.name, c.type) for c in table.columns]))
    for sentence, expression in table.rules.items():
        _mark(reasons, ~_true_or_null(cast, expression), f"{table.name}: the rule '{sentence}' does not hold.")
    _duplicates(table, cast, reasons)
    kept = pa.array(reasons == "")
    good = cast.filter(kept).cast(table.schema) if not bool(pc.all(kept).as_py() or rows.num_rows == 0) else cast.cast(table.schema)
    return Checked(good, _quarantine(table, raw if raw is not None else rows, reasons, feed, origin, recorded_at, row_numbers))


def _mark(reasons: np.ndarray, wrong: np.ndarray, sentence: str) -> None:
    """Note `sentence` for rows that are `wrong` and have no reason yet: the first fault is the one told."""
    reasons[wrong & (reasons == "")] = sentence


def _column(column: Column, rows: pa.Table, reasons: np.ndarray, table: Table) -> pa.ChunkedArray:
    if column.name not in rows.column_names:
        if not column.null:
            _mark(reasons, np.ones(rows.num_rows, dtype=bool), f"{table.name}.{column.name} is missing ({column.doc}).")
        return pa.chunked_array([pa.nulls(rows.num_rows, column.type)])
    values = _cast(column, rows[column.name], reasons, table)
    if not column.null and values.null_count:
        _mark(reasons, _mask(pc.is_null(values)), f"{table.name}.{column.name} is empty ({column.doc}).")
    if pa.types.is_floating(column.type):
        _mark(reasons, _mask(pc.invert(pc.is_finite(values))), f"{table.name}.{column.name} is not a finite number.")
    for bound, outside, word in ((column.low, pc.less, "least"), (column.high, pc.greater, "most")):
        if bound is not None:
            limit = pa.scalar(bound if pa.types.is_floating(column.type) else int(bound))
            _mark(reasons, _mask(outside(values, limit)), f"{table.name}.{column.name} is out of range: at {word} {bound:g} {column.unit}.")
    if column.allowed:
        wrong = pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, pa.array(column.allowed))))
        _mark(reasons, _mask(wrong), f"{table.name}.{column.name} is none of {', '.join(column.allowed)}.")
    return values


def _cast(column: Column, values: pa.ChunkedArray, reasons: np.ndarray, table: Table) -> pa.ChunkedArray:
    if values.type == column.type:
        return values
    if pa.types.is_timestamp(values.type) and values.type.tz is None and pa.types.is_timestamp(column.type):
        _mark(reasons, _mask(pc.is_valid(values)), f"{table.name}.{column.name} has no time zone.")
        return pa.chunked_array([pa.nulls(len(values), column.type)])
    try:
        return values.cast(column.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _cast_each(column, values, reasons, table)


def _cast_each(column: Column, values: pa.ChunkedArray, reasons: np.ndarray, table: Table) -> pa.ChunkedArray:
    """Cast row by row, so that one bad value does not take the good ones with it."""
    found: list[object] = []
    for at, value in enumerate(values):
        try:
            found.append(value.cast(column.type).as_py())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            found.append(None)
            if not reasons[at]:
                reasons[at] = f"{table.name}.{column.name} is not {_plain(column.type)}: {str(value.as_py())[:40]!r}."
    return pa.chunked_array([pa.array(found, column.type)])


def _plain(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "a moment with a zone"
    if pa.types.is_boolean(kind):
        return "yes or no"
    return "a whole number" if pa.types.is_integer(kind) else "a number" if pa.types.is_floating(kind) else "text"


def _mask(values: pa.ChunkedArray | pa.Array) -> np.ndarray:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False) if isinstance(values, pa.Array)
                      else pc.fill_null(values, False).to_numpy(), dtype=bool)


def _true_or_null(rows: pa.Table, expression: pc.Expression) -> np.ndarray:
    numbered = rows.append_column("_at", pa.array(np.arange(rows.num_rows)))
    broken = numbered.filter(~expression)["_at"].to_numpy() if rows.num_rows else np.array([], dtype=np.int64)
    holds = np.ones(rows.num_rows, dtype=bool)
    holds[broken] = False
    return holds


def _duplicates(table: Table, rows: pa.Table, reasons: np.ndarray) -> None:
    """The first row of a key is kept; the others are refused."""
    good = np.flatnonzero(reasons == "")
    if len(good) < 2:
        return
    keyed = rows.select(list(table.key)).take(pa.array(good)).append_column("_at", pa.array(good))
    first = keyed.group_by(list(table.key), use_threads=False).aggregate([("_at", "min")])["_at_min"].to_numpy()
    if len(first) < len(good):
        again = np.ones(rows.num_rows, dtype=bool)
        again[first] = False
        _mark(reasons, again & (reasons == ""), f"{table.name}: a row with the same {', '.join(table.key)} stands before it.")


def _quarantine(table: Table, rows: pa.Table, reasons: np.ndarray, feed: str, origin: str, recorded_at: datetime,
                row_numbers: pa.Array | None) -> pa.Table:
    bad = np.flatnonzero(reasons != "")
    if not len(bad):
        return QUARANTINE.empty()
    raws = [json.dumps(row, ensure_ascii=False, default=str) for row in rows.take(pa.array(bad)).to_pylist()]
    numbers = row_numbers.take(pa.array(bad)).to_pylist() if row_numbers is not None else [None] * len(bad)
    return quarantined(((number, reasons[at], raw) for at, number, raw in zip(bad, numbers, raws, strict=True)),
                       table=table.name, feed=feed, origin=origin, recorded_at=recorded_at)


def quarantined(rows: Iterator[tuple[int | None, str, str]], *, table: str, feed: str, origin: str, recorded_at: datetime) -> pa.Table:
    """Answer rows of `quarantine` from (row number, reason, raw JSON); ids follow from the content, so twice gives the same."""
    found = [{"quarantine_id": hashlib.sha256(f"{feed}|{origin}|{number}|{raw}|{reason}|{recorded_at}|{at}".encode()).hexdigest()[:20],
              "recorded_at": recorded_at, "occurred_at": recorded_at, "table_name": table, "feed": feed, "origin": origin,
              "row_n": number, "reason": reason, "raw": raw} for at, (number, reason, raw) in enumerate(rows)]
    return pa.Table.from_pylist(found, schema=QUARANTINE.schema)
