"""`twin run`: the feeds of a city, live."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twin import children
from twin.cli.common import say, the_city, with_city, with_lake, with_log
from twin.errors import PackError, UsageError

if TYPE_CHECKING:
    from twin.city import City
    from twin.feeds.feed import Feed

TICK_S = 10

# How long a tick that is under way may take when the process is to end with its parent, s;
# a lake that is left in the middle of one is whole.
PUBLISH_S = 10.0

_Over = dict[str, dict[str, Any]]


@click.command()
@with_city
@with_lake
@with_log
@click.option(
    "--feed",
    "names",
    multiple=True,
    metavar="NAME",
    help="Run this feed; may be given more than once. Else those of the city run.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME.KEY=VALUE",
    help="A setting of a feed, as in TOML, above that of the pack.",
)
@click.option(
    "--tick",
    default=TICK_S,
    show_default=True,
    type=click.IntRange(1, 3_600),
    help="Seconds between snapshots.",
)
@click.option(
    "--after-gap",
    is_flag=True,
    help="Go on though the newest snapshot is over a hundred days old.",
)
@click.option(
    "--trash-hours",
    default=24.0,
    show_default=True,
    type=click.FloatRange(0, 24 * 366),
    help="How long the lake's trash keeps what was let go.",
)
@click.option(
    "--ends-with-parent",
    is_flag=True,
    hidden=True,
    help="End when the process does that started it.",
)
def command(
    city_name: str | None,
    lake: Path,
    names: tuple[str, ...],
    settings: tuple[str, ...],
    tick: int,
    after_gap: bool,
    trash_hours: float,
    ends_with_parent: bool,
) -> None:
    """Run the feeds of the city into the lake, until told to stop.

    Which feeds run, `[feeds] run` of city.toml says. A feed that fails is said, left out
    and asked again; the others run on. Ctrl-C or SIGTERM ends it when the snapshot under
    way is done.
    """
    from twin.cli.running import Runner, alone, of_one_kind
    from twin.cli.watching import told_to_stop
    from twin.store import Lake

    city, into = the_city(city_name), Lake(lake)
    opened = opened_feeds(city, names, read_settings(settings))
    with alone(into), told_to_stop() as stop:
        if ends_with_parent:
            children.end_with_parent(stop.set, grace_s=PUBLISH_S)
        feeds, others = of_one_kind(into, opened)
        for error in others:
            _complain(error.lines())
        if not feeds:
            raise PackError("No feed can run.", fix="mend what is said above.")
        runner = Runner(
            city,
            into,
            feeds,
            tick_s=tick,
            trash_for=timedelta(hours=trash_hours),
            after_gap=after_gap,
        )
        say(f"{', '.join(feed.name for feed in feeds)}: every {tick} s into {lake}.")
        runner.run(stop)


def opened_feeds(city: City, names: Sequence[str], over: _Over) -> list[Feed]:
    """Return the feeds that are wanted and can be made; say what is off with the others.

    Args:
        names: feeds that a command names; those that the city runs if there are none.
        over: settings that a command gives, by the feed's name.

    Raises:
        UsageError: no feed is wanted, a setting is of a feed that does not run, or one of
            `names` cannot be had.
        PackError: what the pack says of which feeds run cannot be read.
    """
    from twin.feeds.registry import load_feed, running

    wanted = tuple(dict.fromkeys(names)) or running(city)
    if not wanted:
        raise UsageError(
            f"The city {city.id} names no feeds that run.",
            fix='write run = ["simulated"] under [feeds] in city.toml, or say --feed.',
        )
    if strange := sorted(over.keys() - set(wanted)):
        raise UsageError(
            f"--set names {strange[0]}, and no such feed runs.",
            fix=f"name one of {', '.join(wanted)}.",
        )
    feeds: list[Feed] = []
    for name in wanted:
        try:
            feeds.append(load_feed(city, name, over.get(name)))
        except PackError as error:
            if names:
                raise UsageError(error.what, why=error.why, fix=error.fix) from error
            _complain([f"Feed {name!r} does not run.", *error.lines()])
    return feeds


def read_settings(texts: Sequence[str]) -> _Over:
    """Read 'NAME.KEY=VALUE' into settings by feed; VALUE is as in TOML.

    Raises:
        UsageError: one is of another form.
    """
    found: _Over = {}
    for text in texts:
        path, _, value = text.partition("=")
        name, _, key = path.strip().rpartition(".")
        try:
            settings = tomllib.loads(f"value ={value}")
        except tomllib.TOMLDecodeError:
            settings = {}
        if not name or not key or settings.keys() != {"value"}:
            raise UsageError(
                f"The setting {text[:60]!r} cannot be read.",
                fix='write it as simulated.seed=7, or orders.folder="in".',
            )
        found.setdefault(name, {})[key] = settings["value"]
    return found


def _complain(lines: Sequence[str]) -> None:
    for line in lines:
        say(line, err=True)
