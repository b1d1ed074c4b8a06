"""A folder that exports of work orders are dropped into, as a feed.

It keeps the rules of `twin ingest --watch`: a file is taken when it stands still, once, and
put away into done/ or refused/ with a report beside it. A poll gives one file; the file is
put away when its rows are published, and not before. Whatever happens between, it is read
again: the lake knows rows that it has. So nothing is lost, and nothing counts twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin.errors import PackError, TwinError
from twin.feeds.drop_folder import held, refusal, unreadable
from twin.feeds.feed import KINDS, FeedType, Kind, Refused
from twin.feeds.filing import OUTCOMES, Filing, Outcome
from twin.feeds.settling import PATIENCE_WITH_EMPTY, Look, Settling
from twin.feeds.taken import AllRefused, Taken, Tally
from twin.feeds.work_orders import (
    OrderMapping,
    Orders,
    ensure_datum,
    load_mapping,
    read,
)
from twin.pack.schema import Setting

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    from twin.city import City
    from twin.feeds.batch import Batch

_SETTLE_S = 5.0


@dataclass(frozen=True)
class _InHand:
    """A file that is being read, and what becomes of its rows."""

    path: Path
    look: Look
    orders: Orders
    tally: Tally
    at: datetime

    def report(self, snapshot: str | None) -> Taken:
        """Return what became of the file; `snapshot` is None if nothing was published."""
        remarks = self.orders.remarks.sentences()
        return self.tally.report(str(self.path), snapshot, remarks)


class OrdersFolder:
    """The files of one folder. They are read, each whole, as `mapping` says."""

    def __init__(
        self,
        name: str,
        folder: Path,
        city: City,
        mapping: OrderMapping,
        *,
        kind: Kind = "real",
        settle_s: float = _SETTLE_S,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; the folder is held from the first poll on, for as long as the feed lives.

        Args:
            kind: what the rows of its files are.
            settle_s: how long a file must stand still before it is taken, s.
            ticks: seconds that only go forward.
        """
        self.name, self.kind, self.folder, self.more = name, kind, folder, False
        self._city, self._mapping = city, mapping
        self._settling = Settling(
            folder, ticks, settle_s, PATIENCE_WITH_EMPTY * settle_s
        )
        self._holding = ExitStack()
        self._filing: Filing | None = None
        self._hand: _InHand | None = None
        self._told = set[str](OUTCOMES)
        self._notes: list[str] = []

    def poll(self, since: datetime, until: datetime) -> Iterator[Batch]:  # noqa: ARG002
        """Yield the rows of the next file that stands still; they are known from `until` on.

        Raises:
            Refused: the file cannot be read, and is put away.
            FeedError: the folder, or the mapping, is off. UsageError: there is no folder.
            BusyError: another program reads it.
        """
        self._hand, self.more = None, False
        self._open()
        ready = self._look()
        self.more = len(ready) > 1
        for path in ready[:1]:
            if (look := Look.at(path)) is not None:
                yield from self._read(path, look, until)

    def told(
        self,
        origin: str,
        new: npt.NDArray[np.int64],
        known: npt.NDArray[np.int64],
        refused: pa.Table,
    ) -> None:
        """Hear what becomes of rows of the file in hand."""
        if self._hand is not None:
            self._hand.tally.told(origin, new, known, refused)

    def judge(self) -> None:
        """Refuse a file of which nothing could be used.

        Raises:
            Refused: it has rows, and every one was refused.
        """
        hand = self._hand
        if hand is None:
            return
        try:
            hand.tally.judge()
        except AllRefused as error:
            taken = hand.report(None)
            raise self._refused(hand, taken.as_json(), taken.lines()) from error

    def done(self, snapshot: str) -> Sequence[str]:
        """Put the file away whose rows are published.

        Raises:
            FeedError: the disk refuses; the file is read again, and its rows are known.
        """
        hand, self._hand = self._hand, None
        if hand is not None:
            taken = hand.report(snapshot)
            self._notes.append(
                self._put_away(hand, "done", taken.as_json(), taken.lines())
            )
        notes, self._notes = self._notes, []
        return notes

    def _open(self) -> None:
        """Hold the folder, and carry out what was left half-way when it was let go."""
        if self._filing is not None:
            return
        self._holding.close()
        self._holding.enter_context(held(self.folder))
        self._filing = Filing(self.folder)
        if (left := self._filing.carried_out) is not None:
            self._notes.append(
                f"{left}: what was left half-way at the last end is done."
            )

    def _look(self) -> list[Path]:
        try:
            ready = self._settling.look()
        except OSError as error:
            raise unreadable(self.folder, error) from error
        others = self._settling.others
        self._notes += [
            f"{name} is no plain file; it is left where it is."
            for name in sorted(others - self._told)
        ]
        self._told |= others
        return ready

    def _read(self, path: Path, look: Look, until: datetime) -> Iterator[Batch]:
        orders = read(path, self._mapping, self._city, recorded_at=until)
        tally = Tally(lambda: orders.rows, lambda: orders.repeated)
        self._hand = hand = _InHand(path, look, orders, tally, until)
        try:
            yield from orders
        except Exception as error:
            raise self._refused(hand, *refusal(error, path.name)) from error

    def _refused(
        self, hand: _InHand, report: Mapping[str, Any], sentences: Sequence[str]
    ) -> Refused:
        """Put a file away that is refused, and return what is to be said of it."""
        said = self._put_away(hand, "refused", report, sentences)
        self._hand, self.more = None, True
        return Refused(said)

    def _put_away(
        self,
        hand: _InHand,
        outcome: Outcome,
        report: Mapping[str, Any],
        sentences: Sequence[str],
    ) -> str:
        """Put the file in hand away, and return a sentence of what became of it."""
        name = hand.path.name
        self._settling.forget(name)
        if Look.at(hand.path) != hand.look:
            return (
                f"{name} was changed while it was read; it is read again when it stands"
                " still."
            )
        assert self._filing is not None  # noqa: S101  (every poll opens it)
        try:
            there = self._filing.put_away(
                name, hand.look, outcome, report, sentences, at=hand.at
            )
        except TwinError:
            self._filing = None  # the next poll carries out what is left half-way
            raise
        said = sentences[0] if sentences else outcome
        named = said if said.startswith(name) else f"{name}: {said}"
        return f"{named} ({there.relative_to(self.folder)}.report.txt)"


def _open(name: str, settings: Mapping[str, Any], city: City) -> OrdersFolder:
    """Make the feed of a section: paths in it begin where the pack is.

    Raises:
        PackError: its kind or the mapping is off.
    """
    kind: Kind = settings.get("kind", "real")
    if kind not in KINDS:
        raise PackError(
            f"[feeds.{name}] kind is {kind!r}.", fix=f"use one of {', '.join(KINDS)}."
        )
    given = settings.get("mapping")
    # A bare word is a mapping that comes with the program.
    file = Path(given) if given else None
    if file is not None and (file.suffix or file.parent != Path()):
        file = city.root / file
    try:
        mapping = load_mapping(city, file)
        ensure_datum(mapping)
    except TwinError as error:
        raise PackError(error.what, why=error.why, fix=error.fix) from error
    return OrdersFolder(
        name,
        city.root / settings["folder"],
        city,
        mapping,
        kind=kind,
        settle_s=settings.get("settle_s", _SETTLE_S),
    )


FEED = FeedType(
    _open,
    {
        "folder": Setting("text"),
        "mapping": Setting("text", needed=False),
        "kind": Setting("text", needed=False),
        "settle_s": Setting("positive", high=3_600, needed=False),
    },
)
