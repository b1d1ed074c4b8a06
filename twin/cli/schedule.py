"""`twin schedule`: the brief at its hour."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.cli.common import say, the_city, with_city, with_formats, with_lake
from twin.faces.export.registry import USUAL

if TYPE_CHECKING:
    from twin.cli.attempt import Attempt


@click.group()
def command() -> None:
    """Write the brief at its hour, every day."""


@command.command()
@with_city
@with_lake
@click.option(
    "--view",
    "view_text",
    default="",
    help="The view to write; see `twin export brief`.",
)
@with_formats(None, f"those of the city pack, else {','.join(USUAL)}")
@click.option(
    "--out",
    default="out",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write into.",
)
@click.option(
    "--once", is_flag=True, help="Write it now and stop, as a test of the schedule."
)
def run(
    city_name: str | None,
    lake: Path,
    view_text: str,
    formats: str | None,
    out: Path,
    once: bool,
) -> None:
    """Write the brief daily until told to stop.

    Its hour and its formats are those of the city pack (07:30 in the city's zone).

    What fails is tried again within the hour. A brief that was missed by less than an hour
    is made up, once: what was delivered is remembered in the lake.
    """
    from twin.cli.attempt import attempt
    from twin.cli.delivering import Delivery
    from twin.cli.watching import told_to_stop
    from twin.clock import now
    from twin.faces.export import ledger, schedule
    from twin.faces.export.registry import read_formats
    from twin.view import View, check

    view, city = View.parse(view_text), the_city(city_name)
    check(view, city)
    kinds = schedule.formats(city) if formats is None else read_formats(formats)
    with schedule.owner(lake), told_to_stop() as stop:
        write = partial(attempt, city, lake, out, stop=stop)
        if once:
            _report(write(view, kinds), out)
            return
        complain = partial(say, err=True)
        Delivery(
            city, ledger.read(lake), view, kinds, write, stop, now, say, complain
        ).run()
        say("The schedule has ended, as it was told to.")


def _report(made: Attempt, out: Path) -> None:
    """Say what one attempt came to; end with status 1 if anything is missing."""
    for sentence in made.sentences:
        say(sentence, err=True)
    if made.files:
        say(f"Snapshot {made.snapshot}: {len(made.files)} files in {out}.")
    if not made.is_whole:
        raise SystemExit(1)
