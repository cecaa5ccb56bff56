"""Hands requests to the application in threads: queries in some, all else in others, so that neither waits.

ASGI tells what WSGI cannot: that a client has hung up. A query of such a client is ended.
"""

import asyncio
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from io import BytesIO
from threading import Event
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

from planverk.server.finished import Finished, FinishedAnswer, Question
from planverk.web.operators import Entry
from planverk.web.straight import QUERY

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
# What is asked by whoever asks something that an answer is never kept of.
_NONE = Question(b"", b"", b"", b"", b"", b"")
_SECONDS_TO_ASK = 30
_SECONDS_FOR_A_PIECE = 60
# Pages may have their language before them.
_ASKS = re.compile("(/[a-z]{2,3})?/(sparql|query)")
# Most answers are ready before this; only for the others is it worth looking whether the client is still there.
_QUICK = 0.02


class Answer(NamedTuple):
    """What the application answered: a status, headers, the first piece of the body, whether it is all, the others, and what ends it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    first: bytes
    whole: bool
    others: Iterator[bytes]
    close: Callable[[], None]


class Front:
    """An ASGI application (specification 2.3) before a WSGI one; what it answers may be kept among the finished.

    Of several who ask the same at once, one is answered by the application, and the others with it.
    """

    def __init__(
        self,
        application: WSGIApplication,
        query_threads: int,
        finished: Finished,
        prepare: Callable[[], None] = lambda: None,
        end: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the application, what gets it ready beside the first requests, and what is to be done after the last."""
        self.finished = finished
        self._application = application
        self._pages = ThreadPoolExecutor(_PAGE_THREADS)
        self._queries = ThreadPoolExecutor(query_threads + _SPARE_QUERY_THREADS)
        self._under_way: dict[tuple[Question, str | None], asyncio.Future[Shared | None]] = {}
        self._prepare = prepare
        self._end = end

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or live from the first to the last (ASGI lifespan protocol)."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        question: Question = scope.get("planverk.question", _NONE)
        asked = (question, self.finished.version)  # who comes after another release does not wait for an answer of this
        first = self._under_way.get(asked)
        if first is None and question is not _NONE:
            await self._answer_first(asked, scope, receive, send)
        elif first is None or not await _share(first, send):
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pages.submit(self._prepare)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer_first(
        self, asked: tuple[Question, str | None], scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        shared = self._under_way[asked] = asyncio.get_running_loop().create_future()
        try:
            await self._answer(scope, receive, send, shared)
        finally:
            del self._under_way[asked]
            if not shared.done():
                shared.set_result(None)

    async def _answer(
        self, scope: dict[str, Any], receive: Receive, send: Send, shared: "asyncio.Future[Shared | None] | None" = None
    ) -> None:
        body = await _read(receive)
        if isinstance(body, HTTPStatus):
            await _refuse(send, body)
            return
        gone = Event()
        environ = _environ(scope, body, gone) | _query(scope.get("planverk.question"))
        threads = self._queries if _ASKS.match(scope["path"]) else self._pages
        in_thread = partial(asyncio.get_running_loop().run_in_executor, threads)
        try:
            answer = await _unless_gone(in_thread(self._call, environ), receive, gone)
            question = scope.get("planverk.question")
            entry = self._keep(question, answer, environ) if question and answer.whole else None
            if shared:
                shared.set_result(Shared(answer, entry) if entry else None)
            await _send(answer, send, in_thread)
        finally:
            gone.set()  # the server may be stopping, and nobody waits any more

    def _call(self, environ: WSGIEnvironment) -> Answer:
        started: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
            started.update(status=int(status.split(" ", 1)[0]), headers=headers)

        body = self._application(environ, start_response)
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in started["headers"]]
        headers = [header for header in headers if header[0] != b"date"]  # the server says it, anew for each answer
        pieces, close = iter(body), getattr(body, "close", lambda: None)
        try:
            first = _piece(pieces)
        except BaseException:
            close()
            raise
        length = next((int(value) for name, value in headers if name == b"content-length"), None)
        whole = not first or length is None or len(first) >= length
        has_content = environ["REQUEST_METHOD"] != "HEAD" and started["status"] not in (204, 304)
        # Every answer has its Content-Length, so that a client can tell an answer that broke off from a whole one.
        if whole and length is None and has_content:
            headers.append((b"content-length", str(len(first)).encode()))
        return Answer(started["status"], headers, first, whole, pieces, close)

    def _keep(self, question: Question, answer: Answer, environ: WSGIEnvironment) -> Entry | None:
        """Keep an answer that the release alone decides: the application says so of it, and of which release it is."""
        said = {name: value for name, value in answer.headers if name in (b"cache-control", b"vary")}
        caching, varying = (said.get(name, b"") for name in (b"cache-control", b"vary"))
        told = environ["planverk.told"]
        version: str | None = told.get("version")
        entry: Entry | None = told.get("entry")
        if b"public" not in caching or b"no-store" in caching or len(answer.first) > _LARGEST_FINISHED:
            return None
        if {name.strip().lower() for name in varying.split(b",") if name} - _LOOKED_AT:
            return None
        if version is None or entry is None:
            return None
        status = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n".encode()
        head = status + b"".join(b"%b: %b\r\n" % header for header in answer.headers)
        self.finished.keep(question, FinishedAnswer(head, answer.first, entry), version)
        return entry


class Shared(NamedTuple):
    """An answer that holds for all who ask the same, and how it is counted."""

    answer: Answer
    entry: Entry


async def _share(first: "asyncio.Future[Shared | None]", send: Send) -> bool:
    """Wait for the answer that the first who asked gets, and send it again; False when it does not hold for others."""
    began = time.perf_counter()
    shared = await asyncio.shield(first)
    if shared is None:
        return False
    status, headers, body = shared.answer[:3]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    shared.entry.tell(time.perf_counter() - began)
    return True


async def _send(answer: Answer, send: Send, in_thread: Any) -> None:
    first, whole = answer.first, answer.whole
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        while first and not whole:
            await asyncio.wait_for(
                send({"type": "http.response.body", "body": first, "more_body": True}), _SECONDS_FOR_A_PIECE
            )
            first = await in_thread(_piece, answer.others)
        await send({"type": "http.response.body", "body": first})
    finally:
        answer.close()


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


def _query(question: Question | None) -> dict[str, str]:
    """The query, as the web takes it, of a question that is a query and no more; the server says nothing of any other."""
    if question is None or question.method != b"GET" or question.known or question.encoding not in (b"", b"identity"):
        return {}
    before, found, query = question.target.partition(b"/sparql?query=")
    if before or not found or b"&" in query or b"#" in query:
        return {}
    try:
        text = unquote_to_bytes(query.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return {}
    return {QUERY: text} if text.strip() else {}


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
