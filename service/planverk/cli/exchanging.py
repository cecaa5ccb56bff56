"""Exchanging plans with other counties."""

import sys
from pathlib import Path

import click

from planverk.cli.terminal import instance_in, progress, report
from planverk.exchange import pull
from planverk.exchange.county import Allowance, ExchangeError
from planverk.findings import Severity
from planverk.release import ReleaseError
from planverk.vocabulary import read_vocabulary

_USUAL = Allowance()


@click.command("pull")
@click.argument("url")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path())
@click.option("--seconds", default=_USUAL.seconds, show_default=True, help="What one answer, and judging, may take.")
@click.option("--megabytes", default=_USUAL.megabytes, show_default=True, help="How large one answer may be.")
@click.option("--statements", default=_USUAL.statements, show_default=True, help="How many statements are taken.")
def pull_county(url: str, folder: Path, seconds: int, megabytes: int, statements: int) -> None:
    """Fetch another county's published plan, judge it, and keep it apart from one's own.

    URL is the county's site, its catalogue or its SPARQL endpoint. FOLDER is the instance (the current folder when left
    out); the plan is kept in pulled/ below it, with where it came from, and is part of the next release, in a named graph
    of its own. What was pulled before stays until there is something better.
    """
    instance = instance_in(folder)
    try:
        pulled = pull(instance, url, Allowance(seconds, megabytes, statements), read_vocabulary(), progress)
    except (ExchangeError, ReleaseError) as error:
        raise click.ClickException(str(error)) from None
    # What the other county might do better is its own affair; what is wrong or unknown to us is not.
    report([finding for finding in pulled.findings if finding.severity is not Severity.INFO], instance, None)
    if pulled.violations:
        raise click.ClickException(
            "Ingenting er hentet. Fylket må rette feilene over; det som var hentet før, står fortsatt."
        )
    county = pulled.neighbour
    if not pulled.is_new:
        click.echo(f"{county.base} sier det samme som sist ({len(county.graph)} utsagn); ingenting er endret.")
        sys.exit(0)
    click.echo(f"Hentet {len(county.graph)} utsagn fra {county.base} (sha256 {county.told_hash}).")
    click.echo("De blir med i neste utgave: øk `version` i planverk.toml og kjør `planverk release`.")


COMMANDS = (pull_county,)
