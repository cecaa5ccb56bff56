"""Things and their documents over HTTP: what dereferencing an IRI gives, to whom, and with which headers."""

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import brotli  # type: ignore[import-untyped]  # it has no types
import pytest
from flask.testing import FlaskClient
from flask_compress.compat import compression
from rdflib import RDF, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from werkzeug.test import TestResponse

from conftest import copied
from planverk import publication, release, serialization
from planverk.instance import Instance, read_instance
from planverk.media import BY_SUFFIX, DOCUMENTS, HTML, RDF_REPRESENTATIONS, Representation
from planverk.release import CATALOGUE, DATA
from planverk.vocab import DCT, PLAN, RDFS, W3ID
from planverk.vocabulary import read_vocabulary
from planverk.web import create_app
from planverk.web.responses import edition

BASE = "https://data.example.org/"
BLUEBERRY = "/doc/theme/bl%C3%A5b%C3%A6r"
SLASH = "/doc/concept/skr%C3%A5strek/"
WITHDRAWN = "/doc/theme/gammelt"
MARKUP = "/doc/theme/markup"
NAME_WITH_MARKUP = "</script><script>alert(1)</script> (oppdiktet)"
PARSERS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml", "trig": "trig", "nq": "nquads"}
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "br": brotli.decompress,
    "zstd": compression.zstd.decompress,
}

# Every route that answers GET, and an address it answers.
_SUFFIX = f"<any({','.join(BY_SUFFIX)}):suffix>"
_RDF_SUFFIX = _SUFFIX.replace("html,", "")
ROUTES = {
    "/": "/",
    "/data": "/data",
    "/about": "/about",
    "/accessibility": "/accessibility",
    "/privacy": "/privacy",
    "/search": "/search",
    "/search.json": "/search.json?q=tema",
    "/static/<path:filename>": "/static/planverk.css",
    "/id/<path:name>": "/id/theme/markup",
    "/doc/<path:name>": MARKUP,
    f"/doc/<path:name>.{_SUFFIX}": f"{MARKUP}.ttl",
    "/def": "/def",
    "/def/": "/def/",
    f"/def.{_SUFFIX}": "/def.nt",
    "/def/<path:name>": "/def/Goal",
    f"/def/<path:name>.{_SUFFIX}": "/def/Goal.jsonld",
    "/def/context.jsonld": "/def/context.jsonld",
    "/def/plan-tree.frame.jsonld": "/def/plan-tree.frame.jsonld",
    "/.well-known/void": "/.well-known/void",
    f"/.well-known/void.{_SUFFIX}": "/.well-known/void.trig",
    "/katalog": "/katalog",
    f"/katalog.{_SUFFIX}": "/katalog.html",
    "/begreper": "/begreper",
    f"/begreper.{_SUFFIX}": "/begreper.ttl",
    "/informasjonsmodell": "/informasjonsmodell",
    f"/informasjonsmodell.{_SUFFIX}": "/informasjonsmodell.html",
    "/katalog/europa": "/katalog/europa",
    f"/katalog/europa.{_SUFFIX}": "/katalog/europa.ttl",
    "/katalog/kontroll": "/katalog/kontroll",
    "/counties": "/counties",
    "/compare/<path:name>": "/compare/plan/fjord",
    "/robots.txt": "/robots.txt",
    "/sitemap.xml": "/sitemap.xml",
    "/sitemap-<name>.xml": "/sitemap-organisation-1.xml",
    "/feed": "/feed",
    f"/feed.{_RDF_SUFFIX}": "/feed.ttl",
    "/feed.atom": "/feed.atom",
    "/feed/<version>/<int:number>": "/feed/1.0.0/1",
    f"/feed/<version>/<int:number>.{_RDF_SUFFIX}": "/feed/1.0.0/1.ttl",
    "/timemap/<any(link,json):form>/doc/<path:name>": "/timemap/link/doc/theme/markup",
    "/sparql": "/sparql",
    "/sparql/words": "/sparql/words",
    "/sparql/examples": "/sparql/examples",
    f"/sparql/examples.{_SUFFIX}": "/sparql/examples.html",
    "/openapi.json": "/openapi.json",
    "/query/": "/query/",
    "/query/<name>": "/query/themes",
    "/releases/": "/releases/",
    "/releases/<version>/": "/releases/1.0.0/",
    "/releases/<version>/report": "/releases/1.0.0/report",
    f"/releases/<version>/report.{_SUFFIX}": "/releases/1.0.0/report.ttl",
    "/releases/<version>/changes": "/releases/1.0.0/changes",
    f"/releases/<version>/changes.{_SUFFIX}": "/releases/1.0.0/changes.ttl",
    "/releases/<version>/changes/since/<since>": "/releases/1.0.0/changes/since/1.0.0",
    f"/releases/<version>/changes/since/<since>.{_SUFFIX}": "/releases/1.0.0/changes/since/1.0.0.ttl",
    "/releases/<version>/doc/<path:name>": "/releases/1.0.0/doc/theme/markup",
    f"/releases/<version>/doc/<path:name>.{_SUFFIX}": "/releases/1.0.0/doc/theme/markup.ttl",
    "/releases/<version>/<name>": "/releases/1.0.0/data.ttl",
    "/health/live": "/health/live",
    "/health/ready": "/health/ready",
    "/metrics": "/metrics",
}
CHANGING = {"/metrics"}
EVERY_PATH = [
    *(path for path in ROUTES.values() if path not in CHANGING),
    *(BLUEBERRY, SLASH, WITHDRAWN, "/doc/nothing", "/releases/current/", "/sparql?query=ASK%7B%7D"),
]

# rdflib's parsers use names that it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")


def graph_of(response: TestResponse, row: Representation) -> Graph:
    """The triples of an RDF answer, whichever graphs they are in."""
    if not row.has_graphs:
        return Graph().parse(data=response.data, format=PARSERS[row.suffix])
    graph, dataset = Graph(), Dataset()
    dataset.parse(data=response.data, format=PARSERS[row.suffix])
    for s, p, o, _ in dataset.quads():
        graph.add((s, p, o))
    return graph


def vary(response: TestResponse) -> set[str]:
    return {name.strip() for name in response.headers["Vary"].split(",")}


def links(response: TestResponse) -> list[tuple[str, dict[str, str]]]:
    """The targets of the Link field (RFC 8288) with their parameters."""
    found = re.findall(r'<([^>]*)>((?:; [a-z]+="[^"]*")+)', response.headers["Link"])
    return [(target, dict(re.findall(r'([a-z]+)="([^"]*)"', parameters))) for target, parameters in found]


def whole(client: FlaskClient, path: str, **request: Any) -> TestResponse:  # Any: what the client takes
    """An answer read to its end, with its file closed."""
    return client.open(path, buffered=True, **request)


def without_date(response: TestResponse) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in response.headers if name != "Date")


def subjects(instance: Instance) -> list[str]:
    """The IRIs of all things in the current release of an instance."""
    current = release.current(instance.releases)
    assert current is not None
    graph = Graph().parse(current.folder / "data.nt")
    return sorted({str(subject) for subject in graph.subjects()})


def withdrawn(instance: Instance) -> set[str]:
    """The IRIs of those of them that were taken back."""
    graph = Graph().parse(instance.releases / "current" / "data.nt")
    return {str(subject) for subject in graph.subjects(PLAN.withdrawnOn)}


def one_of_each_class(instance: Instance) -> list[str]:
    """The paths of documents about one thing of each class in the current release, its catalogue included."""
    current = release.current(instance.releases)
    assert current is not None
    graph = serialization.read(b"".join((current.folder / part).read_bytes() for part in (DATA, CATALOGUE)))
    pairs = sorted((str(kind), str(thing)) for thing, kind in graph.subject_objects(RDF.type))
    ours = {kind: thing.removeprefix(instance.base + "id/") for kind, thing in pairs if instance.base + "id/" in thing}
    return sorted({"/doc/" + quote(name) for name in ours.values()})


def publish_next(instance: Instance, version: str, *changes: tuple[str, str]) -> None:
    """Release an instance again, with pieces of its plan.ttl replaced."""
    plan, settings = instance.folder / "plan.ttl", instance.folder / "planverk.toml"
    text = plan.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    plan.write_text(text, encoding="utf-8")
    settings.write_text(settings.read_text(encoding="utf-8").replace(instance.version, version), encoding="utf-8")
    following = read_instance(instance.folder)
    examined = publication.examine(following, lambda step: None)
    publication.publish(following, examined, lambda step: None)


# Which representation


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row.suffix)
def test_accept_chooses_the_representation(odd_client: FlaskClient, row: Representation) -> None:
    response = odd_client.get(BLUEBERRY, headers={"Accept": row.media_type})
    assert (response.status_code, response.content_type) == (200, row.content_type)
    language = "" if row.is_rdf else "/nb"
    assert response.headers["Content-Location"] == f"{language}{BLUEBERRY}.{row.suffix}"


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row.suffix)
def test_a_suffix_chooses_the_representation_whatever_is_accepted(odd_client: FlaskClient, row: Representation) -> None:
    response = odd_client.get(f"{BLUEBERRY}.{row.suffix}", headers={"Accept": "image/png"})
    assert (response.status_code, response.content_type) == (200, row.content_type)
    assert "Accept" not in vary(response) or row is HTML  # pages are chosen by language too


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, {"Accept": ""}, {"Accept": "text/html;q=0.1"}])
def test_a_client_without_wishes_gets_the_page(odd_client: FlaskClient, headers: dict[str, str]) -> None:
    assert odd_client.get(BLUEBERRY, headers=headers).content_type == HTML.content_type


@pytest.mark.parametrize("path", [BLUEBERRY, SLASH, WITHDRAWN, "/def", "/def/Goal", "/katalog"])
def test_a_format_we_have_not_is_answered_with_those_we_have(odd_client: FlaskClient, path: str) -> None:
    response = odd_client.get(path, headers={"Accept": "image/png"})
    assert (response.status_code, response.content_type) == (406, "application/problem+json")
    offered = response.get_json()["available"]
    assert {row["type"] for row in offered} == {row.media_type for row in DOCUMENTS}
    assert all(odd_client.get(row["href"]).content_type.startswith(row["type"]) for row in offered)


def test_n_quads_are_n_quads_with_the_graph_each_statement_is_in(odd_client: FlaskClient) -> None:
    response = odd_client.get(BLUEBERRY, headers={"Accept": "application/n-quads"})
    dataset = Dataset()
    dataset.parse(data=response.data, format="nquads")
    assert response.content_type == "application/n-quads"
    assert URIRef(BASE + "id/graph/plan") in {graph for *_, graph in dataset.quads()}


# One document, many forms


@pytest.mark.parametrize("path", [BLUEBERRY, SLASH, WITHDRAWN, MARKUP, "/doc/plan/fjord", "/def", "/def/Goal"])
def test_all_rdf_of_a_document_says_the_same(odd_client: FlaskClient, path: str) -> None:
    graphs = [graph_of(odd_client.get(f"{path}.{row.suffix}"), row) for row in RDF_REPRESENTATIONS]
    assert len(graphs[0]) > 0
    assert all(isomorphic(graph, graphs[0]) for graph in graphs[1:])


def test_all_rdf_about_a_thing_of_every_class_says_the_same(client: FlaskClient, buskerud: Instance) -> None:
    current = release.current(buskerud.releases)
    assert current is not None
    data = serialization.read(b"".join((current.folder / part).read_bytes() for part in (DATA, CATALOGUE)))
    for path in one_of_each_class(buskerud):
        graphs = [graph_of(client.get(f"{path}.{row.suffix}"), row) for row in RDF_REPRESENTATIONS]
        thing = URIRef(buskerud.base + "id/" + unquote(path.removeprefix("/doc/")))
        assert set(data.predicate_objects(thing)) <= set(graphs[0].predicate_objects(thing)), path
        assert all(set(graph) == set(graphs[0]) for graph in graphs), path


def test_a_document_says_what_points_to_the_thing_and_names_what_it_points_to(odd_client: FlaskClient) -> None:
    graph = graph_of(odd_client.get("/doc/plan/fjord.ttl"), RDF_REPRESENTATIONS[0])
    plan, theme = URIRef(BASE + "id/plan/fjord"), URIRef(BASE + "id/theme/blåbær")
    assert (theme, PLAN.elementOf, plan) in graph
    assert (theme, RDFS.label, Literal("Blåbær og æøå (oppdiktet)", lang="nb")) in graph
    authority = graph.value(plan, PLAN.planningAuthority)
    assert graph.value(authority, RDFS.label) == Literal("Fjordheim fylkeskommune (oppdiktet)", lang="nb")


# From the IRI of a thing to its document


@pytest.mark.parametrize("who", ["buskerud", "odd"])
def test_every_thing_leads_to_its_document(request: pytest.FixtureRequest, who: str) -> None:
    client = request.getfixturevalue({"buskerud": "client", "odd": "odd_client"}[who])
    instance = request.getfixturevalue(who)
    taken_back = withdrawn(instance)
    for iri in subjects(instance):
        path = "/" + quote(iri.removeprefix(instance.base), safe="/")
        response = client.get(path)
        assert response.status_code == 303, iri
        page = client.get(response.headers["Location"])
        assert page.status_code == (410 if iri in taken_back else 200), iri
        assert iri not in taken_back or "trukket tilbake" in page.text, iri


def test_every_term_of_our_own_leads_to_its_definition(odd_client: FlaskClient) -> None:
    ours = [term for term in read_vocabulary().terms if term.startswith(str(PLAN))]
    for term in ours:
        response = odd_client.get(f"/def/{term.removeprefix(str(PLAN))}.nt")
        assert response.status_code == 200, term
        assert f"<{term}> <{RDFS.isDefinedBy}> ".encode() in response.data


@pytest.mark.parametrize("path", ["/def/code/goal-level", "/def/code/goal-level/main-goal"])
def test_lists_of_codes_and_codes_have_documents(odd_client: FlaskClient, path: str) -> None:
    response = odd_client.get(f"{path}.nt")
    assert response.status_code == 200
    assert f"<{W3ID}{path.removeprefix('/def/')}> <{RDF.type}> ".encode() in response.data


ELSEWHERE = """
import hashlib, json, sys
from pathlib import Path
from planverk.instance import read_instance
from planverk.web import create_app
client = create_app(read_instance(Path(sys.argv[1]))).test_client()
print(json.dumps({path: hashlib.sha256(client.get(path).data).hexdigest() for path in sys.argv[2:]}))
"""


def test_documents_are_the_same_bytes_in_every_process(buskerud: Instance, client: FlaskClient) -> None:
    # Else a copy from one worker would not hold at another, nor after a restart.
    documents = [f"{path}.{suffix}" for path in one_of_each_class(buskerud) for suffix in ("html", "ttl", "rdf")]
    paths = ["/", "/def.nq", "/def.ttl", "/def.html", "/katalog", "/katalog.html", "/releases/", *documents]
    told = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(buskerud.folder), *paths],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        capture_output=True,
        check=True,
    )
    assert json.loads(told.stdout) == {path: hashlib.sha256(client.get(path).data).hexdigest() for path in paths}


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row.suffix)
@pytest.mark.parametrize("path", [BLUEBERRY, "/doc/plan/fjord", "/def/Goal", "/katalog"])
def test_a_document_asked_for_twice_is_the_same_bytes(odd_client: FlaskClient, path: str, row: Representation) -> None:
    first, second = (odd_client.get(f"{path}.{row.suffix}") for _ in range(2))
    assert (second.data, second.headers["ETag"]) == (first.data, first.headers["ETag"])


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/id/theme/bl%C3%A5b%C3%A6r", BLUEBERRY),
        ("/id/theme/bl%c3%a5b%c3%a6r", BLUEBERRY),
        ("/id/theme/blåbær", BLUEBERRY),
        ("/id/concept/skr%C3%A5strek/", SLASH),
        ("/id/theme/gammelt", WITHDRAWN),
        ("/id/theme/o'hara_&_(1.0)", "/doc/theme/o'hara_&_(1.0)"),
        ("/id/theme/o%27hara_%26_%281.0%29", "/doc/theme/o'hara_&_(1.0)"),
    ],
)
def test_the_iri_of_a_thing_leads_with_303_to_its_document(odd_client: FlaskClient, asked: str, location: str) -> None:
    response = odd_client.get(asked)
    assert (response.status_code, response.headers["Location"]) == (303, location)
    document = odd_client.get(location, headers={"Accept": "application/n-triples"})
    iri = BASE + "id" + unquote(location).removeprefix("/doc")
    assert document.data.startswith(f"<{iri}> <{RDF.type}> ".encode())


def test_an_iri_with_a_final_slash_is_another_than_the_one_without(odd_client: FlaskClient) -> None:
    assert odd_client.get(f"{SLASH}.ttl").status_code == 200
    assert odd_client.get(SLASH.rstrip("/")).status_code == 404
    assert odd_client.get(BLUEBERRY + "/").status_code == 404
    assert odd_client.get("/id/theme/markup/").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/id/theme/x", "/id/", "/id/theme", "/doc/theme/x", "/doc/theme/x.ttl", "/doc/theme/markup.pdf", "/def/Nothing",
     "/id/theme/x%3E%20%3Fp%20%3Fo", "/id/theme/%00", "/doc/theme/%FF", "/doc/theme/a%0D%0Ab", "/doc//theme/markup"],
)  # fmt: skip
def test_what_we_do_not_know_is_not_found(odd_client: FlaskClient, path: str) -> None:
    assert odd_client.get(path).status_code == 404


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row.suffix)
def test_a_withdrawn_thing_is_gone_and_its_document_tells_since_when_and_what_replaces_it(
    odd_client: FlaskClient, row: Representation
) -> None:
    response = odd_client.get(WITHDRAWN, headers={"Accept": row.media_type})
    assert (response.status_code, response.content_type) == (410, row.content_type)
    if row.is_rdf:
        thing, graph = URIRef(BASE + "id/theme/gammelt"), graph_of(response, row)
        assert str(graph.value(thing, PLAN.withdrawnOn)) == "2023-05-01"
        assert graph.value(thing, DCT.isReplacedBy) == URIRef(BASE + "id/theme/blåbær")
    else:
        assert "trukket tilbake" in response.text
        assert f'href="{BLUEBERRY}"' in response.text


# Names that are not what they seem


@pytest.mark.parametrize("path", ["/", "/katalog.html", "/releases/", "/doc/plan/fjord", MARKUP, f"{MARKUP}.html"])
def test_markup_in_a_name_is_text_on_every_page(odd_client: FlaskClient, path: str) -> None:
    # What describes the page to search engines is data, and runs nothing.
    page = re.sub(r'<script type="application/ld\+json">[^<]*</script>', "", odd_client.get(path).text)
    assert "<script" not in page.lower()
    assert "alert(1)" not in page or "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_markup_in_a_name_is_text_in_json_ld(odd_client: FlaskClient) -> None:
    response = odd_client.get(f"{MARKUP}.jsonld")
    assert response.content_type == "application/ld+json"
    assert NAME_WITH_MARKUP in json.dumps(json.loads(response.data))


# Headers that caches and clients go by


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (BLUEBERRY, {}, 200),
        (BLUEBERRY, {"Accept": "text/turtle", "Accept-Encoding": "gzip"}, 200),
        ("/id/theme/markup", {}, 303),
        (BLUEBERRY, {"If-None-Match": "*"}, 304),
        (BLUEBERRY, {"If-None-Match": "*", "Accept": "text/turtle", "Accept-Encoding": "br"}, 304),
        ("/doc/theme/x", {}, 404),
        (BLUEBERRY, {"Accept": "image/png"}, 406),
        (WITHDRAWN, {}, 410),
        ("/katalog", {}, 200),
        ("/sparql", {}, 200),
        ("/sparql?query=ASK%7B%7D", {}, 200),
        ("/sparql?query=ASK", {}, 400),
        ("/releases/", {}, 200),
    ],
)
def test_caches_are_told_what_the_answer_depends_on(
    odd_client: FlaskClient, path: str, headers: dict[str, str], status: int
) -> None:
    response = odd_client.get(path, headers=headers)
    assert response.status_code == status
    assert vary(response) >= {"Accept", "Accept-Encoding"}


def test_each_format_and_encoding_has_a_strong_etag_of_its_own(odd_client: FlaskClient) -> None:
    answers = [
        odd_client.get(f"{BLUEBERRY}.{row.suffix}", headers={"Accept-Encoding": encoding})
        for row in DOCUMENTS
        for encoding in ("", "gzip", "br", "zstd", "deflate")
    ]
    etags = [answer.headers["ETag"] for answer in answers]
    assert all(re.fullmatch(r'"[^"]+"', etag) for etag in etags)
    assert len(set(etags)) == len({answer.data for answer in answers}) == len(answers)


@pytest.mark.parametrize("path", ["/sparql?format={}", "/sparql?query=CONSTRUCT%7B%7D%7B%7D&format={}"])
def test_formats_of_the_same_bytes_have_etags_of_their_own(odd_client: FlaskClient, path: str) -> None:
    etags = [odd_client.get(path.format(suffix)).headers["ETag"] for suffix in ("ttl", "nt", "rdf", "jsonld")]
    assert len(set(etags)) == len(etags)


@pytest.mark.parametrize("encoding", ["", "gzip", "br", "zstd"])
@pytest.mark.parametrize(
    ("path", "form"),
    [
        (BLUEBERRY, "{}"),
        (BLUEBERRY, "W/{}"),
        (BLUEBERRY, '"other", {}'),
        (BLUEBERRY, "*"),
        (f"{MARKUP}.ttl", "{}"),
        ("/", "{}"),
        ("/katalog", '"other", W/"one", {}'),
        ("/def/Goal", "{}"),
        ("/sparql", "*"),
        ("/sparql?query=ASK%7B%7D", "{}"),
        ("/releases/", "{}"),
    ],
)
def test_a_copy_that_still_holds_is_not_sent_again(
    odd_client: FlaskClient, encoding: str, path: str, form: str
) -> None:
    first = odd_client.get(path, headers={"Accept-Encoding": encoding})
    sent = {"Accept-Encoding": encoding, "If-None-Match": form.format(first.headers["ETag"])}
    for again in (odd_client.get(path, headers=sent), odd_client.head(path, headers=sent)):
        assert (again.status_code, again.data) == (304, b"")
        assert [again.headers[name] for name in ("ETag", "Vary", "Cache-Control")] == [
            first.headers[name] for name in ("ETag", "Vary", "Cache-Control")
        ]


@pytest.mark.parametrize(
    "sent", [{"Accept": "application/n-triples"}, {"Accept-Encoding": "gzip"}, {"If-None-Match": '"another"'}]
)
def test_a_copy_of_something_else_does_not_hold(odd_client: FlaskClient, sent: dict[str, str]) -> None:
    page = odd_client.get(MARKUP)
    assert odd_client.get(MARKUP, headers={"If-None-Match": page.headers["ETag"], **sent}).status_code == 200


@pytest.mark.parametrize("path", [BLUEBERRY, f"{MARKUP}.ttl", "/sparql?query=ASK%7B%7D", "/releases/1.0.0/data.nt"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_wanted_only_if_it_is_the_same_is_sent_only_then(
    odd_client: FlaskClient, method: str, path: str
) -> None:
    first = whole(odd_client, path)
    for held in ("*", first.headers["ETag"], f'"other", {first.headers["ETag"]}'):
        again = odd_client.open(path, method=method, headers={"If-Match": held}, buffered=True)
        assert (again.status_code, again.headers["ETag"]) == (200, first.headers["ETag"])
    for other in ('"other"', f"W/{first.headers['ETag']}"):
        refused = odd_client.open(path, method=method, headers={"If-Match": other}, buffered=True)
        assert (refused.status_code, refused.content_type) == (412, "application/problem+json")
        assert refused.headers["Cache-Control"] == "no-store"
        assert refused.headers["Access-Control-Allow-Origin"] == "*"
        assert method == "HEAD" or "If-Match" in refused.get_json()["detail"]
    assert whole(odd_client, "/doc/nothing", headers={"If-Match": "*"}).status_code == 404


def test_caches_may_keep_a_document_but_must_ask_whether_it_holds(odd_client: FlaskClient) -> None:
    assert odd_client.get(BLUEBERRY).headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row.suffix)
@pytest.mark.parametrize("path", [BLUEBERRY, SLASH, WITHDRAWN, "/def", "/def/Goal", "/katalog"])
def test_a_document_links_to_its_other_forms_its_name_and_the_catalogue(
    odd_client: FlaskClient, path: str, row: Representation
) -> None:
    response = odd_client.get(path, headers={"Accept": row.media_type})
    told = links(response)
    others = {target: parameters["type"] for target, parameters in told if parameters["rel"] == "alternate"}
    assert others == {f"{path}.{other.suffix}": other.media_type for other in DOCUMENTS if other is not row}
    assert [target for target, parameters in told if parameters["rel"] == "canonical"] == [BASE.rstrip("/") + path]
    assert [target for target, parameters in told if parameters["rel"] == "describedby"] == ["/katalog"]
    for target, media_type in others.items():
        assert odd_client.get(target).content_type.startswith(media_type)


def test_every_route_is_tried_here(odd_client: FlaskClient) -> None:
    routes = {str(rule) for rule in odd_client.application.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert routes == set(ROUTES), "give ROUTES an address for each route that answers GET"


@pytest.mark.parametrize("headers", [{}, {"Accept-Encoding": "gzip"}, {"Accept": "text/turtle"}], ids=str)
@pytest.mark.parametrize("path", EVERY_PATH)
def test_head_is_get_without_the_content(odd_client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    full, head = whole(odd_client, path, headers=headers), whole(odd_client, path, headers=headers, method="HEAD")
    assert head.status_code == full.status_code
    assert head.data == b""
    assert without_date(head) == without_date(full)
    assert int(head.headers["Content-Length"]) == len(full.data)


@pytest.mark.parametrize("path", EVERY_PATH)
def test_who_the_client_thinks_we_are_changes_nothing(odd_client: FlaskClient, path: str) -> None:
    lies = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Prefix": "/evil",
        "X-Original-URL": "/evil",
        "Forwarded": "host=evil.example;proto=gopher",
    }
    honest = whole(odd_client, path)
    lied_to = whole(odd_client, path, headers=lies, base_url="https://evil.example:666/")
    assert lied_to.data == honest.data
    assert without_date(lied_to) == without_date(honest)
    assert b"evil.example" not in lied_to.data + str(lied_to.headers).encode()


# Compression


@pytest.mark.parametrize(
    "accepted",
    [None, "", "identity", "gzip;q=0", "gzip; q=0", "gzip;q=0.0, br;q=0", "*;q=0", "gzip;q=0.5, identity", "lz4"],
)
@pytest.mark.parametrize("path", [BLUEBERRY, f"{MARKUP}.ttl", "/", "/katalog", "/def.rdf", "/static/planverk.css"])
def test_nothing_is_compressed_unless_asked(odd_client: FlaskClient, path: str, accepted: str | None) -> None:
    response = whole(odd_client, path, headers={} if accepted is None else {"Accept-Encoding": accepted})
    assert "Content-Encoding" not in response.headers
    assert response.data == whole(odd_client, path).data


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("deflate", "deflate"),
        ("gzip;q=0.5", "gzip"),
        ("gzip; q=0.5, br; q=0.2", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("gzip, identity;q=0.5", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("zstd;q=0, *", "br"),
        ("*", "zstd"),
    ],
)
@pytest.mark.parametrize("path", [BLUEBERRY, "/", "/katalog", "/def.rdf", f"{MARKUP}.jsonld"])
def test_what_is_compressed_on_request_is_the_same_content(
    odd_client: FlaskClient, path: str, accepted: str, encoding: str
) -> None:
    response = odd_client.get(path, headers={"Accept-Encoding": accepted})
    assert response.headers["Content-Encoding"] == encoding
    assert DECODERS[encoding](response.data) == odd_client.get(path).data
    assert int(response.headers["Content-Length"]) == len(response.data)


# Scripts of other sites


@pytest.mark.parametrize("path", EVERY_PATH)
def test_scripts_of_any_site_may_read_every_answer(odd_client: FlaskClient, path: str) -> None:
    response = whole(odd_client, path, headers={"Origin": "https://site.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    exposed = response.headers["Access-Control-Expose-Headers"]
    assert {"Content-Location", "ETag", "Link", "Location", "Retry-After"} <= set(exposed.split(", "))


@pytest.mark.parametrize("path", [BLUEBERRY, "/id/theme/markup", "/sparql", "/katalog", "/releases/1.0.0/data.nq"])
def test_scripts_of_any_site_may_send_a_long_accept_field(odd_client: FlaskClient, path: str) -> None:
    # A browser asks first when Accept is longer than 128 bytes (Fetch standard, CORS-safelisted request-header).
    response = odd_client.options(
        path,
        headers={
            "Origin": "https://site.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "accept,content-type,if-none-match",
        },
    )
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Allow-Headers"] == "accept, content-type, if-none-match"
    taken = {"GET", "HEAD", "OPTIONS"} | ({"POST"} if path == "/sparql" else set())
    assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) == taken
    assert set(response.headers["Allow"].split(", ")) == taken
    assert int(response.headers["Access-Control-Max-Age"]) > 0


# A new release under a running service

OLD_NAME, NEW_NAME = "Blåbær og æøå (oppdiktet)", "Tyttebær (oppdiktet)"
NAMED = [BLUEBERRY, f"{BLUEBERRY}.ttl", "/doc/plan/fjord", f"{WITHDRAWN}.jsonld"]
THEME = "<id/theme/markup> a plan:Theme ;"
NAME_QUERY = "/sparql?format=csv&query=" + quote(f"SELECT ?n {{ <{BASE}id/theme/blåbær> <{RDFS.label}> ?n }}")
OLD_FILE = "/releases/1.0.0/data.nq"
UNCHANGED = "/def/Goal.nt"


class Republished(NamedTuple):
    """A service under which a second release was published, and what it answered before."""

    client: FlaskClient
    before: dict[str, TestResponse]


@pytest.fixture(scope="module")
def republished(odd: Instance, tmp_path_factory: pytest.TempPathFactory) -> Republished:
    instance = copied(odd, tmp_path_factory.mktemp("republished") / "instance")
    client = create_app(instance).test_client()
    before = {path: whole(client, path) for path in [*NAMED, MARKUP, NAME_QUERY, OLD_FILE, UNCHANGED]}
    publish_next(instance, "2.0.0", (OLD_NAME, NEW_NAME), (THEME, THEME + ' plan:withdrawnOn "2026-01-02"^^xsd:date ;'))
    return Republished(client, before)


@pytest.mark.parametrize("path", NAMED)
def test_names_are_fresh_right_after_a_release(republished: Republished, path: str) -> None:
    before = republished.before[path]
    after = republished.client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == before.status_code
    assert (OLD_NAME in before.text, NEW_NAME in before.text) == (True, False)
    assert (OLD_NAME in after.text, NEW_NAME in after.text) == (False, True)
    assert after.headers["ETag"] != before.headers["ETag"]


def test_names_in_answers_to_queries_are_fresh_right_after_a_release(republished: Republished) -> None:
    before = republished.before[NAME_QUERY]
    after = republished.client.get(NAME_QUERY, headers={"If-None-Match": before.headers["ETag"]})
    assert (before.text, after.text) == (f"n\r\n{OLD_NAME}\r\n", f"n\r\n{NEW_NAME}\r\n")


def test_a_new_release_leaves_the_old_one_where_it_was(republished: Republished) -> None:
    assert whole(republished.client, OLD_FILE).data == republished.before[OLD_FILE].data
    assert NEW_NAME in whole(republished.client, "/releases/2.0.0/data.nq").text
    assert republished.client.get("/releases/current/data.nq").headers["Location"] == "/releases/2.0.0/data.nq"
    versions = republished.client.get("/releases/", headers={"Accept": "application/json"}).get_json()["releases"]
    assert [row["version"] for row in versions] == ["2.0.0", "1.0.0"]


def test_a_copy_of_what_a_release_did_not_change_still_holds(republished: Republished) -> None:
    sent = {"If-None-Match": republished.before[UNCHANGED].headers["ETag"]}
    assert republished.client.get(UNCHANGED, headers=sent).status_code == 304


def test_a_thing_withdrawn_in_a_release_is_gone_from_then_on(republished: Republished) -> None:
    assert republished.before[MARKUP].status_code == 200
    assert republished.client.get("/id/theme/markup").status_code == 303
    assert republished.client.get(MARKUP).status_code == 410


def test_a_request_reads_one_release_from_beginning_to_end(copy_of_odd: Instance) -> None:
    app = create_app(copy_of_odd)
    with app.test_request_context("/"):
        first = edition()
        publish_next(copy_of_odd, "2.0.0", (OLD_NAME, NEW_NAME))
        assert edition() is first
    with app.test_request_context("/"):
        assert edition().release.version == "2.0.0"
