"""A watch over a folder in a process of its own, to be stopped and killed.

Started by test_watching.py.

Its lake is a file with a line for each row: rows that are there already are not added again.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from twin.cli.common import say
from twin.cli.watching import Watch, told_to_stop
from twin.errors import ContractError
from twin.feeds.taken import Taken


class Told(Taken):
    """What became of a file, in the fewest words."""

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return {"rows": self.rows, "taken": self.taken, "known": self.known}

    def lines(self) -> list[str]:
        """For people."""
        return [f"{self.taken} taken, {self.known} known."]


def take(path: Path, lake: Path) -> Taken:
    """Add the lines of a file to the lake; one that says 'broken' is refused."""
    rows = path.read_text().splitlines()
    if "broken" in rows:
        raise ContractError(f"{path.name} is broken.", fix="mend it.")
    known = set(lake.read_text().splitlines()) if lake.exists() else set()
    fresh = [row for row in rows if row not in known]
    whole = lake.with_suffix(".new")
    whole.write_text("".join(f"{row}\n" for row in [*sorted(known), *fresh]))
    whole.rename(lake)
    return Told(
        path.name, "S1", len(rows), len(fresh), len(rows) - len(fresh), 0, (), ()
    )


def killed_at(step: int, folder: Path) -> None:
    """Kill this process, as by the system, before its nth step that changes the folder or
    the lake beside it.
    """
    left = step

    def seen(event: str, words: tuple[Any, ...]) -> None:
        nonlocal left
        writes = (
            event == "open"
            and isinstance(words[2], int)
            and words[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if not (writes or event in {"os.rename", "os.remove", "os.mkdir"}) or not str(
            words[0]
        ).startswith(str(folder.parent)):
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(seen)


def main(folder: Path, lake: Path, **options: Any) -> None:
    """Watch until told to stop."""
    step = options.pop("kill_at", 0)
    if step:
        killed_at(step, folder)
    with told_to_stop() as stop:
        tally = Watch(
            folder,
            lambda path: take(path, lake),
            tell=say,
            **options,
        ).run(stop)
    say(f"ended: {tally.done} done, {tally.refused} refused")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), **json.loads(sys.argv[3]))
