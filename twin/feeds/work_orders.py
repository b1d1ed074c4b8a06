"""Work orders of a citizens' line: events, and what was done about them.

They come out of an export, which is read a block of rows at a time.

An order whose own cells are off is refused whole; if only what was done about it is off,
the event is taken and the rest refused. A row says what the source says of an order now:
the store tells what is new, what it knows and what corrects an earlier export (see
`Batch.is_state`). Rows that differ only in the unit are one order with several dispatches.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from twin.contracts.check import quarantined
from twin.contracts.crs import CRS, UndeclaredCRS
from twin.feeds.batch import Batch
from twin.feeds.order_block import OrderBlock, Reading
from twin.feeds.order_mapping import FEED, OrderMapping, load_mapping
from twin.feeds.order_rows import TABLES_OF_ORDERS, Made, make
from twin.feeds.remarks import Remarks
from twin.feeds.tabular import open_sheets

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from twin.city import City
    from twin.feeds.sheets import Block

__all__ = ["FEED", "OrderMapping", "Orders", "ensure_datum", "load_mapping", "read"]


def read(
    path: Path, mapping: OrderMapping, city: City, *, recorded_at: datetime
) -> Orders:
    """Open an export.

    Args:
        recorded_at: when the city first knows these rows, UTC; later moments lie in the
            future and are refused.

    Raises:
        UndeclaredCRS: it gives coordinates, and the mapping declares no datum that is understood.
    """
    ensure_datum(mapping)
    return Orders(path, mapping, city, recorded_at)


def ensure_datum(mapping: OrderMapping) -> None:
    """Make sure that the coordinates of exports, if they have any, can be understood.

    Raises:
        UndeclaredCRS: the mapping declares no datum, or none that is known.
    """
    if "lon" in mapping.columns and mapping.crs not in CRS:
        raise UndeclaredCRS(FEED, mapping.crs)


class Orders:
    """The orders of one file, as batches for the store; each may be gone through once.

    Attributes:
        rows: rows read so far, blank ones left out.
        repeated: rows that said again what an earlier row of the file said.
        remarks: what was decided by rule, and what was not read.
    """

    def __init__(
        self, path: Path, mapping: OrderMapping, city: City, recorded_at: datetime
    ) -> None:
        """See `read`."""
        self.path, self.rows, self.repeated, self.remarks = path, 0, 0, Remarks()
        self._mapping, self._city, self._recorded_at = mapping, city, recorded_at

    def __iter__(self) -> Iterator[Batch]:
        """Yield one batch per block of rows and table.

        Raises:
            ContractError: the file as a whole cannot be read, or lacks columns.
        """
        mapping = self._mapping
        reading = Reading(mapping, self._city, self._recorded_at, self.remarks)
        sheets = open_sheets(
            self.path,
            list(mapping.columns.values()),
            encoding=mapping.encoding,
            delimiter=mapping.delimiter,
            sheet=mapping.sheet,
        )
        for sheet in sheets:
            origin = f"{self.path}#{sheet.name}" if sheet.name else str(self.path)
            reading.begin(sheet.name)
            for block in sheet.blocks:
                self.rows += len(block.numbers)
                made = make(OrderBlock(reading, block))
                self.repeated += made.repeated
                yield from _batches(made, block, origin, reading)
            for remark in sheet.remarks:
                self.remarks.say(remark)


def _batches(made: Made, block: Block, origin: str, of: Reading) -> Iterator[Batch]:
    """Yield what was made of a block, table by table, with its rows of the file beside it."""
    named = block.cells[of.column("event_id")]
    for table in TABLES_OF_ORDERS:
        where, rows = made.rows[table]
        refused = sorted(made.refused[table].items())
        if not where and not refused and table != "events":
            continue
        places = pa.array([at for at, _ in refused], pa.int64())
        subjects = [
            (name or "").strip() or None for name in named.take(places).to_pylist()
        ]
        lines = pa.array(where, pa.int64())
        yield Batch(
            table,
            rows,
            FEED,
            origin,
            row_numbers=block.numbers.take(lines),
            raw=block.cells.take(lines),
            refused=quarantined(
                _said(refused, block, of),
                table=table,
                feed=FEED,
                origin=origin,
                recorded_at=of.recorded_at,
                subjects=subjects,
            ),
            skipped=made.repeated if table == "events" else 0,
            is_state=True,
            of_source=of.mapping.source_id,
            mask=None if of.mapping.keep_raw else of.mask,
        )


def _said(
    refused: list[tuple[int, str]], block: Block, of: Reading
) -> Iterator[tuple[int, str, str]]:
    """Yield number, reason and content of refused rows."""
    rows = block.cells.take(pa.array([at for at, _ in refused], pa.int64())).to_pylist()
    for (at, reason), cells in zip(refused, rows, strict=True):
        given = {name: text for name, text in cells.items() if text is not None}
        raw = json.dumps(given, ensure_ascii=False)
        yield (
            block.numbers[at].as_py(),
            f"{of.mask.text(reason)}.",
            raw if of.mapping.keep_raw else of.mask.json(raw),
        )
