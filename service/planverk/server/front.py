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

from planverk.server.finished import Fields, Finished, FinishedAnswer, Question, written
from planverk.server.plain import Plain, PlainQuery
from planverk.server.refusal import refusal
from planverk.store.pool import Result
from planverk.web.operators import Entry
from planverk.web.straight import Asked

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
# Pages may have their language before them.
_ASKS = re.compile("(/[a-z]{2,3})?/(sparql|query)")
# Where the scope of a request has a plain query that was asked before.
ERRAND = "planverk.errand"
# Most answers are ready before this; only for the others is it worth looking whether the client is still there.
_QUICK = 0.02


class Answer(NamedTuple):
    """What the application answered: a status, headers, the first piece of the body, whether it is all, the others, and what ends it."""

    status: int
    headers: Fields
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
        plain: Plain,
        query_threads: int,
        finished: Finished,
        prepare: Callable[[], None] = lambda: None,
        end: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the application, what answers plain queries, what gets it ready beside the first requests, and what is to be done after the last."""
        self.finished = finished
        self.plain = plain
        self._application = application
        self._pages = ThreadPoolExecutor(_PAGE_THREADS)
        self._queries = ThreadPoolExecutor(query_threads + _SPARE_QUERY_THREADS)
        self._under_way: dict[Key, asyncio.Future[Shared | None]] = {}
        self._prepare = prepare
        self._end = end

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request, or live from the first to the last (ASGI lifespan protocol)."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        question: Question = scope.get("planverk.question", _NONE)
        errand: Errand | None = scope.get(ERRAND)
        key: Key = errand.key if errand else self._key(question)
        if errand or (question is not _NONE and key not in self._under_way):
            await self._answer_first(key, scope, receive, send)
        elif question is _NONE or not await _share(self._under_way[key], send):
            await self._answer(scope, receive, send)

    def ask(self, plain: PlainQuery, address: str) -> "Errand | None":
        """Ask the store a plain query, unless somebody else is just asking the same; `finish` or `forget` it when that is done."""
        key, version = self._key(plain.question), self.finished.version
        asked = None if version is None or key in self._under_way else self.plain.ask(plain, version, address)
        if asked is None:
            return None
        self._under_way[key] = asyncio.get_running_loop().create_future()
        return Errand(key, asked)

    def finish(self, errand: "Errand") -> FinishedAnswer | None:
        """The answer to a plain query that was asked; None when it is left to the application."""
        (question, _), asked = errand
        found = self.plain.answer(question, asked)
        if found is None:
            return None
        finished, fields = found
        self._under_way[errand.key].set_result(Shared(HTTPStatus.OK, fields, finished.body, finished.entry))
        self._forget(errand.key)
        self.finished.keep(question, finished, asked.edition.release.version)
        return finished

    def forget(self, errand: "Errand") -> None:
        """Nobody waits any more for a query that was asked, whatever has become of it."""
        errand.asked.outcome.add_done_callback(_seen)
        self._forget(errand.key)

    def _key(self, question: Question) -> "Key":
        return question, self.finished.version  # who comes after another release does not wait for an answer of this

    def _forget(self, key: "Key") -> None:
        shared = self._under_way.pop(key)
        if not shared.done():
            shared.set_result(None)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        asyncio.get_running_loop().set_default_executor(self._queries)
        self._pages.submit(self._prepare)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer_first(self, key: "Key", scope: dict[str, Any], receive: Receive, send: Send) -> None:
        shared = self._under_way.setdefault(key, asyncio.get_running_loop().create_future())
        try:
            await self._answer(scope, receive, send, shared)
        finally:
            self._forget(key)

    async def _answer(
        self, scope: dict[str, Any], receive: Receive, send: Send, shared: "asyncio.Future[Shared | None] | None" = None
    ) -> None:
        body = await _read(receive)
        if isinstance(body, HTTPStatus):
            await _refuse(send, body)
            return
        gone = Event()
        errand: Errand | None = scope.get(ERRAND)
        environ = _environ(scope, body, gone) | (errand.asked.environ if errand else {})
        threads = self._queries if _ASKS.match(scope["path"]) else self._pages
        in_thread = partial(asyncio.get_running_loop().run_in_executor, threads)
        try:
            answer = await _unless_gone(in_thread(self._call, environ), receive, gone)
            question = scope.get("planverk.question")
            entry = self._keep(question, answer, environ) if question and answer.whole else None
            if errand and entry and answer.status == HTTPStatus.OK:
                self.plain.learn(errand.key[0], errand.asked, answer.headers)
            if shared:
                shared.set_result(Shared(answer.status, answer.headers, answer.first, entry) if entry else None)
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
        head = written(answer.status, answer.headers)
        self.finished.keep(question, FinishedAnswer(head, answer.first, entry), version)
        return entry


class Shared(NamedTuple):
    """An answer that holds for all who ask the same, and how it is counted."""

    status: int
    headers: Fields
    body: bytes
    entry: Entry


Key = tuple[Question, str | None]


class Errand(NamedTuple):
    """A plain query under way: as what it is shared with others, and what becomes of it."""

    key: Key
    asked: Asked


def _seen(outcome: "asyncio.Task[Any]") -> None:
    """Look at what nobody is told of: trouble, of which asyncio would tell, and a large answer, which is put aside in a file."""
    if not outcome.cancelled() and outcome.exception() is None and isinstance(outcome.result(), Result):
        outcome.result().content.close()


async def _share(first: "asyncio.Future[Shared | None]", send: Send) -> bool:
    """Wait for the answer that the first who asked gets, and send it again; False when it does not hold for others."""
    began = time.perf_counter()
    shared = await asyncio.shield(first)
    if shared is None:
        return False
    await send({"type": "http.response.start", "status": shared.status, "headers": shared.headers})
    await send({"type": "http.response.body", "body": shared.body})
    shared.entry.tell(time.perf_counter() - began)
    return True


async def _send(answer: Answer, send: Send, in_thread: Any) -> None:
    first, whole = answer.first, answer.whole
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        while first and not whole:
            await send({"type": "http.response.body", "body": first, "more_body": True})
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
    fields, text = refusal(status)
    await send({"type": "http.response.start", "status": int(status), "headers": fields})
    await send({"type": "http.response.body", "body": text})


def _environ(scope: dict[str, Any], body: bytes, gone: Event) -> WSGIEnvironment:
    """The request as WSGI has it (PEP 3333), but for fields with `_` in their names: WSGI would take them for others.

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
        if b"_" in name:
            continue
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
