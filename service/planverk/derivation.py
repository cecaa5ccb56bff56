"""What follows from the editors' statements, by the CONSTRUCT queries in `queries/derivation/`."""

from rdflib import Graph

from planverk import folders
from planverk.store.building import Workshop
from planverk.vocabulary import Vocabulary


def derive(graph: Graph, vocabulary: Vocabulary) -> Graph:
    """The statements about the graph's own resources that follow from it and the ontology but are not stated in it.

    The queries run in the order of their names, each on what was found before it.
    """
    own = set(graph.subjects())
    derived = Graph(bind_namespaces="none")
    workshop = Workshop()
    workshop.add(graph)
    workshop.add(vocabulary.ontology)
    for query in sorted((folders.QUERIES / "derivation").glob("*.rq")):
        made = workshop.construct(query.read_text(encoding="utf-8"))
        found = {triple for triple in made if triple[0] in own and triple not in graph}
        workshop.add(found)
        for triple in found:
            derived.add(triple)
    return derived
