"""One file of JSON Lines per table: what programs load as it is, a type for each column.

Each line is a whole row, and names its snapshot, so that it can be loaded beside the rows
of other days and still says where it comes from.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from twin.faces.export.draft import Draft
    from twin.faces.export.format import Format
    from twin.faces.export.tables import Value


@dataclass(frozen=True)
class Jsonl:
    """Tables for programs, a file each.

    Columns are those of the sheets, with their units in their names; `_snapshot`, `_as_of`
    and `_notice` stand before them in every row. Moments are in the city's zone, with their
    offset: of an hour that comes twice each is told apart.
    """

    name: str = "jsonl"
    suffix: str = ".jsonl"

    def write(self, draft: Draft, into: Path) -> list[Path]:
        """Write each sheet to a file, UTF-8, a line for each row.

        Raises:
            LakeError: the lake cannot be read.
        """
        zone = draft.city.zone
        # The underscore keeps them apart from columns, whatever a layer calls its own.
        origin = {
            "_snapshot": draft.snapshot,
            "_as_of": draft.pinned.as_of.astimezone(zone).isoformat(),
            "_notice": draft.notice(),
        }
        written: list[Path] = []
        for sheet in draft.sheets():
            path = draft.path(into, self.suffix, sheet.name)
            with path.open("w", encoding="utf-8", newline="\n") as file:
                for row in sheet.rows:
                    values = (_plain(value, zone) for value in row)
                    named = dict(zip(sheet.heads, values, strict=True))
                    line = json.dumps({**origin, **named}, ensure_ascii=False)
                    file.write(f"{line}\n")
            written.append(path)
        return written


FORMAT: Format = Jsonl()


def _plain(value: Value, zone: ZoneInfo) -> Any:
    """Return a value as JSON has it: a moment as text, what is no number as null."""
    if isinstance(value, datetime):
        # A sheet's moments are of the city's clock and remember which of two hours is meant.
        return value.replace(tzinfo=zone).isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
