"""What is worked out when a snapshot is published. Absent is null, never zero."""

from __future__ import annotations

import pyarrow as pa

from twin.contracts.base import (
    DISTRICT,
    MODE,
    Column,
    Table,
    clocks,
    flag,
    moment,
    place,
    real,
    text,
    whole,
)
from twin.contracts.events import DETECTIONS, EVENTS, STAGES
from twin.contracts.signals import SUBJECTS

# What a row of `event_facts` takes over from the newest known version of its event.
OF_THE_EVENT = (
    "event_id",
    "version",
    "occurred_at",
    "created_at",
    "mode",
    "source_id",
    "category",
    "title",
    "priority",
    "level",
    "is_proactive",
    "district_id",
    "street_code",
    "lon_ud",
    "lat_ud",
    "source",
)


def _becomes_known(name: str, doc: str) -> tuple[Column, Column]:
    """Declare a moment of the world, and the moment from which it was known."""
    return (
        moment(f"{name}_at", doc, null=True),
        moment(f"{name}_known_at", f"when `{name}_at` was recorded", null=True),
    )


EVENT_FACTS = Table(
    name="event_facts",
    kind="measure",
    key=("event_id", "known_from", "holds_from"),
    sort=("district_id", "occurred_at", "event_id"),
    chunk="rolling",
    doc=(
        "What is known of an event and its way to being closed, for every moment. A row"
        " holds for whoever knows what was recorded in [known_from, known_to) and looks"
        " at a moment of the world in [holds_from, holds_to): one row of an event"
        " answers any two clocks. Inside a row each `_at` may still become known, once:"
        " at its `_known_at`. What changes something that was known begins a new row;"
        " so does a reopening, for the moments from it on."
    ),
    columns=(
        *(EVENTS.column(name) for name in OF_THE_EVENT),
        moment("known_from", "from when this row is what was known"),
        moment("known_to", "until when; null while nothing newer is known", null=True),
        moment(
            "holds_from",
            "from which moment of the world: a reopening; null from the beginning",
            null=True,
        ),
        moment(
            "holds_to",
            "until which moment: the next reopening; null for ever",
            null=True,
        ),
        *_becomes_known("acked", "first acknowledgement of any unit"),
        *_becomes_known("arrived", "first unit on site"),
        *_becomes_known(
            "done", "last required unit done; null while one of them is not"
        ),
        *_becomes_known(
            "closed",
            "citizen told, after `holds_from`; null while open, and if the time is not"
            " known",
        ),
        *_becomes_known(
            "closed_by",
            "closed by then at the latest, when exactly is not known; null if the time"
            " is known or it is open",
        ),
        *(
            column
            for stage in STAGES
            for column in _becomes_known(stage, f"first entered stage '{stage}'")
        ),
        moment(
            "refused_known_at",
            "when a closing was refused, because its moments made no sense; null for"
            " none",
            null=True,
        ),
        whole(
            "response_target_s", "target for its source and priority", "s", null=True
        ),
        whole("closure_target_s", "target for its source and priority", "s", null=True),
    ),
)

INCIDENTS = Table(
    name="incidents",
    kind="measure",
    key=("event_id", "known_from"),
    sort=("occurred_at", "incident_id", "n_reports"),
    chunk="rolling",
    doc=(
        "Reports of one kind that came close together, as one incident: one row per"
        " report of it. A row holds for whoever knows what was recorded in [known_from,"
        " known_to), from the moment `merged_at` of the world on. Its count, level and"
        " middle are those of the reports up to its own: of an incident the row with"
        " the most reports that were merged by a moment tells how it stood then."
    ),
    columns=(
        text("incident_id", "its first report's number after 'I-'"),
        text("event_id", "report that is part of it"),
        moment("occurred_at", "when its first report was opened"),
        moment("reported_at", "when this report was opened"),
        moment(
            "merged_at",
            "from when this report is part of it: when the report that made enough of"
            " them was opened, or a later one itself",
        ),
        moment("known_from", "from when this row is what was known"),
        moment("known_to", "until when; null while nothing newer is known", null=True),
        EVENTS.column("mode"),
        EVENTS.column("category"),
        flag("is_first", "the first report of the incident"),
        whole("n_reports", "reports of it up to this one", "reports", low=1),
        whole(
            "priority",
            "level of the incident: the worst of those reports, raised by one",
            "level",
            low=1,
            high=4,
            type=pa.int8(),
        ),
        *place(),
    ),
)

BIKE_CLUSTERS = Table(
    name="bike_clusters",
    kind="measure",
    key=("cluster_id", "occurred_at", "known_from"),
    sort=("occurred_at", "cluster_id"),
    chunk="rolling",
    doc=(
        "Shared bikes piled up before a camera: one row per picture of each pile, the"
        " last one of the picture that shows it gone. A row holds for whoever knows"
        " what was recorded in [known_from, known_to); of a pile the newest picture"
        " that was taken by a moment tells how it stood then."
    ),
    columns=(
        text(
            "cluster_id", "camera and moment of its first picture, and its rank in it"
        ),
        moment("occurred_at", "when the picture was taken"),
        moment("known_from", "from when this row is what was known"),
        moment("known_to", "until when; null while nothing newer is known", null=True),
        text("device_id", "camera that sees it"),
        text("event_id", "event that was opened from it; null for none", null=True),
        moment("first_seen_at", "first picture that shows it"),
        whole("n_bikes", "bikes in it; 0 once it is gone", "bikes"),
        whole("max_n", "most bikes that it had in a picture so far", "bikes", low=1),
        whole(
            "n_close",
            "most of them that stand within the pack's distance of one of them; 0 once"
            " it is gone",
            "bikes",
        ),
        real(
            "area_m2",
            "ground that they stand on; null once it is gone",
            "m2",
            low=0,
            null=True,
        ),
        DETECTIONS.column("blocks"),
        DETECTIONS.column("operator"),
        whole("cell_x", "column of 100 m cells, from the west", "cells", low=None),
        whole("cell_y", "row of 100 m cells, from the south", "cells", low=None),
        DISTRICT,
        text(
            "street_code",
            "street-level unit whose point is nearest; null where none is known",
            null=True,
        ),
        *place(),
    ),
)

FOOTPRINTS = Table(
    name="footprints",
    kind="measure",
    key=("drone_id", "occurred_at"),
    sort=("occurred_at", "drone_id"),
    chunk="day",
    doc=(
        "One row per heartbeat with the camera on: the ground it sees, a ring of four"
        " corners, counter-clockwise."
    ),
    columns=(
        text("drone_id", "aircraft, as `drones` names it"),
        moment("occurred_at", "moment of the heartbeat"),
        *(
            whole(
                f"{axis}{corner}_ud",
                f"corner {corner}, {name}",
                "1e-6 deg",
                low=-most,
                high=most,
            )
            for corner in range(1, 5)
            for axis, name, most in (
                ("lon", "longitude", 180_000_000),
                ("lat", "latitude", 90_000_000),
            )
        ),
    ),
)

COVERAGE = Table(
    name="coverage",
    kind="measure",
    key=("cell_x", "cell_y"),
    sort=("cell_y", "cell_x"),
    chunk="all",
    doc=(
        "One row per cell of the pack's 50 m raster that a camera saw in the 24 h"
        " before the snapshot's moment."
    ),
    columns=(
        whole(
            "cell_x", "column of the raster, from the west", "cells", type=pa.int16()
        ),
        whole("cell_y", "row of the raster, from the south", "cells", type=pa.int16()),
        text("district_id", "district of the cell's centre", null=True),
        moment("seen_at", "when it was last seen"),
    ),
)

LINK_HEALTH = Table(
    name="link_health",
    kind="measure",
    key=("dept_id",),
    sort=("dept_id",),
    doc="One row per department: its link at the snapshot's moment.",
    columns=(
        text("dept_id", "department whose link it is"),
        moment("as_of", "moment it speaks of"),
        text(
            "state",
            "ok; late (no record for too long); down (no answer for too long); unknown"
            " (never probed)",
            allowed=("ok", "late", "down", "unknown"),
        ),
        moment(
            "state_since",
            "since when; null if ok or unknown, and if it never answered or"
            " brought any",
            null=True,
        ),
        moment("last_ok_at", "last answer; null if never", null=True),
        moment("last_record_at", "newest record; null if never", null=True),
        whole(
            "latency_p50_ms",
            "median of the last hour; null without an answer",
            "ms",
            null=True,
        ),
        whole(
            "n_records_24h",
            "records of the last 24 h; null if not probed in them",
            "records",
            null=True,
            type=pa.int64(),
        ),
        real(
            "uptime_30d_pct",
            "answered probes of the last 30 days; null if not probed in them",
            "%",
            low=0,
            high=100,
            null=True,
        ),
    ),
)

PROGRAMME_PROGRESS = Table(
    name="programme_progress",
    kind="measure",
    key=("year", "programme", "scope", "area_id"),
    sort=("programme", "year", "scope", "area_id"),
    doc="One row per programme, year, scope and area ('city' or a district).",
    columns=(
        whole("year", "programme year", "year", type=pa.int16()),
        text(
            "programme", "what is renewed", allowed=("estates", "lifts", "communities")
        ),
        text("scope", "what is counted"),
        text("area_id", "a district's id, or 'city'"),
        moment("as_of", "start of the city's day that it speaks of"),
        whole(
            "plan",
            "planned; null if never published for this scope and area",
            "items",
            null=True,
        ),
        whole(
            "actual",
            "finished, of a closed year by its end; null until the first report of this"
            " scope",
            "items",
            null=True,
        ),
        whole(
            "under_way",
            "begun and not finished; null until the first report",
            "items",
            null=True,
        ),
        real(
            "due",
            "share of the plan that a straight line would have finished by now; null"
            " without a plan",
            "items",
            null=True,
        ),
        text(
            "basis",
            "whether `actual` is published or counted from the log",
            allowed=("published", "counted", "none"),
        ),
        whole(
            "carried",
            "not finished when the year closed; null before, and without a report",
            "items",
            null=True,
        ),
        whole(
            "carried_done",
            "those of them that were finished since; null where `carried` is",
            "items",
            null=True,
        ),
    ),
)

INDICATOR_LATEST = Table(
    name="indicator_latest",
    kind="measure",
    key=("ind_id", "area_id"),
    sort=("ind_id", "area_id"),
    doc="One row per indicator and area with a value in the last 70 days: its newest.",
    columns=(
        text("ind_id", "indicator of the catalogue"),
        text("area_id", "a district's id, or 'city'"),
        moment("occurred_at", "when it was measured"),
        real(
            "value",
            "what was measured; null where the period passed without a value",
            "see indicator",
            null=True,
            type=pa.float64(),
        ),
        text(
            "quality",
            "only 'good' may alarm",
            allowed=("good", "late", "suspect", "missing"),
        ),
        real(
            "day_before",
            "value 24 h before; null where there is none",
            "see indicator",
            null=True,
            type=pa.float64(),
        ),
        flag("is_fresh", "no older than the pack's number of its periods"),
    ),
)

ALERTS = Table(
    name="alerts",
    kind="measure",
    key=("alert_id", "what"),
    sort=("rule_id", "occurred_at", "alert_id"),
    chunk="rolling",
    doc=(
        "What became of alerts: one row each time one is raised, escalated, acknowledged or"
        " cleared, by the rules of `alert_rules`. Rows are added and none is taken back,"
        " as long as the rules stand and rows come in the order in which they were"
        " recorded."
    ),
    columns=(
        text("alert_id", "rule, subject and the moment at which it was raised"),
        text(
            "what",
            "what became of it",
            allowed=("raised", "escalated", "acknowledged", "cleared"),
        ),
        *clocks(),
        moment("raised_at", "when the alert was raised, as far as was known then"),
        text("rule_id", "rule that it breaks"),
        text("subject_kind", "what kind of thing it is about", allowed=SUBJECTS),
        text("subject_id", "event, aircraft, source, department, indicator and area …"),
        MODE,
        whole(
            "level", "level of the alert from this row on", "level", low=1, high=4,
            type=pa.int8(),
        ),
        real(
            "value",
            "value of the signal; null where the moment is all there is to say",
            "see signal",
            null=True,
            type=pa.float64(),
        ),
        real(
            "threshold",
            "what the value was held against; null where there is no such number",
            "see signal",
            null=True,
            type=pa.float64(),
        ),
        DISTRICT,
        text("street_code", "street-level unit; null where unknown", null=True),
        *place(null=True),
    ),
)  # fmt: skip

QUARANTINE = Table(
    name="quarantine",
    kind="log",
    key=("quarantine_id",),
    sort=("recorded_at", "quarantine_id"),
    chunk="month",
    doc="One row per rejected row, whole, with the reason.",
    columns=(
        text(
            "quarantine_id",
            "hash of origin, place and content: the same bad row read twice is one",
        ),
        moment("recorded_at", "when it was refused"),
        moment("occurred_at", "same as recorded_at"),
        text("table_name", "table it was meant for"),
        text("feed", "feed that gave it"),
        text("origin", "file, topic or address"),
        whole(
            "row_n",
            "row number in the origin, from 1; null where there are no rows",
            "ordinal",
            null=True,
            low=1,
            type=pa.int64(),
        ),
        text("reason", "a sentence", free=True),
        text("raw", "the row as given, JSON", free=True),
        text(
            "subject_id",
            "event, order or thing that the row speaks of; null where that cannot be"
            " read",
            null=True,
        ),
    ),
)

TABLES = (
    EVENT_FACTS,
    INCIDENTS,
    BIKE_CLUSTERS,
    FOOTPRINTS,
    COVERAGE,
    LINK_HEALTH,
    PROGRAMME_PROGRESS,
    INDICATOR_LATEST,
    ALERTS,
    QUARANTINE,
)
