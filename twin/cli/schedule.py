"""`twin schedule`: the brief at its hour."""

from __future__ import annotations

from pathlib import Path

import click

from twin.cli.common import say, the_city, the_desk, with_city, with_lake


@click.group()
def command() -> None:
    """Write the brief at its hour, every day."""


@command.command()
@with_city
@with_lake
@click.option("--view", "view_text", default="", help="The view to write; see `twin export brief`.")
@click.option("--format", "formats", default="png,xlsx,csv", show_default=True, help="What to write, parted by commas.")
@click.option("--out", default="out", show_default=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write into.")
@click.option("--once", is_flag=True, help="Write it now and stop, as a test of the schedule.")
def run(city_name: str | None, lake: Path, view_text: str, formats: str, out: Path, once: bool) -> None:
    """Write the brief daily at the hour of the city pack (07:30 in the city's zone) until interrupted."""
    from twin.clock import now
    from twin.errors import TwinError
    from twin.faces.export import schedule
    from twin.faces.export.brief import export, read_formats
    from twin.view import View

    view, kinds = View.parse(view_text), read_formats(formats)
    city = the_city(city_name)

    def write() -> None:
        desk, registry = the_desk(city, lake)
        made = export(desk, registry, city, view, kinds, out, clock=now)
        say(f"{now():%Y-%m-%d %H:%M:%S}Z snapshot {made.snapshot}: {len(made.files)} files in {out}")

    def write_and_go_on() -> None:
        try:
            write()
        except TwinError as error:
            for line in error.lines():
                say(line, err=True)

    if once:
        with schedule.owner(lake):
            write()
        return
    say(f"The next brief is due {schedule.next_due(city, now()):%Y-%m-%d %H:%M %Z}.")
    schedule.run(city, lake, write_and_go_on)
