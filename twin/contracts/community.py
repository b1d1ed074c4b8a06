"""Community centres made friendlier, and what happens in them."""

from __future__ import annotations

import pyarrow as pa

from twin.contracts.base import (
    DISTRICT,
    SOURCE,
    VERSION,
    Table,
    clocks,
    moment,
    place,
    real,
    text,
    whole,
)

COMMUNITIES = Table(
    name="communities",
    kind="log",
    key=("community_id", "version"),
    sort=("community_id", "version"),
    doc="One row per version of a community centre in the conversion programme.",
    columns=(
        text("community_id", "community, the same in all its versions"),
        VERSION,
        *clocks(),
        text("name", "name as the city writes it"),
        DISTRICT,
        *place(),
        whole("year", "programme year", "year", low=2000, high=2100, type=pa.int16()),
        whole("batch", "batch of the programme", "ordinal", low=1, type=pa.int8()),
        text("status", "how far it is", allowed=("planned", "under_way", "open")),
        real(
            "freed_m2",
            "floor given back to residents; null until measured",
            "m2",
            low=0,
            null=True,
        ),
        moment("opened_at", "opened again", null=True),
        SOURCE,
    ),
)

ACTIVITIES = Table(
    name="activities",
    kind="log",
    key=("activity_id", "version"),
    sort=("occurred_at", "activity_id"),
    chunk="month",
    doc="One row per version of a class or meeting; `occurred_at` is when it begins.",
    columns=(
        text("activity_id", "class or meeting, the same in all its versions"),
        VERSION,
        *clocks(),
        text("community_id", "community centre in which it takes place"),
        text("kind", "what it is"),
        text("age_group", "who comes", allowed=("children", "adults", "elders", "all")),
        text(
            "host", "who gives it", allowed=("resident", "students", "partner", "staff")
        ),
        whole("seats", "places that are offered", "seats", type=pa.int16()),
        whole(
            "attended",
            "who came; null before it took place",
            "persons",
            null=True,
            type=pa.int16(),
        ),
        SOURCE,
    ),
)

TABLES = (COMMUNITIES, ACTIVITIES)
