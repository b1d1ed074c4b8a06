"""The clocks of events: what runs out next, where work waits, how long it takes.

A ring around the mark of an open event fills as its clock runs; beside the map stand the list by
time left, the six stages with how long events dwell in them, steps that an auditor asks about,
and the curves of response and closure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pydeck as pdk

from twin.contracts.events import FEEDS_OF_ORDERS
from twin.layer import (
    Drawing,
    DrawOrder,
    Encoding,
    Field,
    Kind,
    Layer,
    Legend,
    MapData,
    Panel,
    Param,
    Question,
    Scope,
)
from twin.palette import rgba
from twin.service_clocks import AMBER_PCT, ARRIVAL_S, LEAST_OF_CURVE, SOON_S

# Rows of the list, and of the list of a district.
MOST, MOST_IN_DISTRICT = 12, 8
MOST_AUDITED, MOST_AUDITED_IN_DISTRICT = 8, 4

# Open events whose rings the map is sent at most: those of event_heat's marks.
MOST_RINGS = 5_000
FILTERS: Mapping[str, Param] = {"of_source": "all", "of_priority": 0, "of_stage": "all"}

# Rings of calm events, and of the least level, are drawn from this zoom on: further out only
# those that need somebody.
NEAR_ZOOM = 13.0

# Curves: of the last 30 days, each in so many parts. How far they go, in targets: answers to
# citizens come long before most targets, so what is late stands where an age bar has it.
WINDOW_DAYS, STEPS, MOST_GROUPS = 30, 120, 14
REACH: Mapping[str, float] = {"response": 2.5, "closure": 1.25}

_CITY: Mapping[str, Param] = {"district": "", "zone_streets": ()}
_AMBER: Mapping[str, Param] = {"amber_pct": AMBER_PCT}

STATES = (
    Kind("fine", "event_clocks-fine", rgba("bar")),
    Kind("amber", "event_clocks-amber", rgba("p2")),
    Kind("red", "event_clocks-red", rgba("p1")),
    Kind("none", "event_clocks-none", rgba("line")),
)


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return the rings, which lie below the marks that they are around."""
    rings = pdk.Layer(
        "RingLayer",
        drawing.urls.data("rings"),
        id="event_clocks-rings",
        size_scale=drawing.ratio,
        get_size="priority == 1 ? 36 : priority == 2 ? 31 : priority == 3 ? 25 : 20",
        gather=26 * drawing.ratio,
        amber=AMBER_PCT / 100,
        near=NEAR_ZOOM,
        far_priority=3,
        fine_color=rgba("bar"),
        amber_color=rgba("p2"),
        red_color=rgba("p1"),
    )
    return [("line", rings)]


def _own(scope: Scope, **more: Param) -> Mapping[str, Param]:
    return {**(_CITY if scope == "city" else {}), **more}


def _list(scope: Scope) -> Panel:
    most = MOST if scope == "city" else MOST_IN_DISTRICT
    where = "district" if scope == "city" else "street"
    return Panel(
        "breach" if scope == "city" else "district-breach",
        "clocks",
        "event_clocks-title",
        Question("breach.sql", _own(scope, **_AMBER, arrival_s=ARRIVAL_S, most=most)),
        fields=(
            Field("priority", "event_clocks-priority", "priority"),
            Field("title", "event_clocks-event"),
            Field(where, "event_clocks-where", "name"),
            Field("stage", "event_clocks-stage", "stage"),
            Field("unit", "event_clocks-unit"),
            Field("elapsed_s", "event_clocks-elapsed", "age"),
            Field("target_s", "event_clocks-target", "duration"),
            Field("time_left_s", "event_clocks-left", "duration"),
        ),
        scope=scope,
        empty="event_clocks-no-event",
        note="event_clocks-rule",
    )


def _figures(scope: Scope) -> Panel:
    own = _own(scope, **_AMBER, soon_s=SOON_S)
    counted = ("next_breach_s", "clocks_amber", "clocks_red", "clocks_soon")
    return Panel(
        "figures" if scope == "city" else "district-figures",
        "figures",
        "event_clocks-figures",
        Question("figures.sql", own),
        scope=scope,
        behind={each: Question("behind.sql", {**own, "of": each}) for each in counted},
    )


def _funnel(scope: Scope) -> Panel:
    return Panel(
        "funnel" if scope == "city" else "district-funnel",
        "stages",
        "event_clocks-funnel",
        Question("funnel.sql", _own(scope)),
        scope=scope,
        note="event_clocks-funnel-rule",
    )


def _audit(scope: Scope) -> Panel:
    most = MOST_AUDITED if scope == "city" else MOST_AUDITED_IN_DISTRICT
    return Panel(
        "audit" if scope == "city" else "district-audit",
        "rows",
        "event_clocks-audit",
        Question("audit.sql", _own(scope, of_orders=tuple(FEEDS_OF_ORDERS), most=most)),
        fields=(
            Field("at", "event_clocks-at", "moment"),
            Field("kind", "event_clocks-kind", "message"),
            Field("title", "event_clocks-event"),
            Field("from_stage", "event_clocks-from", "stage"),
            Field("to_stage", "event_clocks-to", "stage"),
            Field("source", "event_clocks-source", "name"),
        ),
        scope=scope,
        empty="event_clocks-no-audit",
        note="event_clocks-audit-rule",
    )


def _curves(
    name: str, clock: str, by: str, axis: str = "target", scope: Scope = "city"
) -> Panel:
    return Panel(
        name,
        "survival",
        f"event_clocks-{clock}-{by}",
        Question(
            "survival.sql",
            _own(
                scope,
                clock=clock,
                by=by,
                axis=axis,
                window_days=WINDOW_DAYS,
                reach=REACH[clock],
                steps=STEPS,
                least=LEAST_OF_CURVE,
                most_groups=MOST_GROUPS,
            ),
        ),
        scope=scope,
        empty="event_clocks-no-event",
    )


LAYER = Layer(
    "event_clocks",
    Path(__file__).parent,
    legend=Legend(
        "event_clocks-rings",
        unit="",
        scale=STATES[:3],
    ),
    draw=draw,
    maps=(
        MapData(
            "rings",
            Question("rings.sql", {**_AMBER, **FILTERS, "most": MOST_RINGS}),
            Encoding("point", fill="state", scale=STATES),
        ),
    ),
    panels=(
        _figures("city"),
        _list("city"),
        _funnel("city"),
        _audit("city"),
        _curves("response", "response", "all", "s"),
        _curves("closure", "closure", "level", "s"),
        _curves("response-district", "response", "district"),
        _curves("closure-district", "closure", "district"),
        _curves("response-source", "response", "source"),
        _curves("closure-source", "closure", "source"),
        _curves("response-unit", "response", "unit"),
        _curves("closure-unit", "closure", "unit"),
        _figures("district"),
        _list("district"),
        _funnel("district"),
        _audit("district"),
        _curves("district-response", "response", "chosen", "s", "district"),
        _curves("district-closure", "closure", "chosen", "target", "district"),
    ),
)
