"""The running service: serve."""

from pathlib import Path

import click

from planverk.cli.terminal import FOLDER, instance_in
from planverk.server import run


@click.command()
@FOLDER
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--workers",
    default=1,
    show_default=True,
    help="Processes that answer, each with all that [limits] allows and with /metrics of its own.",
)
def serve(folder: Path, host: str, port: int, workers: int) -> None:
    """Serve an instance's current release; a new one is taken up without a restart."""
    run(instance_in(folder), host, port, workers)


COMMANDS = (serve,)
