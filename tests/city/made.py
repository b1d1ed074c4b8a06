"""Polygon files of invented cities, as an open-data portal would give them.

They are for tests, and for the picture in the README.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

LATIN = (
    "Alderney",
    "Bracken Hill",
    "Castle Quay",
    "Dunmore",
    "Eastgate",
    "Foundry",
    "Glebe",
    "Harbour",
    "Ivy Park",
    "Juniper",
    "Kingsway",
    "Lower Mead",
    "Marina",
    "Northfield",
    "Old Town",
    "Priory",
    "Queensbridge",
    "Riverside",
    "Southwark",
    "Tollgate",
    "Upper Mead",
    "Vauxhall",
    "Westgate",
    "Yew Green",
)
CHINESE = (
    "东湖区",
    "西岭区",
    "南浦区",
    "北辰区",
    "中山区",
    "江岸区",
    "青山区",
    "白沙区",
    "金台区",
    "石桥区",
    "云溪区",
    "柳林区",
)
ARABIC = (
    "المدينة القديمة",
    "الميناء",
    "النهضة",
    "الزهراء",
    "السلام",
    "باب الشرق",
    "حي الجامعة",
    "الكورنيش",
    "العزيزية",
)


def shapes(
    n: int, lon: float, lat: float, radius_km: float, seed: int = 716
) -> list[Any]:
    """Return `n` districts that fill an island around a place (deg), each where its centre
    is nearest.
    """
    chance = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 181)[:-1]
    wobble = 1 + sum(
        chance.normal(0, 0.12 / k) * np.sin(k * angle + chance.uniform(0, 6))
        for k in range(2, 9)
    )
    across = radius_km / (111.32 * np.cos(np.radians(lat)))
    coast = shapely.Polygon(
        np.column_stack(
            [
                lon + across * wobble * np.cos(angle),
                lat + radius_km / 111.32 * wobble * np.sin(angle),
            ]
        )
    )
    west, south, east, north = coast.bounds
    centres: list[tuple[float, float]] = []
    while len(centres) < n:
        spot = (chance.uniform(west, east), chance.uniform(south, north))
        apart = min(
            (np.hypot(spot[0] - x, spot[1] - y) for x, y in centres), default=9.0
        )
        if shapely.contains_xy(coast, *spot) and apart > 0.9 * across / np.sqrt(n):
            centres.append(spot)
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=coast)
    )
    found = [shapely.intersection(cell, coast) for cell in cells]
    return sorted(
        found, key=lambda shape: (-round(shape.centroid.y, 2), shape.centroid.x)
    )


def geometry(shape: Any) -> dict[str, Any]:
    """Return a shape as GeoJSON."""
    return json.loads(shapely.to_geojson(shape))


def features(
    names: Sequence[str], drawn: Sequence[Any], key: str = "name", **more: Sequence[Any]
) -> list[dict[str, Any]]:
    """Return a feature for each name and shape.

    `more` are further properties, one value for each.
    """
    return [
        {
            "type": "Feature",
            "properties": {
                key: name,
                **{name: values[at] for name, values in more.items()},
            },
            "geometry": geometry(shape),
        }
        for at, (name, shape) in enumerate(zip(names, drawn, strict=True))
    ]


def write(path: Path, content: Sequence[dict[str, Any]], **member: Any) -> Path:
    """Write features as a GeoJSON file."""
    path.write_text(
        json.dumps(
            {"type": "FeatureCollection", **member, "features": list(content)},
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    return path


def in_metres(drawn: Sequence[Any], epsg: int) -> list[Any]:
    """Return shapes in metres of a reference system."""
    to = pyproj.Transformer.from_crs("EPSG:4326", epsg, always_xy=True)
    return [
        shapely.transform(
            shape, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1]))
        )
        for shape in drawn
    ]


def bowtie(lon: float, lat: float, side: float) -> dict[str, Any]:
    """Return a polygon whose ring crosses itself."""
    return {
        "type": "Polygon",
        "coordinates": [
            [
                [lon, lat],
                [lon + side, lat + side],
                [lon + side, lat],
                [lon, lat + side],
                [lon, lat],
            ]
        ],
    }


def latin(path: Path) -> Path:
    """Write a city of 24 districts with Latin names near Lisbon's longitude, as the picture
    in the README shows it.
    """
    drawn = shapes(len(LATIN), -9.1, 38.75, 11)
    return write(
        path,
        features(
            LATIN,
            drawn,
            "neighbourhood",
            code=[f"N{n:02d}" for n in range(1, len(LATIN) + 1)],
        ),
    )


def chinese(path: Path) -> Path:
    """Write a city of twelve districts in metres of UTM 50 N, as its `crs` member says."""
    drawn = in_metres(shapes(len(CHINESE), 117.2, 31.8, 18, seed=3), 32650)
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32650"}}
    return write(
        path,
        features(CHINESE, drawn, "名称", adcode=range(340_102, 340_102 + len(CHINESE))),
        crs=crs,
    )


def arabic(path: Path) -> Path:
    """Write a city of nine districts with Arabic names, one with a ring that crosses
    itself, beside a line and a point.
    """
    drawn = shapes(len(ARABIC), 32.3, 31.2, 8, seed=5)
    found = features(ARABIC, drawn)
    ring = found[4]["geometry"]["coordinates"][0]
    ring[1], ring[2] = ring[2], ring[1]
    other = [
        {
            "type": "Feature",
            "properties": {"name": "شارع"},
            "geometry": {
                "type": "LineString",
                "coordinates": [[32.3, 31.2], [32.31, 31.2]],
            },
        },
        {
            "type": "Feature",
            "properties": {"name": "ساحة"},
            "geometry": {"type": "Point", "coordinates": [32.3, 31.2]},
        },
    ]
    return write(path, [*found, *other])
