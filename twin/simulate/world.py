"""The ground of the simulated city: where people live, what the seed says of each day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twin.geography import Locator
from twin.simulate.ground import Ground

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.city import City

UTC_US = pa.timestamp("us", tz="UTC")

# Places in each district around which things happen, where the pack has no streets.
_SPOTS = 40


@dataclass(frozen=True)
class Storm:
    """One storm.

    It begins `start_s` after local midnight, lasts `length_s`, and peaks at `peak_mm`
    in five minutes.
    """

    start_s: int
    length_s: int
    peak_mm: float


class World:
    """What every part of the simulation shares: same city and seed, same world."""

    def __init__(self, city: City, seed: int) -> None:
        """Read the pack once; nothing random happens here."""
        self.city, self.seed = city, seed
        self.locator = Locator(city)
        streets = city.reference["streets"]
        self.has_streets = streets.num_rows > 0
        if not self.has_streets:
            streets = _spots(self)
        self.street_code = np.array(streets["street_code"].to_pylist(), object)
        self.street_name = np.array(streets["name"].to_pylist(), object)
        self.street_district = np.array(streets["district_id"].to_pylist(), object)
        self.street_lon = streets["lon_ud"].to_numpy().astype(np.float64) / 1e6
        self.street_lat = streets["lat_ud"].to_numpy().astype(np.float64) / 1e6
        self.words = (
            "zh"
            if any("\u4e00" <= letter <= "\u9fff" for letter in city.name)
            else "en"
        )

    def reported_street(self, streets: NDArray[np.int64]) -> pa.Array:
        """Return the codes of `streets` as a row may name them.

        They are null where the pack has no streets.
        """
        if self.has_streets:
            return pa.array(self.street_code[streets], pa.string())
        return pa.nulls(len(streets), pa.string())

    @cached_property
    def ground(self) -> Ground:
        """Return the land, and places on it."""
        return Ground(self)

    @cached_property
    def street_weight(self) -> NDArray[np.float64]:
        """Return how much happens around each street-level unit.

        It is people of its district per unit, more near the centre.
        """
        districts = self.city.reference["districts"]
        people = dict(
            zip(
                districts["district_id"].to_pylist(),
                districts["population"].to_pylist(),
                strict=True,
            )
        )
        units = {
            name: int((self.street_district == name).sum())
            for name in set(self.street_district)
        }
        base = np.array(
            [
                (people.get(name) or 100_000) / units[name]
                for name in self.street_district
            ]
        )
        weight = base * (0.25 + self._centrality)
        return weight / weight.sum()

    @cached_property
    def country_weight(self) -> NDArray[np.float64]:
        """Return how much happens around each street-level unit of what belongs to open land."""
        weight = 1.02 - self._centrality
        return weight / weight.sum()

    @cached_property
    def _centrality(self) -> NDArray[np.float64]:
        """Return 1 at the city's centre, falling to 0 away from it."""
        home = self.city.cameras["city"]
        away_km = np.hypot(
            (self.street_lon - home.lon) * 95, (self.street_lat - home.lat) * 111
        )
        return np.exp(-((away_km / 12) ** 2))

    @cached_property
    def areas(self) -> list[str]:
        """Return the districts that have an outline, and 'city'."""
        return [*self.locator.ids, "city"]

    @cached_property
    def population(self) -> int:
        """Return the people of all districts together."""
        return (
            sum(self.city.reference["districts"]["population"].drop_null().to_pylist())
            or 100_000
        )

    def draw(self, *names: object) -> np.random.Generator:
        """Return the random numbers that belong to `names` (a table, a day).

        They are the same ones every time.
        """
        text = "|".join(str(name) for name in (self.seed, self.city.id, *names))
        return np.random.default_rng(
            int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        )

    def midnight(self, day: date) -> datetime:
        """Return the start of a local day, UTC."""
        return datetime.combine(day, time(), self.city.zone).astimezone(UTC)

    def length_s(self, day: date) -> int:
        """Return how long a local day is, s: an hour less or more where the clocks change."""
        return int(
            (
                self.midnight(day + timedelta(days=1)) - self.midnight(day)
            ).total_seconds()
        )

    def storm(self, day: date) -> Storm | None:
        """Return the day's storm, if there is one.

        It comes about every ninth day in the warm half of the year, every twelfth in
        the cold.
        """
        draw = self.draw("weather", day)
        if draw.random() > (1 / 9 if 4 <= day.month <= 9 else 1 / 12):
            return None
        return Storm(
            int(draw.integers(6, 20) * 3_600),
            int(draw.integers(60, 180) * 60),
            float(draw.uniform(3, 12)),
        )


def _spots(world: World) -> pa.Table:
    """Return places inside each district's outline, for a pack without streets.

    They have the columns of its streets, are called like their district, and their
    codes are in no table.
    """
    districts = world.city.reference["districts"]
    names = dict(
        zip(
            districts["district_id"].to_pylist(),
            districts["name"].to_pylist(),
            strict=True,
        )
    )
    rows: list[dict[str, Any]] = []
    for name, shape in zip(
        world.locator.ids, world.locator.outlines.shapes, strict=True
    ):
        draw = world.draw("spots", name)
        west, south, east, north = shape.bounds
        lon, lat = (
            draw.uniform(low, high, 64 * _SPOTS)
            for low, high in ((west, east), (south, north))
        )
        found = np.flatnonzero(world.locator.districts(lon, lat) == name)[:_SPOTS]
        inside = shape.representative_point()
        places = [(float(lon[at]), float(lat[at])) for at in found] or [
            (inside.x, inside.y)
        ]
        rows += [
            {
                "street_code": f"{name}-{number}",
                "name": names[name],
                "district_id": name,
                "lon_ud": round(x * 1e6),
                "lat_ud": round(y * 1e6),
            }
            for number, (x, y) in enumerate(places, 1)
        ]
    return pa.Table.from_pylist(rows)


def micro(degrees: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return whole micro-degrees."""
    return np.rint(degrees * 1e6).astype(np.int32)


def moments(
    start: datetime, seconds: NDArray[Any], mask: NDArray[np.bool_] | None = None
) -> pa.Array:
    """Return `start` plus whole seconds as moments, UTC; null where `mask`."""
    base = np.datetime64(start.astimezone(UTC).replace(tzinfo=None), "us")
    return pa.array(
        base + np.asarray(seconds).astype("timedelta64[s]"),
        pa.timestamp("us"),
        mask=mask,
    ).cast(UTC_US)


def days(world: World, start: datetime, end: datetime, before: int) -> list[date]:
    """Return the local days whose rows may be recorded in (start, end].

    They are `before` more days than the range itself.
    """
    first = start.astimezone(world.city.zone).date() - timedelta(days=before)
    last = end.astimezone(world.city.zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
