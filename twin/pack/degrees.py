"""Outlines in degrees of WGS 84, longitude first.

They are re-projected, or refused where nothing says what they are in.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from twin.contracts.crs import to_wgs84
from twin.errors import PackError, UsageError
from twin.pack.geography import crs_name
from twin.pack.naming import Area
from twin.pack.rings import mended

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pyproj

    from twin.pack.outlines import Reading

NORTH_DEG = 85.0

# Datums of Chinese maps, which no list of reference systems has.
_SHIFTED = ("GCJ-02", "BD-09")


def in_degrees(
    path: Path,
    content: Mapping[str, Any],
    areas: list[Area],
    reading: Reading,
    told: list[str],
) -> list[Area]:
    """Return the areas in degrees of WGS 84, longitude first."""
    if reading.swap_axes:
        areas = _turned(areas, lambda xy: xy[:, ::-1])
        told.append("Longitude and latitude changed places, as asked.")
    said = reading.crs or crs_name(content)
    box = _bounds(areas)
    in_degrees = -180 <= box[0] <= box[2] <= 180 and -90 <= box[1] <= box[3] <= 90
    if (datum := _shifted(said)) and in_degrees:
        told.append(f"Moved from {datum} to WGS 84.")
        return _turned(
            areas, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum))
        )
    if said and not datum:
        crs = _crs(said, path, given=bool(reading.crs))
        if not _is_wgs84(crs):
            return _projected(path, areas, crs, said, told, in_degrees=in_degrees)
    if in_degrees:
        return areas
    reach = f"{path.name} reaches from {box[0]:g}, {box[1]:g} to {box[2]:g}, {box[3]:g}"
    if -90 <= box[0] <= box[2] <= 90 and -180 <= box[1] <= box[3] <= 180:
        raise PackError(
            f"{reach}: longitude and latitude are swapped.",
            why="GeoJSON gives longitude first, and no latitude is beyond 90.",
            fix="write lon, then lat, or give --swap-axes.",
        )
    if -360 <= box[0] <= box[2] <= 360 and -90 <= box[1] <= box[3] <= 90:
        raise PackError(
            f"{reach}: it crosses the date line, or counts longitudes from 0 to 360.",
            why="the map goes from -180 to 180.",
            fix="give the outlines of one side, with longitudes from -180 to 180.",
        )
    raise PackError(
        f"{reach}, which are not degrees, and nothing says what they are.",
        why="coordinates in metres mean a place only with their reference system.",
        fix="say it, as in --crs EPSG:32650, or re-project the file to WGS 84.",
    )


def _crs(said: str, path: Path, *, given: bool) -> pyproj.CRS:
    import pyproj
    from pyproj.exceptions import CRSError

    try:
        return pyproj.CRS.from_user_input(said)
    except CRSError as error:
        where = "--crs" if given else f"the crs of {path.name}"
        raise UsageError(
            f"{where} is {said[:80]!r}, which is no reference system.",
            fix=(
                "name one by its EPSG code, as in --crs EPSG:32650, or GCJ-02 or BD-09."
            ),
        ) from error


def _is_wgs84(crs: pyproj.CRS) -> bool:
    return crs.to_epsg() == 4326 or crs.to_authority() == ("OGC", "CRS84")


def _projected(
    path: Path,
    areas: list[Area],
    crs: pyproj.CRS,
    said: str,
    told: list[str],
    *,
    in_degrees: bool,
) -> list[Area]:
    import pyproj

    if crs.is_projected and in_degrees:
        raise PackError(
            f"{path.name} is said to be in {said[:80]!r}, in metres, and its"
            " coordinates are degrees.",
            fix=(
                "give --crs EPSG:4326 if they are of WGS 84, or the system that they"
                " are in."
            ),
        )
    if crs.is_geographic and not in_degrees:
        raise PackError(
            f"{path.name} is said to be in {said[:80]!r}, in degrees, and its"
            " coordinates are not.",
            fix="name the system that they are in, as in --crs EPSG:32650.",
        )
    to = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)

    moved = _turned(areas, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1])))
    box = _bounds(moved)
    if not all(map(math.isfinite, box)):
        raise PackError(
            f"{path.name} cannot be re-projected: coordinates lie outside of"
            f" {said[:80]!r}.",
            fix="name the system that they are in, as in --crs EPSG:32650.",
        )
    told.append(f"Re-projected from {crs.name} ({said[:80]}) to WGS 84.")
    return [Area(each.number, each.said, mended(each.shape)) for each in moved]


def _turned(areas: Sequence[Area], change: Callable[[Any], Any]) -> list[Area]:
    """Return the areas with other corners; `change` is given n pairs and returns as many."""
    return [
        Area(each.number, each.said, shapely.transform(each.shape, change))
        for each in areas
    ]


def _shifted(said: str) -> str:
    """Return the datum of Chinese maps that is named, '' for another system."""
    plain = said.upper().replace("-", "").strip()
    return next((datum for datum in _SHIFTED if datum.replace("-", "") == plain), "")


def _bounds(areas: Sequence[Area]) -> tuple[float, float, float, float]:
    west, south, east, north = (
        float(edge)
        for edge in shapely.total_bounds(
            np.array([each.shape for each in areas], dtype=object)
        )
    )
    return west, south, east, north


def refuse_edges(path: Path, areas: Sequence[Area]) -> None:
    """Refuse outlines that the map cannot hold.

    Raises:
        PackError: they lie on both sides of the date line, or reach a pole.
    """
    west, south, east, north = _bounds(areas)
    if east - west > 180:
        raise PackError(
            f"{path.name} reaches from {west:g} to {east:g}: it lies on both sides of"
            " the date line.",
            why="the map does not go on beyond 180 degrees.",
            fix="give the outlines of one side.",
        )
    if south < -NORTH_DEG or north > NORTH_DEG:
        raise PackError(
            f"{path.name} reaches from latitude {south:g} to {north:g}.",
            why=f"the map ends at {NORTH_DEG:g} degrees.",
            fix="give outlines that lie between.",
        )
