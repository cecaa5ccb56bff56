"""Debian's Chromium as tests use it: one browser, and visits that notice what a page does behind the reader's back."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """A browser without a window, at the path of its program."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visit(browser: Browser, address: str, **settings: object) -> Iterator[Page]:
    """A page that asks nothing of any other address, and about which the browser has no complaint, of policy or script."""
    context = browser.new_context(base_url=address, **{"locale": "nb-NO", **settings})  # type: ignore[arg-type]
    page = context.new_page()
    strangers: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: request.url.startswith(address) or strangers.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # That an answer was 400 or 404 is no complaint about the page.
    assert strangers + [text for text in complaints if "the server responded with a status of" not in text] == []
