"""One CSV file per table, UTF-8 with a mark so that spreadsheets read it.

The first line names the snapshot; the second has the heads, which end in how late the data
are, or of which other moment.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from twin.faces.export.tables import Sheet, Value

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(
    sheets: Sequence[Sheet], folder: Path, stem: str, snapshot: str, notice: str = ""
) -> list[Path]:
    """Write each sheet to `folder/<stem>-<sheet>.csv`; return the paths.

    A text that looks like a formula gets a `'` before it.

    Args:
        notice: what must be known before a row is read, such as that the data are late.
    """
    written: list[Path] = []
    for sheet in sheets:
        path = folder / f"{stem}-{sheet.name}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            out = csv.writer(file)
            out.writerow(["snapshot", snapshot])
            out.writerow([*sheet.heads, *([notice] if notice else [])])
            out.writerows([safe(value) for value in row] for row in sheet.rows)
        written.append(path)
    return written


def safe(value: Value) -> Value:
    """Return a value that no spreadsheet takes for a formula."""
    return (
        f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
    )
