"""By what the events on the map may be narrowed down, and what may be chosen of each.

Every filter is a closed list: of the contract, or of the city's pack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin.contracts.events import LEVELS, STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from twin.city import City

# As fields of a view, and as controls stand in the legend.
NAMES = ("source", "category", "priority", "stage", "department", "level")

PRIORITIES = ("1", "2", "3", "4")


@dataclass(frozen=True)
class Choice:
    """One value of a filter.

    Attributes:
        value: as a link has it.
        name, name_en: what people call it; '' where `message` says it.
        message: message key; '' where the pack names it.
    """

    value: str
    name: str = ""
    name_en: str = ""
    message: str = ""


def choices(city: City) -> Mapping[str, tuple[Choice, ...]]:
    """Return what may be chosen, by filter, in the order that it is offered in.

    A list of which the pack has no row is empty. Departments are those that answer for some kind
    of trouble.
    """
    tables = city.reference
    answer = {row for row in _column(tables, "event_categories", "dept_id") if row}
    return {
        "source": _named(tables, "event_sources", "source_id"),
        "category": _named(tables, "event_categories", "category"),
        "priority": tuple(
            Choice(each, message=f"priority-{each}") for each in PRIORITIES
        ),
        "stage": tuple(Choice(each, message=f"stage-{each}") for each in STAGES),
        "department": tuple(
            each
            for each in _named(tables, "departments", "dept_id")
            if each.value in answer
        ),
        "level": tuple(Choice(each, message=f"level-{each}") for each in LEVELS),
    }


def categories(city: City, department: str) -> tuple[str, ...]:
    """Return the kinds of trouble that a department answers for; none for '', which is any."""
    rows = city.reference["event_categories"].to_pylist() if department else []
    return tuple(row["category"] for row in rows if row["dept_id"] == department)


def _column(tables: Mapping[str, pa.Table], table: str, name: str) -> Sequence[str]:
    return tables[table][name].to_pylist() if table in tables else []


def _named(tables: Mapping[str, pa.Table], table: str, key: str) -> tuple[Choice, ...]:
    rows = tables[table].to_pylist() if table in tables else []
    return tuple(Choice(row[key], row["name"], row["name_en"]) for row in rows)
