"""Rain, water on the ground, and the crews who keep the drains open."""

from __future__ import annotations

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
)

RAIN = Table(
    name="rain",
    kind="log",
    key=("station_id", "occurred_at"),
    sort=("occurred_at", "station_id"),
    chunk="month",
    doc=(
        "One row per rain gauge and five minutes; `occurred_at` is the end of the five"
        " minutes."
    ),
    columns=(
        text("station_id", "rain gauge"),
        *clocks(),
        DISTRICT,
        *place(),
        real("mm_5min", "rain in the five minutes", "mm", low=0, high=60),
        SOURCE,
    ),
)

WATER_DEPTHS = Table(
    name="water_depths",
    kind="log",
    key=("sensor_id", "occurred_at"),
    sort=("occurred_at", "sensor_id"),
    chunk="month",
    doc="One row per reading of a water-level sensor on a street or in an estate.",
    columns=(
        text("sensor_id", "water-level sensor"),
        *clocks(),
        DISTRICT,
        *place(),
        text("place_name", "where it stands"),
        real("depth_cm", "standing water", "cm", low=0, high=500),
        SOURCE,
    ),
)

DREDGE_JOBS = Table(
    name="dredge_jobs",
    kind="log",
    key=("job_id", "version"),
    sort=("occurred_at", "job_id"),
    chunk="month",
    doc=(
        "One row per version of a crew's job on one length of drain; `occurred_at` is"
        " when work began."
    ),
    columns=(
        text("job_id", "job, the same in all its versions"),
        VERSION,
        *clocks(),
        text("crew_id", "crew that does it"),
        text("crew_name", "name by which people know the crew"),
        text("pipe_id", "length of drain"),
        DISTRICT,
        *place(),
        moment("ended_at", "finished; null while at work", null=True),
        real("dredged_m", "length cleared", "m", low=0, null=True),
        real("sludge_m3", "sludge taken out", "m3", low=0, null=True),
        SOURCE,
    ),
)

TABLES = (RAIN, WATER_DEPTHS, DREDGE_JOBS)
