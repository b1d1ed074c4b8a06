"""What a sheet says, row by row, for tests."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from twin.feeds.sheets import Sheet

QUIET = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.text(max_size=4), inside, max_size=3)
    ),
    max_leaves=8,
)
"""Any value of JSON."""


def rows_of(sheet: Sheet) -> dict[int, dict[str, Any]]:
    """The rows by their numbers, without the cells that are not there."""
    return {
        number: {name: cell for name, cell in row.items() if cell is not None}
        for block in sheet.blocks
        for number, row in zip(
            block.numbers.to_pylist(), block.cells.to_pylist(), strict=True
        )
    }


def faults_of(sheet: Sheet) -> dict[int, str]:
    """The faults by the numbers of their rows."""
    return {
        block.numbers[at].as_py(): fault
        for block in sheet.blocks
        for at, fault in block.faults.items()
    }
