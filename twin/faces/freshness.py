"""When data are late: the one reckoning for pictures, tables and health.

Pages that live reckon it in the browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from datetime import datetime

    from twin.city import City

State = Literal["fresh", "late", "old"]


@dataclass(frozen=True)
class Freshness:
    """How old the newest data may be.

    Attributes:
        ttl_s: older than this they are late: faces hatch their moment.
        stale_factor: older than this many times `ttl_s` they are old: figures are dimmed, too.
    """

    ttl_s: float
    stale_factor: float

    def state(self, as_of: datetime, now: datetime) -> State:
        """Return how data of the moment `as_of` are at the moment `now` (both UTC)."""
        age_s = (now - as_of).total_seconds()
        if age_s <= self.ttl_s:
            return "fresh"
        return "late" if age_s <= self.ttl_s * self.stale_factor else "old"


def freshness(city: City) -> Freshness:
    """Return what the pack says in [freshness], `snapshot_ttl_s` and `snapshot_stale_factor`."""
    said = cast("Any", city.settings["freshness"])
    return Freshness(
        float(said["snapshot_ttl_s"]), float(said["snapshot_stale_factor"])
    )
