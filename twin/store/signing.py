"""Sign a lake that has none, or whose signature was of another key.

From then on, whoever has the key sees forgeries too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.errors import DamagedError, LakeError
from twin.store import seal
from twin.store.disk import unwritable, write_whole
from twin.store.lake import Lake
from twin.store.snapshot import ids

if TYPE_CHECKING:
    from pathlib import Path


def sign(lake: Lake) -> int:
    """Seal lake.json, every snapshot and the pointer again, and return how many were.

    The key is that of `TWIN_LAKE_KEY_FILE`.

    May be broken off at any point and begun again.

    Raises:
        LakeError: there is no key, or the lake is of an earlier format. DamagedError: a
            file is not what was written.
        BusyError: somebody is publishing.
    """
    key = seal.key()
    if key is None:
        raise LakeError(
            "There is no key to sign with.",
            fix=(
                "write one into a file outside the lake, and name it in"
                f" {seal.KEY_FILE}."
            ),
        )
    with lake.writing():
        paths = [
            *(lake.snapshots / f"{each}.json" for each in ids(lake)),
            lake.identity,
            lake.pointer,
        ]
        try:
            opened = {path: _opened(path) for path in paths if path.exists()}
            for path, said in opened.items():
                write_whole(path, seal.seal(said, key))
        except OSError as error:
            raise unwritable(lake.path, error) from error
    return len(opened)


def _opened(path: Path) -> dict[str, object]:
    data = path.read_bytes()
    if not seal.is_sealed(data):
        raise LakeError(
            f"The file {path.name} carries no seal.",
            why="the lake is of an earlier format.",
            fix="`twin lake upgrade` first.",
        )
    try:
        said = seal.unseal(data, None)
    except ValueError as error:
        raise DamagedError(
            f"The file {path.name} cannot be signed: {error}.",
            fix="restore it from a backup, or roll back.",
        ) from error
    said.pop("signed", None)
    return said
