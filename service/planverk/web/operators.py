"""For those who run the service: is it alive, is it ready, how is it doing, and what was asked of it."""

import json
import logging
import sys
import time
from collections import deque
from functools import lru_cache
from threading import Event, Lock, Thread
from typing import NamedTuple

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from planverk.web.responses import edition
from planverk.web.tallies import Tallies, Tally

blueprint = Blueprint("operators", __name__)
_LOG = logging.getLogger("planverk.access")
# Where the environment of a request has when it was begun with, when that was before the application was asked.
BEGAN = "planverk.began"
_A_MOMENT = 0.2
# When so many lines wait, whoever has one more waits until they are written.
_MOST_WAITING = 1 << 14


class Answered(NamedTuple):
    """What is told of an answer: nothing about the client, nor what stood after the question mark, which may be anything."""

    method: str
    path: str
    route: str
    status: int
    type: str | None
    bytes: int | None


class Measures:
    """What is counted; one set for each process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answers = Tallies()
        self.registry.register(self.answers)
        self.queries = Gauge("planverk_queries", "Queries now", ["state"], registry=self.registry)
        self.workers = Gauge("planverk_workers_replaced", "Query workers ended and replaced", registry=self.registry)
        self.release = Gauge("planverk_release_info", "The release served", ["version"], registry=self.registry)

    def entry(self, answered: Answered) -> "Entry":
        """How an answer is counted and told."""
        tally = self.answers.of(answered.method, answered.route, answered.status)
        return Entry(tally, json.dumps(answered._asdict(), ensure_ascii=False)[1:-1])


class Entry(NamedTuple):
    """Where an answer is counted, and what the log says of it besides the time."""

    tally: Tally
    told: str

    def line(self, seconds: float) -> str:
        """The line of the log, as JSON."""
        return f'{{"time": "{_written(int(time.time()))}", {self.told}, "ms": {seconds * 1000:.2f}}}'

    def tell(self, seconds: float) -> None:
        """Count the answer, which took so long, and log it."""
        self.tally.add(seconds)
        if not _LOG.isEnabledFor(logging.INFO):
            return
        lines = next((handler for handler in _LOG.handlers if isinstance(handler, Lines)), None)
        if lines:  # a record of the log takes longer than some answers
            lines.put(self.line(seconds))
        else:
            _LOG.info("%s", self.line(seconds))


class Lines(logging.Handler):
    """Standard output; lines go out together, within a moment, so that no answer waits for it."""

    def __init__(self) -> None:
        """Begin to look now and then whether something is to be written."""
        super().__init__()
        self._stream = sys.stdout
        self._waiting: deque[str] = deque()
        self._writing = Lock()
        self._ended = Event()
        Thread(target=self._look, daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record of the log."""
        self.put(self.format(record))

    def put(self, line: str) -> None:
        """Take a line."""
        self._waiting.append(f"{line}\n")
        if len(self._waiting) > _MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Write what there is."""
        with self._writing:
            self._stream.write("".join(self._waiting.popleft() for _ in range(len(self._waiting))))
            self._stream.flush()

    def end(self) -> None:
        """Write what there is, and take no more; who asks the application otherwise logs as others do."""
        self._ended.set()
        self.flush()
        _LOG.removeHandler(self)
        _LOG.propagate = True

    def _look(self) -> None:
        while not (self._ended.wait(_A_MOMENT) or self._stream.closed):
            self.flush()


def register(app: Flask) -> None:
    """Count and log every request of the application."""
    app.extensions["planverk.measures"] = Measures()
    app.before_request(_begin)
    app.after_request(_count)


def log_requests_to_stdout() -> Lines:
    """Write each request as a line of JSON to standard output, for a service that runs on its own; end it with that."""
    handler = Lines()
    handler.setFormatter(logging.Formatter("%(message)s"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    _LOG.propagate = False
    return handler


@blueprint.get("/health/live")
def live() -> Response:
    """The process answers."""
    return _plain("live\n")


@blueprint.get("/health/ready")
def ready() -> Response:
    """There is a release to serve; 503 before the first."""
    return _plain(f"ready: release {edition().release.version}\n")


@blueprint.get("/metrics")
def metrics() -> Response:
    """The measures in the text format of Prometheus."""
    measures = _measures()
    load = edition().store.load
    for state in ("running", "waiting"):
        measures.queries.labels(state).set(load[state])
    measures.workers.set(load["replaced"])
    measures.release.clear()
    measures.release.labels(edition().release.version).set(1)
    return Response(generate_latest(measures.registry), content_type=CONTENT_TYPE_LATEST)


def _plain(text: str) -> Response:
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.cache_control.no_store = True
    return response


def _measures() -> Measures:
    return measures_of(current_app)


def measures_of(app: Flask) -> Measures:
    """What is counted of an application."""
    return app.extensions["planverk.measures"]  # type: ignore[no-any-return]  # put there by register


def _begin() -> None:
    g.began = request.environ.get(BEGAN) or time.perf_counter()


def _count(response: Response) -> Response:
    # The route, not the path, is counted: its values are few.
    route = request.url_rule.rule if request.url_rule else "none"
    path = request.script_root + request.path
    answered = Answered(request.method, path, route, response.status_code, response.mimetype, response.content_length)
    entry = _measures().entry(answered)
    # A finished answer that is sent again is counted and told like the first.
    request.environ.get("planverk.told", {})["entry"] = entry
    entry.tell(time.perf_counter() - g.get("began", time.perf_counter()))
    return response


@lru_cache(maxsize=2)
def _written(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))
