"""Rows that come twice: a file read again adds nothing, and a key used for something else is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from twin.contracts.check import quarantined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from twin.contracts import Table
    from twin.feeds.batch import Batch
    from twin.store.snapshot import File

_NOT_CONTENT = {"recorded_at"}
"""When we heard of a row is no part of what it says."""


def part(root: Path, there: Sequence[File], table: Table, rows: pa.Table, batch: Batch, moment: datetime) -> tuple[pa.Table, int, pa.Table]:
    """Part `rows` by what the lake already holds under their keys.

    Returns:
        The rows that are new, how many were there with the same content, and those whose key is taken by another content,
        in the schema of `quarantine`.
    """
    known = _known(root, there, table, rows)
    new: list[int] = []
    same = 0
    clash: list[tuple[int | None, str, str]] = []
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
    refused = quarantined(clash, table=table.name, feed=batch.feed, origin=batch.origin, recorded_at=moment)
    return rows.take(pa.array(new, pa.int64())), same, refused


def _known(root: Path, there: Sequence[File], table: Table, rows: pa.Table) -> dict[tuple[object, ...], dict[str, object]]:
    """Answer the lake's rows whose first key column is among those of `rows`."""
    if not there or not rows.num_rows:
        return {}
    first = table.key[0]
    wanted = pc.field(first).isin(pc.unique(rows[first]))
    paths = [str(root / file.path) for file in there]
    found = pq.read_table(paths, filters=wanted) if paths else table.empty()
    return {tuple(row[name] for name in table.key): row for row in found.select(rows.column_names).to_pylist()}
