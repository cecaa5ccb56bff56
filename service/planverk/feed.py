"""The changes of all releases as a stream that others can follow: a Linked Data Event Stream in pages (LDES 1.0, TREE)."""

from collections.abc import Iterable
from typing import NamedTuple

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from planverk import serialization
from planverk.vocab import ACTIVITY, DCT, LDES, PROV, SH, TREE, XSD, feed_iri, memento_iri

# How many members a page holds. It can never be another: pages that were fetched once are never fetched again.
PAGE = 250
_SHAPE = {
    "version-of": (DCT.isVersionOf, SH.nodeKind, SH.IRI),
    "time": (PROV.generatedAtTime, SH.datatype, XSD.dateTime),
}


class Leaf(NamedTuple):
    """A page of the stream: its name, and the time of its members, which are all of one release."""

    name: str
    time: str


class Member(NamedTuple):
    """A thing as it became in a release: its IRI, and what is said of it there as N-Quads, nothing if it is gone."""

    thing: str
    lines: bytes


def view(base: str, titles: dict[str, str], licence: URIRef, leaves: Iterable[Leaf]) -> Graph:
    """The root of the stream: what it is, and where its pages are and from which time on."""
    graph = Graph(bind_namespaces="none")
    stream, root = feed_iri(base, part="stream"), feed_iri(base)
    rows: list[tuple[URIRef, URIRef, Node]] = [
        (stream, RDF.type, LDES.EventStream),
        *((stream, DCT.title, Literal(text, lang=language)) for language, text in titles.items()),
        (stream, DCT.license, licence),
        (stream, LDES.timestampPath, PROV.generatedAtTime),
        (stream, LDES.versionOfPath, DCT.isVersionOf),
        (stream, TREE.shape, feed_iri(base, part="shape")),
        (stream, TREE.view, root),
        (root, RDF.type, TREE.Node),
    ]
    for leaf in leaves:
        relation, page = feed_iri(base, part=f"from-{leaf.name}"), feed_iri(base, leaf.name)
        rows += [
            (root, TREE.relation, relation),
            (relation, RDF.type, TREE.GreaterThanOrEqualToRelation),
            (relation, TREE.path, PROV.generatedAtTime),
            (relation, TREE.value, Literal(leaf.time, datatype=XSD.dateTime)),
            (relation, TREE.node, page),
        ]
    for row in (*rows, *_shape(base)):
        graph.add(row)
    return graph


def page(base: str, leaf: Leaf, version: str, members: Iterable[Member]) -> Graph:
    """One page: each thing that became another in a release, as a version of it with all that is said of it there."""
    graph = Graph(bind_namespaces="none")
    stream, node = feed_iri(base, part="stream"), feed_iri(base, leaf.name)
    graph.add((node, RDF.type, TREE.Node))
    graph.add((node, DCT.isPartOf, feed_iri(base)))
    graph.add((stream, RDF.type, LDES.EventStream))
    graph.add((stream, TREE.view, node))
    for member in members:
        one = memento_iri(base, version, member.thing)
        graph.add((stream, TREE.member, one))
        graph.add((one, DCT.isVersionOf, URIRef(member.thing)))
        graph.add((one, PROV.generatedAtTime, Literal(leaf.time, datatype=XSD.dateTime)))
        if not member.lines:
            graph.add((one, RDF.type, ACTIVITY.Tombstone))
        for term, value in serialization.read(member.lines).predicate_objects(URIRef(member.thing)):
            graph.add((one, term, value))
    return graph


def _shape(base: str) -> Iterable[tuple[URIRef, URIRef, Node]]:
    """What every member has: the thing it is a version of, and its time."""
    whole = feed_iri(base, part="shape")
    yield whole, RDF.type, SH.NodeShape
    for name, (path, term, value) in _SHAPE.items():
        part = feed_iri(base, part=f"shape-{name}")
        yield whole, SH.property, part
        yield part, SH.path, path
        yield part, term, value
        yield part, SH.minCount, Literal(1)
        yield part, SH.maxCount, Literal(1)
