"""The public endpoint: queries of the SPARQL 1.1 Protocol, section 2.1; without a query, what it offers."""

from flask import Blueprint, Response, abort, render_template, request

from planverk import media
from planverk.media import HTML, RDF_REPRESENTATIONS
from planverk.serialization import statements, write
from planverk.store.embedded import Answer, ResultFormat
from planverk.store.sparql import SparqlRequest
from planverk.web.description import service_description
from planverk.web.errors import problem
from planverk.web.responses import document, edition, here, instance

blueprint = Blueprint("sparql", __name__)
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Answer the query that the request carries; a GET without one is answered with the description of the service."""
    if request.mimetype == _UPDATE or "update" in request.values:
        abort(400, "Endepunktet svarer bare på spørringer; data kan ikke endres her.")
    query = _query()
    if query is None:
        return _description()
    answer = edition().store.query(query)
    chosen = _format(answer)
    if chosen is None:
        kinds = [row.media_type for row in answer.formats]
        response = problem(406, f"Svaret finnes bare som: {', '.join(kinds)}.", available=kinds)
    else:
        response = Response(answer.write(chosen), content_type=chosen.content_type)
        response.add_etag()
        response.cache_control.public = True
        response.cache_control.no_cache = True
    response.vary.add("Accept")
    return response


def _query() -> SparqlRequest | None:
    if request.method == "POST" and request.mimetype == _QUERY:
        return _request([request.get_data().decode("utf-8", "strict")])
    if request.method == "POST" and request.mimetype != _FORM:
        abort(415, f"Send spørringen som {_FORM} eller {_QUERY}.")
    queries = (request.form if request.method == "POST" else request.args).getlist("query")
    if not queries and request.method == "GET":
        return None
    return _request(queries)


def _request(queries: list[str]) -> SparqlRequest:
    if len(queries) != 1 or not queries[0].strip():
        abort(400, "Send nøyaktig én spørring, i parameteren «query» eller som forespørselens innhold.")
    graphs = request.values.getlist
    return SparqlRequest(queries[0], tuple(graphs("default-graph-uri")), tuple(graphs("named-graph-uri")))


def _format(answer: Answer) -> ResultFormat | None:
    asked = request.values.get("format")
    if asked:
        named = (row for row in answer.formats if asked in (row.suffix, row.media_type))
        return next(named, None)
    return media.negotiate(request.accept_mimetypes, answer.formats)


def _description() -> Response:
    chosen = media.negotiate(request.accept_mimetypes, (*RDF_REPRESENTATIONS, HTML)) or RDF_REPRESENTATIONS[0]
    if chosen == HTML:
        response = document(render_template("sparql.html", **here()), HTML)
    else:
        lines = statements(service_description(instance(), edition().release))
        response = document(write(lines, chosen), chosen)
    response.vary.add("Accept")
    return response
