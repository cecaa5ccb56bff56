"""RDF at hand: what each kind of page tells of itself as data, at its foot and in its head."""

import html
import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple
from urllib.parse import quote, unquote

import pytest
from flask.testing import FlaskClient
from rdflib import OWL
from werkzeug.test import TestResponse

from planverk.vocab import ONTOLOGY_IRI
from planverk.vocabulary import read_vocabulary
from test_pages import Page as Document
from test_quality import PAGES

BASE, W3ID = "https://fjordheim.example.org", "https://w3id.org/planverk"
RDF = {"Turtle", "JSON-LD", "N-Triples", "RDF/XML", "TriG", "N-Quads"}
ANSWERS = {"JSON", "XML", "CSV", "TSV"}
FILES = {*RDF, "Excel", "CSV (ZIP)"}


class Told(NamedTuple):
    """What a page tells: the address to cite, the formats, and whether there is a query that gives its data."""

    address: str
    formats: set[str]
    query: bool


def thing(path: str) -> Told:
    return Told(f"{BASE}/id/{path}", RDF, query=True)


def term(path: str, *, known: bool = True) -> Told:
    return Told(f"{W3ID}/{path}", RDF, query=known)


# What every kind of page tells; None where a page shows nothing that is data.
TOLD = {
    "/": Told(f"{BASE}/", RDF, query=True),
    "/doc/plan/nyskaping-2021-2028": thing("plan/nyskaping-2021-2028"),
    "/doc/action-programme/2021-2022": thing("action-programme/2021-2022"),
    "/compare/plan/nyskaping-2021-2028": Told(f"{BASE}/compare/plan/nyskaping-2021-2028", ANSWERS, query=True),
    "/doc/planning-process/nyskaping-2021-2028": thing("planning-process/nyskaping-2021-2028"),
    "/doc/theme/havnæringer": thing("theme/havnæringer"),
    "/doc/goal/hovedmål": thing("goal/hovedmål"),
    "/doc/action/2021-01": thing("action/2021-01"),
    "/doc/organisation/fjordheim-fylkeskommune": thing("organisation/fjordheim-fylkeskommune"),
    "/doc/decision/planprogram": thing("decision/planprogram"),
    "/doc/indicator/sysselsettingsvekst": thing("indicator/sysselsettingsvekst"),
    "/doc/source-document/plan": thing("source-document/plan"),
    "/doc/action/2021-12": thing("action/2021-12"),
    "/doc/dataset/nyskaping-2021-2028": thing("dataset/nyskaping-2021-2028"),
    # The endpoint answers of the current release only.
    "/releases/1.0.0/doc/action/2021-01": Told(f"{BASE}/releases/1.0.0/doc/action/2021-01", RDF, query=False),
    "/releases/1.0.0/doc/plan/nyskaping-2021-2028": Told(
        f"{BASE}/releases/1.0.0/doc/plan/nyskaping-2021-2028", RDF, query=False
    ),
    "/about": Told(f"{BASE}/id/catalogue/plans", RDF, query=True),
    "/accessibility": None,
    "/privacy": None,
    "/data": Told(f"{BASE}/releases/1.0.0/", FILES, query=False),
    "/counties": Told(f"{BASE}/counties", ANSWERS, query=True),
    # No query of SPARQL finds words as the search does.
    "/search": Told(f"{BASE}/search", {"JSON"}, query=False),
    "/search?q=havnaringer": Told(f"{BASE}/search?q=havnaringer", {"JSON"}, query=False),
    "/releases/": Told(f"{BASE}/releases/", {"JSON", "Atom", "Linked Data Event Stream"}, query=False),
    "/releases/1.0.0/": Told(f"{BASE}/releases/1.0.0/", FILES, query=False),
    "/releases/1.0.0/changes": Told(
        f"{BASE}/releases/1.0.0/changes", {*RDF, "Atom", "Linked Data Event Stream"}, query=False
    ),
    "/releases/1.0.0/report": Told(f"{BASE}/releases/1.0.0/report", RDF, query=False),
    "/katalog": Told(f"{BASE}/id/catalogue/plans", RDF, query=True),
    "/katalog/europa": Told(f"{BASE}/id/catalogue/plans", RDF, query=False),
    "/katalog/kontroll": None,
    # Concepts, model, rules and mappings are not in the endpoint.
    "/begreper": Told(f"{BASE}/id/catalogue/concepts", RDF, query=False),
    "/informasjonsmodell": Told(f"{BASE}/id/model/plans", RDF, query=False),
    "/.well-known/void": Told(f"{BASE}/.well-known/void", RDF, query=True),
    "/def": term("ontology"),
    "/def/Goal": term("ontology#Goal"),
    "/def/subGoalOf": term("ontology#subGoalOf"),
    "/def/code/goal-level": term("code/goal-level"),
    "/def/code/goal-level/main-goal": term("code/goal-level/main-goal"),
    "/def/shapes": term("shapes", known=False),
    "/def/shapes/Goal-goalLevel": term("shapes#Goal-goalLevel", known=False),
    "/def/shapes/InstrumentVersion-issued": term("shapes#InstrumentVersion-issued", known=False),
    "/def/mappings": term("mappings", known=False),
    "/def/ontology/1.0.0": term("ontology/1.0.0", known=False),
    "/def/ontology/1.1.0": term("ontology/1.1.0", known=False),
    "/sparql?query=SELECT": None,
    "/sparql": Told(f"{BASE}/sparql", RDF, query=False),
    "/sparql/examples": Told(f"{BASE}/sparql/examples", RDF, query=False),
    "/query/": Told(f"{BASE}/query/", {"JSON", "OpenAPI"}, query=False),
    "/query/actions": Told(f"{BASE}/query/actions", ANSWERS, query=True),
    "/nothing": None,
}
SUFFIXES = r"\.(ttl|jsonld|nt|rdf|trig|nq)$"
TELLING = pytest.mark.parametrize("path", [path for path, told in TOLD.items() if told])


Pages = Callable[[str], TestResponse]


@pytest.fixture(scope="module")
def pages(fjordheim_client: FlaskClient) -> Pages:
    """Pages in bokmål, each asked for once."""
    return cache(lambda path: fjordheim_client.get(f"/nb{path}"))


def foot(page: TestResponse) -> str:
    """The part of a page that tells of data; empty where there is none."""
    parts = page.text.split('<section class="data"')
    assert len(parts) <= 2
    return parts[1].split("</section>")[0] if len(parts) == 2 else ""


def query_in(part: str) -> str | None:
    found = re.search(r'href="/nb/sparql#query=([^"]*)"', part)
    return unquote(html.unescape(found[1])) if found else None


def test_every_kind_of_page_is_in_the_table() -> None:
    assert set(PAGES) <= set(TOLD)


@pytest.mark.parametrize("path", TOLD)
def test_a_page_tells_what_it_is_to_cite_in_which_formats_and_by_which_query(pages: Pages, path: str) -> None:
    part, told = foot(pages(path)), TOLD[path]
    assert bool(part) == bool(told)
    if told:
        assert re.findall(r"<code>(.*?)</code>", part) == [told.address]
        assert set(re.findall(r"<li><a [^>]*>(.*?)</a>", part)) == told.formats
        assert bool(query_in(part)) == told.query
        assert '<a href="/nb/releases/1.0.0/">1.0.0</a>' in part


@pytest.mark.parametrize("path", [path for path in TOLD if path != "/nothing"])
def test_every_page_tells_the_version_in_its_footer(pages: Pages, path: str) -> None:
    assert '<a href="/nb/releases/1.0.0/">1.0.0</a>' in pages(path).text.split("<footer")[1]


@pytest.mark.parametrize("path", [path for path, told in TOLD.items() if told and told.address.startswith(W3ID)])
def test_a_page_of_the_vocabulary_tells_its_version(pages: Pages, path: str) -> None:
    version = read_vocabulary().ontology.value(ONTOLOGY_IRI, OWL.versionInfo)
    assert f'<dt>Vokabular</dt><dd><a href="/nb/def">{version}</a></dd>' in foot(pages(path))


@TELLING
def test_the_formats_are_what_they_say_and_stand_in_the_head_of_the_page(
    pages: Pages, fjordheim_client: FlaskClient, path: str
) -> None:
    told, document = TOLD[path], Document(pages(path))
    alternates = {
        element.attributes["href"]: element.attributes["type"]
        for element in document.all("link")
        if element.attributes["rel"] == "alternate" and "type" in element.attributes
    }
    assert told
    assert len(alternates) == len(told.formats)
    assert set(alternates) <= {one.attributes.get("href") for one in document.all("a")}
    # The formats of RDF are made alike of the same statements; one of them will do.
    for address in [next(iter(alternates)), *(address for address in alternates if not re.search(SUFFIXES, address))]:
        answer = fjordheim_client.get(address, headers={"Accept": "*/*"}, buffered=True)
        assert answer.status_code in (200, 410), address
        assert answer.mimetype == alternates[address], address


@TELLING
def test_the_address_leads_to_the_page_or_to_another_about_the_same(pages: Pages, path: str) -> None:
    link = re.search(r'<a href="/nb([^"]*)"><code>', foot(pages(path)))
    assert link
    assert pages(html.unescape(link[1])).status_code in (200, 410)


@pytest.mark.parametrize("path", [path for path, told in TOLD.items() if told and told.query])
def test_the_query_behind_a_page_finds_something(pages: Pages, fjordheim_client: FlaskClient, path: str) -> None:
    asked = query_in(foot(pages(path)))
    assert asked
    answer = fjordheim_client.get(f"/sparql?query={quote(asked)}", headers={"Accept": "text/csv, text/turtle;q=0.9"})
    assert answer.status_code == 200, answer.text
    # A table has a line of names before its rows; nobody has been pulled here to compare with.
    assert len(answer.text.splitlines()) > 1 or path == "/counties"
