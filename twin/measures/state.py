"""What measures are given and what they give back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import pyarrow as pa

    from twin.engine import Sql


class State(Protocol):
    """The lake with the new rows already in it."""

    @property
    def previous_as_of(self) -> datetime | None:
        """Answer the moment of the snapshot before, UTC; None for the first."""
        ...

    def query(self, sql: Sql, params: Mapping[str, object]) -> pa.Table:
        """Answer `sql` over all rows, the new ones included."""
        ...


@dataclass(frozen=True)
class MeasureUpdate:
    """Rows of a measure: `how` they enter its table ('replace_chunks' replaces the months or days that `rows` holds)."""

    table: str
    rows: pa.Table
    how: Literal["replace", "append", "replace_chunks"]
