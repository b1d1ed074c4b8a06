"""What a source says now, held against what the lake knows of the same things.

It is known, new, or a correction.

Some sources do not count versions: each of their exports says how things stand. A thing
that stands as the lake knows it adds nothing; one that stands otherwise becomes its next
version, known from now on; what was known before stays known as of then. An empty cell
takes nothing back: what the lake knows stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.events import KIND_AND_PLACE
from twin.store import dedupe

if TYPE_CHECKING:
    from twin.contracts import Table
    from twin.store.lake import Lake
    from twin.store.snapshot import File

_AT = "__at"
_SEPARATOR = "@"
_NOT_CONTENT = {"version", "recorded_at", "replaces"}

# They go together: a point that is kept keeps its district.
_PLACE = ("lon_ud", "lat_ud", "district_id", "level")

Mask = npt.NDArray[np.bool_]


def of_others(
    lake: Lake, events: Sequence[File], table: Table, ids: pa.Array, source: str
) -> pa.Array:
    """Return those of `ids` that are numbers of another event source in the lake.

    Args:
        events: files of the table of events.
    """
    held = newest(lake, events, table, ids, ["source_id"])
    return pc.unique(held.filter(pc.not_equal(held["source_id"], source))[table.key[0]])


def renamed(rows: pa.Table, others: pa.Array, source: str) -> pa.Table:
    """Return rows whose events have numbers of their own.

    An event is '17@S02' where '17' is another source's.
    """
    if not len(others) or "event_id" not in rows.column_names:
        return rows
    taken = pc.is_in(rows["event_id"], value_set=others)
    own = pc.binary_join_element_wise(rows["event_id"], source, _SEPARATOR)
    ids = pc.if_else(taken, own, rows["event_id"])
    if "dispatch_id" in rows.column_names:
        rest = [
            order[len(event) :]
            for order, event in zip(
                rows["dispatch_id"].to_pylist(),
                rows["event_id"].to_pylist(),
                strict=True,
            )
        ]
        orders = pc.binary_join_element_wise(ids, pa.array(rest, pa.string()), "")
        rows = rows.set_column(
            rows.column_names.index("dispatch_id"),
            rows.schema.field("dispatch_id"),
            orders,
        )
    return rows.set_column(
        rows.column_names.index("event_id"), rows.schema.field("event_id"), ids
    )


def newest(
    lake: Lake,
    there: Sequence[File],
    table: Table,
    ids: pa.Array,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """Return the newest version of each thing that the files hold under one of `ids`.

    Ids are those of the first column of the table's key.

    Args:
        columns: columns besides the key; all of the table if None.
    """
    name = table.key[0]
    wanted = (
        [*dict.fromkeys([*table.key, *columns])]
        if columns is not None
        else table.schema.names
    )
    rows = dedupe.rows_of(lake, there, name, pc.unique(ids), wanted, table)
    if not rows.num_rows:
        return rows
    order = pc.sort_indices(
        rows, sort_keys=[(name, "ascending"), ("version", "ascending")]
    )
    rows = rows.take(order)
    is_last = np.ones(rows.num_rows, np.bool_)
    names = rows[name].combine_chunks()
    is_last[:-1] = np.asarray(
        pc.not_equal(names[:-1], names[1:]).to_numpy(zero_copy_only=False), np.bool_
    )
    return rows.filter(pa.array(is_last))


def revise(table: Table, rows: pa.Table, held: pa.Table) -> tuple[pa.Table, Mask]:
    """Return the rows with their versions, and which of them say something new.

    Args:
        rows: n rows, each thing once, in the table's schema; their versions are not looked at.
        held: the newest version of things, as `newest` answers.
    """
    name = table.key[0]
    placed = held.select([name]).append_column(_AT, pa.array(np.arange(held.num_rows)))
    pairs = (
        rows.select([name])
        .append_column(f"{_AT}_mine", pa.array(np.arange(rows.num_rows)))
        .join(placed, keys=[name], join_type="inner")
    )
    mine, theirs = (pairs[column].to_numpy() for column in (f"{_AT}_mine", _AT))
    order = np.argsort(mine)
    mine, theirs = mine[order], theirs[order]
    if table.name == "feedbacks":
        return _answers(rows, held, mine, theirs)
    says_more = np.ones(rows.num_rows, np.bool_)
    if not mine.size:
        return rows, says_more
    known, said = held.take(pa.array(theirs)), rows.take(pa.array(mine))
    said = _filled(table, said, known)
    says_more[mine] = ~dedupe.is_same(said, known, _NOT_CONTENT)
    said = said.set_column(
        said.column_names.index("version"),
        rows.schema.field("version"),
        pc.add(known["version"], 1).cast(rows.schema.field("version").type),
    )
    return _with(rows, said, mine), says_more


def _with(rows: pa.Table, said: pa.Table, places: npt.NDArray[np.int64]) -> pa.Table:
    """Return `rows` with `said` at `places`."""
    at = np.arange(rows.num_rows)
    at[places] = rows.num_rows + np.arange(said.num_rows)
    return (
        pa.concat_tables([rows, said.cast(rows.schema)])
        .take(pa.array(at))
        .combine_chunks()
    )


def _filled(table: Table, said: pa.Table, known: pa.Table) -> pa.Table:
    """Return what is said, with what is known where nothing is said."""
    columns = {name: said[name].combine_chunks() for name in said.column_names}
    had = {name: known[name].combine_chunks() for name in said.column_names}
    keeps_place = (
        pc.and_(pc.is_null(columns["lon_ud"]), pc.is_valid(had["lon_ud"]))
        if "lon_ud" in columns
        else None
    )
    fills_moment = pa.array([False] * said.num_rows)
    for column in table.columns:
        if not column.null or column.name in _NOT_CONTENT or column.name in _PLACE:
            continue
        fills = pc.and_(pc.is_null(columns[column.name]), pc.is_valid(had[column.name]))
        columns[column.name] = pc.if_else(fills, had[column.name], columns[column.name])
        fills_moment = (
            pc.or_(fills_moment, fills)
            if pa.types.is_timestamp(column.type)
            else fills_moment
        )
    if table.name == "dispatches":  # it last moved when the newest of its steps was
        is_older = pc.and_(
            fills_moment, pc.less(columns["occurred_at"], had["occurred_at"])
        )
        columns["occurred_at"] = pc.if_else(
            is_older, had["occurred_at"], columns["occurred_at"]
        )
    if keeps_place is not None:
        for name in _PLACE:
            columns[name] = pc.if_else(
                pc.and_(keeps_place, pc.is_valid(had[name])), had[name], columns[name]
            )
        columns["title"] = _titles(columns, had, keeps_place)
        unknown = pc.and_(
            pc.is_null(columns["district_id"]), pc.is_valid(had["district_id"])
        )
        for name in ("district_id", "level"):
            columns[name] = pc.if_else(unknown, had[name], columns[name])
    return pa.table(columns, schema=said.schema)


def _titles(
    said: Mapping[str, pa.Array],
    known: Mapping[str, pa.Array],
    keeps_place: pa.BooleanArray,
) -> pa.StringArray:
    """Return the titles that are said.

    One that was made of kind and place stays with the place that is kept.
    """
    titles = said["title"].to_pylist()
    for at in np.flatnonzero(
        np.asarray(keeps_place.to_numpy(zero_copy_only=False), np.bool_)
    ).tolist():
        made = f"{said['category'][at].as_py()}{KIND_AND_PLACE}"
        if known["title"][at].as_py().startswith(made) and (
            titles[at] + KIND_AND_PLACE
        ).startswith(made):
            titles[at] = known["title"][at].as_py()
    return pa.array(titles, pa.string())


def _answers(
    rows: pa.Table,
    held: pa.Table,
    mine: npt.NDArray[np.int64],
    theirs: npt.NDArray[np.int64],
) -> tuple[pa.Table, Mask]:
    """Return answers to citizens, told apart.

    One that follows a reopening, or reopens, is another. Any other corrects the one
    that is known.

    That an order is open says something only if it was closed: then it is open again.
    """
    only_open = pc.and_(rows["is_reopened"], pc.is_null(rows["told_at"]))
    says_more = ~np.asarray(only_open.to_numpy(), np.bool_)
    if not mine.size:
        return rows, says_more
    said, known = (
        part.to_pylist()
        for part in (rows.take(pa.array(mine)), held.take(pa.array(theirs)))
    )
    for at, row, had in zip(mine.tolist(), said, known, strict=True):
        row["version"] = had["version"] + 1
        if not says_more[at]:
            says_more[at] = not had["is_reopened"]
            continue
        # An empty cell takes no known time back.
        if row["told_at"] is None and not had["is_reopened"]:
            row["told_at"], row["occurred_at"] = had["told_at"], had["occurred_at"]
        row["is_satisfied"] = (
            had["is_satisfied"] if row["is_satisfied"] is None else row["is_satisfied"]
        )
        says_more[at] = any(
            row[name] != had[name]
            for name in ("told_at", "is_satisfied", "is_reopened")
        )
        row["replaces"] = None if _is_another(row, had) else had["version"]
    return _with(rows, pa.Table.from_pylist(said, schema=rows.schema), mine), says_more


def _is_another(row: Mapping[str, Any], had: Mapping[str, Any]) -> bool:
    """Return whether an answer is not the one that is known, told otherwise."""
    if row["told_at"] is None:
        return had["is_reopened"]
    if had["told_at"] is None or row["told_at"] <= had["told_at"]:
        return False
    return had["is_reopened"] or row["is_reopened"]
