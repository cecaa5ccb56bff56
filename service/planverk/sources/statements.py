"""What every statement must keep, whatever it is about: known words on the things they are for, values that fit, and links that lead somewhere."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property, lru_cache

from rdflib import RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from planverk.characters import NOT_IN_XML, visible
from planverk.findings import Finding, Severity, Triple, by_place, sentences
from planverk.media import BY_SUFFIX
from planverk.serialization.terms import is_iri, is_tag
from planverk.store.positions import Positions
from planverk.vocab import DCT, OWL, SH, SHAPE, short
from planverk.vocabulary import Vocabulary

_ADDRESS = re.compile(r"id/[a-z0-9-]+/[^\s#?<>\"{}|\\^`]+")
_SUFFIXES = tuple(f".{suffix}" for suffix in BY_SUFFIX)


def judge_statements(graph: Graph, positions: Positions, base: str, vocabulary: Vocabulary) -> list[Finding]:
    """The findings of the rules in `shapes/sources.ttl`, in the order of the files."""
    judge = _Judge(graph, base, vocabulary)
    found: dict[tuple[object, ...], Finding] = {}
    for triple in graph:
        for rule, values in judge.faults(triple):
            words = {
                name: judge.labels(value) if isinstance(value, URIRef) else value for name, value in values.items()
            }
            texts, place = sentences(vocabulary.shapes, rule, **words), positions.find(*triple)
            severity = Severity.of(vocabulary.shapes.value(rule, SH.severity))
            finding = Finding(rule, severity, texts, place, *triple)
            # A fault of a resource is told once, at its first statement.
            key = (rule, triple[0], *values.values())
            found[key] = min(found.get(key, finding), finding, key=by_place)
    return sorted(found.values(), key=by_place)


class _Judge:
    """The rules, and what they compare with."""

    def __init__(self, graph: Graph, base: str, vocabulary: Vocabulary) -> None:
        self.base = base
        self._graph = graph
        self._is_described = lru_cache(maxsize=1 << 16)(lambda thing: (thing, None, None) in graph)
        self._kinds = lru_cache(maxsize=1 << 16)(
            lambda thing: frozenset(kind for kind in graph.objects(thing, RDF.type) if isinstance(kind, URIRef))
        )
        self.terms = vocabulary.terms
        known = self._ontology = vocabulary.ontology
        self._domains = {
            term: (domain, {domain, *known.transitive_subjects(RDFS.subClassOf, domain)})
            for term, domain in known.subject_objects(RDFS.domain)
            if isinstance(domain, URIRef)
        }
        self.deprecated = {
            term: ", ".join(sorted(short(str(other)) for other in known.objects(term, DCT.isReplacedBy))) or "–"
            for term in known.subjects(OWL.deprecated, Literal(True))
        }

    def faults(self, triple: Triple) -> Iterator[tuple[URIRef, dict[str, str]]]:
        """Each rule that a statement breaks, with the words for its message; a term stands for its labels."""
        subject, predicate, value = triple
        strange = [node for node in triple if isinstance(node, URIRef) and not is_iri(node)]
        if strange:
            yield from map(_not_published, strange)
            return
        yield from self._address(subject)
        yield from self._term(predicate)
        yield from self._class(subject, predicate)
        for term in {predicate, value} & self.deprecated.keys():
            yield SHAPE["Source-deprecated-term"], {"value": short(str(term)), "suggestion": self.deprecated[term]}
        if predicate == RDF.type:
            yield from self._term(value)
        elif isinstance(value, URIRef):
            yield from self._link(value)
        elif isinstance(value, Literal):
            yield from self._value(value)
        elif isinstance(value, BNode):
            yield SHAPE["Source-blank-node"], {}

    def labels(self, term: URIRef) -> Mapping[str, str]:
        """What a term is called, by language; its prefixed name where it is called nothing."""
        texts = (text for text in self._ontology.objects(term, RDFS.label) if isinstance(text, Literal))
        return defaultdict(lambda: short(str(term)), {text.language or "nb": str(text) for text in texts})

    def _address(self, subject: Node) -> Iterator[tuple[URIRef, dict[str, str]]]:
        if isinstance(subject, BNode):
            yield SHAPE["Source-blank-node"], {}
        elif not self._is_address(str(subject)):
            yield SHAPE["Source-address"], {"value": str(subject)}

    def _is_address(self, iri: str) -> bool:
        # A name that ends like a file would be taken for a representation of another resource.
        name = iri.removeprefix(self.base)
        return iri.startswith(self.base) and bool(_ADDRESS.fullmatch(name)) and not name.endswith(_SUFFIXES)

    def _term(self, term: Node) -> Iterator[tuple[URIRef, dict[str, str]]]:
        if term not in self.terms:
            yield (
                SHAPE["Source-unknown-term"],
                {"value": short(str(term)), "suggestion": self._like(str(term), self.terms)},
            )

    def _class(self, subject: Node, predicate: Node) -> Iterator[tuple[URIRef, dict[str, str]]]:
        kinds = self._kinds(subject)
        if isinstance(predicate, URIRef) and predicate in self._domains and kinds:
            domain, fitting = self._domains[predicate]
            if kinds.isdisjoint(fitting):
                yield SHAPE["Source-class-of-term"], {"value": predicate, "suggestion": domain, "kind": min(kinds)}

    def _link(self, value: URIRef) -> Iterator[tuple[URIRef, dict[str, str]]]:
        if value.startswith(self.base) and not self._is_described(value):
            known = self._like(str(value), self._described)
            yield SHAPE["Source-dead-link"], {"value": value.removeprefix(self.base), "suggestion": known}

    @cached_property
    def _described(self) -> set[URIRef]:
        return {subject for subject in self._graph.subjects() if isinstance(subject, URIRef)}

    def _value(self, value: Literal) -> Iterator[tuple[URIRef, dict[str, str]]]:
        characters = sorted(set(NOT_IN_XML.findall(value)))
        if characters:
            yield SHAPE["Source-control-character"], {"value": ", ".join(map(visible, characters))}
        elif value.language and not is_tag(value.language):
            yield SHAPE["Text-language"], {}
        elif value.datatype and not is_iri(value.datatype):
            yield _not_published(value.datatype)
        elif value.ill_typed:
            yield SHAPE["Source-ill-typed-value"], {"value": str(value), "datatype": short(str(value.datatype))}

    def _like(self, iri: str, known: set[URIRef]) -> str:
        match = get_close_matches(iri, [str(one) for one in known], n=1, cutoff=0.8)
        return short(match[0].removeprefix(self.base)) if match else "–"


def _not_published(address: URIRef) -> tuple[URIRef, dict[str, str]]:
    return SHAPE["Source-web-address"], {"value": visible(address)}
