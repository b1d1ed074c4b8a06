"""Which district a point is in, by the outlines that are drawn.

So what is seen is what is counted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import shapely

from twin.contracts.unicode import one_form
from twin.errors import PackError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.city import City, Raster

# Label of a cell whose centre is in no district.
OUTSIDE = -1


@dataclass(frozen=True)
class Outlines:
    """District outlines in the order of the file.

    They are `ids` and `shapes` (shapely polygons, degrees WGS 84).
    """

    ids: tuple[str, ...]
    shapes: tuple[Any, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of all outlines, deg."""
        west, south, east, north = (
            float(edge)
            for edge in shapely.total_bounds(np.array(self.shapes, dtype=object))
        )
        return west, south, east, north


def read_geojson(path: Path) -> dict[str, Any]:
    """Return what a GeoJSON file holds; features and geometries are not looked into.

    Raises:
        PackError: the file is missing or is not a JSON object in UTF-8.
    """
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise PackError(
            f"{path.name} cannot be read: {error.strerror}.",
            fix=f"put the file at {path}.",
        ) from error
    except UnicodeDecodeError as error:
        raise PackError(
            f"{path.name} is not UTF-8 (byte {error.start}).", fix="save it as UTF-8."
        ) from error
    except json.JSONDecodeError as error:
        is_by_line = error.msg == "Extra data" and error.lineno > 1
        fix = (
            "if it has one feature on each line, save it as one FeatureCollection; else"
            " write it afresh as GeoJSON."
            if is_by_line
            else "write it afresh as GeoJSON."
        )
        raise PackError(
            f"{path.name}, line {error.lineno}: not JSON, {error.msg}.", fix=fix
        ) from error
    except RecursionError as error:
        raise PackError(
            f"{path.name} is nested too deep to be GeoJSON.",
            fix="write it afresh as GeoJSON.",
        ) from error
    if not isinstance(content, dict):
        raise PackError(
            f"{path.name} holds no features.",
            fix="give a GeoJSON FeatureCollection in WGS 84.",
        )
    return cast("dict[str, Any]", content)


def read_features(path: Path) -> list[dict[str, Any]]:
    """Return the features of a GeoJSON file.

    Raises:
        PackError: the file is missing, is not JSON, or is not a collection of features.
    """
    features = read_geojson(path).get("features")
    if not isinstance(features, list) or not features:
        raise PackError(
            f"{path.name} holds no features.",
            fix="give a GeoJSON FeatureCollection in WGS 84.",
        )
    for number, feature in enumerate(cast("list[Any]", features), 1):
        given = cast("dict[str, Any]", feature) if isinstance(feature, dict) else {}
        if not isinstance(given.get("properties"), dict) or not isinstance(
            given.get("geometry"), dict
        ):
            raise PackError(
                f"{path.name}, feature {number}: not a feature.",
                fix="give it properties and a geometry.",
            )
    return cast("list[dict[str, Any]]", features)


def area_ids(path: Path, name: str) -> frozenset[str]:
    """Return the ids of the areas of a map file, which its property `name` holds.

    Cheap while the file stays as it is.

    Raises:
        PackError: it cannot be read.
    """
    try:
        there = path.stat()
    except OSError as error:
        raise PackError(
            f"{path.name} cannot be read: {error.strerror}.",
            fix=f"put the file back at {path}.",
        ) from error
    return _area_ids(path, name, there.st_mtime_ns, there.st_size)


@lru_cache(maxsize=64)
def _area_ids(path: Path, name: str, _mtime_ns: int, _size: int) -> frozenset[str]:
    ids = (feature["properties"].get(name) for feature in read_features(path))
    return frozenset(one_form(each) for each in ids if isinstance(each, str))


def read_outlines(path: Path) -> Outlines:
    """Read the file of role 'land': one polygon per district, its id in the property `district_id`.

    Raises:
        PackError: not readable, a feature without `district_id`, an id twice, or a shape
            that is not a valid polygon.
    """
    ids: list[str] = []
    shapes: list[Any] = []
    for number, feature in enumerate(read_features(path), 1):
        name = feature["properties"].get("district_id")
        name = one_form(name) if isinstance(name, str) else name
        if not isinstance(name, str) or name in ids:
            raise PackError(
                f"{path.name}, feature {number}: district_id is {name!r}.",
                fix="give each outline a district_id of its own, as text.",
            )
        try:
            shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        except shapely.GEOSException as error:
            raise PackError(
                f"{path.name}, feature {number} ({name}): the geometry cannot be read.",
                why=f"{error}.",
            ) from error
        if (
            shape.geom_type not in {"Polygon", "MultiPolygon"}
            or not shape.is_valid
            or shape.is_empty
        ):
            raise PackError(
                f"{path.name}, feature {number} ({name}): not a valid polygon.",
                fix="mend or redraw its rings.",
            )
        ids.append(name)
        shapes.append(shape)
    return Outlines(tuple(ids), tuple(shapes))


def label(outlines: Outlines, raster: Raster) -> NDArray[np.int16]:
    """Return (n_y, n_x), from the south-west: the district of each cell's centre.

    Values are indexes into `outlines.ids`, or OUTSIDE.

    Where outlines overlap, the first of the file wins.
    """
    labels = np.full((raster.n_y, raster.n_x), OUTSIDE, dtype=np.int16)
    for number, shape in enumerate(outlines.shapes):
        west, south, east, north = shape.bounds
        x0, x1 = _range(west - raster.lon0, east - raster.lon0, raster.dlon, raster.n_x)
        y0, y1 = _range(
            south - raster.lat0, north - raster.lat0, raster.dlat, raster.n_y
        )
        if x1 <= x0 or y1 <= y0:
            continue
        window = labels[y0:y1, x0:x1]
        window[
            _inside(shape, raster, x0, y0, (y1 - y0, x1 - x0)) & (window == OUTSIDE)
        ] = number
    return labels


def _range(low: float, high: float, side: float, n: int) -> tuple[int, int]:
    """Return the first cell that reaches into low to high, and the one after the last.

    `low` and `high` are degrees from the corner.
    """
    return min(max(int(low // side), 0), n), min(max(int(high // side) + 1, 0), n)


def _inside(
    shape: Any, raster: Raster, x0: int, y0: int, size: tuple[int, int]
) -> NDArray[np.bool_]:
    """Return which cell centres of the window lie inside.

    Along each row, one is inside after an odd number of border crossings.
    """
    n_y, n_x = size
    rings = shapely.get_rings(shapely.get_parts(shape))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    u = (corners[:, 0] - raster.lon0) / raster.dlon - 0.5 - x0
    v = (corners[:, 1] - raster.lat0) / raster.dlat - 0.5 - y0
    same = ring[:-1] == ring[1:]
    u1, u2, v1, v2 = u[:-1][same], u[1:][same], v[:-1][same], v[1:][same]
    first = np.clip(np.ceil(np.minimum(v1, v2)), 0, n_y).astype(np.int64)
    last = np.clip(np.ceil(np.maximum(v1, v2)), 0, n_y).astype(np.int64)
    edge = np.repeat(np.arange(len(first)), last - first)
    row = (
        np.arange(len(edge))
        - np.repeat(np.cumsum(last - first) - (last - first), last - first)
        + first[edge]
    )
    slope = np.divide(u2 - u1, v2 - v1, out=np.zeros_like(u1), where=v1 != v2)
    column = np.clip(np.ceil(u1[edge] + (row - v1[edge]) * slope[edge]), 0, n_x).astype(
        np.int64
    )
    crossings = np.bincount(
        row * (n_x + 1) + column, minlength=n_y * (n_x + 1)
    ).reshape(n_y, n_x + 1)[:, :n_x]
    return (np.cumsum(crossings.astype(np.uint8), axis=1, dtype=np.uint8) & 1).astype(
        np.bool_
    )


class Locator:
    """Tells which district points and cells are in.

    Functional zones without an outline are never answered.
    """

    def __init__(self, city: City) -> None:
        """Read the outlines of `city`.

        Raises:
            PackError: the outlines cannot be read.
        """
        self.outlines = read_outlines(city.geography["land"])
        self._raster = city.raster
        self._labels: NDArray[np.int16] | None = None
        for shape in self.outlines.shapes:
            shapely.prepare(shape)
        self._tree = shapely.STRtree(
            [shapely.box(*shape.bounds) for shape in self.outlines.shapes]
        )

    @property
    def ids(self) -> list[str]:
        """Return the district ids that the labels of `cells` index.

        They come in the order of the outlines.
        """
        return list(self.outlines.ids)

    def districts(
        self, lon_deg: NDArray[np.float64], lat_deg: NDArray[np.float64]
    ) -> NDArray[np.object_]:
        """Return the district id of each point, None for a point in no district (or not a number).

        A point on a common border belongs to the district that comes first in the file.
        Water is no exception: a river that the outlines cover is in a district.

        Args:
            lon_deg: n longitudes, deg, WGS 84.
            lat_deg: n latitudes, deg, WGS 84.
        """
        lon, lat = (
            np.asarray(lon_deg, dtype=np.float64),
            np.asarray(lat_deg, dtype=np.float64),
        )
        found = np.full(lon.shape, len(self.outlines.ids), dtype=np.int64)
        known = np.isfinite(lon) & np.isfinite(lat)
        points = shapely.points(np.where(known, lon, 0.0), np.where(known, lat, 0.0))
        of_point, of_box = self._tree.query(points, predicate="intersects")
        for number, shape in enumerate(self.outlines.shapes):
            near = of_point[of_box == number]
            near = near[known[near] & (found[near] > number)]
            found[near[shapely.intersects_xy(shape, lon[near], lat[near])]] = number
        return np.array([*self.outlines.ids, None], dtype=object)[found]

    def cells(self) -> NDArray[np.int16]:
        """Return the label raster (n_y, n_x): index into `ids` by cell centre, or OUTSIDE.

        Worked out once.
        """
        if self._labels is None:
            self._labels = label(self.outlines, self._raster)
            self._labels.setflags(write=False)
        return self._labels
