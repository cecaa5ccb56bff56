"""The planner's desk: workbook and undo."""

from pathlib import Path

import click

from planverk import desk
from planverk.cli.terminal import FOLDER, instance_in, progress
from planverk.desk import DeskError
from planverk.release import ReleaseError


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


@click.command()
@FOLDER
@click.argument("version", required=False)
@click.option("--withdraw", is_flag=True, help="Withdraw without asking what only the current release describes.")
def undo(folder: Path, version: str | None, withdraw: bool) -> None:
    """Go back to an earlier release: VERSION, or the one before the current.

    An address that has been published may not vanish. If the current release brought any that the earlier one lacks, they
    are shown, and a new release is made that says what the earlier one said and withdraws them.
    """
    instance = instance_in(folder)
    try:
        target, only_now = desk.back_to(instance, version)
        for line in desk.described(instance, only_now):
            click.echo(f"Blir trukket tilbake: {line}")
        if only_now and not withdraw:
            click.confirm("Skal det trekkes tilbake?", abort=True, err=True)
        standing = desk.go_back(instance, target, only_now, progress)
    except (DeskError, ReleaseError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Utgave {standing.version} er gjeldende; den sier det samme som {target.version}.")


COMMANDS = (workbook, undo)
