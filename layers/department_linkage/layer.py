"""The links to the departments' command systems: who is heard, who is not, and what that blinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pydeck as pdk
from pydeck.types import String

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
)
from twin.palette import rgba
from twin.view import Pinned

STATES = (
    Kind("ok", "state-ok", rgba("text-3"), "dept"),
    Kind("late", "state-late", rgba("p3"), "dept_late"),
    Kind("down", "state-down", rgba("p2"), "dept_down"),
    Kind("unknown", "state-unknown", rgba("text-3", 0.6), "dept_late"),
)
LEGEND = Legend(
    "department_linkage-title", unit="", scale=STATES, count="departments_ok"
)
_NAMED = {"assumed": "name-assumed", "confirmed": "name-published"}
_WORDS = {kind.value: kind.name for kind in STATES}


def ask_states(pinned: Pinned) -> Mapping[str, Param]:
    """Return both clocks, and whether the snapshot has the answer ready.

    Limits come from the city's freshness.

    Only the newest has: an older one was judged by limits that the pack may have changed since.
    """
    is_ready = (
        pinned.is_snapshot_moment and pinned.snapshot_as_of == pinned.newest_as_of
    )
    return {
        "as_of": pinned.as_of,
        "known_at": pinned.known_at,
        "from_snapshot": is_ready,
    }


def ask_links(pinned: Pinned) -> Mapping[str, Param]:
    """Return the same, and which districts the lines may go to."""
    return {**ask_states(pinned), "district": pinned.district}


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return a dashed line from each link that is not fine, and departments on top.

    The line leads to what the link blinds.
    """
    lines = pdk.Layer(
        "PathLayer",
        drawing.urls.data("links"),
        id="department_linkage-links",
        get_width=1.2,
        width_units=String("pixels"),
        width_scale=drawing.ratio,
        get_dash_array=[7, 6],
        dash_justified=True,
        opacity=0.55,
        extensions=[{"@@type": "PathStyleExtension", "dash": True}],
    )
    marks = pdk.Layer(
        "MarkLayer",
        drawing.urls.data("departments"),
        id="department_linkage-departments",
        size_scale=drawing.ratio,
        pickable=True,
        get_size="state == 'ok' ? 13 : 17",
        tooltip=[
            ["", "name_en" if drawing.lang == "en" else "name", "text"],
            ["department_linkage-named", "status", "text", _NAMED],
            ["department_linkage-state", "state", "text", _WORDS],
            ["department_linkage-latency", "latency_ms", "count"],
            ["department_linkage-last", "last_record_at", "moment"],
            ["department_linkage-records", "n_records_24h", "count"],
            ["department_linkage-uptime", "uptime_30d_pct", "percent"],
        ],
    )
    return [("line", lines), ("mark", marks)]


LAYER = Layer(
    "department_linkage",
    Path(__file__).parent,
    legend=LEGEND,
    draw=draw,
    visible=False,
    maps=(
        MapData("links", "links.sql", ask_links, Encoding("line", fill="state")),
        MapData(
            "departments",
            "departments.sql",
            ask_states,
            Encoding("point", fill="state", mark="mark"),
        ),
    ),
    panels=(
        Panel(
            "fine",
            "headline",
            "figures",
            "department_linkage-title",
            "fine.sql",
            ask_states,
            order=5,
        ),
        Panel(
            "tiles",
            "departments",
            "tiles",
            "department_linkage-title",
            "tiles.sql",
            ask_states,
            empty="department_linkage-none",
        ),
        Panel(
            "blind",
            "district",
            "rows",
            "department_linkage-blind",
            "blind.sql",
            ask_states,
            order=60,
            empty="department_linkage-all-fine",
            fields=(
                Field("name", "department_linkage-department", "name"),
                Field("state", "department_linkage-state", "state"),
                Field("since_s", "department_linkage-since", "age"),
                Field("blinds", "department_linkage-blinds", "name"),
            ),
        ),
    ),
)
