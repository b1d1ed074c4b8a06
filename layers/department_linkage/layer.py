"""The links to the departments' command systems: who is heard, who is not, and what that blinds."""

from __future__ import annotations

from collections.abc import Sequence
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
    Question,
)
from twin.palette import rgba

STATES = (
    Kind("ok", "state-ok", rgba("text-3"), "dept"),
    Kind("late", "state-late", rgba("p3"), "dept_late"),
    Kind("down", "state-down", rgba("p2"), "dept_down"),
    Kind("unknown", "state-unknown", rgba("text-3"), "dept_unknown"),
)
LEGEND = Legend("department_linkage-title", unit="", scale=STATES)
_NAMED = {"assumed": "name-assumed", "confirmed": "name-published"}
_WORDS = {kind.value: kind.name for kind in STATES}


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
        MapData("links", Question("links.sql"), Encoding("line", fill="state")),
        MapData(
            "departments",
            Question("departments.sql"),
            Encoding("point", fill="state", mark="mark"),
        ),
    ),
    panels=(
        Panel("fine", "figures", "department_linkage-title", Question("fine.sql")),
        Panel(
            "tiles",
            "tiles",
            "department_linkage-title",
            Question("tiles.sql"),
            empty="department_linkage-none",
        ),
        Panel(
            "table",
            "rows",
            "department_linkage-table",
            Question("table.sql"),
            fields=(
                Field("name", "department_linkage-department", "name"),
                Field("state", "department_linkage-state", "state"),
                Field("since_s", "department_linkage-since", "age", if_any=True),
                Field("last_record_s", "department_linkage-last-ago", "age"),
                Field("uptime_30d_pct", "department_linkage-uptime-short", "percent"),
            ),
            empty="department_linkage-none",
        ),
        Panel(
            "carries",
            "rows",
            "department_linkage-carries",
            Question("table.sql"),
            fields=(
                Field("name", "department_linkage-department", "name"),
                Field("carries", "department_linkage-carried", "name"),
                Field("n_records_24h", "department_linkage-records", "count"),
            ),
            empty="department_linkage-none",
        ),
        Panel(
            "blind",
            "rows",
            "department_linkage-blind",
            Question("blind.sql"),
            scope="district",
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
