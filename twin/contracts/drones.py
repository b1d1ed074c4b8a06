"""The fleet: what is integrated, where it is, what it looked at."""

from __future__ import annotations

import pyarrow as pa

from twin.contracts.base import (
    DISTRICT,
    MODE,
    SOURCE,
    VERSION,
    Table,
    clocks,
    flag,
    moment,
    place,
    real,
    text,
    whole,
)

# 城市管理 交通巡查 生态环保 消防应急.
USE_CASES = ("city_management", "traffic_patrol", "ecology", "fire_emergency")

DRONES = Table(
    name="drones",
    kind="log",
    key=("drone_id", "version"),
    sort=("drone_id", "version"),
    doc=(
        "One row per version of an aircraft's entry in the register. Integrated does"
        " not mean online, nor airborne."
    ),
    columns=(
        text("drone_id", "the city's id"),
        VERSION,
        *clocks(),
        text("serial", "maker's serial number"),
        text(
            "uas_id",
            "unique product code of GB 46860; null before it is issued",
            null=True,
        ),
        text("owner_dept", "department that it belongs to"),
        DISTRICT,
        text("dock_id", "home dock"),
        *place(prefix="dock_"),
        text("model", "type of aircraft, as its maker names it"),
        text("use_case", "main use", allowed=USE_CASES),
        flag("is_integrated", "its picture and position reach the city"),
        SOURCE,
    ),
)

DRONE_STATES = Table(
    name="drone_states",
    kind="log",
    key=("drone_id", "occurred_at"),
    sort=("occurred_at", "drone_id"),
    chunk="day",
    doc="One row per heartbeat of an aircraft: where it is and where its camera looks.",
    columns=(
        text("drone_id", "aircraft, as `drones` names it"),
        *clocks(),
        text(
            "mode",
            "what it is doing",
            allowed=("docked", "charging", "flying", "returning", "fault"),
        ),
        *place(),
        real("height_m", "above ground", "m", low=-50, high=1_000),
        real("speed_mps", "over ground", "m/s", low=0, high=60),
        real("heading_deg", "course, clockwise from north", "deg", low=0, high=360),
        whole("battery_pct", "charge left", "%", high=100, type=pa.int8()),
        real(
            "pitch_deg",
            "camera pitch, -90 straight down; null with the camera off",
            "deg",
            low=-90,
            high=0,
            null=True,
        ),
        real(
            "fov_deg",
            "camera's horizontal field of view; null with the camera off",
            "deg",
            low=1,
            high=120,
            null=True,
        ),
        text("mission_id", "flight that it is on; null on the ground", null=True),
        SOURCE,
    ),
)

MISSIONS = Table(
    name="missions",
    kind="log",
    key=("mission_id", "version"),
    sort=("occurred_at", "mission_id"),
    chunk="month",
    doc="One row per version of a flight.",
    columns=(
        text("mission_id", "flight, from take-off to landing"),
        VERSION,
        *clocks(),
        MODE,
        text("drone_id", "aircraft that flies, as `drones` names it"),
        text("use_case", "what it flew for", allowed=USE_CASES),
        moment("started_at", "moment of take-off"),
        moment("ended_at", "landing; null in the air", null=True),
        real("flown_m", "way flown; null in the air", "m", low=0, null=True),
        whole(
            "n_found",
            "events found; null in the air",
            "events",
            null=True,
            type=pa.int16(),
        ),
        SOURCE,
    ),
)

TABLES = (DRONES, DRONE_STATES, MISSIONS)
