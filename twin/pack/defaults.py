"""What holds where a city pack says nothing, and what its silence switches off.

The one place for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Layers that need nothing but outlines and events.
LAYERS = (
    "districts",
    "detections",
    "event_clocks",
    "event_heat",
    "headline",
    "attention",
    "alerts",
    "incidents",
    "bikes",
    "units",
    "event_sources",
    "levels",
    "event",
    "later",
    "system",
)

# Sections of city.toml that the program needs, as they are where a pack has none.
SECTIONS: Mapping[str, Mapping[str, Any]] = {
    "freshness": {
        "status": "assumed",
        "snapshot_ttl_s": 60,
        "snapshot_stale_factor": 3,
        "drone_flying_s": 90,
        "drone_docked_s": 900,
        "link_late_s": 300,
        "link_down_s": 300,
        "indicator_periods": 2,
    },
    "incidents": {
        "status": "assumed",
        "radius_m": 300,
        "window_s": 1_800,
        "least_reports": 3,
    },
    "bike_clusters": {
        "status": "assumed",
        "eps_m": 8,
        "least_bikes": 10,
        "close_m": 25,
        "lost_s": 3_600,
        "hot_days": 7,
        "hot_times": 3,
    },
    "schedule": {"status": "assumed", "brief": "07:30"},
}

# Screens, where a pack has no wall.toml: a wall of 1.25 mm tiles, and a desk screen of 24
# inches.
WALLS: Mapping[str, Mapping[str, Any]] = {
    "default": {
        "distance_m": 8.0,
        "pitch_mm": 1.25,
        "width": 3840,
        "height": 2160,
    },
    "desk": {
        "distance_m": 0.6,
        "pitch_mm": 0.277,
        "width": 1920,
        "height": 1080,
    },
}

CREDIT: Mapping[str, str] = {
    "zh-CN": "行政区划来源未注明",
    "en": "Source of the outlines not stated",
}

# Tables that a pack need not have, and what is off without their rows.
ABSENT_TABLES: Mapping[str, str] = {
    "streets": "no street is named on the map",
    "event_sources": "no work order can be taken in, and no event is simulated",
    "event_categories": "events are not filtered by kind or by department",
    "departments": "no link to a department is watched or shown",
    "department_feeds": "a dead link cannot say what it blinds",
    "sla_targets": "response and closure are held against no target",
    "alert_rules": "nothing raises an alert",
    "alarm_targets": "the health of our alarms is held against nothing",
    "targets": "no programme is held against a plan, and none is simulated",
    "indicators": "no indicator is kept or simulated",
    "places": "no place is known by name",
    "facts": "no published figure is known",
    "named_estates": "simulated estates have made-up names",
    "named_communities": "simulated communities have made-up names",
}

# Roles of [geography] that a pack need not fill, and what is off without them.
ABSENT_ROLES: Mapping[str, str] = {
    "water": "no water is drawn",
    "rivers": "no river is named",
    "roads": "no road is drawn",
    "streets": "street areas are unknown",
    "places": "landmarks are not drawn",
}

# Keys of city.toml that a pack need not have, and what holds without them.
ABSENT_SECTIONS: Mapping[str, str] = {
    "layers": f"the layers are {', '.join(LAYERS)}",
    "raster": "the raster is fitted to the outlines",
    "cameras": "the camera looks at all districts",
    "credit": "the map says that the source of its outlines is not stated",
    "census": "no total is there to add the populations up to",
    "freshness": "the program's own limits say what is late",
    "calendar": "no holiday is known, so days are workdays or weekends",
}


def note_of_table(name: str, *, there: bool) -> str:
    """Return the sentence for a table that is absent, or is there without a row."""
    how = f"{name}.csv has no row" if there else f"There is no {name}.csv"
    return f"{how}: {ABSENT_TABLES[name]}."
