"""What the city pack says: places, slots, targets and definitions.

It is replaced whole when the pack changes.
"""

from __future__ import annotations

import pyarrow as pa

from twin.contracts.base import PROVENANCE, STATUS, Table, place, real, text, whole
from twin.contracts.signals import NARROWED, SIGNALS

# Numbers of alarm health that a target may stand beside.
ALARM_METRICS = (
    "operators",
    "per_10_min",
    "flood_from",
    "flood_share",
    "low_share",
    "medium_share",
    "high_share",
    "chatter_from",
    "chatter_within",
    "standing_from",
)

DISTRICTS = Table(
    name="districts",
    kind="reference",
    key=("district_id",),
    sort=("district_id",),
    doc=(
        "One row per district or functional zone. Zones have no statutory code and may"
        " have no outline."
    ),
    columns=(
        text("district_id", "the pack's own id; the GB/T 2260 code where there is one"),
        whole(
            "gb2260",
            "statutory code; null for a functional zone",
            "code",
            null=True,
            low=100_000,
            high=999_999,
        ),
        text("name", "name as the city writes it"),
        text("name_en", "name in English"),
        text("kind", "what it is in law", allowed=("district", "functional_zone")),
        real(
            "area_km2",
            "published area; null where none is known",
            "km2",
            low=0,
            null=True,
        ),
        whole(
            "population",
            "2020 census, persons; null where counted elsewhere",
            "persons",
            null=True,
        ),
        *place(null=True, prefix="label_"),
        whole(
            "n_cells",
            "cells of the 50 m raster inside the outline; 0 without an outline",
            "cells",
        ),
        STATUS,
        PROVENANCE,
    ),
)

STREETS = Table(
    name="streets",
    kind="reference",
    key=("street_code",),
    sort=("street_code",),
    doc="One row per street-level or town-level unit, with one point.",
    columns=(
        text("street_code", "nine-digit code"),
        text("name", "name as the city writes it"),
        text("name_en", "name in Latin letters"),
        text("district_id", "district it belongs to"),
        text("zone_id", "functional zone, where known", null=True),
        *place(),
        text(
            "position",
            "grade of the point",
            allowed=("geonames", "approximate", "schematic"),
        ),
        PROVENANCE,
    ),
)

EVENT_SOURCES = Table(
    name="event_sources",
    kind="reference",
    key=("source_id",),
    sort=("source_id",),
    doc=(
        "The ten classes of event source. The city has not published their names:"
        " assumed rows say so."
    ),
    columns=(
        text("source_id", "S01 to S10"),
        whole("slot", "place in the list", "ordinal", low=1, type=pa.int8()),
        text("name", "name as the city calls the source"),
        text("name_en", "name in English"),
        text(
            "finds",
            "who notices: 'proactive' (sensor, camera, drone, patrol) or 'reported' (a"
            " person)",
            allowed=("proactive", "reported"),
        ),
        real(
            "expected_per_day",
            "usual inflow; null where unknown",
            "events/day",
            low=0,
            null=True,
        ),
        STATUS,
        PROVENANCE,
    ),
)

EVENT_CATEGORIES = Table(
    name="event_categories",
    kind="reference",
    key=("category",),
    sort=("category",),
    doc=(
        "Kinds of trouble that events are of, as views filter them, and who answers for"
        " each."
    ),
    columns=(
        text("category", "as events have it"),
        text("name", "what people call it"),
        text("name_en", "name in English"),
        text(
            "dept_id", "department that answers for it; null where unknown", null=True
        ),
        STATUS,
        PROVENANCE,
    ),
)

DEPARTMENTS = Table(
    name="departments",
    kind="reference",
    key=("dept_id",),
    sort=("dept_id",),
    doc=(
        "The fourteen municipal command systems. Names that the city has not published"
        " are assumed."
    ),
    columns=(
        text("dept_id", "D01 to D14"),
        whole("slot", "place in the list", "ordinal", low=1, type=pa.int8()),
        text("name", "short name"),
        text("name_en", "name in English"),
        text(
            "is_public_safety",
            "yes if a dead link endangers people",
            allowed=("yes", "no"),
        ),
        *place(),
        STATUS,
        PROVENANCE,
    ),
)

DEPARTMENT_FEEDS = Table(
    name="department_feeds",
    kind="reference",
    key=("dept_id", "feed"),
    sort=("dept_id", "feed"),
    doc=(
        "What a department's link carries, so that a dead link can name what it blinds."
    ),
    columns=(
        text("dept_id", "department whose link it is"),
        text("feed", "table or group of indicators it carries"),
        text("name", "what people call it"),
        text("name_en", "in English"),
        whole(
            "n_indicators",
            "indicators that go blind with it",
            "indicators",
            type=pa.int16(),
        ),
        STATUS,
        PROVENANCE,
    ),
)

SLA_TARGETS = Table(
    name="sla_targets",
    kind="reference",
    key=("source_id", "priority"),
    sort=("source_id", "priority"),
    doc=(
        "Targets of the two clocks, by source and priority. The most exact row wins:"
        " (source, priority), (source, 0), ('*', priority), ('*', 0)."
    ),
    columns=(
        text("source_id", "event source, or '*' for any"),
        whole("priority", "1 to 4, or 0 for any", "level", high=4, type=pa.int8()),
        whole("response_s", "created to first acknowledgement", "s", low=1),
        whole("closure_s", "created to citizen told", "s", low=1),
        STATUS,
        PROVENANCE,
    ),
)

TARGETS = Table(
    name="targets",
    kind="reference",
    key=("target_id",),
    sort=("target_id",),
    doc=(
        "Programme targets and published results. Rows of different scope are never one"
        " series."
    ),
    columns=(
        text("target_id", "id in the pack"),
        whole("year", "calendar year", "year", low=2000, type=pa.int16()),
        text(
            "programme", "what is renewed", allowed=("estates", "lifts", "communities")
        ),
        text(
            "scope",
            "what is counted: 'added', 'added+renewed', 'renovated', 'converted'",
            allowed=("added", "renewed", "added+renewed", "renovated", "converted"),
        ),
        text("district_id", "district; null for the whole city", null=True),
        whole("plan", "planned; null if never published", "items", null=True),
        whole("actual", "published result; null until published", "items", null=True),
        STATUS,
        PROVENANCE,
    ),
)

INDICATORS = Table(
    name="indicators",
    kind="reference",
    key=("ind_id",),
    sort=("ind_id",),
    doc="The catalogue of city indicators.",
    columns=(
        text("ind_id", "id in the catalogue"),
        text("name", "name as the city calls the indicator"),
        text("name_en", "name in English"),
        text("domain", "domain of city life"),
        text("domain_en", "domain in English"),
        text("unit", "unit of the value"),
        text("formula", "how it is worked out"),
        text("direction", "which way is better", allowed=("up", "down", "band")),
        text("owner_dept", "department that answers for it"),
        text("period", "how often it is measured", allowed=("hour", "day", "month")),
        real("typical", "usual level", "see unit", type=pa.float64()),
        real(
            "low",
            "lower edge of the usual band",
            "see unit",
            type=pa.float64(),
            null=True,
        ),
        real(
            "high",
            "upper edge of the usual band",
            "see unit",
            type=pa.float64(),
            null=True,
        ),
        STATUS,
        PROVENANCE,
    ),
)

PLACES = Table(
    name="places",
    kind="reference",
    key=("place_id",),
    sort=("place_id",),
    doc="Named places: landmarks, and those that the city's own stories name.",
    columns=(
        text("place_id", "id in the pack"),
        text("name", "name as the city writes it"),
        text("name_en", "name in English"),
        text("category", "what it is"),
        text("district_id", "district it lies in; null where unknown", null=True),
        *place(),
        whole("accuracy_m", "how far off the point may be", "m"),
        STATUS,
        PROVENANCE,
    ),
)

FACTS = Table(
    name="facts",
    kind="reference",
    key=("fact_id",),
    sort=("fact_id",),
    doc=(
        "Single published figures, with the bound they carry ('3000+' stays a lower"
        " bound)."
    ),
    columns=(
        text("fact_id", "id in the pack"),
        text("subject", "what it is about"),
        text("metric", "what is counted"),
        text(
            "value_op", "how the value bounds the truth", allowed=("=", ">=", "<=", "<")
        ),
        real("value", "the figure", "see unit", type=pa.float64()),
        text("unit", "unit of the value"),
        text("as_of", "when it was true, as published"),
        text("district_id", "district it is about; null for the whole city", null=True),
        STATUS,
        PROVENANCE,
    ),
)

ALERT_RULES = Table(
    name="alert_rules",
    kind="reference",
    key=("rule_id",),
    sort=("rule_id",),
    doc=(
        "One row per rule that raises alerts: what it watches, with which numbers, how bad"
        " it is, how it recovers. A pack without the file has the program's own."
    ),
    columns=(
        text("rule_id", "id in the pack"),
        text("signal", "what it watches", allowed=tuple(SIGNALS)),
        text("name", "the rule in words"),
        text("name_en", "the rule in words, in English"),
        text(
            "applies_to",
            "what it is narrowed to: a stage, or kinds of links; null for all",
            null=True,
            allowed=NARROWED,
        ),
        whole(
            "priority",
            "of events, only those of this priority or worse; null for all",
            "level",
            null=True,
            low=1,
            high=4,
            type=pa.int8(),
        ),
        real(
            "threshold",
            "raised beyond it: above, or below where low values are the bad ones",
            "see signal",
            null=True,
            low=0,
            type=pa.float64(),
        ),
        real(
            "threshold_2",
            "of two aircraft, how far apart in height at most",
            "m",
            null=True,
            low=0,
            type=pa.float64(),
        ),
        whole("least_n", "with fewer cases it is not judged", "cases", null=True, low=1),
        whole(
            "n_weeks",
            "weeks before whose same hour it is held against; fewer is too little history",
            "weeks",
            null=True,
            low=2,
            high=26,
        ),
        whole("within_s", "how far back, or apart, cases count", "s", null=True, low=1),
        real(
            "within_m", "how far apart things are one group", "m", null=True, low=0,
            type=pa.float64(),
        ),
        whole(
            "n_samples", "bad samples one after another that raise it", "samples",
            null=True, low=1, high=10,
        ),
        whole("raise_for_s", "it must hold so long before it is raised", "s", null=True),
        real(
            "clear_threshold",
            "an alert is cleared on this side of it only; null for the threshold itself",
            "see signal",
            null=True,
            low=0,
            type=pa.float64(),
        ),
        whole("clear_for_s", "it must be well so long before it is cleared", "s", null=True),
        whole("level", "of the alert, 1 worst", "level", low=1, high=4, type=pa.int8()),
        real(
            "escalate_threshold",
            "beyond it the alert has the worse level; null for never",
            "see signal",
            null=True,
            low=0,
            type=pa.float64(),
        ),
        whole(
            "escalate_after_s",
            "open and unacknowledged for so long it has the worse level; null for never",
            "s",
            null=True,
        ),
        whole(
            "escalate_level", "the worse level", "level", null=True, low=1, high=4,
            type=pa.int8(),
        ),
        STATUS,
        PROVENANCE,
    ),
)  # fmt: skip

ALARM_TARGETS = Table(
    name="alarm_targets",
    kind="reference",
    key=("metric",),
    sort=("metric",),
    doc=(
        "What the health of our own alarms is held against. A pack without the file has"
        " the program's own."
    ),
    columns=(
        text("metric", "what is held against it", allowed=ALARM_METRICS),
        real("target", "the number", "see unit", low=0, type=pa.float64()),
        text("unit", "unit of the number"),
        text(
            "standard",
            "where such a number is set; empty for a choice of the pack",
            null=True,
        ),
        STATUS,
        PROVENANCE,
    ),
)

TABLES = (
    DISTRICTS,
    STREETS,
    EVENT_SOURCES,
    EVENT_CATEGORIES,
    DEPARTMENTS,
    DEPARTMENT_FEEDS,
    SLA_TARGETS,
    ALERT_RULES,
    ALARM_TARGETS,
    TARGETS,
    INDICATORS,
    PLACES,
    FACTS,
)
