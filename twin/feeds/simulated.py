"""The simulated city as a feed like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from twin.feeds.batch import Batch
from twin.feeds.feed import FeedType, Kind
from twin.pack.schema import Setting
from twin.simulate import Scenario, Simulation

if TYPE_CHECKING:
    from twin.city import City

NAME = "simulated"

# Of the demo and of `twin simulate`, unless another is asked for.
SEED = 716

# Between heartbeats of an aircraft in the air, in a city that lives, s.
LIVE_TELEMETRY_S = 10


class Simulated:
    """Rows of a seeded city.

    Which rows there are depends on city, seed, telemetry and scenarios only, never on
    how time is cut.
    """

    kind: Kind = "simulated"

    def __init__(
        self,
        city: City,
        seed: int,
        *,
        telemetry_s: int = 60,
        scenarios: tuple[Scenario, ...] = (),
        name: str = NAME,
    ) -> None:
        """Prepare the city of `seed`.

        Args:
            telemetry_s: seconds between heartbeats of an aircraft in the air; whole
                multiples give subsets.
            scenarios: stories placed at a moment, besides those that the calendar brings.
            name: what the city calls this feed.
        """
        self.name = name
        self._simulation = Simulation(city, seed, telemetry_s, scenarios)
        self._origin = f"seed {seed}"

    def begin(self, at: datetime) -> Iterator[Batch]:
        """Yield the registers as they stand at `at`, where the logs begin.

        They are aircraft, estates, lifts and communities.
        """
        for name, rows in self._simulation.register(at).items():
            yield Batch(name, rows, NAME, self._origin)

    def poll(self, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield the rows recorded in (since, until], a local day at a time."""
        low, high = (
            pa.scalar(moment, pa.timestamp("us", tz="UTC")) for moment in (since, until)
        )
        for _day, tables in self._simulation.days(since, until):
            for name, rows in tables.items():
                known = rows["recorded_at"]
                found = rows.filter(
                    pc.and_(pc.greater(known, low), pc.less_equal(known, high))
                )
                if found.num_rows:
                    yield Batch(name, found, NAME, self._origin)


def _open(name: str, settings: Mapping[str, Any], city: City) -> Simulated:
    return Simulated(
        city,
        settings.get("seed", SEED),
        telemetry_s=settings.get("telemetry_s", LIVE_TELEMETRY_S),
        name=name,
    )


FEED = FeedType(
    _open,
    {
        "seed": Setting("whole", -(2**63), 2**63 - 1, needed=False),
        "telemetry_s": Setting("whole", 1, 3_600, needed=False),
    },
)
