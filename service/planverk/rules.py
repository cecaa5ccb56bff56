"""Each rule that data or harvest documents are judged by: how grave it is, what it looks at, how its file and examples read."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rdflib import RDF, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from planverk import folders
from planverk.findings import Severity
from planverk.passages import Passage, beyond_prefixes, passages
from planverk.vocab import HARVEST, PLAN, SH, SHAPE

_LEAST, _MOST = (SH.minCount, SH.qualifiedMinCount), (SH.maxCount, SH.qualifiedMaxCount)
_OURS = re.compile(r"\bplan:(\w+)")
_THING = re.compile(r"<id/[^>]*>")
_LINK = re.compile(r"plan:(\w+) (<id/[^>]*>)")


class Ruleset(NamedTuple):
    """Rules that are published as one: the prefix of their names, and their folder among the shapes and among the examples."""

    namespace: Namespace
    prefix: str
    folder: str

    @property
    def iri(self) -> URIRef:
        """The IRI of the whole, where each rule says that it is defined."""
        return URIRef(self.namespace.rstrip("#"))


FOR_DATA = Ruleset(SHAPE, "shape", "")
FOR_HARVEST = Ruleset(HARVEST, "harvest", "catalogue")


class Rule(NamedTuple):
    """A rule, or a shape that only gathers rules for a class: then it has no severity.

    `subject` is the name of its file; `paths` the property it looks at, or several that it takes as one; `least` and
    `most` how many values it wants; `kinds` the classes, datatypes and codes it lets through.
    """

    iri: URIRef
    ruleset: Ruleset
    subject: str
    severity: Severity | None
    classes: tuple[URIRef, ...]
    subjects_of: tuple[URIRef, ...]
    objects_of: tuple[URIRef, ...]
    parts: tuple[URIRef, ...]
    paths: tuple[URIRef, ...]
    least: int | None
    most: int | None
    kinds: tuple[URIRef, ...]
    source: str

    @property
    def name(self) -> str:
        """The local name, by which findings refer to it."""
        return self.iri.removeprefix(self.ruleset.namespace)

    @property
    def mentions(self) -> set[URIRef]:
        """The terms of ours that it speaks of."""
        return {PLAN[name] for name in _OURS.findall(self.source)}


class Example(NamedTuple):
    """A file that shows a rule at work: its name, its text, and what stands beforehand of the things that matter in it."""

    name: str
    text: str
    background: str

    @property
    def fails(self) -> bool:
        """Whether the rule stops it."""
        return self.name.startswith("fail")


def read_rules(shapes: Graph, ruleset: Ruleset) -> list[Rule]:
    """The rules and shapes of a set in the order of the files and of each file."""
    return [
        _rule(shapes, ruleset, file.stem, passage)
        for file in sorted((folders.SHAPES / ruleset.folder).glob("*.ttl"))
        for passage in passages(file)
        if passage.subject.startswith(f"{ruleset.prefix}:")
    ]


def examples(rule: Rule) -> list[Example]:
    """The examples of a rule, those that fail first; rules on files, which no graph can show, have none."""
    folder = folders.RULE_EXAMPLES / rule.ruleset.folder
    return [_example(rule, file, folder / "background.ttl") for file in sorted((folder / rule.name).glob("*.ttl"))]


def _rule(shapes: Graph, ruleset: Ruleset, subject: str, passage: Passage) -> Rule:
    iri = ruleset.namespace[passage.name]
    gathering = list(shapes.subjects(SH.property, iri))
    severity = shapes.value(iri, SH.severity)
    return Rule(
        iri=iri,
        ruleset=ruleset,
        subject=subject,
        severity=Severity.of(severity) if severity else None,
        classes=_iris(target for shape in (iri, *gathering) for target in shapes.objects(shape, SH.targetClass)),
        subjects_of=_iris(shapes.objects(iri, SH.targetSubjectsOf)),
        objects_of=_iris(shapes.objects(iri, SH.targetObjectsOf)),
        parts=_iris(shapes.objects(iri, SH.property)),
        paths=_paths(shapes, iri),
        least=_number(shapes, iri, _LEAST),
        most=_number(shapes, iri, _MOST),
        kinds=_iris(_kinds(shapes, iri)),
        source=passage.text,
    )


def _paths(shapes: Graph, iri: URIRef) -> tuple[URIRef, ...]:
    """The properties of a simple or an alternative path; none of a path that goes on from thing to thing."""
    path = shapes.value(iri, SH.path)
    alternatives = shapes.value(path, SH.alternativePath)
    return _iris(Collection(shapes, alternatives)) if alternatives else _iris([path] if path else [])


def _kinds(shapes: Graph, node: Node) -> Iterator[Node]:
    """The classes and datatypes that a constraint names, also within `sh:or`; and the codes of `sh:in`."""
    for predicate, value in shapes.predicate_objects(node):
        if predicate in (SH["class"], SH.datatype, RDF.first) and isinstance(value, URIRef):
            yield value
        elif predicate in (SH["in"], SH["or"], RDF.first, RDF.rest) and isinstance(value, BNode):
            yield from _kinds(shapes, value)


def _number(shapes: Graph, iri: URIRef, terms: tuple[URIRef, ...]) -> int | None:
    found = (shapes.value(iri, term) for term in terms)
    return next((int(str(number)) for number in found if number is not None), None)


def _iris(nodes: Iterable[Node]) -> tuple[URIRef, ...]:
    return tuple(dict.fromkeys(node for node in nodes if isinstance(node, URIRef)))


def _example(rule: Rule, file: Path, background: Path) -> Example:
    text, county = beyond_prefixes(file), _county(background)
    mentioned = _known(_THING.findall(text), county)
    further = _known(
        (other for told in mentioned.values() for name, other in _LINK.findall(told) if PLAN[name] in rule.mentions),
        county,
    )
    return Example(file.name, text, "\n\n".join((mentioned | further).values()))


def _known(things: Iterable[str], county: dict[str, str]) -> dict[str, str]:
    """What stands beforehand of some things in the small county that the examples add to."""
    return {thing: county[thing] for thing in things if thing in county}


@cache
def _county(background: Path) -> dict[str, str]:
    return {passage.subject: passage.text for passage in passages(background)}
