"""Events and what is done about them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

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

# The six stages in order: 感知 监测 研判 预警 处置 评估.
STAGES = ("sense", "monitor", "judge", "warn", "handle", "evaluate")

# Levels of the city that hold an event, from the top down.
LEVELS = ("city", "district", "street", "community")

# Feeds that give orders, not stages: the stages of their events follow from the orders' own
# moments.
FEEDS_OF_ORDERS = ("work_orders",)

# Joins kind and place where a source gives an event no title: such a title goes with the
# place.
KIND_AND_PLACE = " · "

EVENTS = Table(
    name="events",
    kind="log",
    key=("event_id", "version"),
    sort=("district_id", "occurred_at", "event_id"),
    chunk="month",
    doc="One row per version of an event. Append-only: a correction is a new version.",
    columns=(
        text("event_id", "number given by the reporting system, never reused"),
        VERSION,
        *clocks(),
        moment(
            "created_at",
            "when the order or alarm was opened: where both service clocks start",
        ),
        MODE,
        text("source_id", "one of the pack's ten source slots"),
        text("category", "kind of trouble", free=True),
        text("title", "a line that names it", free=True),
        text("details", "the report's own words", null=True, free=True),
        text("channel", "how it came in", null=True, free=True),
        whole("priority", "1 worst, 4 least", "level", low=1, high=4, type=pa.int8()),
        text(
            "level",
            "level of the city that holds it",
            allowed=LEVELS,
        ),
        flag(
            "is_proactive",
            "found by sensor, camera, drone or patrol before anybody complained",
        ),
        DISTRICT,
        text("street_code", "street-level unit", null=True),
        text("address", "as reported", null=True, free=True),
        *place(null=True),
        SOURCE,
    ),
    rules={
        "it is not created before it happens": (
            pc.field("created_at") >= pc.field("occurred_at")
        ),
        "it is not recorded before it is created": (
            pc.field("recorded_at") >= pc.field("created_at")
        ),
    },
)

EVENT_STAGES = Table(
    name="event_stages",
    kind="log",
    key=("event_id", "stage", "occurred_at"),
    sort=("event_id", "occurred_at"),
    chunk="month",
    doc=(
        "One row each time an event enters a stage. Append-only; going back is a new"
        " row, and so is a correction."
    ),
    columns=(
        text("event_id", "event that enters the stage"),
        text("stage", "stage entered", allowed=STAGES),
        *clocks(),
        text("actor", "who moved it: unit, model or system", free=True),
        text("note", "what was done", null=True, free=True),
        SOURCE,
        moment(
            "replaces_at",
            "the entry into this stage (its `occurred_at`) that this row corrects: that"
            " one counts no longer",
            null=True,
        ),
    ),
    rules={
        "it corrects another entry than itself": (
            pc.field("replaces_at") != pc.field("occurred_at")
        )
    },
)

DISPATCHES = Table(
    name="dispatches",
    kind="log",
    key=("dispatch_id", "version"),
    sort=("event_id", "occurred_at"),
    chunk="month",
    doc=(
        "One row per version of an order to one unit: sent, then acknowledged, arrived,"
        " done."
    ),
    columns=(
        text("dispatch_id", "order number"),
        VERSION,
        *clocks(),
        text("event_id", "event that the order is about"),
        text("unit_id", "unit that the order goes to"),
        text("unit_name", "name by which people know the unit", free=True),
        text("role", "part it plays", allowed=("lead", "assist")),
        flag("is_required", "closing waits for it"),
        moment("sent_at", "order sent"),
        moment("acked_at", "unit acknowledged", null=True),
        moment("arrived_at", "unit on site", null=True),
        moment("done_at", "unit finished", null=True),
        text("result", "what it reported", null=True, free=True),
        SOURCE,
    ),
    rules={
        "it is not acknowledged before it is sent": (
            pc.field("acked_at") >= pc.field("sent_at")
        ),
        "it does not arrive before it is sent": (
            pc.field("arrived_at") >= pc.field("sent_at")
        ),
        "it is not done before it is sent": pc.field("done_at") >= pc.field("sent_at"),
    },
)

FEEDBACKS = Table(
    name="feedbacks",
    kind="log",
    key=("event_id", "version"),
    sort=("event_id", "occurred_at"),
    chunk="month",
    doc=(
        "One row each time the citizen is told; `is_reopened` says that the answer was"
        " not accepted. Where `told_at` is null, `occurred_at` is the moment when the"
        " source first said so."
    ),
    columns=(
        text("event_id", "event of which the citizen is told"),
        VERSION,
        *clocks(),
        moment("told_at", "citizen told; null: closed, when is not known", null=True),
        flag("is_satisfied", "the citizen's answer; null if not asked", null=True),
        flag(
            "is_reopened",
            "the event is open again from `told_at`; from `occurred_at` where that is"
            " null",
        ),
        SOURCE,
        whole(
            "replaces",
            "version of the answer that this one corrects: that one counts no longer",
            "count",
            low=1,
            null=True,
            type=pa.int16(),
        ),
    ),
    rules={"it corrects an earlier answer": pc.field("replaces") < pc.field("version")},
)

# What bikes and the like must not stand on, the worst first.
BLOCKED = ("lane", "entrance", "tactile")

# What a model calls one bike.
BICYCLE = "bicycle"

DETECTIONS = Table(
    name="detections",
    kind="log",
    key=("detection_id", "version"),
    sort=("occurred_at", "detection_id"),
    chunk="month",
    doc="One row per version of what a model saw in a picture.",
    columns=(
        text("detection_id", "number that the model's system gave it"),
        VERSION,
        *clocks(),
        text("device", "kind of eye", allowed=("camera", "drone")),
        text("device_id", "camera or drone"),
        text("model", "name of the model that looked"),
        text("model_version", "release of the model, as its maker numbers it"),
        text("class", "what it says it saw"),
        real("score", "its confidence", "share", low=0, high=1),
        text("event_id", "event opened from it", null=True),
        text("evidence_uri", "where the picture lies; null if not kept", null=True),
        text(
            "human_verdict",
            "what a person said of it",
            null=True,
            allowed=("confirmed", "rejected"),
        ),
        *place(),
        SOURCE,
        text(
            "operator",
            "company whose shared bike it is, by its colours; null for anything else,"
            " and where the model cannot tell",
            null=True,
        ),
        text(
            "blocks",
            "what must stay free and is stood on: a lane, an entrance, or tactile"
            " paving; null where it stands on none, or nobody looked",
            null=True,
            allowed=BLOCKED,
        ),
    ),
)

TABLES = (EVENTS, EVENT_STAGES, DISPATCHES, FEEDBACKS, DETECTIONS)
