"""data.norge.no's own parser shows every dataset, service, concept and model of ours with its fields."""

from collections.abc import Callable

import fdk_rdf_parser
import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef

from planverk.harvesting import harvester
from planverk.harvesting.harvester import KINDS, Kind, Member
from planverk.media import TURTLE
from planverk.vocab import DCAT, DCT, FOAF, RDF

# rdflib's parsers use names that it has deprecated itself.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    # The parser asks for terms of XSD that rdflib does not know.
    pytest.mark.filterwarnings("ignore:Code. m:UserWarning"),
]


def shown(client: FlaskClient, path: str, kind: Kind, parse: Callable[[str], dict[str, object]]) -> dict[str, object]:
    """What the parser makes of each member, given what the harvester hands on: the member's graph and a record of it."""
    graph = harvester.read(client.get(path, headers={"Accept": "text/turtle"}).data, TURTLE)
    found: dict[str, object] = {}
    for member in harvester.harvest(graph, kind).members:
        found |= parse(recorded(member, kind).serialize(format="turtle"))
    return found


def recorded(member: Member, kind: Kind) -> Graph:
    record = URIRef(f"{kind.address}/{harvester.fdk_id(member.iri)}")
    graph = Graph() + member.graph
    graph.add((record, RDF.type, DCAT.CatalogRecord))
    graph.add((record, FOAF.primaryTopic, member.iri))
    graph.add((record, DCT.identifier, Literal(harvester.fdk_id(member.iri))))
    return graph


def lacking(thing: object, *fields: str) -> list[str]:
    return [field for field in fields if not getattr(thing, field)]


def test_every_dataset_has_its_fields_and_its_files(client: FlaskClient) -> None:
    datasets = shown(client, "/katalog", KINDS["dataset"], fdk_rdf_parser.parse_datasets)
    assert len(datasets) == 3
    for iri, dataset in datasets.items():
        common = ("id", "identifier", "publisher", "title", "description", "uri", "theme", "losTheme", "contactPoint",
                  "issued", "modified", "spatial", "temporal", "accrualPeriodicity")  # fmt: skip
        assert lacking(dataset, *common) == [], iri
        if "/dataset-series/" in iri:
            continue
        own = (
            "keyword",
            "accessRights",
            "landingPage",
            "language",
            "distribution",
            "subject",
            "conformsTo",
            "inSeries",
        )
        assert lacking(dataset, *own) == [], iri
        files = dataset.distribution  # type: ignore[attr-defined]
        assert len(files) == 8
        packed = [file.packageFormat.uri.rpartition("/")[2] for file in files if file.packageFormat]
        assert packed == ["zip"]
        for file in files:
            assert (
                lacking(file, "uri", "title", "description", "downloadURL", "accessURL", "license", "fdkFormat") == []
            )
            assert set(file.title) == {"nb", "nn", "en"}


def test_every_service_has_its_fields(client: FlaskClient) -> None:
    services = shown(client, "/katalog", KINDS["dataservice"], fdk_rdf_parser.parse_data_services)
    (service,) = services.values()
    fields = ("id", "publisher", "title", "description", "endpointURL", "endpointDescription", "servesDataset",
              "contactPoint", "conformsTo", "keyword", "theme", "accessRights")  # fmt: skip
    assert lacking(service, *fields) == []


def test_every_concept_has_its_fields(client: FlaskClient) -> None:
    concepts = shown(client, "/begreper", KINDS["concept"], fdk_rdf_parser.parse_concepts)
    assert len(concepts) > 80
    for iri, concept in concepts.items():
        assert lacking(concept, "id", "prefLabel", "definition", "publisher", "contactPoint", "subject") == [], iri
        assert {"nb", "nn"} <= set(concept.prefLabel)  # type: ignore[attr-defined]
    specific = next(concept for iri, concept in concepts.items() if iri.endswith("/AnnualPlan"))
    assert specific.genericRelation  # type: ignore[attr-defined]


def test_the_information_model_has_its_elements_properties_and_codes(client: FlaskClient) -> None:
    models = shown(client, "/informasjonsmodell", KINDS["informationmodel"], fdk_rdf_parser.parse_information_models)
    (model,) = models.values()
    fields = ("id", "title", "description", "publisher", "license", "versionInfo", "modelElements", "modelProperties")
    assert lacking(model, *fields) == []
    elements, properties = model.modelElements, model.modelProperties  # type: ignore[attr-defined]
    level = next(element for iri, element in elements.items() if iri.endswith("/plans/goal-level"))
    assert [code.notation for code in level.codes].count("sub-goal") == 1
    goal_level = next(prop for iri, prop in properties.items() if iri.endswith("/Goal/goalLevel"))
    assert (int(goal_level.minOccurs), int(goal_level.maxOccurs), goal_level.hasValueFrom) == (1, 1, level.uri)
