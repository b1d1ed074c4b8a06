"""`twin export`: pictures and tables of a view."""

from __future__ import annotations

from pathlib import Path

import click

from twin.cli.common import (
    open_service,
    report,
    say,
    the_city,
    with_city,
    with_formats,
    with_json,
    with_lake,
)
from twin.faces.export.registry import USUAL


@click.group()
def command() -> None:
    """Write pictures and tables of a view."""


@command.command()
@with_city
@with_lake
@with_json
@click.option(
    "--view",
    "view_text",
    default="",
    help="The part of the page's address after '?'; empty for the whole city, live.",
)
@with_formats(",".join(USUAL))
@click.option(
    "--out",
    default="out",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write into.",
)
@click.option(
    "--face",
    default="/",
    show_default=True,
    help="Face to picture: / or /wall/PROFILE.",
)
@click.option(
    "--ends-with-parent",
    is_flag=True,
    hidden=True,
    help="End when the process does that started it.",
)
def brief(
    city_name: str | None,
    lake: Path,
    as_json: bool,
    view_text: str,
    formats: str,
    out: Path,
    face: str,
    ends_with_parent: bool,
) -> None:
    """Write the brief: the page as a picture, its rows as tables; each names its snapshot.

    What cannot be written, and each panel that fails, is said, with status 1; the rest is written.
    """
    from twin import children
    from twin.clock import now, to_text
    from twin.faces.export.brief import export
    from twin.faces.export.registry import read_formats
    from twin.view import View

    if ends_with_parent:
        children.end_with_parent()
    view, kinds = View.parse(view_text), read_formats(formats)
    city = the_city(city_name)
    service, registry = open_service(city, lake)
    made = export(service, registry, city, view, kinds, out, clock=now, face=face)
    facts = {
        "snapshot": made.snapshot,
        "picture": made.hash,
        "as_of": to_text(made.as_of),
        "files": [str(path) for path in made.files],
        "failed": list(made.failed),
        "not_written": {
            kind: error.payload() for kind, error in made.unwritten.items()
        },
    }
    wrote = f"Snapshot {made.snapshot}, picture {made.hash}:"
    report(
        as_json,
        facts,
        [wrote, *(f"  {path}" for path in made.files)] if made.files else [],
    )
    off = [
        *made.failed,
        *(line for error in made.unwritten.values() for line in error.lines()),
    ]
    for line in dict.fromkeys(off):
        say(line, err=True)
    if off:
        raise SystemExit(1)
