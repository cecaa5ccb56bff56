"""Numbers as bars: how many actions each theme has, how far they have come, and what is planned, committed and paid."""

from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from flask_babel import format_decimal
from rdflib import URIRef

from planverk.vocab import CODE, PLAN
from planverk.web.pictures.drawing import Drawing, folded
from planverk.web.pictures.facts import Facts
from planverk.web.reading import Value

# Room is left beside the longest bar for its number.
_WIDTH, _NUMBER, _THICK, _BETWEEN, _MARGIN, _LINE = 360, 128, 14, 16, 2, 17
# Fewer bars than this are a sentence.
_FEWEST = 2
_STAGES = ("planned", "committed", "paid")


# What a bar shows: its name, its number, its tone and the unit.
Row = tuple[Value, int | Decimal, str, str]


class Bar(NamedTuple):
    """A bar: its name in lines above it, where it lies, how long it is, and its number in words."""

    lines: list[str]
    value: Value
    y: float
    length: float
    text: str
    tone: str


def per_theme(facts: Facts, plan: URIRef) -> Drawing | None:
    """How many actions the programmes of a plan, or one programme, have under each theme."""
    actions = _actions(facts, plan)
    counts = Counter(theme for action in actions for theme in facts.all(action, PLAN.underTheme))
    facts.know(counts)
    rows: list[Row] = [(facts.name(theme), counts[theme], "even", "") for theme in facts.in_order(counts)]
    return _bars("per-theme", ["theme", "actions"], rows, facts)


def statuses(facts: Facts, plan: URIRef) -> Drawing | None:
    """How far the actions of a programme have come, by the latest report on each."""
    reports = facts.sayings(_actions(facts, plan), PLAN.reportsOn)
    latest = Counter(_latest(facts, reports[action]) for action in reports)
    if not any(latest):
        return None
    codes = [code for code in facts.codes(f"{CODE}action-status") if latest[code]]
    rows: list[Row] = [(facts.name(code), latest[code], f"status-{code.rpartition('/')[2]}", "") for code in codes]
    rows += [(Value(""), latest[None], "none", "")] * bool(latest[None])
    return _bars("statuses", ["status", "actions"], rows, facts)


def funding(facts: Facts, plan: URIRef) -> Drawing | None:
    """What is planned, committed and paid for the actions of a programme, year by year."""
    sums: dict[tuple[str, str, str], Decimal] = {}
    paid = {one for some in facts.sayings(_actions(facts, plan), PLAN.funds).values() for one in some}
    for one in sorted(paid):
        year, stage = facts.text(one, PLAN.fundingYear), facts.text(one, PLAN.fundingStage)
        amount, currency = _amount(facts.text(one, PLAN.amount)), facts.text(one, PLAN.currency) or ""
        if year and stage and amount is not None:
            key = (year, currency.rpartition("/")[2], stage)
            sums[key] = sums.get(key, Decimal()) + amount

    def place(key: tuple[str, str, str]) -> tuple[str, str, int]:
        name = key[2].rpartition("/")[2]
        return key[0], key[1], _STAGES.index(name) if name in _STAGES else len(_STAGES)

    rows: list[Row] = []
    for key in sorted(sums, key=place):
        year, currency, stage = key
        name = facts.name(URIRef(stage)).text
        rows.append((Value(f"{year}: {name}"), sums[key], f"stage-{stage.rpartition('/')[2]}", currency))
    return _bars("funding", ["what", "amount"], rows, facts)


def _actions(facts: Facts, instrument: URIRef) -> list[URIRef]:
    """The actions of a programme, or of all programmes of a plan."""
    programmes = [instrument, *facts.saying(instrument, PLAN.implementsPlan, PLAN.refinesProgramme)]
    found = {one for programme in programmes for one in facts.saying(programme, PLAN.elementOf)}
    return sorted(one for one in found if facts.is_a(one, PLAN.Action))


def _latest(facts: Facts, reports: list[URIRef]) -> URIRef | None:
    newest = max(reports, key=lambda report: (facts.text(report, PLAN.reportedOn) or "", report), default=None)
    return next(iter(facts.all(newest, PLAN.reportedStatus)), None) if newest else None


def _amount(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _bars(name: str, columns: list[str], rows: list[Row], facts: Facts) -> Drawing | None:
    if len(rows) < _FEWEST:
        return None
    longest = max(max(row[1] for row in rows), 1)
    bars: list[Bar] = []
    y = float(_MARGIN)
    for value, number, tone, unit in rows:
        lines = folded(value.text, _WIDTH, 2)
        text = f"{format_decimal(number)} {unit}".strip()
        y += _LINE * len(lines)
        bars.append(Bar(lines, value, y, max(float(number / longest) * (_WIDTH - _NUMBER), 1), text, tone))
        y += _THICK + _BETWEEN
    table = [[bar.value, Value(bar.text)] for bar in bars]
    return Drawing(name, "bars", _WIDTH, y, {"bars": bars, "thick": _THICK}, columns, table, facts.cut)
