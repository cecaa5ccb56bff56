"""The choice of a representation by the Accept header, for the headers that clients send and for any other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from SPARQLWrapper import CSV, JSON, RDFXML, TURTLE, XML, SPARQLWrapper
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from planverk.media import ALIASES, BY_SUFFIX, DOCUMENTS, HARVESTED, Offer, negotiate, quality
from planverk.store.formats import FORMATS, GRAPH, TABLE, TRUTH
from planverk.web.errors import PROBLEM

TABLES, TRUTHS, GRAPHS = (FORMATS[kind] for kind in (TABLE, TRUTH, GRAPH))

CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8"
)
# rdflib 7.6, URLInputSource, told no format: all its parsers.
RDFLIB = (
    "application/rdf+xml, text/n3, text/turtle, application/n-triples, application/ld+json, application/n-quads, "
    "application/trix, application/trig"
)
# Apache Jena 5, WebContent: what it sends for a graph or dataset, and for the results of a SELECT.
JENA = (
    "text/turtle,application/n-triples;q=0.9,application/rdf+xml;q=0.7,application/trig,application/n-quads;q=0.9,"
    "application/ld+json;q=0.8,*/*;q=0.5"
)
JENA_RESULTS = (
    "application/sparql-results+json,application/sparql-results+xml;q=0.9,text/tab-separated-values;q=0.7,"
    "text/csv;q=0.5,application/json;q=0.2,application/xml;q=0.2,*/*;q=0.1"
)
RANGES = sorted({"*/*", "text/*", "application/*", "image/png", *ALIASES, *(row.media_type for row in DOCUMENTS)})


def chosen(accept: str, offers: tuple[Offer, ...] = DOCUMENTS) -> str | None:
    found = negotiate(parse_accept_header(accept, MIMEAccept), offers)
    return found.suffix if found else None


def asked_by_sparqlwrapper(query: str, form: str) -> str:
    client = SPARQLWrapper("https://data.example.org/sparql", returnFormat=form)
    client.setQuery(query)
    return str(client._getAcceptHeader())


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row.suffix)
def test_every_representation_is_had_by_its_own_media_type(row: Offer) -> None:
    assert chosen(row.media_type) == row.suffix


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("", "html"),
        ("*/*", "html"),
        ("text/*", "html"),
        ("application/*", "jsonld"),
        ("text/turtle, text/html;q=0.9", "ttl"),
        ("text/html;q=0.9, text/turtle", "ttl"),
        ("text/turtle;q=0.2, application/n-triples;q=0.3", "nt"),
        ("application/ld+json;q=0.001, image/png", "jsonld"),
        ("text/turtle;q=0, */*", "html"),
        ("text/html;q=0, */*;q=0.1", "ttl"),
        ("text/html;q=0, text/*", "ttl"),
        ("text/*;q=0, */*", "jsonld"),
        ("text/*;q=0.3, text/html;q=0.1, */*;q=0.2", "ttl"),
        ("*/*;q=0.9, application/n-quads", "nq"),
        ("TEXT/TURTLE", "ttl"),
        ("text/turtle;charset=utf-8", "ttl"),
        ("text/turtle; charset=UTF-8; q=0.9, text/html;q=0.5", "ttl"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ("text/html;level=1;q=0.4, application/trig", "trig"),
        ("image/png, text/turtle;q=0.1", "ttl"),
        ("text/turtle;q=viktig, application/rdf+xml", "rdf"),
    ],
)
def test_the_client_gets_what_it_wants_most(accept: str, suffix: str) -> None:
    assert chosen(accept) == suffix


@pytest.mark.parametrize(
    "accept",
    [
        "image/png",
        "text/turtle;q=0",
        "*/*;q=0",
        "text/html;q=0, text/turtle;q=0.0",
        "turtle",
        "image/*, audio/ogg;q=0.2",
    ],
)
def test_the_client_gets_nothing_it_does_not_want(accept: str) -> None:
    assert chosen(accept) is None


@pytest.mark.parametrize(
    "accept",
    [
        "application/trig, text/turtle, text/html",
        "text/html, application/trig, text/turtle",
        "text/turtle;q=0.5, text/html;q=0.5, application/trig;q=0.5",
        "*/*, text/turtle",
    ],
)
def test_among_equals_our_order_decides_and_not_the_clients(accept: str) -> None:
    assert chosen(accept) == "html"
    assert chosen(accept, HARVESTED) == "ttl"


@pytest.mark.parametrize(
    ("alias", "suffix"),
    [
        ("application/x-turtle", "ttl"),
        ("application/turtle", "ttl"),
        ("text/n3", "ttl"),
        ("application/xhtml+xml", "html"),
        ("application/json", "jsonld"),
        ("application/xml", "rdf"),
        ("text/xml", "rdf"),
        ("text/plain", "nt"),
        ("application/x-trig", "trig"),
        ("text/x-nquads", "nq"),
    ],
)
def test_an_older_name_stands_for_the_format(alias: str, suffix: str) -> None:
    assert chosen(alias) == suffix
    assert chosen(f"{alias};q=0.4, text/html;q=0.1") == ("html" if suffix == "html" else suffix)


def test_every_older_name_stands_for_something_we_have() -> None:
    ours: list[Offer] = [*DOCUMENTS, *TABLES, *GRAPHS, PROBLEM]
    assert {name for names in ALIASES.values() for name in names} <= {row.media_type for row in ours}


def test_what_is_said_of_the_real_name_holds_over_its_older_name() -> None:
    assert chosen("application/json, application/ld+json;q=0.1, text/turtle;q=0.5") == "ttl"
    assert chosen("text/xml, application/rdf+xml;q=0") is None


@pytest.mark.parametrize(
    ("accept", "offers", "suffix"),
    [
        pytest.param(CHROME, DOCUMENTS, "html", id="chrome"),
        pytest.param(FIREFOX, DOCUMENTS, "html", id="firefox"),
        pytest.param("*/*", DOCUMENTS, "html", id="curl"),
        pytest.param("*/*", HARVESTED, "ttl", id="curl-catalogue"),
        pytest.param("text/turtle", HARVESTED, "ttl", id="harvester"),
        pytest.param(RDFLIB, DOCUMENTS, "ttl", id="rdflib"),
        pytest.param("text/turtle, application/x-turtle, */*;q=0.1", DOCUMENTS, "ttl", id="rdflib-turtle"),
        pytest.param("application/rdf+xml, */*;q=0.1", DOCUMENTS, "rdf", id="rdflib-xml"),
        pytest.param("text/plain, */*;q=0.1", DOCUMENTS, "nt", id="rdflib-nt"),
        pytest.param("application/ld+json, application/json;q=0.9, */*;q=0.1", DOCUMENTS, "jsonld", id="rdflib-jsonld"),
        pytest.param(JENA, DOCUMENTS, "ttl", id="jena"),
        pytest.param(JENA, GRAPHS, "ttl", id="jena-construct"),
        pytest.param(JENA_RESULTS, TABLES, "json", id="jena-select"),
        pytest.param(JENA_RESULTS, TRUTHS, "json", id="jena-ask"),
        pytest.param("application/json", TABLES, "json", id="fetch-json"),
        pytest.param("application/xml", TABLES, "xml", id="any-xml"),
        pytest.param(CHROME, (PROBLEM,), "json", id="chrome-no-page"),
    ],
)
def test_real_clients_get_what_they_can_read(accept: str, offers: tuple[Offer, ...], suffix: str) -> None:
    assert chosen(accept, offers) == suffix


@pytest.mark.parametrize(
    ("query", "form", "offers", "suffix"),
    [
        ("SELECT * {}", XML, TABLES, "xml"),
        ("SELECT * {}", JSON, TABLES, "json"),
        ("SELECT * {}", CSV, TABLES, "csv"),
        ("ASK {}", JSON, TRUTHS, "json"),
        ("CONSTRUCT WHERE {}", TURTLE, GRAPHS, "ttl"),
        ("CONSTRUCT WHERE {}", XML, GRAPHS, "rdf"),
        ("DESCRIBE <a:a>", RDFXML, GRAPHS, "rdf"),
    ],
)
def test_sparqlwrapper_gets_the_format_it_was_told(
    query: str, form: str, offers: tuple[Offer, ...], suffix: str
) -> None:
    assert chosen(asked_by_sparqlwrapper(query, form), offers) == suffix


def test_suffixes_and_media_types_name_one_representation_each() -> None:
    assert len(BY_SUFFIX) == len(DOCUMENTS) == len({row.media_type for row in DOCUMENTS})


@given(st.lists(st.tuples(st.sampled_from(RANGES), st.floats(0, 1).map(lambda q: round(q, 3)))))
def test_the_choice_is_always_wanted_and_nothing_is_wanted_more(accept: list[tuple[str, float]]) -> None:
    found = negotiate(accept, DOCUMENTS)
    # An alias says as much as the name it stands for, unless that name is there too.
    named = {asked for asked, _ in accept}
    meant = accept + [(name, q) for asked, q in accept for name in ALIASES.get(asked, ()) if name not in named]
    wishes = [quality(row.media_type, meant or [("*/*", 1.0)]) for row in DOCUMENTS]
    if found is None:
        assert max(wishes) == 0
    else:
        assert quality(found.media_type, meant or [("*/*", 1.0)]) == max(wishes) > 0
        assert found is DOCUMENTS[wishes.index(max(wishes))]


@given(st.sampled_from(DOCUMENTS), st.lists(st.tuples(st.sampled_from(RANGES), st.just(1.0))))
def test_what_is_refused_by_name_is_never_sent(refused: Offer, others: list[tuple[str, float]]) -> None:
    accept = [*((asked, q) for asked, q in others if asked != refused.media_type), (refused.media_type, 0.0)]
    assert negotiate(accept, DOCUMENTS) is not refused
