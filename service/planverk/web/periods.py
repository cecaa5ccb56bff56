"""When something is or was: the days or years that are stated of it, as people write them."""

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from rdflib import Graph, Literal
from rdflib.term import Node

from planverk.vocab import DCT, PLAN, SKOS, XSD

# What dates a thing, best first: a span with a beginning and an end, or one day.
_SPANS = ((PLAN.startYear, PLAN.endYear), (PLAN.startDate, PLAN.endDate))
_DAYS = (
    PLAN.decidedOn,
    PLAN.reportedOn,
    PLAN.observedOn,
    PLAN.assignedOn,
    PLAN.targetDate,
    DCT.issued,
    PLAN.fundingYear,
)

_MONTH = re.compile(r"\d{4}-\d\d")


class Period(NamedTuple):
    """A span or a day: as it is shown, and as it is sorted."""

    shown: str
    sorted: str


def period(graph: Graph, thing: Node, language: str) -> Period | None:
    """When a thing is, by its own statements; None when nothing says so."""
    for first, last in _SPANS:
        start, end = graph.value(thing, first), graph.value(thing, last)
        if start or end:
            shown = " – ".join(dict.fromkeys(written(day, language) if day else "" for day in (start, end)))
            return Period(shown.strip(), str(start or end))
    found = next((day for term in _DAYS if (day := graph.value(thing, term))), None)
    return Period(written(found, language), str(found)) if found else None


def written(day: Node, language: str) -> str:
    """A date, a month or a number in the language of the page; a year or anything else as it stands."""
    if isinstance(day, Literal) and day.datatype == XSD.date and isinstance(day.value, date):
        return str(format_date(day.value, "long", locale=language))
    if isinstance(day, Literal) and day.datatype == XSD.gYearMonth and _MONTH.fullmatch(day):
        return str(format_skeleton("yMMMM", date.fromisoformat(f"{day}-01"), locale=language))
    if isinstance(day, Literal) and day.datatype == XSD.decimal and isinstance(day.value, Decimal):
        return str(format_decimal(day.value, locale=language))
    return str(day)


def ordered(graph: Graph, thing: Node) -> tuple[float, str]:
    """Where a thing stands among others: by its order in the plan, then by its number."""
    order = graph.value(thing, PLAN.order)
    number = graph.value(thing, SKOS.notation)
    return (float(str(order)) if order else float("inf"), str(number or ""))
