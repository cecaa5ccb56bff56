"""The query page in a browser and without scripts, the files it is made of, and the policy that all pages keep."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from browsing import chromium, visit
from planverk import questions
from planverk.instance import Instance
from planverk.vocab import W3ID
from test_server import served

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "service" / "planverk" / "web" / "static"
CODEMIRROR = ROOT / "service" / "codemirror"
HTML = {"Accept": "text/html"}
WIDTHS = pytest.mark.parametrize("page", [390, 1280], indirect=True)
POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'", "font-src 'self'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
}  # fmt: skip
PAGES = [
    "/", "/releases/", "/releases/1.0.0/", "/katalog.html", "/doc/theme/kompetanse.html", "/def.html", "/def/Goal.html",
    "/def/code/goal-level.html", "/sparql", "/sparql?query=SELECT", "/nothing",
]  # fmt: skip
THEMES = """PREFIX plan: <https://w3id.org/planverk/ontology#>
SELECT ?theme ?name ?order { ?theme a plan:Theme ; <http://www.w3.org/2000/01/rdf-schema#label> ?name ; plan:order ?order }
ORDER BY ?order"""
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
# The lowest contrast, by WCAG 2.2, of the colours of highlighted words against what they stand on.
CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = light(getComputedStyle(document.querySelector(".cm-editor")).backgroundColor);
  return Math.min(...["keyword", "variable", "iri", "literal", "comment"].map((name) => {
    const ink = light(getComputedStyle(document.querySelector(`#ask .${name}`)).color);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
  }));
}"""


@pytest.fixture(scope="module")
def address(buskerud: Instance) -> Iterator[str]:
    with served(buskerud) as (port, _):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def browser(needed: Callable[[str], str]) -> Iterator[Browser]:
    with chromium(needed("chromium")) as started:
        yield started


@pytest.fixture
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The query page with the editor ready and empty, as wide as a desk or as the test says."""
    width = getattr(request, "param", 1280)
    with visit(browser, address, viewport={"width": width, "height": 900}) as page:
        open_editor(page)
        write(page, "")
        yield page


def open_editor(page: Page) -> None:
    page.goto("/sparql")
    page.locator(".cm-content").wait_for()


def write(page: Page, query: str) -> None:
    """Put a query in the place of what stands in the editor."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(query)


def written(page: Page) -> str:
    """What the editor holds, as the form would send it."""
    return page.locator("#query").input_value()


def rows(page: Page) -> list[str]:
    return page.locator("#answer tbody tr").all_inner_texts()


# In a browser


@WIDTHS
def test_a_query_is_answered_by_a_table_whose_links_lead_on(page: Page) -> None:
    write(page, THEMES)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#status")).to_contain_text("6 rader.")
    assert re.split(r"\s+", rows(page)[1])[:2] == ["id/theme/kompetanse", "Kompetanse"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="id/theme/kompetanse").click()
    expect(page.get_by_role("heading", name="Kompetanse", level=1)).to_be_visible()


def test_the_answer_can_be_downloaded_in_other_formats(page: Page) -> None:
    write(page, THEMES)
    page.get_by_role("button", name="Spør").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    assert started.value.suggested_filename == "sparql.csv"
    assert "Kompetanse" in Path(started.value.path()).read_text(encoding="utf-8")


def test_a_graph_is_shown_as_turtle_and_an_ask_as_a_word(page: Page) -> None:
    write(page, "CONSTRUCT { <http://example.org/a> a <http://example.org/B> } WHERE {}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer pre")).to_contain_text("<http://example.org/a> a <http://example.org/B>")
    write(page, "ASK { ?a ?b 'finnes ikke' }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer .content")).to_have_text("Nei")


@WIDTHS
def test_a_mistake_is_marked_where_it_is(page: Page) -> None:
    write(page, "SELECT ?a WHERE {\n  ?a a ) <http://example.org/b> .\n}")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Se linje 2, tegn 8.")
    assert page.locator(".wrong").inner_text() == ")"
    assert "<http://example.org/b>" in page.locator(".wrong-line").inner_text()
    assert page.locator(".cm-content").get_attribute("aria-invalid") == "true"
    page.get_by_role("button", name="Gå dit").click()
    page.keyboard.press("Delete")
    expect(page.locator(".wrong")).to_have_count(0)
    assert "?a a  <http://example.org/b>" in written(page)


def test_a_prefix_without_a_declaration_is_named(page: Page) -> None:
    write(page, "SELECT ?a { ?a ukjent:b ?c }")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("Prefikset «ukjent:» mangler en PREFIX-linje.")
    assert page.locator(".wrong").inner_text() == "ukjent:b"


@WIDTHS
def test_a_word_is_found_by_its_name_and_brings_its_prefix(page: Page) -> None:
    write(page, "SELECT ?a { ?a a }")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("plantem", delay=20)
    expect(page.get_by_role("option", name="plantema")).to_contain_text("plan:Theme")
    page.wait_for_timeout(200)  # what has only just been suggested is not taken for what Enter meant
    page.keyboard.press("Enter")
    expect(page.locator(".cm-line").first).to_have_text("PREFIX plan: <https://w3id.org/planverk/ontology#>")
    assert written(page).endswith("SELECT ?a { ?a a plan:Theme}")


def test_a_selection_of_several_lines_can_be_typed_over(page: Page) -> None:
    write(page, "SELECT ?a {\n  ?a ?b 'c' .\n}\n# slutt")
    page.keyboard.press("Control+A")
    page.keyboard.type("ASK {", delay=20)
    assert written(page) == "ASK {}"


def test_an_example_fills_the_editor(page: Page) -> None:
    example = list(questions.examples().values())[1]
    page.get_by_text("Eksempler").click()
    page.get_by_role("link", name=example.titles["nb"]).click()
    assert written(page) == example.query.strip()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer tbody tr").first).to_be_visible()


def test_the_address_holds_the_query_and_no_server_sees_it(page: Page) -> None:
    write(page, "ASK { ?blåbær a 'æ#&+' }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer .share")).to_be_visible()
    shared = page.url
    assert "?" not in shared.partition("#")[0]
    page.goto("about:blank")
    page.goto(shared)
    expect(page.locator(".cm-content")).to_have_text("ASK { ?blåbær a 'æ#&+' }")


def test_a_slow_query_can_be_stopped(page: Page) -> None:
    write(page, ENDLESS)
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Stopp").click()
    expect(page.locator("#status")).to_have_text("Stoppet.")
    expect(page.get_by_role("button", name="Stopp")).to_be_hidden()


def test_the_keyboard_alone_leads_into_the_editor_and_out(page: Page) -> None:
    expect(page.get_by_role("textbox", name="Spørring")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Spør")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("textbox", name="Spørring")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_highlighted_words_can_be_read(browser: Browser, address: str, scheme: str) -> None:
    with visit(browser, address, color_scheme=scheme) as page:
        open_editor(page)
        write(page, "# ord\nSELECT ?a { ?a a <http://example.org/b>, 'c' }")
        assert page.evaluate(CONTRAST) >= 4.5


@pytest.mark.parametrize(("locale", "button"), [("nb-NO", "Spør"), ("nn-NO", "Spør"), ("en-GB", "Ask")])
def test_the_page_speaks_the_readers_language(browser: Browser, address: str, locale: str, button: str) -> None:
    with visit(browser, address, locale=locale) as page:
        open_editor(page)
        write(page, "ASK {}")
        page.get_by_role("button", name=button).click()
        expect(page.locator("#answer .content")).to_have_text("Yes" if locale == "en-GB" else "Ja")


def test_without_scripts_the_form_is_sent(browser: Browser, address: str) -> None:
    with visit(browser, address, java_script_enabled=False) as page:
        page.goto("/sparql")
        page.get_by_label("Spørring").fill("ASK {}")
        page.get_by_label("Format", exact=True).select_option("JSON")
        page.get_by_role("button", name="Spør").click()
        expect(page.locator("body")).to_contain_text('"boolean":true')
        assert page.url.startswith(f"{address}/sparql?query=ASK")


def test_no_page_breaks_the_policy_or_asks_anything_of_others(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        for path in PAGES:
            page.goto(path)
            expect(page.get_by_role("main")).to_be_visible()


# What is served


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_policy(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=HTML)
    assert set(response.headers["Content-Security-Policy"].split("; ")) == POLICY


@pytest.mark.parametrize("path", [*PAGES, "/def.ttl", "/releases/1.0.0/data.nq", "/static/planverk.css", "/id/nothing"])
def test_every_answer_is_what_it_says_it_is(client: FlaskClient, path: str) -> None:
    response = client.get(path, buffered=True)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_without_scripts_the_page_has_a_query_that_is_answered(client: FlaskClient) -> None:
    page = client.get("/sparql", headers=HTML).text
    (query,) = re.findall(r'<textarea [^>]*name="query"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    answer = client.get("/sparql", query_string={"query": unescape(query), "format": "csv"}, headers=HTML)
    assert answer.mimetype == "text/csv"
    assert "Kompetanse" in answer.text


@pytest.mark.parametrize("name", questions.examples())
def test_every_example_has_an_address(client: FlaskClient, name: str) -> None:
    page = client.get(f"/sparql?example={name}", headers=HTML).text
    (query,) = re.findall(r'<textarea [^>]*name="query"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert unescape(query) == questions.examples()[name].query.strip()


def test_an_example_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/sparql?example=nothing", headers=HTML).status_code == 404


@pytest.mark.parametrize(("language", "name"), [("nb", "plantema"), ("nn", "plantema"), ("en", "theme")])
def test_words_are_suggested_in_the_language_of_the_page(client: FlaskClient, language: str, name: str) -> None:
    told = client.get(f"/{language}/sparql/words").get_json()
    names = {word["word"]: word["name"] for word in told["words"]}
    assert names["plan:Theme"] == name
    assert "rdfs:label" in names
    assert "<https://w3id.org/planverk/code/goal-level/main-goal>" in names
    assert {word.partition(":")[0] for word in names if not word.startswith("<")} <= set(told["prefixes"])


@pytest.mark.parametrize(
    "iri",
    [
        "id/theme/kompetanse",
        "katalog",
        "ontology",
        "ontology#Goal",
        "shapes#Goal-goalLevel",
        "code/goal-level/main-goal",
    ],
)
def test_addresses_in_answers_lead_where_this_site_answers_for_them(
    client: FlaskClient, buskerud: Instance, iri: str
) -> None:
    whole = (buskerud.base if iri.startswith(("id/", "katalog")) else W3ID) + iri
    (told,) = re.findall(
        r'<script type="application/json" id="page">(.*?)</script>', client.get("/sparql", headers=HTML).text
    )
    place = next(place for place in json.loads(told)["places"] if whole.startswith(place["start"]))
    followed = client.get(place["path"] + whole.removeprefix(place["start"]), headers=HTML, follow_redirects=True)
    assert followed.status_code == 200
    assert whole in followed.text


def test_a_refused_query_tells_line_and_column_to_programs(client: FlaskClient) -> None:
    told = client.post("/sparql", data={"query": "SELECT ?a\nWHERE { ?a ) }"}).get_json()
    assert (told["status"], told["line"]) == (400, 2)
    assert told["column"] > 1


def test_a_page_names_files_that_may_be_kept_for_ever(client: FlaskClient) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/sparql", headers=HTML).text)
    assert {address.partition("/")[2].split("/", 2)[2] for address in addresses} >= {"planverk.css", "query/page.js"}
    for address in addresses:
        response = client.get(address, headers={"Accept-Encoding": "br"})
        assert response.cache_control.immutable, address
        assert int(response.cache_control.max_age or 0) >= 365 * 24 * 3600


@pytest.mark.parametrize("path", ["/static/planverk.css", "/static/0123456789ab/planverk.css"])
def test_any_other_address_of_a_file_is_asked_for_again(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.data == (STATIC / "planverk.css").read_bytes()
    assert response.cache_control.no_cache
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_the_scripts_of_the_page_are_small(client: FlaskClient) -> None:
    sent = [
        client.get(f"/static/query/{path.name}", headers={"Accept-Encoding": "br"}) for path in STATIC.glob("query/*")
    ]
    assert {response.headers.get("Content-Encoding") for response in sent} == {"br"}
    assert sum(len(response.data) for response in sent) < 150_000


# How the editor is built


def test_the_editor_that_is_served_is_what_its_sources_build(tmp_path: Path, needed: Callable[[str], str]) -> None:
    needed("service/codemirror/node_modules")
    node = shutil.which("node") or needed(".venv/bin/node")
    command = [node, "build.js", str(tmp_path / "codemirror.js")]
    built = subprocess.run(command, cwd=CODEMIRROR, env=os.environ, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    served = (STATIC / "query" / "codemirror.js").read_bytes()
    assert (tmp_path / "codemirror.js").read_bytes() == served, "run `npm ci && npm run build` in service/codemirror"


def test_the_editor_is_built_from_exact_versions_and_no_address_is_recorded() -> None:
    assert "resolved" not in (CODEMIRROR / "package-lock.json").read_text(encoding="utf-8")
    assert not re.search(r'": "[\^~*]', (CODEMIRROR / "package.json").read_text(encoding="utf-8"))


def test_what_a_page_tells_search_engines_is_data_to_a_browser_and_no_script(browser: Browser, address: str) -> None:
    # CSP 3 is about scripts that run; `visit` fails at any complaint of policy.
    with visit(browser, address) as page:
        page.goto("/doc/dataset/verdiskaping-2015-2020.html")
        told = page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)")
    assert told["@type"] == "Dataset"
