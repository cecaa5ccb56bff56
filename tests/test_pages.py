"""Pages as browsers and people with aids meet them: structure, links that lead somewhere, nothing fetched from elsewhere."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from rdflib import DCTERMS, RDF
from werkzeug.test import TestResponse

from planverk.catalogue import catalogue_iri
from planverk.instance import Instance
from planverk.store.frozen import FrozenEdition
from planverk.store.pool import Pool
from planverk.vocab import DCAT
from planverk.web import create_app

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
# A page of each kind, and the status it comes with.
PAGES = {
    "/": 200,
    "/doc/plan/fjord": 200,
    "/doc/theme/bl%C3%A5b%C3%A6r": 200,
    "/doc/concept/skr%C3%A5strek/": 200,
    "/doc/theme/markup.html": 200,
    "/doc/theme/o'hara_&_(1.0)": 200,
    "/doc/organisation/fjordheim": 200,
    "/doc/theme/gammelt": 410,
    "/def": 200,
    "/def/Goal": 200,
    "/def/code/goal-level": 200,
    "/def/code/goal-level/main-goal": 200,
    "/katalog": 200,
    "/releases/": 200,
    "/releases/1.0.0/": 200,
    "/sparql": 200,
    "/sparql/examples": 200,
    "/search": 200,
    "/search?q=script": 200,
    "/query/": 200,
    "/query/themes": 200,
    "/sparql?query=SELECT": 400,
    "/nothing": 404,
}
EVERY_PAGE = pytest.mark.parametrize(("path", "status"), PAGES.items())
EVERY_LANGUAGE = pytest.mark.parametrize("language", ["nb", "nn", "en"])
DATA = {"application/json", "application/ld+json"}
_EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_FETCHED = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "prefetch", "preconnect", "dns-prefetch"}
_FETCHING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "embed": "src", "object": "data"}


class Element(NamedTuple):
    """An element of a page: its name, its attributes, the text before its end, and what it stands in."""

    name: str
    attributes: dict[str, str]
    text: list[str]
    inside: tuple[str, ...]


class Page(HTMLParser):
    """A page, read strictly enough to see an element that is not closed."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(response.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        outer = tuple(element.name for element in self.open)
        element = Element(tag, {name: value or "" for name, value in attrs}, [], outer)
        self.elements.append(element)
        if tag not in _EMPTY:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> where <{self.open[-1].name}> is open"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text.append(data)

    def all(self, *names: str) -> list[Element]:
        return [element for element in self.elements if element.name in names]

    def text_of(self, name: str) -> str:
        # Drawings have titles of their own.
        (found,) = (element for element in self.all(name) if "svg" not in element.inside)
        return " ".join("".join(found.text).split())

    @property
    def links(self) -> list[str]:
        """The addresses that can be followed from the page, without those of other sites."""
        return [
            element.attributes["href"]
            for element in self.all("a", "link")
            # What has no address gets one from a script.
            if "href" in element.attributes
            and not urlsplit(element.attributes["href"]).scheme
            and element.attributes.get("rel") != "canonical"
        ]


def page(client: FlaskClient, path: str, language: str = "nb") -> Page:
    return Page(client.get(path, headers={**BROWSER, "Accept-Language": language}))


def crawl(client: FlaskClient, wanted: re.Pattern[str]) -> dict[str, TestResponse]:
    """Every answer that can be reached from the home page over links that match."""
    found: dict[str, TestResponse] = {}
    ahead = ["/"]
    while ahead:
        path = ahead.pop()
        if path in found:
            continue
        found[path] = response = client.get(path, headers=BROWSER, buffered=True)
        if response.mimetype == "text/html":
            targets = {urljoin(path, link).partition("#")[0] for link in Page(response).links}
            ahead += [target for target in targets if wanted.search(target)]
    return found


# Structure


@EVERY_LANGUAGE
@EVERY_PAGE
def test_every_page_has_language_title_heading_main_part_and_a_way_to_skip_to_it(
    odd_client: FlaskClient, path: str, status: int, language: str
) -> None:
    response = odd_client.get(path, headers={**BROWSER, "Accept-Language": language})
    assert (response.status_code, response.content_type) == (status, "text/html; charset=utf-8")
    assert response.text.startswith("<!doctype html>")
    read = Page(response)
    assert read.open == []
    assert read.all("html")[0].attributes["lang"] == language
    assert len(read.text_of("title")) > 5
    assert len(read.text_of("h1")) > 2
    (main,) = read.all("main")
    skip = read.all("a")[0]
    assert skip.attributes["href"] == f"#{main.attributes['id']}"
    assert "".join(skip.text)


@EVERY_PAGE
def test_headings_leave_out_no_level(odd_client: FlaskClient, path: str, status: int) -> None:
    levels = [int(element.name[1]) for element in page(odd_client, path).all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


@EVERY_PAGE
def test_every_control_link_and_image_has_a_name(odd_client: FlaskClient, path: str, status: int) -> None:
    read = page(odd_client, path)
    labelled = {element.attributes.get("for") for element in read.all("label")}
    for control in read.all("input", "select", "textarea"):
        named = control.attributes.get("aria-label") or control.attributes.get("id") in labelled
        assert control.attributes.get("type") == "hidden" or named
    for element in read.all("a", "button"):
        assert "".join(element.text).strip() or element.attributes.get("aria-label")
    assert all("alt" in image.attributes for image in read.all("img"))
    ids = [element.attributes["id"] for element in read.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))


@EVERY_PAGE
def test_titles_tell_pages_apart(odd_client: FlaskClient, path: str, status: int) -> None:
    if status == 200:
        title = page(odd_client, path).text_of("title")
        others = {
            page(odd_client, other).text_of("title") for other, code in PAGES.items() if other != path and code == 200
        }
        assert title not in others


# Nothing from elsewhere


@EVERY_PAGE
def test_a_page_fetches_nothing_from_other_sites(odd_client: FlaskClient, path: str, status: int) -> None:
    read = page(odd_client, path)
    elements = [element for element in read.all(*_FETCHING) if element.attributes.get("type") not in DATA]
    fetched = [element.attributes[_FETCHING[element.name]] for element in elements]
    fetched += [link.attributes["href"] for link in read.all("link") if link.attributes["rel"] in _FETCHED]
    assert fetched
    assert all(address.startswith("/static/") for address in fetched)
    assert all(odd_client.get(address, buffered=True).status_code == 200 for address in fetched)


@EVERY_PAGE
def test_a_page_works_without_scripts(odd_client: FlaskClient, path: str, status: int) -> None:
    read = page(odd_client, path)
    # The query page offers an editor; its form works without it.
    programs = [script for script in read.all("script") if script.attributes.get("type") not in DATA]
    assert programs == [] or path == "/sparql"
    assert all(script.attributes.get("type") in DATA for script in read.all("script") if "".join(script.text).strip())
    assert not [name for element in read.elements for name in element.attributes if name.startswith("on")]
    assert not [element for element in read.elements if element.attributes.get("href", "").startswith("javascript:")]


def test_the_style_sheet_fetches_nothing(odd_client: FlaskClient) -> None:
    css = odd_client.get("/static/planverk.css", buffered=True)
    assert css.content_type == "text/css; charset=utf-8"
    assert not re.search(r"@import|url\((?!['\"]?(data:|inter\.woff2))", css.text)


# Links


@EVERY_PAGE
def test_links_to_our_own_pages_hold_on_any_host(odd_client: FlaskClient, path: str, status: int) -> None:
    for element in page(odd_client, path).all("a", "link", "form"):
        address = element.attributes.get("href", element.attributes.get("action", "#"))
        assert not address.startswith("https://data.example.org") or element.name == "link"
        assert re.match(r"[/#?]|https?://|mailto:", address), address


@EVERY_PAGE
def test_links_within_a_page_lead_to_a_place_on_it(odd_client: FlaskClient, path: str, status: int) -> None:
    read = page(odd_client, path)
    places = {element.attributes.get("id") for element in read.elements}
    assert {link[1:] for link in read.links if link.startswith("#")} <= places


def test_every_link_of_the_fictional_instance_leads_somewhere(odd_client: FlaskClient) -> None:
    # The vocabulary and the model of it are the same in every instance; test_quality.py follows the links of their pages.
    found = crawl(odd_client, re.compile(r"^/(?!(\w\w/)?(def\b|doc/model/))"))
    status = {path: response.status_code for path, response in found.items()}
    assert {path for path, code in status.items() if code != 200} == {path for path in status if "/gammelt" in path}
    assert set(status.values()) == {200, 410}
    some = {"/doc/plan/fjord", "/doc/theme/bl%C3%A5b%C3%A6r.jsonld", "/releases/1.0.0/data.trig", "/en/"}
    assert some <= set(status)


def test_every_part_of_the_site_can_be_reached_from_the_home_page(odd_client: FlaskClient) -> None:
    links = page(odd_client, "/").links
    assert {"/releases/", "/katalog", "/sparql", "/doc/plan/fjord"} <= set(links)
    assert any(link.startswith("/def") for link in links)


# What a page costs


def test_the_home_page_reads_neither_the_data_nor_the_whole_catalogue(
    odd: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the home page asked for more than it shows")

    client = create_app(odd).test_client()
    monkeypatch.setattr(FrozenEdition, "catalogue", property(refuse))
    monkeypatch.setattr(Pool, "query", refuse)
    assert client.get("/").status_code == 200


def test_the_home_page_of_a_nation_shows_a_dozen_plans_and_where_the_others_are(
    odd: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, name, landing = RDF.type, DCTERMS.title, "http://www.w3.org/ns/dcat#landingPage"
    asked: list[str] = []

    def about(_: FrozenEdition, iri: str) -> bytes:
        asked.append(iri)
        number = iri.rpartition("/")[2]
        said = [
            f'<{name}> "Plan {number}"@nb',
            f"<{kind}> <{DCAT.Dataset}>",
            f"<{landing}> <{odd.base}doc/plan/{number}>",
        ]
        if iri == catalogue_iri(odd):
            said = [f"<{DCAT.dataset}> <{odd.base}id/dataset/{number}>" for number in range(100, 150)]
        return "".join(f"<{iri}> {one} <{odd.base}id/graph/catalogue> .\n" for one in said).encode()

    client = create_app(odd).test_client()
    monkeypatch.setattr(FrozenEdition, "about", about)
    found = page(client, "/")
    assert [link for link in found.links if "/doc/plan/1" in link][:12] == [f"/doc/plan/{n}" for n in range(100, 112)]
    assert "/doc/plan/112" not in found.links
    assert len(asked) == 13
    assert "Alle planene står i katalogen." in client.get("/").text
