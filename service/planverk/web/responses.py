"""What answers have in common: who serves them, their validators, and the headers of a negotiated document."""

import re
from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import quote

from flask import Response, current_app, g, redirect, request
from werkzeug.http import generate_etag

from planverk import media
from planverk.instance import Instance
from planverk.media import HTML, AnyOffer, Representation
from planverk.search.index import MOST_LETTERS
from planverk.store.edition import Edition
from planverk.web.archive import Archive
from planverk.web.languages import order, spoken
from planverk.web.shelf import Shelf

# Where the environment of a request has the edition that it was begun with, when it was before the application was asked.
EDITION = "planverk.edition"
# What each language calls itself.
_LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English", "se": "Davvisámegiella"}
# What may stand unescaped in a path (RFC 3986, section 3.3), so that `blåbær` becomes `bl%C3%A5b%C3%A6r` and no more.
_PATH_CHARACTERS = "/:@!$&'()*+,;=~-._"
# What stands at an address like these is data, or a picture or a script, and the same in all languages.
_DATA = re.compile(r"^/static/|^[^?#]*\.(?!html\b)[a-z][a-z0-9]*(?=[?#]|$)")
# A page takes everything from here, runs nothing that stands in the page itself, and is shown in no other site's frame.
_POLICY = "; ".join([
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "img-src 'self' data:", "connect-src 'self'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
])  # fmt: skip


def instance() -> Instance:
    """The instance this application serves."""
    return cast("Instance", current_app.extensions["planverk.instance"])


def edition() -> Edition:
    """The edition that is current now; one request asks once and keeps it."""
    if "edition" not in g:
        shelf = cast("Shelf", current_app.extensions["planverk.shelf"])
        g.edition = request.environ.get(EDITION) or shelf.current()
        # Whoever keeps the answer keeps it no longer than this release is current.
        request.environ.get("planverk.told", {})["version"] = g.edition.release.version
    return cast("Edition", g.edition)


def archive() -> Archive:
    """The releases there have been."""
    return cast("Archive", current_app.extensions["planverk.archive"])


def of_the_software() -> None:
    """Say that the answer to this request is the same whatever is released, unless it reads an edition as well."""
    request.environ.get("planverk.told", {}).setdefault("version", "")


def here() -> dict[str, Any]:  # Any: what templates take
    """What every page shows of the instance it belongs to."""
    ours = instance()
    first = spoken(ours)
    return {
        "instance": ours,
        "path": _place(),
        "language": first,
        "languages": {code: _LANGUAGES.get(code, code) for code in ours.languages},
        "title": in_language(ours.titles, ours),
        "served": g.edition.release if "edition" in g else None,
        "at_hand": _version_at_hand(),
        "longest_search": MOST_LETTERS,
        "description": in_language(ours.descriptions, ours),
    }


def _version_at_hand() -> str | None:
    """The current version, which a page tells also where it reads nothing of the release; the answer holds as long as it."""
    version = cast("Shelf", current_app.extensions["planverk.shelf"]).version_at_hand()
    told = request.environ.get("planverk.told", {})
    if version and "edition" not in g and told.get("version") == "":
        told["version"] = version
    return version


def in_language(texts: dict[str, str], ours: Instance) -> str:
    """The text in the language of the request, or in the closest the instance has."""
    return next((texts[language] for language in order(ours) if language in texts), next(iter(texts.values())))


def quote_path(path: str) -> str:
    """A path as it stands in a URL."""
    return quote(path, safe=_PATH_CHARACTERS)


def address(path: str) -> str:
    """The address of a page of ours, as others cite it."""
    return instance().base.rstrip("/") + quote_path(path)


def way(path: str) -> str:
    """A path of ours, quoted, as a page links to it: other pages below the same language, data where it is."""
    return path if _DATA.search(path) else request.script_root + path


def to(path: str, status: int) -> Response:
    """A redirection to a path of ours; relative, so that it holds on any host that shows the site."""
    return cast("Response", redirect(way(quote_path(path)), status, Response))


def document(body: bytes | str, representation: Representation, status: int = 200) -> Response:
    """One representation of a document with its strong validator (RFC 9110, section 8.8.3).

    It is sent again as it is until another release is current; what may change before must say so by `pass_by`.
    """
    response = Response(body, status, content_type=representation.content_type)
    # Two formats of a small graph may be the same bytes, and are still two representations.
    response.set_etag(f"{generate_etag(response.get_data())}.{representation.suffix}")
    response.cache_control.public = True
    # Fresh right after a release: a cache may keep the answer but must ask whether it still holds.
    response.cache_control.no_cache = True
    if representation == HTML:
        response.content_language = [spoken(instance())]
        varies(response)
    return response


def wanted(offers: Sequence[AnyOffer]) -> AnyOffer | None:
    """The offer that `?format=` names by suffix or media type, or else the one that the Accept header wants most."""
    asked = request.args.get("format")
    if asked:
        return next((row for row in offers if asked in (row.suffix, row.media_type)), None)
    return media.negotiate(request.accept_mimetypes, offers)


def varies(response: Response) -> Response:
    """Say that another client may get another answer here: by format, and pages by language (RFC 9110, section 12.5.5).

    Where the address names the language, it alone decides.
    """
    if not request.script_root:
        response.vary.update(["Accept", "Accept-Language"])
    return response


def announce(response: Response, path: str, offers: tuple[Representation, ...], chosen: Representation) -> None:
    """Say in headers what was chosen and what else there is (RFC 8288; `describedby` leads to the catalogue)."""
    language = "" if chosen.is_rdf else f"/{spoken(instance())}"
    response.headers["Content-Location"] = f"{language}{quote_path(path)}.{chosen.suffix}"
    canonical = instance().base.rstrip("/") + request.script_root + quote_path(path)
    links = [
        f'<{quote_path(path)}.{row.suffix}>; rel="alternate"; type="{row.media_type}"'
        for row in offers
        if row is not chosen
    ]
    links += [
        f'<{canonical}>; rel="canonical"',
        '</katalog>; rel="describedby"; type="text/turtle"',
    ]
    response.headers["Link"] = ", ".join(links)


def link(response: Response, value: str) -> None:
    """Add a link to the header of an answer (RFC 8288)."""
    response.headers.add("Link", value)


def _place() -> str:
    """The address of the page asked for, quoted, without the language before it and the suffix after it."""
    arguments = "&".join(f"{quote(key)}={quote(text)}" for key, text in request.args.items(multi=True))
    return quote_path(request.path.removesuffix(".html") or "/") + (f"?{arguments}" if arguments else "")


def say_plainly_which_encodings_are_wanted() -> None:
    """Rewrite Accept-Encoding for Flask-Compress, which takes `gzip;q=0` for a wish (RFC 9110, section 12.5.3)."""
    wanted = request.accept_encodings
    known = (*current_app.config["COMPRESS_ALGORITHM"], "identity")
    request.environ["HTTP_ACCEPT_ENCODING"] = ", ".join(f"{name};q={wanted[name]}" for name in known if wanted[name])


def take_any_for_what_there_is() -> None:
    """Leave out `If-Match: *`, which holds wherever there is an answer (RFC 9110, section 13.1.1); Werkzeug says it never does."""
    if request.headers.get("If-Match", "").strip() == "*":
        del request.environ["HTTP_IF_MATCH"]


def keep_data_at_one_address(response: Response) -> Response:
    """What turns out to have no language has no address below one either: 308 leads to where it is."""
    is_data = 200 <= response.status_code < 300 and not response.content_language
    if not request.script_root or not (is_data or response.status_code == 406):
        return response
    response.close()
    asked = request.query_string.decode("latin-1")
    return cast("Response", redirect(quote_path(request.path) + (f"?{asked}" if asked else ""), 308, Response))


def pass_by() -> None:
    """Have the answer to this request kept nowhere: asked again, it may be another."""
    g.passing = True


def keep_nothing_that_passes(response: Response) -> Response:
    """Tell caches not to keep what changes without a release (RFC 9111, section 5.2.2.5)."""
    if g.get("passing"):
        response.cache_control.no_store = True
    return response


def compare_with_what_the_client_has(response: Response) -> Response:
    """Answer 304 when the client's copy still holds, and 412 when it must and does not (RFC 9110, section 13.1)."""
    if request.method in ("GET", "HEAD") and response.status_code == 200 and not response.is_streamed:
        response.make_conditional(request)
    return response


def confine(response: Response) -> Response:
    """Have browsers believe our media types, tell other sites nothing of our visitors, and follow the policy of our pages."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if response.mimetype == HTML.media_type:
        response.headers["Content-Security-Policy"] = _POLICY
    return response
