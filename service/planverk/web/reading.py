"""A document as people read it: a name, a kind, and rows of what is said, links both ways."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path as File
from typing import NamedTuple

from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from planverk.instance import Instance
from planverk.serialization import read
from planverk.store.edition import Edition
from planverk.vocab import DCT, EU, NAMES, PLAN, PROV, SKOS, document_path
from planverk.web.languages import order
from planverk.web.periods import written
from planverk.web.responses import quote_path, way


class Value(NamedTuple):
    """One value on a page: its text, the language when it is not the page's, and where it leads."""

    text: str
    language: str | None = None
    href: str | None = None


class Row(NamedTuple):
    """A property and its values; `incoming` when it is other things that say it of this one."""

    name: str
    meaning: str | None
    values: list[Value]
    term: Node
    incoming: bool = False


class Page(NamedTuple):
    """What the page about a thing shows."""

    iri: str
    name: Value
    kinds: list[Value]
    rows: list[Row]
    incoming: list[Row]
    withdrawn: bool


# What stands first on a page; the rest follows in the order of its names. Names and kinds are the heading already.
_FIRST = (
    DCT.description, PLAN.quote, SKOS.definition, SKOS.editorialNote,
    PLAN.instrumentStatus, PLAN.responsibleActor, PLAN.contributingActor, PLAN.decidedOn, PLAN.decidedBy,
    PLAN.planningAuthority, PLAN.responsibleUnit,
)  # fmt: skip
_LAST = (DCT.source, PLAN.evidenceLevel, RDFS.isDefinedBy)
_HEADING = {RDF.type, *NAMES}
# What software derives for other software, and says nothing more to a reader.
_FOR_MACHINES = {PROV.hadPrimarySource, PROV.specializationOf, PROV.wasRevisionOf, PLAN.involvedActor, DCT.replaces}


class Names:
    """What things are called in the language of the page, by some graphs, the first one first, and where they lead."""

    def __init__(self, instance: Instance, *graphs: Graph, version: str = "") -> None:
        """Take the graphs in which names may stand, and the version in whose documents links stay, if they do."""
        self.graphs = graphs
        self.version = version
        self.base = instance.base
        self.languages = order(instance)

    def link(self, node: Node) -> Value:
        """A node by its name, leading to its page or to its own address on the web."""
        if isinstance(node, Literal):
            return self.text(node)
        path = document_path(self.base, str(node))
        if path and self.version and path.startswith("/doc/"):
            path = f"/releases/{self.version}{path}"
        href = way(quote_path(path)) if path else str(node)
        names = (text for graph in self.graphs for kind in NAMES for text in graph.objects(node, kind))
        name = self.best(names) or self.best(_foreign_names().objects(node, RDFS.label))
        return self.text(name)._replace(href=href) if name else Value(_ending(str(node)), None, href)

    def said(self, node: Node, term: URIRef) -> Value | None:
        """What a property says of a node, in the language of the page or the next one that there is."""
        found = self.best(text for graph in self.graphs for text in graph.objects(node, term))
        return self.text(found) if found else None

    def text(self, literal: Literal) -> Value:
        """A text, with its language when it is not that of the page."""
        foreign = literal.language if literal.language != self.languages[0] else None
        return Value(str(literal), foreign)

    def best(self, texts: Iterable[Node]) -> Literal | None:
        """The text in the language of the page, or in the next one that there is."""
        spoken = [text for text in texts if isinstance(text, Literal)]
        order = {language: place for place, language in enumerate(self.languages)}
        return min(spoken, key=lambda text: order.get(text.language or "", len(order)), default=None)


def resource_page(edition: Edition, instance: Instance, lines: bytes, iri: str, version: str = "") -> Page:
    """The page about a thing, of its document; with a version, links stay in it."""
    graph = read(lines)
    reader = _Reader(graph, edition.vocabulary, Names(instance, graph, edition.vocabulary, version=version))
    return reader.page(URIRef(iri))


class _Reader:
    """Knows the document, the vocabulary and what things are called."""

    def __init__(self, graph: Graph, vocabulary: Graph, names: Names) -> None:
        self.graph = graph
        self.vocabulary = vocabulary
        self.names = names

    def page(self, thing: URIRef) -> Page:
        return Page(
            iri=str(thing),
            name=self.names.link(thing)._replace(href=None),
            kinds=[self.names.link(kind) for kind in self._kinds(thing)],
            rows=self._rows(thing),
            incoming=self._incoming(thing),
            withdrawn=(thing, PLAN.withdrawnOn, None) in self.graph,
        )

    def _kinds(self, thing: URIRef) -> list[Node]:
        kinds = set(self.graph.objects(thing, RDF.type))
        broader = {
            wide for kind in kinds for wide in self.vocabulary.transitive_objects(kind, RDFS.subClassOf) if wide != kind
        }
        narrow = sorted(kinds - broader, key=str)
        # What a thing is to other software says nothing to readers where the vocabulary has a word for it.
        return [kind for kind in narrow if str(kind).startswith(str(PLAN))] or narrow

    def _rows(self, thing: URIRef) -> list[Row]:
        stated = set(self.graph.predicates(thing)) - _HEADING - _FOR_MACHINES
        rows = [(one, self._row(one, self.graph.objects(thing, one))) for one in sorted(stated, key=str)]
        return [row for _, row in sorted(rows, key=lambda pair: (_rank(pair[0]), pair[1].name))]

    def _incoming(self, thing: URIRef) -> list[Row]:
        pointing = set(self.graph.predicates(None, thing)) - _HEADING - _FOR_MACHINES
        rows = [self._row(one, self.graph.subjects(one, thing), incoming=True) for one in sorted(pointing, key=str)]
        return sorted(rows, key=lambda row: row.name)

    def _row(self, predicate: Node, nodes: Iterable[Node], *, incoming: bool = False) -> Row:
        meaning = self.names.best(self.vocabulary.objects(predicate, SKOS.definition))
        name = self.names.link(predicate).text
        values = sorted(
            {self._value(node) for node in nodes},
            key=lambda value: (value.language or "", value.text.casefold(), value.href or ""),
        )
        return Row(name[:1].upper() + name[1:], str(meaning) if meaning else None, values, predicate, incoming)

    def _value(self, node: Node) -> Value:
        value = self.names.link(node)
        return value._replace(text=written(node, self.names.languages[0])) if isinstance(node, Literal) else value


@cache
def _foreign_names() -> Graph:
    """What terms of other vocabularies are called, which are not in those of the release."""
    return Graph(bind_namespaces="none").parse(File(__file__).parent / "terms.ttl")


def _rank(predicate: Node) -> int:
    if predicate in _FIRST:
        return _FIRST.index(predicate)
    return 100 + _LAST.index(predicate) if predicate in _LAST else 50


def _ending(iri: str) -> str:
    # An address on the web is shown whole; only names of terms are shortened to what follows the hash, and codes of the
    # EU's tables (currencies, languages) to the code.
    if iri.startswith(str(EU)):
        return iri.rpartition("/")[2]
    return iri.rpartition("#")[2] or iri
