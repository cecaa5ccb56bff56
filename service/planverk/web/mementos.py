"""Documents as they were: each release is a memento of every document in it (RFC 7089)."""

from functools import partial

from flask import Blueprint, Response, abort, json, render_template
from werkzeug.http import http_date

from planverk.media import BY_SUFFIX, DOCUMENTS, Representation
from planverk.store.edition import Edition
from planverk.vocab import memento_iri
from planverk.web.imprint import Imprint, in_rdf
from planverk.web.pictures import pictures
from planverk.web.reading import resource_page
from planverk.web.resources import SUFFIX, negotiated
from planverk.web.responses import archive, document, here, instance, link, quote_path
from planverk.web.story import story
from planverk.web.timegate import links, mementos

blueprint = Blueprint("mementos", __name__)
LINK_FORMAT = Representation("link", "application/link-format", "Link format", is_rdf=False)
JSON = Representation("json", "application/json", "JSON", is_rdf=False)
_EVER = 365 * 24 * 60 * 60


@blueprint.get("/releases/<version>/doc/<path:name>")
@blueprint.get(f"/releases/<version>/doc/<path:name>.{SUFFIX}")
def memento(version: str, name: str, suffix: str | None = None) -> Response:
    """The document about a thing as it was in a release."""
    if archive().release(version) is None:
        abort(404)
    then, iri = archive().edition(version), f"{instance().base}id/{name}"
    lines = then.document(iri)
    if lines is None:
        abort(404)
    path = f"/releases/{version}/doc/{name}"
    page = partial(_page, then, lines, name)
    response = negotiated(path, suffix, lambda: lines, page, 410 if then.is_withdrawn(iri) else 200)
    known = list(mementos(name))
    place = next(place for place, one in enumerate(known) if one.release.version == version)
    response.headers["Memento-Datetime"] = http_date(known[place].time)
    for line in links(name, known, place):
        link(response, line)
    if suffix and BY_SUFFIX[suffix].is_rdf:
        # What was frozen stays as it is. Pages are drawn by the software, which may learn to draw them better.
        response.cache_control.no_cache = None
        response.cache_control.max_age = _EVER
        response.cache_control.immutable = True
    return response


def _page(then: Edition, lines: bytes, name: str) -> str:
    """The page about a thing as it was; what it leads to is as it was then, too."""
    version, iri = then.release.version, f"{instance().base}id/{name}"
    page = resource_page(then, instance(), lines, iri, version)
    path = quote_path(f"/releases/{version}/doc/{name}")
    return render_template(
        "resource.html",
        **here(),
        page=page,
        pictures={} if page.withdrawn else pictures(then, instance(), iri, version),
        story=story(then, instance(), lines, page, version),
        then=then.release,
        now=quote_path(f"/doc/{name}"),
        # Without a query: the endpoint answers of the current release.
        imprint=Imprint(
            str(memento_iri(instance().base, version, iri)), path, in_rdf(path, DOCUMENTS), release=then.release
        ),
    )


@blueprint.get("/timemap/<any(link,json):form>/doc/<path:name>")
def timemap(form: str, name: str) -> Response:
    """All mementos of a document, in the format of links (RFC 7089, section 5) or as JSON."""
    known = list(mementos(name))
    if not known:
        abort(404)
    base = instance().base.rstrip("/")
    if form == "link":
        own = f'<{base}{quote_path(f"/timemap/link/doc/{name}")}>; rel="self"; type="application/link-format"'
        lines = [*links(name, known, None, base), own]
        return document(",\n".join(lines) + "\n", LINK_FORMAT)
    rows = [{"uri": base + quote_path(one.path), "datetime": one.time.isoformat()} for one in known]
    original = base + quote_path(f"/doc/{name}")
    found = {
        "original_uri": original,
        "timegate_uri": original,
        "mementos": {"list": rows, "first": rows[0], "last": rows[-1]},
    }
    return document(json.dumps(found, indent=2), JSON)
