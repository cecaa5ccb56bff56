"""The picture of the core model: where each class and each arrow of `picture.toml` stands, in units of the drawing."""

import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple

from rdflib import URIRef

from planverk.vocab import PREFIXES
from planverk.web.glossary import Glossary, Term

# The measures of the drawing; text is set at 14 units, of which 19 letters fill a box and 12 the gap between two.
_WIDTH, _HEIGHT, _BESIDE, _BELOW, _MARGIN = 162, 58, 88, 54, 6
_LETTERS_OF_NAME, _LETTERS_OF_ARROW = 19, 12
_SIDES = {"north": (0, -1), "east": (1, 0), "south": (0, 1), "west": (-1, 0)}

Point = tuple[float, float]


class Box(NamedTuple):
    """A class in the picture: its upper left corner, and its name in lines."""

    term: Term
    section: str
    x: float
    y: float
    lines: list[str]


class Arrow(NamedTuple):
    """A property in the picture, from one class to another: its corners, and where its name stands."""

    term: Term
    source: Term
    target: Term
    corners: list[Point]
    lines: list[str]
    label: Point
    lies: bool

    @property
    def path(self) -> str:
        """The way of the arrow, as SVG writes it (SVG 2, section 9.7, points)."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.corners)


class Picture(NamedTuple):
    """The whole: its size, its boxes and its arrows."""

    width: float
    height: float
    box_width: float
    box_height: float
    boxes: list[Box]
    arrows: list[Arrow]


def picture(glossary: Glossary) -> Picture:
    """The picture with names in the language of the page."""
    plan = _plan()
    boxes = [_box(glossary, name, place) for name, place in plan["boxes"].items()]
    places = {name: _corner(place) for name, place in plan["boxes"].items()}
    arrows = [_arrow(glossary, places, *row) for row in plan["arrows"]]
    width = max(box.x for box in boxes) + _WIDTH + _MARGIN
    height = max(y for arrow in arrows for _, y in arrow.corners) + _MARGIN
    return Picture(width, height, _WIDTH, _HEIGHT, boxes, arrows)


@cache
def _plan() -> dict[str, Any]:  # Any: TOML
    return tomllib.loads((Path(__file__).parent / "picture.toml").read_text(encoding="utf-8"))


def _box(glossary: Glossary, name: str, place: list[int]) -> Box:
    term = glossary.term(_iri(name))
    section = glossary.dictionary.sections.get(_iri(name), "borrowed")
    return Box(term, section, *_corner(place), wrap(term.name.text, _LETTERS_OF_NAME, break_long_words=False))


def _arrow(glossary: Glossary, places: dict[str, Point], source: str, name: str, target: str) -> Arrow:
    term, (start, leaves), (end, enters) = glossary.term(_iri(name)), _port(places, source), _port(places, target)
    corners = _corners(start, leaves, end, enters)
    label, lies = _label(corners)
    first, last = (glossary.term(_iri(port.split()[0])) for port in (source, target))
    return Arrow(
        term, first, last, corners, wrap(term.name.text, _LETTERS_OF_ARROW, break_long_words=False), label, lies
    )


def _port(places: dict[str, Point], words: str) -> tuple[Point, str]:
    """Where an arrow meets a box, from words such as `plan:Action south 0.2`, and on which side."""
    name, side, *along = words.split()
    (x, y), (right, down), share = places[name], _SIDES[side], float(along[0]) if along else 0.5
    if right:
        return (x + _WIDTH * (right > 0), y + _HEIGHT * share), side
    return (x + _WIDTH * share, y + _HEIGHT * (down > 0)), side


def _corners(start: Point, leaves: str, end: Point, enters: str) -> list[Point]:
    """A way of level and upright pieces: straight, round one corner, round two between boxes, or below them."""
    level = {"east", "west"}
    if leaves == enters == "south":
        below = max(start[1], end[1]) + _BELOW / 2
        return [start, (start[0], below), (end[0], below), end]
    if start[0] == end[0] or start[1] == end[1]:
        return [start, end]
    if (leaves in level) != (enters in level):
        return [start, (end[0], start[1]) if leaves in level else (start[0], end[1]), end]
    middle = (start[0] + end[0]) / 2
    return [start, (middle, start[1]), (middle, end[1]), end]


def _label(corners: list[Point]) -> tuple[Point, bool]:
    """The middle of the longest piece, and whether that piece lies level."""
    pieces = pairwise(corners)
    (x1, y1), (x2, y2) = max(pieces, key=lambda piece: abs(piece[0][0] - piece[1][0]) + abs(piece[0][1] - piece[1][1]))
    return ((x1 + x2) / 2, (y1 + y2) / 2), y1 == y2


def _corner(place: list[int]) -> Point:
    column, row = place
    return _MARGIN + column * (_WIDTH + _BESIDE), _MARGIN + row * (_HEIGHT + _BELOW)


def _iri(name: str) -> URIRef:
    prefix, _, local = name.partition(":")
    return URIRef(PREFIXES[prefix] + local)
