"""Options that commands share, and the way they report."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from twin import logs
from twin.visible import visible

if TYPE_CHECKING:
    from twin.city import City
    from twin.layer import Registry
    from twin.query import QueryService

_F = TypeVar("_F", bound=Callable[..., Any])


def with_city(command: _F) -> _F:
    """Add `--city`: the folder of a city pack, or the name of a shipped one."""
    return click.option(
        "--city",
        "city_name",
        envvar="TWIN_CITY",
        default=None,
        metavar="DIR",
        help=(
            "City pack: a folder, or the name of one that comes along. [env: TWIN_CITY]"
        ),
    )(command)


def with_lake(command: _F) -> _F:
    """Add `--lake`: the folder that holds tables and snapshots."""
    return click.option(
        "--lake",
        envvar="TWIN_LAKE",
        default="lake",
        show_default=True,
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of tables and snapshots. [env: TWIN_LAKE]",
    )(command)


def with_json(command: _F) -> _F:
    """Add `--json`: report as one JSON object instead of sentences."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Report as one JSON object."
    )(command)


def with_formats(default: str | None, shown: str = "") -> Callable[[_F], _F]:
    """Add `--format`: the formats of a brief, parted by commas.

    Args:
        default: what is written where the option is not given; None for what `shown` says.
    """
    from twin.faces.export.registry import FORMATS

    return click.option(
        "--format",
        "formats",
        default=default,
        show_default=shown or True,
        help=(
            f"What to write, parted by commas: {', '.join(FORMATS)}, or package:name"
            " of an installed package."
        ),
    )


def with_log(command: _F) -> _F:
    """Add `--log` and `--log-level`: what is written on standard error of what goes on."""
    form = click.option(
        "--log",
        type=click.Choice(logs.FORMS),
        expose_value=False,
        callback=partial(_log_as, logs.FORM),
        help=(
            "Write a line for each request, question and snapshot, as JSON or as text."
            " [env: TWIN_LOG]"
        ),
    )
    level = click.option(
        "--log-level",
        type=click.Choice(logs.LEVELS),
        expose_value=False,
        callback=partial(_log_as, logs.LEVEL),
        help=(
            "The least that is written; info with --log, warning without."
            " [env: TWIN_LOG_LEVEL]"
        ),
    )
    return form(level(command))


def _log_as(
    name: str, _context: click.Context, _option: click.Parameter, value: str | None
) -> None:
    """Begin to log as an option says.

    It goes through the environment, so that processes that we start log alike.
    """
    if value is not None:
        os.environ[name] = value
        logs.begin()


def report(as_json: bool, facts: Mapping[str, Any], sentences: list[str]) -> None:
    """Print `facts` as JSON, or `sentences`."""
    if as_json:
        for line in json.dumps(facts, ensure_ascii=False, indent=1, default=str).split(
            "\n"
        ):
            say(line)
    else:
        for sentence in sentences:
            say(sentence)


def say(sentence: str, *, err: bool = False) -> None:
    """Print one line, on standard error if `err`.

    Whatever it names, it stays one line, and only a line.
    """
    click.echo(visible(sentence), err=err)


def the_city(name: str | None) -> City:
    """Read the pack that `--city` names.

    Raises:
        PackError: it cannot be read, or there is none of that name.
    """
    from twin.pack import find_city, load_city

    return load_city(find_city(name))


def open_service(city: City, lake: Path) -> tuple[QueryService, Registry]:
    """Open the lake and the layers of `city` for asking, until the command ends.

    Raises:
        LakeError: there is no whole snapshot in the lake.
    """
    from layers.registry import load_registry
    from twin.query import QueryService

    registry = load_registry(city)
    service = QueryService(city, registry, lake)
    click.get_current_context().call_on_close(service.close)
    return service, registry
