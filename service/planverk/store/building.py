"""The store of a release: filled once, and asked while the release is made."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, cast

import pyoxigraph as ox
from rdflib import Graph

from planverk.serialization import known_quads, read
from planverk.vocab import is_of_neighbours


class Cell(NamedTuple):
    """A value in a row: an IRI, or the text of a literal with its language."""

    value: str
    language: str | None = None


def build(folder: Path, files: Iterable[Path]) -> None:
    """Build the store of a release from its files of canonical N-Quads, in a folder that does not exist yet.

    The default graph holds what all graphs say together, save those of other counties: the RDF merge that a query reads
    when it names no graph (SPARQL 1.1 Query Language, section 13.1). The engine's own union of graphs would give a
    statement that stands in two of them twice.
    """
    store = ox.Store(str(folder))
    for file in files:
        store.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS, lenient=True)
        store.bulk_extend(_merged(file))
    store.optimize()


def _merged(file: Path) -> Iterator[ox.Quad]:
    for quad in known_quads(file):
        if isinstance(quad.graph_name, ox.NamedNode) and not is_of_neighbours(quad.graph_name.value):
            yield ox.Quad(quad.subject, quad.predicate, quad.object)


def counted(folder: Path, query: str, base: str) -> Graph:
    """The graph that a CONSTRUCT query makes of a store, read as if no graph were named; `base` is what its IRIs begin with."""
    store = ox.Store.read_only(str(folder))
    triples = cast("ox.QueryTriples", store.query(query, base_iri=base))
    return read(triples.serialize(format=ox.RdfFormat.N_TRIPLES) or b"")


def rows(folder: Path, query: str, base: str) -> Iterator[tuple[Cell, ...]]:
    """The rows of a SELECT query over a store whose variables all have values, read as if no graph were named."""
    store = ox.Store.read_only(str(folder))
    solutions = cast("ox.QuerySolutions", store.query(query, base_iri=base))
    for solution in solutions:
        yield tuple(_cell(term) for term in solution)


def _cell(term: object) -> Cell:
    literal = term if isinstance(term, ox.Literal) else None
    return Cell(cast("ox.NamedNode | ox.Literal", term).value, literal.language if literal else None)
