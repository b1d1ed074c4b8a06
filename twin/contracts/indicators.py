"""Measured values of the city's indicators."""

from __future__ import annotations

import pyarrow as pa

from twin.contracts.base import SOURCE, Table, clocks, real, text

INDICATOR_VALUES = Table(
    name="indicator_values",
    kind="log",
    key=("ind_id", "area_id", "occurred_at", "recorded_at"),
    sort=("ind_id", "area_id", "occurred_at"),
    chunk="month",
    doc=(
        "One row per value of one indicator in one area. A correction is a row with a"
        " later `recorded_at`."
    ),
    columns=(
        text("ind_id", "indicator of the catalogue"),
        text("area_id", "a district's id, or 'city'"),
        *clocks(),
        real(
            "value",
            "measured; null where the period passed without a value",
            "see indicator",
            null=True,
            type=pa.float64(),
        ),
        text(
            "quality",
            "only 'good' may alarm",
            allowed=("good", "late", "suspect", "missing"),
        ),
        SOURCE,
    ),
)

TABLES = (INDICATOR_VALUES,)
