"""Rows that come twice: a file read again adds nothing, and a key used for something else is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from twin.arrow import compute as pc
from twin.contracts.check import quarantined
from twin.contracts.measured import QUARANTINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from twin.contracts import Table
    from twin.feeds.batch import Batch
    from twin.store.snapshot import File

_NOT_CONTENT = {"recorded_at"}
"""When we heard of a row is no part of what it says."""


Held = dict[tuple[object, ...], dict[str, object]]
"""Rows by their key."""


def part(known: Held, table: Table, rows: pa.Table, batch: Batch, moment: datetime) -> tuple[pa.Table, int, pa.Table]:
    """Part `rows` by what is already held under their keys.

    Returns:
        The rows that are new, how many were there with the same content, and those whose key is taken by another content,
        in the schema of `quarantine`.
    """
    new: list[int] = []
    same = 0
    clash: list[tuple[int | None, str, str]] = []
    subjects: list[str | None] = []
    for at, row in enumerate(rows.to_pylist()):
        key = tuple(row[name] for name in table.key)
        held = known.get(key)
        if held is None:
            new.append(at)
        elif all(held[name] == value for name, value in row.items() if name not in _NOT_CONTENT):
            same += 1
        else:
            clash.append((None, f"the key ({', '.join(table.key)}) = ({', '.join(map(str, key))}) is already taken by other content in the lake.",
                          json.dumps(row, ensure_ascii=False, default=str, sort_keys=True)))
            subjects.append(None if (subject := row.get("event_id")) is None else str(subject))
    refused = quarantined(clash, table=table.name, feed=batch.feed, origin=batch.origin, recorded_at=moment, subjects=subjects)
    return rows.take(pa.array(new, pa.int64())), same, refused


def held(root: Path, there: Sequence[File], table: Table, rows: pa.Table, before: Iterable[pa.Table] = ()) -> Held:
    """Answer the rows of the lake and of the batches before this one whose first key column is among those of `rows`."""
    if not rows.num_rows:
        return {}
    first = table.key[0]
    wanted = pc.field(first).isin(pc.unique(rows[first]))
    found = [each.filter(wanted) for each in before]
    if there:
        found.append(pq.read_table([str(root / file.path) for file in there], filters=wanted))
    return {tuple(row[name] for name in table.key): row for each in found for row in each.select(rows.column_names).to_pylist()}


def unheld(root: Path, there: Sequence[File], refused: pa.Table) -> pa.Table:
    """Answer the quarantine rows that are not there yet, each once: a file read again is not refused again."""
    known = {key for key, in held(root, there, QUARANTINE, refused)}
    new = [at for at, key in enumerate(refused["quarantine_id"].to_pylist()) if not (key in known or known.add(key))]
    return refused.take(pa.array(new, pa.int64()))
