"""The `twin` command: thin; each command imports its room when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from twin import logs
from twin.cli.common import say
from twin.errors import TwinError
from twin.visible import visible

# Name of a command to the module whose `command` it is.
COMMANDS = {
    "ask": "twin.cli.ask",
    "bench": "twin.cli.bench",
    "city": "twin.cli.city",
    "contracts": "twin.cli.contracts",
    "demo": "twin.cli.demo",
    "doctor": "twin.cli.doctor",
    "export": "twin.cli.export",
    "ingest": "twin.cli.ingest",
    "lake": "twin.cli.lake",
    "layer": "twin.cli.layer",
    "quarantine": "twin.cli.quarantine",
    "run": "twin.cli.run",
    "schedule": "twin.cli.schedule",
    "serve": "twin.cli.serve",
    "simulate": "twin.cli.simulate",
    "snapshot": "twin.cli.snapshot",
}


class TwinGroup(click.Group):
    """A group that loads a command when it is called, and says an error in at most three lines."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command `cmd_name`, loading its module; None if there is none."""
        module = COMMANDS.get(cmd_name)
        return importlib.import_module(module).command if module else None

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the words before the command's name.

        Those that are off are said without what a terminal would obey.
        """
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.ClickException as error:
            _write_out(error)
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a TwinError becomes sentences on standard error and an exit status."""
        try:
            logs.begin()
            return super().invoke(ctx)
        except TwinError as error:
            for line in error.lines():
                say(line, err=True)
            sys.exit(error.status)
        except click.ClickException as error:
            _write_out(error)
            raise
        except KeyboardInterrupt:
            sys.exit(130)


def _write_out(error: click.ClickException) -> None:
    """Write out the controls in what click says of a word.

    It prints the message itself, with the usage before it.
    """
    vars(error)["message"] = visible(error.message)


@click.group(cls=TwinGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="city-twin", prog_name="twin")
def main() -> None:
    """City Twin: a city's operations on one map, from verified snapshots.

    Exit status: 0 done, 1 something is wrong and said, 2 wrong usage.
    """
