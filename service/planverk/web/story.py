"""The page about a thing as a story: what it is part of, what it is, its sections, its facts, its sources."""

from typing import NamedTuple

from rdflib import URIRef
from rdflib.term import Node

from planverk.instance import Instance
from planverk.serialization import read
from planverk.store.edition import Edition
from planverk.vocab import DCT, PLAN, SKOS
from planverk.web import sections as parts
from planverk.web.periods import Period, period
from planverk.web.reading import Names, Page, Row, Value
from planverk.web.responses import quote_path, way
from planverk.web.sections import Composer, Section, trail
from planverk.web.surroundings import Surroundings, path

_LEAD = (DCT.description, SKOS.definition)
_TIMES = (PLAN.startYear, PLAN.endYear, PLAN.startDate, PLAN.endDate)
# What the catalogue says of its data sets is for the catalogue's page.
_ASIDE: set[Node] = {DCT.relation}
# From a programme to its plans, from a plan to its programmes, and from the plan for a year to its programme.
_IMPLEMENTS, _PROGRAMMES, _REFINES = map(path, ("plan:implementsPlan", "^plan:implementsPlan", "plan:refinesProgramme"))
_ELSEWHERE = {*_LEAD, *_TIMES, PLAN.quote, SKOS.editorialNote, DCT.source}


class Story(NamedTuple):
    """What the page shows, in the order of the page. `rest` is what points to the thing and stands in no section."""

    trail: list[Value]
    lead: list[Value]
    quotes: list[Value]
    when: Period | None
    sections: list[Section]
    facts: list[Row]
    notes: list[Value]
    sources: list[Value]
    rest: list[Row]
    comparisons: list[Value]
    most: int


def story(edition: Edition, instance: Instance, lines: bytes, page: Page, version: str = "") -> Story:
    """The story of a thing, of its document, its plain page and what stands around it; with a version, links stay in it."""
    thing = URIRef(page.iri)
    around = Surroundings(edition, instance.base, read(lines), thing)
    names = Names(instance, around.graph, edition.vocabulary, version=version)
    composer = Composer(around, names)
    sections = composer.sections(thing)
    shown = {names.link(node).href for node in composer.shown}
    return Story(
        trail=trail(around, names, thing),
        lead=_in_one_language(_values(page, *_LEAD)),
        quotes=_values(page, PLAN.quote),
        when=period(around.graph, thing, names.languages[0]) if _values(page, *_TIMES) else None,
        sections=sections,
        facts=_without([row for row in page.rows if row.term not in _ELSEWHERE], shown),
        notes=_values(page, SKOS.editorialNote),
        sources=_values(page, DCT.source),
        rest=_without([row for row in page.incoming if row.term not in composer.passed | _ASIDE], shown),
        # Programmes are compared as they are now.
        comparisons=[] if version else _comparisons(around, names, thing),
        most=parts.MOST,
    )


def _comparisons(around: Surroundings, names: Names, thing: URIRef) -> list[Value]:
    """The plans, the thing itself or those that it implements, that have programmes to compare."""
    plans = [plan for plan in (thing, *around.follow([thing], _IMPLEMENTS)) if around.is_a(plan, [PLAN.RegionalPlan])]
    found = [plan for plan in plans if len(_whole(around, around.follow([plan], _PROGRAMMES))) > 1]
    around.describe(found)
    return [
        names.link(plan)._replace(href=way(quote_path(f"/compare/{str(plan).removeprefix(f'{names.base}id/')}")))
        for plan in found
    ]


def _whole(around: Surroundings, programmes: list[Node]) -> list[Node]:
    """Programmes without the plans for single years of theirs."""
    return [programme for programme in programmes if not around.follow([programme], _REFINES)]


def _values(page: Page, *terms: Node) -> list[Value]:
    return [value for term in terms for row in page.rows if row.term == term for value in row.values]


def _in_one_language(texts: list[Value]) -> list[Value]:
    """The texts in the language of the page, or in the first that there is; the other languages have pages of their own."""
    spoken = {text.language for text in texts}
    wanted = None if None in spoken else min(spoken, key=str, default=None)
    return [text for text in texts if text.language == wanted]


def _without(rows: list[Row], shown: set[str | None]) -> list[Row]:
    """Rows without the things that a section shows already."""
    left = (
        row._replace(values=[value for value in row.values if not value.href or value.href not in shown])
        for row in rows
    )
    return [row for row in left if row.values]
