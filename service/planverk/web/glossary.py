"""The terms of the vocabulary as people read them: a class, a property, a code list or a code, in the language of the page."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from planverk.dictionary import Dictionary, Use
from planverk.examples import Example, example_of, examples_with
from planverk.findings import Severity
from planverk.instance import Instance
from planverk.rules import Rule
from planverk.vocab import CODE, DCT, SH, SKOS, short
from planverk.web.reading import Names, Value

_LANGUAGES = ("nb", "nn", "en")
_NAME = (RDFS.label, SKOS.prefLabel)
_MATCHING = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch, SKOS.note)


class Term(NamedTuple):
    """A term where it is mentioned: its name with the way to its page, its short IRI, what it means."""

    name: Value
    code: str
    meaning: Value | None
    deprecated: bool = False

    @property
    def anchor(self) -> str:
        """The place of the term on a page: what follows the hash in its IRI."""
        return self.code.rpartition(":")[2]


class Translation(NamedTuple):
    """A term in a language that is not the page's."""

    language: str
    name: str
    meaning: str


class Entry(NamedTuple):
    """What the page of any term begins with."""

    iri: str
    term: Term
    others: list[Translation]
    synonyms: list[Value]
    notes: list[Value]
    laws: list[Value]
    successors: list[Value]


class UseRow(NamedTuple):
    """A property of a class: what it means, what its values are, and how many there should be."""

    term: Term
    owner: Value
    kinds: list[Value]
    least: tuple[int, Severity | None]
    most: tuple[int | None, Severity | None]


class RuleRow(NamedTuple):
    """A rule in a list: its name, how grave it is, and why it is there."""

    name: Value
    code: str
    severity: Severity | None
    reason: Value | None


class RuleEntry(NamedTuple):
    """A rule on its own page: also its sentence, and all of this in the other languages."""

    iri: str
    row: RuleRow
    message: Value | None
    others: list[list[str]]


class Match(NamedTuple):
    """A term of ours and what corresponds to it in another vocabulary; `target` has no address where that has none."""

    term: Term
    relation: str
    target: Value
    vocabulary: str


class Code(NamedTuple):
    """A code in its list."""

    term: Term
    notation: str
    synonyms: list[Value]
    matches: list[Match]


class Glossary:
    """Looks terms up and says what they are in the language of the page."""

    def __init__(self, dictionary: Dictionary, instance: Instance) -> None:
        """Take the vocabulary, and the instance whose languages are spoken."""
        self.dictionary = dictionary
        self.names = Names(instance, dictionary.ontology)

    def term(self, iri: Node) -> Term:
        """A term as it is mentioned."""
        deprecated = self.dictionary.successors(iri) is not None
        return Term(
            self.names.link(iri), short(str(iri)).removeprefix(CODE), self.say(iri, SKOS.definition), deprecated
        )

    def terms(self, iris: Iterable[Node]) -> list[Term]:
        """Several terms, in the order given."""
        return [self.term(iri) for iri in iris]

    def say(self, iri: Node, *properties: URIRef, graph: Graph | None = None) -> Value | None:
        """What is said of a thing by the first of some properties, in the language of the page."""
        texts = (text for item in properties for text in (graph or self.dictionary.ontology).objects(iri, item))
        found = self.names.best(texts)
        return self.names.text(found) if found else None

    def depth(self, iri: URIRef) -> int:
        """How many classes of ours stand above a class."""
        return len([wide for wide in self.dictionary.wider(iri) if wide in self.dictionary.classes])

    def entry(self, iri: URIRef) -> Entry:
        """How the page of a term begins."""
        return Entry(
            iri=str(iri),
            term=self.term(iri),
            others=[
                Translation(code, self._in(code, iri, *_NAME), self._in(code, iri, SKOS.definition))
                for code in self._others
            ],
            synonyms=self._said(iri, SKOS.altLabel),
            notes=self._said(iri, SKOS.scopeNote),
            laws=self.links(self.dictionary.ontology.objects(iri, DCT.source)),
            successors=self.links(self.dictionary.successors(iri) or ()),
        )

    def by_section(self, iris: Iterable[URIRef]) -> dict[str, list[Term]]:
        """Terms by the section of the ontology that they stand in."""
        rows = groupby(iris, key=lambda iri: self.dictionary.sections[iri])
        return {section: self.terms(group) for section, group in rows}

    def links(self, iris: Iterable[Node]) -> list[Value]:
        """Things by their names, leading to their pages."""
        return [self.names.link(iri) for iri in iris]

    def uses(self, kind: URIRef) -> list[tuple[Value, list[UseRow]]]:
        """The properties of a class, by the class that brings them."""
        rows = [self._use(use) for use in self.dictionary.uses(kind)]
        return [(owner, list(group)) for owner, group in groupby(rows, key=lambda row: row.owner)]

    def kinds(self, iris: Iterable[URIRef]) -> list[Value]:
        """What values may be: classes and code lists by their names, datatypes by theirs and without a way on."""
        return [self.names.link(iri) if self._is_named(iri) else Value(short(iri)) for iri in iris]

    def rules(self, rules: Iterable[Rule]) -> list[RuleRow]:
        """Rules in a list, the gravest first."""
        rows = [self.rule(rule) for rule in rules]
        return sorted(rows, key=lambda row: -(row.severity or Severity.INFO))

    def rule(self, rule: Rule) -> RuleRow:
        """A rule in a list."""
        shapes, link = self.dictionary.shapes_of(rule.ruleset), self.names.link(rule.iri)
        name = self.say(rule.iri, SH.name, graph=shapes) or Value(rule.name)
        return RuleRow(
            name._replace(href=link.href), rule.name, rule.severity, self.say(rule.iri, SH.description, graph=shapes)
        )

    def rule_entry(self, rule: Rule) -> RuleEntry:
        """A rule on its own page."""
        shapes, parts = self.dictionary.shapes_of(rule.ruleset), (SH.name, SH.message, SH.description)
        others = [[code, *(self._in(code, rule.iri, part, graph=shapes) for part in parts)] for code in self._others]
        return RuleEntry(str(rule.iri), self.rule(rule), self.say(rule.iri, SH.message, graph=shapes), others)

    def matches(self, iri: URIRef | None = None) -> list[Match]:
        """What corresponds to a term, or to any term, in other vocabularies."""
        return [
            self._match(graph, triple, vocabulary)
            for vocabulary, graph in self.dictionary.mappings.items()
            for triple in sorted(graph.triples((iri, None, None)))
        ]

    def matches_of_code(self, iri: URIRef) -> list[Match]:
        """What corresponds to a code in other lists; the code lists say this themselves."""
        known = self.dictionary.ontology
        return [
            self._match(known, triple)
            for relation in _MATCHING
            for triple in sorted(known.triples((iri, relation, None)))
        ]

    def codes(self, scheme: URIRef) -> list[Code]:
        """The codes of a list, in its order."""
        return [
            Code(self.term(code), self._notation(code), self._said(code, SKOS.altLabel), self.matches_of_code(code))
            for code in self.dictionary.codes(scheme)
        ]

    def example(self, kind: URIRef) -> Example | None:
        """An example of a class, or of a class below it."""
        below = self.dictionary.ontology.transitive_subjects(RDFS.subClassOf, kind)
        return example_of(iri for iri in below if isinstance(iri, URIRef))

    def examples_with(self, term: URIRef) -> list[Term]:
        """The classes whose examples have a property."""
        kinds = {example.kind for example in examples_with(term)}
        return self.terms(kind for kind in self.dictionary.classes if kind in kinds)

    def characteristics(self, term: URIRef) -> list[str]:
        """What OWL and other vocabularies say of the nature of a property."""
        return sorted(short(str(kind)) for kind in self.dictionary.ontology.objects(term, RDF.type))

    def _use(self, use: Use) -> UseRow:
        term = self.term(use.term)
        if term.meaning is None:
            # What is borrowed has its meaning elsewhere; the rule says what it is for here.
            reasons = [self.rule(rule).reason for rule in use.rules]
            term = term._replace(meaning=next((reason for reason in reasons if reason), None))
        return UseRow(term, self.names.link(use.owner), self.kinds(use.kinds), use.least, use.most)

    def _is_named(self, iri: URIRef) -> bool:
        return any(self.dictionary.ontology.objects(iri, RDFS.label)) or iri in self.dictionary.schemes

    def _said(self, iri: Node, *properties: URIRef) -> list[Value]:
        """All that is said by some properties in the language of the page, or else in the next."""
        texts = [text for item in properties for text in self.dictionary.ontology.objects(iri, item)]
        best = self.names.best(texts)
        spoken = [text for text in texts if isinstance(text, Literal) and best and text.language == best.language]
        return [self.names.text(text) for text in spoken]

    @property
    def _others(self) -> list[str]:
        return [code for code in _LANGUAGES if code != self.names.languages[0]]

    def _in(self, language: str, iri: Node, *properties: URIRef, graph: Graph | None = None) -> str:
        texts = (text for item in properties for text in (graph or self.dictionary.ontology).objects(iri, item))
        return next((str(text) for text in texts if isinstance(text, Literal) and text.language == language), "")

    def _match(self, graph: Graph, triple: tuple[Node, Node, Node], vocabulary: str = "") -> Match:
        term, relation, target = triple
        return Match(self.term(term), str(relation).rpartition("#")[2], self._target(graph, target), vocabulary)

    def _target(self, graph: Graph, target: Node) -> Value:
        if isinstance(target, Literal):
            return self.names.text(target)
        return Value(graph.namespace_manager.normalizeUri(str(target)), href=str(target))

    def _notation(self, code: URIRef) -> str:
        return str(self.dictionary.ontology.value(code, SKOS.notation))
