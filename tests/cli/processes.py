"""`twin` as processes of their own, read line by line; and what of them is left."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

PATIENCE_S = 60.0


class Started:
    """A `twin` command that runs, and its lines so far."""

    def __init__(self, *words: object, **options: object) -> None:
        command = [sys.executable, "-u", "-m", "twin.cli", *map(str, words)]
        self.process = subprocess.Popen(  # type: ignore[call-overload]
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )
        self.lines: list[str] = []
        self._coming: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with self.process.stdout as lines:
            for line in lines:
                self._coming.put(line.rstrip("\n"))
        self._coming.put(None)

    def until(self, part: str) -> str:
        """Read on until a line has `part` in it, and answer the line."""
        while True:
            try:
                line = self._coming.get(timeout=PATIENCE_S)
            except queue.Empty:
                raise AssertionError(f"no line with {part!r}: {self.lines}") from None
            if line is None:
                raise AssertionError(
                    f"it ended without a line with {part!r}: {self.lines}"
                )
            self.lines.append(line)
            if part in line:
                return line

    def kill(self) -> None:
        """End it whatever it does."""
        self.process.kill()
        self.process.wait()
        self._reader.join(PATIENCE_S)

    def end(self, kind: int) -> int:
        """Send a signal; answer the status that it ends with."""
        self.process.send_signal(kind)
        status = self.process.wait(PATIENCE_S)
        while (line := self._coming.get(timeout=PATIENCE_S)) is not None:
            self.lines.append(line)
        return status


def below(pid: int) -> list[int]:
    """Return the processes that a process started, and those that they started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):  # it has ended meanwhile
            found += map(int, (task / "children").read_text().split())
    return found + [pid for child in found for pid in below(child)]


def wait_until(is_so, seconds: float = PATIENCE_S) -> None:
    """Wait until a condition holds; fail if it does not in time."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"not so after {seconds} s"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that has ended and is not waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in {"Z", "X"}
