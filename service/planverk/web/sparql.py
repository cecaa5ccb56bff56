"""The public endpoint: queries of the SPARQL 1.1 Protocol, section 2.1; without a query, what it offers."""

from urllib.parse import quote, unquote_to_bytes

from flask import Blueprint, Response, abort, request
from flask_babel import gettext as _

from planverk.media import HTML, RDF_REPRESENTATIONS
from planverk.serialization import write
from planverk.store.sparql import SparqlRequest
from planverk.web.answers import answer
from planverk.web.description import service_description
from planverk.web.querypage import query_page
from planverk.web.responses import document, edition, instance, varies, wanted

blueprint = Blueprint("sparql", __name__)
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"


@blueprint.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Answer the query that the request carries; a GET without one is answered with the description of the service."""
    _refuse_what_is_not_utf_8()
    if request.mimetype == _UPDATE or "update" in request.values:
        abort(400, _("Endepunktet svarer bare på spørringer; data kan ikke endres her."))
    query = _query()
    if query is None:
        return _description()
    return answer(edition(), query, request.values.get("format"))


def _refuse_what_is_not_utf_8() -> None:
    """Refuse what Werkzeug would change: it takes bytes that are no UTF-8 for their own percent-encoding."""
    form = request.get_data() if request.mimetype == _FORM else b""  # read before it is parsed, so that it is kept
    try:
        unquote_to_bytes(b"%b&%b" % (request.query_string, form)).decode("utf-8")
    except UnicodeDecodeError as error:
        wrong = quote(error.object[error.start : error.start + 1])
        abort(
            400,
            _("Spørringen må være UTF-8, også når den er skrevet med prosenttegn. %(wrong)s er det ikke.", wrong=wrong),
        )


def _query() -> SparqlRequest | None:
    if request.method == "POST" and request.mimetype == _QUERY:
        return _request([_text(request.get_data())])
    if request.method == "POST" and request.mimetype != _FORM:
        abort(415, _("Send spørringen som %(form)s eller %(query)s.", form=_FORM, query=_QUERY))
    queries = (request.form if request.method == "POST" else request.args).getlist("query")
    if not queries and request.method != "POST":
        return None
    return _request(queries)


def _request(queries: list[str]) -> SparqlRequest:
    if len(queries) != 1 or not queries[0].strip():
        abort(400, _("Send nøyaktig én spørring, i parameteren «query» eller som forespørselens innhold."))
    graphs = request.values.getlist
    return SparqlRequest(queries[0], tuple(graphs("default-graph-uri")), tuple(graphs("named-graph-uri")))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        abort(400, _("Spørringen må være UTF-8. Byte nummer %(place)s i innholdet er det ikke.", place=error.start + 1))


def _description() -> Response:
    chosen = wanted((*RDF_REPRESENTATIONS, HTML)) or RDF_REPRESENTATIONS[0]
    if chosen == HTML:
        response = query_page()
    else:
        lines = service_description(instance().base, instance().limits, instance().endpoints, edition().void)
        response = document(write(lines, chosen), chosen)
    varies(response)
    return response
