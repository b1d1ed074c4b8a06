"""What feeds bring, on its way into the draft of a snapshot.

It is held against the contracts and the lake, and written as it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts import TABLES
from twin.contracts.check import check
from twin.store import dedupe, revise, units

if TYPE_CHECKING:
    from datetime import datetime

    from twin.contracts import Table
    from twin.feeds.batch import Batch
    from twin.store.lake import Lake
    from twin.store.snapshot import File

# Rows of a feed of states that are held in memory before they are written.
_AT_ONCE = 110_000
_REFUSED_AT_ONCE = 20_000
_EVENTS, _DISPATCHES = "events", "dispatches"
_OF_REFUSED = ["table_name", "subject_id"]

# What measures must know of new rows of feeds of states, which are many: whose they are, when.
_OF_NEWS = ("event_id", "version", "occurred_at", "recorded_at", "created_at")


class Witness(Protocol):
    """Is told what becomes of the rows of an origin."""

    def told(
        self,
        origin: str,
        new: npt.NDArray[np.int64],
        known: npt.NDArray[np.int64],
        refused: pa.Table,
    ) -> None:
        """Hear of rows, by their numbers in the origin, that were new or known.

        Hear of those that were refused, too.
        """
        ...

    def judge(self) -> None:
        """Raise if what was told must not be published."""
        ...


class Draft(Protocol):
    """The snapshot in the making, as rows enter it (see `twin.store.publish.Draft`)."""

    @property
    def lake(self) -> Lake:
        """Return the lake."""
        ...

    def now(self, table: str) -> list[File]:
        """Return the files of a table as they stand."""
        ...

    def append(self, table: str, rows: pa.Table) -> None:
        """Add rows to a table."""
        ...


@dataclass
class Intake:
    """Takes batches.

    Feeds that say what is new (logs of a simulator, of devices) are held until the end:
    their batches may meet each other. Feeds of states are written as they come, so that a
    file of a million rows needs no more memory than a small one.

    Attributes:
        refused_at: when refused rows became known, UTC.
        as_of: the moment that the snapshot will speak of, UTC; what was recorded later is refused.
        skipped: rows that were there already.
    """

    draft: Draft
    refused_at: datetime
    as_of: datetime
    witness: Witness | None = None
    skipped: int = 0
    _held: dict[str, list[dedupe.Part]] = field(
        default_factory=dict[str, list[dedupe.Part]]
    )
    _states: list[_Checked] = field(default_factory=list["_Checked"])
    _there: dict[str, list[File]] = field(default_factory=dict[str, "list[File]"])
    _news: dict[str, list[pa.Table]] = field(default_factory=dict[str, list[pa.Table]])
    _refused: list[pa.Table] = field(default_factory=list[pa.Table])
    _all_refused: list[pa.Table] = field(default_factory=list[pa.Table])
    _writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _writing: list[Future[None]] = field(default_factory=list["Future[None]"])

    def take(self, batch: Batch) -> None:
        """Take a batch: rows that break their contract are refused."""
        self.skipped += batch.skipped
        done = check(
            TABLES[batch.table],
            batch.rows,
            feed=batch.feed,
            origin=batch.origin,
            recorded_at=self.refused_at,
            row_numbers=batch.row_numbers,
            raw=batch.raw,
            known_by=self.as_of,
        )
        bad = done.bad if batch.mask is None else _hidden(done.bad, batch)
        self._refuse(
            batch.origin, [bad] if batch.refused is None else [batch.refused, bad]
        )
        numbers = _numbers(batch, bad)
        if batch.is_state:
            self._states.append(_Checked(batch, done.good, numbers))
            if sum(part.rows.num_rows for part in self._states) >= _AT_ONCE:
                self._write_states()
        else:
            self._held.setdefault(batch.table, []).append(
                dedupe.Part(done.good, batch.feed, batch.origin)
            )

    def finish(self) -> Mapping[str, pa.Table]:
        """Write what is still held, and return the news by table.

        News are whole rows of logs, of feeds of states which events they are of and when, and what
        refused rows were of.
        """
        self._write_states()
        self._written()
        self._writer.shutdown()
        pa.default_memory_pool().release_unused()
        for table, parts in self._held.items():
            sifted = dedupe.sift(
                self.draft.lake,
                self.draft.now(table),
                TABLES[table],
                parts,
                self.refused_at,
            )
            self.skipped += int(sifted.is_known.sum())
            self._refuse("", [sifted.refused])
            self.draft.append(table, sifted.rows)
            self._news.setdefault(table, []).append(sifted.rows)
        self._write_refused()
        news = {
            table: pa.concat_tables(parts, promote_options="default")
            for table, parts in self._news.items()
        }
        return news | {
            "quarantine": pa.concat_tables(
                [TABLES["quarantine"].empty().select(_OF_REFUSED), *self._all_refused]
            )
        }

    def drop(self) -> None:
        """Wait for what is being written: nobody else may hold the lake before it is."""
        self._writer.shutdown(cancel_futures=True)

    def _refuse(self, origin: str, tables: Iterable[pa.Table]) -> None:
        rows = pa.concat_tables([TABLES["quarantine"].empty(), *tables])
        if not rows.num_rows:
            return
        self._refused.append(rows)
        if self.witness is not None:
            self.witness.told(origin, _NONE, _NONE, rows)
        if sum(part.num_rows for part in self._refused) >= _REFUSED_AT_ONCE:
            self._write_refused()

    def _write_refused(self) -> None:
        rows = pa.concat_tables([TABLES["quarantine"].empty(), *self._refused])
        self._refused = []
        new = dedupe.unheld(self.draft.lake, self.draft.now("quarantine"), rows)
        self.draft.append("quarantine", new)
        self._all_refused.append(new.select(_OF_REFUSED))

    def _write_states(self) -> None:
        """Hold what was taken of feeds of states against the lake as it stood before.

        Write what says more.
        """
        states, self._states = self._states, []
        self._written()
        for source in sorted({part.batch.of_source for part in states}):
            own = [part for part in states if part.batch.of_source == source]
            others = self._of_others(own, source)
            for table in sorted(
                {part.batch.table for part in own}, key=lambda table: table != _EVENTS
            ):
                self._revise(
                    table,
                    [part for part in own if part.batch.table == table],
                    others,
                    source,
                )
        del states
        pa.default_memory_pool().release_unused()

    def _of_others(self, parts: Sequence[_Checked], source: str) -> pa.Array:
        ids = pa.concat_arrays(
            [chunk for part in parts for chunk in part.rows["event_id"].chunks]
            or [pa.array([], pa.string())]
        )
        return revise.of_others(
            self.draft.lake, self._before("events"), TABLES["events"], ids, source
        )

    def _before(self, table: str) -> list[File]:
        """Return the files of a table as they stood before any feed of states.

        Feeds of states tell their own rows apart.
        """
        return self._there.setdefault(table, self.draft.now(table))

    def _revise(
        self, table: str, parts: Sequence[_Checked], others: pa.Array, source: str
    ) -> None:
        contract, there = TABLES[table], self._before(table)
        rows = revise.renamed(
            pa.concat_tables([part.rows for part in parts]), others, source
        ).combine_chunks()
        held = revise.newest(
            self.draft.lake, there, contract, rows[contract.key[0]].combine_chunks()
        )
        if table == _DISPATCHES:
            since = [file for file in self.draft.now(table) if file not in there]
            as_known = units.kept(self.draft.lake, there, since, contract, rows, held)
            if as_known is not rows:
                rows = as_known
                held = revise.newest(
                    self.draft.lake,
                    there,
                    contract,
                    rows[contract.key[0]].combine_chunks(),
                )
        rows, says_more = revise.revise(contract, rows, held)
        self._refuse_unsound(contract, rows, says_more, parts)
        self._tell(parts, says_more)
        new = rows.filter(pa.array(says_more))
        # While the feed reads on.
        self._writing.append(self._writer.submit(self.draft.append, table, new))
        told = (
            pc.is_in(new["event_id"], value_set=self._news[_EVENTS][-1]["event_id"])
            if table != _EVENTS and _EVENTS in self._news
            else None
        )
        named = new.select([name for name in _OF_NEWS if name in new.column_names])
        self._news.setdefault(table, []).append(
            named if told is None else named.filter(pc.invert(told))
        )

    def _written(self) -> None:
        """Wait for what is being written.

        Raises:
            OSError: the disk refused.
        """
        writing, self._writing = self._writing, []
        for each in writing:
            each.result()

    def _refuse_unsound(
        self,
        contract: Table,
        rows: pa.Table,
        says_more: npt.NDArray[np.bool_],
        parts: Sequence[_Checked],
    ) -> None:
        """Refuse corrections that break their contract once they are joined with what is known."""
        is_corrected, begin = says_more & (rows["version"].to_numpy() > 1), 0
        for part in parts if is_corrected.any() else ():
            corrected = np.flatnonzero(is_corrected[begin : begin + part.rows.num_rows])
            numbers, batch = part.numbers[corrected], part.batch
            bad = check(
                contract,
                rows.take(pa.array(begin + corrected)),
                feed=batch.feed,
                origin=batch.origin,
                recorded_at=self.refused_at,
                row_numbers=pa.array(numbers),
            ).bad
            says_more[begin + corrected[np.isin(numbers, bad["row_n"].to_numpy())]] = (
                False
            )
            self._refuse(batch.origin, [bad])
            begin += part.rows.num_rows

    def _tell(
        self, parts: Sequence[_Checked], says_more: npt.NDArray[np.bool_]
    ) -> None:
        at = 0
        for part in parts:
            mine = says_more[at : at + part.rows.num_rows]
            at += part.rows.num_rows
            self.skipped += int((~mine).sum())
            if self.witness is not None:
                self.witness.told(
                    part.batch.origin,
                    part.numbers[mine],
                    part.numbers[~mine],
                    TABLES["quarantine"].empty(),
                )


@dataclass(frozen=True)
class _Checked:
    """The good rows of a batch, and their numbers in the origin."""

    batch: Batch
    rows: pa.Table
    numbers: npt.NDArray[np.int64]


_NONE = np.empty(0, np.int64)


def _numbers(batch: Batch, bad: pa.Table) -> npt.NDArray[np.int64]:
    """Return the numbers of the good rows of a batch."""
    if batch.row_numbers is None:
        return np.zeros(batch.rows.num_rows - bad.num_rows, np.int64)
    numbers = batch.row_numbers.to_numpy(zero_copy_only=False)
    return (
        numbers
        if not bad.num_rows
        else numbers[~np.isin(numbers, bad["row_n"].to_numpy())]
    )


def _hidden(bad: pa.Table, batch: Batch) -> pa.Table:
    """Return refused rows without what may not be kept of them."""
    if not bad.num_rows or batch.mask is None:
        return bad
    for name, hide in (("reason", batch.mask.text), ("raw", batch.mask.json)):
        texts = pa.array([hide(text) for text in bad[name].to_pylist()], pa.string())
        bad = bad.set_column(
            bad.column_names.index(name), bad.schema.field(name), texts
        )
    return bad
