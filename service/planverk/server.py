"""The server process: granian, chosen by measurement (docs/decisions), running the Flask application."""

from functools import partial

from granian import Granian
from granian.constants import Interfaces

from planverk.instance import Instance
from planverk.web import create_app

_THREADS = 8
_SECONDS_TO_FINISH = 5


def run(instance: Instance, host: str, port: int, workers: int) -> None:
    """Serve until told to stop; requests under way are answered first."""
    server = Granian(
        "planverk.web",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=_THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_FINISH,
    )
    server.serve(target_loader=partial(create_app, instance), wrap_loader=False)
