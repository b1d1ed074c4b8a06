"""What the schedule has delivered, in `schedule.json` of the lake.

So a restart neither repeats nor forgets a brief.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from twin.clock import from_text, to_text
from twin.errors import LakeError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "schedule.json"

# Days that are remembered: a clock that was wrong for a while repeats none of them.
KEPT = 60


@dataclass(frozen=True)
class Entry:
    """A brief that went out.

    Attributes:
        as_of: the moment that it speaks of, UTC.
        files: names of what was written.
        left: formats that could not be written yet.
    """

    as_of: datetime
    files: tuple[str, ...]
    left: tuple[str, ...] = ()


@dataclass
class Ledger:
    """The briefs that went out, by civil day. One process writes it: the owner of the schedule."""

    path: Path
    entries: dict[date, Entry] = field(default_factory=dict[date, Entry])

    @property
    def days(self) -> set[date]:
        """Return the days whose brief was delivered whole."""
        return {day for day, entry in self.entries.items() if not entry.left}

    def note(self, day: date, entry: Entry) -> None:
        """Remember what went out for a day.

        It is known from now on, whether or not it can be written.

        Raises:
            LakeError: it cannot be written; after a restart it would not be known.
        """
        self.entries = dict(sorted({**self.entries, day: entry}.items())[-KEPT:])
        briefs = {
            day.isoformat(): {
                "as_of": to_text(entry.as_of),
                "files": list(entry.files),
                "left": list(entry.left),
            }
            for day, entry in self.entries.items()
        }
        beside = self.path.with_suffix(".json.part")
        try:
            with beside.open("w", encoding="utf-8") as file:
                json.dump(
                    {"format": 1, "briefs": briefs}, file, ensure_ascii=False, indent=1
                )
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        except OSError as error:
            raise LakeError(
                f"{self.path} cannot be written: {error.strerror}.",
                why="after a restart within the hour the brief would be written again.",
                fix="make room for it, or mend its permissions.",
            ) from error


def read(lake: Path) -> Ledger:
    """Return what was delivered from `lake`; what cannot be read is as if nothing had been."""
    path = lake / NAME
    try:
        said: Any = json.loads(path.read_text(encoding="utf-8"))["briefs"]
        briefs = cast("dict[str, Any]", said)
        return Ledger(
            path,
            {date.fromisoformat(day): _entry(entry) for day, entry in briefs.items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Ledger(path)


def _entry(said: Any) -> Entry:
    files, left = (tuple(str(name) for name in said[key]) for key in ("files", "left"))
    return Entry(from_text(said["as_of"]), files, left)
