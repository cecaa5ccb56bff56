"""The vocabulary as documents: the ontology, the rules and the mappings whole, and each term, code and rule by itself."""

from collections.abc import Iterable
from functools import cache

from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk import folders, serialization, versions
from planverk.dictionary import read_dictionary
from planverk.rules import Ruleset
from planverk.versions import Snapshot
from planverk.vocab import NAMES, ONTOLOGY_IRI, SH, W3ID

IRI = str(ONTOLOGY_IRI)
SHAPES = URIRef(W3ID + "shapes")
MAPPINGS = URIRef(W3ID + "mappings")


# What is cached here cannot change while the software runs.
@cache
def lines() -> bytes:
    """The ontology as canonical N-Quads, the same in every process."""
    return serialization.canonical({ONTOLOGY_IRI: Graph().parse(folders.ONTOLOGY / "planverk.ttl")})


@cache
def shapes(ruleset: Ruleset) -> bytes:
    """All rules of a set as canonical N-Quads."""
    return serialization.canonical({ruleset.iri: read_dictionary().shapes_of(ruleset)})


@cache
def mappings() -> bytes:
    """The links to other vocabularies as canonical N-Quads."""
    return serialization.canonical({MAPPINGS: _mappings()})


@cache
def term(iri: URIRef) -> bytes:
    """What is said of a term or a code, what points to it, and the names of both ends, as N-Triples; the term first."""
    known = _known()
    own, linked = known.cbd(iri), Graph()
    linked += (triple for triple in known.triples((None, None, iri)) if isinstance(triple[0], URIRef))
    ends = {end for subject, _, value in own + linked for end in (subject, value)} - {iri}
    return serialization.statements(own) + serialization.statements(linked + _names(known, ends))


@cache
def rule(iri: URIRef) -> bytes:
    """A rule with its constraint, the shapes it is part of, and the names of its parts, as canonical N-Quads."""
    ruleset = read_dictionary().by_iri[iri].ruleset
    known = read_dictionary().shapes_of(ruleset)
    about = known.cbd(iri)
    about += known.triples((None, SH.property, iri))
    for part in known.objects(iri, SH.property):
        about += known.triples((part, SH.name, None))
    return serialization.canonical({ruleset.iri: about})


@cache
def snapshots() -> dict[str, Snapshot]:
    """The vocabulary as it was frozen, by version."""
    known = ((version, versions.frozen(version)) for version in versions.versions())
    return {version: snapshot for version, snapshot in known if snapshot}


@cache
def frozen(known: Snapshot, whole: URIRef) -> bytes:
    """The ontology with its codes, or the shapes, of a frozen version as canonical N-Quads."""
    graph = known.shapes if whole == SHAPES else known.ontology
    return serialization.canonical({URIRef(f"{whole}/{known.version}"): graph})


@cache
def _known() -> Graph:
    return read_dictionary().ontology + _mappings()


def _mappings() -> Graph:
    together = Graph()
    for graph in read_dictionary().mappings.values():
        together += graph
    return together


def _names(known: Graph, nodes: Iterable[Node]) -> Graph:
    names = Graph()
    for node in nodes:
        names += (triple for name in NAMES for triple in known.triples((node, name, None)))
    return names
