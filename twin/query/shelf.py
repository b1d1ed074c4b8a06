"""Snapshots held open: a few engines, each over files that were verified before the first question."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twin.engine import Engine
from twin.store import Found, Lake, Snapshot, at, engine_over, find, last_good, trust

if TYPE_CHECKING:
    from datetime import datetime

    from twin.city import City

MOST_OPEN = 6
"""Engines kept when nobody asks them: the newest snapshot, its forerunners that are still being drawn, and looks back."""
RECHECK_S = 5.0
"""How often the newest snapshot's files are looked at again without being named anew, s."""


@dataclass
class _Opened:
    snapshot: Snapshot
    engine: Engine
    users: int = 0


@dataclass
class _Newest:
    """What the pointer named when last looked at, and what was found whole."""

    named: str | None = None
    looked_at: float = 0.0
    snapshot: Snapshot | None = None
    problems: tuple[str, ...] = ()


@dataclass
class Shelf:
    """The snapshots of one lake. Safe between threads."""

    lake: Lake
    city: City
    threads: int = 2
    _opened: OrderedDict[str, _Opened] = field(default_factory=OrderedDict[str, _Opened])
    _newest: _Newest = field(default_factory=_Newest)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def newest(self) -> tuple[Snapshot, tuple[str, ...]]:
        """Answer the newest snapshot whose files are whole, and a sentence for each newer one that is not.

        Raises:
            LakeError: there is none.
        """
        with self._lock:
            named, now = self.lake.newest_id(), time.monotonic()
            known = self._newest
            if known.snapshot is None or named != known.named or now - known.looked_at > RECHECK_S:
                snapshot, problems = last_good(self.lake)
                known = self._newest = _Newest(named, now, snapshot, problems)
            assert known.snapshot is not None  # noqa: S101  (set in the line above)
            return known.snapshot, known.problems

    def at(self, moment: datetime) -> Found:
        """Return the snapshot that answers a moment (see `twin.store.at`). Raises LakeError if none is whole."""
        with self._lock:
            return at(self.lake, moment)

    @contextmanager
    def open(self, snapshot_id: str) -> Generator[tuple[Snapshot, Engine]]:
        """Answer a snapshot and an engine over it, which stays open for the length of the block.

        Raises:
            DamagedError: there is no such snapshot, or a file of it is not what was published.
        """
        with self._lock:
            opened = self._opened.get(snapshot_id) or self._open(snapshot_id)
            self._opened.move_to_end(snapshot_id)
            opened.users += 1
        try:
            yield opened.snapshot, opened.engine
        finally:
            with self._lock:
                opened.users -= 1
                self._let_go()

    def snapshot(self, snapshot_id: str) -> Snapshot:
        """Answer a snapshot, its files verified. Raises DamagedError as `open` does."""
        with self._lock:
            opened = self._opened.get(snapshot_id)
        if opened:
            return opened.snapshot
        with self.open(snapshot_id) as (snapshot, _):
            return snapshot

    def close(self) -> None:
        """Let go of all engines."""
        with self._lock:
            while self._opened:
                self._opened.popitem()[1].engine.close()

    def _open(self, snapshot_id: str) -> _Opened:
        newest = self._newest.snapshot
        snapshot = newest if newest and newest.id == snapshot_id else find(self.lake, snapshot_id)
        trust(self.lake, snapshot)
        opened = _Opened(snapshot, engine_over(snapshot, self.city, threads=self.threads))
        self._opened[snapshot_id] = opened
        return opened

    def _let_go(self) -> None:
        for snapshot_id in [key for key, opened in self._opened.items() if not opened.users][: max(0, len(self._opened) - MOST_OPEN)]:
            self._opened.pop(snapshot_id).engine.close()
