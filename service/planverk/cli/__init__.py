"""The command line: one module for each kind of work, one function for each command."""

import click

from planverk import __version__
from planverk.cli import archive, asking, exchanging, founding, harvesting, proving, publishing, vocabulary, workbooks


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Publish a county's regional plan as linked open data.

    FOLDER is an instance: the editors' files (.ttl, .xlsx) and planverk.toml.

    Exit codes: 0 all is well, 1 the data or the request is at fault, 2 the command line is.
    """


for module in (founding, publishing, workbooks, archive, asking, harvesting, exchanging, proving, vocabulary):
    for command in module.COMMANDS:
        main.add_command(command)
