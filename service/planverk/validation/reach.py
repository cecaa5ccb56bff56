"""What a rule looks at, told from the shapes: an edit that lies beyond cannot change what the rule finds."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from rdflib import RDF, Graph, URIRef, Variable
from rdflib.collection import Collection
from rdflib.paths import NegatedPath, Path
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from planverk.validation.aims import Aim, aimed
from planverk.validation.doubt import SILENT
from planverk.validation.suspects import prologue
from planverk.vocab import SH

# What is asked of a value by itself, and what is asked of the values of a thing, of which no other thing says anything.
_OF_VALUES = SILENT - {SH.property, SH.path}
_OF_VALUES |= {SH.datatype, SH.nodeKind, SH["in"], SH.pattern, SH.languageIn, SH.hasValue}
_OF_VALUES |= {SH.minInclusive, SH.maxInclusive, SH.minLength, SH.maxLength}
_OF_THINGS = _OF_VALUES | {SH.path, SH.minCount, SH.maxCount, SH.uniqueLang, SH.closed}
_OF_THINGS |= {SH.disjoint, SH.lessThanOrEquals}
_NESTING = {SH.node, SH["not"], SH.qualifiedValueShape}
_LISTING = {SH["or"], SH["and"]}


class Reach(NamedTuple):
    """The properties whose statements a rule may look at, None for all; and whether only what a thing itself says counts."""

    properties: frozenset[Node] | None
    is_own: bool

    def is_touched(self, properties: set[Node]) -> bool:
        """Whether statements with some properties may change what the rule finds."""
        return self.properties is None or not self.properties.isdisjoint(properties)


def reach(aim: Aim, shapes: Graph) -> Reach:
    """How far a rule looks; too far rather than not far enough."""
    rule = aimed(shapes, [(aim.rule, aim.rule)])
    queries = [str(query) for query in rule.objects(None, SH.select)]
    parts = [part for query in queries for part in _parts(prepareQuery(prologue(shapes) + query).algebra)]
    # All properties that a rule mentions are among these; that classes and codes are too does no harm.
    mentioned = {node for node in rule.objects() if isinstance(node, URIRef)}
    mentioned |= {named for _, named in aim.targets if isinstance(named, URIRef)}
    mentioned |= {part for part in parts if isinstance(part, URIRef)} | {RDF.type}
    is_closed = (None, SH.closed, None) in rule
    is_own = not queries and {target for target, _ in aim.targets} <= {SH.targetClass, SH.targetSubjectsOf}
    return Reach(
        None if is_closed or any(_is_of_any(part) for part in parts) else frozenset(mentioned),
        is_own and _asks(rule, aim.rule, _OF_THINGS),
    )


def _asks(rule: Graph, shape: Node, allowed: set[URIRef]) -> bool:
    """Whether a shape asks nothing but what is allowed."""
    path = rule.value(shape, SH.path)
    steps = list(Collection(rule, given)) if (given := rule.value(path, SH.alternativePath)) else [path]
    inner = allowed if path is None else _OF_VALUES
    within = [part for term, given in rule.predicate_objects(shape) for part in _within(rule, term, given)]
    terms = set(rule.predicates(shape)) - _NESTING - _LISTING - {SH.targetNode}
    return (
        terms <= allowed
        and all(step is None or isinstance(step, URIRef) for step in steps)
        and all(_asks(rule, part, inner) for part in within)
    )


def _within(rule: Graph, term: Node, given: Node) -> Iterable[Node]:
    if term in _LISTING:
        return Collection(rule, given)
    return [given] if term in _NESTING else []


def _parts(part: Any) -> Iterator[Any]:  # Any: rdflib's algebra is a tree of whatever
    """All that a query is made of."""
    yield part
    if isinstance(part, CompValue):
        # rdflib keeps the group of an EXISTS, translated, beside the others.
        inner: Iterable[Any] = [*part.values(), *vars(part).values()]
    elif isinstance(part, Path):
        inner = vars(part).values()
    else:
        inner = part if isinstance(part, list | tuple | set) else ()
    for one in inner:
        yield from _parts(one)


def _is_of_any(part: Any) -> bool:  # Any: as above
    """Whether a part of a query is met by statements of any property, or tells another thing each time."""
    if isinstance(part, CompValue):
        triples = part.triples if part.name == "BGP" else []
        return part.name in ("Builtin_NOW", "Builtin_RAND") or any(isinstance(one[1], Variable) for one in triples)
    return isinstance(part, NegatedPath)
