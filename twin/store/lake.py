"""A lake on disk: Delta tables, snapshots over all of them, one pointer, one publisher at a time."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from twin.errors import BusyError, LakeError

FORMAT = 2
"""Number of the lake's layout: this program reads all up to it; a higher number was written by a newer program."""


@dataclass(frozen=True)
class Lake:
    """A lake by its folder. Remembers which files it has verified, so that each is hashed once per process."""

    path: Path
    verified: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]], compare=False, repr=False)

    @property
    def tables(self) -> Path:
        """Answer the folder of the Delta tables: the only one that queries may read."""
        return self.path / "tables"

    @property
    def snapshots(self) -> Path:
        """Answer the folder of the snapshot files."""
        return self.path / "snapshots"

    @property
    def pointer(self) -> Path:
        """Answer the file that names the newest snapshot."""
        return self.path / "pointer.json"

    def newest_id(self) -> str | None:
        """Answer the id that the pointer names; None in a lake without a snapshot.

        Raises:
            LakeError: the pointer cannot be read, or the lake is of a newer program.
        """
        try:
            said = cast("dict[str, Any]", json.loads(self.pointer.read_text(encoding="utf-8")))
            version, snapshot = int(said["format"]), str(said["snapshot"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LakeError(f"The pointer of the lake {self.path} cannot be read: {error}.", why="it names the newest snapshot.",
                            fix=f"write the newest whole snapshot into it: `twin snapshot list --lake {self.path}` shows them.") from error
        if version > FORMAT:
            raise LakeError(f"The lake {self.path} is of format {version}; this program reads up to {FORMAT}.",
                            why="a newer City Twin wrote it.", fix="update this program, or name another lake with --lake.")
        return snapshot

    @contextmanager
    def writing(self) -> Generator[None]:
        """Hold the lake for writing, for the length of the block.

        Raises:
            BusyError: somebody else is writing. LakeError: the folder cannot be written.
        """
        try:
            for folder in (self.tables, self.snapshots):
                folder.mkdir(parents=True, exist_ok=True)
            file = (self.path / "publish.lock").open("w")
        except OSError as error:
            raise unwritable(self.path, error) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BusyError(f"Another program is publishing into the lake {self.path}.", why="two writers at once would lose rows.",
                                fix="wait until it is done, or stop it (a running `twin demo` publishes every few seconds).") from error
            yield


def unwritable(path: Path, error: OSError) -> LakeError:
    """Answer the sentence for a disk that is full, read-only or not ours."""
    why = {errno.ENOSPC: "the disk is full.", errno.EROFS: "the disk is read-only.", errno.EACCES: "this user may not write there.",
           errno.EFBIG: "the file would be larger than is allowed.", errno.EDQUOT: "this user's share of the disk is used up."}
    return LakeError(f"The lake {path} cannot be written: {error.strerror}.", why=f"{why.get(error.errno or 0, 'the system refused.')} What was published before is whole.",
                     fix="make room or give the right to write, then run the same command again.")


def unreadable_log(path: Path, error: Exception) -> LakeError:
    """Answer the sentence for a Delta log that refuses a commit."""
    return LakeError(f"A table of the lake {path} cannot be committed to: {str(error).strip().splitlines()[0]}.",
                     why="its Delta log is damaged, or the disk refused. What was published before is whole.",
                     fix="make room if the disk is full; otherwise restore the table's _delta_log from a backup.")


def sync(path: Path) -> None:
    """Make sure that a file or folder is on the disk, not only in its cache."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` under a name that appears only when all of it is on the disk."""
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    with waiting.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    waiting.rename(path)
    sync(path.parent)
