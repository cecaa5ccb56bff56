"""axe finds nothing on any type of page, in any language, at the width of a phone or a desk, by day or night, from the service or from files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page
from rdflib import RDFS, SKOS
from rdflib.term import Literal as Term

from browsing import DESK, LANGUAGES, PAGES, PHONE, chromium, sight, watched
from endpoints import serving
from planverk.cli import main
from planverk.instance import Instance
from planverk.release import DATA
from planverk.serialization import read
from planverk.vocabulary import read_vocabulary
from test_server import served
from validity import invalid

Scheme = Literal["light", "dark"]
VIEWS = {"phone": PHONE, "desk": DESK}
# Colours are the style sheet's, and a page has the same elements in each language: the dark is looked at in one.
SCHEMES: dict[str, tuple[Scheme, ...]] = {"nb": ("light", "dark"), "nn": ("light",), "en": ("light",)}
# All that axe knows, with level AAA and what it tries out; but the contrast of AAA, 7 to 1, our colours do not aim at.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "experimental"],
    "rules": {"color-contrast-enhanced": {"enabled": False}},
    "resultTypes": ["violations"],
}
# An export holds the same documents as the service, but for the page that says what files cannot do: `/sparql`.
EXPORTED = ("/", "/doc/plan/nyskaping-2021-2028", "/doc/theme/havnæringer", "/def/Goal", "/releases/1.0.0/", "/sparql")


@pytest.fixture(scope="module")
def browser(needed: Callable[[str], str]) -> Iterator[Browser]:
    with chromium(needed("chromium")) as started:
        yield started


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    """One page for all, since what takes time is to start: the second time the same programme runs in it, it runs faster."""
    return browser.new_page(locale="nb-NO")


@pytest.fixture(scope="module")
def axe(needed: Callable[[str], str]) -> str:
    return Path(needed("tests/npm/node_modules/axe-core/axe.min.js")).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def service(fjordheim: Instance) -> Iterator[str]:
    with served(fjordheim) as (port, _):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def site(fjordheim: Instance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("export") / "site"
    pages = "|".join(quote(path.strip("/")) for path in EXPORTED)
    others = f"^(?!/static/|(/(nb|en))?/({pages})?/?$)"
    told = CliRunner().invoke(main, ["export-static", str(fjordheim.folder), str(site), "--leave-out", others])
    assert told.exit_code == 0, told.stderr
    return site


@pytest.fixture(scope="module")
def files(site: Path) -> Iterator[str]:
    with serving(site) as address:
        yield address


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


def faults(page: Page, axe: str, schemes: tuple[Scheme, ...]) -> dict[str, list[str]]:
    """What axe finds on the page that is open, in a line each, by the view in which it does.

    A page is loaded once: how it looks is said by its style sheet, which follows the window and the colours without a new load.
    """
    page.evaluate(axe)
    found = {}
    for view, size in VIEWS.items():
        page.set_viewport_size(size)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            found[f"{view}, {scheme}"] = [
                f"{one['id']}: {node['html'][:160]} {node['failureSummary']}"
                for one in page.evaluate("(rules) => axe.run(rules)", RULES)["violations"]
                for node in one["nodes"]
            ]
    return {view: told for view, told in found.items() if told}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_in_any_view_of_any_page(
    page: Page, service: str, axe: str, only_once: dict[str, str], path: str, language: str
) -> None:
    with watched(page, service):
        answer = page.goto(f"{service}/{language}{path}")
        assert answer
        assert answer.status == PAGES[path]
        assert page.locator("html").get_attribute("lang") == language
        assert faults(page, axe, SCHEMES[language]) == {}
        # What axe cannot know: a text in another language says so.
        assert sight(page, "unsaid", only_once) == []


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("path", EXPORTED)
def test_axe_finds_nothing_on_pages_kept_as_files(page: Page, files: str, axe: str, path: str, language: str) -> None:
    with watched(page, files):
        answer = page.goto(f"{files}/{language}{path}")
        assert answer
        assert answer.status == 200
        assert faults(page, axe, SCHEMES[language]) == {}
        assert sight(page, "wider") == []


def test_html_kept_as_files_is_valid(site: Path, needed: Callable[[str], str]) -> None:
    assert len(list(site.rglob("*.html"))) > len(EXPORTED)
    assert invalid(site, needed) == []
