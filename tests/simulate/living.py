"""What a simulated city said, by table."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

import pyarrow as pa

from twin.contracts import TABLES
from twin.feeds.batch import Batch


def joined(batches: Iterable[Batch]) -> dict[str, pa.Table]:
    """All rows by table."""
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    for batch in batches:
        parts[batch.table].append(batch.rows)
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def hashes(batches: Iterable[Batch]) -> dict[str, str]:
    """A hash by table of the set of its rows, whatever their order."""
    return {
        name: (
            hashlib.sha256(
                "\n".join(sorted(map(str, lines_of(rows)))).encode()
            ).hexdigest()
        )
        for name, rows in joined(batches).items()
    }


def lines_of(rows: pa.Table) -> list[tuple[object, ...]]:
    """Rows as tuples; moments stay whole numbers."""
    plain = [
        column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
        for column in rows.columns
    ]
    return list(zip(*(column.to_pylist() for column in plain), strict=True))


def keys_of(name: str, rows: pa.Table) -> list[tuple[object, ...]]:
    """The keys of a table's rows."""
    return lines_of(rows.select(list(TABLES[name].key)))


def hours(n: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=n)


def latest(rows: pa.Table, key: str) -> dict[object, dict[str, object]]:
    """The row of the highest version of each `key`."""
    found: dict[object, dict[str, object]] = {}
    for row in sorted(rows.to_pylist(), key=lambda row: row["version"]):
        found[row[key]] = row
    return found


def moments_of(rows: pa.Table, name: str) -> list[datetime]:
    """One column of moments."""
    return rows[name].to_pylist()
