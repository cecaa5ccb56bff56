"""The programmes of a plan side by side: who decided them when, and which actions go on from one to the next."""

from typing import NamedTuple

from flask import Blueprint, Response, abort, render_template
from rdflib import URIRef

from planverk.media import HTML
from planverk.store.formats import TABLE
from planverk.vocab import PLAN
from planverk.web.imprint import Imprint, of_answer, query
from planverk.web.periods import period
from planverk.web.pictures.facts import Facts
from planverk.web.reading import Value
from planverk.web.responses import address, document, edition, here, instance, quote_path

blueprint = Blueprint("comparison", __name__)


class Decision(NamedTuple):
    """A decision on a programme: itself, the day, and who made it."""

    name: Value
    when: str | None
    by: list[Value]


class Entry(NamedTuple):
    """An action in a programme: whether it is new or continues others, and those that stand in no programme shown."""

    name: Value
    state: str
    elsewhere: list[Value]


class Cell(NamedTuple):
    """The part of a chain of actions that is in one programme; `dropped` when it was in the programme before."""

    entries: list[Entry]
    dropped: bool


class Theme(NamedTuple):
    """A theme, how many actions each programme has under it, and its chains; a name of None gathers the rest."""

    name: Value | None
    counts: list[int]
    chains: list[list[Cell]]


class Programme(NamedTuple):
    """A programme: its name, what it is called where there is little room, and what is known of it (None: nothing is)."""

    name: Value
    short: str
    status: list[Value]
    decisions: list[Decision]
    actions: int
    continued: int | None
    new: int | None
    dropped: int | None


class Comparison(NamedTuple):
    """All of it; `cut` when there is more than was looked at, and then nothing is said to be new or dropped."""

    plan: Value
    programmes: list[Programme]
    themes: list[Theme]
    cut: bool


@blueprint.get("/compare/<path:name>")
def compare(name: str) -> Response:
    """The programmes of a plan side by side, with their actions; its cost has a bound, however large the plan is."""
    plan = URIRef(f"{instance().base}id/{name}")
    facts = Facts(edition(), instance(), plan)
    if not facts.is_a(plan, PLAN.RegionalPlan):
        abort(404)
    path, asked = f"/compare/{name}", query("compare", plan=plan)
    body = render_template(
        "comparison.html",
        **here(),
        page=_Comparer(facts, plan).comparison(),
        imprint=Imprint(address(path), quote_path(path), of_answer(TABLE, "/sparql", [("query", asked)]), asked),
    )
    return document(body, HTML, 410 if edition().is_withdrawn(str(plan)) else 200)


def programmes(facts: Facts, plan: URIRef) -> list[URIRef]:
    """The programmes of a plan, the oldest first; a plan for one of their years is part of its programme."""
    found = [one for one in facts.saying(plan, PLAN.implementsPlan) if facts.is_a(one, PLAN.ActionProgramme)]
    whole = [one for one in found if not set(facts.all(one, PLAN.refinesProgramme)) & set(found)]

    def place(programme: URIRef) -> tuple[str, str]:
        when = period(facts.graph, programme, facts.names.languages[0])
        return (when.sorted if when else "9", str(programme))

    return sorted(whole, key=place)


class _Comparer:
    """Knows which action stands in which programme, and which it continues."""

    def __init__(self, facts: Facts, plan: URIRef) -> None:
        self._facts, self._plan = facts, plan
        self._programmes = programmes(facts, plan)
        self._columns = [_actions(facts, programme) for programme in self._programmes]
        self._all = list(dict.fromkeys(action for column in self._columns for action in column))
        self._earlier = {action: facts.all(action, PLAN.continuesAction) for action in self._all}
        outside = {one for some in self._earlier.values() for one in some} - set(self._all)
        facts.know(outside)
        facts.know(above for one in outside for above in facts.all(one, PLAN.elementOf))
        facts.know(theme for action in self._all for theme in facts.all(action, PLAN.underTheme))

    def comparison(self) -> Comparison:
        themes = self._themes()
        described = [self._programme(place, themes) for place in range(len(self._programmes))]
        if len({one.short for one in described}) < len(described):
            described = [one._replace(short=one.name.text) for one in described]
        return Comparison(self._facts.name(self._plan), described, themes, self._facts.cut)

    def _themes(self) -> list[Theme]:
        """The chains under the theme they have now; actions without one come last."""
        chains: dict[URIRef | None, list[set[URIRef]]] = {}
        for chain in self._chains():
            chains.setdefault(self._theme(chain), []).append(chain)
        named = {theme for action in self._all for theme in self._facts.all(action, PLAN.underTheme)}
        order: list[URIRef | None] = [*self._facts.in_order(named), None]
        found = [
            Theme(
                self._facts.name(theme) if theme else None,
                [self._under(theme, column) for column in self._columns],
                [self._cells(chain) for chain in chains.get(theme, [])],
            )
            for theme in order
        ]
        return [theme for theme in found if any(theme.counts) or theme.chains]

    def _chains(self) -> list[set[URIRef]]:
        """Actions that continue each other, in the order in which the first of each chain stands."""
        chains: list[set[URIRef]] = []
        for action in self._all:
            chain = {action, *(one for one in self._earlier[action] if one in self._earlier)}
            joined = [other for other in chains if other & chain]
            chains = [other for other in chains if not other & chain] + [chain.union(*joined)]
        places = {action: place for place, action in enumerate(self._all)}
        return sorted(chains, key=lambda chain: min(places[action] for action in chain))

    def _theme(self, chain: set[URIRef]) -> URIRef | None:
        newest_first = (action for column in reversed(self._columns) for action in column if action in chain)
        themes = (self._facts.in_order(self._facts.all(action, PLAN.underTheme)) for action in newest_first)
        return next((some[0] for some in themes if some), None)

    def _under(self, theme: URIRef | None, actions: list[URIRef]) -> int:
        themes = (self._facts.all(action, PLAN.underTheme) for action in actions)
        return sum(1 for some in themes if (theme in some if theme else not some))

    def _cells(self, chain: set[URIRef]) -> list[Cell]:
        parts = [[action for action in column if action in chain] for column in self._columns]
        return [
            Cell(
                [self._entry(action, place) for action in part],
                dropped=bool(self._compares(place) and not part and parts[place - 1]),
            )
            for place, part in enumerate(parts)
        ]

    def _compares(self, place: int) -> bool:
        """Whether enough is known of a programme and the one before it to say that something is not in one of them."""
        return place > 0 and bool(self._columns[place] and self._columns[place - 1]) and not self._facts.cut

    def _entry(self, action: URIRef, place: int) -> Entry:
        continues = bool(self._earlier[action]) or any(action in column for column in self._columns[:place])
        state = "continued" if continues else "new" if self._compares(place) else ""
        elsewhere = [self._facts.name(one) for one in self._earlier[action] if one not in self._earlier]
        return Entry(self._facts.name(action), state, elsewhere)

    def _programme(self, place: int, themes: list[Theme]) -> Programme:
        facts, programme = self._facts, self._programmes[place]
        when = period(facts.graph, programme, facts.names.languages[0])
        cells = [chain[place] for theme in themes for chain in theme.chains]
        states = [entry.state for cell in cells for entry in cell.entries]
        return Programme(
            name=facts.name(programme),
            short=when.shown if when else facts.name(programme).text,
            status=[facts.name(code) for code in facts.all(programme, PLAN.instrumentStatus)],
            decisions=_decisions(facts, programme),
            actions=len(states),
            continued=states.count("continued") if states else None,
            new=states.count("new") if self._compares(place) else None,
            dropped=sum(cell.dropped for cell in cells) if self._compares(place) else None,
        )


def _actions(facts: Facts, programme: URIRef) -> list[URIRef]:
    """The actions of a programme and of the plans for its years, in their order."""
    parts = [programme, *facts.saying(programme, PLAN.refinesProgramme)]
    found = {one for some in facts.sayings(parts, PLAN.elementOf).values() for one in some}
    return facts.in_order(one for one in found if facts.is_a(one, PLAN.Action))


def _decisions(facts: Facts, programme: URIRef) -> list[Decision]:
    versions = facts.saying(programme, PLAN.versionOf)
    some = facts.sayings([programme, *versions], PLAN.adopts, PLAN.approves).values()
    found = sorted({one for ones in some for one in ones})
    facts.know(body for one in found for body in facts.all(one, PLAN.decidedBy))
    language = facts.names.languages[0]
    dated = [(one, period(facts.graph, one, language)) for one in found]
    return [
        Decision(
            facts.name(one), when.shown if when else None, [facts.name(by) for by in facts.all(one, PLAN.decidedBy)]
        )
        for one, when in sorted(dated, key=lambda pair: pair[1].sorted if pair[1] else "9")
    ]
