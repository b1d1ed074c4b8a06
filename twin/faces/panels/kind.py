"""What a kind of panel is: the columns that it needs, and how it stands on a page and on a wall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.engine import Sql
    from twin.faces.picture import Picture, Shown
    from twin.layer import Panel


@dataclass(frozen=True)
class Kind:
    """One kind of panel.

    Attributes:
        name: as `Panel.kind` names it; also the CSS class `kind-<name>`.
        columns: what the question of such a panel answers at least; a panel's fields ask for more.
        body: draws the rows, below the panel's title.
        wall: draws the whole panel on a wall; None where it stands there as on a page.
        is_table: whether its rows are a sheet of a workbook by themselves.
    """

    name: str
    columns: tuple[str, ...]
    body: Callable[[Shown, Picture], Component]
    wall: Callable[[Shown, Picture], Component] | None = None
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
