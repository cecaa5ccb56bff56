"""Checks of the addresses of things: who they say they are, and the form in which each client gets them."""

from collections.abc import Iterator
from urllib.parse import urljoin

from planverk import serialization
from planverk.doctor.check import Check
from planverk.doctor.visit import Reply, Site
from planverk.media import HTML, RDF_REPRESENTATIONS, Representation

_NOBODY_HAS = "image/png"


def _identity(site: Site) -> Iterator[str]:
    said = site.manifest.get("base")
    if said != site.base:
        yield f"the current release says that its addresses begin with {said}, and you asked {site.base}"


def _see_other(site: Site) -> Iterator[str]:
    path = f"/id/{site.thing}"
    for accept in ("text/turtle", "text/html"):
        reply = site.ask(path, accept)
        if reply.status != 303:
            yield f"GET {path} ({accept}): status {reply.status}, not 303"
        elif site.follow(path, accept)[1].status != 200:
            yield f"GET {path} ({accept}): leads to {reply.header('Location')}, which is not there"


def _each_format(site: Site) -> Iterator[str]:
    for row in (HTML, *RDF_REPRESENTATIONS):
        yield from _judged(site, f"/doc/{site.thing}", row, row.media_type)


def _each_suffix(site: Site) -> Iterator[str]:
    for row in (HTML, *RDF_REPRESENTATIONS):
        yield from _judged(site, f"/doc/{site.thing}.{row.suffix}", row, "")


def _judged(site: Site, path: str, row: Representation, accept: str) -> Iterator[str]:
    reply = site.ask(path, accept)
    if reply.status != 200 or reply.media_type != row.media_type:
        yield f"GET {path} ({accept or row.suffix}): status {reply.status}, {reply.media_type or 'no media type'}"
    elif row.is_rdf:
        yield from unread(site, path, reply, row)


def unread(site: Site, path: str, reply: Reply, row: Representation) -> Iterator[str]:
    """Say so when a document is not what its format demands, or says nothing."""
    try:
        if not serialization.parsed(reply.body, row, urljoin(site.base, path)):
            yield f"GET {path}: the document says nothing"
    except SyntaxError as error:
        yield f"GET {path}: not {row.title}: {error}"


def _no_format(site: Site) -> Iterator[str]:
    reply = site.ask(f"/doc/{site.thing}", _NOBODY_HAS)
    if reply.status != 406:
        yield f"a client that takes only {_NOBODY_HAS} got status {reply.status}, not 406"


def _vary(site: Site) -> Iterator[str]:
    for path in (f"/doc/{site.thing}", "/katalog"):
        for accept in ("text/turtle", "text/html", _NOBODY_HAS):
            varies = site.ask(path, accept).header("Vary").lower()
            if "accept" not in [name.strip() for name in varies.split(",")]:
                yield f"GET {path} ({accept}): no Accept in Vary, so a cache gives one client what another asked for"


def _head(site: Site) -> Iterator[str]:
    for path in ("/", f"/doc/{site.thing}", "/katalog", "/releases/"):
        whole, head = site.ask(path, "text/html"), site.ask(path, "text/html", "HEAD")
        if (head.status, head.body) != (whole.status, b""):
            yield f"HEAD {path}: status {head.status} and {len(head.body)} bytes; GET has {whole.status}"
        elif head.header("Content-Length") not in ("", str(len(whole.body))):
            yield f"HEAD {path}: another Content-Length than GET has bytes"


def _unchanged(site: Site) -> Iterator[str]:
    for path in (f"/doc/{site.thing}.ttl", "/katalog"):
        etag = site.ask(path, "text/turtle").header("ETag")
        if not etag:
            yield f"GET {path}: no ETag"
        elif (status := site.ask(path, "text/turtle", fields={"If-None-Match": etag}).status) != 304:
            yield f"GET {path}: a client that has this version already got status {status}, not 304"


def _missing(site: Site) -> Iterator[str]:
    path = "/doc/no-such-kind/no-such-thing"
    for accept, media_type in (("text/turtle", "application/problem+json"), ("text/html", "text/html")):
        reply = site.ask(path, accept)
        if (reply.status, reply.media_type) != (404, media_type):
            yield f"GET {path} ({accept}): status {reply.status}, {reply.media_type}, not 404 as {media_type}"


CHECKS = (
    Check("The addresses in the data are the address of the service", _identity,
          "Set `base` in planverk.toml before the first release, or ask the service at its own address."),
    Check("The address of a thing answers 303 and leads to its document", _see_other,
          "Let the proxy pass /id/ on as it is; it must not follow redirections itself."),
    Check("Each format is given to who asks for it", _each_format,
          "Let the proxy pass Accept and Content-Type on unchanged."),
    Check("Each format has an address of its own", _each_suffix,
          "Let the proxy pass paths with suffixes (.ttl, .jsonld) on; it must not serve them as files."),
    Check("Who asks for a format that is not there gets 406", _no_format,
          "Let the proxy pass Accept on, and errors back."),
    Check("What depends on the request says so in Vary", _vary, "Let the proxy pass Vary on unchanged."),
    Check("HEAD answers as GET without the body", _head, "Let the proxy pass HEAD on."),
    Check("Who has the current version gets 304", _unchanged,
          "Let the proxy pass ETag and If-None-Match on; one that changes the body must drop the ETag and make its own."),
    Check("What is not there is an error in the form that was asked for", _missing,
          "Let the proxy pass errors on; it must not put pages of its own in their place."),
)  # fmt: skip
