"""Files that were written under an earlier contract, read as if today's had held then.

Nothing is written: DuckDB sees a SELECT over the files in which a column that they lack is null,
and in which each migration that came since has done its work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from twin.contracts import TABLES
from twin.engine.sql import Sql, body

# What DuckDB calls the types that a contract may name.
DUCK = {
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float32(): "REAL",
    pa.float64(): "DOUBLE",
    pa.timestamp("us", tz="UTC"): "TIMESTAMPTZ",
}

# Name and type of columns, in order.
Columns = tuple[tuple[str, pa.DataType], ...]


@dataclass(frozen=True)
class Step:
    """One migration: the columns that its SELECT may read, and the SELECT itself."""

    given: Columns
    sql: Sql


@dataclass(frozen=True)
class Earlier:
    """How files become today's: the columns that they hold, then step by step."""

    held: frozenset[str]
    steps: tuple[Step, ...] = ()


def view(
    name: str,
    files: Sequence[str],
    earlier: Mapping[str, Earlier],
    kind: str = "VIEW",
) -> str:
    """Return the statement that names a table.

    Names come from the contracts and paths from a snapshot, never from a user.

    Args:
        files: absolute paths.
        earlier: how files become today's, by path; those that it lacks are today's.
    """
    columns = tuple((column.name, column.type) for column in TABLES[name].columns)
    if not files:
        return f'CREATE {kind} "{name}" AS {_select(columns, (), "", "WHERE false")}'
    alike: dict[Earlier | None, list[str]] = {}
    for file in files:
        alike.setdefault(earlier.get(file), []).append(file)
    parts = [_part(name, columns, listed, how) for how, listed in alike.items()]
    return f'CREATE {kind} "{name}" AS {" UNION ALL ".join(parts)}'


def _part(
    name: str, columns: Columns, files: Iterable[str], how: Earlier | None
) -> str:
    """Return the SELECT over files of one form."""
    # Newest first: who asks for the newest rows then reads little more than those.
    newest_first = reversed(list(files))
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in newest_first)
    rows = f"FROM read_parquet([{listed}])"
    if how is None:
        return _select(columns, [column for column, _ in columns], rows)
    held = how.held
    for step in how.steps:
        # The SELECT of a step reads the table by its own name: here stands what it means.
        before = _select(step.given, held, rows)
        made = f"(\nWITH {name} AS NOT MATERIALIZED ({before})\n"
        rows = f"FROM {made}SELECT * FROM (\n{body(step.sql.text)}\n))"
        held = frozenset(column.name for column in step.sql.columns)
    return _select(columns, held, rows, is_cast=bool(how.steps))


def _select(
    columns: Columns,
    held: Iterable[str],
    rows: str,
    where: str = "",
    *,
    is_cast: bool = False,
) -> str:
    """Return a SELECT of columns, null where the rows do not hold them."""
    there, said = frozenset(held), list[str]()
    for name, kind in columns:
        quoted = f'"{name}"'
        value = quoted if name in there else "NULL"
        if is_cast or name not in there:
            value = f"CAST({value} AS {DUCK[kind]}) AS {quoted}"
        said.append(value)
    return " ".join(part for part in (f"SELECT {', '.join(said)}", rows, where) if part)
