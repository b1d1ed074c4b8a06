"""A seeded, repeatable, living city. Only the simulated feed, the command line and tests may import this room."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa

from twin.contracts.drones import DRONES
from twin.simulate import events, fleet, programmes, services, stories
from twin.simulate.stories import Scenario, Truth
from twin.simulate.world import World, days

if TYPE_CHECKING:
    from twin.city import City

__all__ = ["Scenario", "Simulation", "Truth"]

_KEPT_DAYS = 3
_AFTER = 3
"""Days after its own in which a day's rows may still be recorded: cases that take long, reopened ones."""


class Simulation:
    """The city of one seed. Every local day is a function of (city, seed, telemetry_s, scenarios) and of nothing else."""

    def __init__(self, city: City, seed: int, telemetry_s: int, scenarios: tuple[Scenario, ...] = ()) -> None:
        """Prepare the world; nothing is drawn yet.

        Raises:
            UsageError: a scenario of unknown name.
        """
        stories.check(scenarios)
        self.world = World(city, seed)
        self._fleet = fleet.fleet_of(self.world)
        self._items = programmes.items_of(self.world)
        self._telemetry_s, self._scenarios = telemetry_s, scenarios
        self.day = lru_cache(maxsize=_KEPT_DAYS + _AFTER)(self._day)

    def register(self, at: datetime) -> dict[str, pa.Table]:
        """Answer the registers as they stand at `at`: aircraft, estates, lifts, communities."""
        return {DRONES.name: fleet.register(self.world, self._fleet, at), **programmes.register(self.world, self._items, at)}

    def _day(self, day: date) -> dict[str, pa.Table]:
        tables = events.events_of(self.world, day)
        told, _truth = stories.stories_day(self.world, day, self._scenarios)
        for name, rows in told.items():
            tables[name] = pa.concat_tables([tables[name], rows]) if name in tables else rows
        return {**tables, **fleet.fleet_day(self.world, self._fleet, day, self._telemetry_s), **services.links_day(self.world, day),
                **services.indicators_day(self.world, day), **services.water_day(self.world, day), **programmes.programmes_day(self.world, self._items, day)}

    def days(self, start: datetime, end: datetime) -> Iterator[tuple[date, dict[str, pa.Table]]]:
        """Answer each local day that may have rows recorded in (start, end], with all its rows."""
        for day in days(self.world, start, end, _AFTER):
            yield day, self.day(day)

    def truth(self, start: datetime, end: datetime) -> list[Truth]:
        """Answer what the stories that begin in [start, end) planted."""
        found = [truth for day in days(self.world, start, end, 0) for truth in stories.stories_day(self.world, day, self._scenarios)[1]]
        return [truth for truth in found if start <= truth.at < end + timedelta(0)]
