"""The documents that catalogues harvest: answered 200, whole and at once, Turtle unless something else is wanted."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from flask import Blueprint, Response, render_template, request
from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk import media, serialization
from planverk.catalogue import catalogue_iri
from planverk.concepts import collection_iri
from planverk.informationmodel import model_iri
from planverk.instance import Instance
from planverk.media import BY_SUFFIX, HARVESTED
from planverk.vocab import DCAT, MODELLDCATNO, RDF, SKOS, VOID, void_iri
from planverk.web.reading import Names, Value, resource_page
from planverk.web.resources import not_acceptable
from planverk.web.responses import announce, document, edition, here, instance, varies
from planverk.web.shelf import NothingToHarvest
from planverk.web.structured import catalogue_in

blueprint = Blueprint("harvest", __name__)
_SUFFIX = f"<any({','.join(BY_SUFFIX)}):suffix>"
_VOID = "/.well-known/void"


class Count(NamedTuple):
    """A class, a property or a part of the data set, and how often it occurs."""

    name: Value
    number: int


@blueprint.get("/katalog")
@blueprint.get(f"/katalog.{_SUFFIX}")
def katalog(suffix: str | None = None) -> Response:
    """The DCAT-AP-NO catalogue."""
    return _harvested("/katalog", suffix, _with_members(edition().catalogue, DCAT.Dataset))


@blueprint.get("/begreper")
@blueprint.get(f"/begreper.{_SUFFIX}")
def begreper(suffix: str | None = None) -> Response:
    """The SKOS-AP-NO-Begrep collection of concepts."""
    return _harvested("/begreper", suffix, _with_members(edition().concepts, SKOS.Concept))


@blueprint.get("/informasjonsmodell")
@blueprint.get(f"/informasjonsmodell.{_SUFFIX}")
def informasjonsmodell(suffix: str | None = None) -> Response:
    """The ModelldCAT-AP-NO catalogue with the information model."""
    return _harvested("/informasjonsmodell", suffix, _with_members(edition().model, MODELLDCATNO.InformationModel))


@blueprint.get(_VOID)
@blueprint.get(f"{_VOID}.{_SUFFIX}")
def void(suffix: str | None = None) -> Response:
    """The VoID description of the data, at the address that RFC 8615 and VoID, section 7.2, give it."""
    return _harvested(_VOID, suffix, edition().void)


def _with_members(lines: bytes, kind: URIRef) -> bytes:
    if f"<{RDF.type}> <{kind}>".encode() not in lines:
        raise NothingToHarvest
    return lines


def _harvested(path: str, suffix: str | None, lines: bytes) -> Response:
    chosen = BY_SUFFIX[suffix] if suffix else media.negotiate(request.accept_mimetypes, HARVESTED)
    if chosen is None:
        response = not_acceptable(path, HARVESTED)
    else:
        body = serialization.write(lines, chosen) if chosen.is_rdf else _PAGES[path](lines)
        response = document(body, chosen)
        announce(response, path, HARVESTED, chosen)
    if not suffix:
        varies(response)
    return response


def _thing_page(path: str, thing: Callable[[Instance], URIRef], lines: bytes) -> str:
    """The page about the one thing that a document is about."""
    return render_template(
        "resource.html",
        **here(),
        page=resource_page(edition(), instance(), lines, str(thing(instance()))),
        document=path,
        representations=HARVESTED,
        structured=catalogue_in(lines, instance()) if thing is catalogue_iri else None,
    )


def _void_page(lines: bytes) -> str:
    graph = serialization.read(lines)
    names = Names(instance(), graph, edition().vocabulary)
    dataset = URIRef(void_iri(instance().base, "dataset"))
    return render_template(
        "void.html",
        **here(),
        triples=graph.value(dataset, VOID.triples),
        entities=graph.value(dataset, VOID.entities),
        parts=_most_first((names.link(part)._replace(href=None), size) for part, size in _parts(graph)),
        classes=_most_first((names.link(term), size) for term, size in _counted(graph, VOID["class"], VOID.entities)),
        properties=_most_first((names.link(term), size) for term, size in _counted(graph, VOID.property, VOID.triples)),
        dumps=sorted(graph.objects(dataset, VOID.dataDump)),
        representations=HARVESTED,
    )


def _parts(graph: Graph) -> Iterator[tuple[Node, int]]:
    """The parts of the data set and their sizes; links to others are no part of what is read here."""
    for part in set(graph.objects(None, VOID.subset)):
        if (part, RDF.type, VOID.Linkset) not in graph:
            yield part, _number(graph, part, VOID.triples)


def _counted(graph: Graph, kind: URIRef, number: URIRef) -> Iterator[tuple[Node, int]]:
    for partition, term in graph.subject_objects(kind):
        yield term, _number(graph, partition, number)


def _number(graph: Graph, dataset: Node, number: URIRef) -> int:
    return int(str(graph.value(dataset, number)))


def _most_first(counts: Iterable[tuple[Value, int]]) -> list[Count]:
    return sorted((Count(name, number) for name, number in counts), key=lambda row: (-row.number, row.name.text))


_PAGES: dict[str, Callable[[bytes], str]] = {
    "/katalog": partial(_thing_page, "/katalog", catalogue_iri),
    "/begreper": partial(_thing_page, "/begreper", collection_iri),
    "/informasjonsmodell": partial(_thing_page, "/informasjonsmodell", model_iri),
    _VOID: _void_page,
}
