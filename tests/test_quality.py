"""Every type of page as people meet it: light and still, in a window of any width, with a keyboard, on paper; valid, and with links that lead on."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import unquote, urljoin

import pytest
from flask import template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from playwright.sync_api import Browser, ViewportSize, expect

import planverk.web
from browsing import DESK, LANGUAGES, PAGES, PHONE, chromium, sight, visit, with_scroll_bars
from planverk.instance import Instance
from test_pages import Page as Document
from test_server import served
from validity import invalid

EVERY_PAGE = pytest.mark.parametrize("path", PAGES)
# 640 and 320 pixels are what is left of 1280 at 200 % and at 400 % (WCAG 2.2, 1.4.4 and 1.4.10).
# Above 48rem, with its scroll bar, tables are tables.
WIDTHS = (1280, 754, 640, 390, 320)
# The room that a scroll bar takes of a window on most desks.
SCROLL_BAR = 15
# What a reader does to the text, and in how narrow a window it must hold.
CHANGES = {"space": 320, "enlarge": 640}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Pages that are the same in every instance. In one of them they are opened, but their links are not followed once more.
COMMON = re.compile(r"/nn/(def|doc/model)\b")
LARGEST = 100_000
# The query page has an editor of its own, which is written about in docs/decisions/6-query-page.md and loaded on that page only.
LARGER = {"/sparql": 300_000}


@pytest.fixture(scope="module")
def browser(needed: Callable[[str], str]) -> Iterator[Browser]:
    with chromium(needed("chromium")) as started:
        yield started


@pytest.fixture(scope="module")
def address(fjordheim: Instance) -> Iterator[str]:
    with served(fjordheim) as (port, _):
        yield f"http://127.0.0.1:{port}"


# In a browser


@pytest.mark.parametrize("view", [PHONE, DESK], ids=["phone", "desk"])
@EVERY_PAGE
def test_a_page_is_light_and_does_not_move_while_it_loads(
    browser: Browser, address: str, path: str, view: ViewportSize
) -> None:
    with visit(browser, address, viewport=view) as page:
        page.goto(f"/nb{path}")
        assert sight(page, "bytes") < LARGER.get(path.partition("?")[0], LARGEST)
        assert sight(page, "shift") < 0.0001


@pytest.fixture(scope="module")
def desktop(browser: Browser, needed: Callable[[str], str]) -> Iterator[Browser]:
    with with_scroll_bars(browser, needed("chromium")) as started:
        yield started


@EVERY_PAGE
def test_nothing_is_wider_than_the_window_however_narrow_it_is_and_however_text_is_spaced_or_sized(
    desktop: Browser, address: str, path: str
) -> None:
    with visit(desktop, address, viewport=DESK) as page:
        page.goto(f"/nn{path}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width + SCROLL_BAR, "height": 640})
            assert (width, sight(page, "wider")) == (width, [])
        for change, width in CHANGES.items():
            page.set_viewport_size({"width": width + SCROLL_BAR, "height": 640})
            sight(page, change)
            assert (change, sight(page, "wider")) == (change, [])


# The query page is not in the list: its editor takes Tab as a character, and test_query_page.py tells how one gets out of it.
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/doc/plan/nyskaping-2021-2028",
        "/doc/organisation/havtek",
        "/doc/action-programme/2021-2022",
        "/search?q=havnaringer",
        "/def/code/goal-level",
        "/query/actions",
        "/releases/1.0.0/",
    ],
)
@pytest.mark.parametrize("view", [PHONE, DESK], ids=["phone", "desk"])
def test_the_keyboard_reaches_all_there_is_in_its_order_and_the_focus_is_seen(
    browser: Browser, address: str, path: str, view: ViewportSize
) -> None:
    with visit(browser, address, viewport=view) as page:
        page.goto(f"/nb{path}")
        page.evaluate("document.activeElement.blur()")
        wanted = sight(page, "reachable")
        reached = []
        for _ in wanted:
            page.keyboard.press("Tab")
            focus = sight(page, "focus")
            assert focus
            assert focus["seen"], focus
            assert focus["inside"], focus
            reached.append(focus["place"])
        assert reached == wanted


@pytest.mark.parametrize(
    "path",
    [
        "/doc/plan/nyskaping-2021-2028",
        "/doc/action-programme/2021-2022",
        "/doc/planning-process/nyskaping-2021-2028",
        "/doc/organisation/havtek",
        "/def",
    ],
)
def test_texts_in_drawings_stand_out_by_day_and_by_night(browser: Browser, address: str, path: str) -> None:
    with visit(browser, address, viewport=DESK) as page:
        page.goto(f"/nb{path}")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            drawn = sight(page, "drawn")
            assert len(drawn) > 5
            assert [(text, scheme) for text, contrast in drawn if contrast < 4.5] == []


def test_the_first_tab_offers_to_skip_to_the_content(browser: Browser, address: str) -> None:
    with visit(browser, address, viewport=PHONE) as page:
        page.goto("/nb/doc/plan/nyskaping-2021-2028")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("path", ["/", "/doc/plan/nyskaping-2021-2028", "/doc/action-programme/2021-2022", "/def"])
def test_a_page_can_be_printed(browser: Browser, address: str, path: str) -> None:
    with visit(browser, address, viewport=DESK) as page:
        page.goto(f"/nb{path}")
        page.emulate_media(media="print")
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("body > header")).to_be_hidden()
        printed = page.pdf(format="A4", tagged=True, outline=True)
        # Headings become the outline of the document.
        assert printed.startswith(b"%PDF-")
        assert b"/StructTreeRoot" in printed
        assert len(re.findall(rb"/Title ", printed)) > page.locator("h2").count()


def test_search_works_without_scripts(browser: Browser, address: str) -> None:
    with visit(browser, address, java_script_enabled=False) as page:
        page.goto("/nn/search")
        page.get_by_label("Søk i planar, tiltak, aktørar og kjelder").fill("havnærnger")
        page.get_by_label("Tema", exact=True).select_option("theme/havnæringer")
        page.get_by_role("button", name="Søk").last.click()
        expect(page.get_by_role("status")).to_contain_text("Viser treff på «havnæringer»")
        page.get_by_role("main").get_by_role("link", name="Havnæringar").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Havnæringar")


# As text


class Looked(NamedTuple):
    """The pages of `PAGES` in every language, in a folder, and the templates that made them."""

    folder: Path
    templates: set[str]


@pytest.fixture(scope="module")
def looked(fjordheim_client: FlaskClient, tmp_path_factory: pytest.TempPathFactory) -> Looked:
    found = Looked(tmp_path_factory.mktemp("pages"), set())

    def note(_: object, template: Template, **__: object) -> None:
        found.templates.add(template.name or "")

    with template_rendered.connected_to(note, fjordheim_client.application):
        for number, path in enumerate(PAGES):
            for language in LANGUAGES:
                html = fjordheim_client.get(f"/{language}{path}").text
                (found.folder / f"{number}-{language}.html").write_text(f"{html}<!-- {path} -->\n", encoding="utf-8")
    return found


def test_html_is_valid(looked: Looked, needed: Callable[[str], str]) -> None:
    faults = invalid(looked.folder, needed)
    assert [(list(PAGES)[int(name.partition("-")[0])], fault) for name, fault in faults] == []


def test_the_pages_looked_at_are_made_by_every_template_there_is(looked: Looked) -> None:
    templates = Path(planverk.web.__file__).parent / "templates"
    # What others are made of, and what stands in an export only, where test_axe.py looks at it.
    assert {path.name for path in templates.glob("[!_]*.html")} - looked.templates == {"base.html", "static.html"}


@pytest.mark.parametrize("name", ["fjordheim_client", "client"])
def test_every_link_leads_to_a_page_and_to_a_place_on_it(name: str, request: pytest.FixtureRequest) -> None:
    client: FlaskClient = request.getfixturevalue(name)
    places: dict[str, set[str]] = {}
    ahead, links = ["/nn/"], set()
    while ahead:
        path = ahead.pop()
        if path in places:
            continue
        response = client.get(path, buffered=True)
        assert response.status_code in (200, 410), path
        places[path] = set()
        if response.mimetype == "text/html":
            document = Document(response)
            places[path] = {element.attributes["id"] for element in document.elements if "id" in element.attributes}
            if name == "client" and COMMON.match(path):
                continue
            found = {urljoin(path, link) for link in document.links}
            links |= {(path, link) for link in found if "#" in link}
            # The same pages in one language; files and queries are tried elsewhere.
            ahead += [link.partition("#")[0] for link in found if re.match(r"/nn/[^?]*$", link.partition("#")[0])]
    lost = [
        (path, link)
        for path, link in links
        # The query page takes what follows as a query; it is no place on it.
        if link.partition("#")[0] in places
        and not link.startswith("/nn/sparql#query=")
        and unquote(link.partition("#")[2]) not in {*places[link.partition("#")[0]], ""}
    ]
    assert lost == []
    assert len(places) > 300
