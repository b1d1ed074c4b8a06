"""The brief at its hour, every day in the city's zone; one owner per lake."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from twin.errors import BusyError, LakeError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from twin.city import City

_LATE_S = 3_600


def trigger(city: City) -> CronTrigger:
    """Answer when the brief is due: the pack's `[schedule] brief`, 'HH:MM' in the city's zone."""
    due = str(cast("dict[str, Any]", city.settings.get("schedule", {})).get("brief", "07:30"))
    hour, minute = (int(part) for part in due.split(":"))
    return CronTrigger(hour=hour, minute=minute, timezone=city.zone)


def next_due(city: City, moment: datetime) -> datetime:
    """Answer the first moment after `moment` when the brief is due, in the city's zone."""
    return cast("datetime", trigger(city).get_next_fire_time(None, moment))


@contextmanager
def owner(lake: Path) -> Generator[None]:
    """Hold the schedule of `lake` for the length of the block.

    Raises:
        BusyError: another scheduler holds it.
    """
    try:
        with (lake / "schedule.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BusyError(f"Another scheduler already runs for the lake {lake}.", why="two would write every brief twice.",
                                fix="stop the other one first.") from error
            yield
    except (FileNotFoundError, PermissionError) as error:
        raise LakeError(f"The lake {lake} cannot hold the scheduler's lock: {error.strerror}.", fix="name the right lake with --lake.") from error


def run(city: City, lake: Path, job: Callable[[], None]) -> None:
    """Run `job` daily at its hour until interrupted; a run missed by less than an hour (a sleeping machine) is made up once."""
    with owner(lake):
        scheduler = BlockingScheduler(timezone=city.zone)
        scheduler.add_job(job, trigger(city), id="brief", coalesce=True, max_instances=1, misfire_grace_time=_LATE_S)
        scheduler.start()
