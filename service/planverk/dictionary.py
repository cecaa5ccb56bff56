"""The vocabulary as one thing to look things up in: how its terms, rules, codes and mappings hang together."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from planverk import folders
from planverk.findings import Severity
from planverk.passages import Passage, passages
from planverk.rules import FOR_DATA, FOR_HARVEST, Rule, Ruleset, read_rules
from planverk.serialization import read_turtle
from planverk.vocab import DCT, ONTOLOGY_IRI, PLAN, SKOS
from planverk.vocabulary import Vocabulary, read_catalogue_rules, read_vocabulary

_PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


@dataclass(frozen=True)
class Use:
    """A property of a class: the class that brings it, what its values are, and how many the rules want."""

    term: URIRef
    owner: URIRef
    kinds: tuple[URIRef, ...]
    rules: tuple[Rule, ...]

    @property
    def least(self) -> tuple[int, Severity | None]:
        """The number of values below which the gravest rule complains, and how gravely; 0 when none does."""
        counted = [(rule.severity or Severity.INFO, rule.least) for rule in self.rules if rule.least]
        return next(((least, severity) for severity, least in sorted(counted, reverse=True)), (0, None))

    @property
    def most(self) -> tuple[int | None, Severity | None]:
        """The number of values above which the gravest rule complains, and how gravely; None when none does."""
        counted = [(rule.severity or Severity.INFO, rule.most) for rule in self.rules if rule.most is not None]
        return next(((most, severity) for severity, most in sorted(counted, reverse=True)), (None, None))


@dataclass(frozen=True)
class Dictionary:
    """The ontology with its codes, the shapes, the mappings by vocabulary, and the order in which all this was written."""

    vocabulary: Vocabulary
    mappings: dict[str, Graph]
    context: dict[str, Any]  # Any: JSON
    rules: list[Rule]
    passages: list[Passage]

    @property
    def ontology(self) -> Graph:
        """The ontology with its codes."""
        return self.vocabulary.ontology

    @cached_property
    def classes(self) -> list[URIRef]:
        """The classes of ours, in the order of the ontology."""
        return [term for term in self.sections if (term, RDF.type, OWL.Class) in self.ontology]

    @cached_property
    def properties(self) -> list[URIRef]:
        """The properties of ours, in the order of the ontology."""
        return [term for term in self.sections if any((term, RDF.type, kind) in self.ontology for kind in _PROPERTIES)]

    @cached_property
    def general(self) -> list[URIRef]:
        """The properties that the ontology gives no class, so that anything may have them."""
        return [term for term in self.properties if (term, RDFS.domain, None) not in self.ontology]

    @cached_property
    def borrowed(self) -> list[URIRef]:
        """The classes and properties of others that the ontology declares, by their addresses."""
        return sorted(self.vocabulary.terms - {RDF.type, *self.classes, *self.properties})

    @cached_property
    def schemes(self) -> list[URIRef]:
        """The code lists, by name."""
        return sorted(_iris(self.ontology.subjects(RDF.type, SKOS.ConceptScheme)))

    @cached_property
    def sections(self) -> dict[URIRef, str]:
        """The section of the ontology in which each term of ours stands."""
        return {PLAN[part.name]: part.heading for part in self.passages if part.subject.startswith("plan:")}

    @cached_property
    def harvest_rules(self) -> list[Rule]:
        """The rules that harvest documents are judged by."""
        return read_rules(self.shapes_of(FOR_HARVEST), FOR_HARVEST)

    def shapes_of(self, ruleset: Ruleset) -> Graph:
        """The shapes that rules are written as."""
        return read_catalogue_rules().whole if ruleset == FOR_HARVEST else self.vocabulary.shapes

    def by_subject(self, ruleset: Ruleset) -> dict[str, list[Rule]]:
        """The rules by their subject: first those that are sections of the ontology, in its order, then the others."""
        known = [rule for rule in self.by_iri.values() if rule.severity and rule.ruleset == ruleset]
        subjects = dict.fromkeys([*self.sections.values(), *(rule.subject for rule in known)])
        found = {name: [rule for rule in known if rule.subject == name] for name in subjects}
        return {subject: rules for subject, rules in found.items() if rules}

    @cached_property
    def by_iri(self) -> dict[URIRef, Rule]:
        """All rules by their IRIs."""
        return {rule.iri: rule for rule in [*self.rules, *self.harvest_rules]}

    def codes(self, scheme: URIRef) -> list[URIRef]:
        """The codes of a list, in its order."""
        return self._codes.get(scheme, [])

    def wider(self, term: Node, relation: URIRef = RDFS.subClassOf) -> list[URIRef]:
        """The classes or properties above a term, the nearest first."""
        return [wide for wide in _iris(self.ontology.transitive_objects(term, relation)) if wide != term]

    def disjoint(self, kind: URIRef) -> list[URIRef]:
        """The classes that nothing of a class can be of too; also those that follow from a class above it."""
        kinds = {kind, *self.wider(kind)}
        groups = [set(group) for group in self._disjoint_groups() if kinds & set(group)]
        return sorted(_iris(other for group in groups for other in group - kinds))

    def uses(self, kind: URIRef) -> list[Use]:
        """The properties of a class, its own first, then those of the classes above it, each in the order it stands."""
        return self._uses[kind] if kind in self._uses else self._uses_of(kind)

    def is_needed(self, kind: URIRef, term: URIRef) -> bool:
        """Whether nothing of a class can be released without a value of a property."""
        return any(use.term == term and use.least[1] is Severity.VIOLATION for use in self.uses(kind))

    def pointing_to(self, kind: URIRef) -> list[URIRef]:
        """The properties whose values are of a class."""
        kinds = {kind, *self.wider(kind)} & set(self.classes)
        return [term for term in self.properties if kinds & set(self.ontology.objects(term, RDFS.range))]

    def rules_of(self, kind: URIRef) -> list[Rule]:
        """The rules on a class: those that name it, then those it has from the classes above it."""
        kinds = {kind, *self.wider(kind)}
        rules = [rule for rule in self.rules if rule.severity and kinds & set(rule.classes)]
        return sorted(rules, key=lambda rule: kind not in rule.classes)

    def rules_on(self, term: URIRef) -> list[Rule]:
        """The rules that speak of a property."""
        return [rule for rule in self.rules if rule.severity and term in rule.mentions]

    def scheme_of(self, term: Node) -> URIRef | None:
        """The code list that a property takes its values from."""
        return next((named for named in _iris(self.ontology.objects(term, RDFS.seeAlso)) if named in self._codes), None)

    def kinds_of(self, term: Node, rules: Iterable[Rule] = ()) -> tuple[URIRef, ...]:
        """What the values of a property are: a code list, or the classes and datatypes that the rules or the ontology name."""
        scheme = self.scheme_of(term)
        stricter = [kind for rule in rules for kind in rule.kinds]
        codes = _iris(found for kind in stricter for found in self.ontology.objects(kind, SKOS.inScheme))
        if scheme or codes:
            return (scheme,) if scheme else codes
        return self._narrowest(stricter) or _iris(self.ontology.objects(term, RDFS.range)) or (self._as_json(term),)

    def successors(self, term: Node) -> tuple[URIRef, ...] | None:
        """What to use instead of a deprecated term; None when the term is good."""
        deprecated = any(str(value) == "true" for value in self.ontology.objects(term, OWL.deprecated))
        return _iris(self.ontology.objects(term, DCT.isReplacedBy)) if deprecated else None

    @property
    def version(self) -> str:
        """The version of the ontology."""
        return str(self.ontology.value(ONTOLOGY_IRI, OWL.versionInfo))

    @cached_property
    def _codes(self) -> dict[URIRef, list[URIRef]]:
        members = {scheme: _iris(self.ontology.subjects(SKOS.inScheme, scheme)) for scheme in self.schemes}
        return {scheme: sorted(codes, key=self._order) for scheme, codes in members.items()}

    @cached_property
    def _uses(self) -> dict[URIRef, list[Use]]:
        return {kind: self._uses_of(kind) for kind in self.classes}

    def _uses_of(self, kind: URIRef) -> list[Use]:
        rules = _listed((term, rule) for rule in self.rules_of(kind) for term in rule.paths)
        owners: dict[URIRef, URIRef] = {}
        for owner in (kind, *self.wider(kind)):
            for term in self._properties_of(owner):
                owners.setdefault(term, owner)
        return [self._use(term, owner, rules.get(term, [])) for term, owner in owners.items()]

    def _properties_of(self, kind: URIRef) -> list[URIRef]:
        """Those the ontology gives a class, then those of others that rules on it look at."""
        of_kind = set(self.ontology.subjects(RDFS.domain, kind))
        declared = [term for term in self.properties if term in of_kind]
        looked_at = [path for rule in self._rules_by_class.get(kind, []) if len(rule.paths) == 1 for path in rule.paths]
        return [term for term in dict.fromkeys([*declared, *looked_at]) if term != RDF.type]

    @cached_property
    def _rules_by_class(self) -> dict[URIRef, list[Rule]]:
        return _listed((kind, rule) for rule in self.rules for kind in rule.classes)

    @cached_property
    def _general_rules(self) -> dict[URIRef, list[Rule]]:
        """The rules on a property wherever it stands."""
        return _listed((term, rule) for rule in self.rules for term in rule.paths if term in rule.subjects_of)

    def _use(self, term: URIRef, owner: URIRef, rules: list[Rule]) -> Use:
        kinds = self.kinds_of(term, (*rules, *self._general_rules.get(term, [])))
        return Use(term, owner, kinds, tuple(rule for rule in rules if len(rule.paths) == 1))

    def _narrowest(self, kinds: list[URIRef]) -> tuple[URIRef, ...]:
        above = {wide for kind in kinds for wide in self.wider(kind)}
        return tuple(dict.fromkeys(kind for kind in kinds if kind not in above))

    def _as_json(self, term: Node) -> URIRef:
        """What the JSON-LD context takes the values of a property for, where nothing else says it."""
        entries = (entry for entry in self.context.values() if isinstance(entry, dict))
        entry = next((entry for entry in entries if self._expanded(entry["@id"]) == term), {})
        if entry.get("@container") == "@language":
            return RDF.langString
        kind = entry.get("@type")
        return RDFS.Resource if kind == "@id" else self._expanded(kind) if kind else RDFS.Literal

    def _expanded(self, name: str) -> URIRef:
        prefix, _, local = name.partition(":")
        return URIRef(self.context[prefix] + local)

    def _disjoint_groups(self) -> list[list[Node]]:
        lists = self.ontology.objects(None, OWL.members)
        pairs = self.ontology.subject_objects(OWL.disjointWith)
        return [
            *(list(Collection(self.ontology, members)) for members in lists),
            *([one, other] for one, other in pairs),
        ]

    def _order(self, code: URIRef) -> tuple[int, str]:
        number = self.ontology.value(code, PLAN.order)
        return (int(str(number)) if number is not None else 0, code)


@cache
def read_dictionary() -> Dictionary:
    """The vocabulary that came with the software; it cannot change while the software runs."""
    vocabulary = read_vocabulary()
    return Dictionary(
        vocabulary=vocabulary,
        mappings={file.stem: read_turtle([file]) for file in sorted((folders.ONTOLOGY / "mappings").glob("*.ttl"))},
        context=json.loads((folders.ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"],
        rules=read_rules(vocabulary.shapes, FOR_DATA),
        passages=passages(folders.ONTOLOGY / "planverk.ttl"),
    )


def _listed(pairs: Iterable[tuple[URIRef, Rule]]) -> dict[URIRef, list[Rule]]:
    """The rules of each term, in their order."""
    found: dict[URIRef, list[Rule]] = {}
    for term, rule in pairs:
        found.setdefault(term, []).append(rule)
    return found


def _iris(nodes: Iterable[Node | None]) -> tuple[URIRef, ...]:
    return tuple(dict.fromkeys(node for node in nodes if isinstance(node, URIRef)))
