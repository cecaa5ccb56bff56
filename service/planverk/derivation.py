"""What follows from the editors' statements, by the CONSTRUCT queries in `queries/derivation/`."""

from collections.abc import Iterator

from rdflib import Graph, URIRef

from planverk import folders
from planverk.store.building import Workshop
from planverk.vocabulary import Vocabulary


def derive(graph: Graph, vocabulary: Vocabulary) -> Graph:
    """The statements about the graph's own resources that follow from it and the ontology but are not stated in it."""
    derived = Graph(bind_namespaces="none")
    for triple in _derived(graph, vocabulary).derived():
        derived.add(triple)
    return derived


def stated_and_derived(
    graph: Graph, vocabulary: Vocabulary, stated_name: URIRef, derived_name: URIRef
) -> Iterator[bytes]:
    """A graph and what `derive` finds, as lines of N-Quads in named graphs, in no order."""
    return _derived(graph, vocabulary).lines(stated_name, derived_name)


def _derived(graph: Graph, vocabulary: Vocabulary) -> Workshop:
    """The queries run in the order of their names, each on what was found before it."""
    workshop = Workshop(graph, vocabulary.ontology)
    for query in sorted((folders.QUERIES / "derivation").glob("*.rq")):
        workshop.derive(query.read_text(encoding="utf-8"))
    return workshop
