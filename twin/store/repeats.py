"""Keys are unique over the whole lake: a row that is there already adds nothing, a key used for something else is refused.

What that costs: of each file the span of its keys is known (from the snapshot, or from its Parquet footer, read once per
process), and only files whose span meets that of the new rows are read, of those only the columns of the key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from twin.arrow import compute as pc
from twin.clock import from_text
from twin.contracts.check import quarantined
from twin.contracts.measured import QUARANTINE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from twin.contracts import Table
    from twin.store.lake import Lake
    from twin.store.snapshot import File

_NOT_CONTENT = {"recorded_at"}
"""When we heard of a row is no part of what it says."""
_MOMENT = "occurred_at"

Key = tuple[object, ...]
Held = dict[Key, dict[str, object]]
"""Rows by their key."""


@dataclass(frozen=True)
class Part:
    """Good rows of one batch, each key once, and where they come from."""

    rows: pa.Table
    feed: str
    origin: str


def sift(lake: Lake, there: Sequence[File], table: Table, parts: Sequence[Part], moment: datetime) -> tuple[pa.Table, int, pa.Table]:
    """Part the rows of all batches for one table by what is held under their keys, in the lake or in an earlier batch.

    Returns:
        The rows that are new, how many were there with the same content, and those whose key is taken by another content,
        in the schema of `quarantine`.
    """
    rows = pa.concat_tables([part.rows for part in parts])
    known = held(lake, there, table, rows)
    again = _again(table, parts)
    suspects = known.keys() | again
    if not suspects:
        return rows, 0, QUARANTINE.empty()
    kept: list[pa.Table] = []
    refused: list[pa.Table] = []
    n_same = 0
    for part in parts:
        new, same, clash = _part(known, table, part, moment, suspects)
        kept.append(new)
        refused.append(clash)
        n_same += same
    return pa.concat_tables(kept), n_same, pa.concat_tables(refused)


def _part(known: Held, table: Table, part: Part, moment: datetime, suspects: set[Key]) -> tuple[pa.Table, int, pa.Table]:
    keys = _keys(table, part.rows)
    at = [index for index, key in enumerate(keys) if key in suspects]
    if not at:
        return part.rows, 0, QUARANTINE.empty()
    dropped: set[int] = set()
    same = 0
    clash: list[tuple[int | None, str, str]] = []
    subjects: list[str | None] = []
    for index, row in zip(at, part.rows.take(pa.array(at, pa.int64())).to_pylist(), strict=True):
        held_row = known.get(keys[index])
        if held_row is None:
            known[keys[index]] = row
            continue
        dropped.add(index)
        if all(held_row[name] == value for name, value in row.items() if name not in _NOT_CONTENT):
            same += 1
        else:
            said = ", ".join(map(str, keys[index]))
            clash.append((None, f"the key ({', '.join(table.key)}) = ({said}) is already taken by other content in the lake.",
                          json.dumps(row, ensure_ascii=False, default=str, sort_keys=True)))
            subjects.append(None if (subject := row.get("event_id")) is None else str(subject))
    refused = quarantined(clash, table=table.name, feed=part.feed, origin=part.origin, recorded_at=moment, subjects=subjects)
    new = [index for index in range(part.rows.num_rows) if index not in dropped]
    return part.rows.take(pa.array(new, pa.int64())), same, refused


def _again(table: Table, parts: Sequence[Part]) -> set[Key]:
    """Return the keys that stand in more than one batch. Batches that follow each other in time are not compared."""
    met = _meeting([part.rows for part in parts if part.rows.num_rows], _leading(table))
    if not met:
        return set()
    counted = pa.concat_tables(met).select(table.key).group_by(list(table.key)).aggregate([([], "count_all")])
    return set(_keys(table, counted.filter(pc.field("count_all") > 1)))


def _meeting(each: list[pa.Table], by: str) -> list[pa.Table]:
    """Return those of some tables whose span of a column meets that of another."""
    spans = [pc.min_max(rows[by]).as_py() for rows in each]
    order = sorted(range(len(each)), key=lambda at: spans[at]["min"])
    met: set[int] = set()
    reached = -1  # the table that reaches furthest so far
    for at in order:
        if reached >= 0 and spans[at]["min"] <= spans[reached]["max"]:
            met |= {at, reached}
        if reached < 0 or spans[at]["max"] > spans[reached]["max"]:
            reached = at
    return [each[at] for at in sorted(met)]


def _leading(table: Table) -> str:
    """Return the column of a key by whose span files and batches are told apart: its moment, if it has one."""
    return _MOMENT if _MOMENT in table.key else table.key[0]


def _keys(table: Table, rows: pa.Table) -> list[Key]:
    return list(zip(*(rows[name].to_pylist() for name in table.key), strict=True))


def held(lake: Lake, there: Sequence[File], table: Table, rows: pa.Table) -> Held:
    """Return the rows of the lake that stand under a key of `rows`."""
    if not rows.num_rows:
        return {}
    by = _leading(table)
    span = pc.min_max(rows[by]).as_py()
    met = [file for file in there if _meets(lake, file, by, span["min"], span["max"])]
    if not met:
        return {}
    wanted = (pc.field(by) >= span["min"]) & (pc.field(by) <= span["max"]) & pc.field(table.key[0]).isin(pc.unique(rows[table.key[0]]))
    keys = _read(lake, met, list(table.key), wanted)
    if not keys.num_rows or not (taken := set(_keys(table, keys)) & set(_keys(table, rows))):
        return {}
    found = _read(lake, met, rows.column_names, wanted).to_pylist()
    return {key: row for row in found if (key := tuple(row[name] for name in table.key)) in taken}


def _read(lake: Lake, files: Sequence[File], columns: list[str], wanted: object) -> pa.Table:
    return pq.read_table([str(lake.tables / file.path) for file in files], columns=columns, filters=cast("Any", wanted))


def _meets(lake: Lake, file: File, by: str, low: Any, high: Any) -> bool:
    """Return whether a file may hold a value between two of a column of its key."""
    if by == _MOMENT and file.last:
        return from_text(file.first) <= high and from_text(file.last) >= low
    span = lake.spans.get(file.path) or _span(lake, file, by)
    return span == _ANY or (span[0] <= high and span[1] >= low)


_ANY = ("", "")
_MOST_SPANS = 50_000


def _span(lake: Lake, file: File, by: str) -> tuple[str, str]:
    """Return the least and greatest text in a column of a file, from its footer; `_ANY` if that does not tell."""
    footer = pq.read_metadata(lake.tables / file.path)
    at = footer.schema.to_arrow_schema().get_field_index(by)
    told = [footer.row_group(n).column(at).statistics for n in range(footer.num_row_groups)]
    is_told = at >= 0 and told and all(each is not None and each.has_min_max and isinstance(each.min, str) for each in told)
    span = (min(each.min for each in told), max(each.max for each in told)) if is_told else _ANY
    if len(lake.spans) >= _MOST_SPANS:
        lake.spans.clear()
    lake.spans[file.path] = span
    return span


def unheld(lake: Lake, there: Sequence[File], refused: pa.Table) -> pa.Table:
    """Answer the quarantine rows that are not there yet, each once: a file read again is not refused again."""
    known = {key for key, in held(lake, there, QUARANTINE, refused)}
    new = [at for at, key in enumerate(refused["quarantine_id"].to_pylist()) if not (key in known or known.add(key))]
    return refused.take(pa.array(new, pa.int64()))
