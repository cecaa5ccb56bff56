"""Releases in the long run: prove that they are what was published."""

import sys

import click

from planverk.cli.terminal import progress
from planverk.store.trouble import LimitExceeded, StoreUnreachable
from planverk.verification import NotToBeVerified
from planverk.verification import verify as verify_place


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


COMMANDS = (verify,)
