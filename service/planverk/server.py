"""The server process: granian, running the Flask application behind its RSGI interface.

RSGI tells what WSGI cannot: that a client has hung up. A query of such a client is ended.
"""

import asyncio
import re
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from threading import Event
from typing import Any, NamedTuple
from wsgiref.types import WSGIApplication, WSGIEnvironment

from granian import Granian
from granian.constants import Interfaces

from planverk.instance import Instance
from planverk.web import create_app
from planverk.web.operators import log_requests_to_stdout

_SECONDS_TO_FINISH = 5
_PAGE_THREADS = 8
# A thread for every query that may run or wait, and some to refuse the rest at once.
_SPARE_QUERY_THREADS = 4
_LARGEST_BODY = 1 << 20
_PIECE = 1 << 16
# Pages may have their language before them.
_ASKS = re.compile("(/[a-z]{2,3})?/(sparql|query)")
# Most answers are ready before this; only for the others is it worth looking whether the client is still there.
_QUICK = 0.02


class Answer(NamedTuple):
    """What the application answered: a status, headers, and a body in pieces."""

    status: int
    headers: list[tuple[str, str]]
    body: Iterable[bytes]


class Front:
    """Hands requests to a WSGI application in threads: queries in some, all else in others, so that neither waits."""

    def __init__(self, application: WSGIApplication, query_threads: int) -> None:
        """Take the application."""
        self._application = application
        self._pages = ThreadPoolExecutor(_PAGE_THREADS)
        self._queries = ThreadPoolExecutor(query_threads + _SPARE_QUERY_THREADS)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:  # Any: granian's types are not public
        """Answer one request."""
        body = await _read(protocol)
        if body is None:
            protocol.response_str(413, [("content-type", "text/plain")], "The request is too large.")
            return
        gone = Event()
        threads = self._queries if _ASKS.match(scope.path) else self._pages
        loop = asyncio.get_running_loop()
        answering = loop.run_in_executor(threads, self._call, _environ(scope, body, gone))
        answer = await _unless_gone(answering, protocol, gone)
        await _send(answer, protocol, partial(loop.run_in_executor, threads))

    def _call(self, environ: WSGIEnvironment) -> Answer:
        started: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
            started.update(status=int(status.split(" ", 1)[0]), headers=headers)

        body = self._application(environ, start_response)
        return Answer(started["status"], [(name.lower(), value) for name, value in started["headers"]], body)


def run(instance: Instance, host: str, port: int, workers: int) -> None:
    """Serve until told to stop; requests under way are answered first, for as long as five seconds."""
    server = Granian(
        "planverk.web",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_FINISH,
    )
    server.serve(target_loader=partial(_load, instance), wrap_loader=False)


def _load(instance: Instance) -> Any:  # Any: granian types what it loads as a function
    log_requests_to_stdout()
    return Front(create_app(instance), instance.limits.workers + instance.limits.waiting)


async def _read(protocol: Any) -> bytes | None:
    body = bytearray()
    async for part in protocol:
        body += part
        if len(body) > _LARGEST_BODY:
            return None
    return bytes(body)


def _environ(scope: Any, body: bytes, gone: Event) -> WSGIEnvironment:
    """The request as WSGI has it (PEP 3333); `planverk.gone` is set when the client hangs up."""
    host, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "planverk.gone": gone,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key != "CONTENT_LENGTH":
            seen = environ.get(f"HTTP_{key}")
            environ[f"HTTP_{key}"] = f"{seen},{value}" if seen else value
    return environ


async def _unless_gone(answering: "asyncio.Future[Answer]", protocol: Any, gone: Event) -> Answer:
    """Wait for the answer; when the client hangs up meanwhile, say so to whoever is working on it."""
    await asyncio.wait({answering}, timeout=_QUICK)
    if not answering.done():
        hanging_up = asyncio.ensure_future(protocol.client_disconnect())
        await asyncio.wait({answering, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
        if hanging_up.done():
            gone.set()
        hanging_up.cancel()
    return await answering


async def _send(answer: Answer, protocol: Any, in_thread: Any) -> None:
    # Every answer has its Content-Length, so that a client can tell an answer that broke off from a whole one.
    pieces = iter(answer.body)
    try:
        first = await in_thread(_piece, pieces)
        length = next((int(value) for name, value in answer.headers if name == "content-length"), None)
        if not first:
            protocol.response_empty(answer.status, answer.headers)
        elif length is None or len(first) >= length:
            protocol.response_bytes(answer.status, answer.headers, first)
        else:
            stream = protocol.response_stream(answer.status, answer.headers)
            while first:
                await stream.send_bytes(first)
                first = await in_thread(_piece, pieces)
    finally:
        if hasattr(answer.body, "close"):
            answer.body.close()


def _piece(pieces: Iterator[bytes]) -> bytes:
    """Some of the body, not too little at a time; empty at its end."""
    found = bytearray()
    for part in pieces:
        found += part
        if len(found) >= _PIECE:
            break
    return bytes(found)
