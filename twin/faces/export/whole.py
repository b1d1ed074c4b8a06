"""Files that appear whole or not at all.

They are written in a folder beside, and moved when they are on the disk.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from twin.clock import now
from twin.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_BESIDE = ".brief-"

# A folder so old was left by an export that was killed, s.
_LEFT_BEHIND_S = 86_400


def deliver(out: Path, write: Callable[[Path], Sequence[Path]]) -> list[Path]:
    """Move the files that `write` returns from the folder that it is given to `out`.

    Files of the same names are replaced. Return their new paths, by name.

    Raises:
        ExportError: the disk is full, or the folder cannot be written. What `write` raises;
            then nothing was moved.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        _tidy(out)
        with tempfile.TemporaryDirectory(
            prefix=_BESIDE, dir=out, ignore_cleanup_errors=True
        ) as beside:
            written = sorted(set(write(Path(beside))))
            for path in written:
                _to_disk(path)
            return [path.replace(out / path.name) for path in written]
    except OSError as error:
        raise _unwritten(out, error.strerror or str(error)) from error


def _unwritten(out: Path, why: str) -> ExportError:
    return ExportError(
        f"The brief cannot be written to {out}: {why}.",
        why="no file was left in halves.",
        fix="make room there, mend its permissions, or name another folder with --out.",
    )


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _tidy(out: Path) -> None:
    for folder in out.glob(f"{_BESIDE}*"):
        with suppress(OSError):
            if now().timestamp() - folder.stat().st_mtime > _LEFT_BEHIND_S:
                shutil.rmtree(folder)
