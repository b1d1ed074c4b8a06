"""The simulated city as a feed like any other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from twin.arrow import compute as pc
from twin.feeds.batch import Batch
from twin.simulate import Scenario, Simulation

if TYPE_CHECKING:
    from twin.city import City

NAME = "simulated"


class Simulated:
    """Rows of a seeded city.

    Which rows there are depends on city, seed, telemetry and scenarios only, never on
    how time is cut.
    """

    def __init__(
        self,
        city: City,
        seed: int,
        *,
        telemetry_s: int = 60,
        scenarios: tuple[Scenario, ...] = (),
    ) -> None:
        """Prepare the city of `seed`.

        Args:
            telemetry_s: seconds between heartbeats of an aircraft in the air; whole
                multiples give subsets.
            scenarios: stories placed at a moment, besides those that the calendar brings.
        """
        self._simulation = Simulation(city, seed, telemetry_s, scenarios)
        self._origin = f"seed {seed}"

    def register(self, at: datetime) -> Iterator[Batch]:
        """Return the registers as they stand at `at`, where the logs begin.

        They are aircraft, estates, lifts and communities.
        """
        for name, rows in self._simulation.register(at).items():
            yield Batch(name, rows, NAME, self._origin)

    def between(self, start: datetime, end: datetime) -> Iterator[Batch]:
        """Return the rows recorded in (start, end], a local day at a time."""
        low, high = (
            pa.scalar(moment, pa.timestamp("us", tz="UTC")) for moment in (start, end)
        )
        for _day, tables in self._simulation.days(start, end):
            for name, rows in tables.items():
                known = rows["recorded_at"]
                found = rows.filter(
                    pc.and_(pc.greater(known, low), pc.less_equal(known, high))
                )
                if found.num_rows:
                    yield Batch(name, found, NAME, self._origin)
