"""SERVICE: only endpoints that the instance names are asked, what they answer is all there or an error, and nothing else is."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef

from endpoints import Endpoint, endpoint, says, table
from planverk.instance import Instance, InstanceError, read_instance
from planverk.limits import Limits
from planverk.publication import examine
from planverk.release import STORE, current
from planverk.store.solutions import Unusable, as_values
from planverk.vocab import DCT, SCHEMA, SD, XSD
from planverk.web import create_app
from test_server import served

PREFIXES = """PREFIX plan: <https://w3id.org/planverk/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX there: <{there}>
"""
# {there} is the other instance's endpoint. Each is answered by the engine's own federation too.
QUESTIONS = [
    "SELECT ?one ?other {{ ?one a plan:RegionalPlan . SERVICE <{there}> {{ ?other a plan:RegionalPlan }} }}",
    "SELECT ?kind ?name {{ SERVICE <{there}> {{ ?thing a ?kind }} ?kind rdfs:label ?name FILTER(LANG(?name) = 'en') }}",
    "SELECT ?theme ?name {{ {{ ?theme a plan:Theme }} UNION {{ SERVICE there: {{ ?theme a plan:Theme }} }} }}",
    "SELECT ?plan ?theme {{ ?plan a plan:RegionalPlan OPTIONAL {{ SERVICE <{there}> {{ ?theme plan:elementOf ?plan }} }} }}",
    "SELECT ?kind {{ ?thing a ?kind FILTER NOT EXISTS {{ SERVICE <{there}> {{ ?any a ?kind }} }} }}",
    "SELECT ?kind {{ ?thing a ?kind MINUS {{ SERVICE <{there}> {{ ?any a ?kind }} }} }}",
    "SELECT (COUNT(*) AS ?n) {{ SERVICE <{there}> {{ SELECT DISTINCT ?kind {{ ?s a ?kind }} }} }}",
    "SELECT ?one ?other {{ SERVICE <{there}> {{ ?one a plan:Theme }} SERVICE <{there}> {{ ?other a plan:RegionalPlan }} }}",
    "SELECT ?name {{ SERVICE <{there}> {{ ?s a plan:Theme ; rdfs:label ?name OPTIONAL {{ ?s plan:no ?nothing }} }} }}",
    "ASK {{ SERVICE SILENT <{there}> {{ ?s a plan:Theme }} }}",
    "CONSTRUCT {{ ?s a plan:Theme }} WHERE {{ SERVICE <{there}> {{ ?s a plan:Theme }} }}",
]


@pytest.fixture(scope="module")
def there(buskerud: Instance) -> Iterator[str]:
    """The endpoint of Buskerud's instance, on this machine."""
    with served(buskerud) as (port, _):
        yield f"http://127.0.0.1:{port}/sparql"


@pytest.fixture(scope="module")
def client(odd: Instance, there: str) -> FlaskClient:
    """The fictional county, which may ask Buskerud."""
    return create_app(replace(odd, endpoints=(there,))).test_client()


@pytest.fixture(scope="module")
def stranger() -> Iterator[Endpoint]:
    """An endpoint that answers as each test tells it to."""
    with endpoint() as running:
        yield running


@pytest.fixture(scope="module")
def county(odd: Instance, stranger: Endpoint) -> FlaskClient:
    """The fictional county, which may ask the stranger, for two seconds and a mebibyte."""
    limits = Limits(seconds=2, service_mb=1, workers=1)
    return create_app(replace(odd, endpoints=(stranger.address,), limits=limits)).test_client()


@pytest.fixture
def other(stranger: Endpoint) -> Endpoint:
    """The stranger, asked nothing yet."""
    stranger.asked.clear()
    return stranger


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A door on this machine; nobody may knock."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0)
        yield door


def ask(client: FlaskClient, query: str) -> Any:
    return client.post("/sparql", data={"query": query})


def in_order(answer: bytes) -> Any:
    if not answer.startswith(b"{"):
        return sorted(str(quad.triple) for quad in ox.parse(answer, ox.RdfFormat.TURTLE))
    read = json.loads(answer)
    return read.get("boolean", sorted(map(str, read.get("results", {}).get("bindings", []))))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_over_both_is_answered_as_federation_has_it(
    client: FlaskClient, odd: Instance, there: str, question: str
) -> None:
    query = (PREFIXES + question).format(there=there)
    found = current(odd.releases)
    assert found is not None
    results = ox.Store.read_only(str(found.folder / STORE)).query(query)
    form = ox.RdfFormat.TURTLE if isinstance(results, ox.QueryTriples) else ox.QueryResultsFormat.JSON
    expected = results.serialize(format=form)  # type: ignore[arg-type]  # formats fit kinds
    response = ask(client, query)
    assert response.status_code == 200, response.text
    assert in_order(response.data) == in_order(expected or b"")
    assert response.cache_control.no_store


REFUSED = {
    "SELECT * { SERVICE <{other}> { ?s ?p ?o } }": "Line 1, column 20: SERVICE is not allowed here with",
    "SELECT * { SERVICE SILENT <{other}> { ?s ?p ?o } }": "Line 1, column 27: SERVICE is not allowed here with",
    "SELECT * {\n SERVICE ?there { ?s ?p ?o } }": "Line 2, column 10: SERVICE is not allowed here with ?there",
    "SELECT * { VALUES ?e { <{there}> } SERVICE ?e { ?s ?p ?o } }": "SERVICE is not allowed here with ?e",
    "SELECT * { SERVICE <{there}?x> { ?s ?p ?o } }": "SERVICE is not allowed",
    "SELECT * { SERVICE <{there}#> { ?s ?p ?o } }": "SERVICE is not allowed",
    "SELECT * { SERVICE <{there}> { SERVICE <{other}> { ?s ?p ?o } } }": "inside another",
    "SELECT * { SERVICE <{there}> ?s ?p ?o }": "needs a group",
    "SELECT * { SERVICE <{there}> { ?s ?p ?o": "never closed",
    "SELECT * { SERVICE": "stands where an IRI should",
    "PREFIX e: <{other}> SELECT * { SERVICE e: { ?s ?p ?o } }": "SERVICE is not allowed here with e:",
    "BASE <{other}> SELECT * { SERVICE <> { ?s ?p ?o } }": "SERVICE is not allowed here with <>",
    "SELECT * { ?s ?p trueSERVICE <{other}> { ?s ?p ?o } }": "",
    "SELECT * { ?s ?p ?o } SERVICE <{there}> { ?s ?p ?o }": "",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <{there}> { ?s ?p ?o } }": "INSERT",
    "SELECT * { SERVICE <{there}> { ?s ?p ?o } } ; DROP ALL": "",
    "SELECT *\n{ SERVICE <{there}> { ?s a ?o }\n ?s ?p }": "Line 3",
    "SELECT * { SERVICE <{there}> { ?s ?p } }": "avviser sin del av den",
    "SELECT * { " + "SERVICE <{there}> { ?s ?p 1 } " * 9 + "}": "may have 8 SERVICE clauses; this one has 9",
}


@pytest.mark.parametrize("query", REFUSED)
def test_what_is_not_allowed_is_refused_with_its_place_and_nobody_is_asked(
    client: FlaskClient, there: str, listener: socket.socket, query: str
) -> None:
    other = f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
    response = ask(client, query.replace("{there}", there).replace("{other}", other))
    assert response.status_code in (400, 502)
    assert REFUSED[query] in response.get_json()["detail"]
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_fault_after_what_was_fetched_has_the_column_it_was_written_in(client: FlaskClient, there: str) -> None:
    query = f"SELECT * {{ SERVICE <{there}> {{ ?s a <https://w3id.org/planverk/ontology#Theme> }} ?s ?p }}"
    with pytest.raises(SyntaxError) as fault:  # the engine's own, which finds it before it would fetch
        ox.Store().query(query)
    assert f"1:{ask(client, query).get_json()['column']}:" in str(fault.value)


def test_without_a_list_no_endpoint_is_asked(odd_client: FlaskClient, there: str) -> None:
    response = ask(odd_client, f"SELECT * {{ SERVICE <{there}> {{ ?s ?p ?o }} }}")
    assert response.status_code == 400
    assert "fetches nothing from other addresses" in response.get_json()["detail"]


IRI = {"type": "uri", "value": "https://data.example.org/id/plan/fjord"}


def slow(request: BaseHTTPRequestHandler) -> None:
    for _ in range(600):
        request.wfile.write(b" ")
        time.sleep(0.1)


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    while True:
        request.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def broken_off(request: BaseHTTPRequestHandler) -> None:
    body = table({"s": IRI})
    request.send_response(200)
    request.send_header("Content-Length", str(len(body) + 1))
    request.end_headers()
    request.wfile.write(body)
    request.close_connection = True


DEEP = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":' + b'{"type":"triple","value":{"object":' * 20_000
TROUBLE: dict[str, tuple[Any, int]] = {
    "an error": (says(b"trouble inside", 500), 502),
    "a refusal": (says(b"not for you", 403), 502),
    "silence": (slow, 504),
    "no end": (endless, 413),
    "an end too soon": (broken_off, 502),
    "a page": (says(b"<html>Welcome</html>", Content_Type="text/html"), 502),
    "no table": (says(b'{"head": {}, "boolean": true}'), 502),
    "another shape": (says(b'{"head": {"vars": "s"}, "results": {"bindings": [7]}}'), 502),
    "depths": (says(DEEP), 502),
    "half a character": (says(b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"literal","value":"\\ud800"}}]}}'), 502),
    "a way out of an IRI": (says(table({"s": {"type": "uri", "value": "urn:x> } INSERT {"}})), 502),
    "a way out of a language": (says(table({"s": {"type": "literal", "value": "x", "xml:lang": "nb . } "}})), 502),
    "a way out of a type": (says(table({"s": {"type": "literal", "value": "x", "datatype": "urn:x> }"}})), 502),
    "a way out of a name": (says(table({"s) { } SELECT (1 AS ?x": IRI})), 502),
    "part of an answer": (says(table({"s": IRI}), X_SQL_State="S1TAT"), 504),
}  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLE)
def test_an_endpoint_in_trouble_is_an_error_and_nothing_is_left_out(
    county: FlaskClient, other: Endpoint, trouble: str
) -> None:
    other.answer, status = TROUBLE[trouble]
    began = time.monotonic()
    response = ask(county, f"SELECT * {{ {{ ?s a ?kind }} UNION {{ SERVICE <{other.address}> {{ ?s ?p ?o }} }} }}")
    assert time.monotonic() - began < 20
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert "planverk.toml" not in response.text
    assert "trouble inside" not in response.text
    assert ask(county, "ASK { ?s ?p ?o }").status_code == 200


@pytest.mark.parametrize(
    ("language", "trouble", "sentence", "said"),
    [
        ("nb", "a page", "ga et svar som ikke kan brukes", "It is no table of results."),
        ("nn", "a page", "gav eit svar som ikkje kan brukast", "It is no table of results."),
        ("en", "an error", "gave no whole answer", ""),
    ],
)
def test_a_page_tells_in_its_language_what_an_endpoint_did_and_marks_the_words_that_are_not(
    county: FlaskClient, other: Endpoint, language: str, trouble: str, sentence: str, said: str
) -> None:
    other.answer = TROUBLE[trouble][0]
    query = f"SELECT * {{ SERVICE <{other.address}> {{ ?s ?p ?o }} }}"
    page = county.get(
        "/sparql", query_string={"query": query}, headers={"Accept": "text/html", "Accept-Language": language}
    )
    assert (page.status_code, page.headers["Content-Language"]) == (502, language)
    assert sentence in page.text
    assert f"<code>{other.address}</code>" in page.text
    assert ('<q lang="en">' in page.text) == bool(said)
    assert said in page.text


def test_an_endpoint_that_is_not_there_is_an_error(odd: Instance, listener: socket.socket) -> None:
    absent = f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
    listener.close()
    client = create_app(replace(odd, endpoints=(absent,))).test_client()
    response = ask(client, f"SELECT * {{ SERVICE <{absent}> {{ ?s ?p ?o }} }}")
    assert response.status_code == 502
    assert response.get_json()["endpoint"] == absent


@pytest.mark.parametrize("trouble", ["an error", "a page", "no end"])
def test_silent_passes_over_an_endpoint_in_trouble(county: FlaskClient, other: Endpoint, trouble: str) -> None:
    other.answer = TROUBLE[trouble][0]
    plan = "?plan a <https://w3id.org/planverk/ontology#RegionalPlan>"
    response = ask(county, f"SELECT ?plan {{ {plan} SERVICE SILENT <{other.address}> {{ ?plan ?p ?o }} }}")
    assert response.status_code == 200
    assert len(response.get_json()["results"]["bindings"]) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(county: FlaskClient, other: Endpoint, listener: socket.socket, status: int) -> None:
    other.answer = says(b"", status, Location=f"http://127.0.0.1:{listener.getsockname()[1]}/")
    assert ask(county, f"SELECT * {{ SERVICE <{other.address}> {{ ?s ?p ?o }} }}").status_code == 502
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_what_was_fetched_is_not_kept_for_the_next(county: FlaskClient, other: Endpoint) -> None:
    other.answer = says(table({"s": IRI}))
    query = f"SELECT ?name {{ SERVICE <{other.address}> {{ ?s a 1 }} ?s <http://purl.org/dc/terms/title> ?name }}"
    answers = [ask(county, query) for _ in range(2)]
    assert len(other.asked) == 2
    assert all(answer.cache_control.no_store for answer in answers)
    assert b"Regional plan for fjorder" in answers[0].data


def test_the_same_question_in_one_query_is_asked_once_with_the_prefixes_it_needs(
    county: FlaskClient, other: Endpoint
) -> None:
    other.answer = says(table({"s": IRI}))
    clause = f"SERVICE <{other.address}> {{ ?s a x:Theme }}"
    response = ask(county, f"PREFIX x: <urn:x> SELECT * {{ {{ {clause} }} UNION {{ {clause} }} }}")
    assert other.asked == ["PREFIX x: <urn:x> SELECT * WHERE { ?s a x:Theme }"]
    assert len(response.get_json()["results"]["bindings"]) == 2


@pytest.mark.parametrize(("rows", "found"), [(b"{}", 1), (b"", 0)])
def test_a_question_without_variables_is_yes_or_no(
    county: FlaskClient, other: Endpoint, rows: bytes, found: int
) -> None:
    other.answer = says(b'{"head":{"vars":[]},"results":{"bindings":[%s]}}' % rows)
    query = f"SELECT (1 AS ?one) {{ SERVICE <{other.address}> {{ <urn:a> a <urn:b> }} }}"
    assert len(ask(county, query).get_json()["results"]["bindings"]) == found


TEXTS = ['"', "\\", "\\u0041", "\n\r\t", "} ?s ?p ?o {", "'''", '"""', "æøå 𝄞", "\\\\u0022 } #", "\x00\x07"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_over_as_it_is(county: FlaskClient, other: Endpoint, text: str) -> None:
    term = {"type": "literal", "value": text, "xml:lang": "nb"}
    other.answer = says(table({"s": term}))
    response = ask(county, f"SELECT ?s {{ SERVICE <{other.address}> {{ ?s ?p ?o }} }}")
    assert response.get_json()["results"]["bindings"] == [{"s": term}]


def test_blank_nodes_are_told_apart_and_have_names_that_nothing_else_has(county: FlaskClient, other: Endpoint) -> None:
    one, another = ({"type": "bnode", "value": name} for name in ("b1", "b2"))
    other.answer = says(table({"s": one, "o": another}, {"s": one, "o": one}))
    query = f"SELECT ?s ?o {{ SERVICE <{other.address}> {{ ?s ?p ?o }} }}"
    rows, again = (ask(county, query).get_json()["results"]["bindings"] for _ in range(2))
    names = {row[name]["value"] for row in (*rows, *again) for name in ("s", "o")}
    assert all(name.startswith("urn:uuid:") for name in names)
    assert (len(names), rows[0]["s"] == rows[1]["s"] == rows[1]["o"]) == (4, True)


def test_an_answer_is_read_only_as_a_table() -> None:
    assert as_values(BytesIO(table({"a": IRI}, {}))) == f"VALUES (?a) {{ (<{IRI['value']}>) (UNDEF) }}"
    for wrong in (b"", b"[]", b"null", b'{"head":{"vars":[1]},"results":{"bindings":[]}}'):
        with pytest.raises(Unusable):
            as_values(BytesIO(wrong))


def test_waiting_for_another_endpoint_keeps_no_worker_busy(county: FlaskClient, other: Endpoint) -> None:
    other.answer = slow
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(
            ask, county.application.test_client(), f"ASK {{ SERVICE <{other.address}> {{ ?s ?p 1 }} }}"
        )
        while not other.asked:
            time.sleep(0.01)
        assert ask(county, "ASK { ?a ?b ?c }").status_code == 200  # by the one worker that there is
        assert not waiting.done()
        assert waiting.result().status_code == 504


def test_a_saved_query_may_ask_an_endpoint_that_is_allowed(copy_of_odd: Instance, there: str) -> None:
    query = "# title@nb: Temaer begge steder\nPREFIX plan: <https://w3id.org/planverk/ontology#>\n"
    query += f"SELECT ?theme {{ SERVICE <{there}> {{ ?theme a plan:Theme }} }}\n"
    (copy_of_odd.folder / "queries").mkdir()
    (copy_of_odd.folder / "queries/both.rq").write_text(query, encoding="utf-8")
    assert len(examine(copy_of_odd, lambda step: None).violations) == 1
    allowed = replace(copy_of_odd, endpoints=(there,))
    assert examine(allowed, lambda step: None).violations == []


def test_the_description_names_whom_the_endpoint_asks(client: FlaskClient, odd_client: FlaskClient, there: str) -> None:
    described = Graph().parse(data=client.get("/sparql", headers={"Accept": "text/turtle"}).data, format="turtle")
    service = URIRef("https://data.example.org/sparql#service")
    assert (service, SD.feature, SD.BasicFederatedQuery) in described
    allowed = URIRef("https://data.example.org/sparql#federation")
    assert (service, SCHEMA.additionalProperty, allowed) in described
    assert list(described.objects(allowed, SCHEMA.value)) == [Literal(there, datatype=XSD.anyURI)]
    assert f"SERVICE may fetch from <{there}>" in " ".join(described.objects(service, DCT.description))
    assert "SERVICE is refused with 400" in odd_client.get("/sparql", headers={"Accept": "text/turtle"}).text
    assert "#federation" not in odd_client.get("/sparql", headers={"Accept": "text/turtle"}).text


@pytest.mark.parametrize(
    "wrong", ['["ftp://x/"]', "[7]", '["https://user:word@x.example/"]', '["//x/sparql"]', '"https://x/"']
)
def test_an_address_that_cannot_be_asked_is_told(tmp_path: Path, odd: Instance, wrong: str) -> None:
    text = (odd.folder / "planverk.toml").read_text(encoding="utf-8")
    (tmp_path / "planverk.toml").write_text(f"{text}\n[federation]\nallow = {wrong}\n", encoding="utf-8")
    with pytest.raises(InstanceError, match="`allow` in \\[federation\\]"):
        read_instance(tmp_path)


def test_what_changes_by_itself_is_asked_anew(odd_client: FlaskClient) -> None:
    first, second = (ask(odd_client, "SELECT (STRUUID() AS ?n) {}") for _ in range(2))
    assert first.data != second.data
    assert "no-store" in first.headers["Cache-Control"]
