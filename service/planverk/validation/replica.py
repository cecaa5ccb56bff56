"""A graph in an engine, and the things of which the engine holds something else than the graph says."""

import re
from collections.abc import Iterable, Iterator

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from planverk.findings import Triple
from planverk.store.engine import Engine
from planverk.validation.doubt import PLAIN

_PLAIN_TAG = re.compile("[a-z-]+")
_PLAIN = {datatype: re.compile(pattern) for datatype, pattern in PLAIN.items() if pattern}


class Replica:
    """The statements of a graph in an engine; what the engine spells differently or refuses is told of their subjects."""

    def __init__(self, statements: Iterable[Triple]) -> None:
        """Take the statements."""
        self.engine = Engine()
        self.nameless: set[Node] = set()
        """The subjects that no query can name."""
        self.respelt: set[Node] = set()
        """The subjects with a value that the engine has in another spelling, such as "1.50" or @en-GB, or not at all."""
        self._take(statements)

    def renew(self, graph: Graph, things: set[URIRef]) -> None:
        """Take what a graph says of some things in place of what was said of them."""
        self.engine.forget(things)
        self.respelt -= things
        self._take(statement for thing in things for statement in graph.triples((thing, None, None)))

    def _take(self, statements: Iterable[Triple]) -> None:
        refused = {subject for subject, _, _ in self.engine.add(self._noted(statements))}
        self.respelt |= refused
        self.nameless |= {subject for subject in refused if not self.engine.can_name(subject)}

    def _noted(self, statements: Iterable[Triple]) -> Iterator[Triple]:
        for statement in statements:
            subject, _, value = statement
            if isinstance(value, Literal) and _is_respelt(value):
                self.respelt.add(subject)
            if isinstance(subject, BNode):
                self.nameless.add(subject)
            yield statement


def _is_respelt(value: Literal) -> bool:
    if value.language:
        return not _PLAIN_TAG.fullmatch(value.language)
    plain = _PLAIN.get(value.datatype) if value.datatype else None
    return value.datatype is not None and not (plain and plain.fullmatch(value))
