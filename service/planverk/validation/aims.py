"""What each rule is aimed at: the targets of the shapes, told of the single rules that the shapes gather."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from rdflib import RDF, BNode, Graph
from rdflib.term import Node

from planverk.validation.doubt import SILENT
from planverk.vocab import SH

# How the targets of SHACL 1.0, section 2.1.3, are found; `{}` stands for what the statement names.
_TARGETS = {
    SH.targetNode: "BIND ({} AS ?this)",
    SH.targetClass: "VALUES ?kind {{ {} }} ?this a ?kind",
    SH.targetSubjectsOf: "?this {} ?any",
    SH.targetObjectsOf: "?any {} ?this",
}

_TEXTS = {SH.name, SH.description, SH.message}

Suspicion = tuple[Node, Node]  # a rule, and a node that may break it
Kinds = Callable[[Node], list[str]]


class Aim(NamedTuple):
    """A rule, and the targets it has by itself and by the shapes that gather it."""

    rule: Node
    targets: frozenset[tuple[Node, Node]]

    def pattern(self, kinds: Kinds) -> str:
        """The SPARQL pattern that binds ?this to each focus node."""
        parts = (_TARGETS[target].format(self._names(target, named, kinds)) for target, named in sorted(self.targets))  # type: ignore[index]  # all are keys
        return " UNION ".join(f"{{ {part} }}" for part in parts)

    def meets(self, node: Node, graph: Graph, kinds: Kinds) -> bool:
        """Whether a node is one of the focus nodes; for the few that no query can name."""
        classes = {f"<{kind}>" for kind in graph.objects(node, RDF.type)}
        return any(
            (target == SH.targetClass and bool(classes & set(kinds(named))))
            or (target == SH.targetSubjectsOf and (node, named, None) in graph)
            or (target == SH.targetObjectsOf and (None, named, node) in graph)
            for target, named in self.targets
        )

    @staticmethod
    def _names(target: Node, named: Node, kinds: Kinds) -> str:
        return " ".join(kinds(named)) if target == SH.targetClass else named.n3()


def aims(shapes: Graph) -> list[Aim]:
    """The rules, each by itself: a shape that only gathers others gives them its targets and is no rule."""
    found: dict[Node, set[tuple[Node, Node]]] = defaultdict(set)
    for target in _TARGETS:
        for shape, named in shapes.subject_objects(target):
            gathers = set(shapes.predicates(shape)) <= SILENT and (shape, SH.path, None) not in shapes
            for rule in shapes.objects(shape, SH.property) if gathers else [shape]:
                found[rule].add((target, named))
    return [Aim(rule, frozenset(targets)) for rule, targets in sorted(found.items(), key=lambda item: str(item[0]))]


def aimed(shapes: Graph, suspicions: Iterable[Suspicion]) -> Graph:
    """Some of the rules, each aimed at some nodes and at nothing else, with all they refer to.

    Their texts are left out: pyshacl goes through all that is said of a shape, again for every node.
    """
    rules = Graph(store="SimpleMemory")
    for rule, node in suspicions:
        if (rule, None, None) not in rules:
            _copy(shapes, rule, rules)
        rules.add((rule, SH.targetNode, node))
    return rules


def _copy(shapes: Graph, node: Node, rules: Graph) -> None:
    for _, predicate, value in shapes.triples((node, None, None)):
        if predicate in _TARGETS or predicate in _TEXTS or (node, predicate, value) in rules:
            continue
        rules.add((node, predicate, value))
        if isinstance(value, BNode) or (value, None, None) in shapes:
            _copy(shapes, value, rules)
