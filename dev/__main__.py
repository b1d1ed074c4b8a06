"""Show a small simulated city that follows every change of a file: `python -m dev`.

Scripts and sheets are built anew, with source maps, into a folder of their own; the program is
started again; the page in the browser loads itself again.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click
from watchfiles import PythonFilter, run_process

from dev.serving import Served, run

ROOT = Path(__file__).resolve().parents[1]

# What the program reads when it starts, besides its own code.
_READ = (".sql", ".ftl", ".toml", ".csv", ".geojson", ".json")

# How long the program may take to end, s: a publish that is under way is finished.
_ENDS_S = 20


@click.command()
@click.option(
    "--city",
    default=str(ROOT / "tests" / "cities" / "trio"),
    envvar="TWIN_CITY",
    help="City pack; a small one unless another is named.",
)
@click.option(
    "--folder",
    default=str(ROOT / "out" / "dev"),
    type=click.Path(path_type=Path),
    help="Where its lake and the built files lie.",
)
@click.option("--port", default=8050, show_default=True, help="Port to listen on.")
def main(city: str, folder: Path, port: int) -> None:
    """Serve a city on the loopback address, and follow every change until interrupted."""
    of = Served(city, folder / Path(city).name, folder / "dist", port)
    of.built.mkdir(parents=True, exist_ok=True)
    click.echo(f"http://127.0.0.1:{port} follows what you change (Ctrl-C ends)")
    watched = [ROOT / "twin", ROOT / "layers", ROOT / "dev"]
    with building(of.built):
        run_process(
            *watched,
            *([Path(city)] if Path(city).is_dir() else []),
            target=run,
            args=(of,),
            watch_filter=PythonFilter(extra_extensions=_READ),
            callback=lambda changes: click.echo(
                f"Starting again: {', '.join(sorted(Path(at).name for _, at in changes))}"
            ),
            sigint_timeout=_ENDS_S,
        )


@contextmanager
def building(into: Path) -> Generator[None]:
    """Build the scripts and sheets whenever they change, for the length of the block."""
    command = [sys.executable, str(ROOT / "assets" / "src" / "bundle.py")]
    # It ends when its input does, so that it never outlives us.
    with subprocess.Popen(  # noqa: S603  (our own command)
        [*command, "--watch", str(into)], stdin=subprocess.PIPE, start_new_session=True
    ) as builder:
        try:
            yield
        finally:
            builder.terminate()


if __name__ == "__main__":
    main()
