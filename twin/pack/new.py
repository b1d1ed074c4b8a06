"""A new city pack from nothing but outlines.

What they tell is written, and nothing else is made up.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import shapely

from twin.contracts.reference import DISTRICTS, EVENT_SOURCES
from twin.contracts.unicode import one_form
from twin.errors import PackError, UsageError
from twin.pack import city_toml, examine, manifest
from twin.pack.outlines import District, Drawn, Reading, read_polygons
from twin.pack.tables import COMPUTED, in_file
from twin.zones import looks_swapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twin.city import City, Raster
    from twin.contracts.base import Table

LAND = "geography/land.geojson"

# Decimals of a degree in the outlines: 0.1 m.
_DIGITS = 6

_SOURCE_NAMES = {"zh-CN": "市民热线", "en": "Citizens' line"}
_ORDER_COLUMNS = {
    "zh-CN": (
        ("event_id", "工单编号"),
        ("created_at", "来电时间"),
        ("category", "诉求类型"),
        ("title", "标题"),
        ("details", "内容"),
        ("address", "地址"),
        ("district", "区划"),
        ("priority", "紧急程度"),
        ("lon", "经度"),
        ("lat", "纬度"),
        ("unit_name", "承办单位"),
        ("sent_at", "派单时间"),
        ("acked_at", "签收时间"),
        ("done_at", "办结时间"),
        ("told_at", "回访时间"),
    ),
    "en": (
        ("event_id", "Request ID"),
        ("created_at", "Opened"),
        ("category", "Category"),
        ("title", "Subject"),
        ("details", "Details"),
        ("address", "Address"),
        ("district", "District"),
        ("priority", "Priority"),
        ("lon", "Longitude"),
        ("lat", "Latitude"),
        ("unit_name", "Agency"),
        ("sent_at", "Assigned"),
        ("acked_at", "Acknowledged"),
        ("done_at", "Done"),
        ("told_at", "Closed"),
    ),
}
_PRIORITIES = {
    "zh-CN": (("特急", 1), ("紧急", 2), ("一般", 3), ("咨询", 4)),
    "en": (("Emergency", 1), ("Urgent", 2), ("Normal", 3), ("Question", 4)),
}


@dataclass(frozen=True)
class Wish:
    """What outlines do not tell of a city.

    It is '' where a rule may choose, which for the zone there is not.
    """

    name: str
    name_en: str = ""
    id: str = ""
    zone: str = ""
    lang: str = ""
    source: str = manifest.NOT_STATED
    licence: str = manifest.NOT_STATED


@dataclass(frozen=True)
class Made:
    """The new city, the outlines that it was made from, and what is absent from it."""

    city: City
    drawn: Drawn
    notes: tuple[str, ...]


def make_pack(folder: Path, outlines: Path, wish: Wish, reading: Reading) -> Made:
    """Write a city pack into the new `folder`; all of it, or nothing.

    Raises:
        UsageError: an option is off, or the folder holds something.
        PackError: the outlines cannot be read, or lie elsewhere than the zone.
    """
    wish = _whole(wish, folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} is there already, and holds something.",
            fix="name a folder that is new.",
        )
    drawn = read_polygons(outlines, reading)
    west, south, east, north = drawn.bounds
    if looks_swapped(wish.zone, (west + east) / 2, (south + north) / 2):
        raise PackError(
            f"{outlines.name} reaches from {west:g}, {south:g} to {east:g}, {north:g},"
            f" far from {wish.zone}: longitude and latitude are swapped.",
            why="GeoJSON gives longitude first.",
            fix="write lon, then lat, or give --swap-axes; or mend --zone.",
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=folder.parent, prefix=f".{folder.name}-"
        ) as draft:
            notes = _written(Path(draft) / folder.name, outlines, wish, drawn)
            if folder.is_dir():
                folder.rmdir()
            (Path(draft) / folder.name).replace(folder)
    except OSError as error:
        raise PackError(
            f"The pack cannot be written: {error.strerror}.",
            fix=f"check {error.filename or folder}.",
        ) from error
    found = examine(folder)
    if found.city is None:
        raise PackError(f"{folder} was written, and is not whole: {found.faults[0]}")
    return Made(found.city, drawn, notes)


def _whole(wish: Wish, folder: Path) -> Wish:
    """Return the wish with all that a rule may choose.

    Raises:
        UsageError: a value is off, or the zone is not given.
    """
    if not wish.zone:
        raise UsageError(
            "The city's time zone is not given, and outlines do not tell it.",
            fix="give --zone, such as --zone Europe/Lisbon.",
        )
    try:
        ZoneInfo(wish.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"There is no time zone {wish.zone[:60]!r}.",
            fix="give a name such as --zone Europe/Lisbon.",
        ) from error
    if wish.lang and wish.lang not in city_toml.LANGUAGES:
        raise UsageError(
            f"--lang is {wish.lang[:40]!r}.",
            fix=f"use one of {', '.join(city_toml.LANGUAGES)}.",
        )
    name, name_en = one_form(wish.name).strip(), one_form(wish.name_en).strip()
    if not name:
        raise UsageError("The city's name is empty.", fix="give --name.")
    if wish.id and not re.fullmatch(r"\w[\w-]*", wish.id):
        raise UsageError(
            f"--id is {wish.id[:60]!r}.", fix="use letters, digits, '-' and '_' only."
        )
    is_chinese = any("\u4e00" <= letter <= "\u9fff" for letter in name)
    chosen = (
        wish.id or _id_of(folder.resolve().name) or _id_of(name_en or name) or "city"
    )
    return Wish(
        name,
        name_en or name,
        chosen,
        wish.zone,
        wish.lang or ("zh-CN" if is_chinese else "en"),
        wish.source.strip() or manifest.NOT_STATED,
        wish.licence.strip() or manifest.NOT_STATED,
    )


def _id_of(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text.casefold()).strip("-_")


def _written(root: Path, outlines: Path, wish: Wish, drawn: Drawn) -> tuple[str, ...]:
    """Write the pack into the folder `root` and return what is absent from it.

    Raises:
        PackError: what was written is not good after all.
    """
    (root / "geography").mkdir(parents=True)
    raster = city_toml.fit(*drawn.bounds)
    kept = [_rounded(each) for each in drawn.districts]
    _write(root / LAND, _land(kept))
    _write(
        root / "districts.csv",
        _table(DISTRICTS, [_district(each, outlines.name) for each in kept]),
    )
    _write(root / "event_sources.csv", _table(EVENT_SOURCES, [_source(wish.lang)]))
    _write(root / "city.toml", _city_toml(wish, raster))
    facts = {
        "source": wish.source,
        "licence": wish.licence,
        "accuracy": f"as in {outlines.name}, rounded to 0.1 m",
    }
    manifest.write_manifest(root, {"land": root.resolve() / LAND}, facts)
    found = examine(root)
    if found.faults:
        raise PackError(
            f"No pack can be made of {outlines.name}: {found.faults[0]}",
            fix="mend it in the file, and try again.",
        )
    return found.notes


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _rounded(district: District) -> District:
    """Return the district with corners on the decimals that are written, and sound there too."""
    shape = shapely.set_precision(district.shape, 10.0**-_DIGITS)
    parts = [
        part
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    whole = (
        parts[0]
        if len(parts) == 1
        else shapely.MultiPolygon(parts)
        if parts
        else district.shape
    )
    return District(district.id, district.name, district.name_en, whole)


def _land(districts: Sequence[District]) -> str:
    features = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {
                    "district_id": each.id,
                    "name": each.name,
                    "name_en": each.name_en,
                },
                "geometry": _plain(each.shape),
            },
            ensure_ascii=False,
        )
        for each in districts
    ]
    return (
        '{"type": "FeatureCollection", "features": [\n'
        + ",\n".join(features)
        + "\n]}\n"
    )


def _plain(shape: Any) -> dict[str, Any]:
    """Return a shape as GeoJSON, without the tail of digits that a double has."""

    def rounded(part: Any) -> Any:
        return (
            round(part, _DIGITS)
            if isinstance(part, float)
            else [rounded(each) for each in part]
        )

    found: dict[str, Any] = json.loads(shapely.to_geojson(shape), parse_int=float)
    return {"type": found["type"], "coordinates": rounded(found["coordinates"])}


def _district(district: District, outlines: str) -> dict[str, object]:
    """Return a row of districts.csv; its name stands in the middle of its largest part."""
    largest = max(shapely.get_parts(district.shape), key=lambda part: part.area)
    west, south, east, north = largest.bounds
    circle = shapely.maximum_inscribed_circle(
        largest, tolerance=max(east - west, north - south) / 100
    )
    lon, lat = shapely.get_coordinates(circle)[0]
    return {
        "district_id": district.id,
        "name": district.name,
        "name_en": district.name_en,
        "kind": "district",
        "label_lon": round(float(lon), _DIGITS),
        "label_lat": round(float(lat), _DIGITS),
        "status": "confirmed",
        "provenance": f"outline in {outlines}",
    }


def _source(lang: str) -> dict[str, object]:
    return {
        "source_id": "S01",
        "slot": 1,
        "name": _SOURCE_NAMES[lang],
        "name_en": _SOURCE_NAMES["en"],
        "finds": "reported",
        "status": "assumed",
        "provenance": "the line by which citizens report; written by twin city new",
    }


def _table(table: Table, rows: Sequence[Mapping[str, object]]) -> str:
    names = [in_file(column) for column in table.columns if column.name not in COMPUTED]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _quoted(text: str) -> str:
    """Return text as a string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _city_toml(wish: Wish, raster: Raster) -> str:
    stated = [
        part for part in (wish.source, wish.licence) if part != manifest.NOT_STATED
    ]
    credit = " · ".join(stated)
    lines = [
        (
            f"# The city of {' '.join(wish.name_en.split())}, as its outlines tell it."
            " What is not here is absent; `twin city check` says what that switches"
            " off."
        ),
        f"id = {_quoted(wish.id)}",
        f"name = {_quoted(wish.name)}",
        f"name_en = {_quoted(wish.name_en)}",
        f"zone = {_quoted(wish.zone)}",
        f"lang = {_quoted(wish.lang)}",
        (
            "# More layers: renovation, drone_coverage, department_linkage, for a city"
            " that has such data."
        ),
        'layers = ["districts", "event_clocks", "event_heat", "headline", "attention"]',
        "",
    ]
    if credit:
        lines += [
            "[credit]",
            f"zh-CN = {_quoted(f'行政区划：{credit}')}",
            f"en = {_quoted(f'Districts: {credit}')}",
            "",
        ]
    lines += [
        "[geography]",
        f"land = {_quoted(LAND)}",
        "",
        (
            f"# South-west corner and cell side in degrees; a cell is {raster.cell_m:g}"
            " m square at the city's middle latitude."
        ),
        "[raster]",
        f"cell_m = {raster.cell_m!r}",
        f"lon0 = {raster.lon0!r}",
        f"lat0 = {raster.lat0!r}",
        f"dlon = {raster.dlon:.7f}",
        f"dlat = {raster.dlat:.7f}",
        f"n_x = {raster.n_x}",
        f"n_y = {raster.n_y}",
        "",
        *_feeds(wish),
    ]
    return "\n".join(lines) + "\n"


def _feeds(wish: Wish) -> list[str]:
    columns, priorities = _ORDER_COLUMNS[wish.lang], _PRIORITIES[wish.lang]
    return [
        (
            "# Work orders of the citizens' line. To take them in, take the # from the"
            " two sections below, and put the headings of"
        ),
        (
            "# your own export on the right; event_id and created_at are needed, of the"
            " others leave out what you do not have."
        ),
        "[feeds.work_orders]",
        'status = "assumed"',
        'source_id = "S01"',
        f"zone = {_quoted(wish.zone)}",
        'encoding = "auto"',
        (
            '# crs = "WGS-84"                       # of lon and lat: WGS-84, GCJ-02 or'
            " BD-09"
        ),
        '# time_format = "%Y-%m-%d %H:%M:%S"    # of moments that are not ISO 8601',
        "",
        "# [feeds.work_orders.columns]",
        *(f"# {field} = {_quoted(heading)}" for field, heading in columns),
        "",
        "# [feeds.work_orders.priorities]",
        *(f"# {_quoted(word)} = {level}" for word, level in priorities),
    ]
