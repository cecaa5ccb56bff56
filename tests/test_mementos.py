"""Documents as they were: an earlier release answers for every document in it (RFC 7089)."""

import re

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, URIRef

from planverk.instance import Instance
from planverk.vocab import DCT, PLAN
from planverk.web import create_app
from planverk.web.archive import MOST_OPEN, Archive

PLAN_DOCUMENT, NEW, WITHDRAWN = "/doc/plan/fjord", "/doc/theme/nytt", "/doc/theme/markup"
TIMES = {
    "1.0.0": "Fri, 02 Jan 2026 00:00:00 GMT",
    "1.1.0": "Tue, 03 Feb 2026 00:00:00 GMT",
    "2.0.0": "Wed, 04 Mar 2026 00:00:00 GMT",
}


@pytest.fixture(scope="module")
def web(editions: Instance) -> FlaskClient:
    return create_app(editions).test_client()


def relations(links: str) -> dict[str, str]:
    """The addresses in a Link header or a map of links by their relation."""
    found = re.findall(r"<([^>]*)>; rel=\"([^\"]*)\"", links)
    return {relation: address for address, kinds in found for relation in kinds.split()}


@pytest.mark.parametrize(
    ("path", "asked", "version"),
    [
        (PLAN_DOCUMENT, "Mon, 05 Jan 2026 12:00:00 GMT", "1.0.0"),
        (PLAN_DOCUMENT, TIMES["1.1.0"], "1.1.0"),
        (PLAN_DOCUMENT, "Mon, 02 Feb 2026 23:59:59 GMT", "1.0.0"),
        (PLAN_DOCUMENT, "Sat, 01 Jan 2050 00:00:00 GMT", "2.0.0"),
        (PLAN_DOCUMENT, "Sat, 01 Jan 2000 00:00:00 GMT", "1.0.0"),
        (PLAN_DOCUMENT, "Mon, 01 Jan 0001 00:00:00 +2359", "1.0.0"),
        (PLAN_DOCUMENT, "Fri, 31 Dec 9999 23:59:59 -2359", "2.0.0"),
        (NEW, "Sat, 01 Jan 2000 00:00:00 GMT", "1.1.0"),
    ],
)
def test_a_document_leads_to_itself_as_it_was(web: FlaskClient, path: str, asked: str, version: str) -> None:
    response = web.get(path, headers={"Accept-Datetime": asked, "Accept": "text/turtle"})
    assert (response.status_code, response.headers["Location"]) == (302, f"/releases/{version}{path}")
    assert "Accept-Datetime" in response.headers["Vary"]
    assert relations(response.headers["Link"] + ", " + ", ".join(response.headers.getlist("Link")))["timegate"] == path
    then = web.get(response.headers["Location"], headers={"Accept": "text/turtle"})
    assert (then.status_code, then.headers["Memento-Datetime"]) == (200, TIMES[version])


def test_the_format_and_the_language_stay_on_the_way(web: FlaskClient) -> None:
    asked = {"Accept-Datetime": TIMES["1.0.0"]}
    assert web.get(f"{PLAN_DOCUMENT}.ttl", headers=asked).headers["Location"] == f"/releases/1.0.0{PLAN_DOCUMENT}.ttl"
    assert web.get(f"/nn{PLAN_DOCUMENT}", headers=asked).headers["Location"] == f"/nn/releases/1.0.0{PLAN_DOCUMENT}"


@pytest.mark.parametrize(
    "asked",
    [
        "yesterday",
        "Thu, 04 Feb 99999999999999999999 00:00:00 GMT",
        "Thu, 04 Feb 10000 00:00:00 GMT",
        f"Thu, {'9' * 5000} Feb 2016 00:00:00 GMT",
        "Thu, 04 Feb 2016 00:00:00 +99999999999999999999",
    ],
)
def test_a_time_that_is_none_is_refused(web: FlaskClient, asked: str) -> None:
    response = web.get(PLAN_DOCUMENT, headers={"Accept-Datetime": asked})
    assert response.status_code == 400
    assert "Accept-Datetime" in response.get_json()["detail"]


def test_a_document_says_where_its_past_is(web: FlaskClient) -> None:
    response = web.get(PLAN_DOCUMENT, headers={"Accept": "text/turtle"})
    found = relations(", ".join(response.headers.getlist("Link")))
    assert (found["original"], found["timegate"]) == (PLAN_DOCUMENT, PLAN_DOCUMENT)
    assert found["timemap"] == f"/timemap/link{PLAN_DOCUMENT}"
    assert "Accept-Datetime" in response.headers["Vary"]
    assert "Memento-Datetime" not in response.headers


@pytest.mark.parametrize(
    ("version", "neighbours"),
    [
        ("1.0.0", {"first": "1.0.0", "next": "1.1.0", "last": "2.0.0"}),
        ("1.1.0", {"first": "1.0.0", "prev": "1.0.0", "next": "2.0.0", "last": "2.0.0"}),
        ("2.0.0", {"first": "1.0.0", "prev": "1.1.0", "last": "2.0.0"}),
    ],
)
def test_a_memento_leads_to_its_neighbours(web: FlaskClient, version: str, neighbours: dict[str, str]) -> None:
    response = web.get(f"/releases/{version}{PLAN_DOCUMENT}.ttl")
    found = relations(", ".join(response.headers.getlist("Link")))
    expected = {relation: f"/releases/{other}{PLAN_DOCUMENT}" for relation, other in neighbours.items()}
    assert {relation: found.get(relation) for relation in ("first", "prev", "next", "last")} == {
        relation: expected.get(relation) for relation in ("first", "prev", "next", "last")
    }
    assert found["original"] == PLAN_DOCUMENT
    assert response.cache_control.immutable


def test_a_memento_says_what_was_said_then(web: FlaskClient, editions: Instance) -> None:
    thing = URIRef(f"{editions.base}id/plan/fjord")
    texts = {}
    for version in TIMES:
        data = web.get(f"/releases/{version}{PLAN_DOCUMENT}.ttl").data
        texts[version] = str(Graph().parse(data=data, format="turtle").value(thing, DCT.description))
    assert texts == {
        "1.0.0": "En oppdiktet plan for tester.",
        "1.1.0": "En annen plan for tester.",
        "2.0.0": "En annen plan for tester.",
    }


def test_a_page_of_the_past_says_so_and_leads_to_the_present(web: FlaskClient) -> None:
    page = web.get(f"/en/releases/1.0.0{PLAN_DOCUMENT}").text
    assert "As it was in release 1.0.0, January 2, 2026." in page
    assert f'<a href="/en{PLAN_DOCUMENT}">As it is now</a>' in page
    assert "As it was" not in web.get(f"/en{PLAN_DOCUMENT}").text


@pytest.mark.parametrize(
    "path",
    ["plan/nyskaping-2021-2028", "action-programme/2021-2022", "planning-process/nyskaping-2021-2028",
     "action/2021-01", "organisation/havtek", "action/2021-12"],
)  # fmt: skip
def test_a_page_of_the_past_tells_the_same_story_and_its_links_stay_in_the_past(
    fjordheim_client: FlaskClient, path: str
) -> None:
    now = fjordheim_client.get(f"/nn/doc/{path}")
    then = fjordheim_client.get(f"/nn/releases/1.0.0/doc/{path}")
    assert then.status_code == now.status_code
    told, at_the_time = (
        page.text.split('<div class="columns">')[1].split('<section class="data"')[0] for page in (now, then)
    )
    assert at_the_time.replace("/nn/releases/1.0.0/doc/", "/nn/doc/") == told
    assert "/nn/releases/1.0.0/doc/" in at_the_time
    assert "/nn/doc/" not in at_the_time


def test_what_was_withdrawn_is_gone_from_then_on(web: FlaskClient) -> None:
    statuses = {version: web.get(f"/releases/{version}{WITHDRAWN}.ttl").status_code for version in TIMES}
    assert statuses == {"1.0.0": 200, "1.1.0": 200, "2.0.0": 410}
    now = web.get(WITHDRAWN, headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=now.data, format="turtle")
    assert now.status_code == 410
    assert list(graph.subject_objects(PLAN.withdrawnOn))
    assert list(graph.subject_objects(DCT.isReplacedBy))


@pytest.mark.parametrize(
    "path", [f"/releases/1.0.0{NEW}", f"/releases/9.9.9{PLAN_DOCUMENT}", "/releases/1.0.0/doc/x/y"]
)
def test_what_was_not_there_is_not_found(web: FlaskClient, path: str) -> None:
    assert web.get(path).status_code == 404


def test_the_map_lists_every_memento(web: FlaskClient, editions: Instance) -> None:
    base = editions.base.rstrip("/")
    links = web.get(f"/timemap/link{PLAN_DOCUMENT}")
    assert links.mimetype == "application/link-format"
    found = re.findall(r"<([^>]*)>; rel=\"(?:\w+ )*memento\"; datetime=\"([^\"]*)\"", links.text)
    assert found == [(f"{base}/releases/{version}{PLAN_DOCUMENT}", time) for version, time in TIMES.items()]
    assert relations(links.text)["self"] == f"{base}/timemap/link{PLAN_DOCUMENT}"
    listed = web.get(f"/timemap/json{PLAN_DOCUMENT}").get_json()
    assert [row["uri"] for row in listed["mementos"]["list"]] == [address for address, _ in found]
    assert [row["uri"] for row in web.get(f"/timemap/json{NEW}").get_json()["mementos"]["list"]] == [
        f"{base}/releases/{version}{NEW}" for version in ("1.1.0", "2.0.0")
    ]
    assert web.get("/timemap/link/doc/theme/nothing").status_code == 404


def test_names_with_signs_of_their_own_have_mementos_too(web: FlaskClient) -> None:
    for name in ("theme/bl%C3%A5b%C3%A6r", "theme/o'hara_&_(1.0)", "concept/skr%C3%A5strek/"):
        response = web.get(f"/doc/{name}", headers={"Accept-Datetime": TIMES["1.0.0"]})
        assert response.headers["Location"] == f"/releases/1.0.0/doc/{name}"
        assert web.get(response.headers["Location"]).status_code == 200


def test_only_so_many_releases_are_open_at_once(editions: Instance) -> None:
    archive = Archive(editions.releases, editions.limits)
    for version in list(TIMES) * (MOST_OPEN + 1):
        archive.edition(version)
    assert len(archive._open) == len(TIMES) <= MOST_OPEN
