"""Search: a form that works without scripts, and its answer as a page or as JSON."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, json, render_template, request
from rdflib import URIRef
from rdflib.term import Node

from planverk.media import HTML
from planverk.parameters import LANGUAGE, Fault, Parameter, Values
from planverk.release import SEARCH
from planverk.search.index import MOST_LETTERS, MOST_PAGES, MOST_WORDS, PAGE, Found, Hit, Index, Question, Value
from planverk.search.kinds import KINDS
from planverk.search.snippets import Text
from planverk.search.words import words
from planverk.vocab import CODE, document_path
from planverk.web.downloads import JSON
from planverk.web.errors import problem
from planverk.web.imprint import Format, Imprint
from planverk.web.languages import order, spoken
from planverk.web.reading import Names
from planverk.web.responses import document, edition, here, instance, quote_path, varies, wanted, way

blueprint = Blueprint("search", __name__)

# What a search takes, as saved queries tell what they take.
PARAMETERS = (
    Parameter("q", "string", "", False, {"en": f"The words to look for, in any language, at most {MOST_WORDS}."}),
    Parameter("kind", "string", "", False, {"en": f"Only things of a kind: {', '.join(KINDS)}."}),
    Parameter("theme", "iri", "plan:Theme", False, {"en": "Only what belongs to a theme."}),
    Parameter("actor", "iri", "org:Organization", False, {"en": "Only what an actor has to do with."}),
    Parameter("programme", "iri", "plan:PlanningInstrument", False, {"en": "Only what stands in a plan or programme."}),
    Parameter("status", "string", "", False, {"en": "Only what has a status, such as action-status/completed."}),
    Parameter("year", "year", "", False, {"en": "Only what is of a year, or of a period with that year in it."}),
    Parameter("page", "integer", "", False, {"en": f"The page of the results, {PAGE} on each."}),
)
_FILTERS = ("kind", "theme", "actor", "programme", "status", "year")


class Option(NamedTuple):
    """What results can be narrowed to: its value in the address, its name, and how many of the results have it."""

    value: str
    name: str
    things: int


class Link(NamedTuple):
    """A result: where it leads, what it is, its name, and what in its texts fits."""

    href: str
    hit: Hit
    name_of_class: str
    name: Text
    excerpt: Text | None


@blueprint.get("/search")
@blueprint.get("/search.json", defaults={"form": JSON})
def search(form: object = None) -> Response:
    """What fits some words and filters, the best first, as a page or as JSON."""
    names = {parameter.name for parameter in PARAMETERS}
    given = {name: texts for name, texts in request.args.lists() if name in names}
    values, faults = Values(instance().base, edition().vocabulary).read(PARAMETERS, given)
    faults += _too_much(values)
    if faults:
        return problem(
            400, " ".join(fault.reason for fault in faults), LANGUAGE, parameters=[one._asdict() for one in faults]
        )
    question = _question(values)
    found = Index(instance().releases / edition().release.version / SEARCH).ask(question)
    if form is JSON or wanted((HTML, JSON)) is JSON:
        response = varies(document(json.dumps(_content(question, found), indent=2), JSON))
        response.content_language = [spoken(instance())]
    else:
        response = document(_page(question, found), HTML)
    # Results are for people and programs that ask, not for other search engines.
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _too_much(values: dict[str, Node]) -> Iterable[Fault]:
    text, page = str(values.get("q", "")), int(str(values.get("page", 1)))
    if len(text) > MOST_LETTERS or sum(1 for _ in words(text)) > MOST_WORDS:
        yield Fault("q", f"Søk med høyst {MOST_WORDS} ord og {MOST_LETTERS} tegn.")
    if not 1 <= page <= MOST_PAGES:
        yield Fault("page", f"«page» er et tall fra 1 til {MOST_PAGES}. Snevr inn søket for å nå resten.")


def _question(values: dict[str, Node]) -> Question:
    filters = {name: str(values[name]) for name in _FILTERS if name in values}
    if "status" in filters:
        filters["status"] = f"{CODE}{filters['status']}"
    page = int(str(values.get("page", 1)))
    return Question(str(values.get("q", "")), filters, order(instance()), page)


def _page(question: Question, found: Found) -> str:
    pages = _pages(found)
    return render_template(
        "search.html",
        **here(),
        asked=not question.is_empty,
        text=question.text,
        found=found,
        links=[_link(hit) for hit in found.hits],
        options=_options(question, found),
        chosen=_chosen(question),
        page=question.page,
        before=_address(question, question.page - 1) if question.page > 1 else None,
        after=_address(question, question.page + 1) if question.page < pages else None,
        pages=pages,
        most_letters=MOST_LETTERS,
        imprint=_imprint(question),
    )


def _imprint(question: Question) -> Imprint:
    address, data = (_path(question, question.page, path) for path in ("/search", "/search.json"))
    return Imprint(instance().base.rstrip("/") + address, address, (Format("JSON", data, JSON.media_type),))


def _content(question: Question, found: Found) -> dict[str, object]:
    """The answer as JSON."""
    return {
        "query": question.text,
        "filters": _chosen(question),
        "total": found.total,
        "page": question.page,
        "pages": _pages(found),
        "someWords": found.some,
        "readAs": {reading.written: list(reading.instead) for reading in found.readings if reading.instead},
        "results": [_result(_link(hit)) for hit in found.hits],
        "facets": {facet: [row._asdict() for row in rows] for facet, rows in _options(question, found).items()},
    }


def _result(link: Link) -> dict[str, object]:
    return {
        "iri": link.hit.iri,
        "href": link.href,
        "kind": link.hit.kind,
        "class": link.hit.name_of_class,
        "name": _text(link.name),
        "excerpt": _text(link.excerpt) if link.excerpt else None,
    }


def _text(text: Text) -> dict[str, object]:
    return {
        "language": text.language,
        "text": str(text),
        "marked": [piece.text for piece in text.pieces if piece.marked],
    }


def _link(hit: Hit) -> Link:
    name_of_class = Names(instance(), edition().vocabulary).link(URIRef(hit.name_of_class)).text
    path = document_path(instance().base, hit.iri) or hit.iri
    return Link(
        way(quote_path(path)), hit, name_of_class, _spoken(hit.name), _spoken(hit.excerpt) if hit.excerpt else None
    )


def _spoken(text: Text) -> Text:
    """A text whose language is told only where it is not that of the page."""
    return text._replace(language=None) if text.language == order(instance())[0] else text


def _options(question: Question, found: Found) -> dict[str, list[Option]]:
    """What each filter may be set to; what it is set to stands there even when nothing has it."""
    options = {facet: [_option(facet, value) for value in values] for facet, values in found.facets.items()}
    for facet, value in _chosen(question).items():
        if value not in {option.value for option in options[facet]}:
            options[facet].append(Option(value, value, 0))
    places = {kind: str(place) for place, kind in enumerate(KINDS)}
    return {
        facet: sorted(rows, key=lambda row: places.get(row.value, row.name.casefold()))
        for facet, rows in options.items()
    }


def _option(facet: str, value: Value) -> Option:
    if facet == "status":
        return Option(
            _short(value.value), Names(instance(), edition().vocabulary).link(URIRef(value.value)).text, value.things
        )
    places = {language: place for place, language in enumerate(order(instance()))}
    names = sorted(value.names, key=lambda name: places.get(name[0] or "", len(places)))
    return Option(_short(value.value), str(names[0][1]) if names else _short(value.value), value.things)


def _short(value: str) -> str:
    """A value as addresses write it: `theme/kompetanse`, `action-status/completed`."""
    return value.removeprefix(f"{instance().base}id/").removeprefix(str(CODE))


def _chosen(question: Question) -> dict[str, str]:
    return {name: _short(value) for name, value in question.filters.items()}


def _address(question: Question, page: int) -> str:
    return way(_path(question, page, "/search"))


def _path(question: Question, page: int, path: str) -> str:
    asked = {"q": question.text, **_chosen(question), "page": str(page) if page > 1 else ""}
    given = urlencode({name: text for name, text in asked.items() if text})
    return f"{path}?{given}" if given else path


def _pages(found: Found) -> int:
    return min(-(-found.total // PAGE), MOST_PAGES)
