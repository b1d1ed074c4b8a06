"""Named SQL: one file, one question, and a header that says what it takes and what it answers.

A line `-- uses NAME` puts the SELECT of `twin/contracts/moments/NAME.sql` before the query,
as a CTE of that name: the rules of the two clocks stand there once. `-- uses NAME AS ALIAS
AT AS_OF, KNOWN_AT` asks the same of another moment.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from twin.errors import QueryError

# Types that a parameter may have, and what Python gives for each.
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "VARCHAR": str,
    "INTEGER": int,
    "BIGINT": int,
    "DOUBLE": (int, float),
    "BOOLEAN": bool,
    "TIMESTAMPTZ": datetime,
    "VARCHAR[]": (list, tuple),
    "INTEGER[]": (list, tuple),
}

# Where the SELECTs that others use stand.
MOMENTS = Path(__file__).parents[1] / "contracts" / "moments"

_USES = re.compile(r"^-- uses +(\w+)(?: +AS +(\w+) +AT +([^,]+), *([^,]+))?$")
_WITH = re.compile(r"\s*WITH\b", re.IGNORECASE)
_PARAM = re.compile(r"^-- param +(\w+) +([\w\[\]]+) +(\S+) +(.+)$")
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
class ResultColumn:
    """One column of the answer: name, SQL type, unit ('-' for none), meaning."""

    name: str
    type: str
    unit: str
    doc: str


@dataclass(frozen=True)
class Sql:
    """One named question.

    Attributes:
        text: what the engine is asked, with the CTEs that it uses.
        sha256: of `text` and header.
    """

    name: str
    text: str
    sha256: str
    params: tuple[Param, ...]
    reads: tuple[str, ...]
    columns: tuple[ResultColumn, ...]
    rows: str

    def param(self, name: str) -> Param:
        """Return the parameter called `name`.

        Raises:
            KeyError: there is none.
        """
        return {param.name: param for param in self.params}[name]

    def bind(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return the parameters to bind.

        Raises:
            QueryError: one is missing, not asked for, or of another type than the header says.
        """
        asked = {param.name: param for param in self.params}
        missing, extra = (
            sorted(asked.keys() - given.keys()),
            sorted(given.keys() - asked.keys()),
        )
        if missing or extra:
            faults = (("it lacks", missing), ("it does not take", extra))
            said = "; ".join(
                f"{fault} {', '.join(names)}" for fault, names in faults if names
            )
            raise QueryError(
                f"{self.name} was asked wrongly: {said}.",
                fix=f"give exactly {', '.join(sorted(asked)) or 'no parameters'}.",
            )
        for name, value in given.items():
            wanted = TYPES[asked[name].type]
            wrong = isinstance(value, bool) and asked[name].type != "BOOLEAN"
            if value is not None and (wrong or not isinstance(value, wanted)):
                raise QueryError(
                    f"{self.name}: {name} is {value!r}, but should be"
                    f" {asked[name].type} ({asked[name].doc})."
                )
            if isinstance(value, datetime) and value.tzinfo is None:
                raise QueryError(
                    f"{self.name}: {name} is {value}, a moment without a time zone."
                )
        return dict(given)


def load_sql(path: Path) -> Sql:
    """Read a `.sql` file and its header.

    Raises:
        QueryError: the file, a part of its header or a CTE that it uses is missing or
            cannot be read, a parameter has an unknown type, or it is not one SELECT.
    """
    return parse_sql(_read(path), path.name)


def parse_sql(text: str, name: str) -> Sql:
    """Read a query from its text; `name` is what errors call it.

    Raises QueryError as `load_sql` does.
    """
    lines = [line.rstrip() for line in text.splitlines() if line.startswith("--")]
    for line in lines:
        if not _is_read(line):
            raise QueryError(
                f"The header of {name} has a line that cannot be read: {line!r}.",
                fix=(
                    "write one name per line: -- param NAME TYPE unit meaning, or --"
                    " column NAME TYPE unit meaning, or -- uses NAME."
                ),
            )
    params = tuple(
        Param(*found.groups()) for found in map(_PARAM.match, lines) if found
    )
    columns = tuple(
        ResultColumn(*found.groups()) for found in map(_COLUMN.match, lines) if found
    )
    reads = tuple(
        word.strip()
        for found in map(_READS.match, lines)
        if found
        for word in found[1].split(",")
    )
    rows = next((found[1] for found in map(_ROWS.match, lines) if found), "")
    lacking = [
        what
        for what, there in (
            ("a '-- reads' line", reads),
            ("a '-- column' line", columns),
            ("a '-- rows' line", rows),
        )
        if not there
    ]
    if lacking:
        raise QueryError(
            f"The header of {name} lacks {' and '.join(lacking)}.",
            fix="write it as the other .sql files do.",
        )
    unknown = [param.type for param in params if param.type not in TYPES]
    if unknown:
        raise QueryError(
            f"The header of {name} has a parameter of type {unknown[0]}.",
            fix=f"use one of {', '.join(TYPES)}.",
        )
    whole = _with_used(text, lines)
    _only_reads(name, whole)
    return Sql(
        name,
        whole,
        hashlib.sha256(whole.encode()).hexdigest(),
        params,
        reads,
        columns,
        rows,
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise QueryError(
            f"The query {path} cannot be read: {error.strerror}."
        ) from error


def _is_read(line: str) -> bool:
    if line.startswith("-- uses "):
        return _USES.match(line) is not None
    is_promise = re.match(r"-- (param|column)\b", line) is not None
    return not is_promise or bool(_PARAM.match(line) or _COLUMN.match(line))


def _with_used(text: str, lines: list[str]) -> str:
    """Return a query with the CTEs of its `-- uses` lines before its own.

    Its header stays in front.
    """
    ctes = dict(
        cte for line in lines if (uses := _USES.match(line)) for cte in _ctes(uses)
    )
    if not ctes:
        return text
    own_text = body(text)
    header = "\n".join(lines)
    before = ",\n".join(
        f"{name} AS NOT MATERIALIZED (\n{select}\n)" for name, select in ctes.items()
    )
    own = _WITH.match(own_text)
    rest = f",{own_text[own.end() :]}" if own else f"\n{own_text}"
    return f"{header}\nWITH {before}{rest}"


def _ctes(uses: re.Match[str]) -> list[tuple[str, str]]:
    """Return the CTEs that one `-- uses` line stands for, as (name, SELECT).

    They come in the order in which they are defined.
    """
    name, alias, as_of, known_at = uses.groups()
    text = _read(MOMENTS / f"{name}.sql")
    inner = [
        cte
        for line in text.splitlines()
        if (more := _USES.match(line.rstrip()))
        for cte in _ctes(more)
    ]
    if alias is None:
        return [*inner, (name, body(text))]
    if inner:
        raise QueryError(
            f"{name}.sql uses others and cannot be moved to another moment.",
            fix="write its rule out, or use it at the moment asked for.",
        )
    moved = {"$as_of": f"({as_of})", "$known_at": f"({known_at})"}
    return [
        (
            alias,
            re.sub(
                r"\$as_of\b|\$known_at\b", lambda found: moved[found[0]], body(text)
            ),
        )
    ]


def body(text: str) -> str:
    """Return a query without its header and the semicolon at its end."""
    return (
        "\n".join(line for line in text.splitlines() if not line.startswith("--"))
        .strip()
        .rstrip(";")
    )


def _only_reads(name: str, text: str) -> None:
    try:
        kinds = [statement.type for statement in duckdb.extract_statements(text)]
    except duckdb.Error as error:
        raise QueryError(
            f"{name} is not SQL.",
            why=str(error).strip().splitlines()[0],
            fix="mend the query.",
        ) from error
    if kinds != [duckdb.StatementType.SELECT]:
        raise QueryError(
            f"{name} is not one SELECT.",
            why="a named query reads, and does nothing else.",
            fix="write it as one SELECT or WITH … SELECT.",
        )
