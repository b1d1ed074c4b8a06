"""Find a snapshot, make sure that its files are what was published, fall back to the last that is whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from twin.clock import to_text
from twin.contracts import TABLES
from twin.errors import DamagedError, LakeError
from twin.store.files import schema_hash
from twin.store.lake import Lake
from twin.store.snapshot import File, Snapshot, ids, read

_PIECE = 1 << 20
_REMEMBERED = 20_000
"""Files remembered as verified before those of old snapshots are let go: a wall runs for months."""


@dataclass(frozen=True)
class Verified:
    """What a check of files found: how many files and bytes were read, and a sentence for each that is not as published."""

    snapshot: str
    n_files: int
    n_bytes: int
    faults: tuple[str, ...]


def newest(lake: Lake) -> Snapshot | None:
    """Answer the snapshot that the pointer names, files unchecked; None in an empty lake.

    Raises:
        LakeError: it cannot be read.
    """
    named = lake.newest_id()
    return read(lake, named) if named else None


def find(lake: Lake, ref: str | datetime = "latest") -> Snapshot:
    """Answer a snapshot by id, 'latest', or the newest whose data speak of `ref` or before (the oldest, if all are later).

    Raises:
        DamagedError: there is none of that id. LakeError: the lake is empty.
    """
    if isinstance(ref, str) and ref != "latest":
        return read(lake, ref)
    if isinstance(ref, str):
        found = newest(lake)
        if found is None:
            raise LakeError(f"The lake {lake.path} holds no snapshot.", fix="fill it: `twin demo`, `twin simulate` or `twin ingest`.")
        return found
    every = ids(lake)
    if not every:
        raise LakeError(f"The lake {lake.path} holds no snapshot.", fix="fill it: `twin demo`, `twin simulate` or `twin ingest`.")
    limit = to_text(ref).replace("-", "").replace(":", "")[:15] + "Z~"
    for each in reversed([each for each in every if each <= limit]):
        found = read(lake, each)
        if found.as_of <= ref:  # an id holds whole seconds only
            return found
    return read(lake, every[0])


def verify(lake: Lake, ref: str = "latest") -> Verified:
    """Hash every file of a snapshot again and compare with what was published."""
    snapshot = find(lake, ref)
    every = [file for cut in snapshot.tables.values() for file in cut.files]
    with ThreadPoolExecutor(2) as pool:
        faults = [fault for fault in pool.map(lambda file: _fault(lake, file), every) if fault]
    return Verified(snapshot.id, len(every), sum(file.bytes for file in every), tuple(faults))


def trust(lake: Lake, snapshot: Snapshot) -> None:
    """Make sure that every file is what was published, hashing only those not yet seen in this shape by this process.

    Raises:
        DamagedError: one is not; the sentence names it. LakeError: a table has other columns than this program expects.
    """
    fits(snapshot)
    unseen = [file for cut in snapshot.tables.values() for file in cut.files if not _seen(lake, file)]
    with ThreadPoolExecutor(2) as pool:
        faults = [fault for fault in pool.map(lambda file: _fault(lake, file), unseen) if fault]
    if faults:
        more = f" ({len(faults)} files are)" if len(faults) > 1 else ""
        raise DamagedError(f"Snapshot {snapshot.id} is damaged{more}: {faults[0]}", why="wrong numbers would be shown without any error.",
                           fix="restore the file from a backup; until then the last whole snapshot is shown and nothing new is published.")
    if len(lake.verified) > _REMEMBERED:
        named = {file.path for cut in snapshot.tables.values() for file in cut.files}
        for path in [path for path in lake.verified if path not in named]:
            lake.verified.pop(path, None)


def fits(snapshot: Snapshot) -> None:
    """Make sure that every table has the columns that this program expects.

    Raises:
        LakeError: one has not; the sentence names it.
    """
    for table, cut in snapshot.tables.items():
        if table in TABLES and cut.schema_hash != schema_hash(TABLES[table]):
            raise LakeError(f"The table {table} of snapshot {snapshot.id} has other columns than this program expects.",
                            why="another version of City Twin wrote the lake.", fix="use the version that wrote it, or fill a new lake (--lake).")


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _seen(lake: Lake, file: File) -> bool:
    try:
        return lake.verified.get(file.path) == _stamp(lake.tables / file.path)
    except OSError:
        return False


def _fault(lake: Lake, file: File) -> str | None:
    """Answer what is wrong with `file`, or None and remember it as seen."""
    path = lake.tables / file.path
    try:
        stamp = _stamp(path)
        digest = hashlib.sha256()
        with path.open("rb") as data:
            while piece := data.read(_PIECE):
                digest.update(piece)
    except FileNotFoundError:
        return f"{file.path} is missing."
    except OSError as error:
        return f"{file.path} cannot be read: {error.strerror}."
    if stamp[0] != file.bytes:
        return f"{file.path} has {stamp[0]:,} bytes, published with {file.bytes:,}."
    if digest.hexdigest() != file.sha256:
        return f"{file.path} has other bytes than published (SHA-256 {digest.hexdigest()[:12]}, not {file.sha256[:12]})."
    lake.verified[file.path] = stamp
    return None


def last_good(lake: Lake) -> tuple[Snapshot, tuple[str, ...]]:
    """Answer the newest snapshot whose files are whole, and a sentence for each newer one that is not.

    Raises:
        LakeError: none is whole, or the lake is empty.
    """
    problems: list[str] = []
    for candidate in _candidates(lake):
        try:
            snapshot = read(lake, candidate)
            trust(lake, snapshot)
        except DamagedError as error:
            problems.append(error.what)
        else:
            return snapshot, tuple(problems)
    if problems:
        raise LakeError(f"No snapshot in the lake {lake.path} is whole.", why=problems[0], fix="restore the lake from a backup.")
    raise LakeError(f"The lake {lake.path} holds no snapshot.", fix="fill it: `twin demo`, `twin simulate` or `twin ingest`.")


def _candidates(lake: Lake) -> Iterable[str]:
    """Answer ids from the newest back; what no pointer ever named (a writer killed before the end) is left out."""
    named = lake.newest_id()
    if named is None:
        return []
    return [named, *(each for each in reversed(ids(lake)) if each < named)]
