"""The documents that catalogues harvest: answered 200, whole and at once, Turtle unless something else is wanted."""

from flask import Blueprint, Response, render_template, request

from planverk import media, serialization
from planverk.catalogue import catalogue_iri
from planverk.media import BY_SUFFIX, HARVESTED
from planverk.web.reading import resource_page
from planverk.web.resources import not_acceptable
from planverk.web.responses import announce, document, edition, here, instance, varies

blueprint = Blueprint("harvest", __name__)


@blueprint.get("/katalog")
@blueprint.get(f"/katalog.<any({','.join(BY_SUFFIX)}):suffix>")
def katalog(suffix: str | None = None) -> Response:
    """The DCAT-AP-NO catalogue."""
    chosen = BY_SUFFIX[suffix] if suffix else media.negotiate(request.accept_mimetypes, HARVESTED)
    if chosen is None:
        response = not_acceptable("/katalog", HARVESTED)
    else:
        lines = edition().catalogue
        response = document(serialization.write(lines, chosen) if chosen.is_rdf else _page(lines), chosen)
        announce(response, "/katalog", HARVESTED, chosen, canonical=f"{instance().base}katalog")
    if not suffix:
        varies(response)
    return response


def _page(lines: bytes) -> str:
    page = resource_page(edition(), instance(), lines, str(catalogue_iri(instance())))
    return render_template("resource.html", **here(), page=page, document="/katalog", representations=HARVESTED)
