"""SERVICE (SPARQL 1.1 Federated Query): what a query wants from other endpoints is fetched before it runs.

A SERVICE clause is a pattern that is answered by itself, so its solutions can stand in its place as VALUES: the engine
fetches nothing and needs no socket. Only endpoints that the instance names are asked.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from planverk.limits import Limits
from planverk.store.clauses import NOTHING_KNOWN, Clause, asks_elsewhere, replaced
from planverk.store.remote import fetch
from planverk.store.replies import whole
from planverk.store.rewriting import Rewriting
from planverk.store.solutions import Unusable, as_values
from planverk.store.sparql import QueryRefused, SparqlRequest
from planverk.store.transport import Terms
from planverk.store.trouble import EndpointFailed, LimitExceeded, StoreUnreachable


class Federation:
    """Asks the endpoints that an instance names, and no others."""

    def __init__(self, endpoints: tuple[str, ...] = (), limits: Limits | None = None) -> None:
        """Take the endpoints and what an answer of theirs may cost; nothing is asked before a query wants it."""
        self._endpoints = endpoints
        self._limits = limits or Limits()

    def is_wanted(self, asked: SparqlRequest) -> bool:
        """Whether a query wants something from elsewhere, where that is done at all."""
        return bool(self._endpoints) and asks_elsewhere(asked.query)

    def settle(self, asked: SparqlRequest, gone: Callable[[], bool]) -> "Settled":
        """The query with what it wants from elsewhere in it.

        Raises:
            QueryRefused: it asks an endpoint that is not named, or another thing that is not done here.
            EndpointFailed: an endpoint gave no answer that can be used.
            LimitExceeded: there was too much to fetch, or it took too long.
            ClientGone: `gone` said so meanwhile.

        """
        if not self.is_wanted(asked):
            return Settled(asked, None)
        answers = _Answers(self._limits, gone)
        rewriting, _ = replaced(asked.query, self._endpoints, answers.values)
        return Settled(asked._replace(query=rewriting.text), rewriting)


class Settled(NamedTuple):
    """A query that wants nothing from elsewhere any more; with the rewriting, when it did before."""

    asked: SparqlRequest
    rewriting: Rewriting | None

    def refusal(self, refused: QueryRefused) -> QueryRefused:
        """What is wrong with it, with the place in the query as it was written."""
        return self.rewriting.in_the_original(refused) if self.rewriting else refused


class _Answers:
    """What endpoints answer to the clauses of one query: the same question is asked once, and all share one limit."""

    def __init__(self, limits: Limits, gone: Callable[[], bool]) -> None:
        self._limits = limits
        self._gone = gone
        self._end = time.monotonic() + limits.seconds
        self._left = limits.service_mb << 20
        self._known: dict[tuple[str, str], str] = {}

    def values(self, clause: Clause) -> str:
        key = (clause.endpoint, clause.query)
        if key not in self._known:
            try:
                self._known[key] = self._fetched(clause)
            except (EndpointFailed, LimitExceeded):
                if not clause.silent:
                    raise
                return NOTHING_KNOWN
        return self._known[key]

    def _fetched(self, clause: Clause) -> str:
        seconds = self._limits.seconds
        terms = Terms(max(0.0, self._end - time.monotonic()), self._left, self._gone)
        try:
            answer = whole(fetch(clause.endpoint, clause.query, terms), clause.endpoint, seconds)
        except QueryRefused as refused:
            raise EndpointFailed(clause.endpoint, "refused", str(refused)) from None
        except StoreUnreachable as error:
            raise EndpointFailed(clause.endpoint, "silent", known=str(error)) from None
        except TimeoutError:
            raise LimitExceeded("seconds", f"{seconds} s") from None
        except LimitExceeded as error:
            if error.limit == "result_mb":
                raise LimitExceeded("service_mb", f"{self._limits.service_mb} MiB") from None
            raise
        self._left -= answer.size
        with answer.content:
            try:
                return as_values(answer.content)
            except Unusable as fault:
                raise EndpointFailed(clause.endpoint, "unusable", str(fault)) from None
