"""Debian's Chromium as tests use it: one browser, and visits that notice what a page does behind the reader's back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, ViewportSize, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip

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
    "/doc/dataset/nyskaping-2021-2028": 200,
    "/about": 200,
    "/accessibility": 200,
    "/privacy": 200,
    "/data": 200,
    "/doc/action/2021-12": 410,
    "/search": 200,
    "/search?q=havnaringer": 200,
    "/releases/": 200,
    "/releases/1.0.0/": 200,
    "/releases/1.0.0/report": 200,
    "/releases/1.0.0/changes": 200,
    "/releases/1.0.0/doc/plan/nyskaping-2021-2028": 200,
    "/counties": 200,
    "/katalog": 200,
    "/katalog/kontroll": 200,
    "/begreper": 200,
    "/informasjonsmodell": 200,
    "/.well-known/void": 200,
    "/def": 200,
    "/def/Goal": 200,
    "/def/subGoalOf": 200,
    "/def/code/goal-level": 200,
    "/def/code/goal-level/main-goal": 200,
    "/def/shapes": 200,
    "/def/shapes/InstrumentVersion-issued": 200,
    "/def/ontology/1.0.0": 200,
    "/def/mappings": 200,
    "/sparql": 200,
    "/sparql?query=SELECT": 400,
    "/sparql/examples": 200,
    "/query/": 200,
    "/query/actions": 200,
    "/nothing": 404,
}
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
_SIGHT = (Path(__file__).parent / "browser" / "sight.js").read_text(encoding="utf-8")


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """A browser without a window, at the path of its program; its scroll bars take no room, as on phones."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def with_scroll_bars(browser: Browser, program: str) -> Iterator[Browser]:
    """Another browser beside one, whose scroll bars take room, as on most desks."""
    shown = ["--hide-scrollbars"]
    other = browser.browser_type.launch(executable_path=program, args=FLAGS, ignore_default_args=shown)
    yield other
    other.close()


@contextmanager
def visit(browser: Browser, address: str, **settings: object) -> Iterator[Page]:
    """A new page with nothing in its memory, watched."""
    context = browser.new_context(base_url=address, **{"locale": "nb-NO", **settings})  # type: ignore[arg-type]
    page = context.new_page()
    with watched(page, address):
        yield page
        context.close()


@contextmanager
def watched(page: Page, address: str) -> Iterator[None]:
    """See that a page asks nothing of any other address, and that the browser has no complaint, of policy or script."""
    strangers: list[str] = []
    complaints: list[str] = []

    def ask(request: Request) -> None:
        if not request.url.startswith(address):
            strangers.append(request.url)

    def say(message: ConsoleMessage | Error) -> None:
        complaints.append(message.text if isinstance(message, ConsoleMessage) else str(message))

    page.on("request", ask)
    page.on("console", say)
    page.on("pageerror", say)
    yield
    page.remove_listener("request", ask)
    page.remove_listener("console", say)
    page.remove_listener("pageerror", say)
    # That an answer was 400 or 404 is no complaint about the page.
    assert strangers + [text for text in complaints if "the server responded with a status of" not in text] == []


def sight(page: Page, name: str, given: object = None) -> Any:  # Any: what the page says
    """What a reader meets on the page that is open, by its name in browser/sight.js."""
    return page.evaluate(f"(given) => ({_SIGHT}).{name}(given)", given)
