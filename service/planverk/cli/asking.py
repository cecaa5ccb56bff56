"""Asking an endpoint."""

import sys
from pathlib import Path

import click

from planverk.store.remote import RemoteError, ask


@click.command("query")
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
    try:
        text = query or (file.read_text(encoding="utf-8-sig") if file else sys.stdin.read())
    except UnicodeDecodeError:
        raise click.ClickException(
            f"{file or 'The query'} is not saved as UTF-8. Save it anew, with UTF-8 as its encoding."
        ) from None
    try:
        click.echo(ask(endpoint, text, timeout))
    except RemoteError as error:
        raise click.ClickException(str(error)) from None


COMMANDS = (query_endpoint,)
