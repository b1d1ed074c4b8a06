"""`twin layer`: begin a layer."""

from __future__ import annotations

from pathlib import Path

import click

from twin.cli.common import report, with_json


@click.group()
def command() -> None:
    """Begin a layer of your own."""


@command.command()
@click.argument("name")
@click.option(
    "--city",
    "city_name",
    default=None,
    metavar="DIR",
    help="City pack that shows it: its city.toml and its page at / are changed.",
)
@click.option(
    "--into",
    "folder",
    default=None,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Make it a package of its own, in this new folder, instead of one of layers/.",
)
@with_json
def new(name: str, city_name: str | None, folder: Path | None, as_json: bool) -> None:
    """Write a layer NAME that runs: marks, a table, a figure, its words and its test.

    It shows open events that nobody has acknowledged, until you change it.
    """
    from twin.pack import find_city
    from twin.scaffold import layer, naming

    root = None if city_name is None else find_city(city_name)
    if root is not None:
        naming.ensure_unnamed(root, name)
    made = layer.in_checkout(name) if folder is None else layer.as_package(name, folder)
    named = (
        naming.Named((), naming.by_hand(made))
        if root is None
        else naming.name_in(root, made)
    )
    install = "" if folder is None else f"pip install --editable {folder} && "
    next_step = f"{install}python -m pytest {_near(made.files[-1])}"
    report(
        as_json,
        {
            "layer": made.name,
            "files": [str(path) for path in made.files],
            "changed": [str(path) for path in named.files],
            "left": list(named.left),
        },
        [
            *(f"new      {_near(path)}" for path in made.files),
            *(f"changed  {_near(path)}" for path in named.files),
            *named.left,
            f"Next: {next_step}",
        ],
    )


def _near(path: Path) -> Path:
    """Return a path as seen from here, if it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
