"""Every type of page, in every language, as people meet it in a browser: with aids, with a keyboard, on a phone, in the dark, on paper."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urljoin

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, ViewportSize, expect
from rdflib import RDFS, SKOS
from rdflib.term import Literal as Term

from browsing import chromium, visit
from conftest import TESTS
from planverk.instance import Instance
from planverk.release import DATA
from planverk.serialization import read
from planverk.vocabulary import read_vocabulary
from test_pages import Page as Document
from test_server import served

LANGUAGES = ("nb", "nn", "en")
# A page of each type, in the fictional county that has one of everything, and the status it comes with.
PAGES = {
    "/": 200,
    "/doc/plan/nyskaping-2021-2028": 200,
    "/doc/action-programme/2021-2022": 200,
    "/compare/plan/nyskaping-2021-2028": 200,
    "/doc/planning-process/nyskaping-2021-2028": 200,
    "/doc/theme/havnæringer": 200,
    "/doc/goal/hovedmål": 200,
    "/doc/action/2021-01": 200,
    "/doc/organisation/fjordheim-fylkeskommune": 200,
    "/doc/decision/planprogram": 200,
    "/doc/indicator/sysselsettingsvekst": 200,
    "/doc/source-document/plan": 200,
    "/about": 200,
    "/accessibility": 200,
    "/privacy": 200,
    "/data": 200,
    "/doc/action/2021-12": 410,
    "/search": 200,
    "/search?q=havnaringer": 200,
    "/releases/": 200,
    "/releases/1.0.0/": 200,
    "/katalog": 200,
    "/.well-known/void": 200,
    "/def": 200,
    "/def/Goal": 200,
    "/def/subGoalOf": 200,
    "/def/code/goal-level": 200,
    "/def/code/goal-level/main-goal": 200,
    "/def/shapes": 200,
    "/def/mappings": 200,
    "/sparql": 200,
    "/sparql/examples": 200,
    "/query/": 200,
    "/query/actions": 200,
    "/nothing": 404,
}
EVERY_PAGE = pytest.mark.parametrize("path", PAGES)
EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
# Besides a phone by day; colours and boxes do not depend on the language.
VIEWS: dict[str, list[tuple[str, ViewportSize, Literal["dark", "light"]]]] = {
    "nb": [("phone, dark", PHONE, "dark"), ("desk, dark", DESK, "dark"), ("desk", DESK, "light")],
    "nn": [("desk", DESK, "light")],
    "en": [("desk, dark", DESK, "dark")],
}
# The rules whose answer depends on width or colours; the rest depends on the document, which is the same in all views.
OF_THE_VIEW = [
    "color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size", "aria-hidden-focus", "skip-link",
]  # fmt: skip
LARGEST = 100_000
# The query page has an editor of its own, which is written about in docs/decisions/6-query-page.md and loaded on that page only.
LARGER = {"/sparql": 300_000}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser(needed: Callable[[str], str]) -> Iterator[Browser]:
    with chromium(needed("chromium")) as started:
        yield started


@pytest.fixture(scope="module")
def address(fjordheim: Instance) -> Iterator[str]:
    with served(fjordheim) as (port, _):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def axe(needed: Callable[[str], str]) -> str:
    return Path(needed("tests/npm/node_modules/axe-core/axe.min.js")).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def only_once(fjordheim: Instance) -> dict[str, str]:
    """The names that things have in one language only, and that language."""
    labels: dict[str, set[str]] = {}
    for label in read((fjordheim.releases / "1.0.0" / DATA).read_bytes()).objects(None, RDFS.label):
        if isinstance(label, Term) and label.language:
            labels.setdefault(str(label), set()).add(label.language)
    # A code may be called the same in another language, and stand on a page by that name.
    codes = {str(name).casefold() for name in read_vocabulary().ontology.objects(None, SKOS.prefLabel)}
    return {
        text: min(languages)
        for text, languages in labels.items()
        if len(languages) == 1 and text.casefold() not in codes
    }


def sight(page: Page, name: str, given: object = None) -> Any:  # Any: what the page says
    script = (TESTS / "browser" / "sight.js").read_text(encoding="utf-8")
    return page.evaluate(f"(given) => ({script}).{name}(given)", given)


def faults(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds on the page, in a line each."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": STANDARDS}
    told = page.evaluate("(only) => axe.run(document, { runOnly: only, resultTypes: ['violations'] })", only)
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary']}"
        for one in told["violations"]
        for node in one["nodes"]
    ]


# In a browser


@EVERY_LANGUAGE
@EVERY_PAGE
def test_axe_finds_nothing_at_any_width_in_light_or_dark(
    browser: Browser, address: str, axe: str, only_once: dict[str, str], path: str, language: str
) -> None:
    with visit(browser, address, viewport=PHONE) as page:
        answer = page.goto(f"/{language}{path}")
        assert answer
        assert answer.status == PAGES[path]
        assert page.locator("html").get_attribute("lang") == language
        # The editor of the query page takes the place of a field of the same size, but for a hair.
        assert sight(page, "shift") < (0.01 if path == "/sparql" else 0.0001)
        assert sight(page, "bytes") < LARGER.get(path, LARGEST)
        assert sight(page, "unsaid", only_once) == []
        page.evaluate(axe)
        found = {"phone": faults(page)}
        for view, size, scheme in VIEWS[language]:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            found[view] = faults(page, OF_THE_VIEW)
        assert {view: told for view, told in found.items() if told} == {}


@EVERY_PAGE
def test_nothing_is_wider_than_a_narrow_window_however_text_is_spaced(
    browser: Browser, address: str, path: str
) -> None:
    # 320 pixels are also what is left of 1280 at 400 % (WCAG 2.2, 1.4.10).
    with visit(browser, address, viewport={"width": 320, "height": 640}) as page:
        page.goto(f"/nn{path}")
        assert sight(page, "wider") == []
        sight(page, "space")
        assert sight(page, "wider") == []


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


def test_html_is_valid(fjordheim_client: FlaskClient, tmp_path: Path, needed: Callable[[str], str]) -> None:
    for number, path in enumerate(PAGES):
        for language in LANGUAGES:
            html = fjordheim_client.get(f"/{language}{path}").text
            (tmp_path / f"{number}-{language}.html").write_text(f"{html}<!-- {path} -->\n", encoding="utf-8")
    program = needed("tests/npm/node_modules/html-validate/bin/html-validate.mjs")
    config = str(TESTS / "browser" / "html-validate.json")
    command = [needed("node"), program, "--config", config, "--formatter", "json", str(tmp_path)]
    with (tmp_path / "told.json").open("w") as told:
        # Into a file: the program ends before a pipe has taken all that it says.
        subprocess.run(command, stdout=told, check=False)
    found = [
        f"{list(PAGES)[int(Path(file['filePath']).stem.partition('-')[0])]}: {row['ruleId']}, line {row['line']}: {row['message']}"
        for file in json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
        for row in file["messages"]
    ]
    assert sorted(set(found)) == []


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
