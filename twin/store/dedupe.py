"""Keys are unique over the whole lake.

A row that is there already adds nothing, a key used for something else is refused.

What that costs: of each file the span of its keys is known (from the snapshot, or from its
Parquet footer, read once per process), and only files whose span meets that of the new rows
are read, of those only the columns of the key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from twin.clock import from_text
from twin.contracts.check import quarantined
from twin.contracts.measured import QUARANTINE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from twin.contracts import Table
    from twin.store.lake import Lake
    from twin.store.snapshot import File

# When we heard of a row is no part of what it says.
_NOT_CONTENT = {"recorded_at"}
_MOMENT = "occurred_at"

# Column that holds a row's place among all rows given.
_AT = "__at"

# Rows that are held against the lake at once.
_GROUP = 1_000_000


@dataclass(frozen=True)
class Part:
    """Good rows of one batch, each key once, and where they come from."""

    rows: pa.Table
    feed: str
    origin: str


@dataclass(frozen=True)
class Sifted:
    """Rows of all batches for one table, parted.

    Attributes:
        rows: those that are new.
        is_known: which of all rows given were there with the same content.
        refused: those whose key is taken by another content, in the schema of `quarantine`.
    """

    rows: pa.Table
    is_known: npt.NDArray[np.bool_]
    refused: pa.Table


def sift(
    lake: Lake,
    there: Sequence[File],
    table: Table,
    parts: Sequence[Part],
    moment: datetime,
) -> Sifted:
    """Part the rows of all batches for one table by what is held under their keys.

    It is held in the lake or in an earlier batch.
    """
    rows = pa.concat_tables([part.rows for part in parts])
    in_lake = [
        _held_against(lake, there, table, rows.slice(at, n), at)
        for at, n in _groups(parts)
    ]
    known = (
        np.concatenate([each[0] for each in in_lake])
        if in_lake
        else np.empty(0, np.int64)
    )
    is_same = (
        np.concatenate([each[1] for each in in_lake])
        if in_lake
        else np.empty(0, np.bool_)
    )
    again, is_same_again = _again(table, rows, parts, known)
    dropped = np.concatenate([known, again])
    kept, is_known = np.ones(rows.num_rows, np.bool_), np.zeros(rows.num_rows, np.bool_)
    if not dropped.size:
        return Sifted(rows, is_known, QUARANTINE.empty())
    same = np.concatenate([is_same, is_same_again])
    kept[dropped] = False
    is_known[dropped[same]] = True
    refused = _clashes(table, rows, np.sort(dropped[~same]), parts, moment)
    return Sifted(rows.filter(pa.array(kept)), is_known, refused)


def _groups(parts: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """Yield the first row and the number of rows of each group of parts.

    The parts of a group follow each other.
    """
    at = n = 0
    for part in parts:
        n += part.rows.num_rows
        if n >= _GROUP:
            yield at, n
            at, n = at + n, 0
    if n:
        yield at, n


# Places of rows whose key is taken, and whether what takes it has the same content.
Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]


def _held_against(
    lake: Lake, there: Sequence[File], table: Table, rows: pa.Table, first: int
) -> Pairs:
    """Return the rows whose key the lake holds; `first` is the place of the first of them."""
    found = held(lake, there, table, rows)
    if not found.num_rows:
        return _NONE
    pairs = _placed(rows, table).join(
        _placed(found, table),
        keys=list(table.key),
        join_type="inner",
        right_suffix="_held",
    )
    mine, theirs = (pairs[name].to_numpy() for name in (_AT, f"{_AT}_held"))
    mine, at = np.unique(mine, return_index=True)  # an old lake may hold a key twice
    return mine + first, is_same(
        rows.take(pa.array(mine)), found.take(pa.array(theirs[at]))
    )


_NONE: Pairs = (np.empty(0, np.int64), np.empty(0, np.bool_))


def _placed(rows: pa.Table, table: Table) -> pa.Table:
    return rows.select(table.key).append_column(_AT, pa.array(np.arange(rows.num_rows)))


def is_same(
    one: pa.Table, other: pa.Table, apart_from: Collection[str] = _NOT_CONTENT
) -> npt.NDArray[np.bool_]:
    """Return, row by row, whether two tables say the same in all columns but some.

    Null is the same as null.
    """
    same = np.ones(one.num_rows, np.bool_)
    for name in one.column_names:
        if name not in apart_from:
            equal = pc.fill_null(pc.equal(one[name], other[name]), False)
            both_null = pc.and_(pc.is_null(one[name]), pc.is_null(other[name]))
            same &= pc.or_(equal, both_null).to_numpy()
    return same


def _again(
    table: Table, rows: pa.Table, parts: Sequence[Part], known: npt.NDArray[np.int64]
) -> Pairs:
    """Return the rows whose key an earlier batch brought.

    Batches that follow each other in time are not compared.
    """
    met = _meeting([part.rows for part in parts], _leading(table))
    if not met:
        return _NONE
    begins = np.cumsum([0, *(part.rows.num_rows for part in parts)])
    places = np.setdiff1d(
        np.concatenate([np.arange(int(begins[at]), int(begins[at + 1])) for at in met]),
        known,
    )
    mine = (
        rows.select(table.key)
        .take(pa.array(places))
        .append_column(_AT, pa.array(places))
    )
    firsts = mine.group_by(list(table.key)).aggregate([(_AT, "min")])
    pairs = mine.join(firsts, keys=list(table.key), join_type="inner")
    at, first = pairs[_AT].to_numpy(), pairs[f"{_AT}_min"].to_numpy()
    is_later = at != first
    at, first = at[is_later], first[is_later]
    return at, is_same(rows.take(pa.array(at)), rows.take(pa.array(first)))


def _clashes(
    table: Table,
    rows: pa.Table,
    places: npt.NDArray[np.int64],
    parts: Sequence[Part],
    moment: datetime,
) -> pa.Table:
    """Return quarantine rows for those at `places`, whose key is taken by another content."""
    begins = np.cumsum([0, *(part.rows.num_rows for part in parts)])
    refused: list[pa.Table] = [QUARANTINE.empty()]
    for n in map(int, np.unique(np.searchsorted(begins, places, side="right") - 1)):
        own = places[(places >= begins[n]) & (places < begins[n + 1])]
        given = rows.take(pa.array(own)).to_pylist()
        said = [
            (
                None,
                _taken(table, row),
                json.dumps(row, ensure_ascii=False, default=str, sort_keys=True),
            )
            for row in given
        ]
        subjects = [
            None if (subject := row.get("event_id")) is None else str(subject)
            for row in given
        ]
        refused.append(
            quarantined(
                said,
                table=table.name,
                feed=parts[n].feed,
                origin=parts[n].origin,
                recorded_at=moment,
                subjects=subjects,
            )
        )
    return pa.concat_tables(refused)


def _taken(table: Table, row: dict[str, Any]) -> str:
    said = ", ".join(str(row[name]) for name in table.key)
    return (
        f"the key ({', '.join(table.key)}) = ({said}) is already taken by other content"
        " in the lake."
    )


def _meeting(each: list[pa.Table], by: str) -> list[int]:
    """Return the places of those tables whose span of a column meets that of another."""
    spans = [pc.min_max(rows[by]).as_py() for rows in each]
    order = sorted(
        (at for at, rows in enumerate(each) if rows.num_rows),
        key=lambda at: spans[at]["min"],
    )
    met: set[int] = set()
    reached = -1  # the table that reaches furthest so far
    for at in order:
        if reached >= 0 and spans[at]["min"] <= spans[reached]["max"]:
            met |= {at, reached}
        if reached < 0 or spans[at]["max"] > spans[reached]["max"]:
            reached = at
    return sorted(met)


def _leading(table: Table) -> str:
    """Return the column of a key by whose span files and batches are told apart.

    It is the key's moment, if it has one.
    """
    return _MOMENT if _MOMENT in table.key else table.key[0]


def held(lake: Lake, there: Sequence[File], table: Table, rows: pa.Table) -> pa.Table:
    """Return the rows of the lake that may stand under a key of `rows`: none if no key is there."""
    by = _leading(table)
    if not rows.num_rows:
        return table.empty()
    span = pc.min_max(rows[by]).as_py()
    met = [file for file in there if _meets(lake, file, by, span["min"], span["max"])]
    if not met:
        return table.empty()
    first = table.key[0]
    wanted = (
        (pc.field(by) >= span["min"])
        & (pc.field(by) <= span["max"])
        & pc.field(first).isin(pc.unique(rows[first]))
    )
    keys = _read(lake, met, table, list(table.key), wanted)
    if (
        not keys.num_rows
        or not keys.join(
            rows.select(table.key), keys=list(table.key), join_type="left semi"
        ).num_rows
    ):
        return table.empty()
    return _read(lake, met, table, rows.column_names, wanted)


def rows_of(
    lake: Lake,
    there: Sequence[File],
    name: str,
    values: pa.Array,
    columns: Sequence[str],
    table: Table,
) -> pa.Table:
    """Return the rows of files whose text in the column `name` is one of `values`.

    The column is the first of the key.
    """
    if not len(values):
        return table.empty().select(columns)
    span = pc.min_max(values).as_py()
    met = [file for file in there if _meets(lake, file, name, span["min"], span["max"])]
    if not met:
        return table.empty().select(columns)
    wanted = (
        (pc.field(name) >= span["min"])
        & (pc.field(name) <= span["max"])
        & pc.field(name).isin(values)
    )
    if not _read(lake, met, table, [name], wanted).num_rows:
        return table.empty().select(columns)
    return _read(lake, met, table, list(columns), wanted)


def parts_of(
    lake: Lake,
    there: Sequence[File],
    whole: str,
    values: pa.Array,
    columns: Sequence[str],
    table: Table,
) -> pa.Table:
    """Return the rows of files whose text in the column `whole` is one of `values`.

    The first of the key begins with it.
    """
    span = pc.min_max(values).as_py()
    met = (
        [
            file
            for file in there
            if _meets(lake, file, table.key[0], span["min"], f"{span['max']}\U0010ffff")
        ]
        if len(values)
        else []
    )
    return (
        _read(lake, met, table, list(columns), pc.field(whole).isin(values))
        if met
        else table.empty().select(columns)
    )


def _read(
    lake: Lake,
    files: Sequence[File],
    table: Table,
    columns: list[str],
    wanted: pc.Expression,
) -> pa.Table:
    return pq.read_table(
        [str(lake.tables / file.path) for file in files],
        # Not the schema of the first file, which may lack a column that others have.
        schema=table.schema,
        columns=columns,
        filters=wanted,
    )


def _meets(lake: Lake, file: File, by: str, low: Any, high: Any) -> bool:
    """Return whether a file may hold a value between two of a column of its key."""
    if by == _MOMENT and file.last:
        return from_text(file.first) <= high and from_text(file.last) >= low
    span = lake.spans.get(file.path) or _span(lake, file, by)
    return span == _ANY or (span[0] <= high and span[1] >= low)


_ANY = ("", "")
_MOST_SPANS = 50_000


def _span(lake: Lake, file: File, by: str) -> tuple[str, str]:
    """Return the least and greatest text in a column of a file, from its footer.

    Return `_ANY` if that does not tell.
    """
    footer = pq.read_metadata(lake.tables / file.path)
    at = footer.schema.to_arrow_schema().get_field_index(by)
    told = [
        footer.row_group(n).column(at).statistics for n in range(footer.num_row_groups)
    ]
    texts = [
        each
        for each in told
        if each is not None and each.has_min_max and isinstance(each.min, str)
    ]
    span = (
        (min(each.min for each in texts), max(each.max for each in texts))
        if at >= 0 and texts and len(texts) == len(told)
        else _ANY
    )
    if len(lake.spans) >= _MOST_SPANS:
        lake.spans.clear()
    lake.spans[file.path] = span
    return span


def unheld(lake: Lake, there: Sequence[File], refused: pa.Table) -> pa.Table:
    """Return the quarantine rows that are not there yet, each once.

    A file read again is not refused again.
    """
    known = set(held(lake, there, QUARANTINE, refused)["quarantine_id"].to_pylist())
    new = [
        at
        for at, key in enumerate(refused["quarantine_id"].to_pylist())
        if not (key in known or known.add(key))
    ]
    return refused.take(pa.array(new, pa.int64()))
