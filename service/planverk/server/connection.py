"""A connection to a client: uvicorn's, but finished answers are sent at once, and a client that dawdles is not waited for.

A head is read by the parser once: the same bytes again, on any connection between two requests, are the same question. Of a plain
query the first line may be another: what the bytes after it mean is known as well.
"""

import asyncio
import time
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from planverk.server.finished import FinishedAnswer, Question, asked
from planverk.server.front import ERRAND, Errand
from planverk.server.refusal import refused

# How long a client may take to say what it wants, and how much it may say before its content.
_SECONDS_FOR_HEAD = 20
_LARGEST_HEAD = 1 << 16
# Most queries are answered before this. Ending one ends its worker, and starting another costs more than they do.
_A_MOMENT = 0.5
# A body up to this size is copied behind its head, to be sent with it; a larger one costs less as a piece of its own.
_LARGEST_COPIED = 1 << 14
# How often it is looked whether a client takes what waits for it, and how little is too little between two times.
_SECONDS_TO_TAKE = 60
_LEAST_TAKEN = 1 << 14


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
        self._asks: Question | None = None
        self._at_once = False
        self._much = False
        self._head = 0
        self._began = self._ended = 0.0
        self._plain = self.app.plain
        self._errand: Errand | None = None
        self._told: Errand | None = None
        self._answering: RequestResponseCycle | None = None
        self._asked = self._early = b""
        self._leaving = False
        self._patience: asyncio.TimerHandle | None = None
        self._glance: asyncio.TimerHandle | None = None
        self._stirs = False
        self._waiting = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Greet a client, unless there are too many."""
        super().connection_made(transport)
        self._patience = self.loop.call_later(_SECONDS_FOR_HEAD, self._refuse, HTTPStatus.REQUEST_TIMEOUT)
        self._glance = self.loop.call_later(_SECONDS_TO_TAKE, self._look)
        if len(self.connections) > (self.limit_concurrency or 0):
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; what it asked the store is ended, unless it is nearly done."""
        self._lose_patience()
        if self._glance is not None:
            self._glance.cancel()
        if self._errand is not None:
            self.loop.call_later(_A_MOMENT, self._errand.asked.outcome.cancel)
        if self._answering is not None:  # uvicorn tells the request that was read last, for which others may wait
            self._answering.disconnected = True
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """The client has taken most of what waited for it."""
        self._stirs = True
        super().resume_writing()

    def _look(self) -> None:
        """Let a client go that says nothing and takes next to nothing of what waits for it, also of the last that it will get."""
        waiting = self.transport.get_write_buffer_size()
        if waiting and self._waiting - waiting < _LEAST_TAKEN and self._waiting and not self._stirs:
            self.transport.abort()
            return
        self._waiting, self._stirs = waiting, False
        self._glance = self.loop.call_later(_SECONDS_TO_TAKE, self._look)

    def shutdown(self) -> None:
        """Let the client go, but not before it has what the store is being asked for."""
        self._leaving = True
        if self._errand is None:
            super().shutdown()

    def data_received(self, data: bytes) -> None:
        """Answer what was asked before in the same bytes; ask the store a plain query; read anything else."""
        self._stirs = True
        if self._errand is not None:
            self._wait_with(data)
            return
        self._began = time.perf_counter()
        rested = self._rests()
        found = self._finished.again(data) if rested else None
        if found is not None:
            self._send(found)
        elif not (rested and self._ask(data)):
            self._heads = 0
            self._read(data)
            if rested and self._heads == 1 and self._between:
                self._recognize(data)

    def _recognize(self, data: bytes) -> None:
        """Remember what the whole of a request is, or its fields."""
        if self._answered and self._rests():
            self._finished.recognize(data, self._answered)
        elif self._asks:
            self._plain.recognize(data, self._asks, self.headers)

    def _wait_with(self, data: bytes) -> None:
        """Keep what a client says before it has its answer, and do not listen when it is much."""
        self._early += data
        if len(self._early) > _LARGEST_HEAD:
            self.flow.pause_reading()

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
                self._refuse(self._what_is_too_large())
            elif self._patience is None:
                self._patience = self.loop.call_later(_SECONDS_FOR_HEAD, self._refuse, HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._lose_patience()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._between, self._in_head, self._head = False, True, 0
        self._heads, self._answered, self._asks = self._heads + 1, None, None
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """All is known of a request but its content: answer at once, or ask the application."""
        self._in_head = False
        if self.transport.is_closing():  # nothing is read after a request that asked to close
            self._at_once = True
            return
        is_current = self.parser.get_http_version() == "1.1"
        fault = self._fault(is_current)
        if fault is not None:
            self._refuse(fault)
            self._at_once = True
            return
        question = asked(self.parser.get_method(), self.url, self.headers) if is_current else None
        if question and (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused:
            found = self._finished.find(question)
            if found is not None:
                self._at_once = True
                self._answered = question
                self._send(found, stays=self.parser.should_keep_alive())
                return
            self._asks = question if self.parser.should_keep_alive() else None
            self.scope["planverk.question"] = question  # type: ignore[typeddict-unknown-key]  # ours
        super().on_headers_complete()

    def _fault(self, is_current: bool) -> HTTPStatus | None:
        """What a head is refused with, if at all; one of HTTP/1.1 names one host (RFC 9112, section 3.2)."""
        size = sum(map(len, (self.url, *(part for field in self.headers for part in field)))) if self._much else 0
        if size > _LARGEST_HEAD:
            return self._what_is_too_large()
        hosts = sum(name == b"host" for name, _ in self.headers)
        return HTTPStatus.BAD_REQUEST if is_current and hosts != 1 else None

    def _what_is_too_large(self) -> HTTPStatus:
        """What to refuse a head with that is too large (RFC 9112, section 3; RFC 6585, section 5)."""
        is_target = len(self.url) > _LARGEST_HEAD // 2
        return HTTPStatus.REQUEST_URI_TOO_LONG if is_target else HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE

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

    def _ask(self, head: bytes) -> bool:
        """Ask the store, when a head is that of a plain query; False when it is to be read first."""
        plain = self._plain.read(head)
        if plain is None:
            return False
        found = self._finished.find(plain.question)
        if found is not None:
            self._finished.recognize(head, plain.question)
            self._send(found)
            return True
        errand = self.app.ask(plain, self.client[0] if self.client else "")
        if errand is None:
            return False
        self._errand, self._asked = errand, head
        self._lose_patience()
        errand.asked.outcome.add_done_callback(partial(self._tell, errand))
        return True

    def _tell(self, errand: Errand, outcome: "asyncio.Task[Any]") -> None:  # Any: the errand knows
        """Send what the store answered; let the application tell of anything else."""
        self._errand = None
        if self.transport.is_closing() or outcome.cancelled():
            self.app.forget(errand)
            self.transport.close()
            return
        found = self.app.finish(errand)
        if found is not None:
            self._send(found, stays=not self._leaving)
        else:
            self._let_tell(errand)
        if self._early:
            early, self._early = self._early, b""
            self.flow.resume_reading()
            self.data_received(early)

    def _let_tell(self, errand: Errand) -> None:
        self._told = errand
        self._read(self._asked)
        if self._told is not None:
            self.app.forget(errand)
        if self._leaving:
            super().shutdown()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # Any: as uvicorn has it
        """Have the application answer, and know what the store was asked before."""
        self._answering = cycle
        if self._told is not None and app is self.app:
            cycle.scope[ERRAND], self._told = self._told, None  # type: ignore[literal-required]  # ours
        super()._start_asgi_task(cycle, app)

    def _send(self, found: FinishedAnswer, *, stays: bool = True) -> None:
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
        found.entry.tell(self._ended - self._began)

    def timeout_keep_alive_handler(self) -> None:
        """Close what has been idle for too long; a finished answer does not set the clock again, but is remembered."""
        left = self._ended + self.timeout_keep_alive - time.perf_counter()
        if left > 0 or self._errand is not None:
            self._await_more(max(left, _A_MOMENT))
        else:
            super().timeout_keep_alive_handler()

    def _await_more(self, seconds: float) -> None:
        self._lose_patience()
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _refuse(self, status: HTTPStatus) -> None:
        if not self.transport.is_closing():
            if self._in_head or status != HTTPStatus.REQUEST_TIMEOUT:  # who has said nothing gets no answer
                self.transport.write(refused(status))
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
