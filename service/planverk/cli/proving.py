"""Proving a deployment from outside."""

import json
import sys

import click

from planverk.doctor import CHECKS, FAILED, PASSED, Result, examine
from planverk.doctor.visit import Site

_SIGNS = {PASSED: "ok     ", FAILED: "FAILED "}


@click.command("doctor")
@click.argument("url")
@click.option("--timeout", default=20.0, show_default=True, help="Seconds that one request may last.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def prove(url: str, timeout: float, as_json: bool) -> None:
    """Prove a deployment from outside: ask the service at URL as clients, harvesters and strangers do.

    Each check passes, fails (with the reason, and how to mend it) or has nothing to look at here. Nothing is changed
    there. One check asks a query without end, to see it stopped.
    """
    try:
        site = Site(url, timeout)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="URL") from None
    results = []
    for check in CHECKS:
        results.append(examine(site, check))
        if not as_json:
            _tell(results[-1])
    failed = sum(result.outcome == FAILED for result in results)
    if as_json:
        rows = [result._asdict() for result in results]
        click.echo(json.dumps({"address": site.base, "failed": failed, "checks": rows}, ensure_ascii=False, indent=2))
    click.echo(f"{site.base}: {failed} of {len(results)} checks failed", err=True)
    sys.exit(1 if failed else 0)


def _tell(result: Result) -> None:
    click.echo(f"{_SIGNS.get(result.outcome, 'n/a    ')}{result.check}")
    for reason in result.reasons:
        click.echo(f"         {reason}")
    if result.mend:
        click.echo(f"         To mend it: {result.mend}")


COMMANDS = (prove,)
