"""A worker process as the service sees it: a query goes in, a complete answer or its cause of death comes out.

Whoever asks waits in a thread, or on an event loop, where nothing else waits meanwhile.
"""

import asyncio
import json
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from planverk.limits import Limits
from planverk.store import frames
from planverk.store.aside import aside
from planverk.store.incoming import IN_MEMORY, Incoming
from planverk.store.pool import LOOK_UP, Result
from planverk.store.sparql import SparqlRequest
from planverk.store.trouble import ClientGone, LimitExceeded, StoreFailed
from planverk.store.watch import Watch

_ENCODER = json.JSONEncoder(ensure_ascii=False)  # as it is, a query is short enough for the socket to take at once


class Worker:
    """One worker process and the socket to it."""

    def __init__(self, store: Path, limits: Limits) -> None:
        """Start the process; it opens the store while the service goes on."""
        self._limits = limits
        self._peer, theirs = socket.socketpair()
        self._frames = frames.Frames(self._peer)
        self._watch = Watch(self._peer)
        command = [sys.executable, "-m", "planverk.store.worker", str(store), str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                [*command, json.dumps(limits._asdict())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
            )

    def ask(self, asked: SparqlRequest, formats: Mapping[str, str], gone: Callable[[], bool], seconds: float) -> Result:
        """Run one query to its end; the worker is of no more use when this raises what the worker did not say itself."""
        deadline = time.monotonic() + seconds
        with Incoming() as answer:
            try:
                self._send(asked, formats)
                return self._collect(answer, deadline, gone)
            except (EOFError, ConnectionError):
                raise self._cause_of_death() from None

    async def answer(self, asked: SparqlRequest, formats: Mapping[str, str], seconds: float) -> Result:
        """As `ask`, on an event loop; who cancels it is gone."""
        deadline = time.monotonic() + seconds
        with Incoming() as answer:
            try:
                self._send(asked, formats)
                while (result := self._further(answer)) is None:
                    if answer.size > IN_MEMORY:
                        return await aside(partial(self._collect, answer, deadline))  # the rest goes to the disk
                    await self._watch.readable(deadline)
                    with suppress(BlockingIOError):
                        self._frames.read(socket.MSG_DONTWAIT)
            except TimeoutError:
                raise self._too_slow() from None
            except (EOFError, ConnectionError):
                raise await asyncio.to_thread(self._cause_of_death) from None
            return result

    def end(self) -> None:
        """Kill the process and forget it."""
        self._watch.close()
        self._process.kill()
        self._process.wait()

    def _send(self, asked: SparqlRequest, formats: Mapping[str, str]) -> None:
        body = {
            "query": asked.query,
            "default": asked.default_graphs,
            "named": asked.named_graphs,
            "formats": formats,
        }
        self._peer.sendall(frames.frame(frames.QUERY, _ENCODER.encode(body).encode()))

    def _collect(self, answer: Incoming, deadline: float, gone: Callable[[], bool]) -> Result:
        while (result := self._further(answer)) is None:
            if time.monotonic() > deadline:
                raise self._too_slow()
            if gone():
                raise ClientGone
            if select.select([self._peer], [], [], LOOK_UP)[0]:
                self._frames.read()
        return result

    def _further(self, answer: Incoming) -> Result | None:
        """The answer, when all of it is here."""
        while (found := self._frames.at_hand()) is not None:
            if answer.take(*found):
                return answer.result()
        return None

    def _too_slow(self) -> LimitExceeded:
        return LimitExceeded("seconds", f"{self._limits.seconds} s")

    def _cause_of_death(self) -> LimitExceeded | StoreFailed:
        status = -self._process.wait()
        if status <= 0:
            return StoreFailed()
        if status in (signal.SIGXCPU, signal.SIGALRM):
            return self._too_slow()
        if status == signal.SIGSEGV:
            return LimitExceeded("depth", str(self._limits.depth))
        return LimitExceeded("memory_mb", f"{self._limits.memory_mb} MiB")
