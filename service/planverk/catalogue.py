"""The harvest document of data: a DCAT-AP-NO 3.0 catalogue of an instance's plans, their dumps and the SPARQL service."""

from itertools import pairwise
from typing import NamedTuple

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk.colophon import Rows, add_parties, annotate, dated, in_languages, responsible, state
from planverk.concepts import concepts_of, name_concepts
from planverk.instance import CONFIGURATION, Instance, InstanceError, Topics
from planverk.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Representation
from planverk.store.engine import Engine
from planverk.tables import WORKBOOK, XLSX, ZIPPED
from planverk.vocab import (
    DCAT,
    DCATAP,
    DCT,
    EU,
    FOAF,
    LOS,
    ODRS,
    ONTOLOGY_IRI,
    PLAN,
    RDF,
    RDFS,
    XSD,
    thing_iri,
    void_iri,
)  # fmt: skip

_MEDIA_TYPES = "https://www.w3.org/ns/iana/media-types/"
_SPARQL_PROTOCOL = URIRef("https://www.w3.org/TR/sparql11-protocol/")
_DOWNLOAD = f" <{DCAT.downloadURL}> ".encode()
_FORMAT = URIRef(f"{DCT}format")  # DCT.format is the method of str
_LANGUAGES = {"nb": "NOB", "nn": "NNO", "en": "ENG"}

_SERIES = {"nb": "Regionale planer fra {}", "nn": "Regionale planar frå {}", "en": "Regional plans from {}"}
_OF_SERIES = {
    "nb": "Alle regionale planer som er publisert som lenkede åpne data, ett datasett for hver plan, den nyeste sist.",
    "nn": "Alle regionale planar som er publiserte som lenkte opne data, eitt datasett for kvar plan, den nyaste sist.",
    "en": "All regional plans that are published as linked open data, a dataset for each plan, the latest last.",
}
# Of a plan that is not described.
_OF_DATASET = {
    "nb": "En regional plan som lenkede åpne data, gitt ut av {}.",
    "nn": "Ein regional plan som lenkte opne data, gitt ut av {}.",
    "en": "A regional plan as linked open data, published by {}.",
}
# Each dataset has the files of the release, which hold all plans.
_DUMP = {
    "nb": "Hele utgaven, med alle planer i katalogen, som {}.",
    "nn": "Heile utgåva, med alle planar i katalogen, som {}.",
    "en": "The whole release, with all plans of the catalogue, as {}.",
}
_TABLES = {
    "nb": "Hele utgaven, med alle planer i katalogen, som tabeller i {}, en for hver klasse.",
    "nn": "Heile utgåva, med alle planar i katalogen, som tabellar i {}, ein for kvar klasse.",
    "en": "The whole release, with all plans of the catalogue, as tables in {}, one for each class.",
}
_SERVICE = {"nb": "SPARQL-endepunkt", "nn": "SPARQL-endepunkt", "en": "SPARQL endpoint"}
_OF_SERVICE = {
    "nb": "Spørringer mot planene etter SPARQL 1.1 Protocol.",
    "nn": "Spørjingar mot planane etter SPARQL 1.1 Protocol.",
    "en": "Queries of the plans by the SPARQL 1.1 Protocol.",
}


class File(NamedTuple):
    """A file of a release that is offered: its key and name, what it is, its type in the EU's table, and media types.

    The media type is that of what is in the archive when the file is one, and `package` is then that of the archive.
    """

    key: str
    name: str
    title: str
    description: dict[str, str]
    file_type: str
    media_type: str
    package: str = ""


def _dump(row: Representation, file_type: str) -> File:
    return File(row.suffix, f"data.{row.suffix}", row.title, _DUMP, file_type, row.media_type)


# What every dataset can be had as.
FILES = (
    _dump(TURTLE, "RDF_TURTLE"),
    _dump(JSON_LD, "JSON_LD"),
    _dump(N_TRIPLES, "RDF_N_TRIPLES"),
    _dump(RDF_XML, "RDF_XML"),
    _dump(TRIG, "RDF_TRIG"),
    _dump(N_QUADS, "RDF_N_QUADS"),
    File("xlsx", WORKBOOK, "Excel", _TABLES, "XLSX", XLSX),
    File("csv", ZIPPED, "CSV", _TABLES, "CSV", "text/csv", "application/zip"),
)


class Period(NamedTuple):
    """The days from and to which a plan holds, as far as they are stated."""

    start: Literal | None
    end: Literal | None


def catalogue(instance: Instance, plans: Graph) -> Graph:
    """The catalogue of an instance: one dataset for each regional plan that is still published, and a series of them.

    Everything has an IRI and every foreign term is described in place, as the harvester of data.norge.no and its
    quality score need. Nothing in it depends on when it is made.

    Raises:
        InstanceError: `planverk.toml` tells what a plan is about that is not there.

    """
    _refuse_unknown(instance, plans)
    # Of many plans it is large too.
    graph = Graph(store=Engine(), bind_namespaces="none")
    published = _published(plans)
    subjects = concepts_of(instance, set(plans.objects(None, RDF.type)))
    for plan in published:
        _dataset(graph, instance, plans, plan, subjects)
    name_concepts(graph, subjects if published else ())
    _series(graph, instance, plans, published)
    _catalogue(graph, instance)
    _service(graph, instance)
    state(graph, thing_iri(instance.base, "rights", "attribution"), ODRS.RightsStatement, [
        (RDF.type, DCT.RightsStatement),
        (ODRS.attributionText, Literal(instance.publisher_name, lang="nb")),
    ])  # fmt: skip
    add_parties(graph, instance)
    annotate(graph)
    return graph


def with_sizes(lines: bytes, sizes: dict[str, int]) -> bytes:
    """The catalogue, as sorted N-Quads, with the size of each file by its address: right by DCAT-AP 3 alone."""
    files = (line.split(b" ", 3) for line in lines.splitlines(keepends=True) if _DOWNLOAD in line)
    known = ((one, sizes.get(url[1:-1].decode()), graph) for one, _, url, graph in files)
    added = (
        f'{one.decode()} <{DCAT.byteSize}> "{size}"^^<{XSD.nonNegativeInteger}> {graph.decode()}'.encode()
        for one, size, graph in known
        if size is not None
    )
    return b"".join(sorted({*lines.splitlines(keepends=True), *added}))


def dataset_iri(instance: Instance, plan: URIRef) -> URIRef:
    """The IRI of the dataset that a plan is published as."""
    return thing_iri(instance.base, "dataset", _name(plan))


def catalogue_iri(instance: Instance) -> URIRef:
    """The IRI of the catalogue itself."""
    return thing_iri(instance.base, "catalogue", "plans")


def _name(plan: Node) -> str:
    """The last part of a plan's address."""
    return str(plan).rpartition("/")[2]


def _published(plans: Graph) -> list[URIRef]:
    """The plans that are not withdrawn, the earliest first."""
    found = {plan for plan in plans.subjects(RDF.type, PLAN.RegionalPlan) if isinstance(plan, URIRef)}
    standing = (plan for plan in found if (plan, PLAN.withdrawnOn, None) not in plans)
    return sorted(standing, key=lambda plan: (str(_period(plans, plan).start or ""), plan))


def _refuse_unknown(instance: Instance, plans: Graph) -> None:
    known = {_name(plan) for plan in plans.subjects(RDF.type, PLAN.RegionalPlan)}
    for name in sorted(instance.plan_topics.keys() - known):
        raise InstanceError(
            f"{instance.folder / CONFIGURATION}: [catalogue.plans.{name}] is about no plan. Write the last part of a plan's "
            f"address; there are: {', '.join(sorted(known))}."
        )


def _topics(instance: Instance, plan: URIRef) -> Topics:
    """What a plan is about: what all plans of the instance are, and its own."""
    own = instance.plan_topics.get(_name(plan), Topics())
    return Topics(instance.topics.themes + own.themes, instance.topics.keywords + own.keywords)


def _about(topics: Topics, language: str) -> Rows:
    return [
        *((DCAT.theme, theme) for theme in topics.themes),
        *((DCAT.keyword, Literal(word, lang=language)) for word in topics.keywords),
    ]


def _catalogue(graph: Graph, instance: Instance) -> None:
    catalogue = catalogue_iri(instance)
    kinds = (DCAT.Dataset, DCAT.DatasetSeries)
    state(graph, catalogue, DCAT.Catalog, [
        *in_languages(DCT.title, instance.titles),
        *in_languages(DCT.description, instance.descriptions),
        *_identified(instance, catalogue),
        *_languages(instance),
        (DCT.license, instance.licence),
        (FOAF.homepage, URIRef(instance.base)),
        (RDFS.seeAlso, URIRef(void_iri(instance.base))),
        *((DCT.spatial, place) for place in instance.spatial),
        (DCAT.themeTaxonomy, EU["data-theme"]),
        (DCAT.themeTaxonomy, URIRef(LOS)),
        # The harvester takes up a series that no catalogue has as an orphan, in a catalogue that it makes up.
        *((DCAT.dataset, dataset) for kind in kinds for dataset in graph.subjects(RDF.type, kind)),
        (DCAT.service, thing_iri(instance.base, "service", "sparql")),
    ])  # fmt: skip
    graph.add((URIRef(instance.base), RDF.type, FOAF.Document))


def _series(graph: Graph, instance: Instance, plans: Graph, published: list[URIRef]) -> None:
    """The series of the plans, which leads to the first and the last; the rest is a chain of `dcat:prev`."""
    if not published:
        return
    series = thing_iri(instance.base, "dataset-series", "plans")
    datasets = [dataset_iri(instance, plan) for plan in published]
    periods = [_period(plans, plan) for plan in published]
    state(graph, series, DCAT.DatasetSeries, [
        *in_languages(DCT.title, {key: text.format(instance.publisher_name) for key, text in _SERIES.items()}),
        *in_languages(DCT.description, _OF_SERIES),
        *_identified(instance, series),
        *((DCAT.theme, theme) for theme in instance.topics.themes),
        *((DCT.spatial, place) for place in instance.spatial),
        *_temporal(graph, series, Period(
            min((period.start for period in periods if period.start), default=None, key=str),
            max((period.end for period in periods if period.end), default=None, key=str),
        )),
        (DCT.accrualPeriodicity, EU["frequency/IRREG"]),
        (DCAT.first, datasets[0]),
        (DCAT.last, datasets[-1]),
    ])  # fmt: skip
    for dataset in datasets:
        graph.add((dataset, DCAT.inSeries, series))
    for earlier, later in pairwise(datasets):
        graph.add((later, DCAT.prev, earlier))


def _dataset(graph: Graph, instance: Instance, plans: Graph, plan: URIRef, subjects: list[URIRef]) -> None:
    dataset = dataset_iri(instance, plan)
    page = URIRef(plan.replace(instance.base + "id/", instance.base + "doc/", 1))
    state(graph, dataset, DCAT.Dataset, [
        *((DCT.title, title) for title in plans.objects(plan, DCT.title)),
        *_descriptions(instance, plans, plan),
        *_identified(instance, dataset),
        *_languages(instance),
        *_about(_topics(instance, plan), instance.language),
        *((DCT.subject, subject) for subject in subjects),
        *((DCT.spatial, place) for place in instance.spatial),
        *_temporal(graph, dataset, _period(plans, plan)),
        (DCT.accessRights, EU["access-right/PUBLIC"]),
        (DCT.accrualPeriodicity, EU["frequency/IRREG"]),
        (DCT.conformsTo, ONTOLOGY_IRI),
        (DCAT.landingPage, page),
        (DCT.relation, plan),
        (DCAT.version, Literal(instance.version)),
        *((DCAT.distribution, _distribution(graph, instance, dataset, row)) for row in FILES),
    ])  # fmt: skip
    graph.add((page, RDF.type, FOAF.Document))


def _distribution(graph: Graph, instance: Instance, dataset: URIRef, file: File) -> URIRef:
    """A file. Its size and status are left out: no value of theirs is right in DCAT-AP-NO 2 and 3 alike, and the score
    is counted by 2; the page of the release and the field Content-Length tell the size.
    """
    distribution = URIRef(f"{dataset}/{file.key}")
    folder = f"{instance.base}releases/{instance.version}/"
    # The official range shape accepts no text/… media type; the file type says Turtle or CSV as well.
    media_types: Rows = [
        (term, URIRef(_MEDIA_TYPES + name))
        for term, name in ((DCAT.mediaType, file.media_type), (DCAT.packageFormat, file.package))
        if name.startswith("application/")
    ]
    state(graph, distribution, DCAT.Distribution, [
        *in_languages(DCT.title, dict.fromkeys(file.description, file.title)),
        *in_languages(DCT.description, {key: text.format(file.title) for key, text in file.description.items()}),
        (DCAT.accessURL, URIRef(folder)),
        (DCAT.downloadURL, URIRef(folder + file.name)),
        (_FORMAT, EU[f"file-type/{file.file_type}"]),
        *media_types,
        (DCT.license, instance.licence),
        (DCT.rights, thing_iri(instance.base, "rights", "attribution")),
        # No dcat:accessService: the score is counted of what one dataset leads to, and the service leads to the other
        # datasets, which are not there; each would then be one that is said to be no dataset.
        (DCATAP.availability, EU["planned-availability/STABLE"]),
        *dated(instance),
    ])  # fmt: skip
    for _, media_type in media_types:
        graph.add((media_type, RDF.type, DCT.MediaType))
    return distribution


def _service(graph: Graph, instance: Instance) -> None:
    service = thing_iri(instance.base, "service", "sparql")
    state(graph, service, DCAT.DataService, [
        *in_languages(DCT.title, _SERVICE),
        *in_languages(DCT.description, _OF_SERVICE),
        *_identified(instance, service),
        (DCAT.endpointURL, URIRef(instance.base + "sparql")),
        (DCAT.endpointDescription, URIRef(instance.base + "sparql")),
        (DCT.conformsTo, _SPARQL_PROTOCOL),
        (_FORMAT, EU["file-type/JSON"]),
        (DCT.license, instance.licence),
        (DCT.accessRights, EU["access-right/PUBLIC"]),
        (DCATAP.availability, EU["planned-availability/STABLE"]),
        *_about(instance.topics, instance.language),
        (DCAT.keyword, Literal("SPARQL", lang=instance.language)),
        *((DCAT.servesDataset, dataset) for dataset in graph.subjects(RDF.type, DCAT.Dataset)),
    ])  # fmt: skip


def _identified(instance: Instance, thing: URIRef) -> Rows:
    return [(DCT.identifier, Literal(str(thing))), *responsible(instance), *dated(instance)]


def _descriptions(instance: Instance, plans: Graph, plan: URIRef) -> Rows:
    stated: Rows = [(DCT.description, text) for text in plans.objects(plan, DCT.description)]
    usual = {key: text.format(instance.publisher_name) for key, text in _OF_DATASET.items()}
    return stated or in_languages(DCT.description, usual)


def _languages(instance: Instance) -> Rows:
    return [(DCT.language, EU[f"language/{_LANGUAGES[instance.language]}"])]


def _period(plans: Graph, plan: URIRef) -> Period:
    return Period(
        _day_of(plans.value(plan, PLAN.startDate), plans.value(plan, PLAN.startYear), "01-01"),
        _day_of(plans.value(plan, PLAN.endDate), plans.value(plan, PLAN.endYear), "12-31"),
    )


def _day_of(date: Node | None, year: Node | None, month_and_day: str) -> Literal | None:
    if isinstance(date, Literal):
        return date
    return Literal(f"{str(year)[:4]}-{month_and_day}", datatype=XSD.date) if year else None


def _temporal(graph: Graph, thing: URIRef, period: Period) -> Rows:
    """The period of a thing, if any end of it is known, under an IRI of its own."""
    ends: Rows = [
        (term, end) for term, end in ((DCAT.startDate, period.start), (DCAT.endDate, period.end)) if end is not None
    ]
    if not ends:
        return []
    iri = URIRef(f"{thing}/period")
    state(graph, iri, DCT.PeriodOfTime, ends)
    return [(DCT.temporal, iri)]
