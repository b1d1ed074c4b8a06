"""How much memory the faces take while they are looked at: it must not grow."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from layers.registry import load_registry
from twin.clock import to_text
from twin.faces.server import painting
from twin.query import QueryService

if TYPE_CHECKING:
    from twin.city import City

_SEED = 716


@dataclass(frozen=True)
class Line:
    """Memory after so many looks, MB.

    It tells all that the process holds, and what its caches count of it.
    """

    looks: int
    rss_mb: float
    kept_mb: float


def measure(
    city: City, lake: Path, looks: int, days: float, *, lines: int = 10
) -> Iterator[Line]:
    """Look back at random moments of the last `days`, at random districts.

    Yield the memory, `lines` times.

    The first look is not counted: it loads what every look needs.
    """
    registry = load_registry(city)
    service = QueryService(city, registry, lake)
    until = service.status().as_of
    context = painting.context(service, registry, city, lambda: until)
    districts = [row["district_id"] for row in city.reference["districts"].to_pylist()]
    chance = random.Random(_SEED)  # noqa: S311  (the same looks each time)
    every = max(1, looks // lines)
    for n in range(looks + 1):
        painting.face(context, "/", _search(until, days, districts, chance))
        if n % every == 0 and n:
            yield Line(n, rss_mb(), service.kept_bytes / 1e6)
    service.close()


def _search(
    until: datetime, days: float, districts: list[str], chance: random.Random
) -> str:
    as_of = until - timedelta(days=chance.uniform(0, days))
    return f"?v=1&as_of={to_text(as_of)}&district={chance.choice(districts)}"


def growth(lines: list[Line]) -> float:
    """Return by what share memory grew from the third line of a measure to its last.

    At the third line the caches are full.
    """
    return lines[-1].rss_mb / lines[min(2, len(lines) - 1)].rss_mb - 1


def rss_mb(pid: int | str = "self") -> float:
    """Return the memory that a process holds, MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return (
        int(
            next(
                line for line in status.splitlines() if line.startswith("VmRSS")
            ).split()[1]
        )
        / 1_000
    )
