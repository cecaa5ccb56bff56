"""The rules of data.norge.no's harvester, as its program follows them: from the bytes of a document to entries.

Source: github.com/Informasjonsforvaltning/fdk-harvester, commit 40dd0fc2; each function names the file it follows.
"""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from hashlib import md5
from typing import NamedTuple

from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from planverk import serialization
from planverk.characters import NOT_IN_XML
from planverk.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Representation
from planverk.vocab import DCAT, DCT, MODELLDCATNO, NAMES, SKOS

LARGEST = 75 * 1024 * 1024
BASE = "http://example.com/"
# The languages a source may be registered with, the first that its Accept field contains (RDFUtils.kt).
LANGUAGES = {
    "text/turtle": TURTLE, "application/turtle": TURTLE, "text/n3": TURTLE, "application/trig": TRIG,
    "application/rdf+xml": RDF_XML, "application/rdf+json": None, "application/ld+json": JSON_LD,
    "application/n-triples": N_TRIPLES, "application/ntriples": N_TRIPLES, "application/n-quads": N_QUADS,
    "application/nquads": N_QUADS, "application/trix": None,
}  # fmt: skip
# XML 1.0: what an element may be called (NCName, simplified to what Jena splits off).
_SPLITS = re.compile(r"[A-Za-z_\u00c0-\ufffd][\w.\u00b7\u00c0-\ufffd-]*$")
_NINE_DIGITS = re.compile(r"(?<!\d)\d{9}(?!\d)")


class Kind(NamedTuple):
    """A kind of source (`*Harvester.kt`): what it takes up, what holds it together, and where the entry will be."""

    name: str
    title: str
    members: tuple[URIRef, ...]
    container: URIRef
    link: URIRef
    address: str
    orphanage: str = "#GeneratedCatalog"


_CATALOGUES = "https://{0}s.fellesdatakatalog.digdir.no/{0}s"
KINDS = {
    kind.name: kind
    for kind in (
        Kind("dataset", "datasett", (DCAT.Dataset, DCAT.DatasetSeries), DCAT.Catalog, DCAT.dataset,
             _CATALOGUES.format("dataset")),
        Kind("dataservice", "datatjenester", (DCAT.DataService,), DCAT.Catalog, DCAT.service,
             _CATALOGUES.format("dataservice")),
        Kind("concept", "begreper", (SKOS.Concept,), SKOS.Collection, SKOS.member,
             _CATALOGUES.format("concept"), "#GeneratedCollection"),
        Kind("informationmodel", "informasjonsmodeller", (MODELLDCATNO.InformationModel,), DCAT.Catalog,
             MODELLDCATNO.model, _CATALOGUES.format("informationmodel")),
    )
}  # fmt: skip


class Refused(Exception):
    """A document that the harvester gives up as a whole; the text says why and what to do."""


class Member(NamedTuple):
    """A thing that is taken up: its IRI, name and type, what of the document belongs to it, and its containers."""

    iri: URIRef
    name: str
    kind: URIRef
    graph: Graph
    containers: tuple[URIRef, ...]

    @property
    def checksum(self) -> frozenset[tuple[Node, Node, Node]]:
        """What must differ for a change to be seen; the harvester hashes the same triples, sorted."""
        return frozenset(self.graph)


class Harvest(NamedTuple):
    """What one kind of source takes up of a document, and what it drops."""

    kind: Kind
    members: list[Member]
    containers: list[URIRef]
    blank: int

    @property
    def orphans(self) -> list[Member]:
        """The members that no container names; they land in one that the harvester makes up."""
        return [member for member in self.members if not member.containers]


def language_of(accept: str) -> Representation:
    """The format that an answer is read as, whatever its Content-Type says (`jenaTypeFromAcceptHeader`).

    Raises:
        Refused: there is no such language, or it cannot be read here.

    """
    found = next((language for language in LANGUAGES if language in accept.lower()), None)
    if found is None:
        raise Refused(
            f"Accept-feltet «{accept}» nevner ikke noe format høsteren kan lese. Registrer kilden med «text/turtle»."
        )
    language = LANGUAGES[found]
    if language is None:
        raise Refused(f"Høsteren leser {found}, men ikke dette verktøyet. Registrer kilden med «text/turtle».")
    return language


def read(body: bytes, language: Representation) -> Graph:
    """The graph of a document, which must be one that RDF/XML can hold (`parseRDF`).

    Raises:
        Refused: it does not parse, or cannot be written as RDF/XML.

    """
    if len(body) > LARGEST:
        raise Refused(f"Svaret er på {len(body)} byte; høsteren tar høyst {LARGEST}.")
    try:
        graph = serialization.read(serialization.parsed(body, language, BASE))
    except SyntaxError as error:
        raise Refused(
            f"Svaret kan ikke leses som {language.title}: {error}. Rett syntaksen; ingenting blir høstet."
        ) from None
    problem = next(_not_xml(graph), None)
    if problem:
        raise Refused(f"{problem} Høsteren skriver alt som RDF/XML for å prøve det, og ingenting blir høstet.")
    return graph


def harvest(graph: Graph, kind: Kind) -> Harvest:
    """What a kind of source takes up: every IRI of the right type, linked from a container or not (`listMembers`)."""
    things = [(thing, kind_of) for kind_of in kind.members for thing in graph.subjects(RDF.type, kind_of)]
    named = {thing: kind_of for thing, kind_of in reversed(things) if isinstance(thing, URIRef)}
    containers = sorted(node for node in graph.subjects(RDF.type, kind.container) if isinstance(node, URIRef))
    holds = {container: _linked(graph, container, kind) for container in containers}
    members = [
        Member(
            thing,
            _name(graph, thing),
            named[thing],
            member_graph(graph, thing, kind),
            tuple(container for container in containers if thing in holds[container]),
        )
        for thing in sorted(named)
    ]
    blank = len({thing for thing, _ in things if isinstance(thing, BNode)})
    return Harvest(kind, members, [container for container in containers if holds[container]], blank)


def member_graph(graph: Graph, member: Node, kind: Kind) -> Graph:
    """What is said of a member and, recursively, of all it leads to, but not of other members (`extractMember`).

    Raises:
        Refused: blank nodes lead to each other in a ring, in which the harvester never comes to an end.

    """
    found = Graph(bind_namespaces="none")
    found += graph.triples((member, None, None))
    _reachable(found, graph, member, kind)
    return found


def fdk_id(iri: str) -> str:
    """The identifier of an entry: Java's `UUID.nameUUIDFromBytes` of the IRI, which is for ever (`createIdFromString`)."""
    # RFC 9562, section 5.3, without a namespace; MD5 is what the harvester uses, not a safeguard.
    return str(uuid.UUID(bytes=md5(iri.encode(), usedforsecurity=False).digest(), version=3))


def organisation_of(graph: Graph, member: Node) -> str | None:
    """The organisation number by which the publisher is known: the only nine digits of its IRI, or its identifier."""
    for publisher in graph.objects(member, DCT.publisher):
        for text in (publisher, *graph.objects(publisher, DCT.identifier)):
            numbers = _NINE_DIGITS.findall(str(text))
            if len(numbers) == 1:
                return str(numbers[0])
    return None


def relative_iris(graph: Graph) -> list[str]:
    """The IRIs that were relative and got the harvester's own base, which nobody meant."""
    return sorted({str(node) for triple in graph for node in triple if isinstance(node, URIRef) and BASE in node})


def conflicts(sources: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The IRIs that more than one source would give, by IRI (`validateSourceUrl`)."""
    places: dict[str, list[str]] = {}
    for url, iris in sources.items():
        for iri in set(iris):
            places.setdefault(str(iri), []).append(url)
    return {iri: urls for iri, urls in sorted(places.items()) if len(urls) > 1}


def _reachable(found: Graph, graph: Graph, member: Node, kind: Kind) -> None:
    waiting: list[tuple[Node, tuple[Node, ...]]] = [(member, ())]
    while waiting:
        resource, ring = waiting.pop()
        for other in {node for node in graph.objects(resource) if not isinstance(node, Literal)}:
            if other in ring:
                raise Refused(
                    f"Blanke noder viser til hverandre i ring ({other}), og høsteren kommer aldri ut av den. "
                    "Gi dem egne adresser."
                )
            types = set(graph.objects(other, RDF.type))
            if not types & set(kind.members) and not (isinstance(other, URIRef) and (other, None, None) in found):
                found += graph.triples((other, None, None))
                waiting.append((other, (*ring, other) if isinstance(other, BNode) else ring))
            if kind.name == "informationmodel" and MODELLDCATNO.CodeList in types:
                _add_codes(found, graph, other)


def _add_codes(found: Graph, graph: Graph, code_list: Node) -> None:
    """The codes of a list, and what they lead to, no further (`addCodeElementsAssociatedWithCodeList`)."""
    for code in graph.subjects(SKOS.inScheme, code_list):
        if (code, RDF.type, MODELLDCATNO.CodeElement) in graph:
            found += graph.triples((code, None, None))
            for other in graph.objects(code):
                found += graph.triples((other, None, None))


def _linked(graph: Graph, container: Node, kind: Kind) -> set[Node]:
    """What a container holds; of a series also the datasets that say they are in it (`expandDatasetSeriesMembers`)."""
    linked = set(graph.objects(container, kind.link))
    series = {node for node in linked if (node, RDF.type, DCAT.DatasetSeries) in graph}
    return linked | {dataset for one in series for dataset in graph.subjects(DCAT.inSeries, one)}


def _not_xml(graph: Graph) -> Iterator[str]:
    for predicate in sorted(set(graph.predicates()), key=str):
        if not _SPLITS.search(str(predicate)):
            yield f"Egenskapen <{predicate}> slutter ikke med et navn som XML kan ha."
    for text in graph.objects(unique=True):
        if isinstance(text, Literal) and NOT_IN_XML.search(str(text)):
            yield f"Teksten {str(text)!r} har tegn som ikke kan stå i XML."


def _name(graph: Graph, thing: Node) -> str:
    texts = [text for term in NAMES for text in graph.objects(thing, term) if isinstance(text, Literal)]
    order = {"nb": 0, "nn": 1, None: 2}
    return str(min(texts, key=lambda text: order.get(text.language, 3), default=thing))
