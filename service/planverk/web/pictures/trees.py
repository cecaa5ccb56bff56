"""Hierarchies as trees that grow from left to right: the goals of a plan, and its themes with what stands below them."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from rdflib import URIRef

from planverk.vocab import PLAN, SKOS
from planverk.web.pictures.drawing import Box, Drawing, box
from planverk.web.pictures.facts import Facts
from planverk.web.reading import Value

_WIDTH, _BESIDE, _BETWEEN, _MARGIN = 232, 44, 12, 4
# Fewer things than this need no picture.
_FEWEST = 4
_BELOW_THEMES = (PLAN.FocusArea, PLAN.Heading, PLAN.PrioritisedAction)


class Node(NamedTuple):
    """A thing in a tree and what is below it."""

    thing: URIRef
    below: list["Node"]


def goals(facts: Facts, plan: URIRef) -> Drawing | None:
    """The visions and goals of a plan; a goal stands below the one that it is part of."""
    elements = facts.saying(plan, PLAN.elementOf)
    found = [thing for thing in elements if facts.is_a(thing, PLAN.Goal)]
    parents = {goal: [above for above in facts.all(goal, PLAN.subGoalOf) if above in found] for goal in found}
    below = _grouped(found, lambda goal: parents[goal][:1])
    visions = facts.in_order(thing for thing in elements if facts.is_a(thing, PLAN.Vision))
    roots = [*visions, *facts.in_order(goal for goal in found if not parents[goal])]
    return _drawing("goals", facts, _nodes(facts, roots, below), _level)


def themes(facts: Facts, plan: URIRef) -> Drawing | None:
    """The themes of a plan, each with its focus areas, headings and prioritised actions."""
    found = [thing for thing in facts.saying(plan, PLAN.elementOf) if facts.is_a(thing, PLAN.Theme)]
    said = facts.sayings(found, PLAN.underTheme)
    below = {theme: [thing for thing in said[theme] if _is_below(facts, thing)] for theme in found}
    return _drawing("themes", facts, _nodes(facts, facts.in_order(found), below), Facts.kind)


def _is_below(facts: Facts, thing: URIRef) -> bool:
    return any(facts.is_a(thing, kind) for kind in _BELOW_THEMES)


def _grouped(things: Iterable[URIRef], above: Callable[[URIRef], list[URIRef]]) -> dict[URIRef, list[URIRef]]:
    groups: dict[URIRef, list[URIRef]] = {}
    for thing in things:
        for one in above(thing):
            groups.setdefault(one, []).append(thing)
    return groups


def _nodes(facts: Facts, roots: Iterable[URIRef], below: dict[URIRef, list[URIRef]]) -> list[Node]:
    # A goal below itself, by whatever way, is refused on release, so this ends; what is seen twice is drawn once.
    seen: set[URIRef] = set()

    def node(thing: URIRef) -> Node:
        seen.add(thing)
        return Node(thing, [node(one) for one in facts.in_order(below.get(thing, [])) if one not in seen])

    return [node(root) for root in roots if root not in seen]


def _drawing(name: str, facts: Facts, roots: list[Node], kind: Callable[[Facts, URIRef], str]) -> Drawing | None:
    boxes: list[Box] = []
    lines: list[str] = []
    rows: list[list[Value]] = []
    lowest = float(_MARGIN)

    def place(node: Node, depth: int, above: Value | None) -> Box:
        """Set what is below first, then the thing itself at its middle."""
        nonlocal lowest
        x, begin = _MARGIN + depth * (_WIDTH + _BESIDE), lowest
        own = box(x, 0, _WIDTH, _numbered(facts, node.thing, kind), facts.name(node.thing), f"depth-{min(depth, 3)}")
        rows.append([Value(own.kind), own.value, above or Value("")])
        below = [place(one, depth + 1, own.value) for one in node.below]
        middle = (_middle(below[0]) + _middle(below[-1])) / 2 if below else 0.0
        own = own._replace(y=max(begin, middle - own.height / 2))
        lowest = max(lowest, own.y + own.height + _BETWEEN)
        boxes.append(own)
        lines.extend(_elbow(own, one) for one in below)
        return own

    for root in roots:
        place(root, 0, None)
    if len(boxes) < _FEWEST or not lines:
        return None
    width = max(one.x + one.width for one in boxes) + _MARGIN
    parts = {"boxes": boxes, "lines": lines}
    return Drawing(name, "tree", width, lowest - _BETWEEN + _MARGIN, parts, ["level", "name", "below"], rows, facts.cut)


def _numbered(facts: Facts, thing: URIRef, kind: Callable[[Facts, URIRef], str]) -> str:
    number = facts.text(thing, SKOS.notation)
    word = kind(facts, thing)
    return f"{word[:1].upper()}{word[1:]} {number}" if number else f"{word[:1].upper()}{word[1:]}"


def _level(facts: Facts, thing: URIRef) -> str:
    levels = facts.all(thing, PLAN.goalLevel)
    return facts.name(levels[0]).text if levels else facts.kind(thing)


def _middle(one: Box) -> float:
    return one.y + one.height / 2


def _elbow(one: Box, other: Box) -> str:
    """The way from a box to one below it, as SVG writes it (SVG 2, section 9.3)."""
    start, turn = one.x + one.width, one.x + one.width + _BESIDE / 2
    return f"M{start:g} {_middle(one):g}H{turn:g}V{_middle(other):g}H{other.x:g}"
