"""One attempt at a brief, in a process of its own.

What it holds, leaks or breaks is gone when it ends.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from twin import children

if TYPE_CHECKING:
    import subprocess
    import threading
    from collections.abc import Sequence
    from pathlib import Path

    from twin.city import City
    from twin.view import View

# How long an attempt may take, s.
HANG_S = 600.0
_LOOK_S = 0.2


@dataclass(frozen=True)
class Attempt:
    """What an attempt came to.

    Attributes:
        files: names of what was written, each whole.
        as_of: the moment that they speak of, as text; '' if nothing was written.
        left: formats that were not written.
        sentences: what went wrong.
    """

    left: tuple[str, ...]
    sentences: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    snapshot: str = ""
    as_of: str = ""

    @property
    def is_whole(self) -> bool:
        """Return whether all is written and nothing failed."""
        return not self.left and not self.sentences


def attempt(
    city: City,
    lake: Path,
    out: Path,
    view: View,
    formats: Sequence[str],
    stop: threading.Event,
) -> Attempt:
    """Write a view in some formats into the folder `out`, by `twin export brief`.

    End it when `stop` is set.
    """
    words = (
        "export",
        "brief",
        "--city",
        str(city.root),
        "--lake",
        str(lake),
        "--view",
        view.url(),
        "--format",
        ",".join(formats),
        "--out",
        str(out),
        "--json",
        "--ends-with-parent",
    )
    child = children.start(words, piped=True)
    with ThreadPoolExecutor(2) as readers:
        told, complained = (
            readers.submit(_all_of, pipe) for pipe in (child.stdout, child.stderr)
        )
        try:
            hung = _wait(child, stop)
        finally:
            status = children.end(child)
    sentences = _sentences(complained.result())
    if hung:
        sentences = (
            *sentences,
            f"The export stood still for {HANG_S:.0f} s and was ended.",
        )
    return _read(told.result(), status, sentences, tuple(formats))


def _wait(child: subprocess.Popen[bytes], stop: threading.Event) -> bool:
    """Wait for a child, or until it is to stop; return whether it took too long."""
    until = time.monotonic() + HANG_S
    while child.poll() is None and not stop.is_set():
        if time.monotonic() > until:
            return True
        stop.wait(_LOOK_S)
    return False


def _all_of(pipe: IO[bytes] | None) -> str:
    assert pipe is not None  # noqa: S101  (it was asked for)
    with pipe:
        return pipe.read().decode("utf-8", "replace")


def _sentences(complaints: str) -> tuple[str, ...]:
    """Return complaints by line; of a fault of the program what it was."""
    lines = tuple(said for line in complaints.splitlines() if (said := line.strip()))
    if not any(line.startswith("Traceback") for line in lines):
        return lines
    return (
        f"The export failed by a fault of the program: {lines[-1]}",
        (
            "To fix: `twin export brief` shows where; send that to whoever looks after"
            " the program."
        ),
    )


def _read(
    told: str, status: int, sentences: tuple[str, ...], formats: tuple[str, ...]
) -> Attempt:
    try:
        facts: dict[str, Any] = json.loads(told)
        return Attempt(
            tuple(facts["not_written"]),
            sentences,
            tuple(facts["files"]),
            facts["snapshot"],
            facts["as_of"],
        )
    except (ValueError, KeyError, TypeError):
        how = (
            f"was ended by signal {-status}"
            if status < 0
            else f"ended with status {status}"
        )
        return Attempt(formats, sentences or (f"The export {how}, without a word.",))
