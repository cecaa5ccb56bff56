"""A connection to a client: uvicorn's, but finished answers are sent at once, and a client that dawdles is not waited for.

A head is read by the parser once: the same bytes again, on any connection between two requests, are the same question.
"""

import asyncio
import time
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from planverk.server.finished import FinishedAnswer, Question

# How long a client may take to say what it wants, and how much it may say before its content.
_SECONDS_FOR_HEAD = 20
_LARGEST_HEAD = 1 << 16
# Most queries are answered before this. Ending one ends its worker, and starting another costs more than they do.
_A_MOMENT = 0.25
# A body up to this size is copied behind its head, to be sent with it; a larger one costs less as a piece of its own.
_LARGEST_COPIED = 1 << 14
# Parts of a question; a field may stand several times, and then means the same as with commas between.
_PARTS = {b"accept": 0, b"accept-encoding": 1, b"accept-language": 2, b"if-none-match": 3}
# With any of these an answer may be another, or there is content to read first.
_OTHERWISE = frozenset((
    b"accept-datetime", b"range", b"if-range", b"if-match", b"if-modified-since", b"if-unmodified-since", b"origin",
    b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"authorization", b"cookie",
))  # fmt: skip
_REFUSAL = b"HTTP/1.1 %d %b\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    """Takes a client's requests one after the other."""

    def __init__(self, *arguments: Any, **named: Any) -> None:  # Any: uvicorn's own
        """Take what uvicorn gives."""
        super().__init__(*arguments, **named)
        self._finished = self.app.finished  # the application is our Front
        self._between = True
        self._in_head = False
        self._heads = 0
        self._answered: Question | None = None
        self._at_once = False
        self._much = False
        self._head = 0
        self._began = self._ended = 0.0
        self._asking: asyncio.Task[Any] | None = None
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Greet a client, unless there are too many."""
        super().connection_made(transport)
        self._patience = self.loop.call_later(_SECONDS_FOR_HEAD, self._refuse, HTTPStatus.REQUEST_TIMEOUT)
        if len(self.connections) > (self.limit_concurrency or 0):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; what it asked the store is ended, unless it is nearly done."""
        self._lose_patience()
        if self._asking is not None:
            self.loop.call_later(_A_MOMENT, self._asking.cancel)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Answer what was asked before in the same bytes; read anything else."""
        self._began = time.perf_counter()
        rested = self._rests()
        found = self._finished.again(data) if rested else None
        if found is not None:
            self._send(found, self._began)
            return
        self._heads = 0
        self._read(data)
        if rested and self._heads == 1 and self._answered and self._rests():
            self._finished.recognize(data, self._answered)

    def _rests(self) -> bool:
        """Whether all that was asked here is answered, and nothing else begun."""
        return (
            self._between
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.transport.is_closing()
        )

    def _read(self, data: bytes) -> None:
        """Read on, and see how far the client has come."""
        was_in_head = self._in_head
        self._much |= was_in_head or len(data) > _LARGEST_HEAD
        super().data_received(data)
        if self._in_head:
            self._head += len(data) if was_in_head else 0
            if self._head > _LARGEST_HEAD:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            elif self._patience is None:
                self._patience = self.loop.call_later(_SECONDS_FOR_HEAD, self._refuse, HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._lose_patience()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._between, self._in_head, self._head = False, True, 0
        self._heads, self._answered = self._heads + 1, None
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """All is known of a request but its content: answer at once, or ask the application."""
        self._in_head = False
        if self.transport.is_closing():  # nothing is read after a request that asked to close
            self._at_once = True
            return
        if (
            self._much
            and sum(map(len, (self.url, *(part for field in self.headers for part in field)))) > _LARGEST_HEAD
        ):
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            self._at_once = True
            return
        question = self._question()
        if question and (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused:
            found = self._finished.find(question)
            if found is not None:
                self._at_once = True
                self._answered = question
                self._send(found, self._began, stays=self.parser.should_keep_alive())
                return
            self.scope["planverk.question"] = question  # type: ignore[typeddict-unknown-key]  # ours
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Content of a request; one that was answered at once has none."""
        if not self._at_once:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """A request ends."""
        self._between = True
        if self._at_once:
            self._at_once = False
        else:
            super().on_message_complete()

    def _question(self) -> Question | None:
        method = self.parser.get_method()
        if method not in (b"GET", b"HEAD") or self.parser.get_http_version() != "1.1":
            return None
        parts = [b"", b"", b"", b""]
        for name, value in self.headers:
            if name in _OTHERWISE:
                return None
            place = _PARTS.get(name)
            if place is not None:
                parts[place] = b"%b,%b" % (parts[place], value) if parts[place] else value
        return Question(method, self.url, *parts)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # Any: as uvicorn has it
        """Ask the store, when the request is a plain query; ask the application anything else."""
        outcome = None if app is not self.app or self.flow.write_paused else self.app.ask(cycle.scope)
        if outcome is None:
            super()._start_asgi_task(cycle, app)
            return
        self._asking = outcome
        self.tasks.add(outcome)
        outcome.add_done_callback(partial(self._tell, cycle, time.perf_counter()))

    def _tell(self, cycle: RequestResponseCycle, began: float, outcome: "asyncio.Task[Any]") -> None:
        """Send what the store answered; let the application tell of anything else."""
        self._asking = None
        self.tasks.discard(outcome)
        if outcome.cancelled() or cycle.disconnected:
            self.app.forget(cycle.scope)
            self.transport.close()
            return
        found = self.app.finish(cycle.scope)
        if found is None:
            super()._start_asgi_task(cycle, self.app)
            return
        cycle.response_complete = True
        self._send(found, began, stays=cycle.keep_alive)
        self.on_response_complete()

    def _send(self, found: FinishedAnswer, began: float, *, stays: bool = True) -> None:
        head = found.head + _last_lines(tuple(self.server_state.default_headers), stays)
        if len(found.body) > _LARGEST_COPIED:
            self.transport.writelines((head, found.body))
        else:
            self.transport.write(head + found.body)
        if not stays:
            self.transport.close()
        elif self.timeout_keep_alive_task is None:
            self._await_more(self.timeout_keep_alive)
        self._ended = time.perf_counter()
        found.entry.tell(self._ended - began)

    def timeout_keep_alive_handler(self) -> None:
        """Close what has been idle for too long; a finished answer does not set the clock again, but is remembered."""
        left = self._ended + self.timeout_keep_alive - time.perf_counter()
        if left > 0:
            self._await_more(left)
        else:
            super().timeout_keep_alive_handler()

    def _await_more(self, seconds: float) -> None:
        self._lose_patience()
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _refuse(self, status: HTTPStatus) -> None:
        if not self.transport.is_closing():
            if self._in_head or status != HTTPStatus.REQUEST_TIMEOUT:  # who has said nothing gets no answer
                self.transport.write(_REFUSAL % (status, status.phrase.encode()))
            self.transport.close()

    def _lose_patience(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


@lru_cache(maxsize=4)
def _last_lines(headers: tuple[tuple[bytes, bytes], ...], stays: bool) -> bytes:
    """How a head ends: with the date, which is another each second, and with what becomes of the connection."""
    end = b"\r\n" if stays else b"connection: close\r\n\r\n"
    return b"".join(b"%b: %b\r\n" % header for header in headers) + end
