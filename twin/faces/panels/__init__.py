"""Panels as Dash components, one module per kind.

The markup is the same on every face; the style sheet gives each face its sizes. A new kind is a
module with a `KIND`, named in `_MODULES`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from twin.faces.panels import events, figures, progress, rows, stages, tiles, trend
from twin.faces.panels.kind import Kind
from twin.faces.panels.section import note, section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dash.development.base_component import Component

    from twin.faces.picture import Picture, Shown

__all__ = ["KINDS", "Kind", "note", "show", "show_on_wall"]

_MODULES = (figures, trend, rows, events, progress, tiles, stages)
KINDS: Mapping[str, Kind] = MappingProxyType(
    {module.KIND.name: module.KIND for module in _MODULES}
)


def show(shown: Shown, picture: Picture) -> Component:
    """Return a panel as it stands on a page."""
    body = note(shown, picture) or KINDS[shown.panel.kind].body(shown, picture)
    return section(shown, picture, body)


def show_on_wall(shown: Shown, picture: Picture) -> Component:
    """Return a panel as it stands on a wall."""
    kind = KINDS[shown.panel.kind]
    return kind.wall(shown, picture) if kind.wall else show(shown, picture)
