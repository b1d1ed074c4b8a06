"""Named SQL: one file, one question, and a header that says what it takes and what it answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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

    def bind(self, given: Mapping[str, object]) -> dict[str, object]:
        """Answer the parameters to bind.

        Raises:
            QueryError: one is missing, not asked for, or of another type than the header says.
        """
        asked = {param.name: param for param in self.params}
        missing, extra = sorted(asked.keys() - given.keys()), sorted(given.keys() - asked.keys())
        if missing or extra:
            said = "; ".join(part for part in (missing and f"it lacks {', '.join(missing)}", extra and f"it does not take {', '.join(extra)}") if part)
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
        QueryError: the file or a part of its header is missing, or a parameter has an unknown type.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise QueryError(f"The query {path} cannot be read: {error.strerror}.") from error
    return parse_sql(text, path.name)


def parse_sql(text: str, name: str) -> Sql:
    """Read a query from its text; `name` is what errors call it. Raises QueryError as `load_sql` does."""
    lines = [line.rstrip() for line in text.splitlines() if line.startswith("--")]
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
    return Sql(name, text, hashlib.sha256(text.encode()).hexdigest(), params, reads, columns, rows)
