"""The only place that reads the clock. Everyone else is handed a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

Clock = Callable[[], datetime]
"""A function that answers the present moment, time zone UTC."""


def now() -> datetime:
    """Answer the present moment, UTC, with microseconds."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """Answer `moment` as ISO 8601 in UTC, ending in Z: the form used in links, snapshots and logs."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Read ISO 8601 with a zone; answer UTC.

    Raises:
        ValueError: not ISO 8601, or no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)


def year_share(day: date) -> float:
    """Return the share of the days of its year that have begun on `day`: 1/365 on the first, 1 on the last."""
    days = date(day.year, 12, 31).timetuple().tm_yday
    return day.timetuple().tm_yday / days
