"""The harvest document of the information model: ModelldCAT-AP-NO, made of the ontology and the shapes themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk.colophon import Rows, add_parties, annotate, dated, in_languages, responsible, state
from planverk.concepts import concept_iri, concepts_of, name_concepts
from planverk.dictionary import Dictionary, Use, read_dictionary
from planverk.findings import Severity
from planverk.instance import Instance
from planverk.vocab import (
    CODE,
    DCAT,
    DCT,
    EU,
    FOAF,
    LOS,
    MODELLDCATNO,
    ONTOLOGY_IRI,
    OWL,
    PLAN,
    PREFIXES,
    RDF,
    RDFS,
    SKOS,
    XSD,
    thing_iri,
)

_FORMAT = URIRef(f"{DCT}format")  # DCT.format is the method of str
_TITLES = {
    "nb": "Informasjonsmodeller for regional planlegging",
    "nn": "Informasjonsmodellar for regional planlegging",
    "en": "Information models of regional planning",
}
_DESCRIPTIONS = {
    "nb": "Informasjonsmodellen som regionale planer er publisert etter som lenkede åpne data.",
    "nn": "Informasjonsmodellen som regionale planar er publiserte etter som lenkte opne data.",
    "en": "The information model by which regional plans are published as linked open data.",
}
# The sections of the ontology, as the modules of the model.
_MODULES = {
    "instruments": {"nb": "Planinstrumenter", "nn": "Planinstrument", "en": "Planning instruments"},
    "elements": {"nb": "Planelementer", "nn": "Planelement", "en": "Plan elements"},
    "actors": {"nb": "Aktører", "nn": "Aktørar", "en": "Actors"},
    "process": {"nb": "Planprosess", "nn": "Planprosess", "en": "Planning process"},
    "monitoring": {"nb": "Oppfølging", "nn": "Oppfølging", "en": "Monitoring"},
    "funding": {"nb": "Finansiering", "nn": "Finansiering", "en": "Funding"},
    "evidence": {"nb": "Kilder", "nn": "Kjelder", "en": "Sources"},
}
# Datatypes, and what stands for any of them.
_SIMPLE = (str(XSD), str(RDF), str(RDFS))


def information_model(instance: Instance) -> Graph:
    """The catalogue with the one model: object types, their attributes, roles and multiplicities, and code lists.

    Nothing in it is written by hand but the titles, so that it cannot say anything else than what data is judged by.
    """
    return _Model(instance, read_dictionary()).graph


def models_iri(instance: Instance) -> URIRef:
    """The IRI of the catalogue of information models."""
    return thing_iri(instance.base, "catalogue", "models")


def model_iri(instance: Instance) -> URIRef:
    """The IRI of the information model."""
    return thing_iri(instance.base, "model", "plans")


@dataclass(frozen=True)
class _Model:
    """Knows the vocabulary, and fills a graph with what its terms are in the model."""

    instance: Instance
    known: Dictionary

    @cached_property
    def graph(self) -> Graph:
        graph = Graph(bind_namespaces="none")
        for name, texts in _MODULES.items():
            state(graph, self._module(name), MODELLDCATNO.Module, in_languages(DCT.title, texts))
        for kind in self.known.classes:
            self._object_type(graph, kind)
        for scheme in self.known.schemes:
            self._code_list(graph, scheme)
        for foreign in sorted(self._foreign(), key=str):
            self._foreign_type(graph, foreign)
        self._model(graph)
        self._catalogue(graph)
        add_parties(graph, self.instance)
        annotate(graph)
        return graph

    def _catalogue(self, graph: Graph) -> None:
        catalogue = models_iri(self.instance)
        state(graph, catalogue, DCAT.Catalog, [
            *in_languages(DCT.title, _TITLES),
            *in_languages(DCT.description, _DESCRIPTIONS),
            (DCT.identifier, Literal(str(catalogue), datatype=XSD.anyURI)),
            *responsible(self.instance),
            *dated(self.instance),
            (DCT.license, self.instance.licence),
            (DCAT.themeTaxonomy, URIRef(LOS)),
            (MODELLDCATNO.model, model_iri(self.instance)),
        ])  # fmt: skip

    def _model(self, graph: Graph) -> None:
        model, ontology = model_iri(self.instance), self.known.ontology
        document, page = URIRef(f"{self.instance.base}def.ttl"), URIRef(f"{self.instance.base}def")
        elements = (MODELLDCATNO.ObjectType, MODELLDCATNO.CodeList, MODELLDCATNO.SimpleType)
        state(graph, model, MODELLDCATNO.InformationModel, [
            *((term, text) for term in (DCT.title, DCT.description) for text in ontology.objects(ONTOLOGY_IRI, term)),
            (DCT.identifier, Literal(str(model), datatype=XSD.anyURI)),
            (MODELLDCATNO.informationModelIdentifier, Literal(str(model), datatype=XSD.anyURI)),
            *responsible(self.instance),
            *dated(self.instance),
            (DCT.license, self.instance.licence),
            *((OWL.versionInfo, version) for version in ontology.objects(ONTOLOGY_IRI, OWL.versionInfo)),
            *((DCAT.theme, theme) for theme in self.instance.topics.themes if theme.startswith(LOS)),
            *((DCAT.keyword, Literal(word, lang=self.instance.language)) for word in self.instance.topics.keywords),
            (FOAF.homepage, page),
            (DCT.hasFormat, document),
            (DCT.conformsTo, ONTOLOGY_IRI),
            *((MODELLDCATNO.containsModelElement, part) for kind in elements for part in graph.subjects(RDF.type, kind)),
        ])  # fmt: skip
        state(graph, page, FOAF.Document, list(_titles(ontology, ONTOLOGY_IRI)))
        state(graph, document, FOAF.Document, [
            *_titles(ontology, ONTOLOGY_IRI),
            (_FORMAT, EU["file-type/RDF_TURTLE"]),
        ])  # fmt: skip

    def _object_type(self, graph: Graph, kind: URIRef) -> None:
        element, module = self._element(kind), self._module(self.known.sections[kind])
        rows: Rows = [*self._described(element, kind), (MODELLDCATNO.belongsToModule, module)]
        for concept in concepts_of(self.instance, [kind]):
            rows.append((DCT.subject, concept_iri(self.instance, kind)))
            name_concepts(graph, [concept])
        for wide in sorted(set(self.known.ontology.objects(kind, RDFS.subClassOf)) & set(self.known.classes), key=str):
            rows.append((MODELLDCATNO.hasProperty, self._specialization(graph, element, URIRef(str(wide)))))
        for place, use in enumerate(self._own(kind), start=1):
            rows.append((MODELLDCATNO.hasProperty, self._property(graph, element, use, place, module)))
        state(graph, element, MODELLDCATNO.ObjectType, rows)

    def _own(self, kind: URIRef) -> list[Use]:
        """The properties that a class brings, or has with other values or multiplicities than a class above it."""
        above = {_signature(use) for wide in self.known.wider(kind) for use in self.known.uses(wide)}
        return [use for use in self.known.uses(kind) if use.owner == kind or _signature(use) not in above]

    def _specialization(self, graph: Graph, element: URIRef, wide: URIRef) -> URIRef:
        relation = URIRef(f"{element}/specialises/{_name(wide)}")
        state(graph, relation, MODELLDCATNO.Specialization, [(MODELLDCATNO.hasGeneralConcept, self._element(wide))])
        return relation

    def _property(self, graph: Graph, element: URIRef, use: Use, place: int, module: URIRef) -> URIRef:
        part = URIRef(f"{element}/{_name(use.term)}")
        kind, values = self._values(use)
        state(graph, part, kind, [
            *self._described(part, use.term),
            *values,
            *_multiplicity(use),
            (MODELLDCATNO.sequenceNumber, Literal(str(place), datatype=XSD.positiveInteger)),
            (MODELLDCATNO.belongsToModule, module),
        ])  # fmt: skip
        return part

    def _values(self, use: Use) -> tuple[URIRef, Rows]:
        """What kind of property it is, and what it takes: codes, values, things of a class, or of one of several."""
        elements = [self._element(kind) for kind in use.kinds]
        first = use.kinds[0]
        if first in self.known.schemes:
            return MODELLDCATNO.Attribute, [(MODELLDCATNO.hasValueFrom, elements[0])]
        if len(elements) > 1:
            return MODELLDCATNO.Choice, [(MODELLDCATNO.hasSome, element) for element in elements]
        if _is_simple(first):
            return MODELLDCATNO.Attribute, [(MODELLDCATNO.hasSimpleType, elements[0])]
        return MODELLDCATNO.Role, [(MODELLDCATNO.hasObjectType, elements[0])]

    def _code_list(self, graph: Graph, scheme: URIRef) -> None:
        element = self._element(scheme)
        state(graph, element, MODELLDCATNO.CodeList, [
            *self._described(element, scheme),
            (MODELLDCATNO.codeListReference, Literal(str(scheme), datatype=XSD.anyURI)),
        ])  # fmt: skip
        for code in self.known.codes(scheme):
            part = self._element(code)
            texts = (SKOS.prefLabel, SKOS.definition, SKOS.altLabel, SKOS.notation)
            state(graph, part, MODELLDCATNO.CodeElement, [
                *((term, text) for term in texts for text in self.known.ontology.objects(code, term)),
                (DCT.identifier, Literal(str(part), datatype=XSD.anyURI)),
                (SKOS.inScheme, element),
                (SKOS.topConceptOf, element),
            ])  # fmt: skip

    def _foreign(self) -> set[URIRef]:
        """The classes of others, and the datatypes, that properties take."""
        taken = {kind for owner in self.known.classes for use in self.known.uses(owner) for kind in use.kinds}
        return taken - set(self.known.classes) - set(self.known.schemes)

    def _foreign_type(self, graph: Graph, kind: URIRef) -> None:
        element = self._element(kind)
        rows: Rows = [(DCT.identifier, Literal(str(element), datatype=XSD.anyURI))]
        rows += list(_titles(self.known.ontology, kind)) or [(DCT.title, Literal(_short(kind)))]
        if _is_simple(kind):
            reference = (MODELLDCATNO.typeDefinitionReference, Literal(str(kind), datatype=XSD.anyURI))
            state(graph, element, MODELLDCATNO.SimpleType, [*rows, reference])
        else:
            state(graph, element, MODELLDCATNO.ObjectType, [*rows, (DCT.relation, kind)])

    def _described(self, element: URIRef, term: URIRef) -> Rows:
        return [
            *_titles(self.known.ontology, term),
            *((DCT.description, text) for text in self.known.ontology.objects(term, SKOS.definition)),
            (DCT.identifier, Literal(str(element), datatype=XSD.anyURI)),
            (DCT.relation, term),
        ]

    def _element(self, term: URIRef) -> URIRef:
        return thing_iri(self.instance.base, "model", f"plans/{_name(term)}")

    def _module(self, name: str) -> URIRef:
        return thing_iri(self.instance.base, "model", f"plans/module/{name}")


def _titles(ontology: Graph, term: Node) -> Iterator[tuple[URIRef, Node]]:
    """What a term is called, by the first kind of name that it has."""
    names = ([*ontology.objects(term, kind)] for kind in (RDFS.label, SKOS.prefLabel, DCT.title))
    return ((DCT.title, text) for text in next((found for found in names if found), []))


def _bounds(use: Use) -> tuple[int, int | None]:
    """How many values there must and may be; only what stops a release counts."""
    (least, needed), (most, limited) = use.least, use.most
    return least if needed is Severity.VIOLATION else 0, most if limited is Severity.VIOLATION else None


def _multiplicity(use: Use) -> Rows:
    """The bounds as the model states them. FDK reads XSD's terms, shapes the others'."""
    least, most = _bounds(use)
    lower = Literal(str(least), datatype=XSD.nonNegativeInteger)
    upper = Literal("*") if most is None else Literal(str(most), datatype=XSD.nonNegativeInteger)
    return [
        *((space["minOccurs"], lower) for space in (XSD, MODELLDCATNO)),
        *((space["maxOccurs"], upper) for space in (XSD, MODELLDCATNO)),
    ]


def _signature(use: Use) -> tuple[object, ...]:
    return (use.term, use.kinds, _bounds(use))


def _is_simple(kind: URIRef) -> bool:
    return str(kind).startswith(_SIMPLE)


def _name(term: URIRef) -> str:
    """The end of an IRI of ours; terms of others have their prefix before it, and cannot be taken for ours."""
    if str(term).startswith((str(PLAN), str(CODE))):  # rdflib's own startswith takes no tuple
        return term.removeprefix(PLAN).removeprefix(CODE)
    return _short(term).replace(":", "/")


def _short(term: URIRef) -> str:
    spaces = ((prefix, space) for prefix, space in PREFIXES.items() if term.startswith(space))
    prefix, space = next(spaces, ("other", term.rpartition("#")[0] or term.rpartition("/")[0] + "/"))
    return f"{prefix}:{term.removeprefix(space).removeprefix('#')}"
