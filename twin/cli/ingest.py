"""`twin ingest`: rows from real files into the lake."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from twin.cli.common import report, the_city, with_city, with_json, with_lake
from twin.errors import UsageError

if TYPE_CHECKING:
    from twin.city import City
    from twin.feeds.taken import Taken


# Of Arrow's allocators this one gives back most of what a block of rows needed: 100 MB in
# a million rows.
if sys.platform == "linux":
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")

_KINDS = click.Choice(["real", "simulated", "drill"])


def _with_mapping(command: Callable[..., object]) -> Callable[..., object]:
    """Add how a file is read, and what its rows are."""
    after_gap = click.option(
        "--after-gap",
        is_flag=True,
        help="Go on though the newest snapshot is over a hundred days old.",
    )
    kind = click.option(
        "--kind",
        default="real",
        show_default=True,
        type=_KINDS,
        help="What the rows are; a lake holds one kind, and others are refused.",
    )
    mapping = click.option(
        "--mapping",
        default=None,
        type=click.Path(path_type=Path),
        help=(
            "TOML file that names the columns, or 'open311'; [feeds.work_orders] of the"
            " pack if not given."
        ),
    )
    return mapping(kind(after_gap(command)))


@click.group(invoke_without_command=True)
@click.option(
    "--watch",
    "folder",
    default=None,
    type=click.Path(path_type=Path),
    help="Take the files that are dropped into this folder, until told to stop.",
)
@click.option("--once", is_flag=True, help="With --watch: take what is there and end.")
@with_city
@with_lake
@_with_mapping
@click.pass_context
def command(
    context: click.Context,
    folder: Path | None,
    once: bool,
    city_name: str | None,
    lake: Path,
    mapping: Path | None,
    kind: str,
    after_gap: bool,
) -> None:
    """Bring rows from files into the lake.

    With --watch DIR, every file of work orders that is dropped into DIR is read once it
    stands still, then moved to DIR/done or DIR/refused with a report beside it. Ctrl-C or
    SIGTERM ends it when the file in hand is done.
    """
    if context.invoked_subcommand is not None:
        if any(
            context.get_parameter_source(name) is ParameterSource.COMMANDLINE
            for name in context.params
        ):
            raise UsageError(
                "Options stand after the command that they are for.",
                fix="say `twin ingest --watch DIR`, or `twin ingest work-orders FILE`.",
            )
        return
    if folder is None:
        click.echo(context.get_help())
        return
    from twin.cli.watching import Watch, told_to_stop

    city = the_city(city_name)
    with told_to_stop() as stop:
        done = Watch(
            folder,
            lambda file: take(city, lake, file, mapping, kind, after_gap=after_gap),
            once=once,
        ).run(stop)
    report(
        False,
        {},
        [
            (
                f"{done.done} {'file' if done.done == 1 else 'files'} taken, {done.refused}"
                " refused."
            )
        ],
    )


@command.command(name="work-orders")
@with_city
@with_lake
@with_json
@click.argument("file", type=click.Path(path_type=Path))
@_with_mapping
def work_orders(
    city_name: str | None,
    lake: Path,
    as_json: bool,
    file: Path,
    mapping: Path | None,
    kind: str,
    after_gap: bool,
) -> None:
    """Read work orders of the 12345 line from FILE; bad rows go to quarantine with their reason.

    FILE is CSV, XLSX, Parquet, GeoParquet, GeoJSON of points, or Open311 (GeoReport v2) in
    JSON or XML. A later export of the same orders adds what is new, and corrects what
    changed.

    Exit status: 0 something of it could be used, 1 nothing could, and nothing was published.
    """
    done = take(the_city(city_name), lake, file, mapping, kind, after_gap=after_gap)
    report(as_json, done.as_json(), done.lines())
    if not done.is_ok:
        sys.exit(1)


def take(
    city: City,
    lake: Path,
    file: Path,
    mapping: Path | None,
    kind: str,
    *,
    after_gap: bool = False,
) -> Taken:
    """Read a file of work orders into a lake and return what became of its rows.

    Raises:
        TwinError: the file as a whole cannot be read, or the lake cannot be written.
    """
    from twin.clock import now
    from twin.feeds.taken import AllRefused, Tally
    from twin.feeds.work_orders import load_mapping, read
    from twin.store import Lake, publish

    moment = now()
    orders = read(file, load_mapping(city, mapping), city, recorded_at=moment)
    tally = Tally(lambda: orders.rows, lambda: orders.repeated)
    snapshot = None
    with suppress(AllRefused):
        snapshot, _ = publish(
            Lake(lake),
            city,
            orders,
            as_of=lambda known: max(moment, known.as_of) if known else moment,
            simulated=kind == "simulated",
            mode="drill" if kind == "drill" else "live",
            now=now,
            after_gap=after_gap,
            witness=tally,
        )
    return tally.report(
        str(file), snapshot.id if snapshot else None, orders.remarks.sentences()
    )
