"""Graphs as text: canonical N-Quads (RDFC-1.0) for freezing and comparing, and every format we publish."""

import hashlib
import mmap
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Representation
from planverk.serialization import jsonld
from planverk.serialization.terms import node, quads, read_node, read_triples
from planverk.vocab import PREFIXES

FORMATS = {
    TURTLE: ox.RdfFormat.TURTLE,
    N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    RDF_XML: ox.RdfFormat.RDF_XML,
    TRIG: ox.RdfFormat.TRIG,
    N_QUADS: ox.RdfFormat.N_QUADS,
    JSON_LD: ox.RdfFormat.JSON_LD,
}


def canonical(graphs: dict[URIRef, Graph]) -> bytes:
    """The graphs as canonical N-Quads: blank nodes labelled by RDFC-1.0, lines sorted by code point."""
    return _canonical(ox.Dataset(quads_of(graphs)))


def hashes(content: bytes, representation: Representation) -> tuple[str | None, str]:
    """The SHA-256 of a document's canonical N-Quads and N-Triples (RDFC-1.0); only the latter where graphs have no names.

    Raises:
        SyntaxError: it is not written in that format.

    """
    quads = list(ox.parse(content, FORMATS.get(representation, ox.RdfFormat.JSON_LD)))
    triples = (ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    whole = _digest(quads) if representation.has_graphs else None
    return whole, _digest(triples)


def triples(content: bytes, representation: Representation) -> bytes:
    """A document's statements as sorted N-Triples; the names of graphs are left out.

    Raises:
        SyntaxError: it is not written in that format.

    """
    quads = ox.parse(content, FORMATS.get(representation, ox.RdfFormat.JSON_LD))
    return _sorted_lines(ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES))


def _digest(quads: Iterable[ox.Quad]) -> str:
    return hashlib.sha256(_canonical(ox.Dataset(quads))).hexdigest()


def statements(graph: Graph) -> bytes:
    """The graph as sorted N-Triples, the form that `write` takes."""
    return _sorted_lines(graph.serialize(format="nt", encoding="utf-8"))


def write(lines: bytes, representation: Representation) -> bytes:
    """Sorted N-Triples or N-Quads in another format; the same lines always give the same bytes.

    Formats without named graphs hold each statement once, whichever graphs it is in.
    """
    if representation == JSON_LD:
        return jsonld.document(read(lines))
    return _bytes(serialize(ox.parse(lines, ox.RdfFormat.N_QUADS), representation, prefixes(lines)))


def read(lines: bytes) -> Graph:
    """Lines of N-Triples or N-Quads as a graph, values as rdflib reads them; the names of graphs are left out.

    Raises SyntaxError when they are not that, or have terms that RDF 1.1 has not.
    """
    graph = Graph(bind_namespaces="none")
    try:
        for triple in read_triples(_triples(ox.parse(lines, ox.RdfFormat.N_QUADS))):
            graph.add(triple)
    except TypeError as error:
        raise SyntaxError(str(error)) from None
    return graph


def parsed(document: bytes, representation: Representation, base: str) -> bytes:
    """A document in one of our formats as sorted N-Quads; relative IRIs are resolved against `base`.

    Nothing is fetched for it. Raises SyntaxError when it is not what the format says.
    """
    try:
        quads = ox.parse(document, FORMATS[representation], base_iri=base)
        return _sorted_lines(ox.serialize(quads, format=ox.RdfFormat.N_QUADS))
    except ValueError as error:
        raise SyntaxError(str(error)) from None


def by_graph(lines: bytes) -> dict[URIRef | None, Graph]:
    """N-Quads as graphs by name; what stands in the default graph has the name None."""
    named: dict[URIRef | None, list[bytes]] = {}
    for quad in ox.parse(lines, ox.RdfFormat.N_QUADS):
        name = URIRef(quad.graph_name.value) if isinstance(quad.graph_name, ox.NamedNode) else None
        named.setdefault(name, []).append(f"{quad.triple} .\n".encode())
    return {name: read(b"".join(triples)) for name, triples in named.items()}


def canonical_lines(lines: bytes) -> bytes:
    """N-Quads in their canonical form (RDFC-1.0)."""
    return _canonical(ox.Dataset(ox.parse(lines, ox.RdfFormat.N_QUADS)))


def stated(text: str, base: str) -> tuple[list[tuple[Node, Node, Node]], dict[str, str]]:
    """What Turtle states in the order of the text, each as often as it is stated, and the prefixes it declares.

    Values are as rdflib reads them. Raises SyntaxError when it is not Turtle, or has terms that RDF 1.1 has not.
    """
    parser = ox.parse(text, ox.RdfFormat.TURTLE, base_iri=base)
    known: dict[str, URIRef] = {}
    try:
        triples = [
            (read_node(quad.subject, known), read_node(quad.predicate, known), read_node(quad.object, known))
            for quad in parser
        ]
    except TypeError as error:
        raise SyntaxError(str(error)) from None
    return triples, parser.prefixes


def read_turtle(files: Iterable[Path]) -> Graph:
    """Files of Turtle that are known to be in order as one graph, with the prefixes they declare.

    Read by pyoxigraph, which takes a thirtieth of the time that rdflib needs.
    """
    graph = Graph()
    for file in files:
        triples = ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        for quad in triples:
            graph.add((node(quad.subject), node(quad.predicate), node(quad.object)))
        for prefix, namespace in triples.prefixes.items():
            graph.bind(prefix, namespace, override=False)
    return graph


def known_quads(path: Path) -> ox.QuadParser:
    """The statements of a file that we wrote as canonical N-Triples or N-Quads.

    Lenient: to prove each IRI and language tag in it right again would take longer than to read it.
    """
    return ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS, lenient=True)


def _triples(quads: Iterable[ox.Quad]) -> Iterator[ox.Triple]:
    return (triple for triple, _ in groupby(quad.triple for quad in quads))


def serialize(
    quads: Iterable[ox.Quad], representation: Representation, known: dict[str, str], target: Path | None = None
) -> bytes | None:
    """Write statements in a format to a file, or give them; formats without graphs leave out what is said twice in a row."""
    content = quads if representation.has_graphs else _triples(quads)
    # pyoxigraph knows no prefixes for the line formats and refuses nothing, so they may be passed to all.
    return ox.serialize(content, target, format=FORMATS[representation], prefixes=known)


def prefixes(lines: bytes | mmap.mmap) -> dict[str, str]:
    """The prefixes of the namespaces that stand somewhere in a text."""
    return {prefix: namespace for prefix, namespace in PREFIXES.items() if lines.find(namespace.encode()) >= 0}


def quads_of(graphs: Mapping[URIRef, Iterable[tuple[Node, Node, Node]]]) -> Iterator[ox.Quad]:
    """The statements of named graphs."""
    for name, graph in graphs.items():
        yield from quads(graph, ox.NamedNode(name))


def _canonical(dataset: ox.Dataset) -> bytes:
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return _sorted_lines(ox.serialize(dataset, format=ox.RdfFormat.N_QUADS))


def _sorted_lines(text: bytes | None) -> bytes:
    return b"".join(sorted(set(_bytes(text).splitlines(keepends=True))))


def _bytes(text: bytes | None) -> bytes:
    # pyoxigraph gives None only when it was handed a file to write to.
    return text or b""
