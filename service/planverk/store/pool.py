"""Queries in worker processes: each with a deadline, a limited queue before them, and killed workers replaced."""

import json
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Condition
from typing import IO, Any, NamedTuple, Protocol
from weakref import finalize

from planverk.limits import Limits
from planverk.store import frames
from planverk.store.federation import Federation
from planverk.store.sparql import QueryRefused, SparqlRequest, depth, is_lasting
from planverk.store.trouble import Busy, ClientGone, LimitExceeded, NotAcceptable, StoreFailed, TooManyFromClient

_IN_MEMORY = 1 << 20
_LOOK_UP = 0.05


class Result(NamedTuple):
    """A complete answer: the suffix of its format, its size in bytes, and its content, read from the start."""

    format: str
    size: int
    content: IO[bytes]
    lasting: bool = True
    """Whether the same question has the same answer as long as the release is the same."""


class Asker(Protocol):
    """Runs one query at a time."""

    def ask(self, asked: SparqlRequest, formats: Mapping[str, str], gone: Callable[[], bool], seconds: float) -> Result:
        """Run one query to its end, which must come within some seconds."""
        ...

    def end(self) -> None:
        """End what still runs; the asker is not used again."""
        ...


class Worker:
    """One worker process and the socket to it."""

    def __init__(self, store: Path, limits: Limits) -> None:
        """Start the process; it opens the store while the service goes on."""
        self._limits = limits
        self._peer, theirs = socket.socketpair()
        self._frames = frames.Frames(self._peer)
        command = [sys.executable, "-m", "planverk.store.worker", str(store), str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                [*command, json.dumps(limits._asdict())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )

    def ask(self, asked: SparqlRequest, formats: Mapping[str, str], gone: Callable[[], bool], seconds: float) -> Result:
        """Run one query to its end; the worker is of no more use when this raises LimitExceeded or ClientGone."""
        deadline = time.monotonic() + seconds
        body = {
            "query": asked.query,
            "default": asked.default_graphs,
            "named": asked.named_graphs,
            "formats": dict(formats),
        }
        try:
            self._peer.sendall(frames.frame(frames.QUERY, json.dumps(body).encode()))
            return self._collect(deadline, gone)
        except (EOFError, ConnectionError):
            raise self._cause_of_death() from None

    def end(self) -> None:
        """Kill the process and forget it."""
        self._peer.close()
        self._process.kill()
        self._process.wait()

    def _collect(self, deadline: float, gone: Callable[[], bool]) -> Result:
        # The whole result is put aside before anything is sent, on disk when it is large: a client gets all or an error.
        content: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # the response closes it
        form = ""
        try:
            while True:
                kind, body = self._next(deadline, gone)
                if kind == frames.HEADER:
                    form = json.loads(body)["format"]
                elif kind == frames.DATA:
                    content.write(body)
                elif kind == frames.FAILURE:
                    raise _failure(json.loads(body))
                else:
                    return Result(form, content.tell(), _rewound(content))
        except BaseException:
            content.close()
            raise

    def _next(self, deadline: float, gone: Callable[[], bool]) -> tuple[bytes, bytes]:
        while (found := self._frames.at_hand()) is None:
            if time.monotonic() > deadline:
                raise LimitExceeded("seconds", f"{self._limits.seconds} s")
            if gone():
                raise ClientGone
            if select.select([self._peer], [], [], _LOOK_UP)[0]:
                self._frames.read()
        return found

    def _cause_of_death(self) -> LimitExceeded | StoreFailed:
        status = -self._process.wait()
        if status <= 0:
            return StoreFailed()
        if status in (signal.SIGXCPU, signal.SIGALRM):
            return LimitExceeded("seconds", f"{self._limits.seconds} s")
        if status == signal.SIGSEGV:
            return LimitExceeded("depth", str(self._limits.depth))
        return LimitExceeded("memory_mb", f"{self._limits.memory_mb} MiB")


class Pool:
    """The workers of one store, and the queue before them."""

    def __init__(self, start: Callable[[], Asker], limits: Limits, federation: Federation | None = None) -> None:
        """Take what starts a worker, which is called when one is first needed, and what asks other endpoints."""
        self._federation = federation or Federation()
        self.limits = limits
        self.replaced = 0
        self._start = start
        self._idle: list[Asker] = []
        self._started = 0
        self._running = 0
        self._of_client: Counter[str] = Counter()
        self._free = Condition()
        # When nobody holds the pool any more, a newer release has taken its place, or the service stops.
        finalize(self, _end_all, self._idle)

    def query(
        self,
        asked: SparqlRequest,
        formats: Mapping[str, str],
        client: str = "",
        gone: Callable[[], bool] = lambda: False,
    ) -> Result:
        """The complete answer to a query, in the format (its suffix) that `formats` has for its kind of answer.

        Raises:
            Busy: too much is waiting, in all or from this client; nothing was run.
            QueryRefused: the query is not SPARQL or asks for what is not done here.
            NotAcceptable: `formats` has none for this kind.
            LimitExceeded: the query cost more than the limits allow and was ended.
            EndpointFailed: another endpoint that it asks by SERVICE gave no answer that can be used.
            ClientGone: `gone` said so while the query waited or ran.
            StoreFailed, StoreUnreachable: the worker could not do its work at all.

        """
        self._measure(asked.query)
        with self._place_in_queue(client):
            # No worker waits for another endpoint, and the time spent there is taken from the query's.
            began = time.monotonic()
            settled = self._federation.settle(asked, gone)
            seconds = self.limits.seconds - (time.monotonic() - began)
            try:
                with self._worker(gone) as worker:
                    result = worker.ask(settled.asked, formats, gone, seconds)
            except QueryRefused as refused:
                raise settled.refusal(refused) from None
        return result._replace(lasting=settled.rewriting is None and is_lasting(asked.query))

    @property
    def load(self) -> dict[str, int]:
        """How many queries run and wait, and how many workers were replaced, for operators."""
        waiting = self._of_client.total() - self._running
        return {"running": self._running, "waiting": waiting, "replaced": self.replaced}

    def _measure(self, query: str) -> None:
        # A very deep query would crash the engine's parser, and a very long one keep it busy, before any data is read.
        if len(query.encode()) > self.limits.query_kb << 10:
            raise LimitExceeded("query_kb", f"{self.limits.query_kb} KiB")
        if depth(query) > self.limits.depth:
            raise LimitExceeded("depth", str(self.limits.depth))

    @contextmanager
    def _place_in_queue(self, client: str) -> Iterator[None]:
        with self._free:
            if self._of_client[client] >= self.limits.per_client:
                raise TooManyFromClient
            if self._of_client.total() >= self.limits.workers + self.limits.waiting:
                raise Busy
            self._of_client[client] += 1
        try:
            yield
        finally:
            with self._free:
                self._of_client[client] -= 1
                if not self._of_client[client]:
                    del self._of_client[client]

    @contextmanager
    def _worker(self, gone: Callable[[], bool]) -> Iterator[Asker]:
        worker: Asker | None = self._take(gone)
        try:
            yield worker  # type: ignore[misc]  # it is None only after the query
        except (LimitExceeded, ClientGone, StoreFailed) as error:
            # One that stopped at the size of its result did so by itself, and is as good as before.
            if not (isinstance(error, LimitExceeded) and error.limit == "result_mb"):
                self._discard(worker)
                worker = None
            raise
        finally:
            self._give_back(worker)

    def _take(self, gone: Callable[[], bool]) -> Asker:
        with self._free:
            while not self._idle and self._started >= self.limits.workers:
                self._free.wait(_LOOK_UP)
                if gone():
                    raise ClientGone
            self._running += 1
            if self._idle:
                return self._idle.pop()
            self._started += 1
        return self._start()

    def _discard(self, worker: Asker | None) -> None:
        if worker:
            worker.end()
        with self._free:
            self._started -= 1
            self.replaced += 1

    def _give_back(self, worker: Asker | None) -> None:
        with self._free:
            self._running -= 1
            if worker:
                self._idle.append(worker)
            self._free.notify()


def _end_all(idle: list[Asker]) -> None:
    while idle:
        idle.pop().end()


def _failure(told: dict[str, Any]) -> Exception:
    if told["kind"] == "QueryRefused":
        return QueryRefused(told["reason"], **told["place"])
    if told["kind"] == "NotAcceptable":
        return NotAcceptable(told["available"])
    return LimitExceeded(told["limit"], told["allowed"])


def _rewound(content: IO[bytes]) -> IO[bytes]:
    content.seek(0)
    return content
