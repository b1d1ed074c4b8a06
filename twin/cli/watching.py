"""Files dropped into a folder are taken one by one, and put away with a report: done/ or refused/.

A file is read, then its report is written, then it is moved. Whatever happens between, it is read
again: the lake knows rows that it has. So nothing is lost, and nothing counts twice.
"""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.cli.common import say
from twin.clock import Clock, now
from twin.errors import BusyError
from twin.feeds.drop_folder import held, refusal, unreadable
from twin.feeds.filing import OUTCOMES, Filing, Outcome
from twin.feeds.settling import PATIENCE_WITH_EMPTY, Look, Settling

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from twin.feeds.taken import Taken


@dataclass
class Tally:
    """How many files were put away."""

    done: int = 0
    refused: int = 0


@dataclass
class Watch:
    """Takes the files of a folder.

    Attributes:
        take: reads one file into the lake. ContractError and FeedError refuse the file, and so does
            an answer that is not `is_ok`; BusyError puts it off; other errors end the watch.
        once: whether to end when what is there at the start has been taken.
        settle_s: how long a file must stand still before it is taken, s.
        poll_s: between two looks, s.
        busy_s: before the next attempt at a busy lake, s.
        patience_s: how long a busy lake is tried with `once`, s.
        tell: is given a sentence for people.
        ticks: seconds that only go forward.
    """

    folder: Path
    take: Callable[[Path], Taken]
    once: bool = False
    settle_s: float = 5.0
    poll_s: float = 1.0
    busy_s: float = 10.0
    patience_s: float = 600.0
    clock: Clock = now
    ticks: Callable[[], float] = time.monotonic
    tell: Callable[[str], None] = say

    def run(self, stop: threading.Event) -> Tally:
        """Take files until `stop` is set, the one in hand to its end; with `once`, what is there.

        Raises:
            UsageError: there is no such folder. BusyError: another program watches it; with `once`,
                the lake was busy for too long. LakeError: the lake cannot be written; the file
                stays where it is.
            FeedError: the folder cannot be read or written.
        """
        with held(self.folder):
            filing = Filing(self.folder)
            if filing.carried_out is not None:
                self.tell(
                    f"{filing.carried_out}: what was left half-way at the last end is"
                    " done."
                )
            return _Run(self, filing, stop).run()


class _Run:
    """One run of a watch."""

    def __init__(self, watch: Watch, filing: Filing, stop: threading.Event) -> None:
        self.watch, self.filing, self.stop = watch, filing, stop
        empty_s = watch.settle_s * (1 if watch.once else PATIENCE_WITH_EMPTY)
        self.settling = Settling(watch.folder, watch.ticks, watch.settle_s, empty_s)
        self.tally = Tally()
        self.said = set[str](OUTCOMES)
        self.busy_since: float | None = None
        self.has_looked, self.is_away = False, False

    def run(self) -> Tally:
        """Look, take what stands still, wait."""
        ready = self._look()
        left = self.settling.names()
        while not self.stop.is_set():
            for path in ready:
                if self.stop.is_set() or (self.watch.once and path.name not in left):
                    continue
                if not self._one(path):
                    break
                left.discard(path.name)
            if self.watch.once and not left - self.settling.moving:
                break
            self.stop.wait(
                self.watch.poll_s if self.busy_since is None else self.watch.busy_s
            )
            ready = self._look()
            left &= self.settling.names()
        for name in sorted(left & self.settling.moving) if self.watch.once else ():
            self.watch.tell(
                f"{name} is still being written; it is left for the next time."
            )
        return self.tally

    def _look(self) -> list[Path]:
        try:
            ready = self.settling.look()
        except OSError as error:
            if self.watch.once or not self.has_looked:
                raise unreadable(self.watch.folder, error) from error
            if not self.is_away:
                self.watch.tell(
                    f"The folder {self.watch.folder} cannot be read: {error.strerror}. "
                    "The watch waits for it."
                )
            self.is_away = True
            return []
        self.has_looked, self.is_away = True, False
        for name in sorted(self.settling.others - self.said):
            self.watch.tell(f"{name} is no plain file; it is left where it is.")
        self.said |= self.settling.others
        return ready

    def _one(self, path: Path) -> bool:
        """Take a file and put it away; answer False if the lake is busy."""
        look = Look.at(path)
        if look is None:
            return True
        try:
            outcome, report, sentences = self._taken(path)
        except BusyError as error:
            self._wait_for_lake(error)
            return False
        self.busy_since = None
        if Look.at(path) != look:
            self.settling.forget(path.name)
            self.watch.tell(
                f"{path.name} was changed while it was read; it is read again when it"
                " stands still."
            )
            return True
        there = self.filing.put_away(
            path.name, look, outcome, report, sentences, at=self.watch.clock()
        )
        self.settling.forget(path.name)
        self.tally.done += outcome == "done"
        self.tally.refused += outcome == "refused"
        said = sentences[0] if sentences else outcome
        named = said if said.startswith(path.name) else f"{path.name}: {said}"
        self.watch.tell(f"{named} ({there.relative_to(self.watch.folder)}.report.txt)")
        return True

    def _taken(self, path: Path) -> tuple[Outcome, dict[str, Any], Sequence[str]]:
        """Read a file; answer what became of it.

        Raises:
            TwinError: not for the file's sake: it stays where it is.
        """
        try:
            taken = self.watch.take(path)
        except Exception as error:  # noqa: BLE001  (it must not keep other files out)
            return "refused", *refusal(error, path.name)
        return "done" if taken.is_ok else "refused", taken.as_json(), taken.lines()

    def _wait_for_lake(self, error: BusyError) -> None:
        at = self.watch.ticks()
        if self.busy_since is None:
            self.busy_since = at
            self.watch.tell(
                f"{error.what} The watch tries again until it can be written."
            )
        if self.watch.once and at - self.busy_since >= self.watch.patience_s:
            raise error


@contextmanager
def told_to_stop() -> Generator[threading.Event]:
    """Give an event that is set when this process is asked to end.

    It is asked by SIGTERM, SIGINT or a closed terminal.

    Under `nohup` a closed terminal is nothing to it.
    """
    stop = threading.Event()
    asked: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def pass_on() -> None:
        if asked.get():
            stop.set()

    # A handler runs between any two steps of this thread, also while it holds the lock of
    # the event to wait for it: setting the event there would wait for itself for ever. This
    # queue may be put into at any moment, and a thread of its own sets the event.
    messenger = threading.Thread(target=pass_on, name="told-to-stop", daemon=True)
    messenger.start()
    closed = (
        () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    )
    before = {
        kind: signal.signal(kind, lambda _kind, _frame: asked.put(True))
        for kind in (signal.SIGTERM, signal.SIGINT, *closed)
    }
    try:
        yield stop
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        asked.put(False)
        messenger.join()
