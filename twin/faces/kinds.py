"""The kinds of panels: what each asks of its question, and whether its rows are a table.

Nothing here is markup, so that tables are written without it; how a kind stands on a page and on
a wall is for the module of its name in `twin.faces.panels` to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.engine import Sql
    from twin.layer import Panel


@dataclass(frozen=True)
class Kind:
    """One kind of panel.

    Attributes:
        name: as `Panel.kind` names it; also the CSS class `kind-<name>`.
        columns: what the question of such a panel answers at least; a panel's fields ask for more.
        is_table: whether its rows are a sheet of a workbook by themselves.
    """

    name: str
    columns: tuple[str, ...]
    is_table: bool = True

    def lacking(self, panel: Panel, sql: Sql) -> str:
        """Return a sentence if a panel's question lacks a column that it needs; '' if not."""
        there = {column.name for column in sql.columns}
        needed = (*self.columns, *(field.name for field in panel.fields))
        missing = [name for name in dict.fromkeys(needed) if name not in there]
        if not missing:
            return ""
        many = "columns" if len(missing) > 1 else "a column"
        return (
            f"{sql.name} lacks {many} that a panel of the kind {self.name!r} needs:"
            f" {', '.join(missing)}; add it to its SELECT and its header."
        )


_OF_EVENT = (
    "event_id",
    "title",
    "priority",
    "stage",
    "is_open",
    "created_at",
    "age_s",
    "response_s",
    "response_target_s",
    "closure_s",
    "closure_target_s",
    "unit",
    "n_units",
    "n_arrived",
)
_KINDS = (
    Kind(
        "figures",
        (
            "figure",
            "value",
            "format",
            "unit",
            "compare",
            "compare_kind",
            "better",
            "trace",
            "usual_low",
            "usual_high",
        ),
        is_table=False,
    ),
    Kind(
        "trend",
        ("at", "value", "usual_low", "usual_high", "is_partial", "usual_n"),
    ),
    Kind("rows", ()),
    Kind(
        "events",
        (
            "id",
            "priority",
            "title",
            "district_id",
            "stage",
            "age_s",
            "overdue_s",
            "n_units",
            "n_arrived",
            "closing_refused",
        ),
    ),
    Kind("event", _OF_EVENT),
    Kind("whole-event", (*_OF_EVENT, "next", "next_s", "next_level"), is_table=False),
    Kind("lanes", _OF_EVENT, is_table=False),
    Kind(
        "progress",
        (
            "programme",
            "scope",
            "year",
            "plan",
            "actual",
            "under_way",
            "due",
            "basis",
            "carried",
            "carried_done",
        ),
    ),
    Kind("tiles", ("id", "name", "name_en", "state", "since_s")),
    Kind("stages", ("stage", "n")),
    Kind(
        "sources",
        (
            "source_id",
            "name",
            "name_en",
            "n_day",
            "day_mid",
            "day_low",
            "day_high",
            "n_weeks",
            "usual",
            "since_s",
            "gap_s",
            "n_gaps",
            "state",
            "named",
            "all_proactive_pct",
            "all_merged_pct",
        ),
    ),
    Kind(
        "precision",
        (
            "class",
            "maker",
            "n_today",
            "precision_pct",
            "low_pct",
            "high_pct",
            "limit_pct",
            "state",
            "named",
        ),
    ),
    Kind(
        "clocks",
        (
            "id",
            "priority",
            "title",
            "stage",
            "unit",
            "clock",
            "elapsed_s",
            "target_s",
            "time_left_s",
            "state",
            "next",
            "next_s",
            "next_level",
            "is_reference",
            "closing_refused",
            "n_open",
        ),
    ),
    Kind(
        "survival",
        (
            "group_id",
            "name",
            "name_en",
            "place",
            "n",
            "n_open",
            "n_left_out",
            "is_few",
            "axis",
            "target",
            "reach",
            "at_target",
            "at_target_low",
            "at_target_high",
            "median",
            "t",
            "survival",
            "low",
            "high",
        ),
    ),
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _KINDS})
