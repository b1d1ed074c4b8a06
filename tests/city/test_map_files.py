"""Every map file is looked at whole.

What cannot be drawn, or lies elsewhere, is a sentence with file, number and name.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from twin.pack import check_pack, write_manifest

LINE = {
    "type": "LineString",
    "coordinates": [[-35.0, 41.0], [-34.99, 41.01], [-34.98, 41.02]],
}
AREA = {
    "type": "Polygon",
    "coordinates": [[[-35, 41], [-34.99, 41], [-34.99, 41.01], [-35, 41]]],
}


def put(
    pack: Path, role: str, geometry: Any, *, name: str = "Odd", **member: Any
) -> list[str]:
    """Add a feature to the file of a role, mend the manifest, and answer what the check says."""
    path = pack / f"geography/{role}.geojson"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["features"].append(
        {"type": "Feature", "properties": {"name": name}, "geometry": geometry}
    )
    path.write_text(json.dumps({**content, **member}), encoding="utf-8")
    write_manifest(pack)
    return check_pack(pack)


def moved(geometry: Any, change: Any) -> Any:
    """Return a geometry with each of its positions changed."""

    def each(part: Any) -> Any:
        return (
            change(*part)
            if isinstance(part[0], (int, float))
            else [each(inner) for inner in part]
        )

    return {**geometry, "coordinates": each(geometry["coordinates"])}


@pytest.mark.parametrize(
    ("role", "geometry"),
    [
        (
            "rivers",
            {"type": "LineString", "coordinates": [[-35.0, 41.0], [-34.99, 41.01]]},
        ),
        ("rivers", {"type": "MultiLineString", "coordinates": [LINE["coordinates"]]}),
        ("roads", {"type": "MultiLineString", "coordinates": [LINE["coordinates"]]}),
        ("water", {"type": "MultiPolygon", "coordinates": [AREA["coordinates"]]}),
        ("places", {"type": "Point", "coordinates": [-35.0, 41.0]}),
    ],
)
def test_what_the_map_draws_is_good(pack: Path, role: str, geometry: Any) -> None:
    assert put(pack, role, geometry) == []


ODD = {
    "an area among rivers": (
        "rivers",
        AREA,
        (
            "it is a Polygon, and the role rivers is drawn from LineString and"
            " MultiLineString"
        ),
    ),
    "a line among lakes": (
        "water",
        LINE,
        "it is a LineString, and the role water is drawn from Polygon and MultiPolygon",
    ),
    "several points in one": (
        "places",
        {"type": "MultiPoint", "coordinates": [[-35, 41]]},
        "it is a MultiPoint",
    ),
    "a collection": (
        "water",
        {"type": "GeometryCollection", "geometries": [AREA]},
        "it is a GeometryCollection",
    ),
    "an empty line": (
        "roads",
        {"type": "LineString", "coordinates": []},
        "its geometry is empty",
    ),
    "no geometry": ("roads", None, "not a feature; give it properties and a geometry"),
    "one point as a line": (
        "roads",
        {"type": "LineString", "coordinates": [[-35, 41]]},
        "the geometry cannot be read",
    ),
    "a line without length": (
        "rivers",
        {"type": "LineString", "coordinates": [[-35, 41], [-35, 41]]},
        "too few points",
    ),
    "metres": (
        "roads",
        moved(LINE, lambda x, y: [x * 100_000, y * 100_000]),
        "not degrees but perhaps metres",
    ),
    "axes swapped": (
        "roads",
        moved(LINE, lambda x, y: [y, x]),
        "longitude and latitude are swapped",
    ),
    "elsewhere": (
        "water",
        moved(AREA, lambda x, y: [x + 30, y]),
        "far from the districts",
    ),
    "a stray corner": (
        "roads",
        {"type": "LineString", "coordinates": [[-35, 41], [0, 0]]},
        "far beyond the districts",
    ),
    "a lake that crosses itself": (
        "water",
        {
            "type": "Polygon",
            "coordinates": [
                [[-35, 41], [-34.9, 41.1], [-34.9, 41], [-35, 41.1], [-35, 41]]
            ],
        },
        "cannot be drawn: self-intersection at -34.95, 41.05",
    ),
    "no number": (
        "rivers",
        {"type": "LineString", "coordinates": [[-35, float("nan")], [-34.9, 41]]},
        "it holds NaN or Infinity",
    ),
}


@pytest.mark.parametrize(("role", "geometry", "sentence"), ODD.values(), ids=ODD)
def test_each_oddity_has_its_sentence(
    pack: Path, role: str, geometry: Any, sentence: str
) -> None:
    number = (
        len(
            json.loads(
                (pack / f"geography/{role}.geojson").read_text(encoding="utf-8")
            )["features"]
        )
        + 1
    )

    (told,) = put(pack, role, geometry)

    assert told.startswith(f"{role}.geojson, feature {number} (Odd): ")
    assert sentence in told
    assert told.endswith(".")


def test_a_file_that_says_it_is_in_metres_is_refused_whatever_it_holds(
    pack: Path,
) -> None:
    utm = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32625"}}
    (told,) = put(pack, "roads", LINE, crs=utm)

    assert "says that it is in 'urn:ogc:def:crs:EPSG::32625'" in told
    assert (
        put(
            pack,
            "roads",
            LINE,
            crs={
                "type": "name",
                "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"},
            },
        )
        == []
    )


def test_all_invalid_outlines_are_told_at_once_with_reason_and_place(
    pack: Path,
) -> None:
    path = pack / "geography/land.geojson"
    land = json.loads(path.read_text(encoding="utf-8"))
    bow = [[[-35, 41], [-34.9, 41.1], [-34.9, 41], [-35, 41.1], [-35, 41]]]
    for feature in land["features"][:2]:
        feature["geometry"] = {"type": "Polygon", "coordinates": bow}
    path.write_text(json.dumps(land), encoding="utf-8")
    write_manifest(pack)

    told = check_pack(pack)

    assert told == [
        f"land.geojson, feature {n} ({name}): not a valid polygon: self-intersection at"
        " -34.95, 41.05; mend or redraw its rings."
        for n, name in ((1, "alva"), (2, "brisa"))
    ]


def test_outlines_with_swapped_axes_are_known_by_the_zone(pack: Path) -> None:
    path = pack / "geography/land.geojson"
    land = json.loads(path.read_text(encoding="utf-8"))
    for feature in land["features"]:
        feature["geometry"] = moved(feature["geometry"], lambda x, y: [y, x])
    path.write_text(json.dumps(land), encoding="utf-8")

    assert any(
        "far from Atlantic/Azores: longitude and latitude are swapped" in line
        for line in check_pack(pack)
    )


def test_many_odd_features_end_in_a_count(pack: Path) -> None:
    for _ in range(29):
        put(pack, "roads", AREA)
    told = put(pack, "roads", AREA)

    assert len(told) == 21
    assert told[-1] == "roads.geojson: 10 more features are off."
