"""The harvest document: a DCAT-AP-NO 3.0 catalogue of an instance's plans, their dumps and the SPARQL service."""

from datetime import date

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk import folders
from planverk.instance import Instance
from planverk.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_REPRESENTATIONS, RDF_XML, TRIG, TURTLE, Representation
from planverk.vocab import (
    DCAT,
    DCT,
    EU,
    FOAF,
    LOS,
    ODRS,
    ORG,
    PLAN,
    RDF,
    RDFS,
    ROV,
    VCARD,
    XSD,
    thing_iri,
    void_iri,
)  # fmt: skip

# The EU's authority table of file types, by our representations.
_FILE_TYPES = {
    TURTLE: "RDF_TURTLE",
    JSON_LD: "JSON_LD",
    N_TRIPLES: "RDF_N_TRIPLES",
    RDF_XML: "RDF_XML",
    TRIG: "RDF_TRIG",
    N_QUADS: "RDF_N_QUADS",
}
_MEDIA_TYPES = "https://www.w3.org/ns/iana/media-types/"
_SPARQL_PROTOCOL = URIRef("https://www.w3.org/TR/sparql11-protocol/")
_FORMAT = URIRef(f"{DCT}format")  # DCT.format is the method of str
_LANGUAGES = {"nb": "NOB", "nn": "NNO", "en": "ENG"}

Rows = list[tuple[URIRef, Node]]


def catalogue(instance: Instance, plans: Graph) -> Graph:
    """The catalogue of an instance: one dataset for each regional plan that is still published.

    Everything has an IRI and every foreign term is described in place, as the harvester of data.norge.no and its
    quality score need. Nothing in it depends on when it is made.
    """
    graph = Graph(bind_namespaces="none")
    for plan in sorted(plans.subjects(RDF.type, PLAN.RegionalPlan), key=str):
        if isinstance(plan, URIRef) and (plan, PLAN.withdrawnOn, None) not in plans:
            _dataset(graph, instance, plans, plan)
    _catalogue(graph, instance)
    _service(graph, instance)
    _parties(graph, instance)
    _annotate(graph)
    return graph


def dataset_iri(instance: Instance, plan: URIRef) -> URIRef:
    """The IRI of the dataset that a plan is published as."""
    return thing_iri(instance.base, "dataset", plan.rpartition("/")[2])


def catalogue_iri(instance: Instance) -> URIRef:
    """The IRI of the catalogue itself."""
    return thing_iri(instance.base, "catalogue", "plans")


def _catalogue(graph: Graph, instance: Instance) -> None:
    catalogue = catalogue_iri(instance)
    _state(graph, catalogue, DCAT.Catalog, [
        *((DCT.title, Literal(text, lang=language)) for language, text in instance.titles.items()),
        *((DCT.description, Literal(text, lang=language)) for language, text in instance.descriptions.items()),
        *_common(instance, catalogue),
        *_languages(instance),
        (DCT.license, instance.licence),
        (FOAF.homepage, URIRef(instance.base)),
        (RDFS.seeAlso, URIRef(void_iri(instance.base))),
        *((DCT.spatial, place) for place in instance.spatial),
        (DCAT.themeTaxonomy, EU["data-theme"]),
        (DCAT.themeTaxonomy, URIRef(LOS)),
        *((DCAT.dataset, dataset) for dataset in graph.subjects(RDF.type, DCAT.Dataset)),
        (DCAT.service, thing_iri(instance.base, "service", "sparql")),
    ])  # fmt: skip
    graph.add((URIRef(instance.base), RDF.type, FOAF.Document))


def _dataset(graph: Graph, instance: Instance, plans: Graph, plan: URIRef) -> None:
    dataset = dataset_iri(instance, plan)
    page = URIRef(plan.replace(instance.base + "id/", instance.base + "doc/", 1))
    period = URIRef(f"{dataset}/period")
    _state(graph, dataset, DCAT.Dataset, [
        *((DCT.title, title) for title in plans.objects(plan, DCT.title)),
        *_descriptions(plans, plan),
        *_common(instance, dataset),
        *_languages(instance),
        *((DCAT.theme, theme) for theme in instance.themes),
        *((DCAT.keyword, Literal(word, lang=instance.language)) for word in instance.keywords),
        *((DCT.spatial, place) for place in instance.spatial),
        (DCT.temporal, period),
        (DCT.accessRights, EU["access-right/PUBLIC"]),
        (DCT.accrualPeriodicity, EU["frequency/IRREG"]),
        (DCAT.landingPage, page),
        (DCT.relation, plan),
        (DCAT.version, Literal(instance.version)),
        *((DCAT.distribution, _distribution(graph, instance, dataset, row)) for row in RDF_REPRESENTATIONS),
    ])  # fmt: skip
    graph.add((page, RDF.type, FOAF.Document))
    _state(graph, period, DCT.PeriodOfTime, [
        *((DCAT.startDate, _day(year, "01-01")) for year in plans.objects(plan, PLAN.startYear)),
        *((DCAT.endDate, _day(year, "12-31")) for year in plans.objects(plan, PLAN.endYear)),
        *((DCAT.startDate, day) for day in plans.objects(plan, PLAN.startDate)),
        *((DCAT.endDate, day) for day in plans.objects(plan, PLAN.endDate)),
    ])  # fmt: skip


def _distribution(graph: Graph, instance: Instance, dataset: URIRef, row: Representation) -> URIRef:
    distribution = URIRef(f"{dataset}/{row.suffix}")
    download = URIRef(f"{instance.base}releases/{instance.version}/data.{row.suffix}")
    _state(graph, distribution, DCAT.Distribution, [
        (DCT.title, Literal(row.title, lang="en")),
        (DCT.description, Literal(f"Hele datasettet som {row.title}.", lang="nb")),
        (DCAT.accessURL, URIRef(f"{instance.base}releases/{instance.version}/")),
        (DCAT.downloadURL, download),
        (_FORMAT, EU[f"file-type/{_FILE_TYPES[row]}"]),
        # The official range shape accepts no text/… media type; the file type says Turtle as well.
        *((DCAT.mediaType, media_type) for media_type in _registered(row)),
        (DCT.license, instance.licence),
        (DCT.rights, thing_iri(instance.base, "rights", "attribution")),
        (DCT.issued, _date(instance.first_issued)),
        (DCT.modified, _date(instance.issued)),
        (DCAT.accessService, thing_iri(instance.base, "service", "sparql")),
    ])  # fmt: skip
    for media_type in _registered(row):
        graph.add((media_type, RDF.type, DCT.MediaType))
    return distribution


def _registered(row: Representation) -> list[URIRef]:
    return [URIRef(_MEDIA_TYPES + row.media_type)] if row.media_type.startswith("application/") else []


def _service(graph: Graph, instance: Instance) -> None:
    service = thing_iri(instance.base, "service", "sparql")
    _state(graph, service, DCAT.DataService, [
        (DCT.title, Literal("SPARQL-endepunkt", lang="nb")),
        (DCT.title, Literal("SPARQL-endepunkt", lang="nn")),
        (DCT.title, Literal("SPARQL endpoint", lang="en")),
        (DCT.description, Literal("Spørringer mot planene etter SPARQL 1.1 Protocol.", lang="nb")),
        *_common(instance, service),
        (DCAT.endpointURL, URIRef(instance.base + "sparql")),
        (DCAT.endpointDescription, URIRef(instance.base + "sparql")),
        (DCT.conformsTo, _SPARQL_PROTOCOL),
        (_FORMAT, EU["file-type/JSON"]),
        (DCT.license, instance.licence),
        (DCT.accessRights, EU["access-right/PUBLIC"]),
        *((DCAT.theme, theme) for theme in instance.themes),
        (DCAT.keyword, Literal("SPARQL", lang="nb")),
        *((DCAT.servesDataset, dataset) for dataset in graph.subjects(RDF.type, DCAT.Dataset)),
    ])  # fmt: skip


def _parties(graph: Graph, instance: Instance) -> None:
    _state(graph, instance.publisher, FOAF.Agent, [
        (RDF.type, ORG.Organization),
        (RDF.type, ROV.RegisteredOrganization),
        (FOAF.name, Literal(instance.publisher_name, lang="nb")),
        (DCT.identifier, Literal(instance.publisher_number)),
        (DCT.type, URIRef("http://purl.org/adms/publishertype/RegionalAuthority")),
    ])  # fmt: skip
    _state(graph, _contact(instance), VCARD.Organization, [
        (RDF.type, VCARD.Kind),
        (VCARD.fn, Literal(instance.contact_name, lang="nb")),
        (VCARD.hasURL, URIRef(instance.contact_page)),
        *((VCARD.hasEmail, URIRef(f"mailto:{address}")) for address in [instance.contact_email] if address),
    ])  # fmt: skip
    _state(graph, thing_iri(instance.base, "rights", "attribution"), ODRS.RightsStatement, [
        (RDF.type, DCT.RightsStatement),
        (ODRS.attributionText, Literal(instance.publisher_name, lang="nb")),
    ])  # fmt: skip


def _common(instance: Instance, thing: URIRef) -> Rows:
    return [
        (DCT.identifier, Literal(str(thing))),
        (DCT.publisher, instance.publisher),
        (DCAT.contactPoint, _contact(instance)),
        (DCT.issued, _date(instance.first_issued)),
        (DCT.modified, _date(instance.issued)),
    ]


def _descriptions(plans: Graph, plan: URIRef) -> Rows:
    stated: Rows = [(DCT.description, text) for text in plans.objects(plan, DCT.description)]
    titles = [text for text in plans.objects(plan, DCT.title) if isinstance(text, Literal)]
    return stated or [(DCT.description, title) for title in titles]


def _languages(instance: Instance) -> Rows:
    return [(DCT.language, EU[f"language/{_LANGUAGES[instance.language]}"])]


def _contact(instance: Instance) -> URIRef:
    return thing_iri(instance.base, "contact", "plan")


def _annotate(graph: Graph) -> None:
    """Describe each foreign term where it is used: types, schemes and labels from the authorities' own tables."""
    terms = Graph().parse(folders.PACKAGE / "authorities.ttl")
    used = {node for triple in graph for node in triple}
    for triple in terms:
        if triple[0] in used:
            graph.add(triple)


def _state(graph: Graph, subject: URIRef, kind: URIRef, rows: Rows) -> None:
    graph.add((subject, RDF.type, kind))
    for predicate, value in rows:
        graph.add((subject, predicate, value))


def _date(day: date) -> Literal:
    return Literal(day.isoformat(), datatype=XSD.date)


def _day(year: Node, month_and_day: str) -> Literal:
    return Literal(f"{str(year)[:4]}-{month_and_day}", datatype=XSD.date)
