"""The `twin` command: thin; each command imports its room when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from twin.errors import TwinError

COMMANDS = {
    "bench": "twin.cli.bench", "city": "twin.cli.city", "demo": "twin.cli.demo", "doctor": "twin.cli.doctor",
    "export": "twin.cli.export", "ingest": "twin.cli.ingest", "lake": "twin.cli.lake", "schedule": "twin.cli.schedule", "serve": "twin.cli.serve",
    "simulate": "twin.cli.simulate", "snapshot": "twin.cli.snapshot",
}
"""Name of a command to the module whose `command` it is."""


class TwinGroup(click.Group):
    """A group that loads a command when it is called, and says an error in at most three lines."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Answer the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Answer the command `cmd_name`, loading its module; None if there is none."""
        module = COMMANDS.get(cmd_name)
        return importlib.import_module(module).command if module else None

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a TwinError becomes sentences on standard error and an exit status."""
        try:
            return super().invoke(ctx)
        except TwinError as error:
            for line in error.lines():
                click.echo(line, err=True)
            sys.exit(error.status)
        except KeyboardInterrupt:
            sys.exit(130)


@click.group(cls=TwinGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="city-twin", prog_name="twin")
def main() -> None:
    """City Twin: a city's operations on one map, from verified snapshots.

    Exit status: 0 done, 1 something is wrong and said, 2 wrong usage.
    """
