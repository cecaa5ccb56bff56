"""Questions that have an address: saved ones below /query/, answered like any query, and examples to learn from."""

from urllib.parse import urlencode

from flask import Blueprint, Response, abort, json, render_template, request
from flask_babel import gettext as _

from planverk import media
from planverk.media import BY_SUFFIX, HARVESTED, HTML, Offer
from planverk.parameters import LANGUAGE, Values
from planverk.questions import Question, examples, saved
from planverk.serialization import statements, write
from planverk.store.binding import bind
from planverk.store.formats import FORMATS, GRAPH, TABLE, TRUTH
from planverk.store.pool import Result
from planverk.store.sparql import SparqlRequest
from planverk.web.answers import answer, fetch
from planverk.web.downloads import JSON
from planverk.web.errors import problem
from planverk.web.executables import executables
from planverk.web.forms import form
from planverk.web.imprint import Format, Imprint, in_rdf, of_answer
from planverk.web.resources import not_acceptable
from planverk.web.responses import (
    address,
    announce,
    document,
    edition,
    here,
    in_language,
    instance,
    quote_path,
    varies,
    wanted,
)
from planverk.web.tables import Table, tabulated

blueprint = Blueprint("questions", __name__)
# A parameter of the address itself, not of the question.
_OURS = ("format",)
# Where programs find all questions and their parameters.
_DESCRIBED = (Format("OpenAPI", "/openapi.json", JSON.media_type),)
# What a page is made of.
_FOR_PAGES = {TABLE: "json", TRUTH: "json", GRAPH: "nt"}


@blueprint.get("/query/")
def questions() -> Response:
    """The saved queries, with the parameters that each takes."""
    found = saved(edition().release.folder).values()
    if wanted((HTML, JSON)) is JSON:
        return varies(document(json.dumps({"queries": [_summary(question) for question in found]}, indent=2), JSON))
    imprint = Imprint(
        address("/query/"), "/query/", (Format("JSON", "/query/?format=json", JSON.media_type), *_DESCRIBED)
    )
    listed = [_titled(one) for one in found]
    return document(render_template("questions.html", **here(), questions=listed, imprint=imprint), HTML)


@blueprint.get("/query/<name>")
def ask(name: str) -> Response:
    """The answer to a saved query: a table as JSON, XML, CSV, TSV or a page; a graph as RDF or a page."""
    question = saved(edition().release.folder).get(name) or abort(404)
    given = {key: texts for key, texts in request.args.lists() if key not in _OURS}
    values, faults = _values().read(question.parameters, given)
    offers: list[Offer] = [*FORMATS[question.kind], HTML]
    chosen = wanted(offers)
    if chosen is None:
        available = [row.media_type for row in offers]
        return problem(406, _("Svaret finnes bare som: %(kinds)s.", kinds=", ".join(available)), available=available)
    if chosen is HTML and faults and not given:
        return _page(question, {}, None)
    if faults:
        return problem(
            400, " ".join(fault.reason for fault in faults), LANGUAGE, parameters=[one._asdict() for one in faults]
        )
    asked = SparqlRequest(bind(question.query, values))
    return _page(question, given, asked) if chosen is HTML else _answer(name, asked, chosen.suffix)


@blueprint.get("/sparql/examples")
@blueprint.get(f"/sparql/examples.<any({','.join(BY_SUFFIX)}):suffix>")
def show_examples(suffix: str | None = None) -> Response:
    """Examples of queries, as SHACL SPARQL executables or as a list that leads to the query page."""
    path = "/sparql/examples"
    chosen = BY_SUFFIX[suffix] if suffix else media.negotiate(request.accept_mimetypes, HARVESTED)
    if chosen is None:
        response = not_acceptable(path, HARVESTED)
    elif chosen.is_rdf:
        response = document(write(statements(executables(instance().base)), chosen), chosen)
    else:
        listed = [_titled(question) for question in examples().values()]
        imprint = Imprint(address(path), path, in_rdf(path, HARVESTED))
        body = render_template("examples.html", **here(), examples=listed, imprint=imprint)
        response = document(body, chosen)
    if chosen:
        announce(response, path, HARVESTED, chosen)
    return response if suffix else varies(response)


def _answer(name: str, asked: SparqlRequest, suffix: str) -> Response:
    response = answer(edition(), asked, suffix)
    if "format" in request.args:
        # Who follows a link to a format is likely to keep a file.
        response.headers.set("Content-Disposition", "inline", filename=f"{name}.{suffix}")
    return response


def _page(question: Question, given: dict[str, list[str]], asked: SparqlRequest | None) -> Response:
    """The page of a question: its form, and its answer when it has been asked."""
    body = render_template(
        "question.html",
        **here(),
        question=_titled(question),
        fields=form(question, given, _values()),
        imprint=_imprint(question, given, asked),
        answered=asked is not None,
        table=_table(asked) if asked else None,
    )
    return document(body, HTML)


def _imprint(question: Question, given: dict[str, list[str]], asked: SparqlRequest | None) -> Imprint:
    """That of a question, and of its answer when it has been asked."""
    path = quote_path(f"/query/{question.name}")
    filled = [(name, text) for name, texts in given.items() for text in texts if text]
    whole = f"{path}?{urlencode(filled)}" if filled else path
    formats = of_answer(question.kind, path, filled) if asked else ()
    return Imprint(instance().base.rstrip("/") + whole, whole, formats, asked.query if asked else "")


def _table(asked: SparqlRequest) -> Table | None:
    """The answer as a page shows it; None when it is too large to be read on one."""
    found = fetch(edition(), asked, _FOR_PAGES)
    if isinstance(found, Result):
        found.content.close()
        return None
    return tabulated(found.format, found.content, edition(), instance())


def _values() -> Values:
    return Values(instance().base, edition().vocabulary)


def _titled(question: Question) -> dict[str, object]:
    """A question in the language of the page."""
    return {
        "name": question.name,
        "title": _said(question.titles),
        "description": _said(question.descriptions),
        "query": question.query,
    }


def _said(texts: dict[str, str]) -> str:
    return in_language(texts, instance()) if texts else ""


def _summary(question: Question) -> dict[str, object]:
    parameters = [
        {"name": one.name, "type": one.kind, "of": one.of, "required": one.required, "description": one.meanings}
        for one in question.parameters
    ]
    return {
        "name": question.name,
        "href": quote_path(f"/query/{question.name}"),
        "title": question.titles,
        "description": question.descriptions,
        "parameters": parameters,
    }
