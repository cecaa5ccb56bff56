"""Asking SPARQL servers, through SPARQLWrapper: any endpoint for a table, and the one that holds our releases."""

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any, cast
from urllib.error import HTTPError, URLError
from urllib.request import Request

from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from planverk.instance import RemoteStore
from planverk.store.account import Account
from planverk.store.transport import Answer, Terms, exchange


class RemoteError(Exception):
    """An endpoint that does not answer, or answers with an error; the text says which and what it said."""


class Server:
    """The SPARQL server that holds our releases."""

    def __init__(self, store: RemoteStore, account: Account | None) -> None:
        """Take its addresses; nothing is sent before something is asked."""
        self.store = store
        self.account = account

    def query(
        self, text: str, form: str, terms: Terms, default: Iterable[str] = (), named: Iterable[str] = ()
    ) -> Answer:
        """What the server answers to a query of a form (SELECT, ASK, …) over some default and named graphs.

        Tables come as JSON, whose end can be seen, and graphs as N-Triples. Raises what `exchange` raises.
        """
        client = self._client(text, form, terms)
        for name, graphs in (("default-graph-uri", default), ("named-graph-uri", named)):
            for graph in graphs:
                client.addParameter(name, graph)
        return self._sent(client)

    def update(self, text: str, terms: Terms) -> Answer:
        """What the server answers to an update (SPARQL 1.1 Update). Raises what `exchange` raises."""
        return self._sent(self._client(text, "INSERT", terms))

    def _client(self, text: str, form: str, terms: Terms) -> SPARQLWrapper:
        is_graph = form in ("CONSTRUCT", "DESCRIBE")
        client = _Client(self.store.query, self.store.update, lambda request: exchange(request, terms, self.account))
        client.setReturnFormat(TURTLE if is_graph else JSON)
        client.addCustomHttpHeader("Accept", "application/n-triples" if is_graph else "application/sparql-results+json")
        client.say(text, form)
        return client

    @staticmethod
    def _sent(client: SPARQLWrapper) -> Answer:
        return cast("Answer", client.query().response)


class _Client(SPARQLWrapper):
    """SPARQLWrapper makes the requests of the SPARQL 1.1 Protocol; an exchange of ours sends them, which ends in time."""

    def __init__(self, query: str, update: str | None, send: Callable[[Request], Answer]) -> None:
        super().__init__(query, updateEndpoint=update, returnFormat=JSON, agent="planverk")
        self.setOnlyConneg(True)
        self.setMethod(POST)
        self._send = send

    def say(self, text: str, form: str) -> None:
        # setQuery() would look for the form by expressions that take long on hostile queries; we know it.
        self.queryString, self.queryType = text, form

    def _query(self) -> tuple[Answer, str]:  # type: ignore[override]  # the library hands on what it is given
        return self._send(self._createRequest()), self.returnFormat


def fetch(endpoint: str, query: str, terms: Terms) -> Answer:
    """What an endpoint of others answers to a SELECT, as JSON; nothing is said of who asks. Raises what `exchange` raises."""
    client = _Client(endpoint, None, lambda request: exchange(request, terms))
    client.addCustomHttpHeader("Accept", "application/sparql-results+json")
    client.say(query, "SELECT")
    return cast("Answer", client.query().response)


def ask(endpoint: str, query: str, timeout: int) -> str:
    """The answer to a SELECT or ASK as a plain-text table.

    Raises:
        RemoteError: the endpoint cannot be reached, refuses the query, or does not answer in `timeout` seconds.

    """
    client = SPARQLWrapper(endpoint, returnFormat=JSON)
    client.setTimeout(timeout)
    client.setQuery(query)
    if len(query) > 2000:
        client.setMethod("POST")  # Servers and proxies need not accept longer addresses (RFC 9110, section 4.1).
    try:
        with closing(client.query().response) as response:
            answer = json.load(response)
    except (SPARQLWrapperException, URLError, OSError, ValueError) as error:
        _hang_up(error)
        raise RemoteError(f"{endpoint}: {_said(error)}") from None
    return table(answer)


def table(answer: dict[str, Any]) -> str:
    """SPARQL 1.1 Query Results JSON as lines with aligned columns; an ASK is `true` or `false`."""
    if "boolean" in answer:
        return str(answer["boolean"]).lower()
    heads = answer["head"]["vars"]
    rows = [[row.get(name, {}).get("value", "") for name in heads] for row in answer["results"]["bindings"]]
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _hang_up(error: Exception) -> None:
    # SPARQLWrapper raises its own exception over the refusal it got, and leaves that one's connection open.
    for refusal in (error, error.__context__):
        if isinstance(refusal, HTTPError):
            refusal.close()


def _said(error: Exception) -> str:
    return str(getattr(error, "msg", None) or getattr(error, "reason", None) or error)
