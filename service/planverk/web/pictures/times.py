"""What happened when, on a line of time: how a plan came about and was followed up, and the steps of a process."""

import calendar
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from flask_babel import format_date
from rdflib import URIRef

from planverk.vocab import DCT, PLAN
from planverk.web.pictures.drawing import ABOVE, LINE, Drawing, folded
from planverk.web.pictures.facts import Facts
from planverk.web.reading import Value

_NAMES, _WIDTH, _AXIS, _MARGIN = 300, 900, 30, 12
# Fewer things than this are a sentence.
_FEWEST = 3
# How many marks the line may have, and how many months may lie between two.
_MARKS, _STEPS = 11, (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_MONTHS_OF_A_YEAR = 12
_DECIDES = (PLAN.adopts, PLAN.approves)


class Moment(NamedTuple):
    """A day, or all days of a month or a year, and how it is written."""

    first: date
    last: date
    text: str


class Period(NamedTuple):
    """When a thing was: a time, or from one to another."""

    thing: URIRef
    start: Moment
    end: Moment | None


class Bar(NamedTuple):
    """A period in the picture: its name in lines, where it lies, and how long; a moment has no length."""

    value: Value
    kind: str
    lines: list[str]
    y: float
    height: float
    start: float
    length: float
    tone: str
    vague: bool
    """Whether it was some time within the period, and no source says when."""


def of_plan(facts: Facts, plan: URIRef) -> Drawing | None:
    """The plan with its process, its versions, the decisions on it and the programmes that follow it up."""
    around = facts.saying(
        plan, PLAN.processOf, PLAN.versionOf, PLAN.implementsPlan, PLAN.concerns, PLAN.evaluates, PLAN.refinesProgramme
    )
    versions = [thing for thing in around if facts.is_a(thing, PLAN.InstrumentVersion)]
    decisions = [one for some in facts.sayings(versions, *_DECIDES).values() for one in some]
    shown = [thing for thing in around if thing not in versions]
    return _drawing("of-plan", facts, [plan, *shown, *decisions])


def of_process(facts: Facts, process: URIRef) -> Drawing | None:
    """The process with its stages, events and decisions."""
    return _drawing("of-process", facts, [process, *facts.saying(process, PLAN.stageOf)])


def _drawing(name: str, facts: Facts, things: Iterable[URIRef]) -> Drawing | None:
    found = (_period(facts, thing) for thing in dict.fromkeys(things))
    periods = sorted((one for one in found if one), key=lambda one: (one.start.first, -_days(one), one.thing))
    if len(periods) < _FEWEST:
        return None
    first = min(one.start.first for one in periods)
    last = max((one.end or one.start).last for one in periods)
    marks = _marks(first, last)
    begin, until = marks[0][0], max(marks[-1][0], last)

    def at(day: date) -> float:
        return _NAMES + (day - begin).days / max((until - begin).days, 1) * (_WIDTH - _NAMES - _MARGIN)

    bars: list[Bar] = []
    y = float(_AXIS)
    for one in periods:
        bars.append(_bar(facts, one, y, at(one.start.first), at((one.end or one.start).last)))
        y += bars[-1].height
    parts = {"bars": bars, "marks": [(at(day), text) for day, text in marks], "top": _AXIS, "names": _NAMES}
    rows = [[facts.name(one.thing), Value(_cap(facts.kind(one.thing))), Value(_text(one))] for one in periods]
    return Drawing(name, "timeline", _WIDTH, y + _MARGIN, parts, ["name", "kind", "time"], rows, facts.cut)


def _bar(facts: Facts, one: Period, y: float, start: float, end: float) -> Bar:
    value = facts.name(one.thing)
    lines = folded(value.text, _NAMES - 20, 3)
    height = ABOVE + LINE * (len(lines) + 1) + 4
    vague = not one.end and one.start.first != one.start.last
    length = end - start if one.end or vague else 0
    kind = f"{_cap(facts.kind(one.thing))}, {_text(one)}"
    return Bar(value, kind, lines, y, height, start, length, _tone(facts, one.thing), vague)


def _tone(facts: Facts, thing: URIRef) -> str:
    tones = {
        PLAN.Decision: "decision",
        PLAN.ActionProgramme: "programme",
        PLAN.RegionalPlan: "plan",
        PLAN.Consultation: "consultation",
    }
    return next((tone for kind, tone in tones.items() if facts.is_a(thing, kind)), "step")


def _period(facts: Facts, thing: URIRef) -> Period | None:
    """When a thing was, by the words of its editors: years where they gave years."""
    start = _moment(facts, thing, PLAN.startYear, PLAN.startDate, PLAN.decidedOn, DCT.issued, DCT.date)
    end = _moment(facts, thing, PLAN.endYear, PLAN.endDate)
    if start and end and (end.first < start.first or end == start):
        end = None
    begin = start or end
    return Period(thing, begin, end if start else None) if begin else None


def _moment(facts: Facts, thing: URIRef, *names: URIRef) -> Moment | None:
    texts = (facts.text(thing, name) for name in names)
    return next((found for text in texts if text and (found := _read(text))), None)


def _read(text: str) -> Moment | None:
    """A year, a month of a year or a day, as XML Schema writes them (XSD 1.1, parts 3.3.9 to 3.3.11)."""
    try:
        year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return Moment(first, first, format_date(first, "long"))
    if month:
        return Moment(first, first.replace(day=calendar.monthrange(year, month)[1]), format_date(first, "MMMM yyyy"))
    return Moment(first, date(year, 12, 31), str(year))


def _text(one: Period) -> str:
    return f"{one.start.text}–{one.end.text}" if one.end else one.start.text


def _days(one: Period) -> int:
    return ((one.end or one.start).last - one.start.first).days


def _marks(first: date, last: date) -> list[tuple[date, str]]:
    """The marks of the line, from the first before it begins: every so many months, whole years where they suffice."""
    months = (last.year - first.year) * _MONTHS_OF_A_YEAR + last.month - first.month + 1
    step = next((step for step in _STEPS if months / step <= _MARKS), _STEPS[-1])
    begin = (first.year * _MONTHS_OF_A_YEAR + first.month - 1) // step * step
    end = last.year * _MONTHS_OF_A_YEAR + last.month
    days = [date(month // _MONTHS_OF_A_YEAR, month % _MONTHS_OF_A_YEAR + 1, 1) for month in range(begin, end + 1, step)]
    return [(day, str(day.year) if step >= _MONTHS_OF_A_YEAR else format_date(day, "MMM yyyy")) for day in days]


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
