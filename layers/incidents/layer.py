"""Reports of the same trouble as one incident: how many, where, and every report of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pydeck as pdk

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

# Rows of the list, and reports of them: what a hall can hold in mind, and what it may read.
MOST, MOST_REPORTS = 8, 40

# Reports on the map at most: all that a large city has open.
MOST_MARKS = 5_000

LEVELS = tuple(
    Kind(f"p{priority}", f"priority-{priority}", rgba(f"p{priority}"), f"p{priority}")
    for priority in (1, 2, 3, 4)
)
LEGEND = Legend("incidents-title", unit="", scale=LEVELS, note="incidents-note")


def draw(drawing: Drawing) -> Sequence[tuple[DrawOrder, pdk.Layer]]:
    """Return one mark for each incident, with the number of its reports beside it."""
    marks = pdk.Layer(
        "MarkLayer",
        drawing.urls.data("marks"),
        id="incidents-marks",
        size_scale=drawing.ratio,
        pickable=True,
        get_size=22,
        gather=26 * drawing.ratio,
        tooltip=[
            ["", "title", "text"],
            ["incidents-level", "priority", "priority"],
            ["incidents-reports", "n_reports", "count"],
            ["incidents-since", "since_s", "duration"],
        ],
    )
    return [("mark", marks)]


_WHAT = (
    Field("priority", "incidents-level", "priority"),
    Field("title", "incidents-first"),
)
_HOW = (
    Field("n_reports", "incidents-reports", "count"),
    Field("since_s", "incidents-since", "age"),
)

LAYER = Layer(
    "incidents",
    Path(__file__).parent,
    legend=LEGEND,
    draw=draw,
    visible=False,
    maps=(
        MapData(
            "marks",
            Question("marks.sql", {"most": MOST_MARKS}),
            Encoding("point", fill="mark", mark="mark"),
        ),
    ),
    panels=(
        Panel(
            "figures",
            "figures",
            "incidents-figures",
            Question("figures.sql"),
            behind={
                each: Question("behind.sql", {"of": each})
                for each in (
                    "incidents_open",
                    "incidents_several",
                    "reports_merged_pct",
                )
            },
        ),
        Panel(
            "rows",
            "rows",
            "incidents-title",
            Question("rows.sql", {"district": "", "zone_streets": (), "most": MOST}),
            fields=(*_WHAT, Field("district", "incidents-district", "name"), *_HOW),
            empty="incidents-none",
            note="incidents-rule",
        ),
        Panel(
            "members",
            "rows",
            "incidents-members",
            Question("members.sql", {"incident": "", "most": MOST_REPORTS}),
            fields=(
                Field("priority", "incidents-own-level", "priority"),
                Field("title", "incidents-report"),
                Field("nth", "incidents-nth", "count"),
                Field("event_source", "incidents-source", "name"),
                Field("after_s", "incidents-after", "duration"),
                Field("away_m", "incidents-away", "count"),
            ),
            empty="incidents-none",
        ),
        Panel(
            "district",
            "rows",
            "incidents-title",
            Question("rows.sql", {"most": MOST}),
            fields=(*_WHAT, Field("street", "incidents-street", "name"), *_HOW),
            scope="district",
            empty="incidents-none",
            note="incidents-rule",
        ),
    ),
)
