"""Who does what: actions on one side, actors on the other, and a line for each part that an actor has in an action."""

from collections.abc import Iterable
from typing import NamedTuple

from rdflib import URIRef

from planverk.vocab import PLAN
from planverk.web.pictures.drawing import Box, Drawing, box
from planverk.web.pictures.facts import Facts
from planverk.web.reading import Value

_WIDTH, _BESIDE, _BETWEEN, _MARGIN = 300, 240, 10, 4
_FEWEST, _MOST = 3, 40
# The parts an actor may have, those that weigh most first; each has a way of its own to be drawn.
_ROLES = {
    PLAN.responsibleActor: "responsible",
    PLAN.contributingActor: "contributing",
    PLAN.coordinatingBody: "coordinating",
    PLAN.beneficiary: "other",
    PLAN.performedBy: "other",
}
_TIMES = 4


class Part(NamedTuple):
    """The part that an actor has in an action."""

    action: URIRef
    actor: URIRef
    role: URIRef


class Line(NamedTuple):
    """A line from an action to an actor, and how it is drawn."""

    path: str
    tone: str


def of_theme(facts: Facts, theme: URIRef) -> Drawing | None:
    """The actions under a theme and who has a part in them."""
    return _drawing(facts, [thing for thing in facts.saying(theme, PLAN.underTheme) if facts.is_a(thing, PLAN.Action)])


def of_programme(facts: Facts, programme: URIRef) -> Drawing | None:
    """The actions of a programme and who has a part in them."""
    return _drawing(
        facts, [thing for thing in facts.saying(programme, PLAN.elementOf) if facts.is_a(thing, PLAN.Action)]
    )


def of_actor(facts: Facts, actor: URIRef) -> Drawing | None:
    """The actions that an actor has a part in, and who else has."""
    return _drawing(facts, [thing for thing in facts.saying(actor, *_ROLES) if facts.is_a(thing, PLAN.Action)])


def _drawing(facts: Facts, found: list[URIRef]) -> Drawing | None:
    actions = facts.in_order(found)[:_MOST]
    parts = [Part(action, actor, role) for action in actions for role in _ROLES for actor in facts.all(action, role)]
    facts.know(part.actor for part in parts)
    actors = sorted({part.actor for part in parts}, key=lambda actor: facts.name(actor).text)[:_MOST]
    parts = [part for part in parts if part.actor in actors]
    if len(parts) < _FEWEST:
        return None
    left, right = _untangled(actions, actors, parts)
    boxes = _column(facts, left, _MARGIN, "action") | _column(facts, right, _MARGIN + _WIDTH + _BESIDE, "actor")
    # The heaviest last, so that it lies on top.
    lines = [_line(boxes[part.action], boxes[part.actor], _ROLES[part.role]) for part in reversed(parts)]
    roles = [role for role in _ROLES if any(part.role == role for part in parts)]
    legend = [(_ROLES[role], facts.names.link(role).text) for role in roles]
    rows = [
        [facts.name(part.action), facts.name(part.actor), Value(facts.names.link(part.role).text)] for part in parts
    ]
    height = max(one.y + one.height for one in boxes.values()) + _MARGIN
    cut = facts.cut or len(found) > _MOST or len(actors) == _MOST
    return Drawing("network", "network", 2 * (_WIDTH + _MARGIN) + _BESIDE, height,
                   {"boxes": list(boxes.values()), "lines": lines, "legend": legend}, ["action", "actor", "role"], rows, cut)  # fmt: skip


def _untangled(actions: list[URIRef], actors: list[URIRef], parts: list[Part]) -> tuple[list[URIRef], list[URIRef]]:
    """Both sides in an order with few crossings: each thing at the middle of those it is tied to (barycentre heuristic)."""
    left, right = actions, actors
    for _ in range(_TIMES):
        right = _by_middle(right, left, [(part.actor, part.action) for part in parts])
        left = _by_middle(left, right, [(part.action, part.actor) for part in parts])
    return left, right


def _by_middle(side: list[URIRef], other: list[URIRef], ties: list[tuple[URIRef, URIRef]]) -> list[URIRef]:
    places = {thing: place for place, thing in enumerate(other)}
    tied = {thing: [places[end] for start, end in ties if start == thing] for thing in side}
    return sorted(side, key=lambda thing: sum(tied[thing]) / len(tied[thing]) if tied[thing] else len(other))


def _column(facts: Facts, things: Iterable[URIRef], x: float, tone: str) -> dict[URIRef, Box]:
    boxes: dict[URIRef, Box] = {}
    y = float(_MARGIN)
    for thing in things:
        boxes[thing] = box(x, y, _WIDTH, "", facts.name(thing), tone)
        y += boxes[thing].height + _BETWEEN
    return boxes


def _line(one: Box, other: Box, tone: str) -> Line:
    """A bow from a box to the other, as SVG writes it (SVG 2, section 9.3.6)."""
    start, end = (one.x + one.width, one.y + one.height / 2), (other.x, other.y + other.height / 2)
    middle = (start[0] + end[0]) / 2
    return Line(f"M{start[0]:g} {start[1]:g}C{middle:g} {start[1]:g} {middle:g} {end[1]:g} {end[0]:g} {end[1]:g}", tone)
