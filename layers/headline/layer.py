"""The figures of the whole city: events, clocks, who found them.

What other layers count, they show themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from twin.layer import Layer, Panel, Param
from twin.view import Pinned


def ask(pinned: Pinned) -> Mapping[str, Param]:
    """Return what the figures of a moment ask."""
    return {
        "as_of": pinned.as_of,
        "known_at": pinned.known_at,
        "day_from": pinned.day_from,
        "mode": pinned.view.mode,
    }


def ask_week(pinned: Pinned) -> Mapping[str, Param]:
    """Return the same, and what is compared with the same time a week ago."""
    return {**ask(pinned), **pinned.week_before}


def ask_events(pinned: Pinned) -> Mapping[str, Param]:
    """Return the same, a day ago besides, and which hours are alike."""
    then = pinned.days.yesterday
    return {
        **ask_week(pinned),
        **pinned.like_hours,
        "before_at": then.as_of,
        "before_known_at": then.known_at,
    }


def _of_yesterday(
    asked: Callable[[Pinned], Mapping[str, Param]],
) -> Callable[[Pinned], Mapping[str, Param]]:
    """Return what asks the same of the whole day before."""
    return lambda pinned: asked(pinned.day_whole())


LAYER = Layer(
    "headline",
    Path(__file__).parent,
    panels=(
        Panel(
            "events",
            "headline",
            "figures",
            "headline-title",
            "events.sql",
            ask_events,
            order=1,
        ),
        Panel(
            "clocks",
            "headline",
            "figures",
            "headline-title",
            "clocks.sql",
            ask,
            order=2,
        ),
        Panel(
            "proactive",
            "headline",
            "figures",
            "headline-title",
            "proactive.sql",
            ask_week,
            order=3,
        ),
        Panel(
            "yesterday-events",
            "yesterday",
            "figures",
            "headline-yesterday",
            "events.sql",
            _of_yesterday(ask_events),
            order=1,
        ),
        Panel(
            "yesterday-clocks",
            "yesterday",
            "figures",
            "headline-yesterday",
            "clocks.sql",
            _of_yesterday(ask),
            order=2,
        ),
        Panel(
            "yesterday-proactive",
            "yesterday",
            "figures",
            "headline-yesterday",
            "proactive.sql",
            _of_yesterday(ask_week),
            order=3,
        ),
    ),
)
