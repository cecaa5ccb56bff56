"""Hands requests to the application in threads: queries in some, all else in others, so that neither waits.

ASGI tells what WSGI cannot: that a client has hung up. A query of such a client is ended.
"""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from io import BytesIO
from threading import Event
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

from planverk.server.finished import Finished, FinishedAnswer, Question

Receive = Callable[[], Awaitable[dict[str, Any]]]  # Any: as ASGI has it
Send = Callable[[dict[str, Any]], Awaitable[None]]

_PAGE_THREADS = 8
# A thread for every query that may run or wait, and some to refuse the rest at once.
_SPARE_QUERY_THREADS = 4
_LARGEST_BODY = 1 << 20
_LARGEST_FINISHED = 1 << 20
# What a question holds or cannot have; an answer that depends on anything else is not kept.
_LOOKED_AT = {b"accept", b"accept-encoding", b"accept-language", b"accept-datetime", b"origin"}
_PIECE = 1 << 16
_SECONDS_TO_ASK = 30
_SECONDS_FOR_A_PIECE = 60
# Pages may have their language before them.
_ASKS = re.compile("(/[a-z]{2,3})?/(sparql|query)")
# Most answers are ready before this; only for the others is it worth looking whether the client is still there.
_QUICK = 0.02


class Answer(NamedTuple):
    """What the application answered: a status, headers, and a body in pieces."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: Iterable[bytes]


class Front:
    """An ASGI application (specification 2.3) before a WSGI one; what it answers may be kept among the finished."""

    def __init__(self, application: WSGIApplication, query_threads: int, finished: Finished) -> None:
        """Take the application."""
        self.finished = finished
        self._application = application
        self._pages = ThreadPoolExecutor(_PAGE_THREADS)
        self._queries = ThreadPoolExecutor(query_threads + _SPARE_QUERY_THREADS)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        body = await _read(receive)
        if isinstance(body, HTTPStatus):
            await _refuse(send, body)
            return
        gone = Event()
        environ = _environ(scope, body, gone)
        threads = self._queries if _ASKS.match(scope["path"]) else self._pages
        in_thread = partial(asyncio.get_running_loop().run_in_executor, threads)
        try:
            answer = await _unless_gone(in_thread(self._call, environ), receive, gone)
            await self._send(answer, environ, scope.get("planverk.question"), send, in_thread)
        finally:
            gone.set()  # the server may be stopping, and nobody waits any more

    def _call(self, environ: WSGIEnvironment) -> Answer:
        started: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
            started.update(status=int(status.split(" ", 1)[0]), headers=headers)

        body = self._application(environ, start_response)
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in started["headers"]]
        headers = [header for header in headers if header[0] != b"date"]  # the server says it, anew for each answer
        return Answer(started["status"], headers, body)

    async def _send(
        self, answer: Answer, environ: WSGIEnvironment, question: Question | None, send: Send, in_thread: Any
    ) -> None:
        # Every answer has its Content-Length, so that a client can tell an answer that broke off from a whole one.
        pieces = iter(answer.body)
        try:
            first = await in_thread(_piece, pieces)
            length = next((int(value) for name, value in answer.headers if name == b"content-length"), None)
            whole = not first or length is None or len(first) >= length
            has_content = environ["REQUEST_METHOD"] != "HEAD" and answer.status not in (204, 304)
            if whole and length is None and has_content:
                answer.headers.append((b"content-length", str(len(first)).encode()))
            if whole and question:
                self._keep(question, answer, first, environ)
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            while first and not whole:
                await asyncio.wait_for(
                    send({"type": "http.response.body", "body": first, "more_body": True}), _SECONDS_FOR_A_PIECE
                )
                first = await in_thread(_piece, pieces)
            await send({"type": "http.response.body", "body": first})
        finally:
            if hasattr(answer.body, "close"):
                answer.body.close()

    def _keep(self, question: Question, answer: Answer, body: bytes, environ: WSGIEnvironment) -> None:
        """Keep an answer that the release alone decides: the application says so of it, and of which release it is."""
        said = {name: value for name, value in answer.headers if name in (b"cache-control", b"vary")}
        caching, varying = (said.get(name, b"") for name in (b"cache-control", b"vary"))
        told = environ["planverk.told"]
        version, entry = told.get("version"), told.get("entry")
        if b"public" not in caching or b"no-store" in caching or len(body) > _LARGEST_FINISHED:
            return
        if {name.strip().lower() for name in varying.split(b",") if name} - _LOOKED_AT:
            return
        if version is not None and entry is not None:
            status = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n".encode()
            head = status + b"".join(b"%b: %b\r\n" % header for header in answer.headers)
            self.finished.keep(question, FinishedAnswer(head, body, entry), version)


async def _read(receive: Receive) -> bytes | HTTPStatus:
    """The content of the request, or why it is not taken."""
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS_TO_ASK):
            while True:
                message = await receive()
                body += message.get("body", b"")
                if len(body) > _LARGEST_BODY:
                    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        return HTTPStatus.REQUEST_TIMEOUT


async def _refuse(send: Send, status: HTTPStatus) -> None:
    text = f"{status.phrase}.\n".encode()
    headers = [
        (b"content-type", b"text/plain"), (b"content-length", str(len(text)).encode()), (b"connection", b"close"),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _environ(scope: dict[str, Any], body: bytes, gone: Event) -> WSGIEnvironment:
    """The request as WSGI has it (PEP 3333).

    `planverk.gone` is set when the client hangs up; in `planverk.told` the application says of which release its answer is, and
    how it is counted.
    """
    host, port = scope.get("server") or ("", 0)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "planverk.gone": gone,
        "planverk.told": {},
    }
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").upper().replace("-", "_"), value.decode("latin-1")
        if key == "CONTENT_TYPE":
            environ[key] = text
        elif key != "CONTENT_LENGTH":
            seen = environ.get(f"HTTP_{key}")
            environ[f"HTTP_{key}"] = f"{seen},{text}" if seen else text
    return environ


async def _unless_gone(answering: "asyncio.Future[Answer]", receive: Receive, gone: Event) -> Answer:
    """Wait for the answer; when the client hangs up meanwhile, say so to whoever is working on it."""
    await asyncio.wait({answering}, timeout=_QUICK)
    if not answering.done():
        hanging_up: asyncio.Future[Any] = asyncio.ensure_future(receive())  # Any: what ASGI sends
        await asyncio.wait([answering, hanging_up], return_when=asyncio.FIRST_COMPLETED)
        if hanging_up.done():
            gone.set()
        hanging_up.cancel()
    return await answering


def _piece(pieces: Iterator[bytes]) -> bytes:
    """Some of the body, not too little at a time; empty at its end."""
    found = bytearray()
    for part in pieces:
        found += part
        if len(found) >= _PIECE:
            break
    return bytes(found)
