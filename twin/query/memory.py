"""What this process really holds.

Rows are weighed as they lie in memory, and what is free goes back to the system.
"""

from __future__ import annotations

import ctypes
import threading
import time

import pyarrow as pa

# Bytes of a table beside its values, and of each piece of each of its columns: measured
# with the engine's answers, where ten columns of five rows take 20 kB for 0.4 kB of values.
_OF_A_TABLE, _OF_A_PIECE = 1_000, 2_000
_EVERY_S = 5.0
_ARENAS = -8  # M_ARENA_MAX of glibc

# Threads share so many heaps: each heap keeps what was once needed in it, and a process of
# 30 threads may have 16.
_MOST_ARENAS = 2


def weight(rows: pa.Table) -> int:
    """Return how much memory rows take, bytes."""
    pieces = sum(max(1, column.num_chunks) for column in rows.columns)
    return rows.nbytes + _OF_A_TABLE + _OF_A_PIECE * pieces


class Heap:
    """The memory that the C library keeps for later, and gives back now and then."""

    def __init__(self) -> None:
        self._libc = _glibc()
        self._lock, self._given_back = threading.Lock(), time.monotonic()
        if self._libc:
            self._libc.mallopt(_ARENAS, _MOST_ARENAS)

    def give_back(self) -> None:
        """Give what is free back to the system, at most every five seconds."""
        now = time.monotonic()
        with self._lock:
            if now - self._given_back < _EVERY_S:
                return
            self._given_back = now
        pa.default_memory_pool().release_unused()
        if self._libc:
            self._libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """Return the C library, where it is the one that has these calls."""
    try:
        libc = ctypes.CDLL("libc.so.6")
    except OSError:
        return None
    return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None
