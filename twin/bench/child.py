"""Run a command; write down its seconds, peak memory and status. This script holds next to nothing.

The system counts the memory of whoever starts a program as the program's first: started from here
it is a few megabytes, started from a program that holds much, it would be all of that.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
import threading
import time
from contextlib import suppress


def main(into: str, words: list[str]) -> None:
    """Run `words`; write {"seconds", "peak_kb", "status"} into the file `into`."""
    begun = time.perf_counter()
    child = os.posix_spawn(words[0], words, os.environ)
    # The pipe is held by whoever reads the measures, and only by them.
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=_end_with_parent, args=(child,), daemon=True).start()
    _, status, used = os.wait4(child, 0)
    seconds = time.perf_counter() - begun
    # pathlib is not needed here.
    with open(into, "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(
            {
                "seconds": seconds,
                "peak_kb": used.ru_maxrss,
                "status": os.waitstatus_to_exitcode(status),
            },
            file,
        )


def _end_with_parent(child: int) -> None:
    """End the command when whoever reads its measures is gone."""
    while os.read(0, 1_024):
        pass
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGTERM)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
