"""The figures of the whole city: events, clocks, who found them.

What other layers count, they show themselves.
"""

from __future__ import annotations

from pathlib import Path

from twin.layer import Layer, Moment, Panel, Question

# The figures of each question: the events behind each are asked for by its name.
_OF = {
    "events.sql": ("events_today", "open_now", "closings_refused"),
    "clocks.sql": ("response_p50_s", "closure_p90_s", "closed_untimed"),
    "proactive.sql": ("proactive_pct",),
}


def _figures(name: str, sql: str, moment: Moment = "view") -> Panel:
    title = "headline-title" if moment == "view" else "headline-yesterday"
    behind = {each: Question("behind.sql", {"of": each}, moment) for each in _OF[sql]}
    return Panel(name, "figures", title, Question(sql, moment=moment), behind=behind)


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
