"""`twin ingest`: rows from real files into the lake."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.cli.common import report, the_city, with_city, with_json, with_lake

if TYPE_CHECKING:
    from twin.cli.taken import Taken
    from twin.city import City


@click.group()
def command() -> None:
    """Bring rows from files into the lake."""


@command.command(name="work-orders")
@with_city
@with_lake
@with_json
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", default=None, type=click.Path(path_type=Path), help="TOML file that names the columns; [feeds.work_orders] of the pack if not given.")
@click.option("--kind", default="real", show_default=True, type=click.Choice(["real", "simulated", "drill"]),
              help="What the rows are; a lake holds one kind, and others are refused.")
@click.option("--after-gap", is_flag=True, help="Go on though the newest snapshot is over a hundred days old.")
def work_orders(city_name: str | None, lake: Path, as_json: bool, file: Path, mapping: Path | None, kind: str, after_gap: bool) -> None:
    """Read work orders of the 12345 line from FILE; bad rows go to quarantine with their reason.

    A later export of the same orders adds what is new, and corrects what changed.

    Exit status: 0 something of it could be used, 1 nothing could, and nothing was published.
    """
    done = take(the_city(city_name), lake, file, mapping, kind, after_gap=after_gap)
    report(as_json, done.as_json(), done.lines())
    if not done.is_ok:
        sys.exit(1)


def take(city: City, lake: Path, file: Path, mapping: Path | None, kind: str, *, after_gap: bool = False) -> Taken:
    """Read a file of work orders into a lake and return what became of its rows.

    Raises:
        TwinError: the file as a whole cannot be read, or the lake cannot be written.
    """
    import pyarrow as pa

    from twin.cli.taken import AllRefused, Tally
    from twin.clock import now
    from twin.feeds.work_orders import load_mapping, read
    from twin.store import Lake, publish

    pa.set_memory_pool(pa.system_memory_pool())  # gives back what a block of rows needed; Arrow's own keeps it
    moment = now()
    orders = read(file, load_mapping(city, mapping), city, recorded_at=moment)
    tally = Tally(lambda: orders.rows, lambda: orders.repeated)
    snapshot = None
    try:
        snapshot, _ = publish(Lake(lake), city, orders, as_of=lambda known: max(moment, known.as_of) if known else moment,
                              simulated=kind == "simulated", mode="drill" if kind == "drill" else "live", now=now, after_gap=after_gap,
                              witness=tally)
    except AllRefused:
        pass
    return tally.report(str(file), snapshot.id if snapshot else None, orders.remarks.sentences())
