"""Pages that are about the site itself."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from string import Template
from typing import NamedTuple

from flask import Blueprint, Response, render_template
from rdflib.term import Node

from planverk import media
from planverk.catalogue import catalogue_iri
from planverk.media import HARVESTED
from planverk.serialization import read
from planverk.vocab import DCAT, DCT, RDF, document_path
from planverk.web.imprint import Imprint, in_rdf, of_release, query
from planverk.web.reading import Names, Value
from planverk.web.responses import document, edition, here, instance, quote_path, way

blueprint = Blueprint("pages", __name__)


class Plan(NamedTuple):
    """A plan on the home page: its name, what it is about, and the page about it."""

    name: Value
    description: Value | None
    href: str


# So many plans are shown on the home page; a nation has hundreds.
_SHOWN = 12
_LISTED = re.compile(f" <{DCAT.dataset}> <([^>]*)> ".encode())

# The example programs of the page about data, by the language they are written in: files that run when filled in.
_PROGRAMS = Path(__file__).parent / "programs"


@blueprint.get("/")
def home() -> Response:
    """What this is and what one can do here; its cost does not grow with the plans."""
    now = edition().release
    imprint = Imprint(instance().base, "/", in_rdf("/katalog", HARVESTED), query("plans"))
    body = render_template("home.html", **here(), plans=_plans(), most=_SHOWN, release=now, imprint=imprint)
    response = document(body, media.HTML)
    # RFC 8631, and where VoID is looked for.
    response.headers["Link"] = (
        '</openapi.json>; rel="service-desc"; type="application/json", '
        '</.well-known/void>; rel="describedby"; type="text/turtle", </katalog>; rel="describedby"; type="text/turtle"'
    )
    return response


@blueprint.get("/data")
def data() -> Response:
    """How to get at the data, with programs that can be copied."""
    return _page("data.html", examples=_programs(), imprint=of_release(edition().release))


@blueprint.get("/about")
def about() -> Response:
    """Who publishes what here, and where it comes from."""
    ours = catalogue_iri(instance())
    imprint = Imprint(ours, "/katalog", in_rdf("/katalog", HARVESTED), query("about", thing=ours))
    return _page("about.html", imprint=imprint)


@blueprint.get("/accessibility")
def accessibility() -> Response:
    """What is known of how accessible the site is (forskrift om universell utforming av IKT-løsninger, § 4 c)."""
    return _page("accessibility.html")


@blueprint.get("/privacy")
def privacy() -> Response:
    """What is written down of visitors, and of people in the data."""
    return _page("privacy.html")


def _page(template: str, **content: object) -> Response:
    now = edition().release
    return document(render_template(template, **here(), release=now, **content), media.HTML)


def _programs() -> dict[str, str]:
    base = instance().base
    # Any plan will do; the whole catalogue would be read for as long as it is.
    first = read(next(datasets(), b""))
    plan = next((str(page) for page in first.objects(None, DCAT.landingPage)), base)
    thing = plan.replace(f"{base}doc/", f"{base}id/")
    return {
        path.stem: Template(path.read_text(encoding="utf-8")).substitute(base=base, thing=thing).strip()
        for path in _PROGRAMS.iterdir()
    }


def _plans() -> list[Plan]:
    graph = read(b"".join(islice(datasets(), _SHOWN)))
    names = Names(instance(), graph)
    plans = [
        Plan(names.link(dataset)._replace(href=None), _description(names, dataset), _path(str(page)))
        for dataset in sorted(graph.subjects(RDF.type, DCAT.Dataset), key=str)
        for page in graph.objects(dataset, DCAT.landingPage)
    ]
    # Those of which there is something to read stand first.
    return sorted(plans, key=lambda plan: plan.description is None)


def _description(names: Names, dataset: Node) -> Value | None:
    """What a plan is about; where nobody said it, the catalogue has its name once more."""
    found = names.said(dataset, DCT.description)
    return None if found and found.text == names.link(dataset).text else found


def datasets() -> Iterator[bytes]:
    """The lines about each dataset of the catalogue that has a page; one is read when it is asked for, for there may be thousands."""
    for listed in _LISTED.finditer(edition().about(catalogue_iri(instance()))):
        about = edition().about(listed[1].decode())
        if f" <{DCAT.landingPage}> ".encode() in about:
            yield about


def _path(page: str) -> str:
    return way(quote_path(document_path(instance().base, page) or page))
