"""The renovation programmes: estates and lifts."""

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

# 居民签字 现场踏勘 编制方案 公示意见 联合审批.
LIFT_STEPS_ORDER = ("signatures", "survey", "plan", "publicity", "joint_approval")

_YEAR = whole("year", "programme year", "year", low=2000, high=2100, type=pa.int16())

ESTATES = Table(
    name="estates",
    kind="log",
    key=("estate_id", "version"),
    sort=("district_id", "estate_id", "version"),
    doc="One row per version of an old estate in a renovation programme.",
    columns=(
        text("estate_id", "estate, the same in all its versions"),
        VERSION,
        *clocks(),
        text("name", "name as the city writes it"),
        DISTRICT,
        *place(),
        _YEAR,
        whole(
            "built",
            "year built; null where unknown",
            "year",
            low=1900,
            high=2100,
            null=True,
            type=pa.int16(),
        ),
        whole("households", "homes; null where unknown", "homes", null=True),
        text(
            "status",
            "how far the works are",
            allowed=("planned", "under_way", "accepted"),
        ),
        moment("started_at", "works began", null=True),
        moment("accepted_at", "works accepted", null=True),
        SOURCE,
    ),
)

LIFTS = Table(
    name="lifts",
    kind="log",
    key=("lift_id", "version"),
    sort=("district_id", "lift_id", "version"),
    doc=(
        "One row per version of a lift. Added and renewed lifts are two series and are"
        " never summed silently."
    ),
    columns=(
        text("lift_id", "lift, the same in all its versions"),
        VERSION,
        *clocks(),
        text("estate_name", "estate it stands in"),
        DISTRICT,
        *place(),
        _YEAR,
        text(
            "kind", "a new lift, or an old one replaced", allowed=("added", "renewed")
        ),
        text(
            "status",
            "how far it is",
            allowed=("applied", "approved", "building", "accepted"),
        ),
        whole(
            "old_age_y",
            "age of the lift replaced; null for an added one",
            "years",
            null=True,
            high=80,
            type=pa.int8(),
        ),
        real(
            "subsidy_wan",
            "public money; null where unknown",
            "10,000 CNY",
            low=0,
            null=True,
        ),
        moment("accepted_at", "in service", null=True),
        SOURCE,
    ),
)

LIFT_STEPS = Table(
    name="lift_steps",
    kind="log",
    key=("lift_id", "step", "version"),
    sort=("occurred_at", "lift_id"),
    chunk="month",
    doc=(
        "One row per version of an application's stay in one of the five approval"
        " steps; `occurred_at` is when it entered."
    ),
    columns=(
        text("lift_id", "lift applied for"),
        text(
            "step", "which of the five it is, in their order", allowed=LIFT_STEPS_ORDER
        ),
        VERSION,
        *clocks(),
        moment("left_at", "passed on; null while there", null=True),
        text("channel", "how it was filed", allowed=("mobile", "window")),
        SOURCE,
    ),
)

TABLES = (ESTATES, LIFTS, LIFT_STEPS)
