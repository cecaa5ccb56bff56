"""The process that runs queries, one at a time: it may be slow, swell or die without harm to anything else.

It is started as `python -m planverk.store.worker STORE DESCRIPTOR LIMITS` and ends when its socket does.
"""

import gc
import json
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from itertools import count, islice
from pathlib import Path
from socket import socket
from typing import Any

from planverk.limits import Limits
from planverk.store import frames
from planverk.store.embedded import EmbeddedStore
from planverk.store.formats import BY_SUFFIX, FORMATS
from planverk.store.sparql import QueryRefused, SparqlRequest
from planverk.store.trouble import LimitExceeded, NotAcceptable

_MB = 1 << 20
_SECONDS_OF_GRACE = 1
# Pages come before queries when both want the processor.
_NICENESS = 15


class _Sender:
    """A file that sends what is written to it as the content of an answer, up to a size; a small answer goes out as one piece."""

    def __init__(self, peer: socket, limits: Limits, suffix: str) -> None:
        self._peer = peer
        self._limits = limits
        self._left = limits.result_mb * _MB
        self._first = frames.frame(frames.HEADER, suffix.encode())
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise LimitExceeded("result_mb", f"{self._limits.result_mb} MiB")
        self._waiting += data
        if len(self._waiting) >= 1 << 16:
            self._send()
        return len(data)

    def flush(self) -> None:
        """Leave it to the end."""

    def end(self) -> None:
        self._send(frames.frame(frames.END))

    def _send(self, last: bytes = b"") -> None:
        self._peer.sendall(self._first + frames.frame(frames.DATA, self._waiting) + last)
        self._first = b""
        self._waiting.clear()


def main(store: Path, peer: socket, limits: Limits) -> None:
    """Answer queries until the service hangs up."""
    opened = EmbeddedStore(store, limits.held_mb * _MB)
    _confine(opened, limits)
    fuse = _Fuse(limits)
    gc.freeze()  # what is here stays, and need not be looked through
    with suppress(EOFError, ConnectionError):
        asked = frames.Frames(peer)
        while True:
            _, body = asked.next()
            fuse.light()
            _answer(opened, peer, limits, json.loads(body))
            fuse.quench()


def _confine(store: EmbeddedStore, limits: Limits) -> None:
    """Step back behind the pages, bound the memory, leave no core file, and allow nothing to be opened but the rest of the store."""
    os.nice(_NICENESS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    bound = pages * resource.getpagesize() + limits.memory_mb * _MB
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # RocksDB opens sixteen of its files at first and the others when they are needed.
    bound = _bound_that_leaves(len(set(store.files) - _open_files()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (bound, bound))


def _open_files() -> set[Path]:
    return {link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}


def _bound_that_leaves(files: int) -> int:
    """The bound below which just so many descriptors are free, also between those that are in use."""
    free = (descriptor for descriptor in count() if not _is_open(descriptor))
    return next(islice(free, files, None))


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


class _Fuse:
    """Ends the worker when a query takes too long: the service does that, but might be gone."""

    def __init__(self, limits: Limits) -> None:
        self._seconds = limits.seconds + _SECONDS_OF_GRACE
        self._bound = 0
        _, self._most = resource.getrlimit(resource.RLIMIT_CPU)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def light(self) -> None:
        """Begin to count, for one query."""
        signal.setitimer(signal.ITIMER_REAL, self._seconds)
        bound = int(time.process_time()) + self._seconds
        if bound != self._bound:
            resource.setrlimit(resource.RLIMIT_CPU, (bound, self._most))
            self._bound = bound

    def quench(self) -> None:
        """It is answered."""
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(store: EmbeddedStore, peer: socket, limits: Limits, asked: dict[str, Any]) -> None:
    try:
        answer = store.query(SparqlRequest(asked["query"], tuple(asked["default"]), tuple(asked["named"])))
        suffix = asked["formats"].get(answer.kind)
        if suffix is None:
            _fail(peer, "NotAcceptable", available=[row.media_type for row in FORMATS[answer.kind]])
            return
        sender = _Sender(peer, limits, suffix)
        answer.write(BY_SUFFIX[suffix], sender)
        sender.end()
    except NotAcceptable as error:
        _fail(peer, "NotAcceptable", available=error.available)
    except QueryRefused as error:
        _fail(peer, "QueryRefused", reason=str(error), place=error.place)
    except LimitExceeded as error:
        _fail(peer, "LimitExceeded", limit=error.limit, allowed=error.allowed)
    except MemoryError:
        _fail(peer, "LimitExceeded", limit="memory_mb", allowed=f"{limits.memory_mb} MiB")


def _fail(peer: socket, kind: str, **details: Any) -> None:
    peer.sendall(frames.frame(frames.FAILURE, json.dumps({"kind": kind, **details}).encode()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), socket(fileno=int(sys.argv[2])), Limits(**json.loads(sys.argv[3])))
