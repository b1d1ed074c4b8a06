"""Districts from any polygon layer, and what had to be mended."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from twin.errors import PackError
from twin.geography import read_geojson
from twin.pack.checks import ID, WHOLE
from twin.pack.degrees import in_degrees, refuse_edges
from twin.pack.naming import (
    ID_NAMES,
    NAME_NAMES,
    Area,
    called,
    choices,
    chosen,
    english,
    fits_id,
    fits_name,
    text_of,
    wordiest,
)
from twin.pack.rings import sound, union

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_FAR_KM, _EARTH_KM, _MOST_COMPARED = 150.0, 6_371.0, 3_000

# Sentences of one kind; the rest is a count.
MOST_TOLD = 20


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
    """The districts of a file, and sentences on how it was read.

    There is one for each choice that was made and each thing that was mended.
    """

    districts: tuple[District, ...]
    told: tuple[str, ...]
    id_property: str
    name_property: str

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of all districts, deg."""
        shapes = np.array([each.shape for each in self.districts], dtype=object)
        west, south, east, north = (
            float(edge) for edge in shapely.total_bounds(shapes)
        )
        return west, south, east, north


def read_polygons(path: Path, reading: Reading) -> Drawn:
    """Read the polygons of a GeoJSON file as districts.

    Features that are no polygons are left out. Rings that are not sound are mended. Features of one
    id become one district.

    Raises:
        PackError: the file cannot be read, holds no polygon, or nothing says where its
            coordinates are.
        UsageError: a property that `reading` names is not there, or its CRS is none.
    """
    content = read_geojson(path)
    told: list[str] = []
    areas = in_degrees(path, content, _areas(path, content, told), reading, told)
    refuse_edges(path, areas)
    id_property = chosen(
        areas, reading.id_property, fits_id, ID_NAMES, "--id-property", path
    )
    name_property = chosen(
        areas, reading.name_property, fits_name, NAME_NAMES, "--name-property", path
    )
    name_property = name_property or wordiest(areas, id_property)
    told += choices(areas, id_property, name_property, reading)
    found = _named(
        _united(areas, id_property, name_property, told), name_property, told
    )
    told += [*_overlap(found), *_astray(found)]
    return Drawn(tuple(found), tuple(told), id_property, name_property)


def _areas(path: Path, content: Mapping[str, Any], told: list[str]) -> list[Area]:
    """Return the features that are polygons; says which are left out and which were mended."""
    found: list[Area] = []
    left: Counter[str] = Counter()
    mended: list[str] = []
    for number, feature in enumerate(_features(content), 1):
        given: Any = feature.get("geometry")
        geometry = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
        kind = str(geometry.get("type")) if geometry else "feature without a geometry"
        if kind not in {"Polygon", "MultiPolygon", "GeometryCollection"}:
            left[kind] += 1
            continue
        shape, why = sound(geometry)
        if shape is None:
            left[f"{kind} without an area"] += 1
            continue
        props: Any = feature.get("properties")
        said = dict(cast("dict[str, Any]", props)) if isinstance(props, dict) else {}
        if "id" in feature:
            said.setdefault("id", feature["id"])
        found.append(Area(number, said, shape))
        if why:
            mended.append(f"Feature {number}{called(said)}: mended: {why}.")
    told += _few(mended, "more features were mended")
    told += [
        f"Left out: {n:,} x {kind[:60]}; districts are polygons."
        for kind, n in left.items()
    ]
    if not found and (named := _other_form(content)):
        raise PackError(
            f"{path.name} is {named[0]}, not GeoJSON of features.",
            why="districts are areas.",
            fix=named[1],
        )
    if not found:
        what = (
            ", ".join(f"{n:,} x {kind[:60]}" for kind, n in left.items()) or "nothing"
        )
        raise PackError(
            f"{path.name} holds no polygon: {what}.",
            why="districts are areas.",
            fix="give a GeoJSON file with the outline of each district.",
        )
    return found


def _other_form(content: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return what a file without polygons is instead, and what to do; None if nothing tells."""
    if content.get("type") == "Topology":
        return (
            "TopoJSON",
            (
                "turn it into GeoJSON, as in: ogr2ogr districts.geojson FILE, and give"
                " that."
            ),
        )
    inside: Any = content.get("features")
    if inside is None or not isinstance(inside, list):
        return (
            ("a collection without a list of features", "write it afresh as GeoJSON.")
            if content.get("type") == "FeatureCollection"
            else None
        )
    is_nested = any(
        isinstance(each, dict) and "features" in each
        for each in cast("list[Any]", inside)
    )
    return (
        (
            "a collection of collections",
            "save one of them as a file of its own, and give that.",
        )
        if is_nested
        else None
    )


def _features(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the features of a collection, or the one feature or geometry that the file is."""
    if "features" in content:
        given: Any = content["features"]
        listed = cast("list[Any]", given) if isinstance(given, list) else []
        yield from (
            cast("dict[str, Any]", each) if isinstance(each, dict) else {}
            for each in listed
        )
    elif "geometry" in content:
        yield dict(content)
    elif "coordinates" in content or "geometries" in content:
        yield {"geometry": content, "properties": {}}


def _united(
    areas: Sequence[Area], id_property: str, name_property: str, told: list[str]
) -> list[District]:
    """Return a district for each id; features of one id and one name become one."""
    groups: dict[tuple[int, str, str], list[Area]] = {}
    for order, each in enumerate(areas, 1):
        written = text_of(each.said.get(id_property)) if id_property else ""
        name = text_of(each.said.get(name_property)) if name_property else ""
        key = (
            0 if written else order,
            written,
            "" if id_property == name_property else name,
        )
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
            said.append(
                f"{len(parts)} features of the id {written!r} became one district."
            )
        called = name or written or unique
        shape = (
            parts[0].shape if len(parts) == 1 else union([each.shape for each in parts])
        )
        found.append(District(unique, called, english(parts[0].said) or called, shape))
    told += _few(said, "more ids were changed or joined")
    return found


def _named(
    found: Sequence[District], name_property: str, told: list[str]
) -> list[District]:
    """Return the districts with names that are told apart."""
    names, names_en = (
        Counter(each.name for each in found),
        Counter(each.name_en for each in found),
    )
    told += _few(
        [
            f"{n} districts are called {name!r}; each has its id behind its name "
            f"(--id-property {name_property} makes one of them)."
            for name, n in names.items()
            if n > 1
        ],
        "more names stand several times",
    )

    def apart(name: str, times: Counter[str], of: str) -> str:
        return f"{name} ({of})" if times[name] > 1 else name

    return [
        District(
            each.id,
            apart(each.name, names, each.id),
            apart(each.name_en, names_en, each.id),
            each.shape,
        )
        for each in found
    ]


def _overlap(found: Sequence[District]) -> list[str]:
    """Return a sentence if outlines lie over each other by a hundredth or more."""
    shapes = [each.shape for each in found]
    whole, once = sum(float(shape.area) for shape in shapes), float(union(shapes).area)
    if once <= 0 or whole < 1.01 * once:
        return []
    return [
        (
            f"Outlines lie over each other: together they have {whole / once:.2f} times the"
            " area that they cover; where they do, the first of the file counts."
        )
    ]


def _astray(found: Sequence[District]) -> list[str]:
    """Return a sentence for districts that lie far from all others.

    The map and its raster must reach to them.
    """
    if not 2 <= len(found) <= _MOST_COMPARED:
        return []
    middles = shapely.centroid(np.array([each.shape for each in found], dtype=object))
    lon, lat = np.radians(shapely.get_x(middles)), np.radians(shapely.get_y(middles))
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    apart = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(axis=1)
    far = np.flatnonzero(
        (nearest > _FAR_KM)
        & (nearest > 10 * np.median(nearest) if len(found) > 2 else nearest > _FAR_KM)
    )
    return _few(
        [
            f"District {found[at].name!r} lies {nearest[at]:,.0f} km from the nearest"
            " other: the map reaches to it (leave it out of the file if it is no part"
            " of the city)."
            for at in far.tolist()
        ],
        "more lie far away",
    )


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


def _few(sentences: list[str], rest: str) -> list[str]:
    """Return the first sentences, and a count of the others."""
    more = len(sentences) - MOST_TOLD
    return [*sentences[:MOST_TOLD], *([f"{more:,} {rest}."] if more > 0 else [])]
