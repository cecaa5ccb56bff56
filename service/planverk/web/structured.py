"""What search engines read in the pages of datasets and of the catalogue: schema.org as JSON-LD."""

from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk.catalogue import catalogue_iri
from planverk.instance import Instance
from planverk.serialization import read
from planverk.store.edition import Edition
from planverk.vocab import DCAT, DCT, FOAF, RDF
from planverk.web.languages import order

Json = dict[str, Any]  # JSON has no better type

# What is fetched, if it is an archive, before what is in it.
_MEDIA_TYPES = (DCAT.packageFormat, DCAT.mediaType)
_FORMAT = URIRef(f"{DCT}format")  # DCT.format is the method of str


def dataset_in(edition: Edition, instance: Instance, thing: str) -> Json | None:
    """The dataset that a thing is, or is the landing page of, as schema.org's Dataset; None when there is none.

    Read by address, so that it costs the same whatever the catalogue's size.
    """
    kind, _, key = thing.removeprefix(instance.base + "id/").partition("/")
    if kind not in ("dataset", "plan") or not key:
        return None
    dataset = URIRef(f"{instance.base}id/dataset/{key}")
    about = edition.about(str(dataset))
    graph = read(about)
    if (dataset, RDF.type, DCAT.Dataset) not in graph:
        return None
    for term in (DCAT.distribution, DCT.temporal, DCT.publisher):
        for other in list(graph.objects(dataset, term)):
            graph += read(edition.about(str(other)))
    return {"@context": "https://schema.org/"} | _dataset(graph, instance, dataset)


def catalogue_in(graph: Graph, instance: Instance) -> Json:
    """The catalogue with the datasets that are described as schema.org's DataCatalog."""
    catalogue = catalogue_iri(instance)
    return {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "@id": str(catalogue),
        "url": f"{instance.base}katalog",
        "name": _text(graph, instance, catalogue, DCT.title),
        "description": _text(graph, instance, catalogue, DCT.description),
        "license": str(instance.licence),
        "publisher": _publisher(graph, instance),
        "dataset": [
            _dataset(graph, instance, dataset) for dataset in sorted(graph.subjects(RDF.type, DCAT.Dataset), key=str)
        ],
    }


def _dataset(graph: Graph, instance: Instance, dataset: Node) -> Json:
    """Google asks for a name and a description of 50 letters or more; the rest is what there is."""
    name = _text(graph, instance, dataset, DCT.title)
    description = _text(graph, instance, dataset, DCT.description)
    site = _of(instance.descriptions, instance)
    found: Json = {
        "@type": "Dataset",
        "@id": str(dataset),
        "url": _value(graph, dataset, DCAT.landingPage),
        "identifier": str(dataset),
        "name": name,
        "description": description if len(description) >= 50 else f"{description}. {site}",
        "license": str(instance.licence),
        "isAccessibleForFree": True,
        "creator": _publisher(graph, instance),
        "publisher": _publisher(graph, instance),
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": str(catalogue_iri(instance)),
            "url": f"{instance.base}katalog",
        },
        "keywords": sorted(str(word) for word in graph.objects(dataset, DCAT.keyword)),
        "inLanguage": instance.language,
        "version": _value(graph, dataset, DCAT.version),
        "datePublished": _value(graph, dataset, DCT.issued),
        "dateModified": _value(graph, dataset, DCT.modified),
        "temporalCoverage": _period(graph, graph.value(dataset, DCT.temporal)),
        "distribution": [_download(graph, part) for part in sorted(graph.objects(dataset, DCAT.distribution), key=str)],
    }
    return {key: value for key, value in found.items() if value not in (None, "", [])}


def _download(graph: Graph, distribution: Node) -> Json:
    media_type = next(
        (_value(graph, distribution, term) or "" for term in _MEDIA_TYPES if (distribution, term, None) in graph), ""
    )
    kind = media_type.partition("/media-types/")[2] or str(graph.value(distribution, _FORMAT)).rpartition("/")[2]
    return {
        "@type": "DataDownload",
        "contentUrl": _value(graph, distribution, DCAT.downloadURL),
        "encodingFormat": "text/turtle" if kind == "RDF_TURTLE" else kind,
    }


def _publisher(graph: Graph, instance: Instance) -> Json:
    name = graph.value(instance.publisher, FOAF.name) or instance.publisher_name
    return {
        "@type": "GovernmentOrganization",
        "@id": str(instance.publisher),
        "name": str(name),
        "url": instance.contact_page,
    }


def _period(graph: Graph, period: Node | None) -> str | None:
    """An interval as schema.org writes it, after ISO 8601; an end that is open is two dots."""
    if period is None:
        return None
    start, end = (_value(graph, period, term) or ".." for term in (DCAT.startDate, DCAT.endDate))
    return f"{start}/{end}"


def _text(graph: Graph, instance: Instance, thing: Node, term: URIRef) -> str:
    texts = {text.language or "": str(text) for text in graph.objects(thing, term) if isinstance(text, Literal)}
    return _of(texts, instance)


def _of(texts: dict[str, str], instance: Instance) -> str:
    return next((texts[language] for language in order(instance) if language in texts), next(iter(texts.values()), ""))


def _value(graph: Graph, thing: Node, term: URIRef) -> str | None:
    found = graph.value(thing, term)
    return None if found is None else str(found)
