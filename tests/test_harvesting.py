"""What `planverk harvest-check` says data.norge.no would do: it accepts, takes up, drops, refuses and scores as that does."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node
from werkzeug.serving import make_server

from endpoints import listening
from planverk.cli import main
from planverk.harvesting import examination, harvester, retrieval
from planverk.harvesting.examination import Examined, Judgement
from planverk.harvesting.harvester import KINDS, Refused
from planverk.harvesting.quality import EUROPE, METRICS, NORWAY
from planverk.harvesting.retrieval import Probe
from planverk.instance import Instance
from planverk.media import TURTLE
from planverk.release import open_release
from planverk.vocab import DCAT, DCT, EU, FOAF, RDF, XSD
from planverk.web import create_app, harvestcheck
from test_conformance import SEMIC, SEMIC_RANGE, V2, complaints, official, with_axioms

# rdflib's parsers use names that it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
URL = "https://data.example.org/katalog"
WELL = Judgement(None, lambda url: Probe(200, "", 0.1))
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def examined(
    body: bytes | str, judgement: Judgement = WELL, before: Graph | None = None, accept: str = "text/turtle"
) -> Examined:
    content = body if isinstance(body, bytes) else (PREFIXES + body).encode()
    return examination.examine(URL, accept, lambda: content, judgement, before)


def changed(catalogue: bytes, *changes: tuple[URIRef, Node | None]) -> bytes:
    """The catalogue with another value of a property, or without it."""
    graph = Graph().parse(data=catalogue, format="turtle")
    for term, value in changes:
        subjects = set(graph.subjects(term)) or set(graph.subjects(RDF.type, DCAT.Distribution))
        graph.remove((None, term, None))
        for subject in subjects if value is not None else ():
            graph.add((subject, term, value))
    return graph.serialize(format="turtle", encoding="utf-8")


@pytest.fixture(scope="module")
def catalogue(odd_client: FlaskClient) -> bytes:
    return odd_client.get("/katalog", headers={"Accept": "text/turtle"}).data


@contextmanager
def answering(status: int = 200, body: bytes = b"", **headers: str) -> Iterator[str]:
    """A server that answers everything in one way."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with listening(Handler) as address:
        yield address


@pytest.fixture(scope="module")
def running(odd: Instance) -> Iterator[str]:
    """The address of a running service."""
    server = make_server("127.0.0.1", 0, create_app(odd), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


# Our own documents


@pytest.mark.parametrize("who", ["buskerud", "odd"])
def test_every_dataset_of_ours_gets_all_the_points_there_are(request: pytest.FixtureRequest, who: str) -> None:
    client: FlaskClient = request.getfixturevalue({"buskerud": "client", "odd": "odd_client"}[who])
    base = request.getfixturevalue(who).base

    def ask(url: str) -> Probe:
        return Probe(client.head("/" + url.removeprefix(base), buffered=True).status_code, "", 0.1)

    found = examined(client.get("/katalog").data, Judgement(None, ask))
    assert (found.refused, found.warnings) == (None, [])
    assert {(one.norway.points, one.norway.level, one.complaints == []) for one in found.scores} == {
        (360, "Utmerket", True)
    }
    assert NORWAY.reachable == 360
    assert {one.europe.points for one in found.scores} == {400}


@pytest.mark.parametrize("path", ["client", "odd_client"])
def test_the_official_shapes_of_the_score_agree(request: pytest.FixtureRequest, path: str) -> None:
    client: FlaskClient = request.getfixturevalue(path)
    found = examined(client.get("/katalog").data, Judgement(official(V2), WELL.ask))
    assert [one.norway.points for one in found.scores] == [360] * len(found.scores)


def test_a_running_service_is_checked_from_the_command_line(running: str) -> None:
    result = CliRunner().invoke(main, ["harvest-check", running, "--base", "https://data.example.org/", "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["conflicts"] == []
    assert [document["refused"] for document in told["documents"]] == [None, None, None]
    kinds = [{entry["type"] for entry in document["entries"]} for document in told["documents"]]
    assert kinds == [{"Dataset", "DatasetSeries", "DataService"}, {"Concept"}, {"InformationModel"}]
    (scored,) = told["documents"][0]["scores"]
    assert scored["norway"]["points"] == 360


def test_addresses_that_do_not_answer_cost_80_points_and_the_text_says_so(running: str) -> None:
    # Without --base the addresses are asked for where nobody is.
    result = CliRunner().invoke(main, ["harvest-check", running + "katalog"])
    assert result.exit_code == 0
    assert "280 av 435" in result.stdout
    assert "La dcat:downloadURL svare på HEAD med 2xx innen 10 sekunder." in result.stdout


def test_the_catalogue_for_europe_gets_all_the_points_there_are_in_europe(
    odd_client: FlaskClient, odd: Instance
) -> None:
    body = odd_client.get("/katalog/europa", headers={"Accept": "text/turtle"}).data
    (scored,) = examined(body).scores
    assert (scored.europe.points, scored.norway.points) == (405, 335)
    release = open_release(odd.releases / odd.version)
    sizes = {row["bytes"] for row in release.files if row["name"].startswith(("data.", "tables."))}
    assert {int(size) for size in Graph().parse(data=body, format="turtle").objects(None, DCAT.byteSize)} <= sizes


def test_the_european_shapes_find_nothing_wrong_in_the_catalogue_for_europe(client: FlaskClient) -> None:
    catalogue = Graph().parse(data=client.get("/katalog/europa.ttl").data, format="turtle")
    for shapes in (SEMIC, SEMIC_RANGE):
        assert complaints(with_axioms(catalogue), official(shapes)) == []


def test_planners_see_on_a_page_what_would_be_taken_up_and_how_it_scores(client: FlaskClient) -> None:
    answer = client.get("/katalog/kontroll")
    assert answer.status_code == 200
    assert answer.text.count("360 av 435 poeng") == 2
    assert re.search(r"\d+ Concept", answer.text)
    assert "1 InformationModel" in answer.text
    assert "Points lost" in client.get("/en/katalog/kontroll").text


def test_the_page_asks_nothing_of_any_address(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)
    harvestcheck._examined.cache_clear()
    assert client.get("/katalog/kontroll").status_code == 200


# What is refused


@pytest.mark.parametrize(
    ("status", "headers", "word"),
    [
        (301, {"Location": "/katalog"}, "301"),
        (303, {"Location": "/katalog"}, "303"),
        (204, {}, "204"),
        (404, {}, "404"),
        (503, {}, "503"),
        (200, {"Content_Encoding": "gzip"}, "Content-Encoding"),
    ],
)
def test_only_a_plain_200_is_fetched(status: int, headers: dict[str, str], word: str) -> None:
    with answering(status, **headers) as address, pytest.raises(Refused, match=word):
        retrieval.fetch(address, "text/turtle")


def test_what_is_not_there_is_told_with_its_reason() -> None:
    with pytest.raises(Refused, match="svarer ikke"):
        retrieval.fetch("http://127.0.0.1:9/", "text/turtle")
    with pytest.raises(Refused, match="http"):
        retrieval.fetch("file:///etc/passwd", "text/turtle")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("", "fjernet alt"),
        ("<https://a.example/x> dct:title 'x' .", "fjernet alt"),
        ("<https://a.example/x> a dcat:Dataset", "kan ikke leses som Turtle"),
        ("<https://a.example/x> a dcat:Dataset ; <https://a.example/1> 1 .", "egenskapen|Egenskapen"),
        ('<https://a.example/x> a dcat:Dataset ; dct:title "a\\u0001b" .', "XML"),
        (
            "<https://a.example/x> a dcat:Dataset ; dct:relation _:a . _:a dct:relation _:b . _:b dct:relation _:a .",
            "ring",
        ),
    ],
)
def test_a_document_that_cannot_be_harvested_is_refused_as_a_whole(body: str, word: str) -> None:
    refused = examined(body).refused
    assert refused
    assert any(one in refused for one in word.split("|"))


@pytest.mark.parametrize("accept", ["*/*", "", "text/html", "application/rdf+json"])
def test_an_accept_field_without_a_language_is_refused(accept: str) -> None:
    assert "text/turtle" in (examined("<https://a.example/x> a dcat:Dataset .", accept=accept).refused or "")


def test_the_language_is_that_of_the_accept_field_whatever_the_answer_is(catalogue: bytes) -> None:
    assert "RDF/XML" in (examined(catalogue, accept="application/rdf+xml").refused or "")
    assert harvester.language_of("application/rdf+xml, text/turtle;q=0.1") == TURTLE


def test_more_than_75_megabytes_is_refused() -> None:
    with pytest.raises(Refused, match="byte"):
        harvester.read(b" " * (harvester.LARGEST + 1), TURTLE)


# What is taken up, and what is not


def test_what_has_no_address_is_passed_over_and_what_no_catalogue_names_is_an_orphan() -> None:
    found = examined("[] a dcat:Dataset . <https://a.example/x> a dcat:Dataset .")
    assert [(entry.iri, entry.catalogue) for entry in found.entries] == [
        ("https://a.example/x", f"{URL}#GeneratedCatalog")
    ]
    assert any("uten adresse" in warning for warning in found.warnings)
    assert any("ikke i noen katalog" in warning for warning in found.warnings)
    assert any("organisasjonsnummer" in warning for warning in found.warnings)


def test_a_relative_address_becomes_one_at_example_com() -> None:
    found = examined("<id/x> a dcat:Dataset .")
    assert [entry.iri for entry in found.entries] == ["http://example.com/id/x"]
    assert any("example.com" in warning for warning in found.warnings)


def test_a_dataset_in_a_listed_series_is_in_the_catalogue() -> None:
    found = examined("""
        <https://a.example/k> a dcat:Catalog ; dcat:dataset <https://a.example/s> . <https://a.example/s> a dcat:DatasetSeries .
        <https://a.example/x> a dcat:Dataset ; dcat:inSeries <https://a.example/s> .
        """)
    assert {entry.catalogue for entry in found.entries} == {"https://a.example/k"}


def test_a_member_is_judged_by_what_it_leads_to_but_not_by_other_members() -> None:
    graph = harvester.read((PREFIXES + """
        <https://a.example/x> a dcat:Dataset ; dct:relation <https://a.example/y> ; dct:publisher <https://a.example/p> .
        <https://a.example/p> dct:relation <https://a.example/q> . <https://a.example/q> dct:title "q" .
        <https://a.example/y> a dcat:Dataset ; dct:title "y" .
        """).encode(), TURTLE)  # fmt: skip
    member = harvester.member_graph(graph, URIRef("https://a.example/x"), KINDS["dataset"])
    assert set(member.objects(None, DCT.title)) == {Literal("q")}


def test_identifiers_are_those_of_java() -> None:
    # What UUID.nameUUIDFromBytes gives for these bytes.
    assert harvester.fdk_id("abc") == "90015098-3cd2-3fb0-9696-3f7d28e17f72"


@pytest.mark.parametrize(
    ("iri", "number", "found"),
    [
        ("https://a.example/organizations/999999999", None, "999999999"),
        ("https://a.example/999999999/888888888", None, None),
        ("https://a.example/fylket", "999999999", "999999999"),
        ("https://a.example/1234567890", None, None),
    ],
)
def test_a_publisher_is_known_by_the_only_nine_digits(iri: str, number: str | None, found: str | None) -> None:
    graph = Graph()
    graph.add((URIRef("https://a.example/x"), DCT.publisher, URIRef(iri)))
    if number:
        graph.add((URIRef(iri), DCT.identifier, Literal(number)))
    assert harvester.organisation_of(graph, URIRef("https://a.example/x")) == found


def test_two_addresses_with_the_same_things_are_in_conflict(catalogue: bytes) -> None:
    first, second = examined(catalogue), examined(catalogue)
    second.url = "https://data.example.org/annet"
    told = examination.in_conflict([first, second])
    assert any("er katalog i" in conflict for conflict in told)
    assert any("id/dataset/" in conflict for conflict in told)
    assert examination.in_conflict([first]) == []


def test_what_has_vanished_since_the_last_harvest_is_told(catalogue: bytes) -> None:
    before = harvester.read(catalogue, TURTLE)
    gone = URIRef("https://data.example.org/id/dataset/borte")
    before.add((gone, RDF.type, DCAT.Dataset))
    changes = examined(
        changed(catalogue, (DCT.modified, Literal("2026-11-26", datatype=XSD.date))), before=before
    ).changes
    assert changes
    assert changes.removed == [str(gone)]
    assert "https://data.example.org/id/service/sparql" in changes.changed
    assert changes.added == []
    unchanged = examined(catalogue, before=harvester.read(catalogue, TURTLE)).changes
    assert unchanged == ([], [], [])


# How it is scored


def test_the_tables_add_up_to_what_their_owners_say() -> None:
    assert sum(row.points for row in NORWAY.metrics) == 435
    assert sum(row.points for row in EUROPE.metrics) == EUROPE.reachable == 405
    assert len({row.name for row in METRICS}) == len(METRICS) == 25


@pytest.mark.parametrize(
    ("term", "value", "points"),
    [
        (DCAT.theme, None, 360 - 30 - 30),
        (DCT.spatial, None, 360 - 20),
        (DCT.temporal, None, 360 - 20),
        (DCAT.downloadURL, None, 360 - 20 - 30),
        (DCAT.accessURL, None, 360 - 50 - 30),
        (DCAT.mediaType, None, 360 - 10),
        (DCT.rights, None, 360 - 5),
        (DCT.license, URIRef("https://a.example/licence"), 360 - 10 - 30),
        (DCT.accessRights, URIRef("https://a.example/open"), 360 - 5 - 30),
        (DCT.publisher, None, 360 - 10 - 30),
        (DCAT.contactPoint, None, 360 - 20 - 30),
        (FOAF.name, None, 360 - 30),
        (DCAT.byteSize, Literal("12", datatype=XSD.nonNegativeInteger), 335),
        (URIRef("http://www.w3.org/ns/adms#status"), EU["distribution-status/COMPLETED"], 330),
    ],
)
def test_each_thing_that_is_missing_or_wrong_costs_its_points(
    catalogue: bytes, term: URIRef, value: Node | None, points: int
) -> None:
    (scored,) = examined(changed(catalogue, (term, value))).scores
    assert scored.norway.points == points
    assert all(lost.mend for lost in scored.norway.lost)


def test_the_best_distribution_counts(catalogue: bytes) -> None:
    graph = harvester.read(catalogue, TURTLE)
    worst, *_ = sorted(graph.subjects(RDF.type, DCAT.Distribution))
    graph.remove((worst, DCT.rights, None))
    (scored,) = examined(graph.serialize(format="turtle", encoding="utf-8")).scores
    assert scored.norway.points == 360


def test_a_dataset_without_distribution_is_scored_as_it_is() -> None:
    (scored,) = examined("<https://a.example/x> a dcat:Dataset ; dcat:keyword 'plan'@nb .").scores
    assert (scored.norway.points, scored.norway.level) == (30, "Dårlig")


@pytest.mark.parametrize(("status", "well"), [(200, True), (204, True), (404, False), (500, False)])
def test_an_address_is_asked_for_with_head(status: int, well: bool) -> None:
    with answering(status) as address:
        assert retrieval.probe(address).is_well is well


def test_an_address_that_leads_elsewhere_is_followed_and_one_of_no_web_is_not_asked_for() -> None:
    with answering(200) as there, answering(302, Location=there) as here:
        assert retrieval.probe(here).is_well
    assert not retrieval.probe("file:///etc/passwd").is_well


def test_a_wrong_file_of_before_is_told(running: str, tmp_path: Path) -> None:
    file = tmp_path / "before.ttl"
    file.write_text("<", encoding="utf-8")
    result = CliRunner().invoke(main, ["harvest-check", running + "katalog", "--before", str(file)])
    assert result.exit_code == 1
    assert "before.ttl" in result.output


@pytest.mark.parametrize("address", ["http://[x", "ftp://x/katalog", "http://x y/", "katalog"])
def test_what_is_no_address_is_told(address: str) -> None:
    result = CliRunner().invoke(main, ["harvest-check", address])
    assert (result.exit_code, f"«{address}» er ingen adresse på nettet" in result.stderr) == (1, True)
