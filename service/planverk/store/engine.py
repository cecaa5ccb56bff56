"""A graph in pyoxigraph, for questions about all of it at once."""

from collections.abc import Iterable, Iterator
from typing import cast

import pyoxigraph as ox


class Engine:
    """Answers questions about statements; several threads may ask at once, and each then runs by itself."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        """Take the statements, as parts in N-Triples."""
        self._store = ox.Store()
        for part in parts:
            self._store.bulk_load(part, format=ox.RdfFormat.N_TRIPLES)

    def named(self, query: str) -> set[str]:
        """The IRIs that a SELECT of one variable finds; blank nodes are left out, for an engine renames them."""
        solutions = cast("ox.QuerySolutions", self._store.query(query))
        return {found.value for (found,) in solutions if isinstance(found, ox.NamedNode)}

    def pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        """The subjects and objects, where both are IRIs, of a property."""
        for quad in self._store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                yield quad.subject.value, quad.object.value
