"""Filling pyoxigraph: the store of a release, and a store in memory for a CONSTRUCT."""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

import pyoxigraph as ox
from rdflib import Graph

from planverk.serialization import read, statements


def build(folder: Path, files: Iterable[Path]) -> None:
    """Build the store of a release from its files of N-Quads, in a folder that does not exist yet."""
    store = ox.Store(str(folder))
    for file in files:
        store.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)
    store.optimize()


def construct(graphs: Iterable[Graph], query: str) -> Graph:
    """The graph that a CONSTRUCT query makes of some graphs taken together, in memory."""
    store = ox.Store()
    for graph in graphs:
        store.bulk_load(statements(graph), format=ox.RdfFormat.N_TRIPLES)
    triples = cast("ox.QueryTriples", store.query(query))
    return read(triples.serialize(format=ox.RdfFormat.N_TRIPLES) or b"")


def counted(folder: Path, query: str, base: str) -> Graph:
    """The graph that a CONSTRUCT query makes of a store, all its graphs taken as one; `base` is what its IRIs begin with."""
    store = ox.Store.read_only(str(folder))
    triples = cast("ox.QueryTriples", store.query(query, base_iri=base, use_default_graph_as_union=True))
    return read(triples.serialize(format=ox.RdfFormat.N_TRIPLES) or b"")
