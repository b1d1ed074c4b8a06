"""What measures are given, what they give back, and when they are worked out anew."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

    from twin.city import City
    from twin.contracts import Table
    from twin.engine import Sql
    from twin.measures.definition import Definition


@dataclass(frozen=True)
class Mark:
    """What a measure was worked out from, kept in the snapshot beside its rows.

    Attributes:
        inputs: hash of everything but rows of logs: reference tables, settings, the
            measure's own text.
        until: moment from which the clock alone changes the answer, UTC; None for never.
    """

    inputs: str
    until: datetime | None = None


class State(Protocol):
    """The lake with the new rows already in it."""

    @property
    def previous_as_of(self) -> datetime | None:
        """The moment of the snapshot before, UTC; None for the first."""
        ...

    @property
    def marks(self) -> Mapping[str, Mark]:
        """Marks of the snapshot before, by measure; a table of another form has none."""
        ...

    def query(
        self,
        sql: Sql,
        params: Mapping[str, object],
        since: datetime | None = None,
    ) -> pa.Table:
        """Return the answer to `sql` over all rows, the new ones included.

        Tables of measures are as they were before; with `since`, as they were just worked out.

        Args:
            since: files whose rows all occurred and were recorded before then may be left out: a
                live tick must not open a year of files to look at its last minutes.
        """
        ...

    def chunk(self, table: str, name: str) -> pa.Table:
        """Return the rows of one month or day of a table, such as '2026-07-16', as they stand."""
        ...

    def chunks(self, table: str) -> Collection[str]:
        """Return the names of the pieces that a table has."""
        ...

    def chunk_of(self, table: str, day: date) -> str:
        """Return the name of the piece of a table in which a day's rows stand, or would stand."""
        ...

    def hash(self, table: str) -> str:
        """Return a hash of a table's rows as they stand; '' for an empty table."""
        ...


@dataclass(frozen=True)
class MeasureUpdate:
    """Rows of a measure, and how they enter its table.

    Attributes:
        how: 'replace' the table whole, 'append' to it, or 'replace_chunks': the months or
            days named in `chunks`.
        fresh: how many of `rows`, from the first on, are new and still to be held against
            the contract; None for all.
    """

    table: str
    rows: pa.Table
    how: Literal["replace", "append", "replace_chunks"]
    chunks: tuple[str, ...] = ()
    fresh: int | None = None


@dataclass(frozen=True)
class News:
    """What a measure is asked to take in.

    Attributes:
        batch: new rows by table; all rows are new when the measure is worked out whole.
        as_of: moment that the new snapshot speaks of, UTC.
        whole: whether everything is to be worked out anew, whatever stands there.
    """

    batch: Mapping[str, pa.Table]
    as_of: datetime
    whole: bool

    def rows(self, *tables: str) -> bool:
        """Return whether any of the tables has new rows."""
        return any(self.batch[name].num_rows for name in tables if name in self.batch)


@dataclass(frozen=True)
class Measure:
    """One measure: its table, what its figures mean, all that they rest on, how they are made.

    Attributes:
        table: contract of the table that it writes; the measure has the table's name.
        definitions: what each figure of the table means.
        context: columns beside the key that are no figures: they say what a row is about,
            and are taken over from a log as they are or tell from when to when the row
            holds. Their contract says all there is to say.
        logs: logs whose news change it.
        reference: reference tables that change it whole.
        inputs: returns what else changes it whole (settings, the text of its SQL), as text.
        update: yields the changes; asked when a log has news, when anything else changed
            (`News.whole`), or when the clock has reached the mark's `until`.
        until: returns the moment from which the clock alone changes the answer just worked
            out; None for never.
        after: measures whose tables it asks of, as they were just worked out; they rest on
            no more logs and reference tables than it names itself.
    """

    table: Table
    definitions: tuple[Definition, ...]
    logs: tuple[str, ...]
    update: Callable[[City, State, News], Iterator[MeasureUpdate]]
    inputs: Callable[[City], str]
    context: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    until: Callable[[City, State, datetime], datetime | None] | None = None
    after: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the measure, which is its table's."""
        return self.table.name
