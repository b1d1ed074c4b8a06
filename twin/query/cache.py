"""Answers kept by their question: as much as fits, the least used dropped first; each worked out once, however many ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

V = TypeVar("V")


class Cache(Generic[V]):
    """A bounded cache that is never wrong, because its keys name everything an answer depends on. Safe between threads."""

    def __init__(self, most_bytes: int, size: Callable[[V], int]) -> None:
        """Begin empty; `size` answers the bytes of an answer."""
        self._most, self._size, self._bytes = most_bytes, size, 0
        self._kept: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._under_way: dict[Hashable, Future[V]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, work_out: Callable[[], V]) -> V:
        """Answer what is kept under `key`, or work it out; whoever asks meanwhile waits for that. A failure is not kept.

        Raises:
            Exception: what `work_out` raised, for all who waited.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            waiting = self._under_way.get(key)
            mine: Future[V] = Future()
            if waiting is None:
                self._under_way[key] = mine
        if waiting is not None:
            return waiting.result()
        try:
            value = work_out()
        except BaseException as error:
            with self._lock:
                del self._under_way[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._under_way[key]
            self._keep(key, value)
        mine.set_result(value)
        return value

    def _keep(self, key: Hashable, value: V) -> None:
        n_bytes = self._size(value)
        self._kept[key] = (value, n_bytes)
        self._bytes += n_bytes
        while self._bytes > self._most:
            _, (_, dropped) = self._kept.popitem(last=False)
            self._bytes -= dropped
