"""For those who keep the ontology."""

import click

from planverk import versions
from planverk.versions import VersionError


@click.command("ontology-release")
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


COMMANDS = (release_ontology,)
