"""Filling pyoxigraph: the store of a release, and a store in memory for a CONSTRUCT."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import pyoxigraph as ox
from rdflib import Graph

from planverk.serialization import read, statements
from planverk.vocab import is_of_neighbours


class Cell(NamedTuple):
    """A value in a row: an IRI, or the text of a literal with its language."""

    value: str
    language: str | None = None


def build(folder: Path, files: Iterable[Path]) -> None:
    """Build the store of a release from its files of N-Quads, in a folder that does not exist yet."""
    store = ox.Store(str(folder))
    for file in files:
        store.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)
    store.optimize()


def read_when_none_is_named(store: ox.Store) -> dict[str, Any]:
    """The engine's arguments for a query that names no graph: it reads all graphs as one, save those of other counties."""
    graphs = list(store.named_graphs())
    ours = [graph for graph in graphs if isinstance(graph, ox.NamedNode) and not is_of_neighbours(graph.value)]
    return {"use_default_graph_as_union": True} if len(ours) == len(graphs) else {"default_graph": ours}


class Workshop:
    """Some graphs taken together, in memory, of which CONSTRUCT queries make others."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._store = ox.Store()

    def add(self, graph: Graph) -> None:
        """Take in a graph."""
        self._store.bulk_load(statements(graph), format=ox.RdfFormat.N_TRIPLES)

    def construct(self, query: str) -> Graph:
        """The graph that a CONSTRUCT query makes."""
        triples = cast("ox.QueryTriples", self._store.query(query))
        return read(triples.serialize(format=ox.RdfFormat.N_TRIPLES) or b"")


def counted(folder: Path, query: str, base: str) -> Graph:
    """The graph that a CONSTRUCT query makes of a store, read as if no graph were named; `base` is what its IRIs begin with."""
    store = ox.Store.read_only(str(folder))
    triples = cast("ox.QueryTriples", store.query(query, base_iri=base, **read_when_none_is_named(store)))
    return read(triples.serialize(format=ox.RdfFormat.N_TRIPLES) or b"")


def rows(folder: Path, query: str, base: str) -> Iterator[tuple[Cell, ...]]:
    """The rows of a SELECT query over a store whose variables all have values, read as if no graph were named."""
    store = ox.Store.read_only(str(folder))
    solutions = cast("ox.QuerySolutions", store.query(query, base_iri=base, **read_when_none_is_named(store)))
    for solution in solutions:
        yield tuple(_cell(term) for term in solution)


def _cell(term: object) -> Cell:
    literal = term if isinstance(term, ox.Literal) else None
    return Cell(cast("ox.NamedNode | ox.Literal", term).value, literal.language if literal else None)
