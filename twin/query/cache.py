"""Answers kept by their question: as much as fits, the least used dropped first.

Each worked out once, however many ask.

A page that lives asks of each snapshot once and never again: what nobody has asked for some
minutes goes too, so that a server does not fill its cache with what is past.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")

# How long an answer is kept that nobody asks for, s.
IDLE_S = 300.0


@dataclass(frozen=True, eq=False)
class _Work(Generic[V]):
    """An answer under way, and the thread that works it out."""

    thread: int
    answer: Future[V]


class Cache(Generic[V]):
    """A bounded cache that is never wrong, because its keys name everything an answer depends on.

    Safe between threads.
    """

    def __init__(
        self,
        most_bytes: int,
        size: Callable[[V], int],
        *,
        idle_s: float = IDLE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin empty; `size` gives the bytes of an answer, `clock` the seconds gone by."""
        self._most, self._size, self._bytes = most_bytes, size, 0
        self._idle_s, self._clock = idle_s, clock
        self._kept: OrderedDict[Hashable, tuple[V, int, float]] = OrderedDict()
        self._under_way: dict[Hashable, _Work[V]] = {}
        self._waits: dict[int, _Work[V]] = {}
        self._lock = threading.Lock()

    @property
    def kept_bytes(self) -> int:
        """Return the bytes of all that is kept."""
        return self._bytes

    def get(self, key: Hashable, work_out: Callable[[], V]) -> V:
        """Return what is kept under `key`, or work it out; whoever asks meanwhile waits for that.

        A failure is not kept, nor an answer that is larger than the whole cache: the others stay.

        Raises:
            Exception: what `work_out` raised, for all who waited; likewise what `size` raised, for
                an answer that is silently never kept would be slow for ever and nobody would know.
            RuntimeError: the answer rests on itself, so that waiting for it would never end.
        """
        mine = _Work(threading.get_ident(), Future[V]())
        with self._lock:
            if key in self._kept:
                value, n_bytes, _ = self._kept.pop(key)
                self._kept[key] = (value, n_bytes, self._clock())
                return value
            work = self._under_way.setdefault(key, mine)
            if work is not mine:
                self._begin_to_wait(mine.thread, work)
        if work is mine:
            return self._work(key, mine, work_out)
        try:
            return work.answer.result()
        finally:
            with self._lock:
                del self._waits[mine.thread]

    def _begin_to_wait(self, thread: int, work: _Work[V]) -> None:
        """Note that `thread` waits for `work`, unless whoever works it out waits for `thread`."""
        next_one: _Work[V] | None = work
        while next_one is not None:
            if next_one.thread == thread:
                raise RuntimeError(
                    "An answer of the cache rests on itself: it would wait for ever."
                )
            next_one = self._waits.get(next_one.thread)
        self._waits[thread] = work

    def _work(self, key: Hashable, mine: _Work[V], work_out: Callable[[], V]) -> V:
        try:
            value = work_out()
            n_bytes = self._size(value)
            with self._lock:
                self._keep(key, value, n_bytes)
                del self._under_way[key]
        except (
            BaseException
        ) as error:  # whatever it is: those who wait must not wait for ever
            with self._lock:
                self._under_way.pop(key, None)
            mine.answer.set_exception(error)
            raise
        mine.answer.set_result(value)
        return value

    def _keep(self, key: Hashable, value: V, n_bytes: int) -> None:
        now = self._clock()
        while self._kept and next(iter(self._kept.values()))[2] < now - self._idle_s:
            self._drop_oldest()
        if n_bytes > self._most:
            return
        self._kept[key] = (value, n_bytes, now)
        self._bytes += n_bytes
        while self._bytes > self._most:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, (_, n_bytes, _) = self._kept.popitem(last=False)
        self._bytes -= n_bytes
