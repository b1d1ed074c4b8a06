"""`twin contracts`: what each table of the lake promises."""

from __future__ import annotations

import click

from twin.errors import LostError


@click.command()
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
def command(tables: tuple[str, ...]) -> None:
    """Write the data dictionary, or what it says of each TABLE, as Markdown.

    Each table has its sentence, its key and how it is kept; each column its type, unit,
    range and meaning; each measured figure how it is worked out.
    """
    from twin.cli import dictionary
    from twin.contracts import TABLES

    if unknown := [name for name in tables if name not in TABLES]:
        raise LostError(
            f"There is no table {unknown[0]!r}.",
            fix=f"name some of {', '.join(TABLES)}.",
        )
    chosen = [TABLES[name] for name in tables]
    click.echo(dictionary.markdown(chosen or None), nl=False)
