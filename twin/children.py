"""Processes that we start end with us, whatever ends us, SIGKILL and an empty memory included.

Each has a pipe as its input whose other end is ours alone. When we are gone the system
closes it, and the child, which reads nothing else from it, ends itself. That holds on every
system and from every thread.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# How long a child that is to end may take to leave things tidy, s.
GRACE_S = 5.0


def start(words: Sequence[str], *, piped: bool = False) -> subprocess.Popen[bytes]:
    """Start `twin WORDS` as a process that ends with this one; it must call `end_with_parent`.

    It is in a session of its own: what a terminal sends to all is for us, and we end it.

    Args:
        piped: whether its output and its complaints are for us to read; else they are ours.
    """
    into = subprocess.PIPE if piped else None
    command = [sys.executable, "-m", "twin.cli", *words]
    return subprocess.Popen(  # noqa: S603  (our own command)
        command, stdin=subprocess.PIPE, stdout=into, stderr=into, start_new_session=True
    )


def end(child: subprocess.Popen[bytes], patience_s: float = 2 * GRACE_S) -> int:
    """End a child of `start` and all that it started; return its status.

    Args:
        patience_s: how long it may take before it is killed, s.
    """
    if child.stdin:
        with suppress(OSError):
            child.stdin.close()
    with suppress(subprocess.TimeoutExpired):
        child.wait(patience_s)
    with suppress(ProcessLookupError, PermissionError):
        until = time.monotonic() + GRACE_S
        # What it started is tidying up.
        while child.poll() is not None and time.monotonic() < until:
            os.killpg(child.pid, 0)
            time.sleep(0.05)
        os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


def end_with_parent(
    stop: Callable[[], object] | None = None, grace_s: float = GRACE_S
) -> None:
    """In a child: end when the parent does, or lets go of the pipe.

    Args:
        stop: asks the main thread to end; by default it is sent SIGTERM, which raises
            SystemExit there.
        grace_s: how long that may take; then the process ends where it stands, s.
    """
    if stop is None:
        signal.signal(signal.SIGTERM, _leave)
        stop = _terminate

    def watch() -> None:
        with suppress(OSError):
            while os.read(0, 1_024):
                pass
        stop()
        threading.Event().wait(grace_s)
        os._exit(128 + signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="twin-parent").start()


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(*_: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)
