"""The whole site as plain files, so that its addresses outlive the software: any web server can give them."""

import html
import re
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from flask import Flask, render_template
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from planverk.feed import PAGE
from planverk.instance import Instance
from planverk.media import BY_SUFFIX
from planverk.release import CATALOGUE, CONCEPTS, DATA, MANIFEST, MODEL, SUMS, Release, current_version
from planverk.serialization.dumps import by_subject
from planverk.vocab import W3ID, definition_path
from planverk.vocabulary import read_catalogue_rules, read_vocabulary
from planverk.web import create_app
from planverk.web.archive import Archive
from planverk.web.responses import here, quote_path
from planverk.web.shelf import NothingReleased

MARKER = ".planverk-export"
Progress = Callable[[str], None]

# What only a running service can answer; a page says so in its place.
_NEEDS_A_SERVICE = ("/sparql", "/search", "/search.json", "/query")
_LEFT_OUT = re.compile(r"^(/[a-z]{2})?/(health/|metrics$|releases/current/)")
_LINK = re.compile(rb"""(?:href|src|action)="(/[^/"][^"]*|/)\"""")
# How a file is called that has no suffix in its address, by its media type.
_INDEX = {"application/link-format": "index.link", "application/json": "index.json"}
_REDIRECT = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{address}</title>
<meta http-equiv="refresh" content="0; url={address}"><link rel="canonical" href="{address}"></head>
<body><p><a href="{address}">{address}</a></p></body></html>
"""
_LIST = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{address}</title></head>
<body><h1>{address}</h1><ul>{items}</ul></body></html>
"""
_CONFIGURATION = """# For nginx: the addresses answer as the service did. Included in `http`; `root` is the folder of the export.
map $http_accept $representation {{
  default html;
{accepted}
}}
map $uri $withdrawn {{
  default 0;
{withdrawn}
}}
server {{
  listen 80;
  root {root};
  charset utf-8;
  types {{
    text/html html; text/css css; text/javascript js; image/svg+xml svg; font/woff2 woff2; text/csv csv;
    application/json json; application/xml xml; application/atom+xml atom; application/zip zip; application/gzip gz;
    application/zstd zst; application/link-format link;
{types}
  }}
  add_header Access-Control-Allow-Origin * always;
  add_header Vary Accept always;
  location /id/ {{ rewrite ^/id/(.*)$ /doc/$1 redirect; }}
  location / {{
    if ($withdrawn) {{ return 410; }}
    try_files $uri $uri.$representation $uri/index.html $uri/index.link $uri/index.json =404;
  }}
  error_page 410 @withdrawn;
  location @withdrawn {{ try_files $uri.$representation $uri/index.html =410; }}
}}
"""


class NotToBeExported(Exception):
    """The folder that was named cannot be written to; the text says why."""


class Export(NamedTuple):
    """What was written: how many files, which addresses are withdrawn, and which links lead nowhere, with where they stand."""

    files: int
    withdrawn: list[str]
    broken: list[tuple[str, str]]


def export(instance: Instance, target: Path, progress: Progress, left_out: re.Pattern[str] | None = None) -> Export:
    """Write the site into a folder: whole, in place of an earlier export, or not at all.

    Addresses in which `left_out` is found are not written, nor counted as links that lead nowhere.

    Raises:
        NotToBeExported: there is something else in the folder.
        NothingReleased: there is no release to show.

    """
    if target.exists() and any(target.iterdir()) and not (target / MARKER).is_file():
        raise NotToBeExported(f"{target} holds something else than an export. Name a new folder, or empty that one.")
    if current_version(instance.releases) is None:
        raise NothingReleased
    draft, before = (target.with_name(f".{target.name}.{state}") for state in ("draft", "before"))
    for leftover in (draft, before):
        shutil.rmtree(leftover, ignore_errors=True)
    draft.mkdir(parents=True)
    written = _Writer(instance, draft, progress, left_out).write()
    (draft / "nginx.conf").write_text(_configuration(target, written.withdrawn), encoding="utf-8")
    (draft / MARKER).write_text("An export by planverk; `planverk export-static` may replace it.\n", encoding="utf-8")
    if target.exists():
        target.rename(before)
    draft.rename(target)
    shutil.rmtree(before, ignore_errors=True)
    return written


class _Writer:
    """Asks the application for every address there is, and for those that its pages lead to, and keeps the answers."""

    def __init__(self, instance: Instance, folder: Path, progress: Progress, left_out: re.Pattern[str] | None) -> None:
        self._instance = instance
        self._folder = folder
        self._progress = progress
        self._left_out = (_LEFT_OUT, left_out or _LEFT_OUT)
        self._app = create_app(instance)
        self._client = self._app.test_client()
        self._archive = Archive(instance.releases, instance.limits)
        self._from: dict[str, str] = {}
        self._queue: deque[str] = deque()
        self._files = 0
        self._withdrawn: list[str] = []
        self._broken: list[tuple[str, str]] = []

    def write(self) -> Export:
        """Write all; each address is asked for once."""
        self._progress("Kopierer utgavene")
        for release in self._archive.releases():
            self._copy(release)
        # A link of the file system, so that the current release is reached as before and lies there once.
        (self._folder / "releases" / "current").symlink_to(current_version(self._instance.releases) or "")
        for path in _addresses(self._app, self._instance, self._archive):
            self._note(path, "")
        self._progress("Skriver sidene")
        while self._queue:
            self._keep(self._queue.popleft())
        return Export(self._files, sorted(self._withdrawn), sorted(self._broken))

    def _copy(self, release: Release) -> None:
        folder = self._folder / "releases" / release.version
        folder.mkdir(parents=True)
        for name in [*(row["name"] for row in release.files), MANIFEST, SUMS]:
            shutil.copyfile(release.folder / name, folder / name)
            self._from[quote_path(f"/releases/{release.version}/{name}")] = ""
            self._files += 1

    def _note(self, path: str, where: str) -> None:
        if path not in self._from and not any(pattern.search(path) for pattern in self._left_out):
            self._from[path] = where
            self._queue.append(path)

    def _keep(self, path: str) -> None:
        bare = self._without_language(path)
        if bare in _NEEDS_A_SERVICE or bare.startswith("/query/"):
            self._page(path, self._stand_in(path))
            return
        response = self._client.get(path, headers={"Accept": "text/html, */*;q=0.1"}, buffered=True)
        if response.status_code == 410:
            self._withdrawn.append(path)
        if response.status_code in (200, 410):
            self._answer(path, response)
        elif response.status_code in (302, 303, 307, 308):
            self._lead(path, response.headers["Location"])
        else:
            self._broken.append((path, self._from[path]))

    def _answer(self, path: str, response: TestResponse) -> None:
        suffix = path.rpartition(".")[2]
        if response.mimetype == "text/html" and suffix != "html":
            self._page(path, response.data)
        elif response.mimetype in _INDEX and "." not in path.rpartition("/")[2]:
            self._file(f"{path.rstrip('/')}/{_INDEX[response.mimetype]}", response.data)
        elif self._is_negotiated(response, path):
            self._page(path, self._list(path, response))
        else:
            self._file(path, response.data)
            if response.mimetype == "text/html":
                self._follow(path, response.data)

    def _is_negotiated(self, response: Response, path: str) -> bool:
        """Whether an address that is answered with data has the formats beside it, at addresses of their own."""
        location = response.headers.get("Content-Location")
        return location is not None and location != path

    def _list(self, path: str, response: Response) -> bytes:
        found = re.findall(r'<([^>]*)>; rel="alternate"', ", ".join(response.headers.getlist("Link")))
        addresses = sorted({response.headers["Content-Location"], *found})
        items = "".join(f'<li><a href="{html.escape(one)}">{html.escape(one)}</a></li>' for one in addresses)
        return _LIST.format(language=self._instance.language, address=html.escape(path), items=items).encode()

    def _lead(self, path: str, location: str) -> None:
        address = urlsplit(location).path
        text = _REDIRECT.format(language=self._instance.language, address=html.escape(address))
        self._page(path, text.encode())

    def _page(self, path: str, content: bytes) -> None:
        self._file(f"{path}index.html" if path.endswith("/") else f"{path}/index.html", content)
        self._follow(path, content)

    def _follow(self, path: str, content: bytes) -> None:
        for found in _LINK.findall(content):
            address = urlsplit(html.unescape(found.decode())).path
            if address.startswith("/"):
                self._note(quote_path(unquote(address)), path)

    def _file(self, path: str, content: bytes) -> None:
        parts = unquote(path).strip("/").split("/")
        if any(part in ("", ".", "..") for part in parts):
            self._broken.append((path, self._from.get(path, "")))
            return
        file = self._folder.joinpath(*parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self._files += 1

    def _without_language(self, path: str) -> str:
        first, _, rest = path[1:].partition("/")
        return f"/{rest}".rstrip("/") or "/" if first in self._instance.languages else path.rstrip("/") or "/"

    def _stand_in(self, path: str) -> bytes:
        first = path[1:].partition("/")[0]
        below = f"/{first}" if first in self._instance.languages else ""
        with self._app.test_request_context(path.removeprefix(below) or "/", base_url=f"http://localhost{below}"):
            return render_template("static.html", **here()).encode()


def _addresses(app: Flask, instance: Instance, archive: Archive) -> Iterator[str]:
    """Every address there is, quoted: without a language and below each."""
    plain = {rule.rule for rule in app.url_map.iter_rules() if not rule.arguments and "GET" in (rule.methods or ())}
    pages = [*sorted(plain), *_definitions(), *_documents(archive)]
    for path in pages:
        yield quote_path(path)
        if path.rpartition(".")[2] not in (*BY_SUFFIX, "json", "xml", "txt", "atom"):
            yield from (quote_path(f"/{language}{path}") for language in instance.languages)
    yield from map(quote_path, _data(archive))


def _definitions() -> Iterator[str]:
    known = read_vocabulary()
    for graph in (known.ontology, known.shapes, read_catalogue_rules().whole):
        for term in sorted({str(subject) for subject in graph.subjects() if str(subject).startswith(W3ID)}):
            yield definition_path(term.removeprefix(W3ID))


def _documents(archive: Archive) -> Iterator[str]:
    """The documents about things, as they are and as they were, and the pages about releases."""
    for release in archive.releases():
        yield f"/releases/{release.version}/"
        for page in ("report", "changes"):
            yield f"/releases/{release.version}/{page}"
        yield from (f"/doc/{name}" for name in _names(release, DATA, CATALOGUE, CONCEPTS, MODEL))
        yield from (f"/releases/{release.version}/doc/{name}" for name in _names(release, DATA))


def _data(archive: Archive) -> Iterable[str]:
    """Addresses that have no page of their own: names of things, maps of their past, pages of the stream."""
    for release in archive.releases():
        yield from (f"/id/{name}" for name in _names(release, DATA, CATALOGUE, CONCEPTS, MODEL))
        yield from (f"/timemap/{form}/doc/{name}" for form in ("link", "json") for name in _names(release, DATA))
        pages = -(-archive.count(release) // PAGE)
        yield from (f"/feed/{release.version}/{number}" for number in range(1, pages + 1))


def _names(release: Release, *parts: str) -> Iterator[str]:
    """What the things in some parts of a release are called after `/id/`."""
    space = f"{release.manifest['base']}id/"
    for part in parts:
        for thing, _ in by_subject(release.folder / part):
            if str(thing).startswith(space):
                yield str(thing).removeprefix(space)


def _configuration(root: Path, withdrawn: list[str]) -> str:
    """An example for nginx: formats by Accept, 303 in place of pages that lead on, 410 for what was withdrawn."""
    rows = [row for row in BY_SUFFIX.values() if row.is_rdf]
    return _CONFIGURATION.format(
        accepted="\n".join(f'  "~*{re.escape(row.media_type)}" {row.suffix};' for row in rows),
        withdrawn="\n".join(f'  "{unquote(path)}" 1;' for path in withdrawn if '"' not in path),
        types="\n".join(f"    {row.media_type} {row.suffix};" for row in rows),
        root=root.resolve(),
    )
