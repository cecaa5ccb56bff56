"""Releases in the long run: tell what changed, prove what was published, keep all of it as files."""

import re
import sys
import tempfile
from pathlib import Path

import click

from planverk import serialization
from planverk.changes import LANGUAGES, Comparison, Side, changeset, side
from planverk.cli.terminal import FOLDER, instance_in, progress
from planverk.media import BY_SUFFIX, N_TRIPLES, RDF_REPRESENTATIONS
from planverk.release import ReleaseError, open_release
from planverk.store.trouble import LimitExceeded, StoreUnreachable
from planverk.verification import NotToBeVerified, triples
from planverk.verification import verify as verify_place
from planverk.vocabulary import read_vocabulary


@click.command()
@click.argument("place")
@click.option("--quiet", is_flag=True, help="Only what differs.")
def verify(place: str, quiet: bool) -> None:
    """Compute the hashes of a release anew and compare them with its manifest and SHA256SUMS.

    PLACE is the folder or the address of a release (https://…/releases/1.0.0/), or one dump (data.ttl.gz): its
    statements alone are enough. Formats with named graphs (.nq, .trig) are compared by canonicalHash, all by triplesHash.
    """
    try:
        verdict = verify_place(place, (lambda step: None) if quiet else progress)
    except (NotToBeVerified, StoreUnreachable, LimitExceeded, TimeoutError) as error:
        raise click.ClickException(str(error)) from None
    for difference in verdict.differences:
        click.echo(difference)
    if verdict.hashes and not quiet:
        click.echo(f"canonicalHash {verdict.hashes.dataset or '-'}\ntriplesHash   {verdict.hashes.triples}")
    click.echo(f"{len(verdict.checked)} prøvd, {len(verdict.differences)} avvik", err=True)
    sys.exit(1 if verdict.differences else 0)


@click.command()
@click.argument("older")
@click.argument("newer")
@click.option(
    "--instance", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The instance whose versions are meant, where OLDER and NEWER are versions.",
)  # fmt: skip
@click.option("--language", type=click.Choice(LANGUAGES), default="nb", show_default=True, help="Of the sentences.")
@click.option("--format", "suffix", type=click.Choice([row.suffix for row in RDF_REPRESENTATIONS]), help="RDF instead.")
def diff(older: str, newer: str, folder: Path | None, language: str, suffix: str | None) -> None:
    """Tell what was added, changed, withdrawn and removed from OLDER to NEWER.

    Each is the folder of a release, a dump (data.ttl, data.nq.gz), or a version of the instance that --instance names.
    Exit code 0 when there is no difference, 1 when there is.
    """
    with tempfile.TemporaryDirectory(prefix="planverk-") as room:
        sides = _sides([older, newer], folder, Path(room))
        comparison = Comparison(sides[0], sides[1], read_vocabulary().ontology)
        for change in comparison.changes() if not suffix else ():
            click.echo(comparison.sentences(change)[language])
        if suffix:
            lines = serialization.statements(changeset(comparison, "urn:planverk:", "diff", None))
            click.echo(serialization.write(lines, BY_SUFFIX[suffix]), nl=False)
        sys.exit(1 if comparison.things else 0)


def _sides(places: list[str], folder: Path | None, room: Path) -> list[Side]:
    """What two places hold: by what editors stated where both are releases, else by all statements."""
    paths = [instance_in(folder).releases / place if folder else Path(place) for place in places]
    try:
        if all(path.is_dir() for path in paths):
            return [side(open_release(path)) for path in paths]
        return [_dump(path, room / f"{number}.nt") for number, path in enumerate(paths)]
    except (ReleaseError, NotToBeVerified) as error:
        raise click.ClickException(str(error)) from None


def _dump(path: Path, target: Path) -> Side:
    """A dump, or that of a release, as sorted N-Triples in a file."""
    target.write_bytes(triples(path / f"data.{N_TRIPLES.suffix}" if path.is_dir() else path))
    return Side(target)


@click.command("export-static")
@FOLDER
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.option("--leave-out", help="Addresses not to write, as a pattern, such as '^/[^?]*releases/[^/]+/doc/'.")
def export_static(folder: Path, target: Path, leave_out: str | None) -> None:
    """Write the whole site into TARGET as files that any web server can serve, so that its addresses outlive the software.

    All or nothing: an earlier export in TARGET stands until the new one is whole. Exit code 1 when a link leads nowhere.
    """
    from planverk.web.export import NotToBeExported, export
    from planverk.web.shelf import NothingReleased

    try:
        written = export(instance_in(folder), target, progress, re.compile(leave_out) if leave_out else None)
    except re.error as error:
        raise click.BadParameter(f"«{leave_out}» is no pattern: {error}.") from None
    except NotToBeExported as error:
        raise click.ClickException(str(error)) from None
    except NothingReleased:
        raise click.ClickException(f"There is no release of {folder}. Make one with `planverk release`.") from None
    for address, where in written.broken:
        click.echo(f"{where or 'planverk'}: {address}")
    click.echo(f"{written.files} filer i {target}, {len(written.broken)} lenker fører ingensteds", err=True)
    sys.exit(1 if written.broken else 0)


COMMANDS = (diff, verify, export_static)
