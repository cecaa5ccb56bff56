"""Statements in pyoxigraph, as a store of rdflib's has them, and for questions about all of them at once."""

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from itertools import chain, islice
from pathlib import Path
from tempfile import mkdtemp
from typing import cast
from weakref import finalize

import pyoxigraph as ox
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.store import Store
from rdflib.term import Node

from planverk.findings import Triple
from planverk.serialization.terms import node, quads

Pattern = tuple[Node | None, Node | None, Node | None]
# rdflib takes two language tags for one that differ in case only, so the tag stands beside a statement in its terms.
Told = ox.Triple | tuple[Node, Node, Node, str | None]
_Resource = ox.NamedNode | ox.BlankNode
_Term = _Resource | ox.Literal
_Graph = ox.NamedNode | ox.DefaultGraph
_Terms = tuple[_Resource, ox.NamedNode, _Term]
_Bounds = tuple[_Resource | None, ox.NamedNode | None, _Term | None]

_DAYS = "((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)"
# How values of a datatype are nearly always written, and how the engine keeps them as they are.
PLAIN: dict[Node, str] = {
    XSD.string: "",
    RDF.langString: "",
    XSD.anyURI: "^[!-~]*$",
    XSD.boolean: "^(true|false)$",
    XSD.date: f"^[12][0-9]{{3}}-{_DAYS}$",
    XSD.gYear: "^[12][0-9]{3}$",
    XSD.gYearMonth: "^[12][0-9]{3}-(0[1-9]|1[0-2])$",
    XSD.integer: "^(0|-?[1-9][0-9]{0,17})$",
    XSD.decimal: "^-?(0|[1-9][0-9]{0,15})([.][0-9]{0,15}[1-9])?$",
}
_PLAIN = {datatype: re.compile(pattern) for datatype, pattern in PLAIN.items()}
_PLAIN_TAG = re.compile("[a-z-]+")
# Where a statement stands besides when the engine spells it in its own way, and only queries are to see it.
_RESPELT = ox.NamedNode("respelt:")
# Where something stands for as long as it takes to derive more.
_KNOWN, _DERIVED = ox.NamedNode("known:"), ox.NamedNode("derived:")
_NOWHERE = ox.DefaultGraph()
_ALL = (_NOWHERE, _KNOWN, _DERIVED)
_AT_A_TIME = 1 << 16
# What a statement takes of memory, and the share of memory that a graph may have: on disk queries take four times as long.
_BYTES, _SHARE = 500, 4
# What a container may have (Linux, Control Group v2).
_LIMIT = Path("/sys/fs/cgroup/memory.max")


class Engine(Store):
    """A graph, each statement once, in an eighth of the memory that rdflib's own store takes; a large one is on disk.

    What the engine would spell otherwise, such as "1.50" or @en-GB, or refuses, is kept beside it as it was stated. Several
    threads may ask at once.
    """

    context_aware = True  # rdflib builds datasets, as pyshacl needs them, of such stores only
    graph_aware = True

    def __init__(self, in_memory: int | None = None) -> None:
        """Begin without statements. More than so many, or than the memory has room for, go where temporary files are kept."""
        super().__init__()
        self._stores = [ox.Store()]
        self._folder: str | None = None
        self._in_memory = _room() if in_memory is None else in_memory
        self._exact = Graph(bind_namespaces="none")
        self._waiting: dict[Triple, None] = {}
        self._count = 0
        self._nameless: set[Node] = set()
        self._respelt: set[Node] = set()

    @classmethod
    def of(cls, graph: Graph) -> "Engine":
        """The engine that a graph is in, or a new one with the statements of the graph."""
        if isinstance(graph.store, cls):
            return graph.store
        engine = cls()
        engine.take(graph)
        return engine

    @property
    def _store(self) -> ox.Store:
        return self._stores[-1]

    @property
    def nameless(self) -> set[Node]:
        """The subjects that no query can name."""
        self._settle()
        return self._nameless

    @property
    def respelt(self) -> set[Node]:
        """The subjects of which queries see something else than was stated."""
        self._settle()
        return self._respelt

    def add(self, triple: Triple, context: object = None, quoted: bool = False) -> None:
        """Take a statement."""
        self.take([triple])

    def addN(self, quads: Iterable[tuple[Node, Node, Node, object]]) -> None:  # noqa: N802  # rdflib's
        """Take statements."""
        self.take((subject, predicate, value) for subject, predicate, value, _ in quads)

    def take(self, statements: Iterable[Triple]) -> None:
        """Take statements. They wait until they are many or somebody asks: what the engine takes at once is a file on disk."""
        for triple in statements:
            self._waiting.setdefault(triple)
            if len(self._waiting) >= _AT_A_TIME:
                self._settle()

    def remove(self, triple: Pattern, context: object = None) -> None:
        """Forget the statements that fit a pattern."""
        for statement in [found for found, _ in self.triples(triple)]:
            self._count -= 1
            self._exact.remove(statement)
            terms = _terms(statement, _nearest)
            # What is stated in the engine's own spelling too stays.
            if terms and (_terms(statement, _term) or self._holds(terms, _RESPELT)):
                self._store.remove(ox.Quad(*terms))
                self._store.remove(ox.Quad(*terms, _RESPELT))

    def triples(self, triple: Pattern, context: object = None) -> Iterator[tuple[Triple, Iterator[None]]]:
        """The statements that fit a pattern, as they were stated; rdflib wants the graphs of each, which are none."""
        for quad in self._fitting(triple):
            yield _stated(quad, triple), iter(())
        if self._respelt:
            for statement in self._exact.triples(triple):
                yield statement, iter(())

    def __len__(self, context: object = None) -> int:
        """How many statements there are."""
        self._settle()
        return self._count

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Know a namespace by a prefix."""
        self._exact.store.bind(prefix, namespace, override)

    def namespace(self, prefix: str) -> URIRef | None:
        """The namespace that has a prefix."""
        return self._exact.store.namespace(prefix)

    def prefix(self, namespace: URIRef) -> str | None:
        """The prefix that a namespace has."""
        return self._exact.store.prefix(namespace)

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """The namespaces with their prefixes."""
        return self._exact.store.namespaces()

    def can_name(self, node: Node) -> bool:
        """Whether a query can name a node; blank nodes get other names in an engine."""
        return isinstance(_resource(node), ox.NamedNode)

    def named(self, query: str) -> set[str]:
        """The IRIs that a SELECT of one variable finds; blank nodes are left out, for a query cannot name them."""
        self._settle()
        solutions = cast("ox.QuerySolutions", self._store.query(query))
        return {found.value for (found,) in solutions if isinstance(found, ox.NamedNode)}

    def told(self) -> set[Told]:
        """All statements, by which two graphs can be compared to the letter, and faster than by rdflib's terms; `read` reads one."""
        respelt = ((*triple, getattr(triple[2], "language", None)) for triple in self._exact)
        return {quad.triple for quad in self._fitting((None, None, None))}.union(respelt)

    @staticmethod
    def read(told: Told) -> Triple:
        """One of them as rdflib has it."""
        return _stated(told, (None, None, None)) if isinstance(told, ox.Triple) else told[:3]

    def lines(self, name: URIRef) -> Iterator[bytes]:
        """The statements as they were stated, as lines of N-Quads in a graph of that name, in no order."""
        exact = (quad.triple for quad in chain(self._fitting((None, None, None)), quads(self._exact, _NOWHERE)))
        return (f"{triple} {name.n3()} .\n".encode() for triple in exact)

    def derive(self, known: Iterable[Triple], queries: Iterable[str]) -> Iterator[ox.Triple]:
        """What CONSTRUCT queries make, each of what was made before too, of the statements and what is known besides.

        It is about the subjects of statements, and not stated.
        """
        self._settle()
        self._forget()
        try:
            self._store.bulk_extend(quads(known, _KNOWN))
            for query in queries:
                found = cast("ox.QueryTriples", self._store.query(query, default_graph=list(_ALL)))
                made = ((one.subject, one.predicate, one.object) for one in found if self._tells_of(one.subject))
                new = (ox.Quad(*terms, _DERIVED) for terms in made if not any(self._holds(terms, one) for one in _ALL))
                while some := list(islice(new, _AT_A_TIME)):
                    self._store.bulk_extend(some)
            for quad in self._store.quads_for_pattern(None, None, None, _DERIVED):
                yield quad.triple
        finally:
            # On disk what is removed takes memory first, and more room than before: there it stays, and nobody sees it.
            if self._folder is None:
                self._forget()

    @property
    def is_on_disk(self) -> bool:
        """Whether another process can be given the engine, to ask and not to state; one that is in memory is there after a fork."""
        self._settle()
        return self._folder is not None

    def __getstate__(self) -> dict[str, object]:
        """What another process needs of an engine on disk."""
        self._settle()
        self._store.flush()
        return {**self.__dict__, "_stores": []}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Be the engine of another process."""
        self.__dict__.update(state)
        self._stores = [ox.Store.read_only(str(self._folder))]

    def _settle(self) -> None:
        """Have the engine take the statements that wait, those that it spells as they are first."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        told = [(triple, _terms(triple, _term)) for triple in waiting]
        self._store.bulk_extend([ox.Quad(*terms) for triple, terms in told if terms and self._is_new(triple, terms)])
        for triple in (triple for triple, terms in told if not terms):
            self._respell(triple)
        if self._folder is None and self._count > self._in_memory:
            self._move()

    def _move(self) -> None:
        """Go on in a store on disk, which ends with the engine or with the process."""
        known, self._stores = iter(self._store), []
        self._folder = mkdtemp(prefix="planverk-")
        finalize(self, _remove, self._stores, self._folder)
        self._stores.append(ox.Store(self._folder))
        while some := list(islice(known, _AT_A_TIME)):
            self._store.bulk_extend(some)

    def _forget(self) -> None:
        """Forget what was derived, and what that was derived of."""
        self._store.remove_graph(_KNOWN)
        self._store.remove_graph(_DERIVED)

    def _fitting(self, triple: Pattern) -> Iterator[ox.Quad]:
        """The statements that fit a pattern, of those that the engine has as they were stated."""
        self._settle()
        terms = _bounds(triple)
        for quad in self._store.quads_for_pattern(*terms, _NOWHERE) if terms else ():
            if not self._respelt or ox.Quad(quad.subject, quad.predicate, quad.object, _RESPELT) not in self._store:
                yield quad

    def _is_new(self, triple: Triple, terms: _Terms) -> bool:
        """Whether a statement that the engine spells as it is was not stated before; it is counted then."""
        if self._respelt and triple in self._exact:
            return False
        if self._holds(terms):
            if not self._respelt or not self._holds(terms, _RESPELT):
                return False
            self._store.remove(ox.Quad(*terms, _RESPELT))
        self._count += 1
        if not isinstance(terms[0], ox.NamedNode):
            self._nameless.add(triple[0])
        return True

    def _respell(self, triple: Triple) -> None:
        """Keep a statement as it was stated, and let queries see it in the engine's own spelling."""
        nearest = _terms(triple, _nearest)
        # rdflib takes a tag in small letters for the same, which the engine has as it was stated.
        is_same = _has_language(triple[2]) and nearest and self._holds(nearest) and not self._holds(nearest, _RESPELT)
        if is_same or triple in self._exact:
            return
        self._count += 1
        self._exact.add(triple)
        self._respelt.add(triple[0])
        if not isinstance(_resource(triple[0]), ox.NamedNode):
            self._nameless.add(triple[0])
        if nearest and not self._holds(nearest):
            self._store.extend([ox.Quad(*nearest), ox.Quad(*nearest, _RESPELT)])

    def _holds(self, terms: _Terms, graph: _Graph = _NOWHERE) -> bool:
        return ox.Quad(*terms, graph) in self._store

    def _tells_of(self, subject: _Resource) -> bool:
        return next(self._store.quads_for_pattern(subject, None, None, _NOWHERE), None) is not None


@cache
def _room() -> int:
    """How many statements may be in memory."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _LIMIT.read_text(encoding="ascii").strip() if _LIMIT.exists() else ""
    return min(whole, int(limit) if limit.isdecimal() else whole) // _SHARE // _BYTES


def _remove(stores: list[ox.Store], folder: str) -> None:
    """Remove what a store keeps on disk, once it is closed and writes no more."""
    stores.clear()
    shutil.rmtree(folder)


def _terms(triple: Triple, of: Callable[[Node], _Term | None]) -> _Terms | None:
    """A statement's terms as the engine has them; None where it has one of them not, or not there."""
    subject, predicate, value = map(of, triple)
    fits = isinstance(subject, _Resource) and isinstance(predicate, ox.NamedNode) and value is not None
    return (subject, predicate, value) if fits else None  # type: ignore[return-value]  # mypy does not see what fits


def _bounds(triple: Pattern) -> _Bounds | None:
    """The same of a pattern, in which a term may be left open."""
    open_ = tuple(node is None for node in triple)
    subject, predicate, value = (
        None if node is None else _nearest(node) if _has_language(node) else _term(node) for node in triple
    )
    fits = (
        (open_[0] or isinstance(subject, _Resource))
        and (open_[1] or isinstance(predicate, ox.NamedNode))
        and (open_[2] or value is not None)
    )
    return (subject, predicate, value) if fits else None  # type: ignore[return-value]  # as above


def _has_language(node: Node) -> bool:
    """Whether it has a tag; rdflib takes two tags for one that differ in case only."""
    return isinstance(node, Literal) and node.language is not None


def _term(node: Node) -> _Term | None:
    """What is the same to the engine; None where it has no such term, or has it in another spelling."""
    return _literal(node) if isinstance(node, Literal) and not _is_respelt(node) else _resource(node)


def _nearest(node: Node) -> _Term | None:
    """What the engine has for a node, in its own spelling; None where it has nothing."""
    return _literal(node) if isinstance(node, Literal) else _resource(node)


def _is_respelt(value: Literal) -> bool:
    if value.language:
        return not _PLAIN_TAG.fullmatch(value.language)
    if value.datatype is None:
        return False
    # rdflib tells a text with a datatype from one without.
    plain = _PLAIN.get(value.datatype)
    return plain is None or value.datatype == XSD.string or not plain.fullmatch(value)


def _literal(value: Literal) -> ox.Literal | None:
    try:
        if value.language:
            return ox.Literal(str(value), language=value.language)
        datatype = _resource(value.datatype) if value.datatype else None
        return ox.Literal(str(value), datatype=cast("ox.NamedNode | None", datatype))  # a datatype is an IRI
    except ValueError:
        return None


@lru_cache(maxsize=1 << 16)
def _resource(node: Node) -> _Resource | None:
    """A name or a blank node as the engine has it; None where it refuses the name, and for literals (RFC 3987, section 2.2)."""
    try:
        if isinstance(node, URIRef):
            return ox.NamedNode(str(node))
        return ox.BlankNode(str(node)) if isinstance(node, BNode) else None
    except ValueError:
        return None


def _stated(quad: ox.Quad | ox.Triple, triple: Pattern) -> Triple:
    """A statement as rdflib has it; what the pattern has already is not made again."""
    subject, predicate, value = triple
    return (
        node(quad.subject) if subject is None else subject,
        node(quad.predicate) if predicate is None else predicate,
        node(quad.object) if value is None else value,
    )
