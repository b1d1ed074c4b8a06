"""What each section of `city.toml` and `wall.toml` may say.

Names, types and ranges stand in one place, checked all together.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

_YEAR_S = 366 * 86_400


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        kind: 'whole' and 'number' are numbers from `low` to `high`, 'positive' is a number
            above 0 up to `high`; 'time' is a time of day, 'text' and 'any' say it
            themselves.
        needed: whether a section that is there must have it.
    """

    kind: Literal["whole", "number", "positive", "time", "text", "any"]
    low: float = 1
    high: float = math.inf
    needed: bool = True


_STATUS = Setting("text", needed=False)
_SILENCE = Setting("whole", 1, _YEAR_S)

# Sections whose settings are known by name. Those of kind 'any' are read, and judged, by
# whoever needs them.
SECTIONS: Mapping[str, Mapping[str, Setting]] = {
    "freshness": {
        "snapshot_ttl_s": Setting("positive", high=_YEAR_S),
        "snapshot_stale_factor": Setting("number", 1, 10_000),
        "drone_flying_s": _SILENCE,
        "drone_docked_s": _SILENCE,
        "link_late_s": _SILENCE,
        "link_down_s": _SILENCE,
        "indicator_periods": Setting("whole", 1, 1_000),
    },
    "incidents": {
        "radius_m": Setting("positive", high=10_000),
        "window_s": Setting("whole", 1, 7 * 86_400),
        "least_reports": Setting("whole", 2, 1_000),
    },
    "bike_clusters": {
        "eps_m": Setting("positive", high=1_000),
        "least_bikes": Setting("whole", 2, 10_000),
        "close_m": Setting("positive", high=1_000),
        "lost_s": Setting("whole", 1, 7 * 86_400),
        "hot_days": Setting("whole", 1, 31),
        "hot_times": Setting("whole", 2, 1_000),
    },
    "schedule": {"brief": Setting("time"), "formats": Setting("any", needed=False)},
    "calendar": {
        "country": Setting("text"),
        "subdivision": Setting("text", needed=False),
    },
    "census": {
        "year": Setting("whole", 1, 9_999, needed=False),
        "population": Setting("whole", 0, 10**11),
    },
    "targets": {
        "zh-CN": Setting("text", needed=False),
        "en": Setting("text", needed=False),
    },
    "raster": {
        name: Setting("any", needed=False)
        for name in ("lon0", "lat0", "dlon", "dlat", "cell_m", "n_x", "n_y")
    },
    "districts": {"aliases": Setting("any", needed=False)},
    "relief": {"file": Setting("text")},
    "base_map": {
        "file": Setting("text"),
        "credit": Setting("any", needed=False),
        "layers": Setting("any", needed=False),
    },
}

# Sections whose names are the pack's own, or are judged where they are read.
OTHERS = ("credit", "geography", "cameras", "slots", "mask", "feeds")

# What packs of earlier versions say and nothing reads any more: a note, and no fault.
RETIRED_SECTIONS = ("coverage",)
RETIRED_OF_WALLS = ("seams",)
CAMERA = {
    name: Setting("any", needed=False) for name in ("lon", "lat", "zoom", "districts")
}
WALL: Mapping[str, Setting] = {
    "distance_m": Setting("positive", high=1_000),
    "pitch_mm": Setting("positive", high=100),
    "width": Setting("whole", 1, 32_768),
    "height": Setting("whole", 1, 32_768),
}


def check_sections(
    settings: Mapping[str, Any], own: frozenset[str] | set[str]
) -> list[str]:
    """Return a sentence for each section of city.toml that nothing reads.

    Return one for each setting that is off, too.

    Args:
        own: keys of the top that are no sections of settings.
    """
    known, own = {*SECTIONS, *OTHERS}, {*own, *RETIRED_SECTIONS}
    found = [
        f"city.toml has a section [{name}] that nothing reads;"
        f" {_meant(name, known, '[{}]')}."
        for name, value in settings.items()
        if name not in known | own and isinstance(value, dict)
    ]
    for name, schema in SECTIONS.items():
        given = settings.get(name)
        if isinstance(given, dict):
            found += check(
                f"city.toml: [{name}]", cast("dict[str, Any]", given), schema
            )
    cameras = settings.get("cameras")
    for name, camera in cast(
        "dict[str, Any]", cameras if isinstance(cameras, dict) else {}
    ).items():
        if isinstance(camera, dict):
            found += check(
                f"city.toml: [cameras.{name}]", cast("dict[str, Any]", camera), CAMERA
            )
    return found


def check_walls(walls: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each setting of wall.toml that is off."""
    found: list[str] = []
    if "default" not in walls:
        found.append(
            "wall.toml has no section [default], the wall that is shown when none is"
            " named."
        )
    for name, wall in walls.items():
        if not isinstance(wall, dict):
            found.append(
                f"wall.toml: {name} is {wall!r}, not a section; write [{name}]."
            )
            continue
        given = {
            key: value
            for key, value in cast("dict[str, Any]", wall).items()
            if key not in RETIRED_OF_WALLS
        }
        found += check(f"wall.toml: [{name}]", given, WALL)
    return found


def retired(settings: Mapping[str, Any], walls: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each thing that a pack says and nothing reads any more."""
    found = [
        f"city.toml: [{name}]: nothing reads it any more; take it out."
        for name in RETIRED_SECTIONS
        if name in settings
    ]
    return found + [
        f"wall.toml: [{name}] {key}: nothing reads it any more; take it out."
        for name, wall in walls.items()
        for key in RETIRED_OF_WALLS
        if isinstance(wall, dict) and key in wall
    ]


def check(
    where: str, given: Mapping[str, Any], schema: Mapping[str, Setting]
) -> list[str]:
    """Return a sentence for each setting of a section that is off.

    It is unknown, missing, of another type or out of range.

    Args:
        where: how sentences name the section.
    """
    found = [
        f"{where} has {name} = {value!r}, which nothing reads; {_meant(name, schema)}."
        for name, value in given.items()
        if name not in schema and name != "status"
    ]
    for name, setting in {**schema, "status": _STATUS}.items():
        if (name in given or setting.needed) and (
            off := _off(given.get(name), setting)
        ):
            found.append(
                f"{where} {off.format(name=name, value=repr(given.get(name)))}"
            )
    return found


def _off(value: Any, setting: Setting) -> str:
    """Return what is off with a value, as a form for its name and itself; '' if it is right."""
    if setting.kind == "any":
        return ""
    if setting.kind == "text":
        return (
            ""
            if isinstance(value, str)
            else "{name} is {value}; write it as text between quotes."
        )
    if setting.kind == "time":
        return (
            ""
            if _is_time(value)
            else '{name} is {value}; write a time of the city\'s day, such as "07:30".'
        )
    return _off_number(value, setting)


def _off_number(value: Any, setting: Setting) -> str:
    if value is None:
        return "needs {name} as a number, not {value}."
    whole, high = setting.kind == "whole", f"{setting.high:,.0f}"
    span = (
        f"above 0, up to {high}"
        if setting.kind == "positive"
        else f"{setting.low:,g} to {high}"
    )
    is_number = (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
    )
    if not is_number or (whole and not isinstance(value, int)):
        return (
            f"needs {{name}} as a {'whole ' if whole else ''}number, {span}, not"
            " {value}."
        )
    if value <= 0:
        return (
            "{name} is {value}; give more than 0."
            if setting.low > 0 or setting.kind == "positive"
            else _beyond(value, setting, span)
        )
    return _beyond(value, setting, span)


def _beyond(value: float, setting: Setting, span: str) -> str:
    low = 0 if setting.kind == "positive" else setting.low
    return "" if low <= value <= setting.high else f"{{name}} is {{value}}; use {span}."


def _is_time(value: Any) -> bool:
    try:
        return (
            isinstance(value, str)
            and len(value) in {5, 8}
            and time.fromisoformat(value).tzinfo is None
        )
    except ValueError:
        return False


def _meant(name: str, known: Mapping[str, object] | set[str], form: str = "{}") -> str:
    """Return what to do about a name that nothing reads."""
    near = difflib.get_close_matches(name.lower(), sorted(known), 1, 0.7)
    return (
        f"write {form.format(near[0])}, or remove it"
        if near
        else (
            "remove it, or use"
            f" {', '.join(form.format(each) for each in sorted(known))}"
        )
    )
