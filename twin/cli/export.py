"""`twin export`: pictures and tables of a view."""

from __future__ import annotations

from pathlib import Path

import click

from twin.cli.common import report, the_city, the_desk, with_city, with_json, with_lake


@click.group()
def command() -> None:
    """Write pictures and tables of a view."""


@command.command()
@with_city
@with_lake
@with_json
@click.option("--view", "view_text", default="", help="The part of the page's address after '?'; empty for the whole city, live.")
@click.option("--format", "formats", default="png,xlsx,csv", show_default=True, help="What to write, parted by commas.")
@click.option("--out", default="out", show_default=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write into.")
@click.option("--face", default="/", show_default=True, help="Face to picture: / or /wall/PROFILE.")
def brief(city_name: str | None, lake: Path, as_json: bool, view_text: str, formats: str, out: Path, face: str) -> None:
    """Write the brief: the page as a picture, its rows as tables; each names its snapshot."""
    from twin.clock import now
    from twin.faces.export.brief import export, read_formats
    from twin.view import View

    view, kinds = View.parse(view_text), read_formats(formats)
    city = the_city(city_name)
    desk, registry = the_desk(city, lake)
    made = export(desk, registry, city, view, kinds, out, clock=now, face=face)
    report(as_json, {"snapshot": made.snapshot, "picture": made.hash, "files": [str(path) for path in made.files]},
           [f"Snapshot {made.snapshot}, picture {made.hash}:", *(f"  {path}" for path in made.files)])
