"""Every class and property that planverk takes from another vocabulary is one that the vocabulary's own file declares."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any  # JSON has no better type

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, Graph, URIRef

from planverk import folders
from planverk.catalogue import catalogue
from planverk.instance import read_instance

OURS = "https://w3id.org/planverk"
BASE = "https://data.example.org/"

# The vocabularies whose files npm carries, by the names they have there.
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
# What begins like this cannot be checked, and why.
UNCHECKED = {
    "http://data.europa.eu/eli/eli-draft-legislation-ontology#": "no registry carries ELI's draft legislation ontology",
    "http://data.europa.eu/eli/ontology#": "no registry carries ELI",
    "http://data.europa.eu/r5r/": "no registry carries the terms of DCAT-AP",
    "http://data.europa.eu/m8g/": "no registry carries the EU's Core Vocabularies",
    "http://metadata.un.org/sdg/ontology#": "no registry carries the UN's ontology of its goals",
    "http://schema.theodi.org/odrs#": "no registry carries the Open Data Rights Statement vocabulary",
    **{
        f"http://www.w3.org/ns/dcat#{term}": "new in DCAT 3; the registries carry DCAT 2"
        for term in ("DatasetSeries", "first", "inSeries", "last", "prev", "version")
    },
    "http://www.w3.org/ns/regorg#": "no registry carries the Registered Organization vocabulary",
}

# What is said about a vocabulary and its terms, with documents, licences and makers for values.
ABOUT = {
    DCTERMS.creator,
    DCTERMS.license,
    DCTERMS.requires,
    DCTERMS.source,
    OWL.versionIRI,
    RDFS.isDefinedBy,
    RDFS.seeAlso,
}

DEFINITIONS = [
    folders.ONTOLOGY / "planverk.ttl",
    *folders.ONTOLOGY.glob("mappings/*.ttl"),
    *folders.SHAPES.glob("*.ttl"),
]
DATA = [
    *folders.ONTOLOGY.glob("codes/*.ttl"),
    *folders.ONTOLOGY.glob("examples/*.ttl"),
    *folders.DATA.glob("buskerud/*.ttl"),
    folders.PACKAGE / "authorities.ttl",
]


def read(paths: list[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, publicID=BASE)
    return graph


def in_definitions(graph: Graph) -> set[str]:
    """The terms that an ontology or shapes speak of: every IRI but the values of what is said about them."""
    nodes = {node for s, p, o in graph for node in (s, p, *([] if p in ABOUT else [o]))}
    return {str(node) for node in nodes if isinstance(node, URIRef)} | in_queries(graph)


def in_queries(shapes: Graph) -> set[str]:
    """The terms in the SPARQL of shapes."""
    declarations = list(shapes.objects(None, SH.declare))
    prefixes = {str(shapes.value(item, SH.prefix)): str(shapes.value(item, SH.namespace)) for item in declarations}
    names = re.findall(r"\b([\w-]+):([\w-]+)", " ".join(map(str, shapes.objects(None, SH.select))))
    return {prefixes[prefix] + name for prefix, name in names if prefix in prefixes}


def in_data(graph: Graph) -> set[str]:
    """The classes and properties of data."""
    return {str(term) for term in (*graph.predicates(), *graph.objects(None, RDF.type))}


def in_context(context: dict[str, Any]) -> set[str]:
    """The terms that the names of a JSON-LD context stand for, and the datatypes of their values."""
    short = [name for value in context.values() for name in (value.values() if isinstance(value, dict) else [value])]
    parts = [name.partition(":") for name in short if isinstance(name, str)]
    return {context[prefix] + name for prefix, _, name in parts if prefix in context}


def is_checked(term: str) -> bool:
    return term.startswith(tuple(CHECKED)) and term not in CHECKED and not term.startswith(tuple(UNCHECKED))


@pytest.fixture(scope="module")
def used() -> set[str]:
    data = read(DATA)
    context = json.loads((folders.ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    published = catalogue(read_instance(folders.DATA / "buskerud"), data)
    return in_definitions(read(DEFINITIONS)) | in_data(data) | in_data(published) | in_context(context)


@pytest.fixture(scope="module")
def declared(foreign_vocabulary: Callable[[str], Graph]) -> set[str]:
    terms = {str(term) for name in CHECKED.values() for term in foreign_vocabulary(name).subjects(RDF.type)}
    # schema.org's file has http: where its pages and ours have https:; to schema.org they are the same.
    return terms | {term.replace("http://schema.org/", "https://schema.org/") for term in terms}


def test_every_term_is_declared_by_its_own_vocabulary(used: set[str], declared: set[str]) -> None:
    assert sorted(term for term in used if is_checked(term) and term not in declared) == []


def test_every_term_is_of_a_known_vocabulary(used: set[str]) -> None:
    known = (OURS, *CHECKED, *UNCHECKED)
    assert sorted(term for term in used if not term.startswith(known)) == []


@pytest.mark.parametrize("beginning", [*CHECKED, *UNCHECKED])
def test_every_known_vocabulary_is_in_use(beginning: str, used: set[str]) -> None:
    assert [term for term in used if term.startswith(beginning) and term not in CHECKED]


PREFIXES = """
    @prefix plan: <https://w3id.org/planverk/ontology#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix org: <http://www.w3.org/ns/org#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
"""
WRONG = "http://www.w3.org/ns/org#Organisation"  # ORG spells it with a z


@pytest.mark.parametrize(
    "terms",
    [
        in_definitions(Graph().parse(data=f"{PREFIXES} plan:CountyAuthority rdfs:subClassOf org:Organisation .")),
        in_definitions(Graph().parse(data=f"{PREFIXES} plan:ActorShape sh:targetClass org:Organisation .")),
        in_definitions(
            Graph().parse(
                data=f"{PREFIXES} plan:X sh:select 'SELECT $this {{ $this a org:Organisation }}' ; "
                f"sh:declare [ sh:prefix 'org' ; sh:namespace 'http://www.w3.org/ns/org#' ] ."
            )
        ),
        in_data(Graph().parse(data=f"{PREFIXES} plan:x a org:Organisation .")),
        in_data(Graph().parse(data=f"{PREFIXES} plan:x org:Organisation plan:y .")),
        in_context({"org": "http://www.w3.org/ns/org#", "Organisation": "org:Organisation"}),
        in_context({"org": "http://www.w3.org/ns/org#", "actor": {"@id": "org:Organisation", "@type": "@id"}}),
    ],
    ids=["ontology", "shape", "query", "class", "property", "name", "name with a type"],
)
def test_a_term_that_its_vocabulary_lacks_is_caught_wherever_it_stands(terms: set[str], declared: set[str]) -> None:
    assert {term for term in terms if is_checked(term) and term not in declared} == {WRONG}
