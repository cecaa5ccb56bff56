"""The same service on every store: embedded, on a real Apache Jena Fuseki and on a real Virtuoso.

What is equal: every statement, in its graph, with its language and datatype. What is not: how a store spells numbers and
truth values (`400000` may come back as `400000.0`), and in which order it gives rows that nobody asked to be sorted.
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from conftest import TESTS
from endpoints import endpoint, says, table
from planverk import folders
from planverk.cli import main
from planverk.instance import Instance, RemoteStore, read_instance
from planverk.limits import Limits
from planverk.release import current
from planverk.store import graphs, loading
from planverk.store.edition import Edition
from planverk.store.frozen import FrozenEdition
from planverk.store.library import library, server
from planverk.store.lookups import Lookups
from planverk.store.register import Register
from planverk.store.sparql import QueryRefused, SparqlRequest
from planverk.vocab import void_iri
from planverk.web import create_app
from stores import VARIABLES, Needed, free_port, fuseki, virtuoso

SERVERS = {"fuseki": fuseki, "virtuoso": virtuoso}
BASE = "https://fjordheim.example.org/"
PLAN, DERIVED, CATALOGUE = (f"{BASE}id/graph/{name}" for name in ("plan", "derived", "catalogue"))
ONTOLOGY = "https://w3id.org/planverk/ontology"
FORMATS = {"table": "json", "truth": "json", "graph": "nt"}
VERSIONS = ["1.0.0", "1.1.0", "1.2.0"]
# As good as endless: 64 million rows are counted. Virtuoso does not always stop at its own limit, so it has an end at last,
# which does not move away as the data grows.
_SOME = "{{ SELECT ?{0} {{ ?{0} ?{1} ?{2} }} LIMIT 400 }}"
ENDLESS = f"SELECT (COUNT(*) AS ?n) FROM <{CATALOGUE}> {{ {_SOME.format(*'abc')} {_SOME.format(*'def')} {_SOME.format(*'ghi')} }}"


@pytest.fixture(scope="module", autouse=True)
def password() -> Iterator[None]:
    """The user and password of the servers, where planverk.toml says they are."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def frozen(fjordheim: Instance) -> FrozenEdition:
    """The release itself, which all stores are held against."""
    found = current(fjordheim.releases)
    assert found is not None
    return FrozenEdition(found, fjordheim.limits)


Running = tuple[RemoteStore, "subprocess.Popen[bytes]"]
Started = Callable[[str], Running]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, needed: Needed) -> Iterator[Started]:
    """A server by its name, started when it is first asked for; it is stopped with the last test of this file."""
    running: dict[str, Any] = {}

    def start(name: str) -> Running:
        if name not in running:
            opened = SERVERS[name](tmp_path_factory.mktemp(name), needed)
            running[name] = opened, opened.__enter__()
        return running[name][1]  # type: ignore[no-any-return]

    yield start
    for opened, _ in running.values():
        opened.__exit__(None, None, None)


@pytest.fixture(scope="module", params=["embedded", *SERVERS])
def instance(request: pytest.FixtureRequest, fjordheim: Instance, frozen: FrozenEdition, started: Started) -> Instance:
    """The county, answering from one store after the other."""
    if request.param == "embedded":
        return fjordheim
    store, _ = started(request.param)
    loading.push(frozen.release, server(store, os.environ), lambda step: None)
    return replace(fjordheim, store=store)


@pytest.fixture(scope="module")
def edition(instance: Instance) -> Edition:
    shelves = library(instance, os.environ)
    version = shelves.current_version()
    assert version == "1.0.0"
    return shelves.open(version)


@pytest.fixture(scope="module")
def client(instance: Instance) -> FlaskClient:
    return create_app(instance).test_client()


def quads(lines: bytes) -> set[tuple[str, ...]]:
    """Statements by value: what is left out is only how a store spells a number or a truth value."""
    parsed = ox.parse(lines, ox.RdfFormat.N_QUADS)
    return {(str(quad.subject), str(quad.predicate), *by_value(quad.object), str(quad.graph_name)) for quad in parsed}


def by_value(term: Any) -> tuple[str, ...]:
    kind = term.datatype.value.rpartition("#")[2] if isinstance(term, ox.Literal) else ""
    if kind in ("decimal", "integer"):
        return (str(Decimal(term.value).normalize()), kind)
    if kind == "boolean":
        return ("true" if term.value in ("1", "true") else "false", kind)
    return (str(term),)


def ask(edition: Edition, query: str, **graphs: tuple[str, ...]) -> Any:
    """The rows of a table (in no order), the truth or the triples that answer a query."""
    with edition.store.query(SparqlRequest(query, **graphs), FORMATS).content as content:
        text = content.read()
    if not text.startswith(b"{"):
        return sorted(text.splitlines())
    answer = json.loads(text)
    if "boolean" in answer:
        return answer["boolean"]
    rows = [{name: in_short(term) for name, term in row.items()} for row in answer["results"]["bindings"]]
    return sorted(rows, key=str)


def in_short(term: dict[str, str]) -> str:
    kind = term.get("datatype", "").rpartition("#")[2]
    number = kind in ("decimal", "integer", "int", "double")
    return str(float(term["value"])) if number else term["value"] + term.get("xml:lang", "").lower()


def things(frozen: FrozenEdition) -> list[str]:
    """Three things of every kind in the plans, the catalogue and the codes."""
    parts = ("data.nq", "catalogue.nq", "vocabulary.nq")
    lines = b"".join((frozen.release.folder / part).read_bytes() for part in parts).decode()
    kinds: dict[str, list[str]] = {}
    for iri, kind in re.findall(r"^<([^>]*)> <[^>]*#type> <([^>]*)>", lines, re.MULTILINE):
        kinds.setdefault(kind, []).append(iri)
    return sorted({iri for found in kinds.values() for iri in found[:3]})


def test_what_is_known_of_things_of_every_kind_is_the_same(edition: Edition, frozen: FrozenEdition) -> None:
    known = things(frozen)
    different = [iri for iri in known if quads(edition.document(iri) or b"") != quads(frozen.document(iri) or b"")]
    assert len(known) > 100
    assert different == []


def test_a_document_begins_with_what_the_thing_is(edition: Edition, frozen: FrozenEdition) -> None:
    iri = f"{BASE}id/plan/nyskaping-2021-2028"
    lines = (edition.document(iri) or b"").splitlines()
    assert lines[0] == (frozen.document(iri) or b"").splitlines()[0]
    assert b"rdf-syntax-ns#type" in lines[0]


@pytest.mark.parametrize("part", ["catalogue", "void"])
def test_the_documents_for_harvesters_are_the_same(edition: Edition, frozen: FrozenEdition, part: str) -> None:
    assert quads(getattr(edition, part)) == quads(getattr(frozen, part))


def test_the_vocabulary_is_the_same(edition: Edition, frozen: FrozenEdition) -> None:
    named = [set(graph.predicate_objects(None)) for graph in (edition.vocabulary, frozen.vocabulary)]
    assert len(edition.vocabulary) == len(frozen.vocabulary)
    assert {pair for pair in named[0] if "http" in str(pair[1])} == {
        pair for pair in named[1] if "http" in str(pair[1])
    }


@pytest.mark.parametrize("iri", [f"{BASE}id/theme/none", "no iri", "http://example.org/<>", f"{BASE}id/graph/current"])
def test_what_the_release_does_not_know_is_nothing(edition: Edition, iri: str) -> None:
    assert edition.about(iri) == b""
    assert edition.document(iri) is None
    assert not edition.is_withdrawn(iri)


def test_the_release_is_told_as_it_was_frozen(edition: Edition, frozen: FrozenEdition) -> None:
    assert edition.release.manifest == frozen.release.manifest


@pytest.mark.parametrize(
    ("path", "status"),
    {
        "/": 200,
        "/id/plan/nyskaping-2021-2028": 303,
        "/doc/plan/nyskaping-2021-2028.html": 200,
        "/doc/plan/nyskaping-2021-2028.jsonld": 200,
        "/doc/plan/none": 404,
        "/id/plan/none": 404,
        "/doc/action/2021-12": 410,
        "/katalog": 200,
        "/.well-known/void": 200,
        "/query/themes": 200,
        "/query/none": 404,
        "/releases/": 200,
        "/health/ready": 200,
        "/metrics": 200,
        "/openapi.json": 200,
    }.items(),
)
def test_the_service_answers_alike(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


# What the software itself asks, for people and programs, besides its questions to a single thing.
ASKED = sorted(path for folder in ("examples", "saved") for path in (folders.QUERIES / folder).glob("*.rq"))


@pytest.mark.parametrize("path", ASKED, ids=lambda path: path.stem)
def test_our_own_queries_have_the_same_answers(edition: Edition, frozen: FrozenEdition, path: Path) -> None:
    query = path.read_text(encoding="utf-8")
    assert ask(edition, query) == ask(frozen, query)


# Queries that name graphs, in each way that SPARQL has. The names are those all know, whatever the store calls its own.
ABOUT_GRAPHS = [
    # What stands in two graphs is one statement in their union; Fuseki alone sees that without being told.
    "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }",
    "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s a ?class } } GROUP BY ?g",
    f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{PLAN}> {{ ?s ?p ?o }} }}",
    f"PREFIX g: <{BASE}id/graph/> SELECT (COUNT(*) AS ?n) {{ GRAPH g:plan {{ ?s ?p ?o }} }}",
    f"BASE <{BASE}id/> SELECT (COUNT(*) AS ?n) {{ GRAPH <graph/plan> {{ ?s ?p ?o }} }}",
    f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}id/gr\\u0061ph/plan> {{ ?s ?p ?o }} }}",
    f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} FILTER (?g = <{DERIVED}>) }}",
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER STRENDS(STR(?g), '/graph/derived') }",
    f"SELECT (COUNT(*) AS ?n) {{ VALUES ?g {{ <{PLAN}> <{DERIVED}> <urn:x> }} GRAPH ?g {{ ?s ?p ?o }} }}",
    "SELECT * { GRAPH ?g { ?s <https://w3id.org/planverk/ontology#withdrawnOn> ?day } }",
    "SELECT * { GRAPH ?g { ?s <https://w3id.org/planverk/ontology#withdrawnOn> ?day } OPTIONAL { GRAPH ?h { ?s a ?k } } }",
    # The vocabulary's graph has the name of the ontology, which is also a thing in it.
    f"SELECT (COUNT(*) AS ?n) {{ ?term <http://www.w3.org/2000/01/rdf-schema#isDefinedBy> <{ONTOLOGY}> }}",
    f"SELECT ?p ?o {{ GRAPH <{ONTOLOGY}> {{ <{ONTOLOGY}> a ?o }} }}",
    f"ASK {{ GRAPH <{CATALOGUE}> {{ ?s a <http://www.w3.org/ns/dcat#Catalog> }} }}",
    f"SELECT (COUNT(*) AS ?n) FROM <{PLAN}> {{ ?s ?p ?o }}",
    f"SELECT (COUNT(*) AS ?n) FROM <{PLAN}> FROM <{DERIVED}> {{ ?s ?p ?o }}",
    f"SELECT (COUNT(*) AS ?n)\nFROM <{PLAN}> # only what is stated\nFROM NAMED <{DERIVED}> {{ ?s ?p ?o }}",
    f"SELECT (COUNT(*) AS ?n) FROM <{PLAN}> FROM NAMED <{DERIVED}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    f"SELECT (COUNT(*) AS ?n) FROM NAMED <{DERIVED}> {{ ?s ?p ?o }}",
    f"SELECT (COUNT(*) AS ?n) FROM <{PLAN}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "SELECT (COUNT(*) AS ?n) FROM <urn:none> { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { GRAPH <urn:none> { ?s ?p ?o } }",
    "SELECT * { GRAPH <urn:none> { ?s ?p ?o } }",
    "CONSTRUCT { ?s a ?g } { GRAPH ?g { ?s <https://w3id.org/planverk/ontology#withdrawnOn> ?day } }",
    f"CONSTRUCT {{ ?s ?p ?o }} FROM <{PLAN}> WHERE {{ ?s ?p ?o . ?s <https://w3id.org/planverk/ontology#withdrawnOn> ?day }}",
]


@pytest.mark.parametrize("query", ABOUT_GRAPHS)
def test_graphs_have_the_names_all_know(edition: Edition, frozen: FrozenEdition, query: str) -> None:
    assert ask(edition, query) == ask(frozen, query)


@pytest.mark.parametrize(
    "graphs",
    [
        {"default_graphs": (PLAN,)},
        {"default_graphs": (PLAN, DERIVED)},
        {"named_graphs": (PLAN,)},
        {"default_graphs": (PLAN,), "named_graphs": (DERIVED,)},
        {"default_graphs": ("urn:none",)},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT ?g (COUNT(*) AS ?n) FROM <urn:x> { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    ],
)
def test_the_protocol_names_graphs_as_well(
    edition: Edition, frozen: FrozenEdition, graphs: Mapping[str, tuple[str, ...]], query: str
) -> None:
    assert ask(edition, query, **graphs) == ask(frozen, query, **graphs)


@pytest.mark.parametrize("graph", [f"{BASE}id/graph/current", f"{BASE}id/graph/1.0.0/plan", void_iri(BASE)])
@pytest.mark.parametrize("query", ["ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}", "ASK FROM <{graph}> {{ ?s ?p ?o }}"])
def test_no_query_reads_what_else_a_store_holds(edition: Edition, query: str, graph: str) -> None:
    assert ask(edition, query.format(graph=graph)) is False


REFUSED = {
    "SELECT * { ?s ?p ?o ": "This is not a",
    "SELECT * {\n ?s ?p }": "This is not a",
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }": "SERVICE is not allowed",
    "SELECT * { ?s ?p trueSERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }": "S",
    "INSERT DATA { <urn:a> <urn:b> 1 }": "INSERT is an update",
    "ASK {} ; DROP ALL": "",
    "SELECT * { ?s foaf:name ?o }": "",
    "SELECT * { <a> ?p ?o }": "",
}


@pytest.mark.parametrize("query", REFUSED)
def test_what_is_refused_is_refused_everywhere(client: FlaskClient, query: str) -> None:
    response = client.get("/sparql", query_string={"query": query})
    assert response.status_code == 400
    assert response.json is not None
    assert response.json["detail"].startswith(REFUSED[query]) or REFUSED[query] in response.json["detail"]


def test_a_fault_has_its_line(edition: Edition) -> None:
    with pytest.raises(QueryRefused) as refused:
        ask(edition, "SELECT *\n{ GRAPH ?g { ?s ?p ?o }\n ?s ?p }")
    assert refused.value.place["line"] == 3


MEDIA_TYPES = {
    "SELECT ?plan { ?plan a <https://w3id.org/planverk/ontology#RegionalPlan> } ORDER BY ?plan": (
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ),
    "ASK { ?s ?p ?o }": ("application/sparql-results+json", "application/sparql-results+xml"),
    "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }": (
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
    ),
    f"DESCRIBE <{BASE}id/plan/nyskaping-2021-2028>": ("text/turtle", "application/ld+json"),
}


@pytest.mark.parametrize(("query", "accept"), [(query, accept) for query, row in MEDIA_TYPES.items() for accept in row])
def test_every_format_is_there(client: FlaskClient, query: str, accept: str) -> None:
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.mimetype == accept
    assert len(response.data) > 20


def test_a_table_is_the_same_in_csv(client: FlaskClient, fjordheim: Instance) -> None:
    query = {"query": next(query for query in MEDIA_TYPES if "?plan" in query), "format": "csv"}
    assert (
        client.get("/sparql", query_string=query).data
        == create_app(fjordheim).test_client().get("/sparql", query_string=query).data
    )


def test_a_format_that_does_not_fit_is_refused_with_those_there_are(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "ASK {}"}, headers={"Accept": "text/csv"})
    assert response.status_code == 406
    assert response.json is not None
    assert "application/sparql-results+json" in response.json["available"]


def test_an_answer_that_is_too_large_is_an_error(instance: Instance) -> None:
    client = create_app(replace(instance, limits=Limits(result_mb=1))).test_client()
    response = client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o }"})
    assert response.status_code == 413
    assert response.json is not None
    assert response.json["limit"] == "result_mb"


def test_what_another_endpoint_says_is_joined_with_what_is_here(instance: Instance) -> None:
    plan = {"type": "uri", "value": f"{BASE}id/plan/nyskaping-2021-2028"}
    text = {"type": "literal", "value": 'Sagt "der borte" \\u0041', "xml:lang": "nb"}
    with endpoint() as other:
        other.answer = says(table({"plan": plan, "said": text}, {"plan": {"type": "uri", "value": "urn:none"}}))
        client = create_app(replace(instance, endpoints=(other.address,))).test_client()
        query = f"SELECT ?kind ?said {{ ?plan a ?kind . SERVICE <{other.address}> {{ ?plan ?p ?said }} }}"
        response = client.get("/sparql", query_string={"query": query})
        refused = client.get("/sparql", query_string={"query": query.replace(other.address, f"{other.address}2")})
    assert response.json is not None
    rows = response.json["results"]["bindings"]
    assert "https://w3id.org/planverk/ontology#RegionalPlan" in {row["kind"]["value"] for row in rows}
    assert {row["said"]["value"] for row in rows} == {text["value"]}
    assert refused.status_code == 400


def test_a_query_that_takes_too_long_is_stopped_and_the_next_is_answered(instance: Instance) -> None:
    client = create_app(replace(instance, limits=Limits(seconds=2, workers=1))).test_client()
    began = time.monotonic()
    response = client.get("/sparql", query_string={"query": ENDLESS})
    assert response.status_code == 504
    assert response.json is not None
    assert response.json["limit"] == "seconds"
    assert time.monotonic() - began < 20
    assert client.get("/sparql", query_string={"query": "ASK { ?s ?p ?o }"}).status_code == 200


# From here on: what becomes of releases in a server, and of the service when a server is in trouble.


@pytest.fixture(params=list(SERVERS))
def running(request: pytest.FixtureRequest, started: Started) -> Running:
    """Each server."""
    return started(request.param)


@pytest.fixture(scope="module")
def frozen_thrice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small instance with three releases, each of which says its own number."""
    folder = tmp_path_factory.mktemp("thrice") / "instance"
    shutil.copytree(TESTS / "odd", folder)
    for version in VERSIONS:
        write_version(folder, version)
        assert run("release", str(folder)).exit_code == 0
    return folder


@pytest.fixture
def hosted(tmp_path: Path, frozen_thrice: Path, running: Running) -> Instance:
    """The small instance with each server, which knows nothing of it yet, for a test to change as it likes."""
    folder = tmp_path / "instance"
    shutil.copytree(frozen_thrice, folder, symlinks=True)
    rows = (f'{key} = "{value}"' for key, value in {"kind": "sparql", **running[0]._asdict()}.items())
    with (folder / "planverk.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n".join(["", "[store]", *rows, ""]))
    instance = read_instance(folder)
    forget_all(instance)
    return instance


def forget_all(instance: Instance) -> None:
    register = register_of(instance)
    for description in register.descriptions().values():
        for graph in description.graphs.values():
            graphs.drop(register.lookups.server, graph)
    graphs.drop(register.lookups.server, register.graph)


def write_version(folder: Path, version: str) -> None:
    for name, pattern, text in (
        ("planverk.toml", r'^version = ".*"$', f'version = "{version}"'),
        ("plan.ttl", r'dct:description ".*"@nb', f'dct:description "Utkast {version}"@nb'),
    ):
        before = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(re.sub(pattern, text, before, flags=re.MULTILINE), encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def push(hosted: Instance, version: str) -> Result:
    return run("push", str(hosted.folder), "--version", version)


def register_of(hosted: Instance) -> Register:
    assert hosted.store is not None
    return Register(Lookups(server(hosted.store, os.environ), hosted.limits), hosted.base)


def draft(client: FlaskClient) -> str:
    """The version that the service's document about the plan says it is of."""
    response = client.get("/doc/plan/fjord.nt")
    found = re.search(r"Utkast ([0-9.]+)", response.text)
    return found[1] if found else str(response.status_code)


def wait_for(seen: Callable[[], str], wanted: str) -> None:
    end = time.monotonic() + 60
    while seen() != wanted:
        assert time.monotonic() < end, f"{seen()} in place of {wanted}"
        time.sleep(0.1)


def test_before_the_first_push_the_service_says_so(hosted: Instance) -> None:
    response = create_app(hosted).test_client().get("/doc/plan/fjord")
    assert response.status_code == 503
    assert "Ingenting er publisert" in response.text


def test_a_push_is_taken_up_by_a_service_that_runs(hosted: Instance) -> None:
    client = create_app(hosted).test_client()
    for version in VERSIONS:
        result = push(hosted, version)
        assert result.exit_code == 0, result.output
        assert result.stdout == f"Utgave {version} er gjeldende på {hosted.store and hosted.store.query}\n"
        wait_for(lambda: draft(client), version)


def test_a_release_can_be_pushed_as_it_is_made(hosted: Instance) -> None:
    write_version(hosted.folder, "2.0.0")
    result = run("release", str(hosted.folder), "--push")
    assert result.exit_code == 0, result.output
    assert "Laster https://data.example.org/id/graph/plan (" in result.stderr
    assert draft(create_app(hosted).test_client()) == "2.0.0"


def test_the_release_before_stays_and_older_ones_are_dropped(hosted: Instance) -> None:
    for version in VERSIONS:
        assert push(hosted, version).exit_code == 0
    register = register_of(hosted)
    assert sorted(register.descriptions()) == VERSIONS[1:]
    assert list(register.switches()) == VERSIONS[2:]
    sizes = [register.size(f"{hosted.base}id/graph/{version}/plan") for version in VERSIONS]
    assert sizes[0] == 0
    assert sizes[1] == sizes[2] > 20


def test_a_release_of_before_can_be_pushed_again(hosted: Instance) -> None:
    for version in ("1.0.0", "1.1.0", "1.0.0"):
        assert push(hosted, version).exit_code == 0
    assert draft(create_app(hosted).test_client()) == "1.0.0"


def test_pushing_the_same_again_changes_nothing(hosted: Instance) -> None:
    assert push(hosted, "1.0.0").exit_code == 0
    before = register_of(hosted).switches()
    result = push(hosted, "1.0.0")
    assert result.exit_code == 0
    assert "fra før" in result.stderr
    assert "Laster" not in result.stderr
    assert register_of(hosted).switches() == before


def test_a_release_that_is_damaged_in_the_server_is_mended_by_pushing_it_again(hosted: Instance) -> None:
    assert push(hosted, "1.0.0").exit_code == 0
    graph = f"{hosted.base}id/graph/1.0.0/plan"
    graphs.replace(register_of(hosted).lookups.server, graph, [b"<urn:a> <urn:b> <urn:c> .\n"])
    assert draft(create_app(hosted).test_client()) == "200"  # what is derived of it is still there
    assert push(hosted, "1.0.0").exit_code == 0
    assert draft(create_app(hosted).test_client()) == "1.0.0"


def test_other_content_under_a_version_that_is_read_is_refused(hosted: Instance) -> None:
    assert push(hosted, "1.0.0").exit_code == 0
    manifest = hosted.releases / "1.0.0" / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("planverk 0", "planverk 9"), encoding="utf-8")
    result = push(hosted, "1.0.0")
    assert result.exit_code == 1
    assert "version 1.0.0 with other content" in result.stderr
    assert "Raise `version`" in result.stderr


@pytest.mark.parametrize("variables", [{"PLANVERK_TEST_PASSWORD": "wrong"}, {"PLANVERK_TEST_USER": "nobody"}], ids=str)
def test_a_wrong_password_is_told_with_what_to_do(
    hosted: Instance, monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = push(hosted, "1.0.0")
    assert result.exit_code == 1
    assert re.search(r"http://\S+ answered 401\. It wants a user and a password", result.stderr)
    assert "wrong" not in result.output


def test_a_password_that_is_not_set_is_told_by_its_name(hosted: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLANVERK_TEST_PASSWORD")
    result = push(hosted, "1.0.0")
    assert result.exit_code == 1
    assert "PLANVERK_TEST_PASSWORD, which planverk.toml names, is not set" in result.stderr


class Gate(BaseHTTPRequestHandler):
    """Stands before a server's address for updates, and lets no switch through."""

    store: RemoteStore
    knocked = Event()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if b"INSERT" in body:
            self.knocked.set()
            time.sleep(60)
        connection = http.client.HTTPConnection(urlsplit(self.store.update).netloc)
        connection.request("POST", self.path, body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        self.send_response(answer.status)
        for name in ("WWW-Authenticate", "Content-Type"):
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def gate(running: Running) -> Iterator[str]:
    """The address of a gate before the server's address for updates."""
    Gate.store = running[0]
    Gate.knocked.clear()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Gate)
    httpd.daemon_threads = True
    httpd.block_on_close = False
    Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    httpd.server_close()


def test_a_push_that_is_killed_before_the_switch_leaves_the_old_release(hosted: Instance, gate: str) -> None:
    client = create_app(hosted).test_client()
    assert push(hosted, "1.0.0").exit_code == 0
    settings = hosted.folder / "planverk.toml"
    good = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r'(update = ")http://[^/]+', rf"\g<1>{gate}", good), encoding="utf-8")
    attempt = subprocess.Popen(
        [sys.executable, "-m", "planverk.cli", "push", str(hosted.folder), "--version", "1.1.0"],
        stderr=subprocess.DEVNULL,
    )
    assert Gate.knocked.wait(60)
    attempt.send_signal(signal.SIGKILL)
    attempt.wait()
    assert register_of(hosted).size(f"{hosted.base}id/graph/1.1.0/plan") > 20
    assert draft(client) == "1.0.0"
    settings.write_text(good, encoding="utf-8")
    assert push(hosted, "1.1.0").exit_code == 0
    wait_for(lambda: draft(client), "1.1.0")


PATHS = ["/doc/plan/fjord", "/doc/plan/none", "/sparql?query=ASK%7B%7D", "/health/ready"]


def test_a_server_that_falls_silent_is_503_and_never_404(hosted: Instance, running: Running) -> None:
    assert push(hosted, "1.0.0").exit_code == 0
    client = create_app(replace(hosted, limits=Limits(seconds=1))).test_client()
    assert draft(client) == "1.0.0"
    _, process = running
    process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(1.1)  # the version is believed for a second
        for path in PATHS:
            began = time.monotonic()
            response = client.get(path, headers={"Accept": "application/json"})
            assert (response.status_code, response.mimetype) == (503, "application/problem+json")
            assert int(response.headers["Retry-After"]) > 0
            assert response.json is not None
            assert "127.0.0.1" not in response.text
            assert time.monotonic() - began < 20
        assert client.get("/health/live").status_code == 200
    finally:
        process.send_signal(signal.SIGCONT)
    wait_for(lambda: draft(client), "1.0.0")


def test_a_server_that_is_not_there_is_503_and_a_push_says_where(hosted: Instance) -> None:
    assert push(hosted, "1.0.0").exit_code == 0
    settings = hosted.folder / "planverk.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"http://127\.0\.0\.1:\d+", f"http://127.0.0.1:{free_port()}", text), encoding="utf-8")
    absent = read_instance(hosted.folder)
    response = create_app(absent).test_client().get("/doc/plan/none")
    assert response.status_code == 503
    result = push(hosted, "1.0.0")
    assert result.exit_code == 1
    assert absent.store is not None
    assert f"{absent.store.query}: Connection refused. Is the server up" in result.stderr
