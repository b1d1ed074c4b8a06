"""Finds the header of a table among its first rows, and gathers the rows below it into blocks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from twin.errors import ContractError
from twin.feeds.order_columns import heading
from twin.feeds.sheets import ROWS_OF_A_BLOCK, Block

if TYPE_CHECKING:
    from datetime import datetime

# Rows with cells among which the header must stand; titles and notes may stand above it.
WITHIN = 30


@dataclass(slots=True)
class Row:
    """One row as it stands in a file.

    Not frozen, which would cost a second in a million rows; nobody changes one.

    Attributes:
        number: from 1.
        moments: (place, moment without zone) of the cells that the file itself says are moments.
        faults: (place, what is wrong) of the cells whose value the file does not give.
    """

    number: int
    cells: list[str]
    moments: Sequence[tuple[int, datetime]] = ()
    faults: Sequence[tuple[int, str]] = ()

    @property
    def is_blank(self) -> bool:
        """Return whether the row holds nothing but space."""
        if self.cells and self.cells[0].strip():  # so it is with nearly all rows
            return False
        return not self.faults and not any(
            cell and not cell.isspace() for cell in self.cells
        )


class NoHeader(ContractError):  # noqa: N818 - named after what is wrong
    """None of the first rows holds all the columns that are wanted.

    The nearest lacks those in `missing`.
    """

    def __init__(
        self, name: str, wanted: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> None:
        """Say which columns are missing."""
        nearest = max(rows, key=lambda names: len(set(names).intersection(wanted)))
        self.missing = [column for column in wanted if column not in nearest]
        shown = ", ".join(cell for cell in nearest if cell)[:300]
        super().__init__(
            f"{name} has no column {', '.join(self.missing)}.",
            why=(
                f"none of its first {len(rows)} rows names it; its header is: {shown}."
                if len(rows) > 1
                else f"its header is: {shown}."
            ),
            fix=(
                f"{_alike(self.missing, nearest)}name the columns of your export under"
                " [feeds.work_orders.columns], or take out those that it does not"
                " have."
            ),
        )


def _alike(missing: Sequence[str], names: Sequence[str]) -> str:
    """Return which names of the file look like the missing ones: the beginning of a sentence."""
    pairs = [
        (name, column)
        for column in missing
        for name in names
        if name and (column in name or (len(name) > 1 and name in column))
    ]
    said = ", ".join(f"{name!r} for {column!r}" for name, column in pairs[:3])
    return f"if it is meant, write {said}; else " if pairs else ""


@dataclass(frozen=True)
class Header:
    """Names of the columns.

    Attributes:
        width: cells of the header's row, with empty ones at its end.
        number: of that row in the file, from 1.
    """

    names: tuple[str, ...]
    width: int
    number: int


def find_header(name: str, rows: Iterator[Row], wanted: Sequence[str]) -> Header:
    """Take rows off `rows` up to the first that names all of `wanted`; titles may stand above it.

    Blanks, line breaks, case, width of letters and a colon or asterisk behind a name do not matter,
    where only one column can be meant.

    Raises:
        ContractError: there are no rows, no such row among the first `WITHIN`, or one that
            names a wanted column twice.
    """
    seen: list[list[str]] = []
    for row in rows:
        if row.is_blank:
            continue
        names = _meant([heading(cell) for cell in row.cells], wanted)
        if set(wanted) <= set(names):
            if twice := [column for column in wanted if names.count(column) > 1]:
                raise ContractError(
                    f"{name} has the column {', '.join(twice)} more than once.",
                    fix="rename or remove one of them.",
                )
            return Header(told_apart(names), len(names), row.number)
        seen.append(names)
        if len(seen) == WITHIN:
            break
    if not seen:
        raise ContractError(
            f"{name} is empty.", fix="export it again, with its header."
        )
    raise NoHeader(name, wanted, seen)


def _meant(names: list[str], wanted: Sequence[str]) -> list[str]:
    """Return the names, with wanted ones for those that differ in nothing that matters.

    A name that differs so from a wanted one is replaced if it is the only one that
    does.
    """
    lacking = [column for column in wanted if column not in names]
    if not lacking or len(lacking) > len(names):
        return names
    plain = [_plain(name) for name in names]
    for column in lacking:
        if (
            plain.count(_plain(column)) == 1
            and names[at := plain.index(_plain(column))] not in wanted
        ):
            names[at] = column
    return names


def _plain(name: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold().strip(":*")


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns without empty ones at the end, each different from the others."""
    kept = list(names)
    while kept and not kept[-1]:
        kept.pop()
    return tuple(
        f"{name or 'column'} ({at + 1})" if not name or name in kept[:at] else name
        for at, name in enumerate(kept)
    )


@dataclass
class _Gathered:
    """Rows on their way into a block."""

    header: tuple[str, ...]
    numbers: list[int] = field(default_factory=list[int])
    rows: list[Sequence[str | None]] = field(
        default_factory=list["Sequence[str | None]"]
    )
    moments: dict[str, dict[int, datetime]] = field(
        default_factory=dict[str, "dict[int, datetime]"]
    )
    faults: dict[int, str] = field(default_factory=dict[int, str])

    def block(self) -> Block:
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.header)
        cells = pa.table(
            [pa.array(column, pa.string()) for column in columns],
            names=list(self.header),
        )
        moments = {
            name: pa.array(
                [held.get(at) for at in range(len(self.rows))], pa.timestamp("us")
            )
            for name, held in self.moments.items()
        }
        return Block(pa.array(self.numbers, pa.int64()), cells, moments, self.faults)


def _misshapen(cells: Sequence[str], named: int, width: int) -> str:
    """Return why a row of a CSV has cells in the wrong columns; '' if it has not."""
    said = f"the row has {len(cells)} cells where the header has {named}"
    if len(cells) < named:
        return f"{said}: it may be cut off"
    return (
        f"{said}: a separator may stand in a text without quotes"
        if any(cell.strip() for cell in cells[width:])
        else ""
    )


def blocks(
    header: Header, rows: Iterator[Row], wanted: Sequence[str], *, may_be_short: bool
) -> Iterator[Block]:
    """Yield the rows below a header, blank ones left out.

    Args:
        wanted: columns whose faults make a row unusable.
        may_be_short: whether the file knows the column of each cell, as spreadsheets do:
            cells may be missing at the end of a row, and what stands beside the table is
            not read. A short row of a CSV was cut off, and a long one has a separator too
            many.
    """
    names, width = header.names, len(header.names)
    read = {at for at, name in enumerate(names) if name in wanted}
    gathered = _Gathered(names)
    for row in rows:
        if row.is_blank:
            continue
        at, cells = len(gathered.rows), row.cells
        if len(cells) != width:
            if not may_be_short and (why := _misshapen(cells, width, header.width)):
                gathered.faults[at] = why
            cells = [*cells[:width], *[None] * (width - len(cells))]
        for place, moment in row.moments:
            if place < width:
                gathered.moments.setdefault(names[place], {})[at] = moment
        for place, why in row.faults:
            if place in read:
                gathered.faults.setdefault(at, f"{names[place]}: {why}")
        gathered.rows.append(cells)
        gathered.numbers.append(row.number)
        if len(gathered.rows) == ROWS_OF_A_BLOCK:
            yield gathered.block()
            gathered = _Gathered(names)
    if gathered.rows:
        yield gathered.block()
