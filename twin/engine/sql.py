"""Named SQL: one file, one question, and a header that says what it takes and what it answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from twin.errors import QueryError

TYPES: Mapping[str, type | tuple[type, ...]] = {
    "VARCHAR": str, "INTEGER": int, "BIGINT": int, "DOUBLE": (int, float), "BOOLEAN": bool, "TIMESTAMPTZ": datetime}
"""Types that a parameter may have, and what Python gives for each."""

_PARAM = re.compile(r"^-- param +(\w+) +(\w+) +(\S+) +(.+)$")
_COLUMN = re.compile(r"^-- column +(\w+) +([\w\[\]]+) +(\S+) +(.+)$")
_READS = re.compile(r"^-- reads +(.+)$")
_ROWS = re.compile(r"^-- rows +(.+)$")


@dataclass(frozen=True)
class Param:
    """One bound parameter: name, SQL type, unit ('-' for none), meaning."""

    name: str
    type: str
    unit: str
    doc: str


@dataclass(frozen=True)
class Answered:
    """One column of the answer: name, SQL type, unit ('-' for none), meaning."""

    name: str
    type: str
    unit: str
    doc: str


@dataclass(frozen=True)
class Sql:
    """One named question. `sha256` is of the whole text, header included."""

    name: str
    text: str
    sha256: str
    params: tuple[Param, ...]
    reads: tuple[str, ...]
    columns: tuple[Answered, ...]
    rows: str

    def param(self, name: str) -> Param:
        """Answer the parameter called `name`.

        Raises:
            KeyError: there is none.
        """
        return {param.name: param for param in self.params}[name]

    def bind(self, given: Mapping[str, object]) -> dict[str, object]:
        """Answer the parameters to bind.

        Raises:
            QueryError: one is missing, not asked for, or of another type than the header says.
        """
        asked = {param.name: param for param in self.params}
        missing, extra = sorted(asked.keys() - given.keys()), sorted(given.keys() - asked.keys())
        if missing or extra:
            faults = (("it lacks", missing), ("it does not take", extra))
            said = "; ".join(f"{fault} {', '.join(names)}" for fault, names in faults if names)
            raise QueryError(f"{self.name} was asked wrongly: {said}.", fix=f"give exactly {', '.join(sorted(asked)) or 'no parameters'}.")
        for name, value in given.items():
            wanted = TYPES[asked[name].type]
            wrong = isinstance(value, bool) and asked[name].type != "BOOLEAN"
            if value is not None and (wrong or not isinstance(value, wanted)):
                raise QueryError(f"{self.name}: {name} is {value!r}, but should be {asked[name].type} ({asked[name].doc}).")
            if isinstance(value, datetime) and value.tzinfo is None:
                raise QueryError(f"{self.name}: {name} is {value}, a moment without a time zone.")
        return dict(given)


def load_sql(path: Path) -> Sql:
    """Read a `.sql` file and its header.

    Raises:
        QueryError: the file or a part of its header is missing or cannot be read, a parameter has an unknown type, or it is not one SELECT.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise QueryError(f"The query {path} cannot be read: {error.strerror}.") from error
    return parse_sql(text, path.name)


def parse_sql(text: str, name: str) -> Sql:
    """Read a query from its text; `name` is what errors call it. Raises QueryError as `load_sql` does."""
    lines = [line.rstrip() for line in text.splitlines() if line.startswith("--")]
    for line in lines:
        if re.match(r"-- (param|column)\b", line) and not (_PARAM.match(line) or _COLUMN.match(line)):
            raise QueryError(f"The header of {name} has a line that cannot be read: {line!r}.",
                             fix="write one name per line: -- param NAME TYPE unit meaning, or -- column NAME TYPE unit meaning.")
    params = tuple(Param(*found.groups()) for found in map(_PARAM.match, lines) if found)
    columns = tuple(Answered(*found.groups()) for found in map(_COLUMN.match, lines) if found)
    reads = tuple(word.strip() for found in map(_READS.match, lines) if found for word in found[1].split(","))
    rows = next((found[1] for found in map(_ROWS.match, lines) if found), "")
    lacking = [what for what, there in (("a '-- reads' line", reads), ("a '-- column' line", columns), ("a '-- rows' line", rows)) if not there]
    if lacking:
        raise QueryError(f"The header of {name} lacks {' and '.join(lacking)}.", fix="write it as the other .sql files do.")
    unknown = [param.type for param in params if param.type not in TYPES]
    if unknown:
        raise QueryError(f"The header of {name} has a parameter of type {unknown[0]}.", fix=f"use one of {', '.join(TYPES)}.")
    _only_reads(name, text)
    return Sql(name, text, hashlib.sha256(text.encode()).hexdigest(), params, reads, columns, rows)


def _only_reads(name: str, text: str) -> None:
    try:
        kinds = [statement.type for statement in duckdb.extract_statements(text)]
    except duckdb.Error as error:
        raise QueryError(f"{name} is not SQL.", why=str(error).strip().splitlines()[0], fix="mend the query.") from error
    if kinds != [duckdb.StatementType.SELECT]:
        raise QueryError(f"{name} is not one SELECT.", why="a named query reads, and does nothing else.", fix="write it as one SELECT or WITH … SELECT.")
