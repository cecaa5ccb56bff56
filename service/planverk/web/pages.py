"""Pages that are about the site itself."""

from typing import NamedTuple

from flask import Blueprint, Response, render_template

from planverk import media
from planverk.serialization import read
from planverk.vocab import DCAT, RDF, document_path
from planverk.web.reading import Value, resource_page
from planverk.web.responses import document, edition, here, instance, quote_path, way

blueprint = Blueprint("pages", __name__)


class Plan(NamedTuple):
    """A plan on the home page: its name and the page about it."""

    name: Value
    href: str


@blueprint.get("/")
def home() -> Response:
    """What this is and what one can do here; its cost does not grow with the plans."""
    body = render_template("home.html", **here(), plans=_plans(), release=edition().release)
    response = document(body, media.HTML)
    # RFC 8631, and where VoID is looked for.
    response.headers["Link"] = (
        '</openapi.json>; rel="service-desc"; type="application/json", '
        '</.well-known/void>; rel="describedby"; type="text/turtle", </katalog>; rel="describedby"; type="text/turtle"'
    )
    return response


def _plans() -> list[Plan]:
    lines = edition().catalogue
    graph = read(lines)
    return [
        Plan(resource_page(edition(), instance(), lines, str(dataset)).name, _path(str(page)))
        for dataset in sorted(graph.subjects(RDF.type, DCAT.Dataset), key=str)
        for page in graph.objects(dataset, DCAT.landingPage)
    ]


def _path(page: str) -> str:
    return way(quote_path(document_path(instance().base, page) or page))
