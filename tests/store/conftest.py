"""A small lake of rain, filled ten seconds at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from twin.city import City
from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.store import Lake, Published, Snapshot, newest, publish, seal

START = datetime(2026, 7, 16, 4, tzinfo=UTC)


@dataclass
class Filler:
    """Publishes into one lake. Each tick is ten seconds later and brings `n` readings, one
    from each of `n` gauges.
    """

    lake: Lake
    city: City
    tick: int = 0
    done: list[Published] = field(default_factory=list[Published])

    @property
    def at(self) -> datetime:
        """The moment of the last tick."""
        return START + timedelta(seconds=10 * self.tick)

    def rain(self, n: int = 5, **changes: object) -> pa.Table:
        """Readings at the moment of the last tick; `changes` replace whole columns by one value."""
        columns: dict[str, object] = {
            "station_id": [f"R{gauge}" for gauge in range(n)],
            "occurred_at": [self.at] * n,
            "recorded_at": [self.at] * n,
            "district_id": [None] * n,
            "lon_ud": [1] * n,
            "lat_ud": [2] * n,
            "mm_5min": [float(self.tick % 60)] * n,
            "source": ["test"] * n,
        }
        return pa.table(
            columns | {name: [value] * n for name, value in changes.items()},
            schema=pa.schema(
                [each.with_nullable(True) for each in TABLES["rain"].schema]
            ),
        )

    def publish(self, *batches: Batch, n: int = 5, step: bool = True) -> Snapshot:
        """Publish the given batches, or `n` readings, at the next tick."""
        self.tick += step
        moment = self.at
        given = batches or (Batch("rain", self.rain(n), "gauges", "box.csv"),)
        snapshot, done = publish(
            self.lake,
            self.city,
            given,
            as_of=moment,
            simulated=True,
            now=lambda: moment,
        )
        self.done.append(done)
        return snapshot

    def again(self) -> Lake:
        """The same lake as another process would open it: nothing verified yet."""
        return Lake(self.lake.path)

    def after(self, ticks: int) -> Snapshot:
        """Publish `n` readings that many ticks later."""
        self.tick += ticks - 1
        return self.publish()

    def current(self) -> Snapshot:
        """The newest snapshot."""
        found = newest(self.again())
        assert found is not None
        return found


def resealed(path: Path, **changes: object) -> None:
    """Write a sealed file anew with other words, sealed again.

    This program would never write them.
    """
    said = seal.unseal(path.read_bytes(), None) | changes
    path.write_bytes(seal.seal(said, None))


@pytest.fixture(scope="session")
def city() -> City:
    """The made-up city of three districts."""
    return load_city(Path(__file__).resolve().parents[1] / "cities" / "trio")


@pytest.fixture
def filler(tmp_path: Path, city: City) -> Filler:
    """A filler of a lake that is not there yet."""
    return Filler(Lake(tmp_path / "lake"), city)
