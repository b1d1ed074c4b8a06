"""One round of the feeds: what each has heard since it was last asked, for one publish."""

from __future__ import annotations

import traceback
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts import TABLES
from twin.errors import FeedError, TwinError
from twin.feeds.batch import Batch
from twin.feeds.feed import Begins, Documents, Feed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime

    import numpy as np
    import numpy.typing as npt

    from twin.cli.asking import Asker
    from twin.store import Snapshot

_MOMENT = pa.timestamp("us", tz="UTC")


def given(
    feed: Feed, known: Snapshot | None, first: datetime, until: datetime
) -> Iterator[Batch]:
    """Yield what a feed has to say that the newest snapshot does not hold.

    Args:
        known: the newest snapshot; None in an empty lake.
        first: where a feed begins that the lake never heard, UTC.
        until: the moment that the next snapshot speaks of, UTC.
    """
    since, is_new = _reached(feed.name, known, first)
    if is_new and isinstance(feed, Begins):
        for batch in feed.begin(since):
            yield _in_time(batch, None, known, until)
    for batch in feed.poll(since, until):
        yield _in_time(batch, since, known, until)


def _reached(
    name: str, known: Snapshot | None, first: datetime
) -> tuple[datetime, bool]:
    """Return up to where the lake has heard a feed, and whether it never did."""
    if known is None:
        return first, True
    if known.polled is None:  # feeds were not told apart: what ran then ran up to here
        return known.as_of, False
    at = known.polled.get(name)
    return (first, True) if at is None else (at, False)


def _in_time(
    batch: Batch, since: datetime | None, known: Snapshot | None, until: datetime
) -> Batch:
    """Return the batch; rows that come too late for the newest snapshot are known from now on.

    Without that a moment that was shown already would change.

    Args:
        since: what was recorded before is not late, but given again; None if nothing is.
    """
    seen = None if known is None else known.as_of
    if seen is None or (since is not None and since >= seen):
        return batch
    if "recorded_at" not in batch.rows.column_names:
        return batch
    at = batch.rows.column_names.index("recorded_at")
    recorded = batch.rows.column(at)
    if recorded.type != _MOMENT:
        return batch  # the contract has its own words for it
    is_late = pc.less_equal(recorded, pa.scalar(seen, _MOMENT))
    if since is not None:
        is_late = pc.and_(is_late, pc.greater(recorded, pa.scalar(since, _MOMENT)))
    late = pc.if_else(is_late, pa.scalar(until, _MOMENT), recorded)
    rows = batch.rows.set_column(at, batch.rows.schema.field(at), late)
    # What is refused is kept as it was given.
    return replace(batch, rows=rows, raw=batch.rows if batch.raw is None else batch.raw)


@dataclass
class Running:
    """A feed that runs.

    Attributes:
        failures: how often in a row it gave nothing because of an error.
        not_before_s: when it may be asked again, in seconds that only go forward.
        first: from when on it is to be heard if the lake never heard it, UTC: the moment of
            the lake when it was asked first.
    """

    feed: Feed
    asker: Asker
    failures: int = 0
    not_before_s: float = 0.0
    first: datetime | None = None

    def is_due(self, at_s: float) -> bool:
        """Return whether the feed may be asked at this second."""
        return at_s >= self.not_before_s and not self.asker.is_silent


class Broke(Exception):  # noqa: N818 - it says which feed broke off
    """A feed gave nothing, and so its publish came to nothing."""

    def __init__(self, by: Running, error: TwinError) -> None:
        super().__init__(error.what)
        self.by, self.error = by, error


class Round:
    """Asks feeds, and hears for them what becomes of their rows.

    It is what is published, and the witness of the publish.

    Attributes:
        heard: names of the feeds that were heard to their end, and up to when.
        waiting: feeds that were put off to the next round, and come first in it.
    """

    def __init__(self, asked: list[Running], first: datetime, until: datetime) -> None:
        """Begin; `first` is where an empty lake begins, `until` where this round ends, UTC."""
        self.heard: dict[str, datetime] = {}
        self.waiting: list[Running] = []
        self._asked, self._first, self._until = asked, first, until
        self._by_origin: dict[str, Running] = {}
        self._speaks_for: dict[str, str] = {}
        self._giving: Running | None = None
        self._open: Generator[Batch] | None = None

    def batches(self, known: Snapshot | None) -> Iterator[Batch]:
        """Return what the feeds have to say that the newest snapshot does not hold."""
        self._open = self._batches(known)
        return self._open

    def close(self) -> None:
        """Let go of the feed that was just being asked, if one was."""
        if self._open is not None:
            self._open.close()

    def blamed(self, error: Exception) -> Broke | None:
        """Return which feed ended a publish; None if that was not a feed's fault."""
        if isinstance(error, Broke):
            return error
        if isinstance(error, TwinError) or self._giving is None:
            return None
        # The store choked on what this feed was giving.
        return Broke(self._giving, as_error(error))

    def told(
        self,
        origin: str,
        new: npt.NDArray[np.int64],
        known: npt.NDArray[np.int64],
        refused: pa.Table,
    ) -> None:
        """Hear of rows, and tell the feed that gave them."""
        by = self._by_origin.get(origin)
        if by is not None and isinstance(by.feed, Documents):
            feed = by.feed
            self._asking(by, lambda: feed.told(origin, new, known, refused))

    def judge(self) -> None:
        """Ask the feeds whether their documents may be published."""
        for by in self._asked:
            if by.feed.name in self.heard and isinstance(by.feed, Documents):
                self._asking(by, by.feed.judge)

    def _asking(self, by: Running, call: Callable[[], None]) -> None:
        try:
            by.asker.ask(call)
        except Exception as error:
            raise Broke(by, as_error(error)) from error

    def _batches(self, known: Snapshot | None) -> Generator[Batch]:
        for by in self._asked:
            self._giving = by
            try:
                is_through = yield from self._of(by, known)
            except Exception as error:
                raise Broke(by, as_error(error)) from error
            if is_through:
                self.heard[by.feed.name] = self._until
            else:
                self.waiting.append(by)
        self._giving = None

    def _of(self, by: Running, known: Snapshot | None) -> Generator[Batch, None, bool]:
        """Yield the batches of one feed, and return whether these are all."""
        first = by.first = by.first or (known.as_of if known else self._first)
        feed, until = by.feed, self._until
        asked = by.asker.batches(lambda: given(feed, known, first, until))
        with closing(asked) as batches:
            for batch in batches:
                _ensure_for_lake(batch)
                # Of two feeds that say how the same orders stand now, the store could not
                # tell which speaks last: the other one has the next round.
                if batch.is_state and feed.name != self._speaks_for.setdefault(
                    batch.of_source, feed.name
                ):
                    return False
                self._by_origin[batch.origin] = by
                yield batch
        return True


def _ensure_for_lake(batch: object) -> None:
    """Make sure that a feed gives rows of a log, and nothing that others work out.

    Raises:
        FeedError: it gives something else.
    """
    if not isinstance(batch, Batch):
        raise FeedError(
            f"It gives a {type(batch).__name__}, not a Batch.",
            fix="let `poll` yield twin.feeds.batch.Batch.",
        )
    table = TABLES.get(batch.table)
    if table is None or table.kind != "log":
        logs = ", ".join(each.name for each in TABLES.values() if each.kind == "log")
        raise FeedError(
            f"It gives rows for {batch.table!r}, which is no table of a log.",
            fix=f"give rows for one of {logs}.",
        )


def as_error(error: Exception) -> TwinError:
    """Return an error of a feed in sentences."""
    if isinstance(error, TwinError):
        return error
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return FeedError(
            f"Its source cannot be read: {error.strerror or error}{place}.",
            fix="look at the source; the feed is asked again.",
        )
    where = traceback.extract_tb(error.__traceback__)
    at = f" ({Path(where[-1].filename).name}, line {where[-1].lineno})" if where else ""
    return FeedError(
        f"Its program failed: {type(error).__name__}: {error}{at}.",
        why="nothing of what it gave was published.",
        fix="send this line to whoever looks after the feed.",
    )
