"""Every public address as OpenAPI 3.1: written from the routes, the formats and the saved queries, so that it is true."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, Flask, Response, current_app, json
from werkzeug.routing import Rule

from planverk.instance import Instance
from planverk.media import BY_SUFFIX, DOCUMENTS, HARVESTED, HTML, JSON_LD, RDF_REPRESENTATIONS
from planverk.parameters import KINDS, Parameter, Values
from planverk.questions import Question, saved
from planverk.release import Release
from planverk.store.formats import FORMATS
from planverk.web.downloads import JSON
from planverk.web.responses import document, edition, instance
from planverk.web.search import PARAMETERS

Json = dict[str, Any]  # JSON has no better type

blueprint = Blueprint("openapi", __name__)
_PLAIN = ("text/plain",)
_PAGE = (HTML.media_type,)
_GRAPHS = tuple(row.media_type for row in RDF_REPRESENTATIONS)
_DOCUMENTS = tuple(row.media_type for row in DOCUMENTS)
_HARVESTED = tuple(row.media_type for row in HARVESTED)
_RESULTS = tuple(dict.fromkeys(row.media_type for rows in FORMATS.values() for row in rows))
# What may become of any query.
_OF_QUERIES = (400, 406, 413, 429, 502, 503, 504)


class Answers(NamedTuple):
    """What an address answers: its status when all is well, in which media types, and the other statuses it may have."""

    media_types: Sequence[str]
    others: tuple[int, ...] = (503,)
    status: int = 200


# By endpoint; an address that is not here is not for the public.
_ANSWERS = {
    "pages.home": Answers(_PAGE),
    "search.search": Answers((*_PAGE, JSON.media_type), (400, 503, 504)),
    "comparison.compare": Answers(_PAGE, (404, 410, 503)),
    "counties.counties": Answers(_PAGE, (503, 504)),
    "pages.data": Answers(_PAGE),
    "pages.about": Answers(_PAGE),
    "pages.accessibility": Answers(_PAGE),
    "pages.privacy": Answers(_PAGE),
    "resources.identify": Answers((), (404, 503), 303),
    "resources.show": Answers(_DOCUMENTS, (302, 400, 404, 406, 410, 503)),
    "resources.define": Answers(_DOCUMENTS, (406, 503)),
    "resources.define_term": Answers(_DOCUMENTS, (404, 406, 503)),
    "resources.context": Answers((JSON_LD.media_type,)),
    "sparql.endpoint": Answers((*_RESULTS, *_DOCUMENTS), (*_OF_QUERIES, 404)),
    "querypage.words": Answers((JSON.media_type,)),
    "questions.questions": Answers((*_PAGE, JSON.media_type)),
    "questions.show_examples": Answers(_HARVESTED, (406, 503)),
    "harvest.katalog": Answers(_HARVESTED, (406, 503)),
    "harvest.europa": Answers(_HARVESTED, (406, 503)),
    "harvest.kontroll": Answers(_PAGE),
    "harvest.begreper": Answers(_HARVESTED, (406, 503)),
    "harvest.informasjonsmodell": Answers(_HARVESTED, (406, 503)),
    "crawling.robots": Answers(_PLAIN, ()),
    "crawling.sitemap": Answers(("application/xml",), (404, 503)),
    "harvest.void": Answers(_HARVESTED, (406, 503)),
    "downloads.releases": Answers((*_PAGE, JSON.media_type)),
    "downloads.release": Answers((*_PAGE, JSON.media_type), (307, 404, 503)),
    "history.changes": Answers(_DOCUMENTS, (404, 406, 503)),
    "history.atom": Answers(("application/atom+xml",), (404, 503)),
    "history.stream": Answers(_GRAPHS, (404, 406, 503)),
    "history.stream_page": Answers(_GRAPHS, (404, 406, 503)),
    "mementos.memento": Answers(_DOCUMENTS, (404, 406, 410, 503)),
    "mementos.timemap": Answers(("application/link-format", JSON.media_type), (404, 503)),
    "downloads.report": Answers(_DOCUMENTS, (307, 404, 406, 503)),
    "downloads.download": Answers(("*/*",), (206, 307, 404, 416, 503)),
    "openapi.openapi": Answers((JSON.media_type,)),
    "operators.live": Answers(_PLAIN, ()),
    "operators.ready": Answers(_PLAIN),
    "operators.metrics": Answers(_PLAIN),
}
_MEANINGS = {
    200: "The answer.",
    206: "The part of the file that was asked for by one range of bytes; other ranges are ignored.",
    302: "The document as it was at the time asked for is elsewhere.",
    303: "The document about the thing is elsewhere.",
    304: "What the client has still holds.",
    307: "The current release is elsewhere.",
    400: "The request is not understood; the problem says where and what to do.",
    404: "There is nothing at this address.",
    406: "The answer exists, but in none of the formats asked for; the problem lists those there are.",
    410: "The thing was withdrawn; the document says when, and what replaces it.",
    412: "What is here is another than If-Match names.",
    413: "The query or its answer is larger than is allowed; the problem names the limit and the way out.",
    415: "A query is sent as a form or as application/sparql-query.",
    416: "The file has no such part.",
    429: "This client has as many queries under way as one may have.",
    502: "Another endpoint, which the query asks by SERVICE, gave no answer that can be used.",
    503: "There is nothing to answer from, or too much is waiting; try again later.",
    504: "The query took more time or memory than is allowed and was stopped.",
}
_OF_PATHS: dict[str, Json] = {
    "name": {"description": "What stands after the type, such as `theme/kompetanse`.", "schema": {"type": "string"}},
    "suffix": {"description": "The format.", "schema": {"enum": list(BY_SUFFIX)}},
    "since": {"description": "An earlier version.", "schema": {"type": "string"}},
    "number": {"description": "The number of a page, from 1.", "schema": {"type": "integer", "minimum": 1}},
    "form": {"description": "The format.", "schema": {"enum": ["link", "json"]}},
    "version": {"description": "A version, or `current`.", "schema": {"type": "string"}},
}
_ARGUMENT = re.compile(r"<(?:[^<>]*:)?(\w+)>")
_PROBLEM: Json = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do, for people."},
    },
}
_GRAPH_URIS = {"type": "array", "items": {"type": "string"}}
_PROTOCOL: dict[str, Json] = {
    "query": {"type": "string", "description": "The query (SPARQL 1.1 Protocol, section 2.1)."},
    "default-graph-uri": _GRAPH_URIS,
    "named-graph-uri": _GRAPH_URIS,
    "format": {"enum": [row.suffix for rows in FORMATS.values() for row in rows]},
}
# Types that JSON Schema has words for; the others are told by their patterns.
_TYPES: dict[str, Json] = {
    "iri": {"type": "string", "format": "iri-reference"},
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer"},
}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """This description of all addresses, as OpenAPI 3.1."""
    release = edition().release
    description = describe(current_app, instance(), release, Values(instance().base, edition().vocabulary))
    return document(json.dumps(description, indent=2, sort_keys=True), JSON)


def describe(app: Flask, instance: Instance, release: Release, values: Values) -> Json:
    """The addresses of an application that serves a release."""
    rules = {rule.rule: rule for rule in app.url_map.iter_rules() if rule.endpoint in _ANSWERS}
    # Both /def and /def/ answer; one is enough to be told.
    told = [
        rule for path, rule in rules.items() if path == "/" or path.rstrip("/") == path or path.rstrip("/") not in rules
    ]
    paths = {_template(rule): _path(app, rule, values) for rule in told}
    asked = {f"/query/{question.name}": _question(question, values) for question in saved(release.folder).values()}
    return {
        "openapi": "3.1.0",
        "info": _about(instance, release),
        "servers": [{"url": instance.base.rstrip("/")}],
        "paths": paths | asked,
        "components": {"schemas": {"Problem": _PROBLEM}, "responses": dict(_problems(_MEANINGS))},
    }


def _about(instance: Instance, release: Release) -> Json:
    texts = [texts.get("en", texts[min(texts)]) for texts in (instance.titles, instance.descriptions)]
    contact = {"name": instance.contact_name, "url": instance.contact_page, "email": instance.contact_email}
    return {
        "title": texts[0],
        "description": f"{texts[1]} Every GET has a HEAD; what is negotiated says so in Vary.",
        "version": release.version,
        "license": {"name": instance.licence_name, "url": str(instance.licence)},
        "contact": {key: value for key, value in contact.items() if value},
    }


def _path(app: Flask, rule: Rule, values: Values) -> Json:
    answers = _ANSWERS[rule.endpoint]
    summary = (app.view_functions[rule.endpoint].__doc__ or "").partition("\n")[0]
    get: Json = {
        "operationId": re.sub(r"\W+", "_", _template(rule)).strip("_") or "home",
        "tags": [rule.endpoint.partition(".")[0]],
        "summary": summary,
        "parameters": [*_in_path(rule), *_asked(rule.endpoint, values)],
        "responses": _responses(answers),
    }
    return {"get": get, "post": _post(get)} if "POST" in (rule.methods or ()) else {"get": get}


# What is a page for people and JSON for programs, at one address.
_LISTS = ("downloads.releases", "downloads.release", "questions.questions")


def _asked(endpoint: str, values: Values) -> list[Json]:
    """What an address takes after the question mark."""
    if endpoint == "search.search":
        return [_parameter(parameter, values) for parameter in PARAMETERS]
    if endpoint in _LISTS:
        return _in_query({"format": {"enum": [JSON.suffix, HTML.suffix]}})
    return _in_query(_PROTOCOL) if endpoint == "sparql.endpoint" else []


def _post(get: Json) -> Json:
    """The same by POST: the query in a form, or as the content itself with the rest in the address."""
    form = {"type": "object", "properties": _PROTOCOL, "required": ["query"]}
    body = {
        "application/x-www-form-urlencoded": {"schema": form},
        "application/sparql-query": {"schema": {"type": "string"}},
    }
    return get | {
        "operationId": f"{get['operationId']}_post",
        "parameters": _in_query({name: schema for name, schema in _PROTOCOL.items() if name != "query"}),
        "requestBody": {"required": True, "content": body},
        "responses": _responses(Answers(_RESULTS, (*_OF_QUERIES, 415))),
    }


def _question(question: Question, values: Values) -> Json:
    kinds = [row.media_type for row in FORMATS[question.kind]]
    formats = {"format": {"enum": [*(row.suffix for row in FORMATS[question.kind]), HTML.suffix]}}
    get = {
        "operationId": f"query_{question.name.replace('-', '_')}",
        "tags": ["questions"],
        "summary": _english(question.titles),
        "description": _english(question.descriptions),
        "parameters": [*(_parameter(one, values) for one in question.parameters), *_in_query(formats)],
        "responses": _responses(Answers((*kinds, HTML.media_type), _OF_QUERIES)),
    }
    return {"get": get}


def _parameter(parameter: Parameter, values: Values) -> Json:
    codes = values.codes(parameter)
    kind = _TYPES.get(parameter.kind, {"type": "string", "pattern": KINDS[parameter.kind].pattern})
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": " ".join(
            filter(None, [_english(parameter.meanings), f"Type: {parameter.kind} {parameter.of}"])
        ).strip(),
        "schema": {"enum": codes} if codes else kind,
        "example": values.example(parameter),
    }


def _in_path(rule: Rule) -> Iterator[Json]:
    for name in _ARGUMENT.findall(rule.rule):
        yield {"name": name, "in": "path", "required": True, **_OF_PATHS.get(name, {"schema": {"type": "string"}})}


def _in_query(schemas: dict[str, Json]) -> list[Json]:
    return [{"name": name, "in": "query", "schema": schema} for name, schema in schemas.items()]


def _responses(answers: Answers) -> Json:
    well = {"description": _MEANINGS[answers.status], "content": {kind: {} for kind in answers.media_types}}
    document = {"description": _MEANINGS[410], "content": {kind: {} for kind in answers.media_types}}
    others = {str(status): {"$ref": f"#/components/responses/{status}"} for status in (304, 412, *answers.others)}
    return {str(answers.status): well, **others} | ({"410": document} if 410 in answers.others else {})


def _problems(statuses: Iterable[int]) -> Iterator[tuple[str, Json]]:
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema}, HTML.media_type: {}}
    for status in statuses:
        meaning = {"description": _MEANINGS[status]}
        yield str(status), meaning | ({"content": content} if status >= 400 else {})


def _template(rule: Rule) -> str:
    """The path of a rule as OpenAPI writes it: `/doc/<path:name>` is `/doc/{name}`."""
    return _ARGUMENT.sub(r"{\1}", rule.rule)


def _english(texts: dict[str, str]) -> str:
    return texts.get("en", next(iter(texts.values()), ""))
