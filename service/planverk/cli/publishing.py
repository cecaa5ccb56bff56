"""From editors' files to a published release: check, release, push."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from rdflib import URIRef

from planverk import desk, publication
from planverk.cli.judging import examination
from planverk.cli.saving import each_save
from planverk.cli.terminal import FOLDER, instance_in, progress, refusals, report
from planverk.instance import Instance
from planverk.release import Release, ReleaseError, current, open_release
from planverk.sources.workbook import ChangedError, mark, write_keys
from planverk.store import loading
from planverk.store.library import server
from planverk.store.remote import RemoteError
from planverk.validation.standing import Standing
from planverk.vocabulary import read_vocabulary


@click.command()
@FOLDER
@click.option(
    "--language", type=click.Choice(["nb", "nn", "en"]), help="Language of the findings.  [default: the instance's]"
)
@click.option("--quiet", is_flag=True, help="Only violations, no warnings and notes.")
@click.option("--mark", "and_mark", is_flag=True, help="Also write copies of the workbooks with the findings in them.")
@click.option(
    "--keys",
    "and_keys",
    is_flag=True,
    help="Also write the keys of new rows into the workbooks, if there is no violation.",
)
@click.option("--watch", is_flag=True, help="Check again each time a file is saved, until Ctrl-C.")
def check(folder: Path, watch: bool, **options: Any) -> None:  # Any: passed on
    """Judge an instance by the rules; without --mark and --keys nothing is written.

    The marked copies are in merket/: comments and colours in the cells that findings name. With --watch only what was
    edited, and what that can touch, is judged again.
    """
    sys.exit(0 if (_checked_at_each_save(folder, **options) if watch else _checked(folder, **options)) else 1)


def _checked_at_each_save(folder: Path, **options: Any) -> bool:  # Any: passed on
    standing, is_good = Standing(read_vocabulary()), False
    with suppress(KeyboardInterrupt):
        for moment in each_save(folder):
            click.echo(f"── {moment:%H:%M:%S}")
            try:
                is_good = _checked(folder, **options, standing=standing)
            except click.ClickException as error:
                error.show()
    return is_good


def _checked(
    folder: Path,
    language: str | None,
    quiet: bool,
    and_mark: bool,
    and_keys: bool,
    standing: Standing | None = None,
) -> bool:
    """Tell what is found; whether there is no violation."""
    instance = instance_in(folder)
    examined = examination(instance, standing)
    told = examined.violations if quiet else examined.findings
    report(told, instance, language)
    languages = (language, *instance.languages) if language else instance.languages
    for copy in mark(instance.workbooks, told, languages) if and_mark else []:
        click.echo(f"Merket kopi: {copy}", err=True)
    if and_keys and not examined.violations:
        _keep_keys(examined)
    elif and_keys and examined.new:
        click.echo("Ingen nøkler er skrevet inn. Rett feilene først.", err=True)
    return not examined.violations


@click.command()
@FOLDER
@click.option("--push", "and_push", is_flag=True, help="Then push it, as `planverk push` does.")
@click.option("--withdraw", is_flag=True, help="Withdraw without asking what was published and is deleted now.")
def release(folder: Path, and_push: bool, withdraw: bool) -> None:
    """Check an instance and freeze it as the version that planverk.toml names.

    Nothing is published if there is a violation. Releasing the same content again changes nothing. What was published
    before and is deleted now, such as a row of a workbook, is withdrawn, which is asked about first. New rows of workbooks
    get their keys written into them; the files before are kept in reserve/.
    """
    instance = instance_in(folder)
    examined = examination(instance)
    gone = desk.deleted(examined)
    if gone and _may_withdraw(instance, gone, withdraw):
        with refusals(instance.folder):
            desk.withdraw(instance, gone)
        examined = examination(instance)
    if examined.violations:
        report(examined.violations, instance, None)
        raise click.ClickException("Ingenting er gitt ut. Rett feilene over; utgaven som står, står fortsatt.")
    _keep_keys(examined)
    try:
        with refusals(instance.releases):
            frozen = publication.publish(instance, examined, progress)
    except ReleaseError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Utgave {frozen.version} er gjeldende: {frozen.folder} (sha256 {frozen.content_hash})")
    if and_push:
        _push(instance, frozen)


@click.command()
@FOLDER
@click.option("--version", help="A version that was frozen before.  [default: the current one]")
def push(folder: Path, version: str | None) -> None:
    """Load a frozen release into the SPARQL server that planverk.toml names in [store], and make it current there.

    Until all of it is there, the server answers from the release before; and also if this is broken off. The release
    before stays in the server, older ones are dropped. Pushing the same release again changes nothing.
    """
    instance = instance_in(folder)
    try:
        frozen = open_release(instance.releases / version) if version else current(instance.releases)
    except ReleaseError as error:
        raise click.ClickException(str(error)) from None
    if frozen is None:
        raise click.ClickException(f"There is no release in {instance.releases}. Make one with `planverk release`.")
    _push(instance, frozen)


def _may_withdraw(instance: Instance, gone: list[URIRef], unasked: bool) -> bool:
    """Whether what was deleted is to be withdrawn, once it has been shown."""
    click.echo(f"Dette er gitt ut før og slettet nå. Det blir trukket tilbake {instance.issued.isoformat()}:")
    for line in desk.described(instance, gone):
        click.echo(f"  {line}")
    return unasked or click.confirm("Skal det trekkes tilbake?", err=True)


def _keep_keys(examined: publication.Examination) -> None:
    try:
        for path in write_keys(examined.new):
            click.echo(f"Nøkler for nye rader er skrevet inn: {path}", err=True)
    except ChangedError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"Nøklene kan ikke skrives inn; lukk arbeidsboken først. ({error})") from None


def _push(instance: Instance, frozen: Release) -> None:
    store = instance.store
    if store is None:
        raise click.ClickException(f"{instance.folder}: planverk.toml names no server in [store] to push to.")
    for variable in filter(None, (store.user_variable, store.password_variable)):
        if variable not in os.environ:
            raise click.ClickException(f"The environment variable {variable}, which planverk.toml names, is not set.")
    try:
        loading.push(frozen, server(store, os.environ), progress)
    except RemoteError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Utgave {frozen.version} er gjeldende på {store.query}")


COMMANDS = (check, release, push)
