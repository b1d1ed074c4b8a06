"""The lake's own dealings with the disk: moving, sweeping, and what to say when it refuses."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from twin.disk import make_folder, sync, write_whole
from twin.errors import LakeError

__all__ = ["make_folder", "move", "sweep", "sync", "unwritable", "write_whole"]

# What deltalake writes before it gives a file its name.
_STAGED = re.compile(r".+#\d+")
_WHY = {
    errno.ENOSPC: "the disk is full.",
    errno.EROFS: "the disk is read-only.",
    errno.EACCES: "this user may not write there.",
    errno.EPERM: "this user may not write there.",
    errno.EFBIG: "the file would be larger than is allowed.",
    errno.EDQUOT: "this user's share of the disk is used up.",
}


def unwritable(path: Path, error: OSError) -> LakeError:
    """Return the sentence for a disk that is full, read-only or not ours."""
    why = _WHY.get(error.errno or 0, "the system refused.")
    return LakeError(
        f"The lake {path} cannot be written: {error.strerror}.",
        why=f"{why} What was published before is whole.",
        fix="make room or give the right to write, then run the same command again.",
    )


def move(paths: list[Path], root: Path, to: Path) -> None:
    """Move files from below `root` to the same places below `to`.

    They are on the disk when this returns. What is gone is left out.
    """
    folders: set[Path] = set()
    for path in paths:
        there = to / path.relative_to(root)
        make_folder(there.parent)
        try:
            path.rename(there)
        except FileNotFoundError:
            continue
        folders |= {path.parent, there.parent}
    # New names are synced before the old ones are gone.
    for folder in sorted(folders, key=lambda each: not each.is_relative_to(to)):
        sync(folder)


def sweep(folder: Path) -> None:
    """Remove what killed writers left half-written in a folder. Only for whoever holds the lake."""
    try:
        left = [
            entry.path for entry in os.scandir(folder) if _is_half_written(entry.name)
        ]
    except FileNotFoundError:
        return
    for path in left:
        Path(path).unlink(missing_ok=True)


def _is_half_written(name: str) -> bool:
    is_ours = name.startswith(".") and name.rpartition(".")[2].isdigit()
    return (
        is_ours
        or (name.startswith("_commit_") and name.endswith(".tmp"))
        or bool(_STAGED.fullmatch(name))
    )
