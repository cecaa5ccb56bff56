"""Checks of the SPARQL endpoint: it answers by the protocol, and nobody can tie it up."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from rdflib import Literal

from planverk.doctor.check import Check
from planverk.doctor.visit import NotApplicable, Reply, Site
from planverk.vocab import SCHEMA

_JSON = "application/sparql-results+json"
_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"
# No index helps with a product of four unrelated patterns.
_ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
_GRACE = 10
_SECONDS = 60
# What an endpoint for all must not do, and the word it is known by.
_FORBIDDEN = {
    "SERVICE": "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }",
    "an update": "INSERT DATA { <http://a.example/s> <http://a.example/p> 1 }",
    "a file of the machine": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
}


def _protocol(site: Site) -> Iterator[str]:
    query = "ASK {}"
    for way, reply in (
        ("GET", _get(site, query)),
        (
            "POST of a form",
            site.ask("/sparql", _JSON, "POST", urlencode({"query": query}).encode(), fields={"Content-Type": _FORM}),
        ),
        ("POST of a query", site.ask("/sparql", _JSON, "POST", query.encode(), fields={"Content-Type": _DIRECT})),
    ):
        answer = reply.json()
        if reply.status != 200 or not isinstance(answer, dict) or answer.get("boolean") is not True:
            yield f"{way}: status {reply.status}, {reply.media_type}, not «true» as {_JSON}"


def _holds_plans(site: Site) -> Iterator[str]:
    reply = _get(site, "ASK { ?plan a <https://w3id.org/planverk/ontology#RegionalPlan> }")
    answer = reply.json()
    if not isinstance(answer, dict) or answer.get("boolean") is not True:
        yield "the endpoint holds no regional plan"


def _ends(site: Site) -> Iterator[str]:
    allowed = _allowed_seconds(site)
    reply = site.ask(f"/sparql?query={quote(_ENDLESS)}", _JSON, seconds=allowed + _GRACE)
    if reply.status < 400:
        yield f"a query without end was answered with status {reply.status}"
    if reply.media_type != "application/problem+json":
        yield f"a query without end was refused as {reply.media_type}, not as application/problem+json"


def _alive(site: Site) -> Iterator[str]:
    reply = _get(site, "ASK {}")
    if reply.status != 200:
        yield f"after that, a small query is answered with status {reply.status}"


def _refuses(site: Site) -> Iterator[str]:
    for what, query in _FORBIDDEN.items():
        reply = _get(site, query)
        empty = reply.status == 200 and _rows(reply) == []
        if not 400 <= reply.status < 500 and not (empty and query.find("file:") > 0):
            yield f"{what} was answered with status {reply.status}"


def _bounds(site: Site) -> Iterator[str]:
    long = "ASK {" + " " * (2 << 20) + "}"
    deep = "ASK " + "{" * 5000 + "}" * 5000
    for what, query in (("of 2 MiB", long), ("with 5000 brackets", deep)):
        status = site.ask("/sparql", _JSON, "POST", query.encode(), fields={"Content-Type": _DIRECT}).status
        if not 400 <= status < 500:
            yield f"a query {what} was answered with status {status}"


def _get(site: Site, query: str) -> Reply:
    return site.ask(f"/sparql?query={quote(query)}", _JSON)


def _rows(reply: Reply) -> object:
    answer = reply.json()
    return answer.get("results", {}).get("bindings") if isinstance(answer, dict) else None


def _allowed_seconds(site: Site) -> float:
    """How long a query may run, as the service itself says; a long while when it does not."""
    description = site.turtle("/sparql")
    told = [
        description.value(limit, SCHEMA.value) for limit in description.subjects(SCHEMA.propertyID, Literal("seconds"))
    ]
    seconds = float(str(told[0])) if told and told[0] is not None else _SECONDS
    if seconds > _SECONDS * 10:
        raise NotApplicable(f"a query may run for {seconds:g} seconds, which is too long to wait for")
    return seconds


CHECKS = (
    Check("The endpoint answers by GET and by both kinds of POST", _protocol,
          "Let the proxy pass /sparql on with its query string, POST and Content-Type."),
    Check("The endpoint holds a regional plan", _holds_plans, "Run `planverk release`, and `planverk push` where the store is remote."),
    Check("A query without end ends as an error", _ends,
          "Set `seconds` in [limits] of planverk.toml, and let the proxy wait longer than that."),
    Check("It answers again afterwards", _alive, "Look at `workers` in [limits], and at the log of the service."),
    Check("Updates, SERVICE and files of the machine are refused", _refuses,
          "Put nothing but planverk's own endpoint at /sparql; never a bare triple store."),
    Check("Queries that are too long or too deep are refused", _bounds,
          "Leave `query_kb` and `depth` in [limits] of planverk.toml as they are."),
)  # fmt: skip
