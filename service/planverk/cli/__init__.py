"""The command line: one module for each kind of work, one function for each command."""

import signal
import sys
from importlib import import_module
from typing import NoReturn

import click

from planverk import __version__

# The commands of each module. A module is read when one of its commands is wanted: a service starts without what judges.
_MODULES = {
    "founding": ("init",),
    "publishing": ("check", "release", "push"),
    "serving": ("serve",),
    "workbooks": ("workbook", "preview", "undo", "export-docx"),
    "archive": ("diff", "verify", "export-static"),
    "asking": ("query",),
    "harvesting": ("harvest-check",),
    "exchanging": ("pull",),
    "proving": ("doctor",),
    "vocabulary": ("ontology-release",),
}
_MODULE_OF = {command: module for module, commands in _MODULES.items() for command in commands}


class _Commands(click.Group):
    """Finds a command in its module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, as click wants them."""
        return sorted(_MODULE_OF)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        if cmd_name not in _MODULE_OF:
            return None
        commands: tuple[click.Command, ...] = import_module(f"planverk.cli.{_MODULE_OF[cmd_name]}").COMMANDS
        return next(command for command in commands if command.name == cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Publish a county's regional plan as linked open data.

    FOLDER is an instance: the editors' files (.ttl, .xlsx) and planverk.toml.

    Exit codes: 0 all is well, 1 the data or the request is at fault, 2 the command line is.
    """
    # Who is told to end removes what waits in temporary files; a server has its own way.
    signal.signal(signal.SIGTERM, _end)


def _end(number: int, _: object) -> NoReturn:
    sys.exit(128 + number)
