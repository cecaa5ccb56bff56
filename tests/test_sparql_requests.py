"""What a query asks before it is run: which words it uses, which graphs it names, and what is refused."""

import socket
import time
from collections.abc import Iterator

import pytest

from planverk import release
from planverk.instance import Instance
from planverk.store.embedded import EmbeddedStore
from planverk.store.sparql import QueryRefused, SparqlRequest, keywords, refuse_what_we_do_not_do
from planverk.store.tokens import disguised

PREFIXES = "PREFIX : <http://127.0.0.1/> PREFIX ex: <http://example.org/> PREFIX service: <http://example.org/s/> "

# What follows stands in a query whose SERVICE would fetch from {there}.
USES_OF_SERVICE = [
    "SELECT * { SERVICE {there} {?a ?b ?c} }",
    "select * { service {there} {?a ?b ?c} }",
    "SELECT * { SeRvIcE\n\t{there}\n{?a ?b ?c} }",
    "SELECT * { SERVICE SILENT {there} {?a ?b ?c} }",
    "SELECT * { SERVICE # a comment\n # another {\n {there} {?a ?b ?c} }",
    "SELECT * { SERVICE{there}{?a ?b ?c} }",
    "SELECT * { VALUES ?there { {there} } SERVICE ?there {?a ?b ?c} }",
    "SELECT * { OPTIONAL { SERVICE {there} {?a ?b ?c} } }",
    "SELECT * { { SELECT * { SERVICE {there} {?a ?b ?c} } } }",
    "SELECT * { FILTER (1 < 2) SERVICE {there} {?a ?b ?c} }",
    "SELECT * { OPTIONAL {?s ?p ?o.SERVICE {there} {?a ?b ?c} } }",
    "ASK { FILTER EXISTS { SERVICE {there} {?a ?b ?c} } }",
    "CONSTRUCT {?a ?b ?c} WHERE { SERVICE {there} {?a ?b ?c} }",
    "DESCRIBE ?a { SERVICE {there} {?a ?b ?c} }",
    # The engine's grammar knows no borders between words.
    "SELECT * { SERVICESILENT{there}{?a ?b ?c} }",
    "SELECT * { OPTIONAL { BIND (1 AS ?n) } OPTIONAL {?s ?p 1SERVICE {there} {?a ?b ?c}} }",
    "SELECT * { OPTIONAL { ?s ?p true SERVICE {there} {?a ?b ?c} } }",
    "SELECT * { OPTIONAL { ?s ?p trueSERVICE {there} {?a ?b ?c} } }",
    "PREFIX : {there} SELECT * { SERVICE: {?a ?b ?c} }",
    "PREFIX : {there} PREFIX service: <http://example.org/> SELECT * { service:{?a ?b ?c} }",
    # What looks like the beginning of a comment or a string, and is none.
    "SELECT * { OPTIONAL {?s ex:o\\#x ?o} SERVICE {there} {?a ?b ?c} }",
    "SELECT * { OPTIONAL {?s ex:o\\'x ?o} SERVICE {there} {?a ?b ?c} } #'",
    "SELECT * { OPTIONAL {?s <http://example.org/\u00a0#> ?o} SERVICE {there} {?a ?b ?c} }",
    "SELECT * { OPTIONAL {?s <http://example.org/\\u0041#> ?o} SERVICE {there} {?a ?b ?c} }",
    'SELECT * { VALUES (?a ?b) {("""x")} SERVICE {there} {?a ?b ?c} }',
    'SELECT * { VALUES (?a ?b) {("""abc")} SERVICE {there} {?a ?b ?c} } #\\q"""',
]
MENTIONS_OF_SERVICE = [
    'SELECT * { ?s ?p "SERVICE" }',
    "SELECT * { ?s ?p 'a \\'SERVICE <http://example.org/> {}' }",
    'SELECT * { ?s ?p """one "quoted" line\n SERVICE <http://example.org/> {}\n""" }',
    "SELECT * { ?s ?p '''SERVICE''' }",
    'SELECT * { ?s ?p "x"@service }',
    "SELECT * { ?s ?p <http://example.org/SERVICE> }",
    "SELECT * { ?s a <http://www.w3.org/ns/sparql-service-description#Service> }",
    "SELECT * { ?s ?p ?o } # SERVICE <http://example.org/> {}",
    "# SERVICE\nSELECT * { ?s ?p ?o }",
    "SELECT ?service $SERVICE { ?service ?p $SERVICE }",
    "SELECT * { ?s ex:service ?o ; service:x service:SERVICE }",
    "SELECT * { GRAPH service:x { ?s ex:a.service ?o } }",
    "ASK { _:service ?p _:SERVICE }",
]


@pytest.fixture(scope="module")
def store(odd: Instance) -> EmbeddedStore:
    current = release.current(odd.releases)
    assert current is not None
    return EmbeddedStore(current.folder / release.STORE)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A door on this machine; nobody may knock."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0)
        yield door


@pytest.mark.parametrize("query", USES_OF_SERVICE)
def test_service_is_refused_however_it_is_written(store: EmbeddedStore, listener: socket.socket, query: str) -> None:
    there = f"<http://127.0.0.1:{listener.getsockname()[1]}/>"
    with pytest.raises(QueryRefused, match="SERVICE is not allowed here"):
        store.query(SparqlRequest(PREFIXES + query.replace("{there}", there)))
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("query", MENTIONS_OF_SERVICE)
def test_the_word_service_may_stand_in_texts_names_and_comments(store: EmbeddedStore, query: str) -> None:
    store.query(SparqlRequest(PREFIXES + query))


@pytest.mark.parametrize(
    "query",
    [
        "INSERT DATA { <a:a> <a:b> 1 }",
        "insert { ?s ?p 1 } where { ?s ?p ?o }",
        "PREFIX select: <http://example.org/> DELETE WHERE { ?s ?p ?o }",
        "# SELECT\nDELETE DATA { <a:a> <a:b> 1 }",
        "LOAD <http://example.org/>",
        "CLEAR ALL",
        "drop graph <http://example.org/>",
        "CREATE GRAPH <http://example.org/>",
        "ADD DEFAULT TO <http://example.org/>",
        "MOVE DEFAULT TO <http://example.org/>",
        "COPY DEFAULT TO <http://example.org/>",
    ],
)
def test_an_update_is_refused_by_its_name(query: str) -> None:
    with pytest.raises(QueryRefused, match=r"^(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY) is an update"):
        refuse_what_we_do_not_do(query)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "DELETE WHERE" }',
        "SELECT ?insert { ?insert ?load ?clear }",
        "PREFIX delete: <http://example.org/> SELECT * { delete:a delete:drop ?o }",
        "# DROP ALL\nASK {}",
    ],
)
def test_the_words_of_updates_may_stand_in_texts_names_and_comments(store: EmbeddedStore, query: str) -> None:
    store.query(SparqlRequest(query))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT * { ?s ?p ?o }", ["SELECT"]),
        ("select distinct ?from where { ?from a ex:From }", ["SELECT", "DISTINCT", "WHERE", "A"]),
        ("ASK FROM <http://example.org/from> {}", ["ASK", "FROM"]),
        ("SELECT*FROM<http://example.org/>{}", ["SELECT", "FROM"]),
        ("""ASK { ?s ?p 'it\\'s' , "a\\"b" , '''c'd''' , \"\"\"e"f\"\"\" }""", ["ASK"]),
        ("ASK { ?s ex:o\\'hara 'text' } # and 'more", ["ASK"]),
        ("ASK { FILTER (1 < 2 && 3 > 2) }", ["ASK", "FILTER"]),
        ("ASK { ?s ?p 'not closed", ["ASK"]),
        ("", []),
    ],
)
def test_keywords_are_the_bare_words_of_a_query(query: str, words: list[str]) -> None:
    assert keywords(query) == words


@pytest.mark.parametrize(
    "piece", ["a", "a.", "a:", '"', '"\\', '"\\"', '"""x\n\\', "'''x\\", "<a", "#\n", "?a", "\\#", "@"]
)
def test_reading_the_words_takes_no_longer_than_the_query_is_long(piece: str) -> None:
    query = piece * (500_000 // len(piece))
    start = time.perf_counter()
    keywords(query)
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize("iri", ["graph", "not an iri", "", "http://example.org/<>"])
def test_a_graph_is_named_by_an_absolute_iri(store: EmbeddedStore, iri: str) -> None:
    with pytest.raises(QueryRefused, match=f"«{iri}» does not name a graph"):
        store.query(SparqlRequest("ASK {}", default_graphs=(iri,)))


def test_a_function_nobody_knows_is_refused_by_its_name(store: EmbeddedStore) -> None:
    with pytest.raises(QueryRefused, match=r"<http://example\.org/f> is not supported"):
        store.query(SparqlRequest("SELECT (<http://example.org/f>(1) AS ?x) {}"))


@pytest.mark.parametrize(
    ("written", "disguise"),
    [
        (r'"\\u0041"', r'"\\\u00750041"'),
        (r'"\\\u0041"', r'"\\\u0041"'),
        (r'"\\\\U0041"', r'"\\\\\u00550041"'),
        (r'"\u0041 \" \\"', r'"\u0041 \" \\"'),
    ],
)
def test_only_a_u_that_no_backslash_stands_before_is_disguised(written: str, disguise: str) -> None:
    assert disguised(written) == disguise
    assert disguised(disguise) == disguise
