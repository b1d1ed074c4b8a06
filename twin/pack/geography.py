"""The map files of a city pack: whether each can be drawn, and lies where the city is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import shapely

from twin.contracts.unicode import one_form
from twin.errors import PackError
from twin.geography import Outlines, read_geojson, read_outlines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# West, south, east, north, deg.
Box = tuple[float, float, float, float]

AREAS, LINES, POINTS = (
    ("Polygon", "MultiPolygon"),
    ("LineString", "MultiLineString"),
    ("Point",),
)

# Types of geometry that the map draws, by role.
SHAPES: Mapping[str, tuple[str, ...]] = {
    "land": AREAS,
    "water": AREAS,
    "rivers": LINES,
    "roads": LINES,
    "streets": AREAS,
    "places": POINTS,
}

# How the `crs` member of a file ends that says WGS 84 in degrees.
DEGREES = ("CRS84", "4326")

# Sentences about one file; of the outlines, which a city cannot do without, all are told.
MOST = 20

# The surroundings of a city reach this far at least.
_NEAR_DEG = 0.5

# No line or area of a city goes further beyond its surroundings: such a corner is a slip.
_STRAY_DEG = 10.0
_NAMES = ("name", "name_en", "street_code", "place_id", "id")


def check_geography(
    geography: Mapping[str, Path], problems: list[str]
) -> Outlines | None:
    """Return the outlines, or None; adds a sentence for each feature of each file that is off."""
    outlines: Outlines | None = None
    if "land" in geography:
        found = list(_faults("land", geography["land"], None))
        problems += found
        outlines = None if found else read_outlines(geography["land"])
    around = None if outlines is None else surroundings(outlines.bounds)
    for role, path in geography.items():
        if role != "land":
            found = list(_faults(role, path, around))
            problems += found[:MOST]
            if len(found) > MOST:
                problems.append(
                    f"{path.name}: {len(found) - MOST:,} more features are off."
                )
    return outlines


def surroundings(box: Box) -> Box:
    """Return the box of a city grown by its own size on every side, by half a degree at least."""
    west, south, east, north = box
    wide, high = max(east - west, _NEAR_DEG), max(north - south, _NEAR_DEG)
    return west - wide, south - high, east + wide, north + high


def _faults(role: str, path: Path, around: Box | None) -> Iterator[str]:
    """Yield a sentence for each thing that is off in one file."""
    try:
        content = read_geojson(path)
    except PackError as error:
        yield " ".join(error.lines())
        return
    features = content.get("features")
    if not isinstance(features, list) or not features:
        yield (
            f"{path.name} holds no features; give a GeoJSON FeatureCollection in WGS"
            f" 84, or take {role} out of [geography]."
        )
        return
    if (crs := crs_name(content)) and not crs.endswith(DEGREES):
        yield (
            f"{path.name} says that it is in {crs[:80]!r}, and the map reads WGS 84 in"
            " degrees; re-project it, as in: ogr2ogr -t_srs EPSG:4326 new.geojson"
            f" {path.name}."
        )
    seen: set[str] = set()
    for number, feature in enumerate(cast("list[Any]", features), 1):
        where = f"{path.name}, feature {number}"
        if role == "land":
            told, name = _check_id(feature, seen)
            if told:
                yield f"{where}: {told}"
        else:
            name = _name(feature)
        if told := _check_feature(role, feature, around):
            yield f"{where}{f' ({name})' if name else ''}: {told}"


def crs_name(content: Mapping[str, Any]) -> str:
    """Return what the `crs` member of a GeoJSON file names, '' where it names nothing."""
    member: Any = content.get("crs")
    for key in ("properties", "name"):
        member = (
            cast("dict[str, Any]", member).get(key)
            if isinstance(member, dict)
            else None
        )
    return member if isinstance(member, str) else ""


def _properties(feature: Any) -> dict[str, Any]:
    found = (
        cast("dict[str, Any]", feature).get("properties")
        if isinstance(feature, dict)
        else None
    )
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _name(feature: Any) -> str:
    said = _properties(feature)
    return next((str(said[key])[:60] for key in _NAMES if said.get(key)), "")


def _check_id(feature: Any, seen: set[str]) -> tuple[str, str]:
    """Return what is off with an outline's id ('' for nothing), and the id."""
    name = _properties(feature).get("district_id")
    name = one_form(name) if isinstance(name, str) else name
    if not isinstance(name, str) or not name or name in seen:
        return (
            (
                f"district_id is {name!r}; give each outline a district_id of its own,"
                " as text."
            ),
            name if isinstance(name, str) else "",
        )
    seen.add(name)
    return "", name


def _check_feature(role: str, feature: Any, around: Box | None) -> str:
    """Return what keeps the map from drawing a feature, as the rest of a sentence.

    Return '' for nothing.
    """
    wrong = "not a valid polygon" if role == "land" else "cannot be drawn"
    given = cast("dict[str, Any]", feature) if isinstance(feature, dict) else {}
    geometry: Any = given.get("geometry")
    if not isinstance(given.get("properties"), dict) or not isinstance(geometry, dict):
        return "not a feature; give it properties and a geometry."
    kind = str(cast("dict[str, Any]", geometry).get("type"))
    if kind not in SHAPES[role]:
        return (
            f"{wrong}: it is a {kind[:40]}, and the role {role} is drawn from "
            f"{' and '.join(SHAPES[role])}; take it out, or put it into its own file."
        )
    try:
        text = json.dumps(feature, allow_nan=False)
        shape = shapely.from_geojson(json.dumps(geometry)) if text else None
    except ValueError:
        return (
            f"{wrong}: it holds NaN or Infinity, which no browser reads; write numbers"
            " or null."
        )
    except RecursionError:
        return f"{wrong}: it is nested too deep; write it afresh."
    except (shapely.GEOSException, TypeError) as error:
        return (
            f"{wrong}: the geometry cannot be read ({str(error).rstrip('.')}); write it"
            " afresh."
        )
    if shape is None or shape.is_empty:
        return f"{wrong}: its geometry is empty; take it out, or draw it."
    return _check_place(shape.bounds, around) or _check_shape(shape, wrong)


def _check_shape(shape: Any, wrong: str) -> str:
    """Return why a shape is not sound, with the place."""
    if shape.is_valid:
        return ""
    reason, _, place = str(shapely.is_valid_reason(shape)).partition("[")
    at = f" at {place.rstrip(']').replace(' ', ', ')}" if place else ""
    return f"{wrong}: {reason.strip().lower()}{at}; mend or redraw its rings."


def _check_place(box: Box, around: Box | None) -> str:
    """Return why a shape with these bounds is not where the city is."""
    said = f"it reaches from {box[0]:g}, {box[1]:g} to {box[2]:g}, {box[3]:g}"
    mirrored = (box[1], box[0], box[3], box[2])
    if not _is_degrees(box):
        if _is_degrees(mirrored):
            return f"{said}: longitude and latitude are swapped; write lon, then lat."
        return (
            f"{said}, which are not degrees but perhaps metres; re-project the file to"
            " WGS 84, as in: ogr2ogr -t_srs EPSG:4326 -s_srs EPSG:n new.geojson"
            " old.geojson."
        )
    if around is None:
        return ""
    if not _meet(box, around):
        if _meet(mirrored, around):
            return f"{said}: longitude and latitude are swapped; write lon, then lat."
        return f"{said}, far from the districts; take it out, or mend its coordinates."
    if (
        box[0] < around[0] - _STRAY_DEG
        or box[1] < around[1] - _STRAY_DEG
        or box[2] > around[2] + _STRAY_DEG
        or box[3] > around[3] + _STRAY_DEG
    ):
        return (
            f"{said}, far beyond the districts; cut it at the city's edge, or mend the"
            " stray corner."
        )
    return ""


def _is_degrees(box: Box) -> bool:
    return -180 <= box[0] <= box[2] <= 180 and -90 <= box[1] <= box[3] <= 90


def _meet(box: Box, other: Box) -> bool:
    return (
        box[0] <= other[2]
        and box[2] >= other[0]
        and box[1] <= other[3]
        and box[3] >= other[1]
    )
