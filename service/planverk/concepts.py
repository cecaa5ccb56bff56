"""The harvest document of concepts: the vocabulary of planning as a SKOS-AP-NO-Begrep collection."""

from collections.abc import Iterable
from itertools import chain

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk.colophon import Rows, add_parties, annotate, dated, in_languages, responsible, state
from planverk.dictionary import Dictionary, read_dictionary
from planverk.instance import Instance
from planverk.vocab import (
    CODE,
    DCT,
    ONTOLOGY_IRI,
    OWL,
    PLAN,
    RDF,
    RDFS,
    SKOS,
    SKOSNO,
    XSD,
    thing_iri,
)

# What the sections of the ontology hold are terms of planning, save where it speaks of sources, not of plans; and so
# are the codes of these lists. Codes for what no source tells are no concepts.
_OF_SOURCES = "evidence"
_LISTS = (
    "action-kind", "funding-stage", "goal-level", "indicator-stage", "instrument-status", "participation-role",
    "process-stage", "statement-position", "version-kind",
)  # fmt: skip
_NO_CONCEPT = "unknown"

_TITLES = {
    "nb": "Begreper i regional planlegging",
    "nn": "Omgrep i regional planlegging",
    "en": "Concepts of regional planning",
}
_DESCRIPTIONS = {
    "nb": "Begrepene som regionale planer og handlingsprogram etter plan- og bygningsloven er beskrevet med.",
    "nn": "Omgrepa som regionale planar og handlingsprogram etter plan- og bygningslova er skildra med.",
    "en": "The concepts by which regional plans and action programmes under the Planning and Building Act are described.",
}
_SUBJECT = {"nb": "regional planlegging", "nn": "regional planlegging", "en": "regional planning"}


def concepts(instance: Instance) -> Graph:
    """The collection of concepts. Each has an IRI of the instance's own, and says which term of the ontology it is.

    The ontology's own IRIs are shared by all counties, and the harvester takes up an IRI from one source only.
    """
    graph = Graph(bind_namespaces="none")
    known = read_dictionary()
    terms = _terms(known)
    for term in terms:
        _concept(graph, instance, known, term)
    state(graph, collection_iri(instance), SKOS.Collection, [
        *in_languages(DCT.title, _TITLES),
        *in_languages(DCT.description, _DESCRIPTIONS),
        _identifier(collection_iri(instance)),
        *responsible(instance),
        *dated(instance),
        *((SKOS.member, concept_iri(instance, term)) for term in terms),
    ])  # fmt: skip
    add_parties(graph, instance)
    annotate(graph, as_concepts=False)
    return graph


def concepts_of(instance: Instance, kinds: Iterable[Node]) -> list[URIRef]:
    """The concepts that are what some classes are, in the order of the ontology."""
    wanted = set(kinds)
    return [concept_iri(instance, term) for term in _terms(read_dictionary()) if term in wanted]


def name_concepts(graph: Graph, mentioned: Iterable[URIRef]) -> None:
    """Name concepts in a document that mentions them and is not harvested for concepts."""
    known = read_dictionary()
    names = {str(term).removeprefix(PLAN).removeprefix(CODE): term for term in _terms(known)}
    for concept in mentioned:
        term = names[concept.partition("/id/concept/")[2]]
        state(graph, concept, SKOS.Concept, [_identifier(concept), *_texts(known, term, SKOS.prefLabel, *_NAMING)])


def collection_iri(instance: Instance) -> URIRef:
    """The IRI of the collection of concepts."""
    return thing_iri(instance.base, "catalogue", "concepts")


def concept_iri(instance: Instance, term: URIRef) -> URIRef:
    """The IRI of the concept that a class or a code of the ontology is."""
    return thing_iri(instance.base, "concept", term.removeprefix(PLAN).removeprefix(CODE))


_NAMING = (RDFS.label, SKOS.prefLabel)


def _terms(known: Dictionary) -> list[URIRef]:
    classes = [term for term in known.classes if known.sections[term] != _OF_SOURCES]
    codes = chain.from_iterable(known.codes(CODE[name]) for name in _LISTS)
    return [*classes, *(code for code in codes if not code.endswith(f"/{_NO_CONCEPT}"))]


def _concept(graph: Graph, instance: Instance, known: Dictionary, term: URIRef) -> None:
    concept = concept_iri(instance, term)
    ontology = known.ontology
    state(graph, concept, SKOS.Concept, [
        *_texts(known, term, SKOS.prefLabel, *_NAMING),
        *_texts(known, term, SKOS.altLabel, SKOS.altLabel),
        *_texts(known, term, SKOS.definition, SKOS.definition),
        _identifier(concept),
        *responsible(instance),
        *_subjects(known, term),
        *((DCT.created, day) for day in ontology.objects(ONTOLOGY_IRI, DCT.created)),
        *((DCT.modified, day) for day in ontology.objects(ONTOLOGY_IRI, DCT.modified)),
        *((OWL.versionInfo, version) for version in ontology.objects(ONTOLOGY_IRI, OWL.versionInfo)),
        *((DCT.source, source) for source in ontology.objects(term, DCT.source)),
        # Not skos:exactMatch: its value must be typed a concept here, and would then be harvested as one of ours.
        (RDFS.isDefinedBy, term),
        *_wider(graph, instance, known, term),
    ])  # fmt: skip


def _subjects(known: Dictionary, term: URIRef) -> Rows:
    """The subject field; codes have the name of their list, which tells «høring» the stage from «høring» the activity."""
    scheme = known.ontology.value(term, SKOS.inScheme)
    return in_languages(DCT.subject, _SUBJECT) + (
        _texts(known, scheme, DCT.subject, SKOS.prefLabel) if isinstance(scheme, URIRef) else []
    )


def _wider(graph: Graph, instance: Instance, known: Dictionary, term: URIRef) -> Rows:
    """The relations to the concepts right above, each an IRI of its own."""
    above = set(known.ontology.objects(term, RDFS.subClassOf)) & set(_terms(known))
    rows: Rows = []
    for wide in sorted(URIRef(str(node)) for node in above):
        relation = URIRef(f"{concept_iri(instance, term)}/under/{wide.removeprefix(PLAN)}")
        graph.add((relation, RDF.type, SKOSNO.GenericConceptRelation))
        graph.add((relation, SKOSNO.hasGenericConcept, concept_iri(instance, wide)))
        rows.append((SKOSNO.hasGenericConceptRelation, relation))
    return rows


def _texts(known: Dictionary, term: URIRef, predicate: URIRef, *kinds: URIRef) -> Rows:
    return [(predicate, text) for kind in kinds for text in known.ontology.objects(term, kind)]


def _identifier(thing: URIRef) -> tuple[URIRef, Node]:
    return (DCT.identifier, Literal(str(thing), datatype=XSD.anyURI))
