"""Checks of the pages: what people, browsers and search engines meet."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

from planverk.doctor.check import Check
from planverk.doctor.visit import NotApplicable, Reply, Site, Unanswered

# What the statement that the law demands is called in the three languages.
_STATEMENT = re.compile("tilgjengelig|tilgjengeleg|accessib", re.IGNORECASE)
_SITEMAP = re.compile(r"^sitemap:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_FEW = 10


class _Page(HTMLParser):
    """What a page links to, what it takes from elsewhere, and the language it says it is in."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self.taken: list[str] = []
        self.language = ""
        self._href = ""
        self.feed(reply.body.decode("utf-8", "replace"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = has.get("lang", "")
        if tag == "a":
            self._href = has.get("href", "")
            self.links.setdefault(self._href, "")
        self.taken += [has["src"]] if "src" in has else []
        if tag == "link" and has.get("rel") in ("stylesheet", "icon", "preload", "modulepreload"):
            self.taken.append(has.get("href", ""))

    def handle_data(self, data: str) -> None:
        if self._href:
            self.links[self._href] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._href = ""


def _home(site: Site) -> tuple[str, _Page]:
    path, reply = site.follow("/", "text/html")
    if reply.status != 200 or reply.media_type != "text/html":
        raise Unanswered(f"GET {path}: status {reply.status}, {reply.media_type}")
    return path, _Page(reply)


def _front(site: Site) -> Iterator[str]:
    if not _home(site)[1].language:
        yield "the home page does not say which language it is in"


def _links(site: Site) -> Iterator[str]:
    path, page = _home(site)
    for href in page.links:
        address = urljoin(site.base.rstrip("/") + path, href).partition("#")[0]
        if address.startswith(site.base):
            status = site.follow(site.path(address), "text/html")[1].status
            if status != 200:
                yield f"the home page links to {href}, which answers with status {status}"


def _own(site: Site) -> Iterator[str]:
    path, page = _home(site)
    here = site.base.rstrip("/") + path
    for source in page.taken:
        address = urljoin(here, source)
        if source.startswith("data:"):
            continue
        if not address.startswith(site.base):
            yield f"the home page takes {source} from another host"
        elif site.ask(site.path(address)).status != 200:
            yield f"the home page needs {source}, which is not there"


def _statement(site: Site) -> Iterator[str]:
    path, page = _home(site)
    found = [href for href, text in page.links.items() if _STATEMENT.search(href + text)]
    if not found:
        yield "the home page has no link to an accessibility statement"
    for href in found[:1]:
        address = urljoin(site.base.rstrip("/") + path, href)
        if address.startswith(site.base) and site.follow(site.path(address), "text/html")[1].status != 200:
            yield f"the accessibility statement is not at {href}"


def _robots(site: Site) -> Iterator[str]:
    reply = site.ask("/robots.txt")
    if reply.status != 200 or reply.media_type != "text/plain":
        yield f"GET /robots.txt: status {reply.status}, {reply.media_type}"
    elif re.search(r"^disallow:\s*/\s*$", reply.body.decode("utf-8", "replace"), re.IGNORECASE | re.MULTILINE):
        yield "robots.txt shuts search engines out of everything"
    elif not _SITEMAP.search(reply.body.decode("utf-8", "replace")):
        yield "robots.txt names no sitemap"


def _sitemap(site: Site) -> Iterator[str]:
    named = _SITEMAP.search(site.ask("/robots.txt").body.decode("utf-8", "replace"))
    if not named:
        raise NotApplicable("robots.txt names no sitemap")
    addresses = _locations(site, _path_here(site, named[1]))
    if not addresses:
        yield "the sitemap names no page"
    for address in addresses[:_FEW]:
        path = _path_here(site, address)
        status = site.follow(path, "text/html")[1].status
        if status != 200:
            yield f"the sitemap names {address}, which answers with status {status}"


def _path_here(site: Site, address: str) -> str:
    """The path of an address of ours; the base may be another address than the one that is asked."""
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}/" not in (site.base, site.manifest.get("base")):
        raise Unanswered(f"{address} is an address of another host")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _locations(site: Site, path: str, depth: int = 1) -> list[str]:
    """The addresses in a sitemap, or in those that an index of sitemaps names (sitemaps.org protocol 0.9)."""
    reply = site.ask(path)
    if reply.status != 200 or b"<!ENTITY" in reply.body:
        raise Unanswered(f"GET {path}: status {reply.status}, or declares entities")
    try:
        root = ElementTree.fromstring(reply.body)  # noqa: S314  # bounded in size, and refused above when it declares entities
    except ElementTree.ParseError as error:
        raise Unanswered(f"GET {path}: not XML: {error}") from None
    found = [place.text.strip() for place in root.iterfind(".//{*}loc") if place.text]
    if root.tag.endswith("sitemapindex") and depth:
        return [address for one in found[:_FEW] for address in _locations(site, _path_here(site, one), depth - 1)]
    return found


def _description(site: Site) -> Iterator[str]:
    reply = site.ask("/openapi.json", "application/json")
    found = reply.json()
    if not isinstance(found, dict) or not found.get("paths"):
        yield f"GET /openapi.json: status {reply.status}, no description of addresses"


def _ready(site: Site) -> Iterator[str]:
    for path in ("/health/live", "/health/ready"):
        if (status := site.ask(path).status) != 200:
            yield f"GET {path}: status {status}"


CHECKS = (
    Check("The home page is there and says its language", _front, "Look at the log of the service and of the proxy."),
    Check("Every link of the home page leads somewhere", _links, "Let the proxy pass all paths on."),
    Check("The home page takes nothing from other hosts", _own,
          "Let no proxy, tag manager or consent banner add scripts, fonts or pictures."),
    Check("There is an accessibility statement", _statement,
          "Link to the statement that was registered with uustatus.no."),
    Check("Search engines are let in and led to the sitemap", _robots, "Let the proxy pass /robots.txt on."),
    Check("The sitemap names pages that are there", _sitemap, "Let the proxy pass the sitemap on."),
    Check("The service describes its addresses (OpenAPI)", _description, "Let the proxy pass /openapi.json on."),
    Check("The service says that it is alive and ready", _ready,
          "Look at the log of the service: there is no release, or the store does not answer."),
)  # fmt: skip
