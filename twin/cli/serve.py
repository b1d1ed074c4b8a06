"""`twin serve`: the faces over an existing lake."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twin.cli.common import open_service, say, the_city, with_city, with_lake, with_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from twin.faces.server.front import Door

_OPTIONS = (
    click.option(
        "--host",
        default="127.0.0.1",
        show_default=True,
        help=(
            "Address to listen on; the loopback address unless a proxy stands"
            " before it."
        ),
    ),
    click.option(
        "--port",
        default=8050,
        show_default=True,
        type=click.IntRange(1, 65_535),
        help="Port to listen on.",
    ),
    click.option(
        "--host-name",
        "names",
        multiple=True,
        metavar="NAME",
        envvar="TWIN_HOST_NAME",
        help=(
            "A name under which browsers open the page; may be given more than once."
            " This machine's own name for itself and the address of --host are always"
            " answered."
        ),
    ),
    click.option(
        "--proxy",
        "proxies",
        multiple=True,
        metavar="ADDRESS",
        help=(
            "A proxy, or a network of them, whose X-Forwarded-For is believed; may be"
            " given more than once."
        ),
    ),
    click.option(
        "--prefix",
        default="",
        metavar="PATH",
        help="Path under which a proxy shows the page, such as /twin.",
    ),
    click.option(
        "--rate",
        default=None,
        metavar="TEXT",
        help=(
            "Answers that one address may have worked out, such as '3000 per 10"
            " second', which is the default."
        ),
    ),
)


@dataclass(frozen=True)
class Faces:
    """Makes the application over one lake, in whichever process it is called."""

    city_name: str | None
    lake: Path
    prefix: str = ""

    def __call__(self) -> Any:
        """Return the WSGI application. Raises TwinError if the city or the lake cannot be read."""
        from layers.registry import load_registry
        from twin.faces.server.app import create_app
        from twin.query import QueryService

        city = the_city(self.city_name)
        registry = load_registry(city)
        service = QueryService(city, registry, self.lake)
        return create_app(service, registry, city, prefix=self.prefix).server


def with_door(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a server is reached."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def the_door(
    host: str,
    names: tuple[str, ...],
    proxies: tuple[str, ...],
    prefix: str,
    rate: str | None,
) -> Door:
    """Read how a server is reached.

    Raises:
        UsageError: a word of it means nothing.
    """
    from twin.faces.server.doors import door

    return door(host, names, proxies, prefix, rate)


@click.command()
@with_city
@with_lake
@with_log
@with_door
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes that share the port; one serves a thousand viewers.",
)
def command(
    city_name: str | None,
    lake: Path,
    host: str,
    port: int,
    names: tuple[str, ...],
    proxies: tuple[str, ...],
    prefix: str,
    rate: str | None,
    workers: int,
) -> None:
    """Show the city to browsers until interrupted."""
    from twin.faces.server.serve import free, serve

    door = the_door(host, names, proxies, prefix, rate)
    free(host, port)
    city = the_city(city_name)
    open_service(city, lake)  # what is wrong with it is said before anything listens
    here = f"http://{host}:{port}{door.prefix}"
    say(f"{city.name} at {here} — the wall at {here}/wall/default")
    serve(Faces(city_name, lake, door.prefix), host, port, door, workers=workers)
