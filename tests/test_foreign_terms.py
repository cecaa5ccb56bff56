"""Every class and property that planverk takes from another vocabulary is one that the vocabulary's own file declares."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, Graph, URIRef

from planverk import folders

OURS = "https://w3id.org/planverk/"
BASE = "https://data.example.org/"

# The vocabularies whose files npm carries, by the name they have there (tests/npm/package.json).
CHECKED = {
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/linked-data/cube#": "qb",
    "http://purl.org/ontology/bibo/": "bibo",
    "http://purl.org/vocab/vann/": "vann",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs",
    "http://www.w3.org/2001/XMLSchema#": "xsd",
    "http://www.w3.org/2002/07/owl#": "owl",
    "http://www.w3.org/2004/02/skos/core#": "skos",
    "http://www.w3.org/2006/vcard/ns#": "vcard",
    "http://www.w3.org/ns/dcat#": "dcat",
    "http://www.w3.org/ns/org#": "org",
    "http://www.w3.org/ns/prov#": "prov",
    "http://www.w3.org/ns/shacl#": "sh",
    "http://xmlns.com/foaf/0.1/": "foaf",
    "https://schema.org/": "schema",
}
UNCHECKED = {
    "http://data.europa.eu/eli/eli-draft-legislation-ontology#": "no registry carries ELI-DL",
    "http://data.europa.eu/eli/ontology#": "no registry carries ELI",
    "http://data.europa.eu/m8g/": "no registry carries the EU's Core Vocabularies",
    "http://metadata.un.org/sdg/ontology#": "no registry carries the UN's ontology of its goals",
}

# What says things about terms, rather than in them: its values are documents, licences and makers.
ABOUT = {DCTERMS.creator, DCTERMS.license, DCTERMS.requires, DCTERMS.source, OWL.versionIRI, RDFS.isDefinedBy, RDFS.seeAlso}

VOCABULARY = [folders.ONTOLOGY / "planverk.ttl", *folders.ONTOLOGY.glob("mappings/*.ttl"), *folders.SHAPES.glob("*.ttl")]
DATA = [
    *folders.ONTOLOGY.glob("codes/*.ttl"),
    *folders.ONTOLOGY.glob("examples/*.ttl"),
    *folders.DATA.glob("buskerud/*.ttl"),
    folders.PACKAGE / "authorities.ttl",
]


def namespace(term: str) -> str:
    return re.sub(r"[^#/]*$", "", term)


def of_vocabulary(graph: Graph) -> set[str]:
    """The terms in the definition of a vocabulary or of its shapes: nearly every IRI, and those of SPARQL queries."""
    iris = {node for s, p, o in graph for node in (s, p, *([] if p in ABOUT else [o])) if isinstance(node, URIRef)}
    prefixes = {str(graph.value(d, SH.prefix)): str(graph.value(d, SH.namespace)) for d in graph.objects(None, SH.declare)}
    queries = " ".join(graph.objects(None, SH.select))
    return {str(iri) for iri in iris} | {prefixes[p] + name for p, name in re.findall(r"\b([\w-]+):([\w-]+)", queries)}


def of_data(graph: Graph) -> set[str]:
    """The classes and properties that data uses."""
    return {str(term) for term in (*graph.predicates(), *graph.objects(None, RDF.type))}
