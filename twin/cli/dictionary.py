"""The data dictionary: every table of the lake in words, made from what the program checks.

A column's sentence, unit and range are its contract's; a measured figure's formula is that
of the module that works it out. So the page cannot say other than what the program does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from twin.contracts import TABLES
from twin.contracts.units import UNITS
from twin.measures import MEASURES, rests_on

if TYPE_CHECKING:
    from twin.contracts import Column, Table
    from twin.measures import Definition

_HEAD = """# Data dictionary

Made by `twin contracts` from the contracts (`twin/contracts`) and from the definitions of the measures (`twin/measures`); do not
edit it. A row that does not keep what is said here is refused, and stands in `quarantine` with its reason.

Three kinds of tables:

- A **log** is append-only. Every row has two clocks: `occurred_at`, when it happened in the world, and `recorded_at`, when the
  city first knew. A correction is a row of its own. Rows are kept for ever: `twin snapshot prune` lets old snapshots go, no rows.
- A **reference** table is what the city pack says. It is replaced whole when the pack changes.
- A **measure** is worked out from logs and reference tables when a snapshot is published, and can be worked out again at any time.

Columns of the key are **bold**. *null* says whether a value may be absent; absent is never written as zero.
"""  # noqa: E501

_KINDS = {"log": "Logs", "reference": "Reference tables", "measure": "Measures"}
_CUTS = {
    "all": "one piece",
    "month": "a piece for each month of `occurred_at`",
    "day": "a piece for each day of `occurred_at`",
    "rolling": (
        "a piece for each day of `occurred_at`, folded to months once a day is over a"
        " month old"
    ),
}
_COLUMNS = (
    "| column | type | unit | null | range | meaning |",
    "|---|---|---|---|---|---|",
)


def markdown(tables: Iterable[Table] | None = None) -> str:
    """Return the dictionary as Markdown: of all tables with head and units, or of some alone."""
    if tables is not None:
        return "\n".join(map(_table, tables))
    parts = [_HEAD, *_index()]
    for kind, heading in _KINDS.items():
        parts.append(f"## {heading}\n")
        parts.extend(_table(each) for each in TABLES.values() if each.kind == kind)
    return "\n".join((*parts, *_units()))


def type_of(column: Column) -> str:
    """Return the Arrow type of a column in a word; every moment has the same, `timestamp`."""
    return "timestamp" if pa.types.is_timestamp(column.type) else str(column.type)


def range_of(column: Column) -> str:
    """Return which values a column may have, '' if any of its type."""
    if column.allowed:
        return ", ".join(f"`{each}`" for each in column.allowed)
    low, high = (_number(each, column.unit) for each in (column.low, column.high))
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""


def _number(value: float | None, unit: str) -> str:
    """Return a number as it is read; the digits of years and codes are not grouped."""
    if value is None:
        return ""
    return f"{value:.12g}" if unit in {"year", "code"} else f"{value:,.12g}"


def _index() -> Iterator[str]:
    """Yield a line for each table, in the order in which they follow."""
    yield from ("| table | kind | what it holds |", "|---|---|---|")
    for kind in _KINDS:
        for table in TABLES.values():
            if table.kind == kind:
                first = table.doc.partition(". ")[0].rstrip(".")
                yield f"| [{table.name}](#{table.name}) | {kind} | {_cell(first)} |"
    yield ""


def _table(table: Table) -> str:
    lines = [f"### {table.name}\n", f"{table.doc}\n", *_facts(table), "", *_COLUMNS]
    lines.extend(_row(table, column) for column in table.columns)
    if table.rules:
        lines.append("\nA row is refused unless:\n")
        lines.extend(f"- {rule}" for rule in table.rules)
    for measure in MEASURES:
        if measure.table is table:
            lines.append("\nIts figures:\n")
            lines.extend(_figure(each) for each in measure.definitions)
    return "\n".join((*lines, ""))


def _facts(table: Table) -> Iterator[str]:
    """Yield what holds of the table as a whole, a line each."""
    yield f"- kind: {table.kind}"
    yield f"- key: {_names(table.key)}"
    yield f"- kept in {_CUTS[table.chunk]}, sorted by {_names(table.sort)}"
    if behind := rests_on(table.name, reference=True):
        yield f"- worked out from {_links(behind)}"
    above = [
        measure.name
        for measure in MEASURES
        if table.name in (*measure.logs, *measure.reference)
    ]
    if above:
        yield f"- {_links(above)} rest{'s' if len(above) == 1 else ''} on it"


def _row(table: Table, column: Column) -> str:
    name = f"`{column.name}`"
    meaning = column.doc[:1].upper() + column.doc[1:]
    cells = (
        f"**{name}**" if column.name in table.key else name,
        type_of(column),
        column.unit,
        "null" if column.null else "",
        range_of(column),
        # What people wrote may name a person: whoever shows it must know.
        f"{meaning}; masked where it is shown" if column.free else meaning,
    )
    return f"| {' | '.join(map(_cell, cells))} |"


def _figure(definition: Definition) -> str:
    """Return what a figure means, as one item of a list with an item for each part."""
    names = _names(column.name for column in definition.columns)
    better = (
        "" if definition.better == "neither" else f"; {definition.better} is better"
    )
    parts = (
        ("how", definition.formula),
        ("target", definition.target),
        ("absent", definition.absent),
        ("why so", definition.source),
    )
    lines = [f"- **{definition.title}**: {names}{better}"]
    lines.extend(f"  - {label}: {said}" for label, said in parts if said)
    return "\n".join(lines)


def _units() -> Iterator[str]:
    yield from ("## Units\n", "| unit | meaning |", "|---|---|")
    yield "|  | a name, a word, a code of letters or a truth |"
    for unit, meaning in UNITS.items():
        yield f"| {_cell(unit)} | {_cell(meaning)} |"
    yield ""


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _links(names: Iterable[str]) -> str:
    return ", ".join(f"[{name}](#{name})" for name in names)


def _cell(text: str) -> str:
    """Return text that a cell of a Markdown table can hold: one line, no bar of its own."""
    return " ".join(text.split()).replace("|", "\\|")
