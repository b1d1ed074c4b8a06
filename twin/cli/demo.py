"""`twin demo`: a living city in one command.

History comes first, then a new snapshot every ten seconds: that is `twin run` with the
simulated feed, in a process beside the server.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin import children
from twin.cli.common import open_service, say, the_city, with_city, with_lake, with_log
from twin.cli.run import PUBLISH_S, TICK_S

if TYPE_CHECKING:
    import subprocess

    from twin.city import City
    from twin.feeds.batch import Batch
    from twin.store import Lake, Snapshot

# Before a publisher that ended by itself is started again, s; each pause is twice as long
# as the one before.
FIRST_PAUSE_S, MOST_PAUSE_S = 1.0, 60.0
_LOOK_S = 0.5

# How long the demo's trash keeps what was let go: it lets go of a snapshot every ten
# seconds, of rows that it can make again.
TRASH_HOURS = 1


@click.command()
@with_city
@with_lake
@with_log
@click.option(
    "--days",
    default=9,
    show_default=True,
    type=click.IntRange(1, 400),
    help="Days of history; nine give every figure its like period.",
)
@click.option(
    "--seed", default=716, show_default=True, type=int, help="Same seed, same city."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on."
)
@click.option(
    "--port",
    default=8050,
    show_default=True,
    type=click.IntRange(1, 65_535),
    help="Port to listen on.",
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
def command(
    city_name: str | None,
    lake: Path,
    days: int,
    seed: int,
    host: str,
    port: int,
    tick: int,
    after_gap: bool,
) -> None:
    """Show a simulated city that lives.

    It is filled, served, and goes on in real time until interrupted.
    """
    from twin.errors import DamagedError
    from twin.faces.server.app import create_app
    from twin.faces.server.doors import door
    from twin.faces.server.serve import free, serve
    from twin.store import Lake

    city = the_city(city_name)
    free(host, port)
    try:
        catch_up(city, Lake(lake), seed, days, after_gap=after_gap)
    except DamagedError as error:  # what is whole is served; the publisher tries again
        for line in error.lines():
            say(line, err=True)
    words = publisher(city, lake, seed, tick)
    with kept_up(lambda: children.start(words)):
        service, registry = open_service(city, lake)
        say(
            f"{city.name} at http://{host}:{port} — the wall at"
            f" http://{host}:{port}/wall/default (Ctrl-C ends)"
        )
        serve(
            lambda: create_app(service, registry, city).server, host, port, door(host)
        )


def publisher(city: City, lake: Path, seed: int, tick: int) -> tuple[str, ...]:
    """Return the words of the command that goes on with a lake, every `tick` seconds."""
    from twin.feeds.simulated import NAME

    return (
        "run",
        "--feed",
        NAME,
        "--set",
        f"{NAME}.seed={seed}",
        "--city",
        str(city.root),
        "--lake",
        str(lake),
        "--tick",
        str(tick),
        "--trash-hours",
        str(TRASH_HOURS),
        "--ends-with-parent",
    )


@contextmanager
def kept_up(start: Callable[[], subprocess.Popen[bytes]]) -> Generator[None]:
    """Keep a publisher alive for the length of the block.

    One that ends by itself is said, and started again after a pause.

    Args:
        start: starts one.
    """
    stop = threading.Event()

    def keep() -> None:
        pause_s = FIRST_PAUSE_S
        while not stop.is_set():
            begun, publisher = time.monotonic(), start()
            while publisher.poll() is None and not stop.wait(_LOOK_S):
                pass
            status = children.end(publisher, patience_s=2 * PUBLISH_S)
            if stop.is_set():
                return
            pause_s = (
                FIRST_PAUSE_S
                if time.monotonic() - begun > MOST_PAUSE_S
                else min(2 * pause_s, MOST_PAUSE_S)
            )
            how = f"by signal {-status}" if status < 0 else f"with status {status}"
            say(
                f"The publisher has ended {how}: the data stand still. It is started"
                f" again in {pause_s:.0f} s.",
                err=True,
            )
            stop.wait(pause_s)

    keeper = threading.Thread(target=keep, name="twin-publisher")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def catch_up(
    city: City, lake: Lake, seed: int, days: int, *, after_gap: bool = False
) -> None:
    """Bring the lake up to now.

    An empty one gets `days` of history, one that was left standing the missing time.
    """
    from twin.cli.rounds import given
    from twin.clock import now
    from twin.feeds.simulated import Simulated
    from twin.store import publish

    moment = now()
    feed = Simulated(city, seed)

    def missing(known: Snapshot | None) -> Iterator[Batch]:
        start = known.as_of if known else moment - timedelta(days=days)
        say(
            f"Simulating {city.name} from {start:%Y-%m-%d %H:%M} to"
            f" {moment:%Y-%m-%d %H:%M} UTC …"
        )
        return given(feed, known, start, moment)

    snapshot, done = publish(
        lake,
        city,
        missing,
        as_of=moment,
        simulated=True,
        now=now,
        after_gap=after_gap,
        polled={feed.name: moment},
    )
    say(
        f"{sum(done.rows.values()):,} rows in {done.seconds:.0f} s; snapshot"
        f" {snapshot.id}."
    )
