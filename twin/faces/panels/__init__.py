"""Panels as Dash components, one module per kind.

The markup is the same on every face; the style sheet gives each face its sizes. A new kind is a
module with a `MARKUP`, named in `MARKUPS`, and a line of `twin.faces.kinds` with its columns.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from twin.faces.panels import (
    clocks,
    event,
    events,
    figures,
    lanes,
    precision,
    progress,
    rows,
    sources,
    stages,
    survival,
    tiles,
    trend,
    whole_event,
)
from twin.faces.panels.markup import Markup
from twin.faces.panels.section import note, section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dash.development.base_component import Component

    from twin.faces.picture import Picture, Shown

__all__ = ["MARKUPS", "Markup", "note", "show", "show_on_wall"]

MARKUPS: Mapping[str, Markup] = MappingProxyType(
    {
        "figures": figures.MARKUP,
        "trend": trend.MARKUP,
        "rows": rows.MARKUP,
        "events": events.MARKUP,
        "event": event.MARKUP,
        "whole-event": whole_event.MARKUP,
        "lanes": lanes.MARKUP,
        "progress": progress.MARKUP,
        "tiles": tiles.MARKUP,
        "stages": stages.MARKUP,
        "sources": sources.MARKUP,
        "precision": precision.MARKUP,
        "clocks": clocks.MARKUP,
        "survival": survival.MARKUP,
    }
)


def show(shown: Shown, picture: Picture) -> Component:
    """Return a panel as it stands on a page."""
    body = note(shown, picture) or MARKUPS[shown.panel.kind].body(shown, picture)
    return section(shown, picture, body)


def show_on_wall(shown: Shown, picture: Picture) -> Component:
    """Return a panel as it stands on a wall."""
    wall = MARKUPS[shown.panel.kind].wall
    return wall(shown, picture) if wall else show(shown, picture)
