"""What follows from the editors' statements, by the CONSTRUCT queries in `queries/derivation/`."""

from collections.abc import Iterator

from rdflib import Graph, URIRef

from planverk import folders
from planverk.serialization.terms import read_triples
from planverk.store.engine import Engine
from planverk.vocabulary import Vocabulary


def derive(graph: Graph, vocabulary: Vocabulary) -> Graph:
    """The statements about the graph's own resources that follow from it and the ontology but are not stated in it."""
    derived = Graph(bind_namespaces="none")
    for triple in read_triples(Engine.of(graph).derive(vocabulary.ontology, _queries())):
        derived.add(triple)
    return derived


def stated_and_derived(
    graph: Graph, vocabulary: Vocabulary, stated_name: URIRef, derived_name: URIRef
) -> Iterator[bytes]:
    """A graph and what `derive` finds, as lines of N-Quads in named graphs, in no order."""
    engine = Engine.of(graph)
    yield from engine.lines(stated_name)
    for triple in engine.derive(vocabulary.ontology, _queries()):
        yield f"{triple} {derived_name.n3()} .\n".encode()


def _queries() -> list[str]:
    """In the order of their names, each on what was found before it."""
    return [path.read_text(encoding="utf-8") for path in sorted((folders.QUERIES / "derivation").glob("*.rq"))]
