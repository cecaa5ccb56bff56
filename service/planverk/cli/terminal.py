"""What commands share: the instance they are about, and how progress and findings are told in a terminal."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from planverk.findings import Finding, Severity
from planverk.instance import Instance, InstanceError, read_instance

_NAMES = {Severity.VIOLATION: "FEIL", Severity.WARNING: "ADVARSEL", Severity.INFO: "MERKNAD"}
FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))


def instance_in(folder: Path) -> Instance:
    """The instance in a folder; the command ends when its `planverk.toml` cannot be used."""
    try:
        return read_instance(folder)
    except InstanceError as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def refusals(place: Path) -> Iterator[None]:
    """End the command with a sentence where the system will not read or write: no room, no leave, a file in a folder's place."""
    try:
        yield
    except OSError as error:
        where, what = error.filename or place, error.strerror or error
        raise click.ClickException(f"{where} kan ikke leses eller skrives: {what}.") from None
    except sqlite3.OperationalError as error:
        raise click.ClickException(f"{place} kan ikke leses eller skrives: {error}.") from None


def progress(step: str) -> None:
    """Tell on standard error what is being done."""
    click.echo(f"{step} …", err=True)


def report(findings: list[Finding], instance: Instance, language: str | None) -> None:
    """Print each finding on a line: where, how grave, by which rule, and the sentence; at last how many."""
    languages = (language, *instance.languages) if language else instance.languages
    for finding in findings:
        where = finding.place or str(finding.focus or instance.folder)
        click.echo(f"{where}: {_NAMES[finding.severity]} {finding.rule_name}: {finding.sentence(languages)}")
    grave = sum(finding.severity is Severity.VIOLATION for finding in findings)
    click.echo(f"{grave} feil, {len(findings) - grave} advarsler og merknader", err=True)
