"""`twin demo`: a living city in one command: history first, then a new snapshot every ten seconds."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.cli.common import say, the_city, the_desk, with_city, with_lake

if TYPE_CHECKING:
    from twin.city import City
    from twin.feeds.batch import Batch
    from twin.store import Lake, Snapshot

TICK_S = 10
TELEMETRY_S = 10
COMPACT_EVERY = 60
"""Snapshots between two compactions: ten minutes of demo."""
TRASH_FOR = timedelta(hours=1)
"""How long the demo's trash keeps what was let go: it lets go of a snapshot every ten seconds, of rows that it can make again."""


@click.command()
@with_city
@with_lake
@click.option("--days", default=9, show_default=True, type=click.IntRange(1, 400), help="Days of history; nine give every figure its like period.")
@click.option("--seed", default=716, show_default=True, type=int, help="Same seed, same city.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8050, show_default=True, type=click.IntRange(1, 65_535), help="Port to listen on.")
@click.option("--tick", default=TICK_S, show_default=True, type=click.IntRange(1, 3_600), help="Seconds between snapshots.")
@click.option("--after-gap", is_flag=True, help="Go on though the newest snapshot is over a hundred days old.")
@click.option("--only-publish", is_flag=True, hidden=True, help="Be the publisher; the demo starts itself so.")
def command(city_name: str | None, lake: Path, days: int, seed: int, host: str, port: int, tick: int, after_gap: bool, only_publish: bool) -> None:
    """Show a simulated city that lives: it is filled, served, and goes on in real time until interrupted."""
    from twin.errors import DamagedError
    from twin.faces.server.app import create_app
    from twin.faces.server.serve import free, serve
    from twin.store import Lake

    city = the_city(city_name)
    if only_publish:
        live(city, Lake(lake), seed, tick)
        return
    free(host, port)
    try:
        catch_up(city, Lake(lake), seed, days, after_gap=after_gap)
    except DamagedError as error:  # what is whole is served; the publisher tries again
        for line in error.lines():
            say(line, err=True)
    words = [sys.executable, "-m", "twin.cli", "demo", "--only-publish", "--city", str(city.root), "--lake", str(lake), "--seed", str(seed), "--tick", str(tick)]
    publisher = subprocess.Popen(words)  # noqa: S603  (our own command, with the words above)
    try:
        desk, registry = the_desk(city, lake)
        say(f"{city.name} at http://{host}:{port} — the wall at http://{host}:{port}/wall/default (Ctrl-C ends)")
        serve(create_app(desk, registry, city), host, port)
    finally:
        publisher.terminate()
        publisher.wait(timeout=30)


def catch_up(city: City, lake: Lake, seed: int, days: int, *, after_gap: bool = False) -> None:
    """Bring the lake up to now: nine days into an empty one, the missing time into one that was left standing."""
    from twin.clock import now
    from twin.feeds.simulated import Simulated
    from twin.store import publish

    moment = now()
    feed = Simulated(city, seed)

    def missing(known: Snapshot | None) -> list[Batch]:
        start = known.as_of if known else moment - timedelta(days=days)
        say(f"Simulating {city.name} from {start:%Y-%m-%d %H:%M} to {moment:%Y-%m-%d %H:%M} UTC …")
        return [*([] if known else feed.register(start)), *feed.between(start, moment)]

    snapshot, done = publish(lake, city, missing, as_of=moment, simulated=True, now=now, after_gap=after_gap)
    say(f"{sum(done.rows.values()):,} rows in {done.seconds:.0f} s; snapshot {snapshot.id}.")


def live(city: City, lake: Lake, seed: int, tick: int) -> None:
    """Publish what happened since the newest snapshot, every `tick` seconds, until ended. A failed tick is said and tried again."""
    from twin.clock import now
    from twin.errors import TwinError
    from twin.feeds.simulated import Simulated
    from twin.store import compact, prune, publish

    feed = Simulated(city, seed, telemetry_s=TELEMETRY_S)
    for n in range(1, sys.maxsize):
        begun = now()
        try:
            publish(lake, city, lambda known, begun=begun: feed.between(known.as_of if known else begun - timedelta(seconds=tick), begun),
                    as_of=begun, simulated=True, now=now)
            if n % COMPACT_EVERY == 0:
                compact(lake, now=now)
                prune(lake, now=now, grace=TRASH_FOR)
        except TwinError as error:
            for line in error.lines():
                say(line, err=True)
        _rest(begun, tick)


def _rest(begun: datetime, tick: int) -> None:
    from twin.clock import now

    time.sleep(max(0.0, tick - (now() - begun).total_seconds()))
