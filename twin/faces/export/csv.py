"""One CSV file per table, UTF-8 with a mark so that spreadsheets read it.

The first line names the snapshot; the second has the heads, which end in how late the data
are, or of which other moment.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from twin.faces.export.draft import Draft
    from twin.faces.export.format import Format
    from twin.faces.export.tables import Value

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Csv:
    """Tables for a spreadsheet, a file each. Moments are in the city's zone, without offset."""

    name: str = "csv"
    suffix: str = ".csv"

    def write(self, draft: Draft, into: Path) -> list[Path]:
        """Write each sheet to a file; a text that looks like a formula gets a `'` before it.

        Raises:
            LakeError: the lake cannot be read.
        """
        notice = draft.notice()
        written: list[Path] = []
        for sheet in draft.sheets():
            path = draft.path(into, self.suffix, sheet.name)
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                out = csv.writer(file)
                out.writerow(["snapshot", draft.snapshot])
                out.writerow([*sheet.heads, *([notice] if notice else [])])
                out.writerows([safe(value) for value in row] for row in sheet.rows)
            written.append(path)
        return written


FORMAT: Format = Csv()


def safe(value: Value) -> Value:
    """Return a value that no spreadsheet takes for a formula."""
    return (
        f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
    )
