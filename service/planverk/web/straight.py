"""The commonest question, a query by GET and nothing else to decide, asked before the application: its answer's head is known.

The application answers the first of a kind, and gets whatever is no plain answer, with what became of the query. So every
head is one that it wrote; only the length and the validator are of the answer itself.
"""

import time
from collections.abc import Iterable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask

from planverk.store.cache import Kept
from planverk.store.pool import Result
from planverk.store.sparql import SparqlRequest
from planverk.web.answers import OUTCOME, etag, formats, look_up
from planverk.web.errors import TROUBLE
from planverk.web.operators import Answered, measures_of
from planverk.web.responses import EDITION

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

# Where the environment of a request has the query, when that is all it says besides the two fields here.
QUERY = "planverk.query"
_FIELDS = ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")
_OF_EACH = ("content-length", "etag", "date")
_MOST_HEADS = 256
_ROUTE = "/sparql"
_OK = "200 OK"


class _Kind(NamedTuple):
    """What answers with the same head have in common."""

    fields: tuple[str, ...]
    format: str


class Straight:
    """A WSGI application before the application."""

    def __init__(self, app: Flask) -> None:
        """Take the application as it stands so far."""
        self._application = app.wsgi_app
        self._shelf = app.extensions["planverk.shelf"]
        self._measures = measures_of(app)
        self._heads: dict[_Kind, list[tuple[str, str]]] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        if QUERY not in environ:
            return self._application(environ, start_response)
        began = time.perf_counter()
        outcome = _outcome(self._shelf, environ)
        answer = outcome.result() if outcome.exception() is None else None
        if not isinstance(answer, Kept):
            environ[OUTCOME] = outcome
            return self._application(environ, start_response)
        kind = _Kind(tuple(environ.get(field, "") for field in _FIELDS), answer.format)
        head = self._heads.get(kind)
        if head is None:
            environ[OUTCOME] = outcome
            return self._application(environ, self._learning(kind, start_response))
        start_response(_OK, [*head, ("Content-Length", str(len(answer.content))), ("ETag", f'"{etag(answer)}"')])
        self._tell(environ, dict(head)["Content-Type"], len(answer.content), time.perf_counter() - began)
        return [answer.content]

    def _learning(self, kind: _Kind, start_response: "StartResponse") -> "StartResponse":
        def learn(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # Any: as WSGI has it
            if status == _OK:
                if len(self._heads) >= _MOST_HEADS:
                    self._heads.clear()
                self._heads[kind] = [field for field in headers if field[0].lower() not in _OF_EACH]
            return start_response(status, headers, *more)

        return learn

    def _tell(self, environ: "WSGIEnvironment", content_type: str, length: int, seconds: float) -> None:
        media_type = content_type.partition(";")[0]
        entry = self._measures.entry(Answered("GET", _ROUTE, _ROUTE, 200, media_type, length))
        environ["planverk.told"].update(version=environ[EDITION].release.version, entry=entry)
        entry.tell(seconds)


def _outcome(shelf: Any, environ: "WSGIEnvironment") -> "Future[Kept | Result]":
    """What becomes of the query: an answer, or trouble for the application to tell of."""
    outcome: Future[Kept | Result] = Future()
    try:
        environ[EDITION] = shelf.current()
        known = formats(environ.get("HTTP_ACCEPT", ""))
        outcome.set_result(look_up(environ[EDITION], SparqlRequest(environ[QUERY]), known, environ))
    except TROUBLE as trouble:
        outcome.set_exception(trouble)
    return outcome
