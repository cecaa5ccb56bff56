"""The planner's desk: workbook, preview, undo, Word document."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import gettempdir

import click

from planverk import desk
from planverk.cli.judging import examination
from planverk.cli.terminal import FOLDER, instance_in, progress, refusals, report
from planverk.desk import DeskError
from planverk.document import write_document
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
@click.option("--port", default=8001, show_default=True, help="Port to listen on, on this machine only.")
def preview(folder: Path, port: int) -> None:
    """Tell what a release would change, and serve the site as it would be, until Ctrl-C. Nothing is published."""
    from planverk.server import run

    instance = instance_in(folder)
    examined = examination(instance)
    gone = desk.deleted(examined)
    if examined.violations and not gone:
        report(examined.violations, instance, None)
        raise click.ClickException("Dette kan ikke gis ut ennå. Rett feilene over.")
    with ExitStack() as stack:
        try:
            with refusals(Path(gettempdir())):
                rehearsal = desk.rehearsal(instance, desk.as_withdrawn(instance, examined, gone), progress)
                rehearsed = stack.enter_context(rehearsal)
        except ReleaseError as error:
            raise click.ClickException(str(error)) from None
        for line in desk.changes(instance, rehearsed) or ["Ingenting er endret siden utgaven som står."]:
            click.echo(line)
        click.echo(f"Forhåndsvisning: http://127.0.0.1:{port}/ (avslutt med Ctrl-C; gi ut med planverk release)")
        run(rehearsed, "127.0.0.1", port, 1)


@click.command("export-docx")
@FOLDER
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The .docx file to write."
)
def export_docx(folder: Path, output: Path) -> None:
    """Write what the current release says as an accessible Word document, with the address of every action."""
    instance = instance_in(folder)
    try:
        output.write_bytes(write_document(instance, desk.published_in(instance)))
    except (ReleaseError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Dokumentet er skrevet: {output}")


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


COMMANDS = (workbook, preview, undo, export_docx)
