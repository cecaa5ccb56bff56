"""What the endpoint says of itself and of the data is true: its limits, its graphs, and every number of the VoID."""

from collections.abc import Iterable
from typing import Any  # JSON has no better type
from urllib.parse import urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from planverk import release
from planverk.instance import Instance, read_instance
from planverk.limits import Limits
from planverk.media import BY_SUFFIX, RDF_REPRESENTATIONS, TURTLE, Representation
from planverk.store.formats import FORMATS, GRAPH, TABLE
from planverk.store.pool import Pool
from planverk.vocab import DCAT, DCT, FORMAT, SCHEMA, SD, VOID
from planverk.web import create_app
from test_resources import graph_of

BASE = "https://data.bfk.no/"
DATASET = URIRef(f"{BASE}.well-known/void#dataset")
SERVICE = URIRef(f"{BASE}sparql#service")
PARTS = {"plan", "derived", "catalogue", "ontology"}
LANGUAGES = {"nb", "nn", "en"}
# Limits that concern those who ask; the others concern those who run the service.
TOLD = {"seconds", "memory_mb", "result_mb", "query_kb", "depth", "per_client", "waiting"}

# rdflib's parsers use names that it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")


def described(client: FlaskClient, path: str) -> Graph:
    response = client.get(path, headers={"Accept": "text/turtle"})
    assert (response.status_code, response.content_type) == (200, TURTLE.content_type)
    return graph_of(response, TURTLE)


def rows(client: FlaskClient, query: str) -> list[dict[str, Any]]:
    """The rows of a query's answer, values as texts."""
    found = client.get("/sparql?" + urlencode({"query": query})).json["results"]["bindings"]
    return [{name: value["value"] for name, value in row.items()} for row in found]


def number(graph: Graph, thing: Node, counted: URIRef) -> int:
    return int(str(graph.value(thing, counted, any=False)))


def languages(texts: Iterable[Node]) -> set[str | None]:
    return {text.language for text in texts if isinstance(text, Literal)}


@pytest.fixture(scope="module")
def void(client: FlaskClient) -> Graph:
    return described(client, "/.well-known/void")


@pytest.fixture(scope="module")
def service(client: FlaskClient) -> Graph:
    return described(client, "/sparql")


# VoID


def test_the_size_is_what_the_endpoint_counts(client: FlaskClient, void: Graph) -> None:
    ((counted),) = rows(client, """SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?distinctSubjects)
        (COUNT(DISTINCT ?p) AS ?properties) (COUNT(DISTINCT ?o) AS ?distinctObjects) { ?s ?p ?o }""")  # fmt: skip
    counted |= rows(client, "SELECT (COUNT(DISTINCT ?class) AS ?classes) { ?s a ?class }")[0]
    own = f'SELECT (COUNT(DISTINCT ?s) AS ?entities) {{ ?s ?p ?o FILTER STRSTARTS(STR(?s), "{BASE}id/") }}'
    counted |= rows(client, own)[0]
    assert {name: number(void, DATASET, VOID[name]) for name in counted} == {
        name: int(text) for name, text in counted.items()
    }


def test_the_classes_are_what_the_endpoint_counts(client: FlaskClient, void: Graph) -> None:
    told = {
        str(void.value(part, VOID["class"])): number(void, part, VOID.entities)
        for part in void.objects(DATASET, VOID.classPartition)
    }
    query = "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) { ?s a ?class FILTER isIRI(?class) } GROUP BY ?class"
    assert told == {row["class"]: int(row["n"]) for row in rows(client, query)}


def test_the_properties_are_what_the_endpoint_counts(client: FlaskClient, void: Graph) -> None:
    counts = (VOID.triples, VOID.distinctSubjects, VOID.distinctObjects)
    told = {
        str(void.value(part, VOID.property)): tuple(number(void, part, counted) for counted in counts)
        for part in void.objects(DATASET, VOID.propertyPartition)
    }
    query = """SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?o) AS ?objects)
        { ?s ?p ?o } GROUP BY ?p"""
    assert told == {row["p"]: (int(row["n"]), int(row["subjects"]), int(row["objects"])) for row in rows(client, query)}


def test_the_parts_are_what_the_endpoint_counts(client: FlaskClient, void: Graph) -> None:
    counted = rows(client, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    told = {part: number(void, URIRef(f"{BASE}.well-known/void#{part}"), VOID.triples) for part in PARTS}
    assert told == {row["g"].rpartition("/")[2]: int(row["n"]) for row in counted}
    assert number(void, URIRef(f"{BASE}.well-known/void#data"), VOID.triples) == told["plan"] + told["derived"]


def test_links_to_other_data_sets_are_counted(client: FlaskClient, void: Graph) -> None:
    linksets = set(void.subjects(RDF.type, VOID.Linkset))
    assert linksets
    for links in linksets:
        space = void.value(void.value(links, VOID.objectsTarget), VOID.uriSpace)
        query = f"""SELECT (COUNT(*) AS ?n) {{ ?s <{void.value(links, VOID.linkPredicate)}> ?o
            FILTER (isIRI(?o) && STRSTARTS(STR(?o), "{space}") && STRSTARTS(STR(?s), "{BASE}id/")) }}"""
        assert [row["n"] for row in rows(client, query)] == [str(number(void, links, VOID.triples))]


def test_the_dumps_are_files_of_the_release(client: FlaskClient, buskerud: Instance, void: Graph) -> None:
    found = release.current(buskerud.releases)
    assert found is not None
    dumps = {urlsplit(str(dump)).path for dump in void.objects(DATASET, VOID.dataDump)}
    names = {path.removeprefix("/releases/1.0.0/") for path in dumps}
    assert {f"data.{row.suffix}" for row in RDF_REPRESENTATIONS} < names
    assert names <= {row["name"] for row in found.files}
    for path in dumps:
        with client.head(path) as response:
            assert response.status_code == 200


@pytest.mark.parametrize("part", ["dataset", "data", *sorted(PARTS)])
def test_every_part_has_a_name_a_licence_and_an_endpoint(void: Graph, part: str) -> None:
    thing = URIRef(f"{BASE}.well-known/void#{part}")
    assert (thing, RDF.type, VOID.Dataset) in void
    assert languages(void.objects(thing, RDFS.label)) == LANGUAGES
    assert void.value(thing, VOID.sparqlEndpoint) == URIRef(f"{BASE}sparql")
    assert "NLOD" in str(void.value(thing, DCT.license))
    assert str(void.value(thing, DCAT.version)) == "1.0.0"


def test_void_is_frozen_with_the_release(odd: Instance) -> None:
    found = release.current(odd.releases)
    assert found is not None
    assert "void.nq" in {row["name"] for row in found.files}
    assert release.verify(found) == []


def test_void_is_turtle_unless_something_else_is_asked_for(client: FlaskClient) -> None:
    response = client.get("/.well-known/void")
    assert (response.status_code, response.content_type) == (200, TURTLE.content_type)
    assert response.headers["Content-Location"] == "/.well-known/void.ttl"
    assert client.get("/.well-known/void", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("row", RDF_REPRESENTATIONS, ids=lambda row: row.suffix)
def test_void_says_the_same_in_every_format(client: FlaskClient, void: Graph, row: Representation) -> None:
    for path in ("/.well-known/void", f"/.well-known/void.{row.suffix}"):
        assert set(graph_of(client.get(path, headers={"Accept": row.media_type}), row)) == set(void)


def test_void_has_a_page_that_names_classes_and_leads_to_dumps(client: FlaskClient, void: Graph) -> None:
    page = client.get("/.well-known/void", headers={"Accept": "text/html", "Accept-Language": "en"}).text
    assert '<a href="/def/Theme">theme</a>' in page
    assert f"{number(void, DATASET, VOID.triples)} statements" in page
    assert f'href="{BASE}releases/1.0.0/data.ttl"' in page


# The service description


def test_the_named_graphs_are_those_that_can_be_asked(client: FlaskClient, service: Graph, void: Graph) -> None:
    named = set(service.objects(URIRef(f"{BASE}sparql#dataset"), SD.namedGraph))
    told = {
        str(service.value(one, SD.name)): number(service, service.value(one, SD.graph), VOID.triples) for one in named
    }
    counted = rows(client, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert told == {row["g"]: int(row["n"]) for row in counted}


def test_the_default_graph_is_all_of_them(client: FlaskClient, service: Graph) -> None:
    assert (SERVICE, SD.feature, SD.UnionDefaultGraph) in service
    union = service.value(service.value(SERVICE, SD.defaultDataset), SD.defaultGraph)
    ((counted),) = rows(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert number(service, union, VOID.triples) == int(counted["n"])


def test_the_service_is_described_as_the_recommendation_has_it(service: Graph) -> None:
    assert set(service.subjects(RDF.type, SD.Service)) == {SERVICE}
    assert set(service.objects(SERVICE, SD.endpoint)) == {URIRef(f"{BASE}sparql")}
    assert set(service.objects(SERVICE, SD.supportedLanguage)) == {SD.SPARQL11Query}
    formats = {FORMAT[row.name] for kind in (TABLE, GRAPH) for row in FORMATS[kind]}
    assert set(service.objects(SERVICE, SD.resultFormat)) == formats
    # SERVICE is refused, so federation is no feature.
    assert (SERVICE, SD.feature, SD.BasicFederatedQuery) not in service


def test_each_limit_is_told_as_a_value_and_in_words(buskerud: Instance, service: Graph) -> None:
    limits = {
        str(service.value(one, SCHEMA.propertyID)): one for one in service.objects(SERVICE, SCHEMA.additionalProperty)
    }
    assert set(limits) == TOLD
    descriptions = list(service.objects(SERVICE, DCT.description))
    for name, limit in limits.items():
        value = getattr(buskerud.limits, name)
        assert number(service, limit, SCHEMA.value) == value
        sentences = set(service.objects(limit, RDFS.comment))
        assert languages(sentences) == LANGUAGES
        for sentence in sentences:
            assert str(value) in sentence
            assert any(sentence in text for text in descriptions if languages([text]) == languages([sentence]))
    assert languages(descriptions) == LANGUAGES
    assert all("LIMIT" in text and "/releases/current/" in text for text in descriptions)


def test_limits_that_an_instance_sets_are_those_told(copy_of_odd: Instance) -> None:
    limits = Limits(seconds=3, per_client=2)
    lines = "\n".join(f"{name} = {value}" for name, value in limits._asdict().items())
    settings = copy_of_odd.folder / "planverk.toml"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}\n[limits]\n{lines}\n", encoding="utf-8")
    graph = described(create_app(read_instance(copy_of_odd.folder)).test_client(), "/sparql")
    assert "A query gets 3 seconds" in " ".join(graph.objects(None, DCT.description))


def test_the_service_leads_to_what_explains_it(client: FlaskClient, service: Graph) -> None:
    for link in service.objects(SERVICE, RDFS.seeAlso):
        assert client.get(urlsplit(str(link)).path).status_code == 200
    assert URIRef(f"{BASE}.well-known/void") in set(service.objects(SERVICE, RDFS.seeAlso))


def test_no_description_asks_the_store(odd: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    def unexpected(*_: object, **__: object) -> None:
        raise AssertionError("a description was counted at the request")

    monkeypatch.setattr(Pool, "query", unexpected)
    client = create_app(odd).test_client()
    for path in ("/sparql", "/.well-known/void", "/sparql/examples", "/query/", "/openapi.json"):
        assert client.get(path, headers={"Accept": "text/turtle, application/json"}).status_code == 200


def test_the_home_page_and_the_catalogue_lead_to_void(client: FlaskClient) -> None:
    home = client.get("/", headers={"Accept": "text/html"})
    assert '</.well-known/void>; rel="describedby"' in home.headers["Link"]
    assert 'href="/.well-known/void"' in home.text
    catalogue = graph_of(client.get("/katalog.nt"), BY_SUFFIX["nt"])
    assert URIRef(f"{BASE}.well-known/void") in set(catalogue.objects(None, RDFS.seeAlso))
