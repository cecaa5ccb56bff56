"""Filling pyoxigraph: the store of a release, and a store in memory for a CONSTRUCT."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple, cast

import pyoxigraph as ox
from rdflib import Graph, URIRef

from planverk.findings import Triple
from planverk.serialization import known_quads, read
from planverk.serialization.terms import quads, read_triples
from planverk.vocab import is_of_neighbours

_STATED, _KNOWN, _DERIVED = (ox.NamedNode(f"urn:x-planverk:{name}") for name in ("stated", "known", "derived"))


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


class Workshop:
    """What is stated, and what is known besides, in memory, of which CONSTRUCT queries make more."""

    def __init__(self, stated: Iterable[Triple], known: Iterable[Triple]) -> None:
        """Begin with nothing derived."""
        self._store = ox.Store()
        for triples, graph in ((stated, _STATED), (known, _KNOWN)):
            self._store.bulk_extend(quads(triples, graph))
        self._own = {quad.subject for quad in self._store.quads_for_pattern(None, None, None, _STATED)}

    def derive(self, query: str) -> None:
        """Take in what a query makes of all that is there about the things that something is stated of, unless it is stated."""
        found = cast("ox.QueryTriples", self._store.query(query, default_graph=[_STATED, _KNOWN, _DERIVED]))
        made = [triple for triple in found if triple.subject in self._own]
        self._store.bulk_extend(_quad(triple, _DERIVED) for triple in made if _quad(triple, _STATED) not in self._store)

    def derived(self) -> Iterator[Triple]:
        """What has been derived."""
        found = self._store.quads_for_pattern(None, None, None, _DERIVED)
        return read_triples(quad.triple for quad in found)

    def lines(self, stated: URIRef, derived: URIRef) -> Iterator[bytes]:
        """What is stated and what has been derived, as lines of N-Quads in graphs of those names, in no order."""
        for name, graph in ((stated, _STATED), (derived, _DERIVED)):
            end = f" <{name}> .\n".encode()
            with TemporaryFile() as file:
                self._store.dump(file, ox.RdfFormat.N_TRIPLES, from_graph=graph)
                file.seek(0)
                yield from (line.removesuffix(b" .\n") + end for line in file)


def _quad(triple: ox.Triple, graph: ox.NamedNode) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


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
