"""A plain query, asked of the store on the event loop before the application: what becomes of it, the application need not find out."""

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask
from flask_compress.flask_compress import _compress_data  # what it does after a request, without the request
from werkzeug.middleware.proxy_fix import ProxyFix

from planverk.store.cache import Kept
from planverk.store.edition import Edition
from planverk.store.pool import Result
from planverk.store.sparql import SparqlRequest
from planverk.web.answers import OUTCOME, etag, formats, look_up_meanwhile
from planverk.web.operators import BEGAN, Answered, Entry, measures_of
from planverk.web.responses import EDITION

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_ROUTE = "/sparql"


class Asked(NamedTuple):
    """A query under way: when it began, the edition that was asked, and what becomes of it: an answer, or trouble for the application to tell of."""

    began: float
    edition: Edition
    outcome: "asyncio.Task[Kept | Result]"

    @property
    def environ(self) -> dict[str, object]:
        """What the application needs to know, so that it does not ask again."""
        return {BEGAN: self.began, EDITION: self.edition, OUTCOME: self.outcome}

    @property
    def answer(self) -> Kept | None:
        """The answer, when it is one that holds as long as the release is current."""
        answer = self.outcome.result() if self.outcome.exception() is None else None
        return answer if isinstance(answer, Kept) else None


class Straight:
    """Asks the store what the application would ask it."""

    def __init__(self, app: Flask) -> None:
        """Take the application."""
        self._app = app
        self._shelf = app.extensions["planverk.shelf"]
        self._measures = measures_of(app)
        self._proxies = app.extensions["planverk.instance"].proxies
        self._behind_proxies = ProxyFix(_address, x_for=self._proxies, x_proto=0)
        self._entries: dict[str, Entry] = {}
        self.least_compressed: int = app.config["COMPRESS_MIN_SIZE"]

    def ask(self, version: str, query: str, accept: str, address: str, forwarded: str) -> Asked | None:
        """Begin to ask a version of the data; None where that would keep the event loop waiting."""
        edition = self._shelf.at_hand(version)
        if edition is None:
            return None
        asking = look_up_meanwhile(edition, SparqlRequest(query), formats(accept), self.client(address, forwarded))
        return Asked(time.perf_counter(), edition, asyncio.get_running_loop().create_task(asking))

    def represented(self, answer: Kept, coding: str) -> tuple[bytes, str]:
        """The content of an answer and its validator, compressed by a content coding that is not empty, as the application does it."""
        if not coding:
            return answer.content, etag(answer)
        return _compress_data(self._app, answer.content, coding), f"{etag(answer)}:{coding}"

    def entry(self, content_type: str, length: int) -> Entry:
        """How an answer is counted and told."""
        entry = self._entries.get(content_type)
        if entry is None:
            answered = Answered("GET", _ROUTE, _ROUTE, 200, content_type.partition(";")[0], None)
            entry = self._entries[content_type] = self._measures.entry(answered)
        return entry._replace(told=f"{entry.told.removesuffix('null')}{length}")

    def client(self, address: str, forwarded: str) -> str:
        """Where a client is, by its address and, behind proxies, the field X-Forwarded-For."""
        if not (self._proxies and forwarded):
            return address
        environ = {"REMOTE_ADDR": address, "HTTP_X_FORWARDED_FOR": forwarded}
        return b"".join(self._behind_proxies(environ, lambda *told: lambda piece: None)).decode()


def _address(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
    return [environ["REMOTE_ADDR"].encode()]
