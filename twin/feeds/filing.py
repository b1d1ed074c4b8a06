"""Where a file goes that was read: into done/ or refused/, with what became of it beside it.

The verdict is written down first, whole, as a hidden file; then the reports, then the file is
moved, then the verdict is taken away. A crash anywhere between leaves a verdict that is carried out
at the next start. Names are never overwritten.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from twin.clock import to_text
from twin.disk import make_folder, sync, write_whole
from twin.errors import FeedError
from twin.feeds.settling import Look
from twin.visible import visible

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

Outcome = Literal["done", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("done", "refused")
_VERDICT = ".twin-watch.json"
_HALF_WRITTEN = re.compile(r"\.(.*\.report\.(json|txt)|\.twin-watch\.json)\.\d+")
_ENDS = ("", ".report.json", ".report.txt")

# Bytes of a name: with what is added to it, below the 255 of most file systems.
_LONGEST = 200


@dataclass(frozen=True)
class Verdict:
    """What is to be done with a file.

    Attributes:
        name: as it was dropped. look: what it looked like when it was read.
        to: the name that it gets in the folder of its outcome.
        report: what became of it, for programs; `sentences`, for people.
    """

    name: str
    look: Look
    outcome: Outcome
    to: str
    report: Mapping[str, Any]
    sentences: Sequence[str]


class Filing:
    """Puts files of `folder` away."""

    def __init__(self, folder: Path) -> None:
        """Make the folders for what is done and refused, and carry out what was left half-way.

        Raises:
            FeedError: the folder cannot be written.
        """
        self.folder = folder
        with self.writing():
            for place in OUTCOMES:
                make_folder(folder / place)
            for place in (".", *OUTCOMES):
                for left in [*(folder / place).iterdir()]:
                    if _HALF_WRITTEN.fullmatch(left.name):
                        left.unlink(missing_ok=True)
        self.carried_out = self._carry_on()

    @contextmanager
    def writing(self) -> Generator[None]:
        """Say in one sentence that the disk refuses."""
        try:
            yield
        except OSError as error:
            raise FeedError(
                f"The folder {self.folder} cannot be written:"
                f" {error.strerror or error}.",
                why=(
                    "a file that was read could not be put away; it is not lost,"
                    " reading it again adds nothing."
                ),
                fix=(
                    "make room or give the right to write, then start the watch again:"
                    " it goes on where it stopped."
                ),
            ) from error

    def put_away(
        self,
        name: str,
        look: Look,
        outcome: Outcome,
        report: Mapping[str, Any],
        sentences: Sequence[str],
        *,
        at: datetime,
    ) -> Path:
        """Write the reports of a file and move it; return where it is.

        All is on the disk when this returns.

        Args:
            at: the moment, UTC, that tells it from another file of its name.

        Raises:
            FeedError: the disk refuses; what is missing is done at the next start.
        """
        with self.writing():
            to = _free(self.folder / outcome, name, at)
            facts = {
                "file": name,
                "bytes": look.size,
                "read_at": to_text(at),
                "outcome": outcome,
                **report,
            }
            verdict = Verdict(
                name,
                look,
                outcome,
                to,
                facts,
                [visible(sentence) for sentence in sentences],
            )
            write_whole(
                self.folder / _VERDICT,
                json.dumps(asdict(verdict), default=str).encode(),
            )
            self._carry_out(verdict)
        return self.folder / outcome / to

    def _carry_out(self, verdict: Verdict) -> None:
        place = self.folder / verdict.outcome
        content = json.dumps(verdict.report, ensure_ascii=False, indent=1, default=str)
        write_whole(
            place / f"{verdict.to}.report.json",
            f"{content}\n".encode(errors="backslashreplace"),
        )
        write_whole(
            place / f"{verdict.to}.report.txt",
            "".join(f"{line}\n" for line in verdict.sentences).encode(
                errors="backslashreplace"
            ),
        )
        _move(self.folder / verdict.name, place / verdict.to, verdict.look)
        (self.folder / _VERDICT).unlink(missing_ok=True)
        sync(self.folder)

    def _carry_on(self) -> str | None:
        """Carry out the verdict that a crash left; answer its file, None if there is none."""
        with self.writing():
            verdict = _verdict(self.folder / _VERDICT)
            if verdict is not None:
                self._carry_out(verdict)
        return verdict and verdict.name


def _move(here: Path, there: Path, look: Look) -> None:
    """Move a file that is still what it was.

    Its new name is on the disk before the old one goes.
    """
    if Look.at(here) != look:
        return
    if not os.path.lexists(there):
        try:
            there.hardlink_to(here)
        # A file system without second names, or a file of somebody else.
        except OSError:
            here.rename(there)
            sync(there.parent)
            return
        sync(there.parent)
    if here.samefile(there):
        here.unlink()


def _verdict(path: Path) -> Verdict | None:
    """Read a verdict; None for what this program would not write: whoever drops files might."""
    try:
        said: dict[str, Any] = json.loads(path.read_bytes())
        look = Look(**said.pop("look"))
        made = Verdict(look=look, **said)
        names = (made.name, made.to)
        is_ours = made.outcome in OUTCOMES and all(
            Path(name).name == name for name in names
        )
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return made if is_ours else None


def _free(folder: Path, name: str, at: datetime) -> str:
    """Return a name that no file or report of `folder` has: `name`, or with the moment in it."""
    suffix = Path(name).suffix if len(os.fsencode(Path(name).suffix)) <= 20 else ""
    stem = name.removesuffix(suffix)
    while len(os.fsencode(stem)) > _LONGEST:
        stem = stem[:-1]
    moment = f"{at:%Y%m%dT%H%M%SZ}"
    tried = (
        (
            f"{stem}{suffix}"
            if n == 0
            else f"{stem}.{moment}{'' if n == 1 else f'-{n}'}{suffix}"
        )
        for n in count()
    )
    return next(
        each
        for each in tried
        if not any(os.path.lexists(folder / f"{each}{end}") for end in _ENDS)
    )
