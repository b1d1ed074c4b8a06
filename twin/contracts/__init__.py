"""Every table of the lake, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from twin.contracts import (
    community,
    drones,
    escalations,
    events,
    indicators,
    links,
    measured,
    reference,
    renewal,
    tracks,
    water,
)
from twin.contracts.base import Column, Table

_FAMILIES = (
    reference,
    events,
    escalations,
    drones,
    links,
    indicators,
    renewal,
    community,
    water,
    tracks,
    measured,
)

# Every table of the lake, by name, in the order of the families.
TABLES: Mapping[str, Table] = MappingProxyType(
    {table.name: table for family in _FAMILIES for table in family.TABLES}
)

# Columns of words that people wrote, by name: what an answer gives under these names is
# masked where it is shown.
FREE_TEXT = frozenset(
    column.name for table in TABLES.values() for column in table.columns if column.free
)

__all__ = ["FREE_TEXT", "TABLES", "Column", "Table"]
