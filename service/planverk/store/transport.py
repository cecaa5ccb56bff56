"""One exchange with a SPARQL server over HTTP: it ends in time, and its answer is whole or an error."""

import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from email.message import Message
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import SHUT_RDWR, socket
from threading import Event, Thread
from typing import IO, Any, NamedTuple
from urllib.error import URLError
from urllib.request import HTTPErrorProcessor, HTTPHandler, HTTPSHandler, OpenerDirector, Request, build_opener

from planverk.store.account import Account
from planverk.store.trouble import ClientGone, LimitExceeded, StoreUnreachable

_SECONDS_TO_CONNECT = 5
_LOOK_UP = 0.05
_PIECE = 1 << 16
_IN_MEMORY = 1 << 20


class Terms(NamedTuple):
    """What an exchange may take: seconds, and bytes of answer; and whether who asked has gone."""

    seconds: float
    largest: int
    gone: Callable[[], bool] = lambda: False


class Answer(NamedTuple):
    """What a server answered: status, header fields, size in bytes and content, read from the start."""

    status: int
    headers: Message
    size: int
    content: IO[bytes]


def exchange(request: Request, terms: Terms, account: Account | None = None) -> Answer:
    """Send a request and take the whole answer, whatever its status; who asks is told to a server that wants to know.

    Raises:
        TimeoutError: there was no whole answer in time; the connection is closed, whatever the server does.
        ClientGone: `terms.gone` said so meanwhile.
        LimitExceeded: the answer is larger than `terms.largest`.
        StoreUnreachable: there is no connection, or it broke before the answer was whole.

    """
    line = _Line()
    with _watched(line, terms):
        try:
            if account:
                account.sign(request)
            answer = _answer(request, line, terms.largest)
            if account and answer.status == HTTPStatus.UNAUTHORIZED and account.learn(answer.headers):
                answer.content.close()
                account.sign(request)
                answer = _answer(request, line, terms.largest)
        except (OSError, HTTPException) as error:
            raise line.cut_because or StoreUnreachable(
                f"{request.full_url.partition('?')[0]}: {_said(error)}. Is the server up, and its address right?"
            ) from None
    return answer


def _answer(request: Request, line: "_Line", largest: int) -> Answer:
    with _opened(build_opener(_Plain(line), _Secure(line), _AsItIs()), request) as response:
        return _collected(response, largest)


class _Line:
    """The connection of an exchange, which another thread may cut; whoever reads or writes then fails at once."""

    def __init__(self) -> None:
        self.cut_because: Exception | None = None
        self._sockets: list[socket] = []

    def hold(self, connection: socket) -> None:
        self._sockets.append(connection)
        if self.cut_because:
            self.cut(self.cut_because)

    def cut(self, reason: Exception) -> None:
        self.cut_because = reason
        for connection in self._sockets:
            with suppress(OSError):
                # The plain method also for TLS, whose own would take the connection from under the reader.
                socket.shutdown(connection, SHUT_RDWR)


@contextmanager
def _watched(line: _Line, terms: Terms) -> Iterator[None]:
    """Cut the line when time is up or nobody waits: a server that sends a byte now and then never meets a socket's timeout."""
    over = Event()
    end = time.monotonic() + terms.seconds

    def watch() -> None:
        while not (line.cut_because or over.wait(_LOOK_UP)):
            if terms.gone():
                line.cut(ClientGone())
            elif time.monotonic() > end:
                line.cut(TimeoutError(f"no whole answer in {terms.seconds} s"))

    Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()


class _Plain(HTTPHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_held(HTTPConnection, self._line), req)


class _Secure(HTTPSHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_held(HTTPSConnection, self._line), req, context=ssl.create_default_context())


class _AsItIs(HTTPErrorProcessor):
    """Takes an answer for one whatever its status, and follows no redirect: it comes from the address that was named, or it is none."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:  # urllib's parameters
        return response

    https_response = http_response


def _held(kind: type[HTTPConnection], line: _Line) -> Any:  # Any: urllib's stubs know only its own classes
    class Held(kind):  # type: ignore[misc, valid-type]  # the class is an argument
        def connect(self) -> None:
            super().connect()
            self.sock.settimeout(None)
            line.hold(self.sock)

        def request(self, method: str, url: str, body: Any = None, headers: Any = None, **more: Any) -> None:
            # urllib asks servers to close, and some then no longer say where their answer ends.
            super().request(method, url, body, {**(headers or {}), "Connection": "keep-alive"}, **more)

    return Held


@contextmanager
def _opened(opener: OpenerDirector, request: Request) -> Iterator[HTTPResponse]:
    with closing(opener.open(request, timeout=_SECONDS_TO_CONNECT)) as response:
        yield response


def _collected(response: HTTPResponse, largest: int) -> Answer:
    # Without a length or chunks, an answer that breaks off looks like a whole one (RFC 9112, section 8).
    if response.status == HTTPStatus.OK and response.length is None and not response.chunked:
        raise ConnectionError("the answer does not say where it ends")
    content: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # who reads it closes it
    try:
        while piece := response.read(_PIECE):
            content.write(piece)
            if content.tell() > largest:
                raise LimitExceeded("result_mb", f"{largest >> 20} MiB")
        if response.length:
            raise ConnectionError("the answer broke off")
    except BaseException:
        content.close()
        raise
    size = content.tell()
    content.seek(0)
    return Answer(response.status, response.headers, size, content)


def _said(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
