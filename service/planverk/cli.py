"""The command line: `planverk check`, `release`, `push`, `serve`, `query` and, for the vocabulary, `ontology-release`."""

import os
import sys
from pathlib import Path

import click

from planverk import __version__, publication, versions
from planverk.findings import Finding, Severity
from planverk.instance import Instance, InstanceError, read_instance
from planverk.release import Release, ReleaseError, current, open_release
from planverk.store import loading
from planverk.store.library import server
from planverk.store.remote import RemoteError, ask
from planverk.versions import VersionError

_NAMES = {Severity.VIOLATION: "FEIL", Severity.WARNING: "ADVARSEL", Severity.INFO: "MERKNAD"}
_FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """Publish a county's regional plan as linked open data.

    FOLDER is an instance: the editors' files (.ttl) and planverk.toml, such as data/buskerud.

    Exit codes: 0 all is well, 1 the data or the request is at fault, 2 the command line is.
    """


@main.command()
@_FOLDER
@click.option(
    "--language", type=click.Choice(["nb", "nn", "en"]), help="Language of the findings.  [default: the instance's]"
)
@click.option("--quiet", is_flag=True, help="Only violations, no warnings and notes.")
def check(folder: Path, language: str | None, quiet: bool) -> None:
    """Judge an instance by the rules; write nothing."""
    instance = _instance(folder)
    examined = publication.examine(instance, _progress)
    _report(examined.violations if quiet else examined.findings, instance, language)
    sys.exit(1 if examined.violations else 0)


@main.command()
@_FOLDER
@click.option("--push", "and_push", is_flag=True, help="Then push it, as `planverk push` does.")
def release(folder: Path, and_push: bool) -> None:
    """Check an instance and freeze it as the version that planverk.toml names.

    Nothing is published if there is a violation. Releasing the same content again changes nothing.
    """
    instance = _instance(folder)
    examined = publication.examine(instance, _progress)
    if examined.violations:
        _report(examined.violations, instance, None)
        raise click.ClickException("Ingenting er gitt ut. Rett feilene over; utgaven som står, står fortsatt.")
    try:
        frozen = publication.publish(instance, examined, _progress)
    except ReleaseError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Utgave {frozen.version} er gjeldende: {frozen.folder} (sha256 {frozen.content_hash})")
    if and_push:
        _push(instance, frozen)


@main.command()
@_FOLDER
@click.option("--version", help="A version that was frozen before.  [default: the current one]")
def push(folder: Path, version: str | None) -> None:
    """Load a frozen release into the SPARQL server that planverk.toml names in [store], and make it current there.

    Until all of it is there, the server answers from the release before; and also if this is broken off. The release
    before stays in the server, older ones are dropped. Pushing the same release again changes nothing.
    """
    instance = _instance(folder)
    try:
        frozen = open_release(instance.releases / version) if version else current(instance.releases)
    except ReleaseError as error:
        raise click.ClickException(str(error)) from None
    if frozen is None:
        raise click.ClickException(f"There is no release in {instance.releases}. Make one with `planverk release`.")
    _push(instance, frozen)


@main.command()
@_FOLDER
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, help="Processes that answer.")
def serve(folder: Path, host: str, port: int, workers: int) -> None:
    """Serve an instance's current release; a new one is taken up without a restart."""
    from planverk.server import run

    run(_instance(folder), host, port, workers)


@main.command("ontology-release")
def release_ontology() -> None:
    """Freeze the vocabulary as the version it gives itself, and print what is new in it, for CHANGELOG.md.

    For those who keep the ontology, in a checkout. Freezing the same content again changes nothing; other content under
    a frozen version is refused.
    """
    try:
        frozen = versions.freeze()
    except VersionError as error:
        raise click.ClickException(str(error)) from None
    click.echo(versions.changelog(frozen))


@main.command("query")
@click.argument("endpoint")
@click.argument("query", required=False)
@click.option(
    "--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read the query from a file."
)
@click.option("--timeout", default=60, show_default=True, help="Seconds to wait for the answer.")
def query_endpoint(endpoint: str, query: str | None, file: Path | None, timeout: int) -> None:
    """Ask any SPARQL endpoint a SELECT or ASK and print a table.

    QUERY is the text of the query; leave it out to read it from --file or standard input.
    """
    text = query or (file.read_text(encoding="utf-8") if file else sys.stdin.read())
    try:
        click.echo(ask(endpoint, text, timeout))
    except RemoteError as error:
        raise click.ClickException(str(error)) from None


def _push(instance: Instance, frozen: Release) -> None:
    store = instance.store
    if store is None:
        raise click.ClickException(f"{instance.folder}: planverk.toml names no server in [store] to push to.")
    for variable in filter(None, (store.user_variable, store.password_variable)):
        if variable not in os.environ:
            raise click.ClickException(f"The environment variable {variable}, which planverk.toml names, is not set.")
    try:
        loading.push(frozen, server(store, os.environ), _progress)
    except RemoteError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Utgave {frozen.version} er gjeldende på {store.query}")


def _instance(folder: Path) -> Instance:
    try:
        return read_instance(folder)
    except InstanceError as error:
        raise click.ClickException(str(error)) from None


def _progress(step: str) -> None:
    click.echo(f"{step} …", err=True)


def _report(findings: list[Finding], instance: Instance, language: str | None) -> None:
    languages = (language, *instance.languages) if language else instance.languages
    for finding in findings:
        where = finding.place or str(finding.focus or instance.folder)
        click.echo(f"{where}: {_NAMES[finding.severity]} {finding.rule_name}: {finding.sentence(languages)}")
    grave = sum(finding.severity is Severity.VIOLATION for finding in findings)
    click.echo(f"{grave} feil, {len(findings) - grave} advarsler og merknader", err=True)


if __name__ == "__main__":
    main()
