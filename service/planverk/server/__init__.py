"""The server process: uvicorn, in which answers that are finished already go out before the application is asked."""

from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn
import uvloop
from uvicorn.supervisors import Multiprocess

from planverk.instance import Instance
from planverk.server.connection import Connection
from planverk.server.finished import Finished
from planverk.server.front import Front
from planverk.server.plain import Plain
from planverk.web import create_app
from planverk.web.operators import log_requests_to_stdout
from planverk.web.preparation import prepare
from planverk.web.straight import Straight

# Together five seconds: what is under way is answered, and what is not done then is ended.
_SECONDS_TO_FINISH = 4
# As long as a reverse proxy keeps an idle connection.
_SECONDS_IDLE = 75
_MOST_CONNECTIONS = 800


class Loop(uvloop.Loop):
    """The event loop of a process that listens beside others: the kernel shares the clients out among them.

    At one socket for all, the process that wakes first would take most of them.
    """

    async def create_server(self, *arguments: Any, **named: Any) -> Any:  # Any: as uvloop has it
        """Listen with SO_REUSEPORT."""
        return await super().create_server(*arguments, reuse_port=True, **named)


def run(instance: Instance, host: str, port: int, workers: int) -> None:
    """Serve until told to stop; requests under way are answered first, for as long as five seconds."""
    config = configured(partial(load, instance), host, port, workers)
    if workers > 1:
        config.bind_socket().close()  # ends here when somebody else listens there
        Multiprocess(config, sockets=None).run()  # type: ignore[arg-type]  # each then binds its own, as one process does
    else:
        uvicorn.Server(config).run()


def configured(make: Callable[[], Front], host: str, port: int, workers: int = 1) -> uvicorn.Config:
    """How uvicorn is to run what `make` makes."""
    return uvicorn.Config(
        make,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop" if workers == 1 else f"{Loop.__module__}:{Loop.__name__}",
        http=Connection,
        ws="none",
        lifespan="on",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="error",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_SECONDS_IDLE,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )


def load(instance: Instance) -> Front:
    """What answers for an instance, in each process anew."""
    log = log_requests_to_stdout()
    app = create_app(instance)
    finished = Finished(app.extensions["planverk.shelf"].version_at_hand, instance.limits.finished_mb << 20)
    threads = instance.limits.workers + instance.limits.waiting
    return Front(app, Plain(Straight(app)), threads, finished, partial(prepare, app), log.end)
