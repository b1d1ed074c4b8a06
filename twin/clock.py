"""The only place that reads the clock. Everyone else is handed a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

# A function that answers the present moment, time zone UTC.
Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the present moment, UTC, with microseconds."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """Return `moment` as ISO 8601 in UTC, ending in Z.

    This is the form used in links, snapshots and logs.
    """
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


# Nobody has a question about a moment outside, UTC. Inside, every zone has a calendar day,
# and a reckoning of years back or on stays in the calendar.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def from_text(text: str) -> datetime:
    """Read ISO 8601 with a zone; answer UTC.

    Raises:
        ValueError: not ISO 8601, no zone, or not in the calendar as UTC.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} lies outside the calendar") from None


def asked_for(text: str) -> datetime:
    """Read a moment that somebody asks for, in a command or a link; return it in UTC.

    It is read as `from_text` does.

    Raises:
        ValueError: as `from_text`, or it lies outside EARLIEST to LATEST.
    """
    moment = from_text(text)
    if not EARLIEST <= moment < LATEST:
        raise ValueError(
            f"{text!r} lies outside the years {EARLIEST.year} to {LATEST.year - 1}"
        )
    return moment


def year_share(day: date) -> float:
    """Return the share of the days of its year that have begun on `day`.

    It is 1/365 on the first, 1 on the last.
    """
    days = date(day.year, 12, 31).timetuple().tm_yday
    return day.timetuple().tm_yday / days
