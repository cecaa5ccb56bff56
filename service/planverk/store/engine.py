"""A graph in pyoxigraph, for questions about all of it at once."""

from collections.abc import Iterable, Iterator
from typing import cast

import pyoxigraph as ox
from rdflib import Literal, URIRef
from rdflib.term import Node

from planverk.findings import Triple

_Resource = ox.NamedNode | ox.BlankNode


class Engine:
    """Answers questions about statements; several threads may ask at once, and each then runs by itself."""

    def __init__(self) -> None:
        """Begin without statements."""
        self._store = ox.Store()
        self._resources = _Resources()

    def add(self, statements: Iterable[Triple]) -> list[Triple]:
        """Take statements, and give back those that the engine refuses.

        rdflib reads addresses and language tags that are none (RFC 3987, section 2.2; RFC 5646, section 2.1).
        """
        refused: list[Triple] = []
        self._store.bulk_extend(self._quads(statements, refused))
        return refused

    def forget(self, things: Iterable[URIRef]) -> None:
        """Remove all that is said of some things."""
        for thing in things:
            for quad in self._store.quads_for_pattern(ox.NamedNode(thing), None, None):
                self._store.remove(quad)

    def can_name(self, node: Node) -> bool:
        """Whether a query can name a node; blank nodes get other names in an engine."""
        return isinstance(self._resources[node], ox.NamedNode)

    def named(self, query: str) -> set[str]:
        """The IRIs that a SELECT of one variable finds; blank nodes are left out, for an engine renames them."""
        solutions = cast("ox.QuerySolutions", self._store.query(query))
        return {found.value for (found,) in solutions if isinstance(found, ox.NamedNode)}

    def pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        """The subjects and objects, where both are IRIs, of a property."""
        for quad in self._store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                yield quad.subject.value, quad.object.value

    def _quads(self, statements: Iterable[Triple], refused: list[Triple]) -> Iterator[ox.Quad]:
        resources = self._resources
        for statement in statements:
            subject, predicate, value = (resources[statement[0]], resources[statement[1]], statement[2])
            term = self._literal(value) if isinstance(value, Literal) else resources[value]
            if subject is None or term is None or not isinstance(predicate, ox.NamedNode):
                refused.append(statement)
            else:
                yield ox.Quad(subject, predicate, term)

    def _literal(self, value: Literal) -> ox.Literal | None:
        try:
            if value.language:
                return ox.Literal(str(value), language=value.language)
            datatype = self._resources[value.datatype] if value.datatype else None
            return ox.Literal(str(value), datatype=cast("ox.NamedNode | None", datatype))  # a datatype is an IRI
        except ValueError:
            return None


class _Resources(dict[Node, _Resource | None]):
    """IRIs and blank nodes as the engine has them, each made once; None for an IRI that it refuses."""

    def __missing__(self, node: Node) -> _Resource | None:
        try:
            made = ox.NamedNode(str(node)) if isinstance(node, URIRef) else ox.BlankNode()
        except ValueError:
            made = None
        self[node] = made
        return made
