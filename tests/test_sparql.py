"""The SPARQL endpoint over HTTP, as SPARQL 1.1 Protocol has it: ways to ask, formats of answers, and refusals."""

import csv
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, URIRef
from rdflib.compare import isomorphic
from werkzeug.test import TestResponse

from planverk.media import BY_SUFFIX
from planverk.store.formats import FORMATS, GRAPH, TABLE, TRUTH, ResultFormat
from planverk.vocab import DCT, PLAN, RDFS, SD
from test_resources import graph_of

BASE = "https://data.example.org/"
PLANS, DERIVED = f"{BASE}id/graph/plan", f"{BASE}id/graph/derived"
NAMES = f"SELECT ?thing ?name {{ ?thing a <{PLAN.Theme}> ; <{RDFS.label}> ?name }} ORDER BY ?thing"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ABOUT = f"CONSTRUCT {{ <{BASE}id/plan/fjord> ?p ?o }} WHERE {{ <{BASE}id/plan/fjord> ?p ?o }}"
DESCRIBE = f"DESCRIBE <{BASE}id/plan/fjord>"
QUERIES = {TABLE: [NAMES], TRUTH: ["ASK {}"], GRAPH: [ABOUT, DESCRIBE]}
TABLE_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "tsv": ox.QueryResultsFormat.TSV,
}
ALL = [(kind, query, row) for kind, queries in QUERIES.items() for query in queries for row in FORMATS[kind]]
EVERY_ANSWER = pytest.mark.parametrize(("kind", "query", "row"), ALL, ids=lambda part: getattr(part, "suffix", None))

# rdflib's parsers use names that it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")

Asking = Callable[..., TestResponse]


def by_get(client: FlaskClient, query: str, *parameters: tuple[str, str], accept: str = "*/*") -> TestResponse:
    pairs = [("query", query), *parameters]
    return client.get("/sparql?" + urlencode(pairs), headers={"Accept": accept})


def by_form(client: FlaskClient, query: str, *parameters: tuple[str, str], accept: str = "*/*") -> TestResponse:
    pairs = [("query", query), *parameters]
    form = "application/x-www-form-urlencoded"
    return client.post("/sparql", data=urlencode(pairs), content_type=form, headers={"Accept": accept})


def by_post(client: FlaskClient, query: str, *parameters: tuple[str, str], accept: str = "*/*") -> TestResponse:
    path = "/sparql?" + urlencode(parameters)
    return client.post(path, data=query, content_type="application/sparql-query", headers={"Accept": accept})


WAYS = pytest.mark.parametrize("ask", [by_get, by_form, by_post])


def content(response: TestResponse, row: ResultFormat) -> object:
    """What an answer says, whatever its format."""
    if row in FORMATS[GRAPH]:
        return set(graph_of(response, BY_SUFFIX[row.suffix]))
    # CSV has no types, so texts are what all formats have in common.
    if row.suffix == "csv":
        return list(csv.reader(response.text.splitlines()))[1:]
    results = ox.parse_query_results(response.data, format=TABLE_FORMATS[row.suffix])
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    assert isinstance(results, ox.QuerySolutions)
    return [[getattr(value, "value", "") for value in solution] for solution in results]


def number(response: TestResponse) -> int:
    return int(response.text.split()[1])


# Ways to ask


@WAYS
@EVERY_ANSWER
def test_each_way_of_asking_gives_each_format_by_accept(
    odd_client: FlaskClient, ask: Asking, kind: str, query: str, row: ResultFormat
) -> None:
    response = ask(odd_client, query, accept=row.media_type)
    assert (response.status_code, response.content_type) == (200, row.content_type)
    usual = FORMATS[kind][0]
    assert content(response, row) == content(by_get(odd_client, query, accept=usual.media_type), usual)


@WAYS
@EVERY_ANSWER
def test_each_way_of_asking_gives_each_format_by_parameter(
    odd_client: FlaskClient, ask: Asking, kind: str, query: str, row: ResultFormat
) -> None:
    for name in (row.suffix, row.media_type):
        response = ask(odd_client, query, ("format", name), accept="image/png")
        assert (response.status_code, response.content_type) == (200, row.content_type)
        assert response.data == by_get(odd_client, query, accept=row.media_type).data


@EVERY_ANSWER
def test_head_tells_what_get_would_give(odd_client: FlaskClient, kind: str, query: str, row: ResultFormat) -> None:
    path = "/sparql?" + urlencode({"query": query})
    got, head = (ask(path, headers={"Accept": row.media_type}) for ask in (odd_client.get, odd_client.head))
    assert (head.status_code, head.data) == (200, b"")
    assert {name: value for name, value in head.headers if name != "Date"} == {
        name: value for name, value in got.headers if name != "Date"
    }


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF-8"])
def test_the_media_type_of_a_query_may_name_its_character_set(odd_client: FlaskClient, charset: str) -> None:
    query = 'SELECT ("blåbær" AS ?name) {}'
    asked = odd_client.post(
        "/sparql?format=csv", data=query.encode(), content_type=f"application/sparql-query{charset}"
    )
    assert asked.text == "name\r\nblåbær\r\n"


# Formats


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (NAMES, "*/*", "application/sparql-results+json"),
        (NAMES, "application/json", "application/sparql-results+json"),
        (NAMES, "application/xml", "application/sparql-results+xml"),
        (NAMES, "text/*", "text/csv; charset=utf-8"),
        (NAMES, "application/sparql-results+xml;q=0.9, text/csv;q=0.1", "application/sparql-results+xml"),
        ("ASK {}", "text/csv, */*;q=0.1", "application/sparql-results+json"),
        (ABOUT, "*/*", "text/turtle; charset=utf-8"),
        (ABOUT, "application/json", "application/ld+json"),
        (ABOUT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/rdf+xml"),
        (DESCRIBE, "text/turtle", "text/turtle; charset=utf-8"),
        (DESCRIBE, "application/sparql-results+json, text/turtle;q=0.9", "text/turtle; charset=utf-8"),
        (DESCRIBE, "application/n-triples", "application/n-triples"),
    ],
)
def test_the_answer_is_in_the_format_wanted_most(
    odd_client: FlaskClient, query: str, accept: str, content_type: str
) -> None:
    response = by_get(odd_client, query, accept=accept)
    assert (response.status_code, response.content_type) == (200, content_type)


@pytest.mark.parametrize(
    ("query", "accept", "parameters", "offered"),
    [
        ("ASK {}", "text/csv", [], TRUTH),
        ("ASK {}", "text/tab-separated-values", [], TRUTH),
        ("ASK {}", "*/*", [("format", "csv")], TRUTH),
        (NAMES, "text/turtle", [], TABLE),
        (NAMES, "image/png", [], TABLE),
        (NAMES, "*/*", [("format", "ttl")], TABLE),
        (NAMES, "*/*", [("format", "xlsx")], TABLE),
        (ABOUT, "text/csv", [], GRAPH),
        (DESCRIBE, "application/sparql-results+json", [], GRAPH),
    ],
)
def test_a_format_the_answer_cannot_have_is_answered_with_those_it_can(
    odd_client: FlaskClient, query: str, accept: str, parameters: list[tuple[str, str]], offered: str
) -> None:
    response = by_get(odd_client, query, *parameters, accept=accept)
    assert (response.status_code, response.content_type) == (406, "application/problem+json")
    assert response.get_json()["available"] == [row.media_type for row in FORMATS[offered]]


@pytest.mark.parametrize("query", [ABOUT, DESCRIBE])
def test_turtle_of_a_graph_is_turtle(odd_client: FlaskClient, query: str) -> None:
    graph = Graph().parse(data=by_get(odd_client, query, accept="text/turtle").data, format="turtle")
    assert (URIRef(f"{BASE}id/plan/fjord"), RDF.type, PLAN.RegionalPlan) in graph
    assert isomorphic(graph, graph_of(by_get(odd_client, query, accept="application/n-triples"), BY_SUFFIX["nt"]))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s <http://www.w3.org/2007/05/powder-s#describedby> ?o }",
        'SELECT ?s { ?s ?p "DESCRIBE" }',
        "SELECT ?construct { ?construct a <http://example.org/ASK> }",
        "# DESCRIBE\nSELECT ?s { ?s ?p <http://example.org/> }",
    ],
)
def test_what_a_query_mentions_does_not_change_its_kind(odd_client: FlaskClient, query: str) -> None:
    response = by_get(odd_client, query, accept="application/sparql-results+json")
    assert (response.status_code, response.content_type) == (200, "application/sparql-results+json")
    assert response.get_json()["results"]["bindings"] == []


# Which graphs are read


@WAYS
def test_without_a_dataset_all_graphs_are_read_as_one(odd_client: FlaskClient, ask: Asking) -> None:
    everything = number(ask(odd_client, COUNT, ("format", "csv")))
    parts = [
        number(ask(odd_client, COUNT, ("format", "csv"), ("default-graph-uri", graph))) for graph in (PLANS, DERIVED)
    ]
    assert everything > sum(parts) > max(parts) > 0


def test_what_two_graphs_say_alike_is_one_statement(odd_client: FlaskClient) -> None:
    # The catalogue repeats the titles of the ontology.
    twice = "SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?s ?p ?o } FILTER (?g != ?h) } } }"
    each = COUNT.replace("*", "DISTINCT *")
    assert number(by_get(odd_client, twice, ("format", "csv"))) > 0
    assert number(by_get(odd_client, COUNT, ("format", "csv"))) == number(by_get(odd_client, each, ("format", "csv")))


@WAYS
@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        (COUNT, [("default-graph-uri", DERIVED)]),
        (COUNT.replace("{", f"FROM <{DERIVED}> {{"), []),
        (COUNT.replace("{", f"from\n<{DERIVED}> {{"), []),
        (COUNT.replace("{", f"FROM <{PLANS}> {{"), [("default-graph-uri", DERIVED)]),
        (COUNT.replace("{ ", "{ GRAPH ?g { ") + "}", [("named-graph-uri", DERIVED)]),
        (COUNT.replace("{ ", f"FROM NAMED <{DERIVED}> {{ GRAPH ?g {{ ") + "}", []),
        (f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{DERIVED}> {{ ?s ?p ?o }} }}", []),
    ],
)
def test_the_dataset_a_request_names_is_the_one_read(
    odd_client: FlaskClient, ask: Asking, query: str, parameters: list[tuple[str, str]]
) -> None:
    found = number(ask(odd_client, query, ("format", "csv"), *parameters))
    lines = odd_client.get("/releases/1.0.0/data.nq", buffered=True).text.splitlines()
    assert found == sum(f"<{DERIVED}> ." in line for line in lines)


@pytest.mark.parametrize(
    "parameters",
    [
        [("default-graph-uri", PLANS), ("default-graph-uri", DERIVED)],
        [("default-graph-uri", PLANS), ("default-graph-uri", DERIVED), ("named-graph-uri", PLANS)],
    ],
)
def test_several_default_graphs_are_read_as_one(odd_client: FlaskClient, parameters: list[tuple[str, str]]) -> None:
    parts = [number(by_get(odd_client, COUNT, ("format", "csv"), one)) for one in parameters[:2]]
    assert number(by_get(odd_client, COUNT, ("format", "csv"), *parameters)) == sum(parts)


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_that_is_not_there_is_empty_and_fetched_from_nowhere(odd_client: FlaskClient, name: str) -> None:
    assert number(by_get(odd_client, COUNT, ("format", "csv"), (name, "http://127.0.0.1:9/graph"))) == 0
    assert number(by_get(odd_client, COUNT.replace("{", "FROM <http://127.0.0.1:9/> {"), ("format", "csv"))) == 0


# What is refused


@WAYS
@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT * { ?s ?p }", 1, 19),
        ("SELECT *\nWHERE {\n  ?s ?p ?o\n", 4, 1),
        ("SELECT * { ?s dct:title ?o }", 1, 24),
        ("SELECT ?service { ?service", 1, 27),
        ("PREFIX service: <x> ASK {", 1, 20),
    ],
)
def test_a_mistake_in_a_query_is_told_with_its_line_and_column(
    odd_client: FlaskClient, ask: Asking, query: str, line: int, column: int
) -> None:
    response = ask(odd_client, query)
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert f"Line {line}, column {column}:" in response.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [
        ("/sparql", "update=CLEAR+ALL", "application/x-www-form-urlencoded"),
        ("/sparql?update=CLEAR+ALL", None, None),
        ("/sparql?update=CLEAR+ALL&query=ASK%7B%7D", None, None),
        ("/sparql", "CLEAR ALL", "application/sparql-update"),
        ("/sparql?query=CLEAR+ALL", None, None),
        ("/sparql", "INSERT DATA { <a:a> <a:b> 1 }", "application/sparql-query"),
        ("/sparql", "query=DELETE+WHERE+%7B+%3Fs+%3Fp+%3Fo+%7D", "application/x-www-form-urlencoded"),
    ],
)
def test_an_update_is_refused_as_what_it_is(
    odd_client: FlaskClient, path: str, body: str | None, content_type: str | None
) -> None:
    response = odd_client.open(path, method="POST" if body else "GET", data=body, content_type=content_type)
    assert response.status_code == 400
    assert any(word in response.get_json()["detail"] for word in ("is an update", "data kan ikke endres her"))


@WAYS
@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "select * { service\n# here\n<http://127.0.0.1:9/> { ?s ?p ?o } }",
        "ASK { FILTER NOT EXISTS { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } } }",
    ],
)
def test_fetching_from_elsewhere_is_refused(odd_client: FlaskClient, ask: Asking, query: str) -> None:
    response = ask(odd_client, query)
    assert response.status_code == 400
    assert "SERVICE is not allowed here" in response.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "body", "content_type", "status"),
    [
        ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", None, None, 400),
        ("/sparql", "query=ASK%7B%7D&query=ASK%7B%7D", "application/x-www-form-urlencoded", 400),
        ("/sparql?query=", None, None, 400),
        ("/sparql?query=%20%0A", None, None, 400),
        ("/sparql", "query=", "application/x-www-form-urlencoded", 400),
        ("/sparql", "", "application/x-www-form-urlencoded", 400),
        ("/sparql", "", "application/sparql-query", 400),
        ("/sparql", " \n", "application/sparql-query", 400),
        ("/sparql", b'ASK { ?s ?p "\xff" }', "application/sparql-query", 400),
        ("/sparql", "ASK {}".encode("utf-16"), "application/sparql-query", 400),
        ("/sparql?default-graph-uri=graph", "ASK {}", "application/sparql-query", 400),
        ("/sparql", "SELECT (<http://example.org/f>(1) AS ?x) {}", "application/sparql-query", 400),
        ("/sparql", "{" * 5000 + "}" * 5000, "application/sparql-query", 400),
        ("/sparql", "ASK {}", "text/plain", 415),
        ("/sparql", '{"query": "ASK {}"}', "application/json", 415),
        ("/sparql", "ASK {}", "application/sparql", 415),
        ("/sparql", "ASK {}", None, 415),
        ("/sparql", "ASK { ?s ?p '" + "x" * 1_000_000 + "' }", "application/sparql-query", 413),
        ("/sparql", "query=ASK%7B%7D%23" + "x" * 1_000_000, "application/x-www-form-urlencoded", 413),
        ("/sparql?query=ASK%7B%7D%23" + "x" * 1_000_000, None, None, 413),
    ],
    ids=lambda part: str(part)[:40],
)
def test_what_is_not_one_query_is_refused_with_the_reason(
    odd_client: FlaskClient, path: str, body: str | bytes | None, content_type: str | None, status: int
) -> None:
    method = "GET" if body is None else "POST"
    response = odd_client.open(path, method=method, data=body, content_type=content_type)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert len(response.get_json()["detail"]) > 20


@WAYS
@pytest.mark.parametrize("query", ['SELECT * { ?s ?p "a\0b" }', "SELECT * { \0 }", "\0", "ASK { ?s ?p 'x' } \0"])
def test_a_query_with_a_nul_is_no_trouble(odd_client: FlaskClient, ask: Asking, query: str) -> None:
    assert ask(odd_client, query).status_code in (200, 400)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "QUERY"])
def test_other_methods_are_answered_with_those_there_are(odd_client: FlaskClient, method: str) -> None:
    response = odd_client.open("/sparql", method=method, data="ASK {}", content_type="application/sparql-query")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


# What the endpoint is


@pytest.mark.parametrize("accept", ["*/*", "text/turtle", "application/rdf+xml", "application/ld+json", "image/png"])
def test_without_a_query_the_endpoint_describes_itself(odd_client: FlaskClient, accept: str) -> None:
    response = odd_client.get("/sparql", headers={"Accept": accept})
    wanted = next((row for row in BY_SUFFIX.values() if row.media_type == accept), BY_SUFFIX["ttl"])
    assert (response.status_code, response.content_type) == (200, wanted.content_type)
    graph = graph_of(response, wanted)
    (service,) = graph.subjects(RDF.type, SD.Service)
    assert graph.value(service, SD.endpoint) == URIRef(f"{BASE}sparql")
    assert graph.value(service, SD.supportedLanguage) == SD.SPARQL11Query
    assert (service, SD.feature, SD.UnionDefaultGraph) in graph
    formats = {str(form).rpartition("/")[2] for form in graph.objects(service, SD.resultFormat)}
    assert formats == {row.name for kind in (TABLE, GRAPH) for row in FORMATS[kind]}


def test_the_description_names_the_graphs_with_their_sizes(odd_client: FlaskClient) -> None:
    graph = graph_of(odd_client.get("/sparql?format=nt"), BY_SUFFIX["nt"])
    void = URIRef("http://rdfs.org/ns/void#triples")
    told = {
        str(graph.value(named, SD.name)): int(str(graph.value(graph.value(named, SD.graph), void)))
        for named in graph.subjects(RDF.type, SD.NamedGraph)
    }
    assert told.keys() >= {PLANS, DERIVED}
    for name, size in told.items():
        assert number(by_get(odd_client, COUNT, ("format", "csv"), ("default-graph-uri", name))) == size


def test_a_browser_gets_a_page_to_ask_from_with_a_link_to_the_description(odd_client: FlaskClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    page = odd_client.get("/sparql", headers=browser)
    assert page.content_type == "text/html; charset=utf-8"
    assert re.search('<form[^>]* action="/sparql" method="get">', page.text)
    assert 'href="/sparql?format=ttl"' in page.text
    assert odd_client.get("/sparql?format=ttl", headers=browser).content_type == "text/turtle; charset=utf-8"


def test_the_query_on_the_page_has_an_answer(client: FlaskClient) -> None:
    page = client.get("/sparql", headers={"Accept": "text/html"}).text
    query = page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    answer = by_get(client, query.replace("&lt;", "<").replace("&gt;", ">"), ("format", "json"))
    assert answer.status_code == 200
    assert answer.get_json()["results"]["bindings"]


# Caching


@EVERY_ANSWER
def test_an_answer_that_still_holds_is_not_sent_again(
    odd_client: FlaskClient, kind: str, query: str, row: ResultFormat
) -> None:
    path = "/sparql?" + urlencode({"query": query})
    first = odd_client.get(path, headers={"Accept": row.media_type})
    sent = {"Accept": row.media_type, "If-None-Match": first.headers["ETag"]}
    again = odd_client.get(path, headers=sent)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert {"Accept", "Accept-Encoding"} <= set(first.headers["Vary"].split(", "))


def test_sources_are_in_the_answers_as_they_are_in_the_documents(odd_client: FlaskClient) -> None:
    plan = URIRef(f"{BASE}id/plan/fjord")
    query = f"SELECT ?source {{ <{plan}> <{DCT.source}> ?source }}"
    document = graph_of(odd_client.get("/doc/plan/fjord.nt"), BY_SUFFIX["nt"])
    rows = by_get(odd_client, query).get_json()["results"]["bindings"]
    assert {row["source"]["value"] for row in rows} == {str(source) for source in document.objects(plan, DCT.source)}
