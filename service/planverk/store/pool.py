"""Queries in worker processes: a limited queue before them, and killed workers replaced.

Whoever asks waits in a thread (`query`) or on an event loop (`answer`), in the same queue.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import Enum, auto
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock
from typing import IO, NamedTuple, Protocol, TypeVar
from weakref import finalize

from planverk.limits import Limits
from planverk.store.aside import aside
from planverk.store.federation import Federation, Settled
from planverk.store.sparql import QueryRefused, SparqlRequest, is_deeper, is_lasting
from planverk.store.trouble import Busy, ClientGone, LimitExceeded, NotAcceptable, StoreUnreachable, TooManyFromClient

T = TypeVar("T")
# How long a thread waits before it looks whether the client is still there.
LOOK_UP = 0.05
# What an asker tells at the end of its work.
_TOLD = (NotAcceptable, StoreUnreachable)


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

    async def answer(self, asked: SparqlRequest, formats: Mapping[str, str], seconds: float) -> Result:
        """As `ask`, on an event loop; it is cancelled when the client is gone."""
        ...

    def end(self) -> None:
        """End what still runs; the asker is not used again."""
        ...


Claim = Callable[[Asker | None], object]


class Later(Enum):
    """What there is of a worker while all have work."""

    LATER = auto()


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
        self._claims: deque[Claim] = deque()
        self._lock = Lock()
        self._tending = ThreadPoolExecutor(limits.workers)
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
        self._measure(asked)
        with self._place_in_queue(client):
            # No worker waits for another endpoint, and the time spent there is taken from the query's.
            end = time.monotonic() + self.limits.seconds
            settled = self._federation.settle(asked, gone)
            left = end - time.monotonic()
            worker = self._take(gone)
            try:
                result = worker.ask(settled.asked, formats, gone, left)
            except QueryRefused as refused:
                self._pass_on(worker)
                raise settled.refusal(refused) from None
            except BaseException as error:
                self._part_with(worker, error)
                raise
            self._pass_on(worker)
        return _lasting_or_not(result, settled, asked)

    async def answer(self, asked: SparqlRequest, formats: Mapping[str, str], client: str = "") -> Result:
        """As `query`, on an event loop; it is cancelled when the client is gone."""
        self._measure(asked)
        with self._place_in_queue(client):
            end = time.monotonic() + self.limits.seconds
            settled = Settled(asked, None)
            if self._federation.is_wanted(asked):
                settled = await aside(partial(self._federation.settle, asked))
            left = end - time.monotonic()
            worker = await self._taken()
            try:
                result = await worker.answer(settled.asked, formats, left)
            except QueryRefused as refused:
                self._pass_on(worker)
                raise settled.refusal(refused) from None
            except BaseException as error:
                await self._apart(partial(self._part_with, worker, error))  # a process may take its time to die
                raise
            self._pass_on(worker)
        return _lasting_or_not(result, settled, asked)

    @property
    def load(self) -> dict[str, int]:
        """How many queries run and wait, and how many workers were replaced, for operators."""
        waiting = self._of_client.total() - self._running
        return {"running": self._running, "waiting": waiting, "replaced": self.replaced}

    def _measure(self, asked: SparqlRequest) -> None:
        # A very deep query would crash the engine's parser, and a very long one keep it busy, before any data is read.
        texts = (asked.query, *asked.default_graphs, *asked.named_graphs)
        if sum(len(text.encode()) for text in texts) > self.limits.query_kb << 10:
            raise LimitExceeded("query_kb", f"{self.limits.query_kb} KiB")
        if is_deeper(asked.query, self.limits.depth):
            raise LimitExceeded("depth", str(self.limits.depth))

    @contextmanager
    def _place_in_queue(self, client: str) -> Iterator[None]:
        with self._lock:
            if self._of_client[client] >= self.limits.per_client:
                raise TooManyFromClient
            if self._of_client.total() >= self.limits.workers + self.limits.waiting:
                raise Busy
            self._of_client[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._of_client[client] -= 1
                if not self._of_client[client]:
                    del self._of_client[client]

    def _take(self, gone: Callable[[], bool]) -> Asker:
        met: SimpleQueue[Asker | None] = SimpleQueue()
        claim = met.put
        worker = self._claim(claim)
        while worker is Later.LATER:
            try:
                worker = met.get(timeout=LOOK_UP)
            except Empty:
                if gone():
                    if not self._waive(claim):
                        self._pass_on(met.get())
                    raise ClientGone from None
        return worker or self._begin()

    async def _taken(self) -> Asker:
        loop = asyncio.get_running_loop()
        met: asyncio.Future[Asker | None] = loop.create_future()

        def claim(worker: Asker | None) -> None:
            if _is_running(loop):
                self._meet(met, worker)
            else:
                loop.call_soon_threadsafe(self._meet, met, worker)

        worker = self._claim(claim)
        if worker is Later.LATER:
            try:
                worker = await met
            except asyncio.CancelledError:
                if not self._waive(claim) and not met.cancelled():
                    self._pass_on(met.result())
                raise
        return worker or await self._begun()

    def _meet(self, met: "asyncio.Future[Asker | None]", worker: Asker | None) -> None:
        if met.cancelled():
            self._pass_on(worker)
        else:
            met.set_result(worker)

    def _claim(self, claim: Claim) -> Asker | Later | None:
        """A worker, or (None) the right to start one; or later, by a call of the claim."""
        with self._lock:
            if self._idle or self._started < self.limits.workers:
                self._running += 1
                self._started += not self._idle
                return self._idle.pop() if self._idle else None
            self._claims.append(claim)
        return Later.LATER

    def _waive(self, claim: Claim) -> bool:
        """Give up a claim; False when it is met already."""
        with self._lock:
            if claim not in self._claims:
                return False
            self._claims.remove(claim)
            return True

    def _begin(self) -> Asker:
        try:
            return self._start()
        except BaseException:
            self._pass_on(None)
            raise

    def _apart(self, job: Callable[[], T]) -> "asyncio.Future[T]":
        """Do what starts or ends a worker in a thread that is kept for that: all others may be waiting for workers."""
        return asyncio.get_running_loop().run_in_executor(self._tending, job)

    async def _begun(self) -> Asker:
        beginning = self._apart(self._begin)
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            beginning.add_done_callback(self._pass_on_begun)
            raise

    def _pass_on_begun(self, beginning: "asyncio.Future[Asker]") -> None:
        if beginning.exception() is None:
            self._pass_on(beginning.result())

    def _part_with(self, worker: Asker, error: BaseException) -> None:
        """Keep a worker that told the error itself and waits for the next query; end any other."""
        if isinstance(error, _TOLD) or (isinstance(error, LimitExceeded) and error.limit == "result_mb"):
            self._pass_on(worker)
            return
        worker.end()
        self.replaced += 1
        self._pass_on(None)

    def _pass_on(self, worker: Asker | None) -> None:
        """Give a worker, or the right to start one, to who has waited longest."""
        with self._lock:
            claim = self._claims.popleft() if self._claims else None
            if claim is None:
                self._running -= 1
                if worker:
                    self._idle.append(worker)
                else:
                    self._started -= 1
        if claim:
            claim(worker)


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether it is the loop of this thread."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def _end_all(idle: list[Asker]) -> None:
    while idle:
        idle.pop().end()


def _lasting_or_not(result: Result, settled: Settled, asked: SparqlRequest) -> Result:
    return result._replace(lasting=settled.rewriting is None and is_lasting(asked.query))
