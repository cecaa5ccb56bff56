"""The SERVICE clauses of a query (SPARQL 1.1 Federated Query): what each asks of which endpoint, and what stands in its place."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from planverk.store.prologue import Prologue
from planverk.store.rewriting import Rewriting, rewritten
from planverk.store.sparql import QueryRefused, keywords
from planverk.store.tokens import FEDERATION, Token, meaningful, position, tokens

_MOST = 8
# A clause without solutions of its own: joined with anything, it changes nothing.
NOTHING_KNOWN = "VALUES () { () }"


class Clause(NamedTuple):
    """A SERVICE clause: the endpoint it asks, what it asks, whether a failure is to be passed over, and its tokens."""

    endpoint: str
    query: str
    silent: bool
    first: int
    last: int


def asks_elsewhere(query: str) -> bool:
    """Whether the query has a SERVICE clause."""
    return "SERVICE" in keywords(query)


def unfetched(query: str, endpoints: tuple[str, ...]) -> list[str]:
    """A query as those it consists of: itself without what it wants from elsewhere, and each question to an endpoint.

    Raises:
        QueryRefused: as `replaced` does.

    """
    if not (endpoints and asks_elsewhere(query)):
        return [query]
    rewriting, clauses = replaced(query, endpoints, lambda clause: NOTHING_KNOWN)
    return [rewriting.text, *(clause.query for clause in clauses)]


def replaced(query: str, endpoints: tuple[str, ...], values: Callable[[Clause], str]) -> tuple[Rewriting, list[Clause]]:
    """A query with values in place of its SERVICE clauses, and the clauses.

    Raises:
        QueryRefused: one asks an endpoint that is not named, or there is another thing that is not done here.

    """
    found = tokens(query, FEDERATION)
    clauses = list(_Reader(query, found, endpoints).clauses())
    if len(clauses) > _MOST:
        raise QueryRefused(f"A query may have {_MOST} SERVICE clauses; this one has {len(clauses)}.")
    pieces = [token.text for token in found]
    for clause in clauses:
        lines = "".join(pieces[clause.first : clause.last + 1]).count("\n")
        pieces[clause.first : clause.last + 1] = [""] * (clause.last + 1 - clause.first)
        # On as many lines as before, so that whatever else is wrong is found where it stands.
        pieces[clause.last] = f"{{ {values(clause)} }}" + "\n" * lines
    return rewritten(query, found, pieces), clauses


class _Reader:
    """Finds the SERVICE clauses of a query."""

    def __init__(self, query: str, found: list[Token], endpoints: tuple[str, ...]) -> None:
        self._query = query
        self._tokens = found
        self._endpoints = endpoints
        self._prologue = Prologue(query, found)

    def clauses(self) -> Iterator[Clause]:
        end = -1
        for place, token in enumerate(self._tokens):
            if token.word == "SERVICE":
                if place < end:
                    raise self._refusal(token, "A SERVICE clause inside another is not done here.")
                clause = self._clause(place)
                end = clause.last
                yield clause

    def _clause(self, place: int) -> Clause:
        following = meaningful(self._tokens, place)
        nothing = (place, self._tokens[place])
        _, token = next(following, nothing)
        silent = token.word == "SILENT"
        if silent:
            _, token = next(following, nothing)
        endpoint = self._endpoint(token)
        first, opening = next(following, nothing)
        if opening.text != "{":
            raise self._refusal(opening, "A SERVICE clause needs a group in { } after its endpoint.")
        last = self._closing(first)
        inside = self._query[opening.start : self._tokens[last].start + 1]
        prologue = self._query[: self._prologue.end]
        return Clause(endpoint, f"{prologue}SELECT * WHERE {inside}", silent, place, last)

    def _endpoint(self, token: Token) -> str:
        endpoint = "" if token.kind == "variable" else self._prologue.iri(token)
        if endpoint not in self._endpoints:
            known = ", ".join(f"<{one}>" for one in self._endpoints)
            raise self._refusal(token, f"SERVICE is not allowed here with {token.text}, only with {known}.")
        return endpoint

    def _closing(self, opening: int) -> int:
        level = 0
        for place in range(opening, len(self._tokens)):
            level += (self._tokens[place].text == "{") - (self._tokens[place].text == "}")
            if level == 0:
                return place
        raise self._refusal(self._tokens[opening], "This { is never closed.")

    def _refusal(self, token: Token, reason: str) -> QueryRefused:
        line, column = position(self._query, token.start)
        return QueryRefused(f"Line {line}, column {column}: {reason}", line=line, column=column)
