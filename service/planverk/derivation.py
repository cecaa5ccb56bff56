"""What follows from the editors' statements, by the CONSTRUCT queries in `queries/derivation/`."""

from rdflib import Graph

from planverk import folders
from planverk.store.building import construct
from planverk.vocabulary import Vocabulary


def derive(graph: Graph, vocabulary: Vocabulary) -> Graph:
    """The statements about the graph's own resources that follow from it and the ontology but are not stated in it.

    The queries run in the order of their names, each on what was found before it.
    """
    own = set(graph.subjects())
    derived = Graph(bind_namespaces="none")
    for query in sorted((folders.QUERIES / "derivation").glob("*.rq")):
        found = construct([graph, derived, vocabulary.ontology], query.read_text(encoding="utf-8"))
        for triple in found - graph:
            if triple[0] in own:
                derived.add(triple)
    return derived
