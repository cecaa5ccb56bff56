"""Graphs as text: canonical N-Quads (RDFC-1.0) for freezing and comparing, and every format we publish."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from planverk import folders
from planverk.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Representation
from planverk.vocab import PREFIXES

_TEXT = str(XSD.string)
_FORMATS = {
    TURTLE: ox.RdfFormat.TURTLE,
    N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    RDF_XML: ox.RdfFormat.RDF_XML,
    TRIG: ox.RdfFormat.TRIG,
    N_QUADS: ox.RdfFormat.N_QUADS,
    JSON_LD: ox.RdfFormat.JSON_LD,
}


def canonical(graphs: dict[URIRef, Graph]) -> bytes:
    """The graphs as canonical N-Quads: blank nodes labelled by RDFC-1.0, lines sorted by code point."""
    dataset = ox.Dataset(
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(str(name)))
        for name, graph in graphs.items()
        for triple in ox.parse(graph.serialize(format="nt", encoding="utf-8"), ox.RdfFormat.N_TRIPLES)
    )
    return _canonical(dataset)


def hashes(content: bytes, representation: Representation) -> tuple[str | None, str]:
    """The SHA-256 of a document's canonical N-Quads and N-Triples (RDFC-1.0); only the latter where graphs have no names.

    Raises:
        SyntaxError: it is not written in that format.

    """
    quads = list(ox.parse(content, _FORMATS.get(representation, ox.RdfFormat.JSON_LD)))
    triples = (ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    whole = _digest(quads) if representation.has_graphs else None
    return whole, _digest(triples)


def triples(content: bytes, representation: Representation) -> bytes:
    """A document's statements as sorted N-Triples; the names of graphs are left out.

    Raises:
        SyntaxError: it is not written in that format.

    """
    quads = ox.parse(content, _FORMATS.get(representation, ox.RdfFormat.JSON_LD))
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
        return _json_ld(lines)
    quads = ox.parse(lines, ox.RdfFormat.N_QUADS)
    content = quads if representation.has_graphs else _triples(quads)
    # pyoxigraph knows no prefixes for the line formats and refuses nothing, so they may be passed to all.
    return _bytes(ox.serialize(content, format=_FORMATS[representation], prefixes=_prefixes(lines)))


def read(lines: bytes) -> Graph:
    """Lines of N-Triples or N-Quads as a graph; the names of graphs are left out."""
    graph = Graph(bind_namespaces="none")
    triples = b"".join(ox_line for ox_line in _as_ntriples(lines))
    # rdflib would give blank nodes new labels at every reading.
    labels = {label: label for label in re.findall(r"_:(\w+)", triples.decode())}
    return graph.parse(data=triples, format="nt", bnode_context=labels)


def parsed(document: bytes, representation: Representation, base: str) -> bytes:
    """A document in one of our formats as sorted N-Quads; relative IRIs are resolved against `base`.

    Nothing is fetched for it. Raises SyntaxError when it is not what the format says.
    """
    try:
        quads = ox.parse(document, _FORMATS[representation], base_iri=base)
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


def by_subject(path: Path) -> Iterator[tuple[Node, list[tuple[URIRef, Node]]]]:
    """Each thing of a sorted file of N-Triples or N-Quads with what is said of it; one thing is in memory at a time."""
    quads = ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)
    for subject, group in groupby(quads, key=lambda quad: quad.subject):
        said = dict.fromkeys((quad.predicate, quad.object) for quad in group)
        yield _node(subject), [(URIRef(predicate.value), _node(value)) for predicate, value in said]


def stated(text: str, base: str) -> tuple[list[tuple[Node, Node, Node]], dict[str, str]]:
    """What Turtle states in the order of the text, each as often as it is stated, and the prefixes it declares.

    Values are as rdflib reads them. Raises SyntaxError when it is not Turtle, or has terms that RDF 1.1 has not.
    """
    parser = ox.parse(text, ox.RdfFormat.TURTLE, base_iri=base)
    known: dict[str, URIRef] = {}
    try:
        triples = [
            (_read_node(quad.subject, known), _read_node(quad.predicate, known), _read_node(quad.object, known))
            for quad in parser
        ]
    except TypeError as error:
        raise SyntaxError(str(error)) from None
    return triples, parser.prefixes


def _read_node(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, known: dict[str, URIRef]) -> Node:
    if isinstance(term, ox.NamedNode):
        return _name(term.value, known)
    if isinstance(term, ox.Literal) and term.direction is None:
        datatype = term.datatype.value
        plain = term.language or datatype == _TEXT
        return Literal(term.value, term.language, None if plain else _name(datatype, known))
    raise TypeError(f"{term} is neither an IRI nor a literal of RDF 1.1")


def _name(iri: str, known: dict[str, URIRef]) -> URIRef:
    # Most names come many times over, and making one takes longer than finding it.
    return known.get(iri) or known.setdefault(iri, URIRef(iri))


def read_turtle(files: Iterable[Path]) -> Graph:
    """Files of Turtle that are known to be in order as one graph, with the prefixes they declare.

    Read by pyoxigraph, which takes a thirtieth of the time that rdflib needs.
    """
    graph = Graph()
    for file in files:
        triples = ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
        for quad in triples:
            graph.add((_node(quad.subject), _node(quad.predicate), _node(quad.object)))
        for prefix, namespace in triples.prefixes.items():
            graph.bind(prefix, namespace, override=False)
    return graph


def _node(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Triple):
        raise TypeError("rdflib has no triple terms")
    datatype = None if term.language else URIRef(term.datatype.value)
    # The writing of the source is kept: rdflib would make 1.50 of it what it takes for the same.
    plain = None if datatype == XSD.string else datatype
    return Literal(term.value, term.language, plain, normalize=False)


def _as_ntriples(lines: bytes) -> Iterator[bytes]:
    yield _bytes(ox.serialize(_triples(ox.parse(lines, ox.RdfFormat.N_QUADS)), format=ox.RdfFormat.N_TRIPLES))


def _triples(quads: Iterable[ox.Quad]) -> Iterator[ox.Triple]:
    return (triple for triple, _ in groupby(quad.triple for quad in quads))


def _prefixes(lines: bytes) -> dict[str, str]:
    return {prefix: namespace for prefix, namespace in PREFIXES.items() if namespace.encode() in lines}


def _json_ld(lines: bytes) -> bytes:
    # The context stands in the document itself: it can be read without a network, and for as long as the file exists.
    context = json.loads((folders.ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    document = json.loads(read(lines).serialize(format="json-ld", context=context, auto_compact=True))
    return json.dumps(_in_order(document), ensure_ascii=False, sort_keys=True, indent=2).encode() + b"\n"


def _in_order(value: Any, *, as_it_is: bool = False) -> Any:  # Any: JSON
    """JSON-LD with its sets in one order, which rdflib leaves to chance; lists and contexts have their own."""
    if isinstance(value, dict):
        return {key: _in_order(part, as_it_is=key in ("@list", "@context")) for key, part in value.items()}
    if isinstance(value, list):
        parts = [_in_order(part) for part in value]
        return parts if as_it_is else sorted(parts, key=lambda part: json.dumps(part, sort_keys=True))
    return value


def _canonical(dataset: ox.Dataset) -> bytes:
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return _sorted_lines(ox.serialize(dataset, format=ox.RdfFormat.N_QUADS))


def _sorted_lines(text: bytes | None) -> bytes:
    return b"".join(sorted(set(_bytes(text).splitlines(keepends=True))))


def _bytes(text: bytes | None) -> bytes:
    # pyoxigraph gives None only when it was handed a file to write to.
    return text or b""
