"""Points of GeoJSON: a collection of features, or features one after the other (RFC 7946, 8142).

Properties become columns; those of objects inside of them have their names joined by dots. The
point becomes the columns `longitude` and `latitude`, in degrees as they are written; a property of
that name is called `properties.longitude` then. The feature's own id becomes the column `id`, or
`feature.id` if properties have an `id` already. A feature without a point has empty cells there;
one with a line or an area is refused, since any point of it would be a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twin.errors import ContractError
from twin.feeds.json_items import Outline, read_items
from twin.feeds.records import (
    Key,
    Number,
    Record,
    record_of,
    sheet_of,
    survey,
    unreadable,
)
from twin.json_kinds import is_list, is_object

if TYPE_CHECKING:
    from pathlib import Path

    from twin.feeds.sheets import Sheet

# Keys of what is no property; tuples of one name, which no property has.
LON, LAT, ID = ("longitude",), ("latitude",), ("id",)

# Names of WGS 84 in degrees; 4490 is CGCS2000, which differs from it by centimetres.
_WGS84 = re.compile(
    r"(.*:)?CRS84H?|(.*:)?EPSG:(.*:)?(4326|4979|4490)|WGS[ -]?84", re.IGNORECASE
)
_SIGN = re.compile(rb'"type"\s*:\s*"Feature(Collection)?"|"features"\s*:\s*\[')
_SIGN_WITHIN = 64 * 1024
_ONE_PLACE = {"Point", "MultiPoint", "GeometryCollection"}
_NO_POINT = {"LineString", "MultiLineString", "Polygon", "MultiPolygon"}


def open_geojson(path: Path, wanted: Sequence[str]) -> Sheet:
    """Read a GeoJSON file of points as a sheet, a record of `numbers` for each feature.

    Args:
        wanted: names in NFC that the columns must hold.

    Raises:
        ContractError: the file is missing, damaged or no GeoJSON of features, names another
            reference system than WGS 84, or lacks columns.
    """
    outline = Outline()
    astray = Counter[str]()
    found = survey(path.name, _records(path, outline, astray), (LON, LAT))
    _check(path.name, outline)
    remarks = [
        f"{n} {'feature has' if n == 1 else 'features have'} a {kind}, which is not one"
        " place: the place is left empty."
        for kind, n in sorted(astray.items())
    ]
    return sheet_of(
        path.name,
        found,
        lambda: _records(path, Outline(), Counter()),
        wanted,
        names=_names(list(found.keys)),
        remarks=remarks,
    )


def is_geojson(path: Path) -> bool:
    """Return whether the beginning of a JSON file says that it holds features.

    Raises:
        ContractError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return _SIGN.search(file.read(_SIGN_WITHIN)) is not None
    except OSError as error:
        raise unreadable(path, error) from error


def _records(path: Path, outline: Outline, astray: Counter[str]) -> Iterator[Record]:
    for number, item in enumerate(read_items(path, ("features",), outline), 1):
        if not is_object(item) or item.get("type") != "Feature":
            _no_collection(path.name, item)
            yield Record(number, {}, "it is no Feature")
            continue
        place, fault = _place(item.get("geometry"), astray)
        cells: dict[Key, str | None] = {LON: place[0], LAT: place[1]}
        if (name := item.get("id")) is not None:
            cells[ID] = str(name)
        made = record_of(number, item.get("properties") or {}, cells)
        yield made._replace(fault=made.fault or fault or _other_system(item))


def _no_collection(name: str, item: Any) -> None:
    kind = item.get("type") if is_object(item) else None
    features = item.get("features") if is_object(item) else None
    if kind == "FeatureCollection" and not is_list(features):
        raise ContractError(
            f"{name} is a FeatureCollection without a list of features.",
            fix="export it again.",
        )
    if kind == "FeatureCollection" or (is_object(item) and "features" in item):
        raise ContractError(
            f"{name} holds several collections of features.",
            fix="save each as a file of its own, or one feature on each line.",
        )


def _place(
    geometry: Any, astray: Counter[str]
) -> tuple[tuple[str | None, str | None], str]:
    """Return longitude and latitude as they are written, and why the feature is refused."""
    nowhere = (None, None)
    if geometry is None:
        return nowhere, ""
    if not is_object(geometry):
        return nowhere, "its geometry is no object"
    kind, at = geometry.get("type"), geometry.get("coordinates")
    if kind in _NO_POINT:
        return (
            nowhere,
            f"its geometry is a {kind}, and any point of it would be a guess",
        )
    if kind not in _ONE_PLACE:
        return nowhere, "its geometry is of no kind that GeoJSON knows"
    if kind == "MultiPoint" and is_list(at) and len(at) == 1:
        at, kind = at[0], "Point"
    if kind != "Point":
        astray[str(kind)] += 1
        return nowhere, ""
    if at in ([], None) or (is_list(at) and at[:2] == [None, None]):
        return nowhere, ""
    if (
        not is_list(at)
        or len(at) < 2
        or not all(isinstance(each, Number) for each in at[:2])
    ):
        return nowhere, "its point is not a longitude and a latitude"
    return (str(at[0]), str(at[1])), ""


def _names(keys: Sequence[Key]) -> list[str]:
    taken = {key[0] for key in keys if isinstance(key, tuple) and len(key) == 1}
    has_id = "id" in keys
    names: list[str] = []
    for key in keys:
        if isinstance(key, tuple):
            names.append("feature.id" if key == ID and has_id else ".".join(key))
        else:
            names.append(f"properties.{key}" if key in taken and key != "id" else key)
    return names


def _check(name: str, outline: Outline) -> None:
    """Refuse what is no collection of features, or of another reference system."""
    kind = outline.members.get("type")
    if (
        outline.shape == "list"
        or (outline.shape == "object" and kind != "FeatureCollection")
        or (outline.shape == "one" and kind != "Feature")
    ):
        raise ContractError(
            f"{name} is no GeoJSON of features"
            f"{f', but a {kind[:60]}' if isinstance(kind, str) else ''}.",
            fix=(
                "export a FeatureCollection of points, each with the cells of its order"
                " as properties."
            ),
        )
    if said := _other_system(outline.members):
        raise ContractError(
            f"{name}: {said}.",
            why=(
                "read as degrees its places would lie elsewhere, and nothing would"
                " show it."
            ),
            fix=(
                "export it in degrees of WGS 84 (EPSG:4326), or without `crs` in"
                " degrees of the datum that crs under [feeds.work_orders] names."
            ),
        )


def _other_system(members: Mapping[str, Any]) -> str:
    """Return what is wrong with the member `crs`, which older GeoJSON has; '' for nothing."""
    crs = members.get("crs")
    if crs is None:
        return ""
    named = crs.get("properties") if is_object(crs) else None
    said = named.get("name") if is_object(named) else None
    if isinstance(said, str) and _WGS84.fullmatch(said.strip()):
        return ""
    name = said[:60] if isinstance(said, str) else "one without a name"
    return f"its reference system is {name}, and degrees of WGS 84 are read only"
