"""Where things may lie: on land, off the water that the map draws, all over each street-level unit.

Places are drawn once per world as spots, each with room around it, so that a day needs no geometry.
Geometry is worked out in degrees whose longitudes are shrunk by the cosine of the latitude, so that
a distance is the same in every direction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from twin.geography import read_features

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from twin.simulate.world import World

M_PER_DEG = 111_320.0

# Least distance of a spot from water and from the district's border.
_MARGIN_M = 60.0

# How far east or west, and north or south, of its spot a thing lies at most.
ROAM_M = 25.0
_SPOTS, _TRIES, _ROUNDS, _OWN_ROUNDS = 160, 256, 9, 5
_NEAREST_M, _FARTHEST_M = 250.0, 1_500.0
_SHORE_SPOTS, _SHORE_M = 60, 110.0

# How far around its point things of a street lie that is in no outline.
_LOOSE_M = 300.0
_NEAR_M, _NEAR_TRIES = 150.0, 16


@dataclass(frozen=True)
class Spots:
    """Spots in columns, those of one street-level unit after another: `first` and `n` by street."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    roam_m: NDArray[np.float64]
    first: NDArray[np.int64]
    n: NDArray[np.int64]


class Ground:
    """The land of a world, and places drawn on it."""

    def __init__(self, world: World) -> None:
        """Keep the world; nothing is worked out yet."""
        self._world = world
        bounds = world.locator.outlines.bounds
        self._shrink = float(np.cos(np.radians((bounds[1] + bounds[3]) / 2)))

    @cached_property
    def water(self) -> BaseGeometry:
        """Return all water of the pack as one shape, deg, WGS 84; an empty one without any."""
        path = self._world.city.geography.get("water")
        features = read_features(path) if path else []
        shapes = [
            shapely.from_geojson(json.dumps(each["geometry"])) for each in features
        ]
        found = shapely.union_all(np.array(shapes, dtype=object))
        shapely.prepare(found)
        return found

    @cached_property
    def _land(self) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
        """Return each outline's land, shrunk, and whether all of it keeps the margin."""
        margin = _MARGIN_M / M_PER_DEG
        whole = self._shrunk(
            np.array(self._world.locator.outlines.shapes, dtype=object)
        )
        water = self._shrunk(np.array([self.water], dtype=object))[0]
        inner = shapely.difference(
            shapely.buffer(whole, -margin, quad_segs=2),
            shapely.buffer(water, margin, quad_segs=2),
        )
        dry = shapely.difference(whole, water)
        has_room = ~shapely.is_empty(inner)
        land = np.where(has_room, inner, np.where(shapely.is_empty(dry), whole, dry))
        shapely.prepare(land)
        return land, has_room

    def _shrunk(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        return shapely.transform(shapes, lambda at: at * np.array([self._shrink, 1.0]))

    @cached_property
    def spots(self) -> Spots:
        """Return the spots of every street-level unit."""
        world = self._world
        land, has_room = self._land
        n = len(world.street_code)
        east, north, roam = ([np.zeros(0)] * n for _ in range(3))
        for shape, room, name in zip(land, has_room, world.locator.ids, strict=True):
            streets = np.flatnonzero(world.street_district == name)
            for street, found in zip(
                streets, self._district(name, shape, streets), strict=True
            ):
                east[street], north[street] = found
                roam[street] = np.full(len(found[0]), ROAM_M if room else 0.0)
        for street in np.flatnonzero([not len(each) for each in east]):
            east[street], north[street] = self._loose(int(street))
            roam[street] = np.zeros(len(east[street]))
        count = np.array([len(each) for each in east])
        return Spots(
            np.concatenate(east) / self._shrink,
            np.concatenate(north),
            np.concatenate(roam),
            np.cumsum(count) - count,
            count,
        )

    def _district(
        self, name: str, land: BaseGeometry, streets: NDArray[np.int64]
    ) -> list[tuple[NDArray[np.float64], ...]]:
        """Return spots around each of a district's streets, shrunk.

        Of a street they lie nearer to its point than to another's, as far as that can be.
        """
        world, draw = self._world, self._world.draw("ground", name)
        home = np.stack(
            [world.street_lon[streets] * self._shrink, world.street_lat[streets]]
        )
        apart = np.hypot(*(home[:, :, None] - home[:, None, :]))
        near = np.where(apart > 1e-6, apart, np.inf).min(axis=1, initial=np.inf)
        sigma = np.clip(near * 0.45, _NEAREST_M / M_PER_DEG, _FARTHEST_M / M_PER_DEG)
        found = [np.zeros((2, 0)) for _ in streets]
        for turn in range(_ROUNDS):
            short = np.array(
                [at for at, each in enumerate(found) if each.shape[1] < _SPOTS], int
            )
            of = np.repeat(short, _TRIES)
            spot = home[:, of] + draw.normal(0, 1, (2, len(of))) * sigma[of]
            good = shapely.contains_xy(land, spot[0], spot[1])
            if turn < _OWN_ROUNDS:
                away = np.hypot(*(spot[:, :, None] - home[:, None, :]))
                good &= away[np.arange(len(of)), of] <= away.min(axis=1) + 1e-9
            inside = world.locator.districts(
                spot[0][good] / self._shrink, spot[1][good]
            )
            good[good] = inside == name
            for at in map(int, short):
                mine = spot[:, good & (of == at)]
                found[at] = np.concatenate([found[at], mine], axis=1)[:, :_SPOTS]
                sigma[at] *= 1.5 if mine.shape[1] < _SPOTS // 4 else 1.0
        anywhere = self._anywhere(draw, land)
        return [tuple(each) if each.shape[1] else anywhere for each in found]

    def _anywhere(
        self, draw: np.random.Generator, land: BaseGeometry
    ) -> tuple[NDArray[np.float64], ...]:
        """Return spots all over a district's land, shrunk."""
        west, south, east, north = land.bounds
        x, y = (
            draw.uniform(west, east, 8 * _TRIES),
            draw.uniform(south, north, 8 * _TRIES),
        )
        good = shapely.contains_xy(land, x, y)
        inside = land.representative_point()
        return (
            (x[good], y[good])
            if good.any()
            else (np.array([inside.x]), np.array([inside.y]))
        )

    def _loose(self, street: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return spots around a street of a district without an outline, shrunk."""
        world = self._world
        draw = world.draw("loose ground", world.street_code[street])
        lon, lat = float(world.street_lon[street]), float(world.street_lat[street])
        east, north = draw.normal(0, _LOOSE_M / M_PER_DEG, (2, _SPOTS))
        x: NDArray[np.float64] = lon + east / self._shrink
        y: NDArray[np.float64] = lat + north
        dry = ~shapely.intersects_xy(self.water, x, y)
        if not dry.any():
            x, y = (np.array([each]) for each in self.ashore(lon, lat))
            dry = np.ones(1, bool)
        return x[dry] * self._shrink, y[dry]

    def scatter(
        self, draw: np.random.Generator, streets: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.object_]]:
        """Return longitudes, latitudes (deg) and districts of places in `streets`, on land."""
        spots, n = self.spots, len(streets)
        at = spots.first[streets] + (draw.random(n) * spots.n[streets]).astype(np.int64)
        lon, lat = self._around(draw, spots.lon[at], spots.lat[at], spots.roam_m[at])
        return lon, lat, self._world.street_district[streets]

    def _around(
        self,
        draw: np.random.Generator,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        roam_m: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        east, north = draw.uniform(-1, 1, (2, len(lon))) * roam_m / M_PER_DEG
        return lon + east / self._shrink, lat + north

    @cached_property
    def _shore(
        self,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Return longitudes and latitudes of spots beside water, and the nearest street of each."""
        world, draw = self._world, self._world.draw("shore")
        water = self._shrunk(np.array([self.water], dtype=object))[0]
        line = shapely.boundary(
            shapely.buffer(water, _SHORE_M / M_PER_DEG, quad_segs=2)
        )
        land, has_room = self._land
        parts: list[NDArray[np.float64]] = []
        for name, banks in zip(
            np.array(world.locator.ids)[has_room],
            shapely.intersection(land[has_room], line),
            strict=True,
        ):
            mine = np.flatnonzero(world.street_district == name)
            lines = np.array(
                [each for each in shapely.get_parts(banks) if each.length > 0], object
            )
            if not len(lines) or not len(mine):
                continue
            length = np.cumsum(shapely.length(lines))
            along = draw.random(_SHORE_SPOTS) * float(length[-1])
            which = np.searchsorted(length, along)
            left = along - np.concatenate([[0.0], length])[which]
            spot = shapely.get_coordinates(
                shapely.line_interpolate_point(lines[which], left)
            ).T
            away = np.hypot(
                spot[0][:, None] - world.street_lon[mine] * self._shrink,
                spot[1][:, None] - world.street_lat[mine],
            )
            street = mine[away.argmin(axis=1)].astype(np.float64)
            parts.append(np.stack([spot[0] / self._shrink, spot[1], street]))
        lon, lat, street = np.concatenate(parts, axis=1) if parts else np.zeros((3, 0))
        return lon, lat, street.astype(np.int64)

    def beside_water(
        self,
        draw: np.random.Generator,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        street: NDArray[np.int64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Return places on the shore, and their streets; the given ones where the city has none."""
        shore_lon, shore_lat, shore_street = self._shore
        if not len(shore_lon) or not len(lon):
            return lon, lat, street
        weight = np.sqrt(self._world.street_weight[shore_street])
        at = draw.choice(len(weight), len(lon), p=weight / weight.sum())
        found = self._around(
            draw, shore_lon[at], shore_lat[at], np.full(len(at), ROAM_M)
        )
        return *found, shore_street[at]

    def ashore(self, lon: float, lat: float) -> tuple[float, float]:
        """Return the place itself, or the nearest on land where the map draws it in water, deg."""
        if not shapely.intersects_xy(self.water, lon, lat):
            return lon, lat
        land, _ = self._land
        point = shapely.points(lon * self._shrink, lat)
        line = shapely.shortest_line(
            point, land[int(np.argmin(shapely.distance(land, point)))]
        )
        at = shapely.get_point(line, -1)
        return float(at.x) / self._shrink, float(at.y)

    def near(
        self, draw: np.random.Generator, lon: float, lat: float, district: str | None
    ) -> tuple[float, float]:
        """Return a place on land of the same district, within `_NEAR_M` in each direction.

        If none is found, the place itself, or the nearest on land.
        """
        east, north = draw.uniform(-1, 1, (2, _NEAR_TRIES)) * _NEAR_M / M_PER_DEG
        x: NDArray[np.float64] = lon + east / self._shrink
        y: NDArray[np.float64] = lat + north
        good = ~shapely.intersects_xy(self.water, x, y)
        if district is not None:
            good &= self._world.locator.districts(x, y) == district
        at = np.flatnonzero(good)
        return (float(x[at[0]]), float(y[at[0]])) if len(at) else self.ashore(lon, lat)

    def street_spot(
        self, streets: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the pack's point of each street, deg; its first spot where that is in water."""
        world, spots = self._world, self.spots
        lon, lat = world.street_lon[streets].copy(), world.street_lat[streets].copy()
        wet = shapely.intersects_xy(self.water, lon, lat)
        lon[wet], lat[wet] = (
            each[spots.first[streets[wet]]] for each in (spots.lon, spots.lat)
        )
        return lon, lat
