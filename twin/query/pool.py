"""Snapshots held open: a few engines over verified files.

Files are verified before the first question.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twin.engine import Engine
from twin.errors import LakeError, QueryError
from twin.store import (
    Found,
    Lake,
    Shown,
    Snapshot,
    as_far_as_whole,
    at,
    best,
    engine_over,
    ensure_intact,
    find,
    guard,
    may_be_whole,
)

if TYPE_CHECKING:
    from datetime import datetime

    from twin.city import City

# Engines kept when nobody asks them: the newest snapshot, its forerunners that are still
# being drawn, and looks back.
MOST_OPEN = 6

# How often the files of a snapshot are looked at again without its being named anew, s.
RECHECK_S = 5.0


@dataclass
class _Opened:
    shown: Shown
    engine: Engine
    looked_at: float
    users: int = 0


@dataclass(frozen=True)
class _Newest:
    """What the pointer named when last looked at, and what can be shown, or why nothing can."""

    named: str | None
    looked_at: float
    shown: Shown | LakeError


@dataclass
class SnapshotPool:
    """The snapshots of one lake, each as far as it is whole. Safe between threads."""

    lake: Lake
    city: City
    threads: int = 2
    _opened: OrderedDict[str, _Opened] = field(
        default_factory=OrderedDict[str, _Opened]
    )
    _leaving: list[_Opened] = field(default_factory=list[_Opened])
    _newest: _Newest | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def newest(self) -> Shown:
        """Return the newest snapshot that can be shown (see `twin.store.best`).

        Raises:
            LakeError: there is none.
        """
        with self._lock:
            named, now = self.lake.newest_id(), time.monotonic()
            known = self._newest
            if (
                known is None
                or named != known.named
                or now - known.looked_at > RECHECK_S
            ):
                known = self._newest = _Newest(named, now, self._best())
            if isinstance(known.shown, LakeError):
                raise known.shown
            return known.shown

    def at(self, moment: datetime) -> Found:
        """Return the snapshot that answers a moment: the first whole one (see `twin.store.at`).

        Where no whole one holds all that was known then, the newest that can be shown
        answers, if it does.

        Raises:
            LakeError: none can be shown.
        """
        with self._lock:
            newest = self.newest()
            if (
                newest.snapshot.as_of >= moment
                and newest.damaged
                and not may_be_whole(self.lake, newest, moment)
            ):
                return Found(newest.snapshot, is_exact=True)
            try:
                found = at(self.lake, moment)
            except LakeError:
                return Found(newest.snapshot, is_exact=newest.snapshot.as_of >= moment)
            if found.is_exact or newest.snapshot.as_of <= found.snapshot.as_of:
                return found
            return Found(newest.snapshot, is_exact=newest.snapshot.as_of >= moment)

    @contextmanager
    def open(self, snapshot_id: str) -> Generator[tuple[Shown, Engine]]:
        """Return a snapshot and an engine over what is whole of it.

        The engine stays open for the length of the block.

        Raises:
            DamagedError: there is no such snapshot, or it cannot be read.
        """
        with self._lock:
            opened = self._of(snapshot_id)
            opened.users += 1
        try:
            yield opened.shown, opened.engine
        finally:
            with self._lock:
                opened.users -= 1
                self._let_go()

    def shown(self, snapshot_id: str) -> Shown:
        """Return a snapshot as far as it is whole. Raises DamagedError as `open` does."""
        with self._lock:
            return self._of(snapshot_id).shown

    def make_sure(self, shown: Shown, tables: Collection[str]) -> None:
        """Make sure that what was just read of a snapshot is still what was published.

        Raises:
            DamagedError: it is not.
        """
        read = {
            name: cut
            for name, cut in shown.snapshot.tables.items()
            if name in tables and name not in shown.damaged and name not in shown.anew
        }
        ensure_intact(self.lake, replace(shown.snapshot, tables=read))

    def look_again(self, shown: Shown) -> bool:
        """Look at the files of a snapshot now.

        Return whether something else of it is damaged than was in `shown`.
        """
        with self._lock:
            self._newest = None
            if opened := self._opened.get(shown.snapshot.id):
                opened.looked_at = float("-inf")
            return not _is_same(self._of(shown.snapshot.id).shown, shown)

    def close(self) -> None:
        """Let go of all engines."""
        with self._lock:
            for opened in (*self._opened.values(), *self._leaving):
                opened.engine.close()
            self._opened.clear()
            self._leaving.clear()

    def _best(self) -> Shown | LakeError:
        """Look for what can be shown.

        Another damage than before is seen by all who ask of that snapshot from now on.
        """
        try:
            guard(self.lake, self.city, None)
            shown = best(self.lake)
            guard(self.lake, self.city, shown.snapshot)
        except LakeError as error:
            return error
        if opened := self._opened.get(shown.snapshot.id):
            opened.looked_at = (
                time.monotonic() if _is_same(opened.shown, shown) else float("-inf")
            )
        return shown

    def _of(self, snapshot_id: str) -> _Opened:
        """Return a snapshot opened as it is now, or was a moment ago."""
        opened = self._opened.get(snapshot_id)
        if opened is None:
            opened = self._opened[snapshot_id] = self._open(self._read(snapshot_id))
        elif time.monotonic() - opened.looked_at > RECHECK_S:
            snapshot = self._read(snapshot_id)
            if _is_same(as_far_as_whole(self.lake, snapshot), opened.shown):
                opened.looked_at = time.monotonic()
            else:
                self._leaving.append(self._opened.pop(snapshot_id))
                self._let_go()
                opened = self._opened[snapshot_id] = self._open(snapshot)
        self._opened.move_to_end(snapshot_id)
        return opened

    def _read(self, snapshot_id: str) -> Snapshot:
        newest = self._newest.shown if self._newest else None
        return (
            newest.snapshot
            if isinstance(newest, Shown) and newest.snapshot.id == snapshot_id
            else find(self.lake, snapshot_id)
        )

    def _open(self, snapshot: Snapshot) -> _Opened:
        """Open an engine over what is whole.

        Make sure that it still was when the engine had been opened.
        """
        shown = as_far_as_whole(self.lake, snapshot)
        while True:
            looked_at = time.monotonic()
            try:
                engine = engine_over(
                    snapshot,
                    self.city,
                    threads=self.threads,
                    anew=shown.anew,
                    without=shown.damaged.keys(),
                )
            except QueryError:
                before, shown = shown, as_far_as_whole(self.lake, snapshot)
                if _is_same(before, shown):
                    raise
                continue
            before, shown = shown, as_far_as_whole(self.lake, snapshot)
            if _is_same(before, shown):
                return _Opened(shown, engine, looked_at)
            engine.close()

    def _let_go(self) -> None:
        for opened in [each for each in self._leaving if not each.users]:
            self._leaving.remove(opened)
            opened.engine.close()
        for snapshot_id in [
            key for key, opened in self._opened.items() if not opened.users
        ][: max(0, len(self._opened) - MOST_OPEN)]:
            self._opened.pop(snapshot_id).engine.close()


def _is_same(one: Shown, other: Shown) -> bool:
    """Return whether the same of a snapshot is damaged."""
    return one.damaged.keys() == other.damaged.keys() and one.anew == other.anew
