"""What a feed gives: rows for one table, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from twin.contracts.masking import Mask


@dataclass(frozen=True)
class Batch:
    """Rows for one table.

    Attributes:
        table: name of the contract table.
        rows: the rows; columns as the contract names them.
        feed: name of the feed, such as 'simulated' or 'work_orders'.
        origin: file, topic or address.
        row_numbers: number of each row in its origin, from 1; None where there are none.
        raw: the rows as they were given, one for one; None if `rows` is what was given.
        refused: rows that the feed itself could not read, in the schema of `quarantine`;
            None for none.
        skipped: rows that stood in the origin more than once, word for word, and are in
            `rows` once.
        is_state: whether the rows say what the source says of each thing now, whatever was
            said before. Their versions are then the store's to give: a thing that it knows
            otherwise is corrected, known from now on.
        of_source: event source whose numbers `event_id` are; the same number of another
            source is another event. '' if the numbers are the city's own.
        mask: takes out of refused rows what may not be kept; None for nothing.
    """

    table: str
    rows: pa.Table
    feed: str
    origin: str
    row_numbers: pa.Array | None = None
    raw: pa.Table | None = None
    refused: pa.Table | None = None
    skipped: int = 0
    is_state: bool = False
    of_source: str = ""
    mask: Mask | None = None
