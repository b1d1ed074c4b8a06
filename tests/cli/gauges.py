"""A feed of somebody else: rain gauges behind a wire, which may be cut.

It is used as it stands, and as a package that is installed beside the program.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.feeds.feed import FeedType
from twin.pack.schema import Setting

SCHEMA = pa.schema([column.with_nullable(True) for column in TABLES["rain"].schema])


class Gauges:
    """One gauge that tells the rain at each whole second, while its wire, a file, is there."""

    def __init__(self, name: str, wire: Path) -> None:
        """Read nothing yet."""
        self.name, self._wire = name, wire

    def poll(self, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield the readings of (since, until]."""
        self._wire.read_bytes()
        seconds = range(int(since.timestamp()) + 1, int(until.timestamp()) + 1)
        at = [datetime.fromtimestamp(second, UTC) for second in seconds]
        yield Batch("rain", self.rain(at), self.name, str(self._wire))

    def rain(self, at: list[datetime]) -> pa.Table:
        """Readings at these moments, recorded as they were made."""
        n = len(at)
        columns: dict[str, Any] = {
            "station_id": [self.name] * n,
            "occurred_at": at,
            "recorded_at": at,
            "lon_ud": [1] * n,
            "lat_ud": [2] * n,
            "mm_5min": [float(each.second) for each in at],
            "source": ["gauges"] * n,
        }
        none = {name: [None] * n for name in SCHEMA.names if name not in columns}
        return pa.table(columns | none, schema=SCHEMA)


FEED = FeedType(
    lambda name, settings, city: Gauges(name, city.root / settings["wire"]),
    {"wire": Setting("text")},
)


def install(site: Path) -> None:
    """Put this feed into a folder of packages, as `acme-feeds` that offers `gauges`."""
    info = site / "acme_feeds-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: acme-feeds\nVersion: 1.0\n"
    )
    (info / "entry_points.txt").write_text("[twin.feeds]\ngauges = acme_gauges:FEED\n")
    (site / "acme_gauges.py").write_bytes(Path(__file__).read_bytes())


def with_feeds(pack: Path, text: str) -> Path:
    """Write what a city says of its feeds at the end of its city.toml."""
    file = pack / "city.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{text}", encoding="utf-8")
    return pack
