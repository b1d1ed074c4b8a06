"""What needs attention now, worst first, and where the work stands.

It is told of the city and of the chosen district.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from twin.layer import Field, Layer, Panel, Param
from twin.view import Pinned

# Rows of the list: a hall can hold eight in mind at once, and no more.
MOST = 8
MOST_IN_DISTRICT = 6


def ask_city(pinned: Pinned) -> Mapping[str, Param]:
    """Return what the city's list asks."""
    return {
        "as_of": pinned.as_of,
        "known_at": pinned.known_at,
        "mode": pinned.view.mode,
        "district": "",
        "zone_streets": (),
        "most": MOST,
    }


def ask_district(pinned: Pinned) -> Mapping[str, Param]:
    """Return what the chosen district's list asks."""
    return {
        **ask_city(pinned),
        "district": pinned.district,
        "zone_streets": pinned.zone_streets,
        "most": MOST_IN_DISTRICT,
    }


def ask_stages(pinned: Pinned) -> Mapping[str, Param]:
    """Return what the stages ask."""
    return {
        "as_of": pinned.as_of,
        "known_at": pinned.known_at,
        "day_from": pinned.day_from,
        "mode": pinned.view.mode,
    }


_WHAT = (
    Field("priority", "attention-priority", "priority"),
    Field("title", "attention-event"),
)
_HOW = (
    Field("stage", "attention-stage", "stage"),
    Field("age_s", "attention-age", "age"),
)

LAYER = Layer(
    "attention",
    Path(__file__).parent,
    panels=(
        Panel(
            "rows",
            "attention",
            "rows",
            "attention-title",
            "rows.sql",
            ask_city,
            fields=(*_WHAT, Field("district", "attention-district", "name"), *_HOW),
            empty="attention-none",
            note="attention-rule",
        ),
        Panel(
            "stages",
            "stages",
            "stages",
            "attention-stages",
            "stages.sql",
            ask_stages,
            order=1,
        ),
        Panel(
            "district",
            "district",
            "rows",
            "attention-title",
            "rows.sql",
            ask_district,
            fields=(*_WHAT, Field("street", "attention-street", "name"), *_HOW),
            order=30,
            empty="attention-none",
            note="attention-rule",
        ),
    ),
)
