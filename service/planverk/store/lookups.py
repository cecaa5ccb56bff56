"""Our own questions to the SPARQL server that holds the releases."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from string import Template
from typing import IO, TypeVar

from rdflib import URIRef
from rdflib.term import Node

from planverk import folders
from planverk.limits import Limits
from planverk.store import results
from planverk.store.binding import bind
from planverk.store.remote import Server
from planverk.store.replies import whole
from planverk.store.sparql import QueryRefused
from planverk.store.transport import Answer, Terms
from planverk.store.trouble import LimitExceeded, StoreUnreachable

_Read = TypeVar("_Read")


class Lookups:
    """Asks what stands in `queries/store/`; a server that does not answer such a question is out of reach."""

    def __init__(self, server: Server, limits: Limits) -> None:
        """Take the server and the limits of an answer, in seconds and bytes."""
        self.server = server
        self.terms = Terms(limits.seconds, limits.result_mb << 20)

    def rows(
        self,
        name: str,
        graphs: Iterable[str],
        values: Mapping[str, Node],
        lists: Mapping[str, Iterable[URIRef]] | None = None,
    ) -> list[dict[str, str]]:
        """The rows of a SELECT over some named graphs: for each variable with a value, its term as N-Triples.

        Raises:
            StoreUnreachable: the server does not answer, not in time, or not the whole.

        """
        written = {word: " ".join(iri.n3() for iri in iris) for word, iris in (lists or {}).items()}
        text = Template(_read(f"{name}.rq")).safe_substitute(written) if lists else bind(_read(f"{name}.rq"), values)
        return self._answer(text, "SELECT", graphs, results.rows)

    def truth(self, name: str, graphs: Iterable[str], values: Mapping[str, Node]) -> bool:
        """The answer to an ASK over some named graphs. Raises StoreUnreachable as `rows` does."""
        return self._answer(bind(_read(f"{name}.rq"), values), "ASK", graphs, results.truth)

    def _answer(self, text: str, form: str, graphs: Iterable[str], read: Callable[[IO[bytes]], _Read]) -> _Read:
        address = self.server.store.query
        try:
            answer = self.server.query(text, form, self.terms, named=graphs)
            with whole(answer, address, int(self.terms.seconds)).content as content:
                return read(content)
        except results.Unreadable:
            raise StoreUnreachable(f"{address} answered with something that is no result of a query.") from None
        except (TimeoutError, LimitExceeded, QueryRefused) as error:
            raise StoreUnreachable(f"{address}: {error}") from None

    def update(self, name: str, values: Mapping[str, Node]) -> Answer:
        """What the server says to an update. Raises what `exchange` raises."""
        return self.server.update(bind(_read(f"{name}.ru"), values), self.terms)


@cache
def _read(name: str) -> str:
    return (folders.QUERIES / "store" / name).read_text(encoding="utf-8")
