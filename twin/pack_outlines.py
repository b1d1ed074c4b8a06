"""Districts from any polygon layer: which property is the id, which the name, and what had to be mended."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from twin.contracts.unicode import one_form
from twin.errors import PackError, UsageError
from twin.geography import read_geojson
from twin.pack_checks import ID, WHOLE
from twin.pack_geography import crs_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyproj

ID_NAMES = ("district_id", "id", "code", "adcode", "gid", "geoid", "objectid", "fid", "ogc_fid")
"""Properties that are taken as the id, in this order, in any case of letters."""
NAME_NAMES = ("name", "district", "nhood", "neighborhood", "neighbourhood", "namelsad", "label", "title",
              "名称", "name_zh", "name_local", "name_en")
"""Properties that are taken as the name, in this order, in any case of letters."""
NAME_EN_NAMES = ("name_en", "name:en", "name_eng", "english_name", "en_name")
NORTH_DEG = 85.0
_DECIMALS = 9
"""Decimals of coordinates, in degrees or metres: less is noise that upsets the arithmetic of shapes."""
_NO_AREA = 1e-14
"""Square degrees (or metres): about a square centimetre, and no district."""
MOST_TOLD = 20
"""Sentences of one kind; the rest is a count."""


@dataclass(frozen=True)
class Reading:
    """How a file is read, as far as somebody says so; '' for what the file itself must tell."""

    id_property: str = ""
    name_property: str = ""
    crs: str = ""
    swap_axes: bool = False


@dataclass(frozen=True)
class District:
    """One district: `shape` is a valid polygon or several, degrees WGS 84."""

    id: str
    name: str
    name_en: str
    shape: Any


@dataclass(frozen=True)
class Drawn:
    """The districts of a file, and a sentence for each choice that was made and each thing that was mended."""

    districts: tuple[District, ...]
    told: tuple[str, ...]
    id_property: str
    name_property: str

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of all districts, deg."""
        shapes = np.array([each.shape for each in self.districts], dtype=object)
        west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
        return west, south, east, north


@dataclass(frozen=True)
class _Area:
    """One polygon feature as it was given: its number in the file from 1, and its geometry, sound."""

    number: int
    said: Mapping[str, Any]
    shape: Any


def read_polygons(path: Path, reading: Reading) -> Drawn:
    """Read the polygons of a GeoJSON file as districts.

    Features that are no polygons are left out. Rings that are not sound are mended. Features of one
    id become one district.

    Raises:
        PackError: the file cannot be read, holds no polygon, or nothing says where its coordinates are.
        UsageError: a property that `reading` names is not there, or its CRS is none.
    """
    content = read_geojson(path)
    told: list[str] = []
    areas = _in_degrees(path, content, _areas(path, content, told), reading, told)
    _refuse_edges(path, areas)
    id_property = _chosen(areas, reading.id_property, _fits_id, ID_NAMES, "--id-property", path)
    name_property = _chosen(areas, reading.name_property, _fits_name, NAME_NAMES, "--name-property", path)
    name_property = name_property or _wordiest(areas, id_property)
    told += _choices(areas, id_property, name_property, reading)
    found = _named(_united(areas, id_property, name_property, told), name_property, told)
    told += _overlap(found)
    return Drawn(tuple(found), tuple(told), id_property, name_property)


def _areas(path: Path, content: Mapping[str, Any], told: list[str]) -> list[_Area]:
    """Return the features that are polygons; says which are left out and which were mended."""
    found: list[_Area] = []
    left: Counter[str] = Counter()
    mended: list[str] = []
    for number, feature in enumerate(_features(content), 1):
        given: Any = feature.get("geometry")
        geometry = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
        kind = str(geometry.get("type")) if geometry else "feature without a geometry"
        if kind not in {"Polygon", "MultiPolygon", "GeometryCollection"}:
            left[kind] += 1
            continue
        shape, why = _sound(geometry)
        if shape is None:
            left[f"{kind} without an area"] += 1
            continue
        props: Any = feature.get("properties")
        said = dict(cast("dict[str, Any]", props)) if isinstance(props, dict) else {}
        if "id" in feature:
            said.setdefault("id", feature["id"])
        found.append(_Area(number, said, shape))
        if why:
            mended.append(f"Feature {number}{_called(said)}: mended: {why}.")
    told += _few(mended, "more features were mended")
    told += [f"Left out: {n:,} x {kind[:60]}; districts are polygons." for kind, n in left.items()]
    if not found:
        what = ", ".join(f"{n:,} x {kind[:60]}" for kind, n in left.items()) or "nothing"
        raise PackError(f"{path.name} holds no polygon: {what}.", why="districts are areas.",
                        fix="give a GeoJSON file with the outline of each district.")
    return found


def _features(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the features of a collection, or the one feature or geometry that the file is."""
    if "features" in content:
        given: Any = content["features"]
        listed = cast("list[Any]", given) if isinstance(given, list) else []
        yield from (cast("dict[str, Any]", each) if isinstance(each, dict) else {} for each in listed)
    elif "geometry" in content:
        yield dict(content)
    elif "coordinates" in content or "geometries" in content:
        yield {"geometry": content, "properties": {}}


def _sound(geometry: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the polygons of a geometry, valid, and what was off; (None, ...) if no area is in it."""
    try:
        if geometry.get("type") == "GeometryCollection":
            parts = [_sound(each) for each in geometry["geometries"]
                     if each["type"] in {"Polygon", "MultiPolygon", "GeometryCollection"}]
            shapes = [shape for shape, _ in parts if shape is not None]
            why = "; ".join(reason for _, reason in parts if reason)
            return (_union(shapes), why) if shapes else (None, why)
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        closed, why = _closed(polygons)
        shape = shapely.force_2d(shapely.from_geojson(json.dumps({"type": "MultiPolygon", "coordinates": closed})))
        if not shape.is_valid:
            reason, _, place = str(shapely.is_valid_reason(shape)).partition("[")
            at = f" at {', '.join(f'{float(x):.10g}' for x in place.rstrip(']').split())}" if place else ""
            why = "; ".join([*([why] if why else []), f"{reason.strip().lower()}{at}"])
        shape = _mended(shape)
    except (shapely.GEOSException, TypeError, KeyError, ValueError, OverflowError, RecursionError):
        return None, "it cannot be read"
    return (None if shape.is_empty else shape), why


def _mended(shape: Any) -> Any:
    """Return the polygons of a shape, valid; what has no area that a double can tell from none is left out.

    Raises:
        GEOSException: the corners are such that no arithmetic can tell inside from outside.
    """
    try:
        whole = _polygons(shape if shape.is_valid else shapely.make_valid(shape))
    except shapely.GEOSException:
        whole = shapely.Polygon()
    if whole.is_empty or not whole.is_valid:
        whole = _polygons(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    parts = [part for part in shapely.get_parts(whole) if part.is_valid and part.area > _NO_AREA]
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0] if parts else shapely.Polygon()


def _union(shapes: Sequence[Any]) -> Any:
    """Return several polygons as one shape; where they nearly touch, corners move by a grid of 1e-9."""
    try:
        found = _polygons(shapely.union_all(shapes))
    except shapely.GEOSException:
        found = shapely.Polygon()
    return found if not found.is_empty and found.is_valid else _polygons(shapely.union_all(shapes, grid_size=1e-9))


def _closed(polygons: Sequence[Any]) -> tuple[list[Any], str]:
    """Return polygons with each ring closed and of three corners at least, and what was off."""
    kept: list[Any] = []
    why: dict[str, None] = {}
    for polygon in polygons:
        rings: list[Any] = []
        for number, given in enumerate(polygon):
            ring = [[round(float(x), _DECIMALS) for x in corner[:2]] for corner in given]
            if not all(math.isfinite(x) for corner in ring for x in corner):
                ring = [corner for corner in ring if all(map(math.isfinite, corner))]
                why["corners that are no numbers left out"] = None
            if ring and ring[0] != ring[-1]:
                ring.append(ring[0])
                why["a ring that was not closed"] = None
            if len(ring) >= 4:
                rings.append(ring)
                continue
            why["a ring of fewer than three corners left out"] = None
            if number == 0:
                break  # without its outer ring a polygon is nothing
        if rings:
            kept.append(rings)
    return kept, "; ".join(why)


def _polygons(shape: Any) -> Any:
    """Return the parts of a shape that are polygons, as one polygon or several."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def _in_degrees(path: Path, content: Mapping[str, Any], areas: list[_Area], reading: Reading,
                told: list[str]) -> list[_Area]:
    """Return the areas in degrees of WGS 84, longitude first."""
    if reading.swap_axes:
        areas = [_Area(each.number, each.said, _moved(each.shape, lambda xy: xy[:, ::-1])) for each in areas]
        told.append("Longitude and latitude changed places, as asked.")
    said = reading.crs or crs_name(content)
    box = _bounds(areas)
    in_degrees = -180 <= box[0] <= box[2] <= 180 and -90 <= box[1] <= box[3] <= 90
    if said:
        crs = _crs(said, path, given=bool(reading.crs))
        if not _is_wgs84(crs):
            return _projected(path, areas, crs, said, told, in_degrees=in_degrees)
    if in_degrees:
        return areas
    reach = f"{path.name} reaches from {box[0]:g}, {box[1]:g} to {box[2]:g}, {box[3]:g}"
    if -90 <= box[0] <= box[2] <= 90 and -180 <= box[1] <= box[3] <= 180:
        raise PackError(f"{reach}: longitude and latitude are swapped.",
                        why="GeoJSON gives longitude first, and no latitude is beyond 90.",
                        fix="write lon, then lat, or give --swap-axes.")
    if -360 <= box[0] <= box[2] <= 360 and -90 <= box[1] <= box[3] <= 90:
        raise PackError(f"{reach}: it crosses the date line, or counts longitudes from 0 to 360.",
                        why="the map goes from -180 to 180.",
                        fix="give the outlines of one side, with longitudes from -180 to 180.")
    raise PackError(f"{reach}, which are not degrees, and nothing says what they are.",
                    why="coordinates in metres mean a place only with their reference system.",
                    fix="say it, as in --crs EPSG:32650, or re-project the file to WGS 84.")


def _crs(said: str, path: Path, *, given: bool) -> pyproj.CRS:
    import pyproj
    from pyproj.exceptions import CRSError

    try:
        return pyproj.CRS.from_user_input(said)
    except CRSError as error:
        where = "--crs" if given else f"the crs of {path.name}"
        raise UsageError(f"{where} is {said[:80]!r}, which is no reference system.",
                         fix="name one by its EPSG code, as in --crs EPSG:32650.") from error


def _is_wgs84(crs: pyproj.CRS) -> bool:
    return crs.to_epsg() == 4326 or crs.to_authority() == ("OGC", "CRS84")


def _projected(path: Path, areas: list[_Area], crs: pyproj.CRS, said: str, told: list[str], *,
               in_degrees: bool) -> list[_Area]:
    import pyproj

    if crs.is_projected and in_degrees:
        raise PackError(f"{path.name} is said to be in {said[:80]!r}, in metres, and its coordinates are degrees.",
                        fix="give --crs EPSG:4326 if they are of WGS 84, or the system that they are in.")
    if crs.is_geographic and not in_degrees:
        raise PackError(f"{path.name} is said to be in {said[:80]!r}, in degrees, and its coordinates are not.",
                        fix="name the system that they are in, as in --crs EPSG:32650.")
    to = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)

    def turned(xy: Any) -> Any:
        return np.column_stack(to.transform(xy[:, 0], xy[:, 1]))

    moved = [_Area(each.number, each.said, _moved(each.shape, turned)) for each in areas]
    box = _bounds(moved)
    if not all(map(math.isfinite, box)):
        raise PackError(f"{path.name} cannot be re-projected: coordinates lie outside of {said[:80]!r}.",
                        fix="name the system that they are in, as in --crs EPSG:32650.")
    told.append(f"Re-projected from {crs.name} ({said[:80]}) to WGS 84.")
    return [_Area(each.number, each.said, _mended(each.shape)) for each in moved]


def _moved(shape: Any, change: Callable[[Any], Any]) -> Any:
    return shapely.transform(shape, change)


def _bounds(areas: Sequence[_Area]) -> tuple[float, float, float, float]:
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(np.array([each.shape for each in areas], dtype=object)))
    return west, south, east, north


def _refuse_edges(path: Path, areas: Sequence[_Area]) -> None:
    """Refuse outlines that the map cannot hold.

    Raises:
        PackError: they lie on both sides of the date line, or reach a pole.
    """
    west, south, east, north = _bounds(areas)
    if east - west > 180:
        raise PackError(f"{path.name} reaches from {west:g} to {east:g}: it lies on both sides of the date line.",
                        why="the map does not go on beyond 180 degrees.", fix="give the outlines of one side.")
    if south < -NORTH_DEG or north > NORTH_DEG:
        raise PackError(f"{path.name} reaches from latitude {south:g} to {north:g}.",
                        why=f"the map ends at {NORTH_DEG:g} degrees.", fix="give outlines that lie between.")


def _chosen(areas: Sequence[_Area], wished: str, fits: Callable[[Sequence[Any]], bool], names: Sequence[str],
            option: str, path: Path) -> str:
    """Return the property that is asked for, else the first of `names` that fits; '' if none does."""
    keys = list(dict.fromkeys(key for each in areas for key in each.said))
    if wished:
        if wished not in keys:
            raise UsageError(f"{option} is {wished[:60]!r}, which no polygon of {path.name} has.",
                             fix=f"use one of {', '.join(keys[:40])}." if keys else "leave it out: the polygons have no properties.")
        return wished
    by_small = {key.casefold(): key for key in reversed(keys)}
    for name in names:
        key = by_small.get(name)
        if key is not None and fits([each.said.get(key) for each in areas]):
            return key
    return ""


def _fits_id(values: Sequence[Any]) -> bool:
    """Return whether each value is an id, and not all are the same."""
    texts = [_text(value) for value in values]
    return all(texts) and (len(texts) == 1 or len(set(texts)) > 1)


def _fits_name(values: Sequence[Any]) -> bool:
    """Return whether values are names: text for most, and not all the same."""
    names = [value for value in values if isinstance(value, str) and value.strip()]
    return 2 * len(names) > len(values) and (len(values) == 1 or len(set(names)) > 1)


def _wordiest(areas: Sequence[_Area], id_property: str) -> str:
    """Return the property of text with the most different values that hold a letter; '' if there is none."""
    best, most = "", 0
    for key in dict.fromkeys(key for each in areas for key in each.said):
        values = [value for each in areas if isinstance(value := each.said.get(key), str)]
        different = len({value for value in values if re.search(r"[^\W\d_]", value)})
        if key != id_property and different > most and _fits_name(values) and 2 * len(values) > len(areas):
            best, most = key, different
    return best


def _choices(areas: Sequence[_Area], id_property: str, name_property: str, reading: Reading) -> list[str]:
    """Return what was taken as id and name, and how to have it otherwise."""
    others = [key for key in dict.fromkeys(key for each in areas for key in each.said)
              if key not in {id_property, name_property}]
    rest = f" Other properties: {', '.join(others[:12])}{' …' if len(others) > 12 else ''}." if others else ""
    ids = (f"Ids are from the property {id_property!r}" if id_property
           else "Ids are numbers in the order of the file: no property has a value for each outline that is called like an id")
    names = f"names from {name_property!r}" if name_property else "names are the ids: no property holds names"
    told = reading.id_property and reading.name_property
    return [f"{ids}; {names}{'' if told else ' (--id-property and --name-property choose others)'}.{rest}"]


def _text(value: Any) -> str:
    """Return a value of a property as text; '' for none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None or isinstance(value, (bool, dict, list)):
        return ""
    return " ".join(one_form(str(value)).split())


def _united(areas: Sequence[_Area], id_property: str, name_property: str, told: list[str]) -> list[District]:
    """Return a district for each id; features of one id and one name become one."""
    groups: dict[tuple[int, str, str], list[_Area]] = {}
    for order, each in enumerate(areas, 1):
        written = _text(each.said.get(id_property)) if id_property else ""
        name = _text(each.said.get(name_property)) if name_property else ""
        key = (0 if written else order, written, "" if id_property == name_property else name)
        groups.setdefault(key, []).append(each)
    found: list[District] = []
    taken: set[str] = set()
    said: list[str] = []
    digits = len(str(len(groups)))
    for order, ((_, written, name), parts) in enumerate(groups.items(), 1):
        fit = _fit(written) or f"d{order:0{digits}d}"
        unique = _apart(fit, taken)
        where = f"Feature {parts[0].number}: the id {written or fit!r}"
        if unique != fit:
            said.append(f"{where} is another district's too; it became {unique!r}.")
        elif written and unique != written:
            said.append(f"{where} became {unique!r}, as links need it.")
        if len(parts) > 1:
            said.append(f"{len(parts)} features of the id {written!r} became one district.")
        called = name or written or unique
        shape = parts[0].shape if len(parts) == 1 else _union([each.shape for each in parts])
        found.append(District(unique, called, _english(parts[0].said) or called, shape))
    told += _few(said, "more ids were changed or joined")
    return found


def _named(found: Sequence[District], name_property: str, told: list[str]) -> list[District]:
    """Return the districts with names that are told apart."""
    names, names_en = Counter(each.name for each in found), Counter(each.name_en for each in found)
    told += _few([f"{n} districts are called {name!r}; each has its id behind its name "
                  f"(--id-property {name_property} makes one of them)." for name, n in names.items() if n > 1],
                 "more names stand several times")

    def apart(name: str, times: Counter[str], of: str) -> str:
        return f"{name} ({of})" if times[name] > 1 else name

    return [District(each.id, apart(each.name, names, each.id), apart(each.name_en, names_en, each.id), each.shape)
            for each in found]


def _overlap(found: Sequence[District]) -> list[str]:
    """Return a sentence if outlines lie over each other by a hundredth or more."""
    shapes = [each.shape for each in found]
    whole, once = sum(float(shape.area) for shape in shapes), float(_union(shapes).area)
    if once <= 0 or whole < 1.01 * once:
        return []
    return [(f"Outlines lie over each other: {100 * (whole / once - 1):.0f}% of the area is in several; "
            "there the first of the file counts.")]


def _english(said: Mapping[str, Any]) -> str:
    small = {key.casefold(): value for key, value in said.items()}
    return next((text for name in NAME_EN_NAMES if (text := _text(small.get(name)))), "")


def _fit(written: str) -> str:
    """Return an id as links can have it: other signs become '-'."""
    found = re.sub(r"[^\w.:-]+", "-", written).strip("-")
    return "" if not ID.fullmatch(found) else f"{found}-1" if found in WHOLE else found


def _apart(name: str, taken: set[str]) -> str:
    """Return `name`, or with the first number behind it that nobody has."""
    unique, n = name, 1
    while unique in taken:
        n += 1
        unique = f"{name}-{n}"
    taken.add(unique)
    return unique


def _called(said: Mapping[str, Any]) -> str:
    small = {key.casefold(): value for key, value in said.items()}
    text = next((text for name in (*NAME_NAMES, *ID_NAMES) if (text := _text(small.get(name)))), "")
    return f" ({text[:60]})" if text else ""


def _few(sentences: list[str], rest: str) -> list[str]:
    """Return the first sentences, and a count of the others."""
    more = len(sentences) - MOST_TOLD
    return [*sentences[:MOST_TOLD], *([f"{more:,} {rest}."] if more > 0 else [])]
