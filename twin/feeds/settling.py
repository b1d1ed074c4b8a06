"""Which files of a folder stand still: whoever writes them is done, as far as can be seen."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

# Ends of names that browsers and copying programs give to what they have not finished.
_UNFINISHED = (
    ".part",
    ".partial",
    ".tmp",
    ".crdownload",
    ".download",
    ".filepart",
    "~",
)
_BY_SYSTEMS = {"thumbs.db", "desktop.ini"}

# How many times longer a file without a byte may take: many programs make the name first.
PATIENCE_WITH_EMPTY = 12


def is_ignored(name: str) -> bool:
    """Return whether a file of this name is never taken: hidden, a lock, unfinished."""
    small = name.lower()
    return (
        small.startswith((".", "~$"))
        or small.endswith(_UNFINISHED)
        or small in _BY_SYSTEMS
    )


@dataclass(frozen=True)
class Look:
    """What a file looks like from outside; when it changes, the file is being written."""

    size: int
    changed_ns: int

    @classmethod
    def at(cls, path: Path) -> Look | None:
        """Look at a file; None if it is gone, or is no plain file."""
        try:
            found = path.lstat()
        except FileNotFoundError:
            return None
        return (
            cls(found.st_size, found.st_mtime_ns)
            if stat.S_ISREG(found.st_mode)
            else None
        )


@dataclass
class Settling:
    """The files of a folder, looked at again and again: network drives tell nobody of changes.

    Attributes:
        clock: seconds that only go forward.
        settle_s: how long size and time of change must stay the same.
        empty_s: the same for files without a byte: many programs make the name first.
        moving: names of files that were seen to change.
        others: names that are no plain files.
    """

    folder: Path
    clock: Callable[[], float]
    settle_s: float
    empty_s: float
    moving: set[str] = field(default_factory=set[str])
    others: set[str] = field(default_factory=set[str])
    _seen: dict[str, tuple[Look, float]] = field(
        default_factory=dict[str, "tuple[Look, float]"]
    )

    def look(self) -> list[Path]:
        """Look once; answer the files that stand still, in the order in which they were changed.

        Raises:
            OSError: the folder cannot be read.
        """
        now = self.clock()
        with os.scandir(self.folder) as entries:
            names = sorted(
                entry.name for entry in entries if not is_ignored(entry.name)
            )
        here: dict[str, tuple[Look, float]] = {}
        self.others.clear()
        for name in names:
            if (look := Look.at(self.folder / name)) is None:
                self.others.add(name)
                continue
            before = self._seen.get(name)
            if before is not None and before[0] != look:
                self.moving.add(name)
            here[name] = (
                before if before is not None and before[0] == look else (look, now)
            )
        self._seen = here
        self.moving &= here.keys()
        ready = [
            (look.changed_ns, name)
            for name, (look, since) in here.items()
            if now - since >= (self.settle_s if look.size else self.empty_s)
        ]
        self.moving -= {name for _, name in ready}
        return [self.folder / name for _, name in sorted(ready)]

    def names(self) -> set[str]:
        """Return the names of the files at the last look."""
        return set(self._seen)

    def forget(self, name: str) -> None:
        """Begin anew with a file: it must stand still once more."""
        self._seen.pop(name, None)
