"""The figures of the whole city: events, clocks, who found them. What other layers count, they show themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from twin.layer import Block, Layer, Param
from twin.view import Pinned


def ask(pinned: Pinned) -> Mapping[str, Param]:
    """Answer what the figures of a moment ask."""
    return {"as_of": pinned.as_of, "known_at": pinned.known_at, "day_from": pinned.day_from, "mode": pinned.view.mode}


LAYER = Layer("headline", Path(__file__).parent, blocks=(
    Block("events", "headline", "figures", "headline-title", "events.sql", ask, order=1),
    Block("clocks", "headline", "figures", "headline-title", "clocks.sql", ask, order=2),
    Block("proactive", "headline", "figures", "headline-title", "proactive.sql", ask, order=3)))
