"""What every kind of file is read into.

Sheets of text are read a block of rows at a time, so that no file need fit the memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_OF_A_BLOCK = 10_000


@dataclass(frozen=True)
class Block:
    """Rows that follow each other in a file, blank ones left out.

    Attributes:
        numbers: n ordinals of the rows in the file (in its sheet, if it has several), from
            1, int64.
        cells: n rows of text, a column for each of the header; null where the row has no such cell.
        moments: by column, n moments without a zone (timestamp[us]) where the file itself
            says that the cell is one, null for others. Their text stands in `cells` too.
        faults: by index of a row, why the file itself makes it unusable: a sentence without
            its full stop.
    """

    numbers: pa.Int64Array
    cells: pa.Table
    moments: Mapping[str, pa.TimestampArray] = field(
        default_factory=dict[str, "pa.TimestampArray"]
    )
    faults: Mapping[int, str] = field(default_factory=dict[int, str])


@dataclass(frozen=True)
class Sheet:
    """A table of text.

    Attributes:
        name: of the sheet, where a file may hold several; '' for others.
        header: names of the columns in NFC without spaces around them; a name that is empty
            or comes again has its place behind it, as in 'column (3)'.
        blocks: the rows, once.
        remarks: what else must be said of the file: sheets that were not read, and why. Sentences.
    """

    name: str
    header: tuple[str, ...]
    blocks: Iterator[Block]
    remarks: tuple[str, ...] = ()
