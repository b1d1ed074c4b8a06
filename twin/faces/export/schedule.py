"""When the brief is due: once in every civil day of the city's zone; one owner per lake."""

from __future__ import annotations

import fcntl
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast

from twin.errors import BusyError, LakeError, PackError, UsageError
from twin.faces.export import registry

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from twin.city import City

# How long a brief is owed: within it a failed one is tried again and a missed one made up.
HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """One brief that is to be written.

    Attributes:
        day: the civil day that it is for.
        at: when it is due, in the city's zone.
    """

    day: date
    at: datetime

    @property
    def until(self) -> datetime:
        """Return when it is owed no longer, in the city's zone."""
        return (self.at.astimezone(UTC) + HOUR).astimezone(self.at.tzinfo)


def hour(city: City) -> time:
    """Return the time of day of the pack's `[schedule] brief`, by the city's clock."""
    return time.fromisoformat(cast("Any", city.settings["schedule"])["brief"])


def formats(city: City) -> tuple[str, ...]:
    """Return the formats of the brief: `[schedule] formats` of the pack, or the usual ones.

    Raises:
        PackError: the pack names none, or one that is not there.
    """
    given = cast("Any", city.settings["schedule"]).get("formats", list(registry.USUAL))
    fix = f'write it as formats = ["{registry.USUAL[0]}", "{registry.USUAL[1]}"].'
    if not isinstance(given, list) or not all(
        isinstance(name, str) for name in cast("list[object]", given)
    ):
        raise PackError(
            f"city.toml: [schedule] formats is {given!r}, not a list of names.", fix=fix
        )
    names = tuple(dict.fromkeys(cast("list[str]", given)))
    try:
        registry.ensure_there(names)
    except UsageError as error:
        raise PackError(
            f"city.toml: [schedule] formats: {error.what}", why=error.why, fix=error.fix
        ) from error
    return names


def due_on(day: date, at: time, zone: ZoneInfo) -> Due | None:
    """Return the brief of a civil day; None for a day that the zone leaves out.

    Of an hour that comes twice the first counts. One that does not exist is read by the
    clock before the gap:
    02:30 becomes 03:30 where the clocks go from 02:00 to 03:00. RFC 5545 (3.3.5) reads both so.
    """
    noon = datetime.combine(day, time(12), zone).astimezone(UTC)
    if noon.astimezone(zone).date() != day:
        return None
    return Due(day, datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone))


def next_due(city: City, moment: datetime) -> datetime:
    """Return the first moment after `moment` when the brief is due, in the city's zone."""
    return following(city, moment).at


def following(city: City, moment: datetime) -> Due:
    """Return the first brief that is due after `moment`."""
    return next(
        due for due in _dues(city, moment) if due.at.timestamp() > moment.timestamp()
    )


def owed(city: City, moment: datetime, delivered: Collection[date]) -> Due | None:
    """Return the brief that is owed at `moment`, or None if none is.

    It was due within the last hour, and is not delivered.

    Args:
        delivered: days whose brief was delivered.
    """
    now = moment.timestamp()
    open_now = (
        due
        for due in _dues(city, moment)
        if due.at.timestamp() <= now < due.until.timestamp()
    )
    return next((due for due in open_now if due.day not in delivered), None)


def last_due(city: City, moment: datetime) -> Due:
    """Return the newest brief that was due at `moment` or before it."""
    dues = _dues(city, moment)
    return [due for due in dues if due.at.timestamp() <= moment.timestamp()][-1]


def _dues(city: City, moment: datetime) -> list[Due]:
    """Return the briefs of the civil days around that of `moment`, in their order."""
    today, at = moment.astimezone(city.zone).date(), hour(city)
    days = (today + n * _DAY for n in range(-2, 4))
    return [due for day in days if (due := due_on(day, at, city.zone))]


@contextmanager
def owner(lake: Path) -> Generator[None]:
    """Hold the schedule of `lake` for the length of the block.

    Raises:
        BusyError: another scheduler holds it. LakeError: there is no such lake, or it
            cannot be written.
    """
    try:
        file = (lake / "schedule.lock").open("w")
    except OSError as error:
        raise LakeError(
            f"The lake {lake} cannot hold the scheduler's lock: {error.strerror}.",
            fix="name the right lake with --lake.",
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BusyError(
                f"Another scheduler already runs for the lake {lake}.",
                why="two would write every brief twice.",
                fix="stop the other one first.",
            ) from error
        yield
