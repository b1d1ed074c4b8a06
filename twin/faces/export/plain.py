"""One table in one file that a program reads again.

The first line names the columns, nothing else stands above it.

Text from data never becomes a formula: CSV gives it a `'` in front, unless it is a number;
a workbook holds it as text.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import xlsxwriter

from twin.errors import UsageError
from twin.faces.export import xlsx
from twin.faces.export.csv import safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Row = dict[str, Any]
FORMATS = (".csv", ".xlsx", ".jsonl")


def write(path: Path, heads: Sequence[str], rows: Sequence[Row]) -> None:
    """Write rows to a file that is not there yet, in the form that its name ends in.

    Args:
        heads: columns, in order; a row may lack some.

    Raises:
        UsageError: the name ends in none of FORMATS, the file is there already or cannot be
            written, or a workbook cannot hold so many rows or so long a text.
    """
    fmt = path.suffix.lower()
    if fmt not in FORMATS:
        raise UsageError(
            f"{path.name} ends in none of {', '.join(FORMATS)}.",
            fix="name the file so.",
        )
    if fmt == ".xlsx":
        _refuse_too_much(path, heads, rows)
    try:
        path.touch(exist_ok=False)
        {".csv": _csv, ".xlsx": _xlsx, ".jsonl": _jsonl}[fmt](path, heads, rows)
    except FileExistsError as error:
        raise UsageError(
            f"{path} is there already.",
            why="somebody may be mending rows in it.",
            fix="give another name, or move it away.",
        ) from error
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror or error}.",
            fix="choose a folder that exists and may be written to.",
        ) from error


def _refuse_too_much(path: Path, heads: Sequence[str], rows: Sequence[Row]) -> None:
    fix = f"write {path.stem}.csv instead."
    if len(rows) > xlsx.MOST_ROWS:
        raise UsageError(
            f"A sheet holds {xlsx.MOST_ROWS:,} rows, not {len(rows):,}.", fix=fix
        )
    if any(
        len(_text(row.get(name))) > xlsx.MOST_SIGNS for row in rows for name in heads
    ):
        raise UsageError(
            f"A cell of a sheet holds {xlsx.MOST_SIGNS:,} signs, and a text is longer.",
            fix=fix,
        )


def _csv(path: Path, heads: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([safe(name) for name in heads])
        out.writerows(
            [_unless_number(_text(row.get(name))) for name in heads] for row in rows
        )


def _unless_number(text: str) -> str:
    """Return a text that is safe in a spreadsheet; a number with a sign is no formula."""
    try:
        float(text)
    except ValueError:
        return str(safe(text))
    return text


def _xlsx(path: Path, heads: Sequence[str], rows: Sequence[Row]) -> None:
    with xlsxwriter.Workbook(str(path), xlsx.SAFE) as book:
        page = book.add_worksheet("rows")
        page.freeze_panes(1, 0)
        for at, cells in enumerate(
            [list(heads), *([_text(row.get(name)) for name in heads] for row in rows)]
        ):
            for column, text in enumerate(cells):
                if text:
                    page.write_string(at, column, text)


def _jsonl(path: Path, heads: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            given = {name: row[name] for name in heads if name in row}
            file.write(json.dumps(given, ensure_ascii=False, default=str) + "\n")


def _text(value: Any) -> str:
    """Return a value as it stands in a cell; what is no text is written as JSON writes it."""
    if value is None:
        return ""
    return (
        value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, default=str)
    )
