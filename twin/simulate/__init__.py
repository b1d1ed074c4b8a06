"""A seeded, repeatable, living city.

Only the simulated feed, the command line and tests may import this room.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa

from twin.contracts.drones import DRONES
from twin.simulate import bikes, events, fleet, programmes, services, stories
from twin.simulate.bikes import PileUp
from twin.simulate.stories import Scenario, Truth
from twin.simulate.world import World, days

if TYPE_CHECKING:
    from twin.city import City

__all__ = ["PileUp", "Scenario", "Simulation", "Truth"]

_KEPT_DAYS = 3


class Simulation:
    """The city of one seed.

    Every local day is a function of (city, seed, telemetry_s, scenarios) and of nothing
    else.
    """

    def __init__(
        self,
        city: City,
        seed: int,
        telemetry_s: int,
        scenarios: tuple[Scenario, ...] = (),
    ) -> None:
        """Prepare the world; nothing is drawn yet.

        Raises:
            UsageError: a scenario of unknown name.
        """
        stories.check(scenarios)
        self.world = World(city, seed)
        self._fleet = fleet.fleet_of(self.world)
        self._items = programmes.items_of(self.world)
        self._telemetry_s, self._scenarios = telemetry_s, scenarios
        self.day = lru_cache(maxsize=_KEPT_DAYS + events.SOON_DAYS)(self._day)
        self._late = lru_cache(maxsize=_KEPT_DAYS + events.LOOKS_BACK_DAYS)(
            self._late_rows
        )

    def register(self, at: datetime) -> dict[str, pa.Table]:
        """Return the registers as they stand at `at`: aircraft, estates, lifts, communities."""
        return {
            DRONES.name: fleet.register(self.world, self._fleet, at),
            **programmes.register(self.world, self._items, at),
        }

    def _day(self, day: date) -> dict[str, pa.Table]:
        tables = events.events_of(self.world, day)
        told, _truth = stories.stories_day(self.world, day, self._scenarios)
        seen, _piles = bikes.bikes_day(self.world, day)
        for name, rows in (*told.items(), ("detections", seen)):
            tables[name] = (
                pa.concat_tables([tables[name], rows]) if name in tables else rows
            )
        return {
            **tables,
            **fleet.fleet_day(self.world, self._fleet, day, self._telemetry_s),
            **services.links_day(self.world, day),
            **services.indicators_day(self.world, day),
            **services.water_day(self.world, day),
            **programmes.programmes_day(self.world, self._items, day),
        }

    def _late_rows(self, day: date) -> dict[str, pa.Table]:
        return events.late_events_of(self.world, day)

    def days(
        self, start: datetime, end: datetime
    ) -> Iterator[tuple[date, dict[str, pa.Table]]]:
        """Yield each local day with its rows that may be recorded in (start, end], and others.

        A day whose cases take long is yielded twice: with what is recorded soon, and with the rest.
        """
        soon = days(self.world, start, end, events.SOON_DAYS)
        for day in days(self.world, start, end, events.LOOKS_BACK_DAYS):
            if self.world.midnight(day + timedelta(days=events.SOON_DAYS + 1)) <= end:
                yield day, self._late(day)
            if day >= soon[0]:
                yield day, self.day(day)

    def truth(self, start: datetime, end: datetime) -> list[Truth]:
        """Return what the stories that begin in [start, end) planted."""
        found = [
            truth
            for day in days(self.world, start, end, 0)
            for truth in stories.stories_day(self.world, day, self._scenarios)[1]
        ]
        return [truth for truth in found if start <= truth.at < end + timedelta(0)]

    def piles(self, start: datetime, end: datetime) -> list[PileUp]:
        """Return the piles of bikes that are first seen in [start, end), stories' among them."""
        found = [
            pile
            for day in days(self.world, start, end, 0)
            for pile in (
                *bikes.bikes_day(self.world, day)[1],
                *(
                    truth.pile
                    for truth in stories.stories_day(self.world, day, self._scenarios)[
                        1
                    ]
                    if truth.pile is not None
                ),
            )
        ]
        return [pile for pile in found if start <= pile.first_seen < end]
