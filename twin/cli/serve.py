"""`twin serve`: the faces over an existing lake."""

from __future__ import annotations

from pathlib import Path

import click

from twin.cli.common import say, the_city, the_desk, with_city, with_lake


@click.command()
@with_city
@with_lake
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; the loopback address unless a proxy stands before it.")
@click.option("--port", default=8050, show_default=True, type=click.IntRange(1, 65_535), help="Port to listen on.")
def command(city_name: str | None, lake: Path, host: str, port: int) -> None:
    """Show the city to browsers until interrupted."""
    from twin.faces.server.app import create_app
    from twin.faces.server.serve import free, serve

    free(host, port)
    city = the_city(city_name)
    desk, registry = the_desk(city, lake)
    app = create_app(desk, registry, city)
    say(f"{city.name} at http://{host}:{port} — the wall at http://{host}:{port}/wall/default")
    serve(app, host, port)
