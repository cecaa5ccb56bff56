"""The documents that catalogues harvest: answered 200, whole and at once, Turtle unless something else is wanted."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from flask import Blueprint, Response, render_template, request
from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk import media, serialization
from planverk.catalogue import catalogue_iri, with_sizes
from planverk.concepts import collection_iri
from planverk.informationmodel import model_iri
from planverk.instance import Instance
from planverk.media import BY_SUFFIX, HARVESTED, HTML
from planverk.vocab import DCAT, MODELLDCATNO, RDF, SKOS, VOID, graph_iri, void_iri
from planverk.web.datasets import read_catalogue
from planverk.web.imprint import Imprint, in_rdf, query
from planverk.web.reading import Names, Value, resource_page
from planverk.web.resources import not_acceptable
from planverk.web.responses import announce, document, edition, here, instance, varies
from planverk.web.shelf import NothingToHarvest
from planverk.web.story import story
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


@blueprint.get("/katalog/europa")
@blueprint.get(f"/katalog/europa.{_SUFFIX}")
def europa(suffix: str | None = None) -> Response:
    """The catalogue with the sizes of files, for those who judge by the EU's profile alone (DCAT-AP 3.0.1)."""
    release = edition().release
    folder = f"{instance().base}releases/{release.version}/"
    sizes = {folder + row["name"]: int(row["bytes"]) for row in release.files}
    return _harvested("/katalog/europa", suffix, _with_members(with_sizes(edition().catalogue, sizes), DCAT.Dataset))


@blueprint.get("/katalog/kontroll")
def kontroll() -> Response:
    """What data.norge.no would make of our own documents, as the release has them; nothing is asked of any address."""
    # What judges is large and few ask for it: it is read when somebody does, not at the start of the service.
    from planverk.web.harvestcheck import check

    documents, conflicts = check(instance().base, edition())
    return document(render_template("harvestcheck.html", **here(), documents=documents, conflicts=conflicts), HTML)


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


def _catalogue_page(path: str, _: bytes) -> str:
    found = read_catalogue(edition(), instance())
    # The endpoint reads the catalogue as it is harvested here, without sizes.
    asked = query("graph", graph=graph_iri(instance().base, "catalogue")) if path == "/katalog" else ""
    return render_template(
        "catalogue.html",
        **here(),
        catalogue=found,
        structured=catalogue_in(found.read, instance()),
        imprint=Imprint(catalogue_iri(instance()), path, in_rdf(path, HARVESTED), asked),
    )


def _thing_page(path: str, thing: Callable[[Instance], URIRef], lines: bytes) -> str:
    """The page about the one thing that a document is about; the endpoint does not read it."""
    iri = str(thing(instance()))
    page = resource_page(edition(), instance(), lines, iri)
    return render_template(
        "resource.html",
        **here(),
        page=page,
        story=story(edition(), instance(), lines, page),
        imprint=Imprint(iri, path, in_rdf(path, HARVESTED)),
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
        imprint=Imprint(void_iri(instance().base), _VOID, in_rdf(_VOID, HARVESTED), query("classes")),
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
    "/katalog": partial(_catalogue_page, "/katalog"),
    "/katalog/europa": partial(_catalogue_page, "/katalog/europa"),
    "/begreper": partial(_thing_page, "/begreper", collection_iri),
    "/informasjonsmodell": partial(_thing_page, "/informasjonsmodell", model_iri),
    _VOID: _void_page,
}
