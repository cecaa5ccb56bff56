"""Terms and statements of pyoxigraph as rdflib has them, and the other way."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import pyoxigraph as ox
from rdflib import XSD, BNode, Literal, URIRef
from rdflib.term import Node

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_TEXT = str(XSD.string)
# Most names come many times over, and making one takes longer than finding it.
iri = lru_cache(maxsize=1 << 14)(URIRef)
_named_node = lru_cache(maxsize=1 << 14)(ox.NamedNode)


@lru_cache(maxsize=1 << 16)
def is_iri(text: str) -> bool:
    """Whether a text is a whole IRI (RFC 3987, section 2.2): no other can be published."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1 << 10)
def is_tag(text: str) -> bool:
    """Whether a text is a language tag (BCP 47, section 2.1)."""
    try:
        ox.Literal("", language=text)
    except ValueError:
        return False
    return True


def quads(triples: Iterable[tuple[Node, Node, Node]], graph: ox.NamedNode | ox.DefaultGraph) -> Iterator[ox.Quad]:
    """Statements as pyoxigraph has them, in a graph."""
    for subject, predicate, value in triples:
        yield ox.Quad(_term(subject), _term(predicate), _term(value), graph)  # type: ignore[arg-type]  # no subject is a literal


def read_triples(triples: Iterable[ox.Triple]) -> Iterator[tuple[Node, Node, Node]]:
    """Statements of pyoxigraph's as rdflib has them, each term as it would read it."""
    known: dict[str, URIRef] = {}
    for triple in triples:
        subject, predicate, value = (
            BNode(term.value) if isinstance(term, ox.BlankNode) else read_node(term, known) for term in triple
        )
        yield subject, predicate, value


def read_node(term: Term, known: dict[str, URIRef]) -> Node:
    """A term as rdflib would read it: many values in its own writing. Names are taken from `known`, and kept there.

    Raises:
        TypeError: it is a blank node, or a term that RDF 1.1 has not.

    """
    if isinstance(term, ox.NamedNode):
        return _name(term.value, known)
    if isinstance(term, ox.Literal) and term.direction is None:
        datatype = term.datatype.value
        plain = term.language or datatype == _TEXT
        return Literal(term.value, term.language, None if plain else _name(datatype, known))
    raise TypeError(f"{term} is neither an IRI nor a literal of RDF 1.1")


def _name(text: str, known: dict[str, URIRef]) -> URIRef:
    return known.get(text) or known.setdefault(text, URIRef(text))


def node(term: Term) -> Node:
    """A term in the writing of its source: rdflib would make 1.50 of it what it takes for the same.

    Raises:
        TypeError: it is a term that RDF 1.1 has not.

    """
    if isinstance(term, ox.NamedNode):
        return iri(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Triple):
        raise TypeError("rdflib has no triple terms")
    if term.language:
        return Literal(term.value, term.language)
    datatype = term.datatype.value
    return Literal(term.value) if datatype == _TEXT else _typed(term.value, datatype)


@lru_cache(maxsize=1 << 14)
def _typed(value: str, datatype: str) -> Literal:
    # The same days, years and numbers come many times over, and rdflib works out what each one means.
    return Literal(value, datatype=iri(datatype), normalize=False)


def _term(value: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(value, URIRef):
        return _named_node(value)
    if isinstance(value, BNode):
        return ox.BlankNode(value)
    if not isinstance(value, Literal):
        raise TypeError(f"{value} is neither an IRI, a blank node nor a literal")
    if value.language:
        return ox.Literal(str(value), language=value.language)
    return ox.Literal(str(value), datatype=_named_node(value.datatype) if value.datatype else None)
