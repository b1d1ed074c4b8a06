"""What a table promises: its columns, their units and ranges, its key, and a sentence for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

# Every moment in the lake: microseconds, UTC.
UTC_US = pa.timestamp("us", tz="UTC")

Kind = Literal["reference", "log", "measure"]


@dataclass(frozen=True)
class Column:
    """One column: `unit` is '' for names and codes, and says what a number counts or measures.

    `free` marks words that people wrote: telephone numbers and the like may stand in them, and are
    masked where they are shown.
    """

    name: str
    type: pa.DataType
    doc: str
    unit: str = ""
    null: bool = False
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    free: bool = False


@dataclass(frozen=True)
class Table:
    """One table of the lake.

    Attributes:
        kind: 'reference' is replaced whole from the city pack; 'log' is append-only with two clocks
            (`occurred_at` in the world, `recorded_at` known to us); 'measure' is computed
            at publish.
        key: columns that identify a row; a second row with the same key is a duplicate.
        sort: columns that order the rows inside each file.
        chunk: how a file is cut by `occurred_at`: 'month', 'day' (telemetry), 'rolling' (by
            day, folded to months by compaction once a day is over a month old), or 'all'
            (one piece).
        rules: a sentence to an expression that is true for a good row (null counts as true).
    """

    name: str
    kind: Kind
    key: tuple[str, ...]
    doc: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...] = ()
    chunk: Literal["all", "month", "day", "rolling"] = "all"
    rules: Mapping[str, pc.Expression] = field(default_factory=dict[str, pc.Expression])

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema; a column that may not be null says so."""
        return pa.schema(
            [pa.field(c.name, c.type, nullable=c.null) for c in self.columns]
        )

    def empty(self) -> pa.Table:
        """Return a table of this schema with no rows."""
        return self.schema.empty_table()

    def column(self, name: str) -> Column:
        """Return the column called `name`.

        Raises:
            KeyError: there is none.
        """
        for candidate in self.columns:
            if candidate.name == name:
                return candidate
        raise KeyError(f"{self.name} has no column {name}")

    def pick(self, *names: str) -> tuple[Column, ...]:
        """Return the columns called `names`, in that order; raises KeyError as `column` does."""
        return tuple(self.column(name) for name in names)


def text(
    name: str,
    doc: str,
    *,
    null: bool = False,
    allowed: tuple[str, ...] = (),
    free: bool = False,
) -> Column:
    """Declare a column of text."""
    return Column(name, pa.string(), doc, null=null, allowed=allowed, free=free)


def moment(name: str, doc: str, *, null: bool = False) -> Column:
    """Declare a moment, UTC."""
    return Column(name, UTC_US, doc, unit="UTC", null=null)


def flag(name: str, doc: str, *, null: bool = False) -> Column:
    """Declare a truth."""
    return Column(name, pa.bool_(), doc, null=null)


def whole(
    name: str,
    doc: str,
    unit: str,
    *,
    low: float | None = 0,
    high: float | None = None,
    null: bool = False,
    type: pa.DataType | None = None,
) -> Column:
    """Declare a whole number, int32 unless `type` says otherwise."""
    return Column(
        name, type or pa.int32(), doc, unit=unit, null=null, low=low, high=high
    )


def real(
    name: str,
    doc: str,
    unit: str,
    *,
    low: float | None = None,
    high: float | None = None,
    null: bool = False,
    type: pa.DataType | None = None,
) -> Column:
    """Declare a real number, float32 unless `type` says otherwise."""
    return Column(
        name, type or pa.float32(), doc, unit=unit, null=null, low=low, high=high
    )


def place(*, null: bool = False, prefix: str = "") -> tuple[Column, Column]:
    """Declare a position: micro-degrees of WGS 84.

    Measured, they are 2.2x smaller on disk than doubles.
    """
    return (
        whole(
            f"{prefix}lon_ud",
            "longitude, WGS 84",
            "1e-6 deg",
            low=-180_000_000,
            high=180_000_000,
            null=null,
        ),
        whole(
            f"{prefix}lat_ud",
            "latitude, WGS 84",
            "1e-6 deg",
            low=-90_000_000,
            high=90_000_000,
            null=null,
        ),
    )


def clocks() -> tuple[Column, Column]:
    """Declare the two clocks of a log."""
    return (
        moment("occurred_at", "when it happened in the world"),
        moment("recorded_at", "when the city first knew this row"),
    )


SOURCE = text("source", "feed that gave the row; 'simulated' for the simulator")
VERSION = whole(
    "version",
    "1 for the first report; a correction is the next",
    "count",
    low=1,
    type=pa.int16(),
)
MODE = text(
    "mode", "live, or a drill that never enters statistics", allowed=("live", "drill")
)
DISTRICT = text(
    "district_id",
    "district of the pack, by the display geometry; null where unknown",
    null=True,
)
STATUS = text(
    "status", "how sure the city pack is of this row", allowed=("confirmed", "assumed")
)
PROVENANCE = text("provenance", "where the row comes from")
