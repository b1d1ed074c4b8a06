"""Drives feeds: every few seconds what they have heard becomes one snapshot.

A feed that fails is left out of that snapshot, and asked again later for all that it has
not given; the others run on. How far each was heard stands in the snapshot itself, so a
process that is killed loses nothing and counts nothing twice.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from twin.cli.asking import PATIENCE_S, Asker
from twin.cli.common import say
from twin.cli.rounds import Broke, Round, Running, as_error
from twin.clock import Clock, now
from twin.disk import make_folder
from twin.errors import BusyError, ForeignError, LakeError, TwinError
from twin.feeds.feed import Acknowledged, Documents, Feed, Kind, Refused, kind_of
from twin.store import compact, newest, prune, publish

if TYPE_CHECKING:
    import threading
    from collections.abc import Generator
    from datetime import datetime

    from twin.city import City
    from twin.store import Lake, Snapshot

# Snapshots between two compactions: ten minutes of ten-second ticks.
COMPACT_EVERY = 60

# The longest pause of a feed that fails again and again, s.
MOST_PAUSE_S = 300.0


class Runner:
    """Runs feeds of one kind into a lake."""

    def __init__(
        self,
        city: City,
        lake: Lake,
        feeds: Sequence[Feed],
        *,
        tick_s: float,
        trash_for: timedelta,
        after_gap: bool = False,
        patience_s: float = PATIENCE_S,
        clock: Clock = now,
        ticks: Callable[[], float] = time.monotonic,
        tell: Callable[[str], None] = say,
        complain: Callable[[str], None] = partial(say, err=True),  # noqa: B008
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            feeds: of one kind (see `of_one_kind`), asked in this order.
            tick_s: seconds between two snapshots.
            trash_for: how long the trash keeps what was let go.
            after_gap: whether the newest snapshot may be over a hundred days old.
            patience_s: how long a feed may take for one batch, s.
            ticks: seconds that only go forward.
            tell: is given a sentence for people; `complain`, one of what is wrong.
        """
        self._city, self._lake, self._kind = city, lake, kind_of(feeds[0])
        self._feeds = [Running(feed, Asker(feed.name, patience_s)) for feed in feeds]
        self._tick_s, self._trash_for = tick_s, trash_for
        self._after_gap, self._clock, self._ticks = after_gap, clock, ticks
        self._tell, self._complain = tell, complain
        self._said, self._n_published = "", 0

    def run(self, stop: threading.Event) -> None:
        """Publish every tick until `stop` is set; the tick under way is done first."""
        while not stop.is_set():
            begun_s = self._ticks()
            is_more = self.tick()
            if not is_more:
                stop.wait(max(0.0, self._tick_s - (self._ticks() - begun_s)))

    def tick(self) -> bool:
        """Ask the feeds that are due, and publish what they have heard.

        Nothing is published if none of them could be heard: a snapshot says that the city
        was listened to.

        Returns:
            Whether more is waiting: then the next tick is now.
        """
        moment, is_more = self._clock(), False
        asked = [each for each in self._feeds if each.is_due(self._ticks())]
        while asked:
            heard = Round(asked, moment - timedelta(seconds=self._tick_s), moment)
            try:
                snapshot = self._publish(heard, moment)
            except Exception as error:
                broke = heard.blamed(error)
                if broke is None:
                    if not isinstance(error, TwinError):
                        raise
                    self._say_once(error)  # of the lake: each feed is asked again
                    return False
                is_more |= self._failed(broke)
                asked.remove(broke.by)
                continue
            finally:
                heard.close()
            is_more |= self._acknowledge(heard, asked, snapshot)
            self._look_after()
            return is_more
        return is_more

    def _publish(self, heard: Round, moment: datetime) -> Snapshot:
        snapshot, _ = publish(
            self._lake,
            self._city,
            heard.batches,
            as_of=moment,
            simulated=self._kind == "simulated",
            mode="drill" if self._kind == "drill" else "live",
            now=self._clock,
            after_gap=self._after_gap,
            witness=heard,
            polled=heard.heard,
        )
        self._after_gap, self._said = False, ""
        return snapshot

    def _acknowledge(
        self, heard: Round, asked: list[Running], snapshot: Snapshot
    ) -> bool:
        """Tell the feeds that were heard, and return whether more is waiting."""
        is_more = bool(heard.waiting)
        self._feeds.sort(key=lambda each: each not in heard.waiting)
        for each in asked:
            feed = each.feed
            if feed.name not in heard.heard:
                continue
            if isinstance(feed, Acknowledged):
                try:
                    notes = each.asker.ask(lambda feed=feed: feed.done(snapshot.id))
                except Exception as error:  # noqa: BLE001  (whatever a feed may raise)
                    self._failed(Broke(each, as_error(error)))
                    continue
                for note in notes:
                    self._tell(note)
            if each.failures:
                each.failures = 0
                self._tell(f"Feed {feed.name!r} is heard again.")
            is_more |= isinstance(feed, Documents) and feed.more
        return is_more

    def _failed(self, broke: Broke) -> bool:
        """Say why a feed gave nothing, and return whether it has more to give at once."""
        by, error = broke.by, broke.error
        if isinstance(error, Refused):
            self._tell(error.what)
            return True
        by.failures += 1
        pause_s = min(self._tick_s * 2 ** min(by.failures - 1, 20), MOST_PAUSE_S)
        pause_s = max(pause_s, self._tick_s)
        # Half a tick sooner: the tick that it waits for must not come a moment too early.
        by.not_before_s = self._ticks() + pause_s - self._tick_s / 2
        first, *rest = error.lines()
        again = f"It is asked again in {pause_s:.0f} s; other feeds run on."
        for line in (f"Feed {by.feed.name!r}: {first}", *rest, again):
            self._complain(line)
        return False

    def _say_once(self, error: TwinError) -> None:
        """Say what is wrong with the lake, unless it was said and still is."""
        if error.what != self._said:
            for line in error.lines():
                self._complain(line)
        self._said = error.what

    def _look_after(self) -> None:
        """Keep the lake small and quick, now and then."""
        self._n_published += 1
        if self._n_published % COMPACT_EVERY:
            return
        try:
            compact(self._lake, now=self._clock)
            prune(self._lake, now=self._clock, grace=self._trash_for)
        except TwinError as error:
            self._say_once(error)


def of_one_kind(
    lake: Lake, feeds: Sequence[Feed]
) -> tuple[list[Feed], list[TwinError]]:
    """Return the feeds whose rows belong in a lake, and an error for each of the others.

    A lake holds one kind: an empty one gets that of the first feed.
    """
    if not feeds:
        return [], []
    held = _kind_held(lake)
    kind = held or kind_of(feeds[0])
    whose = (
        f"the lake {lake.path} holds" if held else f"{feeds[0].name!r} before it gives"
    )
    others: list[TwinError] = [
        ForeignError(
            f"Feed {feed.name!r} gives {kind_of(feed)} rows, but {whose} {kind} ones.",
            why="mixed, no figure could be told from a made-up one.",
            fix="run it into a lake of its own, with --lake.",
        )
        for feed in feeds
        if kind_of(feed) != kind
    ]
    return [feed for feed in feeds if kind_of(feed) == kind], others


def _kind_held(lake: Lake) -> Kind | None:
    said, _ = lake.who()
    if said is not None:
        return said.kind
    with suppress(LakeError):  # the first publish says what is wrong with it
        known = newest(lake)
        if known is not None:
            return "simulated" if known.simulated else "real"
    return None


@contextmanager
def alone(lake: Lake) -> Generator[None]:
    """Hold the right to run feeds into a lake, for the length of the block.

    Raises:
        BusyError: another process has it. LakeError: the folder cannot be written.
    """
    try:
        make_folder(lake.path)
        file = (lake.path / "run.lock").open("a")
    except OSError as error:
        raise LakeError(
            f"The lake {lake.path} cannot be written: {error.strerror}.",
            fix="name a folder that may be written with --lake.",
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BusyError(
                f"Feeds already run into the lake {lake.path}.",
                why="two would ask every source twice.",
                fix="stop the other `twin run` (or `twin demo`) first.",
            ) from error
        yield
