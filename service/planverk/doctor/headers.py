"""Checks of what protects visitors, and of what lets other sites read the data."""

from collections.abc import Iterator

from planverk.doctor.check import Check
from planverk.doctor.visit import NotApplicable, Reply, Site, Unanswered

_STRANGER = "stranger.example"
_WISH = {
    "Origin": f"https://{_STRANGER}",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}
# Where a request may say which host it means; no answer may repeat it.
_CLAIMS = {"Host": _STRANGER, "X-Forwarded-Host": _STRANGER, "Forwarded": f"host={_STRANGER}"}


def _policy(site: Site) -> Iterator[str]:
    for path in ("/", "/sparql", f"/doc/{site.thing}"):
        policy = site.ask(path, "text/html").header("Content-Security-Policy")
        rules = dict(part.strip().partition(" ")[::2] for part in policy.split(";") if part.strip())
        scripts = rules.get("script-src", rules.get("default-src", ""))
        if "default-src" not in rules:
            yield f"GET {path}: no Content-Security-Policy with default-src"
        elif "'unsafe-inline'" in scripts or "*" in scripts.split():
            yield f"GET {path}: the policy lets scripts of anybody run ({scripts})"
        elif "frame-ancestors" not in rules:
            yield f"GET {path}: the policy does not say who may put the page in a frame"


def _believed(site: Site) -> Iterator[str]:
    for path, accept in (("/", "text/html"), ("/katalog", "text/turtle"), ("/doc/no/thing", "text/html")):
        reply = site.ask(path, accept)
        if reply.header("X-Content-Type-Options").lower() != "nosniff":
            yield f"GET {path}: no X-Content-Type-Options: nosniff"
        if reply.header("Set-Cookie"):
            yield f"GET {path}: sets a cookie"


def _readable(site: Site) -> Iterator[str]:
    origin = f"https://{_STRANGER}"
    for path in (f"/doc/{site.thing}", "/katalog", "/sparql?query=ASK%7B%7D"):
        allowed = site.ask(path, "*/*", fields={"Origin": origin}).header("Access-Control-Allow-Origin")
        if allowed != "*":
            yield f"GET {path}: Access-Control-Allow-Origin is «{allowed}», so scripts of other sites cannot read it"


def _preflight(site: Site) -> Iterator[str]:
    reply = site.ask("/sparql", method="OPTIONS", fields=_WISH)
    methods = reply.header("Access-Control-Allow-Methods").upper()
    fields = reply.header("Access-Control-Allow-Headers").lower()
    if reply.status not in (200, 204):
        yield f"OPTIONS /sparql: status {reply.status}"
    if reply.header("Access-Control-Allow-Origin") != "*" or "POST" not in methods:
        yield f"OPTIONS /sparql: other sites may not POST (methods «{methods}»)"
    if "content-type" not in fields and fields != "*":
        yield "OPTIONS /sparql: other sites may not send Content-Type, which application/sparql-query needs"


def _names(site: Site) -> Iterator[str]:
    for name, value in _CLAIMS.items():
        for path in ("/", f"/id/{site.thing}", "/katalog", "/doc/no/thing"):
            try:
                reply = site.ask(path, "text/html", fields={name: value})
            except Unanswered:
                continue  # hung up on: that has no effect either
            if _STRANGER in reply.body.decode("utf-8", "replace") or _STRANGER in str(reply.headers):
                yield f"GET {path}: the answer repeats what the request said in {name}"


def _plain_http(site: Site) -> Iterator[str]:
    if site.scheme != "https":
        raise NotApplicable("the service is asked over http")
    if ":" in site.host:
        raise NotApplicable("the service has a port of its own, so nothing is known of http")
    plain = Site(f"http://{site.host}/", site.seconds)
    for path in ("/", f"/id/{site.thing}"):
        yield from _unmoved(plain.ask(path, "text/html"), path, site)


def _unmoved(reply: Reply, path: str, site: Site) -> Iterator[str]:
    wanted, place = site.base.rstrip("/") + path, reply.header("Location")
    if reply.status not in (301, 308) or place.lower() != wanted.lower():
        yield f"GET http://{site.host}{path}: status {reply.status} {place}, not 301 or 308 to {wanted}"


def _promise(site: Site) -> Iterator[str]:
    if site.scheme != "https":
        raise NotApplicable("the service is asked over http")
    if "max-age=" not in site.ask("/", "text/html").header("Strict-Transport-Security"):
        yield "GET /: no Strict-Transport-Security"


CHECKS = (
    Check("Pages run only scripts of the service itself", _policy,
          "Let the proxy pass Content-Security-Policy on, and add no script of its own."),
    Check("Browsers are told to believe the media types, and get no cookies", _believed,
          "Let the proxy pass X-Content-Type-Options on, and add no cookies."),
    Check("Scripts of other sites can read the data (CORS)", _readable,
          "Let the proxy pass Access-Control-Allow-Origin on, once."),
    Check("Scripts of other sites can ask the endpoint by POST (CORS preflight)", _preflight,
          "Let the proxy pass OPTIONS on."),
    Check("What a request says of the host has no effect", _names,
          "Addresses come from planverk.toml only; look for a proxy that writes them from the Host header."),
    Check("Over http one is led to https, to the same path", _plain_http,
          "Let the proxy answer http with 301 to the same host and path over https."),
    Check("Browsers are told to use https from now on", _promise,
          "Let the proxy add Strict-Transport-Security: max-age=31536000."),
)  # fmt: skip
