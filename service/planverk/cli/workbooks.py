"""The planner's workbook."""

from pathlib import Path

import click

from planverk import desk
from planverk.cli.terminal import FOLDER, instance_in
from planverk.desk import DeskError


@click.command()
@FOLDER
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it.  [default: plan.xlsx in FOLDER]",
)
@click.option(
    "--take-over", is_flag=True, help="Write on in the workbook from now on; the .ttl files move to reserve/."
)
def workbook(folder: Path, output: Path | None, take_over: bool) -> None:
    """Write an Excel workbook that holds what the instance says, for people to write on in.

    In FOLDER it is a source: `check` and `release` read it. A workbook that stands there already is written anew with
    keys for its new rows and the names that things have now; the file before is kept in reserve/.
    """
    try:
        written = desk.write(instance_in(folder), output, take_over)
    except (DeskError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Arbeidsboken er skrevet: {written}")


COMMANDS = (workbook,)
