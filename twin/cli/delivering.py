"""The life of the schedule.

It waits, delivers, tries again within the hour, and ends when it is told to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from twin.clock import from_text
from twin.errors import LakeError
from twin.faces.export import schedule
from twin.faces.export.ledger import Entry, Ledger

if TYPE_CHECKING:
    import threading

    from twin.city import City
    from twin.cli.attempt import Attempt
    from twin.clock import Clock
    from twin.faces.export.schedule import Due
    from twin.view import View

# The longest wait between two looks at the clock, s: it goes on while the machine sleeps,
# and may be set.
SLICE_S = 20.0

# Between two attempts; each pause is twice as long as the one before.
FIRST_PAUSE_S, MOST_PAUSE_S = 2.0, 600.0


@dataclass
class Delivery:
    """Delivers the brief of each civil day.

    Attributes:
        attempt: writes some formats of a view, and returns what that came to.
        tell, complain: are given sentences for people.
        given_up: days whose brief is tried no more.
    """

    city: City
    ledger: Ledger
    view: View
    formats: tuple[str, ...]
    attempt: Callable[[View, Sequence[str]], Attempt]
    stop: threading.Event
    clock: Clock
    tell: Callable[[str], None]
    complain: Callable[[str], None]
    given_up: set[date] = field(default_factory=set[date])

    def run(self) -> None:
        """Deliver each brief at its hour until `stop` is set."""
        expected = (
            schedule.last_due(self.city, self.clock()) if self.ledger.entries else None
        )
        said: Due | None = None
        while not self.stop.is_set():
            now = self.clock()
            due = schedule.owed(self.city, now, self.ledger.days | self.given_up)
            if due is not None:
                self._deliver(due)
                continue
            if expected is not None:
                self._say_if_missed(expected)
            expected = schedule.following(self.city, now)
            if expected != said:
                self.tell(f"The next brief is due {expected.at:%Y-%m-%d %H:%M:%S %Z}.")
                said = expected
            self.stop.wait(min(expected.at.timestamp() - now.timestamp(), SLICE_S))

    def _say_if_missed(self, due: Due) -> None:
        """Say once of a brief that was due while nobody was awake that it was missed.

        It is not made up any more.
        """
        if (
            due.day in self.given_up.union(self.ledger.entries)
            or self.clock() < due.until
        ):
            return
        self.given_up.add(due.day)
        self.complain(
            f"The brief of {due.at:%Y-%m-%d %H:%M} was missed, and its hour is over. "
            "`twin schedule run --once` writes one now."
        )

    def _deliver(self, due: Due) -> None:
        """Write a brief; what fails is tried again, with growing pauses, while it is owed."""
        pause_s = FIRST_PAUSE_S
        while not self._attempt(due):
            if self.stop.is_set():
                self.complain(
                    f"The brief of {due.at:%Y-%m-%d %H:%M} is not whole yet; it is made"
                    f" up if the schedule starts again before {due.until:%H:%M}."
                )
                return
            if self.clock() + timedelta(seconds=pause_s) >= due.until:
                self.given_up.add(due.day)
                self.complain(
                    f"The brief of {due.at:%Y-%m-%d %H:%M} is given up, since its hour"
                    f" is over: {', '.join(self._left(due))} could not be written."
                )
                return
            self.complain(
                f"{', '.join(self._left(due))} will be tried again in {pause_s:.0f} s, "
                f"until {due.until:%H:%M}."
            )
            self.stop.wait(pause_s)
            pause_s = min(2 * pause_s, MOST_PAUSE_S)

    def _left(self, due: Due) -> tuple[str, ...]:
        entry = self.ledger.entries.get(due.day)
        return self.formats if entry is None else entry.left

    def _attempt(self, due: Due) -> bool:
        """Write what is left of a brief, unless it is to stop; return whether all of it is written.

        The moment of the first files is that of all: what is made up belongs to the same brief.
        """
        if self.stop.is_set():
            return False
        before = self.ledger.entries.get(due.day)
        view = self.view if before is None else replace(self.view, as_of=before.as_of)
        made = self.attempt(view, self._left(due))
        for sentence in () if self.stop.is_set() else made.sentences:
            self.complain(sentence)
        if made.files:
            earlier = () if before is None else before.files
            self._note(
                due, Entry(from_text(made.as_of), (*earlier, *made.files), made.left)
            )
            self.tell(
                f"{self.clock():%Y-%m-%d %H:%M:%S}Z snapshot {made.snapshot}: "
                f"{len(made.files)} files of the brief of {due.at:%Y-%m-%d %H:%M}."
            )
        return not made.left

    def _note(self, due: Due, entry: Entry) -> None:
        try:
            self.ledger.note(due.day, entry)
        except LakeError as error:
            for line in error.lines():
                self.complain(line)
