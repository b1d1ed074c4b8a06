"""`twin simulate`: fill a lake with a seeded city."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.cli.common import report, the_city, with_city, with_json, with_lake

if TYPE_CHECKING:
    from twin.city import City
    from twin.simulate import Scenario

_LIVELY = time_of_day(10, 30)


@click.command()
@with_city
@with_lake
@with_json
@click.option(
    "--days",
    default=30,
    show_default=True,
    type=click.IntRange(1, 1_000),
    help="Days of history.",
)
@click.option(
    "--seed", default=716, show_default=True, type=int, help="Same seed, same rows."
)
@click.option(
    "--until",
    default=None,
    metavar="MOMENT",
    help=(
        "End of the history, ISO 8601 with zone; by default the last 10:30 in the city."
    ),
)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="NAME@MOMENT",
    help="Place a story at a moment; may be given more than once.",
)
def command(
    city_name: str | None,
    lake: Path,
    as_json: bool,
    days: int,
    seed: int,
    until: str | None,
    scenarios: tuple[str, ...],
) -> None:
    """Write a seeded, repeatable city into a new lake and publish it as one snapshot."""
    from twin.clock import asked_for, now, to_text
    from twin.errors import UsageError
    from twin.feeds.simulated import Simulated
    from twin.store import Lake, publish

    city = the_city(city_name)
    try:
        end = lively(city, now()) if until is None else asked_for(until)
    except ValueError as error:
        raise UsageError(
            f"--until cannot be read: {error}.",
            fix="write it as 2026-11-23T00:00:00+08:00.",
        ) from error
    begun = time.perf_counter()
    feed = Simulated(city, seed, scenarios=placed(scenarios))
    start = end - timedelta(days=days)
    snapshot, done = publish(
        Lake(lake),
        city,
        [*feed.begin(start), *feed.poll(start, end)],
        as_of=end,
        simulated=True,
        now=now,
        polled={feed.name: end},
    )
    seconds = time.perf_counter() - begun
    total = sum(done.rows.values())
    report(
        as_json,
        {
            "snapshot": snapshot.id,
            "as_of": to_text(snapshot.as_of),
            "rows": done.rows,
            "seconds": round(seconds, 1),
            "rows_per_s": round(total / seconds),
            "quarantined": done.quarantined,
        },
        [
            *(
                f"{name:>20} {rows:>12,} rows"
                for name, rows in done.rows.items()
                if rows
            ),
            (
                f"{total:,} rows in {seconds:.1f} s, {total / seconds:,.0f} rows/s,"
                f" {done.quarantined} in quarantine; snapshot {snapshot.id}."
            ),
        ],
    )


def lively(city: City, moment: datetime) -> datetime:
    """Return the newest 10:30 in the morning, in the city's zone, that is not after `moment`.

    At midnight nothing of a day has happened, and little goes on.
    """
    there = moment.astimezone(city.zone)
    today = datetime.combine(there.date(), _LIVELY, city.zone)
    yesterday = datetime.combine(there.date() - timedelta(days=1), _LIVELY, city.zone)
    return today if today <= there else yesterday


def placed(texts: tuple[str, ...]) -> tuple[Scenario, ...]:
    """Read 'NAME@MOMENT' into scenarios.

    Raises:
        UsageError: one is of another form.
    """
    from twin.clock import asked_for
    from twin.errors import UsageError
    from twin.simulate import Scenario

    found: list[Scenario] = []
    for text in texts:
        name, _, moment = text.partition("@")
        try:
            found.append(Scenario(name, asked_for(moment)))
        except ValueError as error:
            raise UsageError(
                f"The scenario {text[:60]!r} cannot be read: {error}.",
                fix="write it as crossing@2026-07-16T09:00:00+08:00.",
            ) from error
    return tuple(found)
