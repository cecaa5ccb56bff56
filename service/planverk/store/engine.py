"""Statements in pyoxigraph, as a store of rdflib's has them, and for questions about all of them at once."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import cast

import pyoxigraph as ox
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.store import Store
from rdflib.term import Node

from planverk.findings import Triple
from planverk.serialization.terms import node, quads

Pattern = tuple[Node | None, Node | None, Node | None]
# rdflib takes two language tags for one that differ in case only, so the tag stands beside a statement in its terms.
Told = ox.Triple | tuple[Node, Node, Node, str | None]
_Resource = ox.NamedNode | ox.BlankNode
_Term = _Resource | ox.Literal
_Terms = tuple[_Resource, ox.NamedNode, _Term]
_Bounds = tuple[_Resource | None, ox.NamedNode | None, _Term | None]

_DAYS = "((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
# How values of a datatype are nearly always written, and how the engine keeps them as they are.
PLAIN: dict[Node, str] = {
    XSD.string: "",
    RDF.langString: "",
    XSD.anyURI: "^[!-~]*$",
    XSD.boolean: "^(true|false)$",
    XSD.date: f"^[12][0-9]{{3}}-{_DAYS}$",
    XSD.gYear: "^[12][0-9]{3}$",
    XSD.gYearMonth: "^[12][0-9]{3}-(0[1-9]|1[0-2])$",
    XSD.integer: "^(0|-?[1-9][0-9]{0,17})$",
    XSD.decimal: "^-?(0|[1-9][0-9]{0,15})([.][0-9]{0,15}[1-9])?$",
}
_PLAIN = {datatype: re.compile(pattern) for datatype, pattern in PLAIN.items()}
_PLAIN_TAG = re.compile("[a-z-]+")
# Where a statement stands that the engine spells in its own way; only queries see it there.
_RESPELT = ox.NamedNode("respelt:")
# Where something stands for as long as it takes to derive more.
_KNOWN, _DERIVED = ox.NamedNode("known:"), ox.NamedNode("derived:")
_NOWHERE = ox.DefaultGraph()
_AT_A_TIME = 1 << 16


class Engine(Store):
    """A graph, each statement once, with the place where it first stood; in a quarter of the memory that rdflib's own store takes.

    What the engine would spell otherwise, such as "1.50" or @en-GB, or refuses, is kept beside it as it was stated. Several
    threads may ask at once.
    """

    context_aware = True  # rdflib builds datasets, as pyshacl needs them, of such stores only
    graph_aware = True

    def __init__(self) -> None:
        """Begin without statements."""
        super().__init__()
        self._store = ox.Store()
        self._exact = Graph(bind_namespaces="none")
        self._places: dict[Triple, str] = {}
        self._count = 0
        self.nameless: set[Node] = set()
        """The subjects that no query can name."""
        self.respelt: set[Node] = set()
        """The subjects of which queries see something else than was stated."""

    @classmethod
    def of(cls, graph: Graph) -> "Engine":
        """The engine that a graph is in, or a new one with the statements of the graph."""
        if isinstance(graph.store, cls):
            return graph.store
        engine = cls()
        engine.take((triple, None) for triple in graph)
        return engine

    def add(self, triple: Triple, context: object = None, quoted: bool = False) -> None:
        """Take a statement."""
        self.take([(triple, None)])

    def addN(self, quads: Iterable[tuple[Node, Node, Node, object]]) -> None:  # noqa: N802  # rdflib's
        """Take statements."""
        self.take(((subject, predicate, value), None) for subject, predicate, value, _ in quads)

    def take(self, statements: Iterable[tuple[Triple, str | None]]) -> None:
        """Take statements, each with the name of its place, which is an IRI; one that is known stays where it is."""
        remaining = iter(statements)
        while some := list(islice(remaining, _AT_A_TIME)):
            first: dict[Triple, str | None] = {}
            for triple, place in some:
                first.setdefault(triple, place)
            new = [quad for triple, place in first.items() for quad in self._taken(triple, place)]
            self._store.bulk_extend(new)

    def remove(self, triple: Pattern, context: object = None) -> None:
        """Forget the statements that fit a pattern."""
        for statement in [found for found, _ in self.triples(triple)]:
            self._count -= 1
            self._exact.remove(statement)
            self._places.pop(statement, None)
            terms = _terms(statement, _nearest)
            for quad in list(self._store.quads_for_pattern(*terms, None)) if terms else []:
                self._store.remove(quad)

    def triples(self, triple: Pattern, context: object = None) -> Iterator[tuple[Triple, Iterator[None]]]:
        """The statements that fit a pattern, as they were stated; rdflib wants the graphs of each, which are none."""
        for quad in self._fitting(triple):
            yield _stated(quad, triple), iter(())
        if self.respelt:
            for statement in self._exact.triples(triple):
                yield statement, iter(())

    def places(self, triple: Pattern) -> Iterator[str]:
        """The places of the statements that fit a pattern, where they have one."""
        for quad in self._fitting(triple):
            if isinstance(quad.graph_name, ox.NamedNode):
                yield quad.graph_name.value
        for statement in self._exact.triples(triple) if self.respelt else ():
            if statement in self._places:
                yield self._places[statement]

    def __len__(self, context: object = None) -> int:
        """How many statements there are."""
        return self._count

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Know a namespace by a prefix."""
        self._exact.store.bind(prefix, namespace, override)

    def namespace(self, prefix: str) -> URIRef | None:
        """The namespace that has a prefix."""
        return self._exact.store.namespace(prefix)

    def prefix(self, namespace: URIRef) -> str | None:
        """The prefix that a namespace has."""
        return self._exact.store.prefix(namespace)

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """The namespaces with their prefixes."""
        return self._exact.store.namespaces()

    def can_name(self, node: Node) -> bool:
        """Whether a query can name a node; blank nodes get other names in an engine."""
        return isinstance(_resource(node), ox.NamedNode)

    def named(self, query: str) -> set[str]:
        """The IRIs that a SELECT of one variable finds; blank nodes are left out, for a query cannot name them."""
        solutions = cast("ox.QuerySolutions", self._store.query(query, use_default_graph_as_union=True))
        return {found.value for (found,) in solutions if isinstance(found, ox.NamedNode)}

    def told(self) -> set[Told]:
        """All statements, by which two graphs can be compared to the letter, and faster than by rdflib's terms; `read` reads one."""
        respelt = ((*triple, getattr(triple[2], "language", None)) for triple in self._exact)
        return {quad.triple for quad in self._fitting((None, None, None))}.union(respelt)

    @staticmethod
    def read(told: Told) -> Triple:
        """One of them as rdflib has it."""
        return _stated(told, (None, None, None)) if isinstance(told, ox.Triple) else told[:3]

    def lines(self, name: URIRef) -> Iterator[bytes]:
        """The statements as they were stated, as lines of N-Quads in a graph of that name, in no order."""
        exact = (quad.triple for quad in chain(self._fitting((None, None, None)), quads(self._exact, _NOWHERE)))
        return (f"{triple} {name.n3()} .\n".encode() for triple in exact)

    def derive(self, known: Iterable[Triple], queries: Iterable[str]) -> Iterator[ox.Triple]:
        """What CONSTRUCT queries make, each of what was made before too, of the statements and what is known besides.

        It is about the subjects of statements, and not stated.
        """
        own = {quad.subject for quad in self._store}
        try:
            self._store.bulk_extend(quads(known, _KNOWN))
            for query in queries:
                found = cast("ox.QueryTriples", self._store.query(query, use_default_graph_as_union=True))
                made = [(one.subject, one.predicate, one.object) for one in found if one.subject in own]
                self._store.bulk_extend([ox.Quad(*terms, _DERIVED) for terms in made if not self._holds(terms)])
            for quad in self._store.quads_for_pattern(None, None, None, _DERIVED):
                yield quad.triple
        finally:
            self._store.remove_graph(_KNOWN)
            self._store.remove_graph(_DERIVED)

    def _fitting(self, triple: Pattern) -> Iterator[ox.Quad]:
        """The statements that fit a pattern, of those that the engine has as they were stated."""
        terms = _bounds(triple)
        for quad in self._store.quads_for_pattern(*terms, None) if terms else ():
            if not self.respelt or quad.graph_name != _RESPELT:
                yield quad

    def _taken(self, triple: Triple, place: str | None) -> Iterator[ox.Quad]:
        """What the engine is to hold of a statement; nothing when it is known."""
        terms = _terms(triple, _term)
        if self._knows(triple, terms):
            return
        self._count += 1
        if not isinstance(terms[0] if terms else _resource(triple[0]), ox.NamedNode):
            self.nameless.add(triple[0])
        if terms:
            yield ox.Quad(*terms, ox.NamedNode(place) if place else _NOWHERE)
            return
        self.respelt.add(triple[0])
        self._exact.add(triple)
        if place:
            self._places[triple] = place
        nearest = _terms(triple, _nearest)
        if nearest and not self._holds(nearest):
            yield ox.Quad(*nearest, _RESPELT)

    def _knows(self, triple: Triple, terms: _Terms | None) -> bool:
        if self.respelt and triple in self._exact:
            return True
        if terms is None:
            nearest = _terms(triple, _nearest) if _has_language(triple[2]) else None
            return nearest is not None and self._holds(nearest)
        found = next(self._store.quads_for_pattern(*terms, None), None)
        if found is not None and found.graph_name == _RESPELT:
            self._store.remove(found)  # what comes now is spelt like that, and queries need it once
            return False
        return found is not None

    def _holds(self, terms: _Terms) -> bool:
        return next(self._store.quads_for_pattern(*terms, None), None) is not None


def _terms(triple: Triple, of: Callable[[Node], _Term | None]) -> _Terms | None:
    """A statement's terms as the engine has them; None where it has one of them not, or not there."""
    subject, predicate, value = map(of, triple)
    fits = isinstance(subject, _Resource) and isinstance(predicate, ox.NamedNode) and value is not None
    return (subject, predicate, value) if fits else None  # type: ignore[return-value]  # mypy does not see what fits


def _bounds(triple: Pattern) -> _Bounds | None:
    """The same of a pattern, in which a term may be left open."""
    open_ = tuple(node is None for node in triple)
    subject, predicate, value = (
        None if node is None else _nearest(node) if _has_language(node) else _term(node) for node in triple
    )
    fits = (
        (open_[0] or isinstance(subject, _Resource))
        and (open_[1] or isinstance(predicate, ox.NamedNode))
        and (open_[2] or value is not None)
    )
    return (subject, predicate, value) if fits else None  # type: ignore[return-value]  # as above


def _has_language(node: Node) -> bool:
    """Whether it has a tag; rdflib takes two tags for one that differ in case only."""
    return isinstance(node, Literal) and node.language is not None


def _term(node: Node) -> _Term | None:
    """What is the same to the engine; None where it has no such term, or has it in another spelling."""
    return _literal(node) if isinstance(node, Literal) and not _is_respelt(node) else _resource(node)


def _nearest(node: Node) -> _Term | None:
    """What the engine has for a node, in its own spelling; None where it has nothing."""
    return _literal(node) if isinstance(node, Literal) else _resource(node)


def _is_respelt(value: Literal) -> bool:
    if value.language:
        return not _PLAIN_TAG.fullmatch(value.language)
    if value.datatype is None:
        return False
    # rdflib tells a text with a datatype from one without.
    plain = _PLAIN.get(value.datatype)
    return plain is None or value.datatype == XSD.string or not plain.fullmatch(value)


def _literal(value: Literal) -> ox.Literal | None:
    try:
        if value.language:
            return ox.Literal(str(value), language=value.language)
        datatype = _resource(value.datatype) if value.datatype else None
        return ox.Literal(str(value), datatype=cast("ox.NamedNode | None", datatype))  # a datatype is an IRI
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)
def _resource(node: Node) -> _Resource | None:
    """A name or a blank node as the engine has it; None where it refuses the name, and for literals (RFC 3987, section 2.2)."""
    try:
        if isinstance(node, URIRef):
            return ox.NamedNode(str(node))
        return ox.BlankNode(str(node)) if isinstance(node, BNode) else None
    except ValueError:
        return None


def _stated(quad: ox.Quad | ox.Triple, triple: Pattern) -> Triple:
    """A statement as rdflib has it; what the pattern has already is not made again."""
    subject, predicate, value = triple
    return (
        node(quad.subject) if subject is None else subject,
        node(quad.predicate) if predicate is None else predicate,
        node(quad.object) if value is None else value,
    )
