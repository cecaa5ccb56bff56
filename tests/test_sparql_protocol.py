"""The endpoint by the letter: SPARQL 1.1 Protocol, section 2.1, and the four result formats, case by case.

The cases were written from the recommendations, in their order; the section stands beside them.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple  # JSON has no better type
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from werkzeug.test import TestResponse

BASE = "https://data.example.org/"
PLAN, DERIVED, CATALOGUE = (f"{BASE}id/graph/{name}" for name in ("plan", "derived", "catalogue"))
NOWHERE = f"{BASE}id/graph/nothing"
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv; charset=utf-8", "text/tab-separated-values; charset=utf-8"
RESULTS = "{http://www.w3.org/2005/sparql-results#}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XSD = "http://www.w3.org/2001/XMLSchema#"

# rdflib's parsers use names that it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")

ASK, PROBE = "ASK {}", "SELECT ?s { ?s ?p ?o } LIMIT 1"


class Sent(NamedTuple):
    """A request: its method, what stands in the address, its content and the type that it gives it, other fields."""

    method: str = "GET"
    address: Sequence[tuple[str, str | bytes]] | None = None
    content: list[tuple[str, str | bytes]] | str | bytes = b""
    kind: str | None = None
    fields: dict[str, str] | None = None


def send(client: FlaskClient, sent: Sent) -> TestResponse:
    content = urlencode(sent.content) if isinstance(sent.content, list) else sent.content
    path = "/sparql" + ("?" + urlencode(sent.address) if sent.address else "")
    return client.open(path, method=sent.method, data=content, content_type=sent.kind, headers=sent.fields)


def answer(client: FlaskClient, query: str, accept: str, *dataset: tuple[str, str]) -> TestResponse:
    response = send(client, Sent(address=[("query", query), *dataset], fields={"Accept": accept}))
    assert response.status_code == 200, response.text
    return response


# Section 2.1: the query operation

ACCEPTED = {
    "2.1.1 GET": Sent(address=[("query", ASK)]),
    "2.1.1 GET, with content that means nothing": Sent(address=[("query", ASK)], content=b"x"),
    "2.1.2 POST of a form": Sent("POST", content=[("query", ASK)], kind=FORM),
    "2.1.2 POST of a form that names its characters": Sent("POST", content=[("query", ASK)], kind=f"{FORM}; charset=UTF-8"),
    "2.1.3 POST of a query": Sent("POST", content=ASK, kind=DIRECT),
    "2.1.3 POST of a query that names its characters": Sent("POST", content=ASK, kind=f"{DIRECT}; charset=utf-8"),
    "2.1.3 POST of a query, with a dataset in the address": Sent("POST", [("default-graph-uri", PLAN)], ASK, DIRECT),
    "parameters that the protocol does not know": Sent(address=[("query", ASK), ("timeout", "1"), ("debug", "on")]),
    "the same in a form": Sent("POST", content=[("query", ASK), ("soft-limit", "")], kind=FORM),
    "a query over several lines with a comment": Sent("POST", content="# asks\r\nASK # yes\r\n{}", kind=DIRECT),
    "a query with escaped characters": Sent(address=[("query", 'ASK { FILTER("\\u00e5" = "å") }')]),
    "a query with what escapes must hide": Sent(address=[("query", 'ASK { FILTER("&=+%;#" = "&=+%;#") }')]),
}  # fmt: skip
REFUSED = {
    "2.1 no other method: PUT": (Sent("PUT", content=ASK, kind=DIRECT), 405),
    "2.1 no other method: DELETE": (Sent("DELETE", [("query", ASK)]), 405),
    "2.1 no other method: PATCH": (Sent("PATCH", content=ASK, kind=DIRECT), 405),
    "HTTP QUERY is not offered": (Sent("QUERY", content=ASK, kind=DIRECT), 405),
    "2.1.4 exactly one query, by GET": (Sent(address=[("query", ASK), ("query", ASK)]), 400),
    "2.1.4 exactly one query, in a form": (Sent("POST", content=[("query", ASK), ("query", ASK)], kind=FORM), 400),
    "2.1.4 no query in a form": (Sent("POST", content=[("format", "json")], kind=FORM), 400),
    "2.1.4 a query of nothing": (Sent(address=[("query", " ")]), 400),
    "2.1.4 no query in the content": (Sent("POST", content="", kind=DIRECT), 400),
    "2.1.2 a form that does not say so": (Sent("POST", content=[("query", ASK)]), 415),
    "2.1.3 a query that does not say so": (Sent("POST", content=ASK), 415),
    "2.1.3 a query that says it is text": (Sent("POST", content=ASK, kind="text/plain"), 415),
    "2.1.3 a query in JSON": (Sent("POST", content=json.dumps({"query": ASK}), kind="application/json"), 415),
    "2.1.3 a form in parts": (Sent("POST", content=b"--x--", kind="multipart/form-data; boundary=x"), 415),
    "2.1.3 a query in another character set": (Sent("POST", content='ASK { FILTER("å" = "å") }'.encode("latin-1"), kind=DIRECT), 400),
    "2.1.1 a query in another character set": (Sent(address=[("query", b'SELECT ("\xe6" AS ?x) {}')]), 400),
    "2.1.2 a form in another character set": (Sent("POST", content=[("query", b'SELECT ("\xe6" AS ?x) {}')], kind=FORM), 400),
    "2.1.2 the same, not even escaped": (Sent("POST", content=b"query=ASK{}%23\xe6", kind=FORM), 400),
    "2.1.2 a form that breaks off within a letter": (Sent("POST", content=[("query", b"ASK {} #\xc3")], kind=FORM), 400),
    "2.1.3 a graph in another character set": (Sent("POST", [("default-graph-uri", b"urn:\xe6")], ASK, DIRECT), 400),
    "2.1.6 a query that is no SPARQL": (Sent(address=[("query", "SELECT nothing")]), 400),
    "2.1.6 a query that breaks off": (Sent("POST", content="SELECT * {", kind=DIRECT), 400),
    "2.1.6 a graph that is no IRI": (Sent(address=[("query", ASK), ("default-graph-uri", "not an iri")]), 400),
    "2.2 an update by GET": (Sent(address=[("update", "CLEAR ALL")]), 400),
    "2.2 an update in a form": (Sent("POST", content=[("update", "CLEAR ALL")], kind=FORM), 400),
    "2.2 an update": (Sent("POST", content="CLEAR ALL", kind="application/sparql-update"), 400),
    "2.2 an update that is called a query": (Sent(address=[("query", "CLEAR ALL")]), 400),
}  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED)
def test_a_query_is_taken_in_every_way_of_the_protocol(odd_client: FlaskClient, case: str) -> None:
    response = send(odd_client, ACCEPTED[case])
    assert (response.status_code, response.content_type) == (200, JSON), response.text
    assert response.json["boolean"] is True


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_query_operation_is_refused_with_a_sentence(odd_client: FlaskClient, case: str) -> None:
    sent, status = REFUSED[case]
    response = send(odd_client, sent)
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert response.json["detail"]
    if status == 405:
        assert {"GET", "HEAD", "POST"} <= set(response.headers["Allow"].split(", "))


@pytest.mark.parametrize(("letter", "status"), [(b"\xc3\xa6", 200), (b"\xe6", 400)])
def test_what_is_not_escaped_in_an_address_is_read_as_utf_8(
    odd_client: FlaskClient, letter: bytes, status: int
) -> None:
    asked = b'query=SELECT("%b"AS?x){}' % letter
    response = odd_client.get("/sparql", environ_overrides={"QUERY_STRING": asked.decode("latin-1")})
    assert response.status_code == status
    assert status == 400 or response.json["results"]["bindings"] == [{"x": {"type": "literal", "value": "æ"}}]


@pytest.mark.parametrize("case", [name for name, sent in ACCEPTED.items() if sent.method == "GET"])
def test_head_is_get_without_the_content(odd_client: FlaskClient, case: str) -> None:
    got, head = send(odd_client, ACCEPTED[case]), send(odd_client, ACCEPTED[case]._replace(method="HEAD"))
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert head.headers["ETag"] == got.headers["ETag"]


def test_a_browser_may_ask_from_another_site(odd_client: FlaskClient) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "Accept, Content-Type"}  # fmt: skip
    allowed = odd_client.options("/sparql", headers=asked).headers
    assert allowed["Access-Control-Allow-Origin"] == "*"
    assert "POST" in allowed["Access-Control-Allow-Methods"]
    assert {"Accept", "Content-Type"} <= set(allowed["Access-Control-Allow-Headers"].split(", "))


# Section 2.1.4: the dataset. What the protocol names replaces what the query names

COUNT = "SELECT (COUNT(*) AS ?n) %s { ?s ?p ?o }"
NAMED = "SELECT (COUNT(DISTINCT ?g) AS ?n) %s { GRAPH ?g { ?s ?p ?o } }"
# A query, the dataset of the protocol as default and named graphs, and the graphs whose statements should be counted.
DATASETS = [
    (COUNT % f"FROM <{PLAN}>", [], [], {PLAN}),
    (COUNT % f"FROM <{PLAN}> FROM <{DERIVED}>", [], [], {PLAN, DERIVED}),
    (COUNT % "", [PLAN], [], {PLAN}),
    (COUNT % "", [PLAN, DERIVED], [], {PLAN, DERIVED}),
    (COUNT % "", [PLAN], [DERIVED], {PLAN}),
    (COUNT % "", [NOWHERE], [], set()),
    (COUNT % "", [], [PLAN], set()),
    (COUNT % f"FROM <{DERIVED}>", [PLAN], [], {PLAN}),
    (COUNT % f"FROM <{DERIVED}> FROM <{PLAN}>", [NOWHERE], [], set()),
    (COUNT % f"FROM NAMED <{DERIVED}>", [], [], set()),
]
GRAPHS = [
    (NAMED % f"FROM NAMED <{PLAN}>", [], [], 1),
    (NAMED % f"FROM NAMED <{PLAN}> FROM NAMED <{DERIVED}>", [], [], 2),
    (NAMED % f"FROM <{PLAN}>", [], [], 0),
    (NAMED % "", [], [PLAN], 1),
    (NAMED % "", [], [PLAN, DERIVED, CATALOGUE], 3),
    (NAMED % "", [PLAN], [], 0),
    (NAMED % "", [PLAN], [DERIVED], 1),
    (NAMED % f"FROM NAMED <{PLAN}> FROM NAMED <{DERIVED}>", [], [CATALOGUE], 1),
    (NAMED % f"FROM NAMED <{PLAN}>", [DERIVED], [], 0),
    (NAMED % "", [], [], 4),
]


def ways(query: str, default: list[str], named: list[str]) -> list[Sent]:
    """The same query on the same dataset, sent in each of the three ways."""
    dataset = [*(("default-graph-uri", graph) for graph in default), *(("named-graph-uri", graph) for graph in named)]
    return [
        Sent(address=[("query", query), *dataset]),
        Sent("POST", content=[("query", query), *dataset], kind=FORM),
        Sent("POST", dataset, query, DIRECT),
    ]


def counted(response: TestResponse) -> int:
    assert response.status_code == 200, response.text
    ((row),) = response.json["results"]["bindings"]
    return int(row["n"]["value"])


@pytest.mark.parametrize(("query", "default", "named", "graphs"), DATASETS)
def test_the_default_graph_is_the_one_named(
    odd_client: FlaskClient, query: str, default: list[str], named: list[str], graphs: set[str]
) -> None:
    sizes = {graph: counted(send(odd_client, Sent(address=[("query", COUNT % f"FROM <{graph}>")]))) for graph in graphs}
    assert all(sizes.values())
    for sent in ways(query, default, named):
        # What is derived is never stated too, so the sizes add up.
        assert counted(send(odd_client, sent)) == sum(sizes.values())


@pytest.mark.parametrize(("query", "default", "named", "graphs"), GRAPHS)
def test_the_named_graphs_are_those_named(
    odd_client: FlaskClient, query: str, default: list[str], named: list[str], graphs: int
) -> None:
    for sent in ways(query, default, named):
        assert counted(send(odd_client, sent)) == graphs


# Section 2.1.5: the content type of the answer

TYPES = [
    (PROBE, "application/sparql-results+json", JSON),
    (PROBE, "application/sparql-results+xml", XML),
    (PROBE, "text/csv", CSV),
    (PROBE, "text/tab-separated-values", TSV),
    (ASK, "application/sparql-results+json", JSON),
    (ASK, "application/sparql-results+xml", XML),
    (f"DESCRIBE <{BASE}id/plan/fjord>", "application/rdf+xml", "application/rdf+xml"),
    (f"DESCRIBE <{BASE}id/plan/fjord>", "text/turtle", "text/turtle; charset=utf-8"),
    ("CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples", "application/n-triples"),
    ("CONSTRUCT WHERE { ?s ?p ?o }", "application/ld+json", "application/ld+json"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "accept", "content_type"), TYPES)
def test_the_answer_has_the_type_asked_for(odd_client: FlaskClient, query: str, accept: str, content_type: str) -> None:
    assert answer(odd_client, query, accept).content_type == content_type


# The result formats. Each row: a term in SPARQL, and how CSV and TSV write it

TERMS = {
    "a plain text": ('"plain"', "plain", '"plain"'),
    "an empty text": ('""', "", '""'),
    "no value": ("UNDEF", "", ""),
    "spaces at the ends": ('" a "', " a ", '" a "'),
    "a comma": ('"a,b"', '"a,b"', '"a,b"'),
    "quotation marks": ("'say \"hi\"'", '"say ""hi"""', '"say \\"hi\\""'),
    "a new line": ('"a\\nb"', '"a\nb"', '"a\\nb"'),
    "a return": ('"a\\rb"', '"a\rb"', '"a\\rb"'),
    "a tab": ('"a\\tb"', "a\tb", '"a\\tb"'),
    "a backslash": ('"a\\\\b"', "a\\b", '"a\\\\b"'),
    "an apostrophe": ('"a\'b"', "a'b", '"a\'b"'),
    "markup": ('"<b>&amp;</b>"', "<b>&amp;</b>", '"<b>&amp;</b>"'),
    "letters beyond ASCII": ('"blåbær 🫐"', "blåbær 🫐", '"blåbær 🫐"'),
    "a text with a language": ('"blåbær"@nb', "blåbær", '"blåbær"@nb'),
    "a region in the language": ('"colour"@en-gb', "colour", '"colour"@en-gb'),
    "an integer": ("42", "42", "42"),
    "a negative integer": ("-7", "-7", "-7"),
    "a decimal": ("1.5", "1.5", "1.5"),
    "true": ("true", "true", "true"),
    "false": ("false", "false", "false"),
    "a date": (f'"2015-01-01"^^<{XSD}date>', "2015-01-01", f'"2015-01-01"^^<{XSD}date>'),
    "a year": (f'"2015"^^<{XSD}gYear>', "2015", f'"2015"^^<{XSD}gYear>'),
    "a number that is none": (f'"many"^^<{XSD}integer>', "many", f'"many"^^<{XSD}integer>'),
    "a datatype of others": ('"x"^^<http://example.org/t>', "x", '"x"^^<http://example.org/t>'),
    "an IRI": ("<http://example.org/a>", "http://example.org/a", "<http://example.org/a>"),
    "an IRI beyond ASCII": ("<http://example.org/blåbær?a=1&b=2>", "http://example.org/blåbær?a=1&b=2",
                            "<http://example.org/blåbær?a=1&b=2>"),
}  # fmt: skip


def values(*terms: str) -> str:
    return f"SELECT ?x ?y {{ VALUES (?x ?y) {{ {' '.join(f'({term} 0)' for term in terms)} }} }}"


@pytest.mark.parametrize("name", TERMS)
def test_csv_writes_values_and_quotes_what_must_be(odd_client: FlaskClient, name: str) -> None:
    """SPARQL 1.1 Query Results CSV and TSV Formats, section 3; RFC 4180, section 2."""
    term, written, _ = TERMS[name]
    assert answer(odd_client, values(term), "text/csv").data.decode() == f"x,y\r\n{written},0\r\n"


@pytest.mark.parametrize("name", TERMS)
def test_tsv_writes_terms_as_turtle_does(odd_client: FlaskClient, name: str) -> None:
    """SPARQL 1.1 Query Results CSV and TSV Formats, section 4."""
    term, _, written = TERMS[name]
    assert answer(odd_client, values(term), "text/tab-separated-values").data.decode() == f"?x\t?y\n{written}\t0\n"


def json_of(term: str) -> dict[str, str] | None:
    """A term written in TSV as SPARQL 1.1 Query Results JSON Format, section 3.2.2, has it."""
    if not term:
        return None
    if term.startswith("<"):
        return {"type": "uri", "value": term[1:-1]}
    found = re.fullmatch(r'"(.*)"(?:@([\w-]+)|\^\^<(.*)>)?', term)
    if not found:
        kind = "boolean" if term in ("true", "false") else "decimal" if "." in term else "integer"
        return {"type": "literal", "value": term, "datatype": XSD + kind}
    text = found[1].encode("latin-1", "backslashreplace").decode("unicode_escape")
    more = {"xml:lang": found[2], "datatype": found[3]}
    return {"type": "literal", "value": text} | {key: value for key, value in more.items() if value}


@pytest.mark.parametrize("name", TERMS)
def test_json_says_what_kind_of_term_it_is(odd_client: FlaskClient, name: str) -> None:
    """SPARQL 1.1 Query Results JSON Format, section 3."""
    term, _, written = TERMS[name]
    found = answer(odd_client, values(term), JSON).json
    assert found["head"] == {"vars": ["x", "y"]}
    (row,) = found["results"]["bindings"]
    assert row.get("x") == json_of(written)
    # Section 3.2.1: a variable without a value is left out, it is not null.
    assert ("x" in row) == (term != "UNDEF")


@pytest.mark.parametrize("name", TERMS)
def test_xml_says_the_same_as_json(odd_client: FlaskClient, name: str) -> None:
    """SPARQL Query Results XML Format, section 2.3.1."""
    term, _, written = TERMS[name]
    root = ElementTree.fromstring(answer(odd_client, values(term), XML).data)
    assert [one.get("name") for one in root.iter(f"{RESULTS}variable")] == ["x", "y"]
    bindings = {one.get("name"): one[0] for one in root.iter(f"{RESULTS}binding")}
    assert xml_as_json(bindings.get("x")) == json_of(written)


def xml_as_json(element: Any) -> dict[str, str] | None:  # Any: an element or None
    if element is None:
        return None
    kind = element.tag.removeprefix(RESULTS)
    more = {"xml:lang": element.get(LANG), "datatype": element.get("datatype")}
    return {"type": kind, "value": element.text or ""} | {key: value for key, value in more.items() if value}


@pytest.mark.parametrize("accept", [JSON, XML, "text/csv", "text/tab-separated-values"])
def test_a_blank_node_is_the_same_within_an_answer(odd_client: FlaskClient, accept: str) -> None:
    text = answer(odd_client, "SELECT ?x ?y { BIND(BNODE() AS ?x) BIND(?x AS ?y) }", accept).text
    label = {
        JSON: r'\{"type":"bnode","value":"(\w+)"\}',
        XML: r"<bnode>(\w+)</bnode>",
    }.get(accept, r"_:(\w+)")  # fmt: skip
    found = re.findall(label, text)
    assert len(found) == 2
    assert len(set(found)) == 1


NOTHING = "SELECT ?x ?y { FILTER(false) }"
EMPTY = {
    "text/csv": b"x,y\r\n",
    "text/tab-separated-values": b"?x\t?y\n",
    JSON: {"head": {"vars": ["x", "y"]}, "results": {"bindings": []}},
}  # fmt: skip


@pytest.mark.parametrize("accept", EMPTY)
def test_a_table_without_rows_still_names_its_columns(odd_client: FlaskClient, accept: str) -> None:
    response = answer(odd_client, NOTHING, accept)
    assert (response.json if accept == JSON else response.data) == EMPTY[accept]


def test_an_empty_table_in_xml_has_its_results(odd_client: FlaskClient) -> None:
    root = ElementTree.fromstring(answer(odd_client, NOTHING, XML).data)
    assert [child.tag for child in root] == [f"{RESULTS}head", f"{RESULTS}results"]
    assert len(root[1]) == 0


@pytest.mark.parametrize(("query", "truth"), [("ASK { ?s ?p ?o }", True), ("ASK { FILTER(false) }", False)])
def test_a_truth_is_a_boolean_and_not_a_text(odd_client: FlaskClient, query: str, truth: bool) -> None:
    """SPARQL 1.1 Query Results JSON Format, section 3.3; XML Format, section 2.3.2."""
    assert answer(odd_client, query, JSON).json["boolean"] is truth
    root = ElementTree.fromstring(answer(odd_client, query, XML).data)
    assert root.findtext(f"{RESULTS}boolean") == str(truth).lower()


def test_the_columns_stand_in_the_order_of_the_query(odd_client: FlaskClient) -> None:
    query = 'SELECT ?z ?a ("m" AS ?m) { VALUES (?a ?z) { (1 2) } }'
    assert answer(odd_client, query, "text/csv").text == "z,a,m\r\n2,1,m\r\n"


def test_rows_stand_in_the_order_of_the_query_and_are_not_made_distinct(odd_client: FlaskClient) -> None:
    query = "SELECT ?x { VALUES ?x { 3 1 2 1 } } ORDER BY DESC(?x)"
    assert answer(odd_client, query, "text/csv").text == "x\r\n3\r\n2\r\n1\r\n1\r\n"


# What a format has no way to write is told, not distorted

UNWRITABLE = [
    ('SELECT ("\\u0001" AS ?x) {}', XML),
    ('SELECT ("\\uFFFE" AS ?x) {}', XML),
    ('SELECT ("\\u0000" AS ?x) {}', XML),
    ('CONSTRUCT { <http://a/r> <http://a/p> "\\u000B" } {}', "application/rdf+xml"),
    ("CONSTRUCT { <http://a/r> <http://a/1> 1 } {}", "application/rdf+xml"),
    ("CONSTRUCT { <http://a/r> <http://a/> 1 } {}", "application/rdf+xml"),
    (
        "CONSTRUCT { <http://a/r> <http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies> <<( <http://a/s> <http://a/p> 1 )>> } {}",
        "application/ld+json",
    ),
]


@pytest.mark.parametrize(("query", "accept"), UNWRITABLE)
def test_an_answer_that_a_format_cannot_hold_is_had_in_others_only(
    odd_client: FlaskClient, query: str, accept: str
) -> None:
    response = send(odd_client, Sent(address=[("query", query)], fields={"Accept": accept}))
    assert (response.status_code, response.content_type) == (406, "application/problem+json")
    assert accept not in response.json["available"]
    for other in response.json["available"]:
        if not (accept == XML and other == XML):
            assert answer(odd_client, query, other).status_code == 200


def test_what_is_impossible_is_found_wherever_it_stands(odd_client: FlaskClient) -> None:
    for length in range(8180, 8200):
        query = f'SELECT ("{"x" * length}\\uFFFE" AS ?x) {{}}'
        assert send(odd_client, Sent(address=[("query", query), ("format", "xml")])).status_code == 406


def test_a_return_comes_back_from_rdf_xml_as_a_return(odd_client: FlaskClient) -> None:
    query = 'CONSTRUCT { <http://a/r> <http://a/p> "a\\rb\\r\\nc" } {}'
    graph = Graph().parse(data=answer(odd_client, query, "application/rdf+xml").data, format="xml")
    assert [str(text) for text in graph.objects()] == ["a\rb\r\nc"]


# SPARQL 1.2 and RDF 1.2, as far as docs/reference.md says that they work

NEWER = [
    ('VERSION "1.2" SELECT (1 AS ?x) {}', "?x\n1\n"),
    ("SELECT (<<( <http://a/s> <http://a/p> 1 )>> AS ?x) {}", "?x\n<<( <http://a/s> <http://a/p> 1 )>>\n"),
    ('SELECT (TRIPLE(<http://a/s>, <http://a/p>, "o"@en) AS ?x) {}', '?x\n<<( <http://a/s> <http://a/p> "o"@en )>>\n'),
    ("SELECT (OBJECT(<<( <http://a/s> <http://a/p> 1 )>>) AS ?x) {}", "?x\n1\n"),
    ("SELECT (isTRIPLE(<<( <http://a/s> <http://a/p> 1 )>>) AS ?x) {}", "?x\ntrue\n"),
    ('SELECT (LANGDIR("x"@he--rtl) AS ?x) {}', '?x\n"rtl"\n'),
    ('SELECT (STRLANGDIR("x", "he", "rtl") AS ?x) {}', '?x\n"x"@he--rtl\n'),
    ('SELECT (hasLANG("x"@nb) AS ?x) {}', "?x\ntrue\n"),
    ("SELECT (COUNT(*) AS ?x) { << ?s ?p ?o >> ?q ?r }", "?x\n0\n"),
]


@pytest.mark.parametrize(("query", "written"), NEWER)
def test_what_is_said_to_work_of_sparql_1_2_works(odd_client: FlaskClient, query: str, written: str) -> None:
    assert answer(odd_client, query, "text/tab-separated-values").text == written


def test_a_triple_term_is_a_triple_in_json_and_xml(odd_client: FlaskClient) -> None:
    query = "SELECT (<<( <http://a/s> <http://a/p> 1 )>> AS ?x) {}"
    (row,) = answer(odd_client, query, JSON).json["results"]["bindings"]
    assert row["x"]["type"] == "triple"
    assert row["x"]["value"]["subject"] == {"type": "uri", "value": "http://a/s"}
    root = ElementTree.fromstring(answer(odd_client, query, XML).data)
    assert [one.tag for one in root.iter(f"{RESULTS}triple")] == [f"{RESULTS}triple"]
