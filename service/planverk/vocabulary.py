"""The ontology, its code lists and the shapes, read into graphs."""

from functools import cache
from typing import NamedTuple

from rdflib import OWL, RDF, Graph, URIRef

from planverk import folders
from planverk.serialization import read_turtle


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


class CatalogueRules(NamedTuple):
    """Rules for harvest documents: all of them, and those that can be kept by a part of one, such as a dataset alone."""

    whole: Graph
    part: Graph


@cache
def read_vocabulary() -> Vocabulary:
    """The ontology with its code lists, and the shapes with the rules on sources; nobody may change them."""
    ontology = read_turtle(
        [*sorted(folders.ONTOLOGY.glob("*.ttl")), *sorted((folders.ONTOLOGY / "codes").glob("*.ttl"))]
    )
    return Vocabulary(ontology, read_turtle(sorted(folders.SHAPES.glob("*.ttl"))))


@cache
def read_catalogue_rules() -> CatalogueRules:
    """The rules that the documents for data.norge.no are judged by; nobody may change them."""
    files = sorted((folders.SHAPES / "catalogue").glob("*.ttl"))
    return CatalogueRules(read_turtle(files), read_turtle([file for file in files if file.stem != "links"]))
