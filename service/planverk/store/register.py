"""What releases a SPARQL server holds, and which is current: a graph of a few triples that says so."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from rdflib import URIRef

from planverk.store import results
from planverk.store.lookups import Lookups
from planverk.store.translation import GraphNames
from planverk.vocab import graph_iri, graph_of_release, register_iri, release_iri, void_iri


@dataclass(frozen=True)
class Description:
    """A release in the server: its manifest, the sizes of its graphs by the names all know, and its saved queries."""

    manifest: dict[str, Any]  # Any: JSON
    sizes: dict[str, int]
    queries: dict[str, str]

    @property
    def version(self) -> str:
        """The version of the data."""
        return str(self.manifest["version"])

    @property
    def graphs(self) -> dict[str, str]:
        """The store's own names of the graphs, by the names all know."""
        base = str(self.manifest["base"])
        return {graph: str(graph_of_release(base, self.version, graph)) for graph in self.sizes}

    @property
    def documented(self) -> dict[str, str]:
        """The graphs that documents are made of; the counts of them are a graph of their own, read only as a whole."""
        counts = void_iri(str(self.manifest["base"]))
        return {graph: own for graph, own in self.graphs.items() if graph != counts}

    @property
    def queried(self) -> GraphNames:
        """The graphs that queries read: not those that say for harvesters what the vocabulary says already."""
        base = str(self.manifest["base"])
        again = {str(graph_iri(base, "concepts")), str(graph_iri(base, "model"))}
        return GraphNames(
            {graph: own for graph, own in self.documented.items() if graph not in again},
            str(graph_of_release(base, self.version, "none")),
        )

    def as_json(self) -> str:
        """The description as one text, the same for the same release."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


class Register:
    """The graph `{base}id/graph/current` of a server."""

    def __init__(self, lookups: Lookups, base: str) -> None:
        """Take whom to ask, and the base of our IRIs."""
        self.lookups = lookups
        self.graph = register_iri(base)
        self._base = base

    def switches(self) -> dict[str, int]:
        """When each release was switched to, by version, as a running number. Raises StoreUnreachable."""
        rows = self.lookups.rows("current", [self.graph], {"register": self.graph})
        found = ((self._version(row["release"]), int(results.text(row["position"]))) for row in rows)
        return {version: position for position, version in sorted((place, version) for version, place in found)}

    def current(self) -> str | None:
        """The version that was switched to last, or None before the first. Raises StoreUnreachable."""
        return next(reversed(self.switches()), None)

    def descriptions(self) -> dict[str, Description]:
        """The releases in the server, whole or not, by version. Raises StoreUnreachable."""
        rows = self.lookups.rows("descriptions", [self.graph], {"register": self.graph})
        found = (Description(**json.loads(results.text(row["description"]))) for row in rows)
        return {description.version: description for description in found}

    def knows(self, version: str) -> bool:
        """Whether a release is still in the server. Raises StoreUnreachable."""
        values = {"register": self.graph, "release": self.release(version)}
        return self.lookups.truth("known", [self.graph], values)

    def size(self, graph: str) -> int:
        """How many statements a graph holds. Raises StoreUnreachable."""
        (row,) = self.lookups.rows("size", [graph], {"graph": URIRef(graph)})
        return int(results.text(row["size"]))

    def release(self, version: str) -> URIRef:
        """The IRI by which the register knows a release."""
        return release_iri(self._base, version)

    def _version(self, term: str) -> str:
        return term[1:-1].removeprefix(str(release_iri(self._base, "")))
