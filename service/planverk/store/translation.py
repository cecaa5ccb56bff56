"""A query as the public asks it -> as a store asks it that holds several releases, each in graphs of its own names.

The text keeps its lines. What changes is the dataset, which then stands beside the query, and the names after GRAPH.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from planverk.store.prologue import ABSOLUTE, Prologue
from planverk.store.rewriting import Rewriting, rewritten
from planverk.store.sparql import QueryRefused, SparqlRequest, refuse_what_we_do_not_do
from planverk.store.tokens import Token, iri_text, meaningful, refuse, string_text, tokens
from planverk.vocab import is_of_neighbours

# By such names queries reach into the stores themselves: Virtuoso's functions (one of them fetches from any address),
# its SQL procedures, and Java classes in Jena.
_INSIDE = ("bif:", "sql:", "java:")
_VARIABLE = "planverk_graph_"


class GraphNames(NamedTuple):
    """The graphs of a release: by the name all know, the store's own; and a graph that the store does not have."""

    own: Mapping[str, str]
    none: str


class Dataset(NamedTuple):
    """The graphs a query reads, by the names all know: as its default graph, and by GRAPH. Unless named, all of
    them by GRAPH, and as its default graph all but those of other counties."""

    default: tuple[str, ...]
    named: tuple[str, ...]


class Translation(NamedTuple):
    """A query for the store: as it was rewritten, its form, the store's graphs it reads, and the variables that it did not have."""

    rewriting: Rewriting
    form: str
    default: tuple[str, ...]
    named: tuple[str, ...]
    hidden: frozenset[str]


def translate(request: SparqlRequest, names: GraphNames) -> Translation:
    """The query for the store.

    Raises:
        QueryRefused: it is not SPARQL 1.1 as far as can be seen here, or asks for what this endpoint does not do.

    """
    refuse_what_we_do_not_do(request.query)
    return _Translator(request, names).translation()


class _Translator:
    """Knows a query's tokens and prefixes, and the pieces that are to be its text."""

    def __init__(self, request: SparqlRequest, names: GraphNames) -> None:
        self._request = request
        self._names = names
        self._tokens = tokens(request.query)
        self._pieces = ["" if token.kind == "comment" else _plain(token) for token in self._tokens]
        self._prologue = Prologue(request.query, self._tokens)
        self._refuse_foreign_names()

    def translation(self) -> Translation:
        dataset = self._dataset()
        hidden = self._translate_graphs(dataset)
        # The graph that is not there makes an empty list of graphs one that servers do not overlook.
        default, named = ((*(self._own(graph) for graph in graphs), self._names.none) for graphs in dataset)
        rewriting = rewritten(self._request.query, self._tokens, self._pieces)
        return Translation(rewriting, self._prologue.form, default, named, frozenset(hidden))

    def _refuse_foreign_names(self) -> None:
        for token in self._tokens:
            if token.kind in ("iri", "name") and self._iri(token).lower().startswith(_INSIDE):
                raise self._refusal(token, f"«{token.text}» is not for queries from outside.")

    def _dataset(self) -> Dataset:
        default, named = self._take_from_clauses()
        if self._request.default_graphs or self._request.named_graphs:
            # What the protocol names goes before what the query names (SPARQL 1.1 Protocol, section 2.1.4).
            default, named = list(self._request.default_graphs), list(self._request.named_graphs)
        elif not (default or named):
            named = list(self._names.own)
            default = [graph for graph in named if not is_of_neighbours(graph)]
        for iri in (*default, *named):
            if not ABSOLUTE.fullmatch(iri):
                raise QueryRefused(f"«{iri}» does not name a graph: it is no absolute IRI.")
        return Dataset(tuple(default), tuple(named))

    def _take_from_clauses(self) -> tuple[list[str], list[str]]:
        default: list[str] = []
        named: list[str] = []
        level = 0
        for place, token in enumerate(self._tokens):
            level += (token.text == "{") - (token.text == "}")
            if token.word == "FROM" and level == 0:
                clause = self._after(place)
                last, graph = next(clause, (place, token))
                graphs = named if graph.word == "NAMED" else default
                if graph.word == "NAMED":
                    last, graph = next(clause, (place, token))
                graphs.append(self._iri(graph))
                self._blank(place, last)
        return default, named

    def _translate_graphs(self, dataset: Dataset) -> set[str]:
        hidden = set()
        for place, token in enumerate(self._tokens):
            if token.word != "GRAPH":
                continue
            after, graph = next(self._after(place), (place, token))
            if graph.kind == "variable":
                hidden.add(_VARIABLE + graph.text[1:])
                self._pieces[place] = f"{self._called(graph.text[1:], dataset)} {token.text}"
                self._pieces[after] = f"?{_VARIABLE}{graph.text[1:]}"
            else:
                self._pieces[after] = f"<{self._own(self._iri(graph))}>"
        return hidden

    def _called(self, variable: str, dataset: Dataset) -> str:
        """What gives a variable the names that all know, where another has the store's own."""
        known = [graph for graph in dict.fromkeys(dataset.named) if graph in self._names.own]
        pairs = " ".join(f"(<{self._own(graph)}> <{graph}>)" for graph in known)
        return f"VALUES (?{_VARIABLE}{variable} ?{variable}) {{ {pairs} }}"

    def _own(self, graph: str) -> str:
        return self._names.own.get(graph, self._names.none)

    def _iri(self, token: Token) -> str:
        return self._prologue.iri(token)

    def _after(self, place: int) -> Iterator[tuple[int, Token]]:
        return meaningful(self._tokens, place)

    def _blank(self, first: int, last: int) -> None:
        for place in range(first, last + 1):
            self._pieces[place] = re.sub(r"[^\r\n]", " ", self._pieces[place])

    def _refusal(self, token: Token, reason: str) -> QueryRefused:
        return refuse(self._request.query, token.start, reason)


def _plain(token: Token) -> str:
    if token.kind == "iri":
        return f"<{iri_text(token)}>"
    return string_text(token) if token.kind == "string" else token.text
