"""Things and their documents: /id leads to /doc, which is negotiated, and so is the vocabulary below /def."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _
from rdflib import URIRef

from planverk import folders, media, serialization
from planverk.media import BY_SUFFIX, DOCUMENTS, JSON_LD, Representation
from planverk.vocab import W3ID
from planverk.web import definitions
from planverk.web.errors import problem
from planverk.web.imprint import Imprint, in_rdf, query
from planverk.web.pictures import pictures
from planverk.web.reading import resource_page
from planverk.web.responses import announce, document, edition, here, instance, of_the_software, quote_path, to, varies
from planverk.web.story import story
from planverk.web.structured import dataset_in
from planverk.web.timegate import tell_of_time, travel

blueprint = Blueprint("resources", __name__)
SUFFIX = f"<any({','.join(BY_SUFFIX)}):suffix>"


@blueprint.get("/id/<path:name>")
def identify(name: str) -> Response:
    """A thing is not a document: 303 leads to the document about it (W3C, Cool URIs for the Semantic Web)."""
    if not edition().about(f"{instance().base}id/{name}"):
        abort(404)
    response = to(f"/doc/{name}", 303)
    response.cache_control.public = True
    response.cache_control.no_cache = True
    return varies(response)


@blueprint.get("/doc/<path:name>")
@blueprint.get(f"/doc/<path:name>.{SUFFIX}")
def show(name: str, suffix: str | None = None) -> Response:
    """The document about a thing, in the representation that the suffix names or the client wants most."""
    earlier = travel(name, suffix)
    if earlier:
        return earlier
    now, iri = edition(), f"{instance().base}id/{name}"
    lines = now.document(iri)
    if lines is None:
        abort(404)
    status = 410 if now.is_withdrawn(iri) else 200
    response = negotiated(f"/doc/{name}", suffix, lambda: lines, partial(_page, lines, iri, f"/doc/{name}"), status)
    tell_of_time(response, name)
    return response


@blueprint.get("/def")
@blueprint.get("/def/")
@blueprint.get(f"/def.{SUFFIX}")
def define(suffix: str | None = None) -> Response:
    """The vocabulary as a whole."""
    of_the_software()
    return negotiated("/def", suffix, *definitions.WHOLE)


@blueprint.get("/def/<path:name>")
@blueprint.get(f"/def/<path:name>.{SUFFIX}")
def define_term(name: str, suffix: str | None = None) -> Response:
    """One term, one list of codes, one code or one rule; or all rules, or all links to other vocabularies."""
    of_the_software()
    found = definitions.find(name) or _released_with(name)
    if found is None:
        abort(404)
    return negotiated(f"/def/{name}", suffix, *found)


def _released_with(name: str) -> definitions.Definition | None:
    """What the release itself holds below the vocabulary's address: the structure of its observations."""
    iri = f"{W3ID}{name}"
    lines = edition().document(iri)
    if lines is None:
        return None
    return definitions.Definition(lambda: lines, partial(_page, lines, iri, f"/def/{name}"))


@blueprint.get("/def/context.jsonld", defaults={"file": "context.jsonld"})
@blueprint.get("/def/plan-tree.frame.jsonld", defaults={"file": "plan-tree.frame.jsonld"})
def context(file: str) -> Response:
    """The JSON-LD context of the vocabulary, or the frame that gives a plan as a tree."""
    of_the_software()
    return document((folders.ONTOLOGY / file).read_text(encoding="utf-8"), JSON_LD)


def negotiated(
    path: str,
    suffix: str | None,
    statements: Callable[[], bytes],
    page: Callable[[], str],
    status: int = 200,
    offers: tuple[Representation, ...] = DOCUMENTS,
) -> Response:
    """A document in the representation asked for, or 406 with the list of those there are."""
    chosen = BY_SUFFIX[suffix] if suffix else media.negotiate(request.accept_mimetypes, offers)
    if chosen is None:
        response = not_acceptable(path, offers)
    else:
        body = serialization.write(statements(), chosen) if chosen.is_rdf else page()
        response = document(body, chosen, status)
        announce(response, path, offers, chosen)
    if not suffix:
        varies(response)
    return response


def not_acceptable(path: str, offers: tuple[Representation, ...]) -> Response:
    """A 406 that lists what there is (RFC 9110, section 15.5.7)."""
    available = [{"href": f"{quote_path(path)}.{row.suffix}", "type": row.media_type} for row in offers]
    kinds = ", ".join(row.media_type for row in offers)
    return problem(
        406, _("Dokumentet finnes ikke i det formatet. Det finnes som: %(kinds)s.", kinds=kinds), available=available
    )


def _page(lines: bytes, iri: str, path: str) -> str:
    page = resource_page(edition(), instance(), lines, iri)
    drawn = {} if page.withdrawn else pictures(edition(), instance(), iri)
    return render_template(
        "resource.html",
        **here(),
        page=page,
        pictures=drawn,
        story=story(edition(), instance(), lines, page),
        imprint=Imprint(iri, quote_path(path), in_rdf(quote_path(path), DOCUMENTS), query("about", thing=URIRef(iri))),
        structured=dataset_in(edition(), instance(), iri),
    )
