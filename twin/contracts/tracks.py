"""Tracks of swimmers and boats at the river crossing."""

from __future__ import annotations

from twin.contracts.base import MODE, SOURCE, Table, clocks, place, real, text

TRACKS = Table(
    name="tracks",
    kind="log",
    key=("track_id", "occurred_at"),
    sort=("occurred_at", "track_id"),
    chunk="day",
    doc="One row per position of one track. A swimmer is a bib, never a name.",
    columns=(
        text("track_id", "track of the tracker"),
        *clocks(),
        MODE,
        text("kind", "who is tracked", allowed=("swimmer", "boat")),
        text("bib", "number on the cap; null for a boat or an unread cap", null=True),
        text("formation_id", "formation swum in; null for none", null=True),
        *place(),
        real("confidence", "tracker's confidence", "share", low=0, high=1),
        text("sensor", "camera or drone that saw it"),
        SOURCE,
    ),
)

TABLES = (TRACKS,)
