"""Backup and restore: one way of copying, there and back.

A backup is a lake itself, so every command works on it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.contracts import TABLES
from twin.errors import DamagedError, ForeignError, LakeError, UsageError
from twin.store import delta, identity
from twin.store.disk import make_folder, sweep, sync, unwritable, write_whole
from twin.store.lake import Identity, Lake, unreadable_log
from twin.store.maintenance import again
from twin.store.opening import empty, fault, newest, standing
from twin.store.publish import point
from twin.store.rollback import record
from twin.store.snapshot import File, Snapshot, ids, order, read
from twin.store.taken import set_aside

if TYPE_CHECKING:
    from pathlib import Path

    from twin.clock import Clock

_PIECE = 1 << 20


@dataclass
class Copied:
    """What a backup or a restore did.

    Attributes:
        snapshot: id of the newest snapshot that was copied, or was there already.
        snapshots: how many snapshots were copied; `files`, `bytes`: data files.
        there: data files that were there already and were found whole.
        problems: a sentence for each snapshot that could not be copied, because the source
            is not whole.
    """

    snapshot: str = ""
    snapshots: int = 0
    files: int = 0
    bytes: int = 0
    there: int = 0
    problems: list[str] = field(default_factory=list[str])


def backup(lake: Lake, folder: Path) -> Copied:
    """Copy all whole snapshots of a lake into a folder, or what is new since last time.

    Safe while publishing.

    Every file is hashed on its way, and every file that is there already is hashed again.
    What the lake has pruned since stays in the backup: prune it as a lake of its own.

    Raises:
        LakeError: the lake is empty, of an earlier format, or nothing of it is whole; the
            folder cannot be written.
        ForeignError: the folder is a backup of another lake. BusyError: somebody writes
            into the folder.
    """
    target = _beside(lake, folder)
    with target.writing():
        try:
            copying = _Copying.between(lake, target)
            copying.all()
        except OSError as error:
            raise unwritable(target.path, error) from error
        return copying.done


def restore(folder: Path, lake: Lake, *, now: Clock) -> Copied:
    """Bring a backup into an empty folder, or heal the lake it was taken from.

    What is missing or damaged there is replaced.

    What is whole in the lake stays, also what is newer than the backup.

    Raises:
        LakeError: the backup holds no snapshot. ForeignError: the lake is another one.
            BusyError: somebody is publishing.
    """
    source = _beside(lake, folder)
    with lake.writing():
        try:
            copying = _Copying.between(source, lake)
            copying.all()
            if not standing(lake).lost:
                _set_right(lake, now)
            if copying.done.files or copying.done.snapshots:
                facts = {
                    "from": str(folder),
                    "files": copying.done.files,
                    "snapshots": copying.done.snapshots,
                }
                record(lake, now(), "restore", facts)
        except OSError as error:
            raise unwritable(lake.path, error) from error
        except delta.DeltaError as error:
            raise unreadable_log(lake.path, error) from error
        return copying.done


def _beside(lake: Lake, folder: Path) -> Lake:
    here, other = lake.path.resolve(), folder.resolve()
    if here == other or here.is_relative_to(other) or other.is_relative_to(here):
        raise UsageError(
            f"The backup {folder} and the lake {lake.path} lie in each other.",
            fix="name a folder elsewhere, best on another disk.",
        )
    return Lake(folder)


def _set_right(lake: Lake, now: Clock) -> None:
    """Bring the logs of a restored lake to its newest snapshot."""
    current = newest(lake)
    assert current is not None  # noqa: S101  (one was just copied)
    logs = delta.reconcile(lake, current.tables, lake.aside(current.as_of))
    if logs:
        again(lake, current, dict(current.tables) | logs, now)


@dataclass
class _Copying:
    """One way from a lake to another of the same id."""

    source: Lake
    target: Lake
    owner: Identity
    ids: tuple[str, ...]
    done: Copied = field(default_factory=Copied)
    newest: Snapshot | None = None
    seen: set[str] = field(default_factory=set[str])

    @classmethod
    def between(cls, source: Lake, target: Lake) -> _Copying:
        """Begin, once the target is known to be empty or of the same lake."""
        there = standing(source)
        if there.newest is None:
            raise DamagedError(there.lost[0]) if there.lost else empty(source)
        owner = identity.of(source, there.newest)
        if owner is None:
            raise LakeError(
                f"The lake {source.path} is of an earlier format.",
                why="its snapshots carry no seal, so a copy could not be proven.",
                fix=f"`twin lake upgrade --lake {source.path}` first.",
            )
        at_target = standing(target)
        held = identity.of(target, at_target.newest)
        is_strange = (
            held is None
            and at_target.newest is None
            and next(target.tables.glob("*/*.parquet"), None)
            and not set(ids(target)) & set(there.ids)
        )
        if is_strange or (held is not None and held.id != owner.id):
            strange = (
                f"another lake, of {held.city}"
                if held
                else "files of nobody knows which lake"
            )
            raise ForeignError(
                f"{target.path} holds {strange}.",
                why="its rows would be mixed with those of this one.",
                fix="name an empty folder.",
            )
        return cls(source, target, owner, there.ids, Copied(problems=list(there.lost)))

    def all(self) -> None:
        """Copy data files, then the logs, then the snapshots that name them.

        Last of all say which is the newest.
        """
        for folder in (
            self.target.path,
            self.target.snapshots,
            *self.target.tables.glob("*"),
        ):
            sweep(folder)
        whole = {
            each: data
            for each in sorted(self.ids, key=order)
            if (data := self._files_of(each))
        }
        if self.newest is None:
            raise DamagedError(
                f"No snapshot in {self.source.path} is whole.",
                why=next(iter(self.done.problems), ""),
                fix=(
                    "use another backup."
                    if self.done.problems
                    else "run it again: all that were there were pruned meanwhile."
                ),
            )
        self.done.snapshot = self.newest.id
        before = standing(self.target)
        is_newer = not before.lost and (
            before.newest is None or order(before.newest.id) <= order(self.newest.id)
        )
        if is_newer:
            self._logs(self.newest)
        for each, data in whole.items():
            self._snapshot(each, data)
        identity.write(self.target, self.owner)
        last = standing(self.target).newest
        point(
            self.target,
            last if last and order(last.id) > order(self.newest.id) else self.newest,
        )
        if is_newer:
            set_aside(self.target, self.newest)

    def _files_of(self, snapshot_id: str) -> bytes | None:
        """Copy the data files of a snapshot, and return its own bytes.

        Return None if it is not whole, or was pruned while we copied.
        """
        path = self.source.snapshots / f"{snapshot_id}.json"
        try:
            data, snapshot = path.read_bytes(), read(self.source, snapshot_id)
            for file in (
                file for cut in snapshot.tables.values() for file in cut.files
            ):
                self._file(file)
        except FileNotFoundError as error:
            if path.exists():
                self.done.problems.append(
                    f"{snapshot_id} was not copied: {error.filename} is missing."
                )
            return None
        except LakeError as error:
            if path.exists():
                self.done.problems.append(error.what)
            return None
        self.newest = snapshot
        return data

    def _snapshot(self, snapshot_id: str, data: bytes) -> None:
        there = self.target.snapshots / f"{snapshot_id}.json"
        if not there.exists() or there.read_bytes() != data:
            write_whole(there, data)
            self.done.snapshots += 1

    def _file(self, file: File) -> None:
        """Copy a data file, hashing it on its way, unless it is there and whole.

        Raises:
            DamagedError: the source is not what was published. FileNotFoundError: it is gone.
        """
        there = self.target.tables / file.path
        if file.path in self.seen:
            return
        if there.exists() and fault(self.target, file) is None:
            self.seen.add(file.path)
            self.done.there += 1
            return
        make_folder(there.parent)
        waiting = there.with_name(f".{there.name}.{os.getpid()}")
        digest = hashlib.sha256()
        with (
            (self.source.tables / file.path).open("rb") as data,
            waiting.open("wb") as copy,
        ):
            while piece := data.read(_PIECE):
                digest.update(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != file.sha256:
            waiting.unlink()
            raise DamagedError(
                f"{file.path} in {self.source.path} has other bytes than published: no"
                " snapshot that names it was copied."
            )
        waiting.rename(there)
        sync(there.parent)
        self.seen.add(file.path)
        self.done.files += 1
        self.done.bytes += file.bytes

    def _logs(self, newest: Snapshot) -> None:
        """Copy the Delta logs as a snapshot has them.

        One that cannot be copied is written anew by a restore.
        """
        for table in TABLES:
            cut = newest.tables.get(table)
            if (
                cut is not None
                and cut.version >= 0
                and not delta.copied(self.source, self.target, table, cut)
            ):
                self.done.problems.append(
                    f"The Delta log of {table} could not be copied; a restore writes it"
                    " anew."
                )
