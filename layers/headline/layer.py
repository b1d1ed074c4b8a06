"""The figures of the whole city: events, clocks, who found them.

What other layers count, they show themselves.
"""

from __future__ import annotations

from pathlib import Path

from twin.layer import Layer, Moment, Panel, Question


def _figures(name: str, sql: str, moment: Moment = "view") -> Panel:
    title = "headline-title" if moment == "view" else "headline-yesterday"
    return Panel(name, "figures", title, Question(sql, moment=moment))


LAYER = Layer(
    "headline",
    Path(__file__).parent,
    panels=(
        _figures("events", "events.sql"),
        _figures("clocks", "clocks.sql"),
        _figures("proactive", "proactive.sql"),
        _figures("yesterday-events", "events.sql", "day_before"),
        _figures("yesterday-clocks", "clocks.sql", "day_before"),
        _figures("yesterday-proactive", "proactive.sql", "day_before"),
    ),
)
