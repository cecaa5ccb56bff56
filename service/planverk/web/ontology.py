"""The vocabulary as documents: the ontology whole, and its terms, code lists and codes one by one."""

from functools import cache

from rdflib import Graph

from planverk import folders, serialization
from planverk.store.edition import Edition
from planverk.vocab import ONTOLOGY_IRI, W3ID

IRI = str(ONTOLOGY_IRI)


@cache
def lines() -> bytes:
    """The ontology as canonical N-Quads, the same in every process; it cannot change while the software runs."""
    return serialization.canonical({ONTOLOGY_IRI: Graph().parse(folders.ONTOLOGY / "planverk.ttl")})


def find(edition: Edition, name: str) -> tuple[str, bytes] | None:
    """The IRI and the document of what `/def/{name}` names: `Goal`, `code/goal-level` or `code/goal-level/sub-goal`."""
    for iri in (f"{IRI}#{name}", f"{W3ID}{name}"):
        found = edition.document(iri)
        if found:
            return iri, found
    return None
