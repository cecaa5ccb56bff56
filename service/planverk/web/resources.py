"""Things and their documents: /id leads to /doc, which is negotiated, and so is the vocabulary below /def."""

from flask import Blueprint, Response, abort, render_template, request

from planverk import media, serialization
from planverk.media import BY_SUFFIX, DOCUMENTS, Representation
from planverk.web import ontology
from planverk.web.errors import problem
from planverk.web.reading import resource_page
from planverk.web.responses import announce, document, edition, here, instance, quote_path, to, varies

blueprint = Blueprint("resources", __name__)
_SUFFIX = f"<any({','.join(BY_SUFFIX)}):suffix>"


@blueprint.get("/id/<path:name>")
def identify(name: str) -> Response:
    """A thing is not a document: 303 leads to the document about it (W3C, Cool URIs for the Semantic Web)."""
    if not edition().about(f"{instance().base}id/{name}"):
        abort(404)
    response = to(f"/doc/{name}", 303)
    varies(response)
    return response


@blueprint.get("/doc/<path:name>")
@blueprint.get(f"/doc/<path:name>.{_SUFFIX}")
def show(name: str, suffix: str | None = None) -> Response:
    """The document about a thing, in the representation that the suffix names or the client wants most."""
    now, iri = edition(), f"{instance().base}id/{name}"
    lines = now.document(iri)
    if lines is None:
        abort(404)
    status = 410 if now.is_withdrawn(iri) else 200
    return negotiated(f"/doc/{name}", suffix, lines, iri, status)


@blueprint.get("/def")
@blueprint.get("/def/")
@blueprint.get(f"/def.{_SUFFIX}")
def define(suffix: str | None = None) -> Response:
    """The ontology as a whole."""
    return negotiated("/def", suffix, ontology.lines(), ontology.IRI)


@blueprint.get("/def/<path:name>")
@blueprint.get(f"/def/<path:name>.{_SUFFIX}")
def define_term(name: str, suffix: str | None = None) -> Response:
    """One term of the ontology, one list of codes, or one code."""
    found = ontology.find(edition(), name)
    if found is None:
        abort(404)
    iri, lines = found
    return negotiated(f"/def/{name}", suffix, lines, iri)


def negotiated(path: str, suffix: str | None, lines: bytes, iri: str, status: int = 200) -> Response:
    """A document in the representation asked for, or 406 with the list of those there are."""
    chosen = BY_SUFFIX[suffix] if suffix else media.negotiate(request.accept_mimetypes, DOCUMENTS)
    if chosen is None:
        response = not_acceptable(path, DOCUMENTS)
    else:
        response = document(_body(lines, iri, chosen, path), chosen, status)
        announce(response, path, DOCUMENTS, chosen, canonical=instance().base.rstrip("/") + path)
    if not suffix:
        varies(response)
    return response


def not_acceptable(path: str, offers: tuple[Representation, ...]) -> Response:
    """A 406 that lists what there is (RFC 9110, section 15.5.7)."""
    available = [{"href": f"{quote_path(path)}.{row.suffix}", "type": row.media_type} for row in offers]
    kinds = ", ".join(row.media_type for row in offers)
    return problem(406, f"Dokumentet finnes ikke i det formatet. Det finnes som: {kinds}.", available=available)


def _body(lines: bytes, iri: str, chosen: Representation, path: str) -> bytes | str:
    if chosen.is_rdf:
        return serialization.write(lines, chosen)
    page = resource_page(edition(), instance(), lines, iri)
    return render_template("resource.html", **here(), page=page, document=quote_path(path), representations=DOCUMENTS)
