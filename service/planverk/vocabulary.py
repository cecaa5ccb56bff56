"""The ontology, its code lists and the shapes, read into graphs."""

from pathlib import Path
from typing import NamedTuple

from rdflib import OWL, RDF, Graph, URIRef

from planverk import folders


class Vocabulary(NamedTuple):
    """What plans are written with and judged by."""

    ontology: Graph
    shapes: Graph

    @property
    def terms(self) -> set[URIRef]:
        """The classes and properties that may be used in data: our own, and those of others that the ontology declares."""
        kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
        return {RDF.type} | {
            term for kind in kinds for term in self.ontology.subjects(RDF.type, kind) if isinstance(term, URIRef)
        }


def read_vocabulary() -> Vocabulary:
    """The ontology with its code lists, and the shapes with the rules on sources."""
    ontology = _parse([*sorted(folders.ONTOLOGY.glob("*.ttl")), *sorted((folders.ONTOLOGY / "codes").glob("*.ttl"))])
    return Vocabulary(ontology, _parse(sorted(folders.SHAPES.glob("*.ttl"))))


def _parse(files: list[Path]) -> Graph:
    graph = Graph()
    for file in files:
        graph.parse(file, format="turtle")
    return graph
