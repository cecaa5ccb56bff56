"""The sections of the page about a thing, by its class: rows of `sections.toml`, filled from the release."""

import tomllib
from functools import cache
from pathlib import Path as File
from typing import NamedTuple

from rdflib import Literal, URIRef
from rdflib.term import Node

from planverk.vocab import DCT, PLAN, RDF, SKOS
from planverk.web.periods import Period, ordered, period, written
from planverk.web.reading import Names, Value
from planverk.web.surroundings import Path, Surroundings, path, term

# As many as anybody reads on a page; data and search give the rest.
MOST = 200
# Of so many it is looked at what they are; a plan with more is read by search.
_MOST_LOOKED_AT = 5000
_DEEPEST = 6
_TEXTS = (DCT.description, PLAN.quote, SKOS.definition)


class Row(NamedTuple):
    """A row of the table: which section things of some classes have, and how it is shown."""

    name: str
    of: tuple[URIRef, ...]
    path: Path
    kind: tuple[URIRef, ...]
    look: str
    details: tuple[Path, ...]
    badge: Path
    below: Path
    missing: tuple[URIRef, ...]


class Item(NamedTuple):
    """A thing in a section: its name, when it is, and what is told of it."""

    name: Value
    text: Value | None
    when: Period | None
    badge: Value | None
    details: list[list[Value]]
    below: list["Item"]


class Section(NamedTuple):
    """A part of a page. `labels` are the names of the details; `total` may be more than is shown.

    What is withdrawn stands apart and is not counted.
    """

    name: str
    look: str
    labels: list[str]
    items: list[Item]
    withdrawn: list[Item]
    total: int


@cache
def rows() -> tuple[Row, ...]:
    """The table."""
    written = tomllib.loads((File(__file__).parent / "sections.toml").read_text(encoding="utf-8"))["section"]
    return tuple(
        Row(
            name=row["name"],
            of=tuple(term(name) for name in row["of"]),
            path=path(row["path"]),
            kind=tuple(term(name) for name in row.get("kind", ())),
            look=row.get("look", "list"),
            details=tuple(path(detail) for detail in row.get("details", ())),
            badge=path(row["badge"]) if "badge" in row else (),
            below=path(row["below"]) if "below" in row else (),
            missing=tuple(term(name) for name in row.get("missing", ())),
        )
        for row in written
    )


class Composer:
    """Fills the sections of a thing's page and remembers what it has shown, so that nothing stands there twice."""

    def __init__(self, surroundings: Surroundings, names: Names) -> None:
        """Take what stands around the thing, and the names of things in the language of the page."""
        self.shown: set[Node] = set()
        self.passed: set[Node] = set()
        self._around = surroundings
        self._graph = surroundings.graph
        self._names = names

    def sections(self, thing: URIRef) -> list[Section]:
        """The sections of the thing's classes that hold something, or of which it is said that they are empty."""
        kinds = set(self._graph.objects(thing, RDF.type))
        fitting = [row for row in rows() if kinds & set(row.of)]
        # What only leads on to something, such as a participation, is not shown for its own sake.
        self.passed = {way[0].term for row in fitting for way in row.path if len(way) > 1}
        filled = [self._section(thing, row) for row in fitting]
        return [section for section in filled if section]

    def _section(self, thing: URIRef, row: Row) -> Section | None:
        standing, withdrawn = self._found(thing, row)
        self.shown.update(standing, withdrawn)
        if not (standing or withdrawn or set(row.missing) & set(self._graph.objects(thing, RDF.type))):
            return None
        things, gone = standing[:MOST], withdrawn[:MOST]
        self._around.describe([*things, *gone])
        items = self._items(self._roots(things, row) if row.below else things, row)
        total = len(_all(items)) if row.below and len(standing) <= MOST else len(standing)
        labels = [self._label(detail) for detail in row.details]
        return Section(row.name, row.look, labels, items, self._items(gone, row), total)

    def _found(self, thing: URIRef, row: Row) -> tuple[list[Node], list[Node]]:
        """What the way leads to of the classes wanted and no section above shows: what stands, and what is withdrawn."""
        near = [node for node in self._around.follow([thing], row.path)[:_MOST_LOOKED_AT] if node not in self.shown]
        looks = [(node, self._around.look(node, row.kind)) for node in near]
        return [node for node, stands in looks if stands], [node for node, stands in looks if stands is False]

    def _items(self, things: list[Node], row: Row) -> list[Item]:
        items = [self._item(one, row) for one in sorted(things, key=self._place)]
        if row.look == "timeline":
            items.sort(key=lambda item: item.when.sorted if item.when else "9")
        return items

    def _roots(self, found: list[Node], row: Row) -> list[Node]:
        """Those that stand below none of the others."""
        lower = {below for one in found for below in self._around.follow([one], row.below)}
        self.shown |= lower
        return [one for one in found if one not in lower]

    def _item(self, thing: Node, row: Row, depth: int = 0) -> Item:
        badges = self._around.follow([thing], row.badge)
        below: list[Node] = []
        if row.below and depth < _DEEPEST:
            below = [one for one in self._around.follow([thing], row.below) if self._around.look(one, ())]
            self._around.describe(below)
        details = [self._around.follow([thing], detail) for detail in row.details]
        self._around.describe(node for values in details for node in values)
        return Item(
            name=self._names.link(thing),
            text=next((text for term in _TEXTS if (text := self._names.said(thing, term))), None),
            when=period(self._graph, thing, self._names.languages[0]),
            badge=self._names.link(self._latest(thing, badges)) if badges else None,
            details=[[self._told(node) for node in values] for values in details],
            below=[self._item(one, row, depth + 1) for one in sorted(below, key=self._place)],
        )

    def _told(self, node: Node) -> Value:
        value = self._names.link(node)
        return value._replace(text=written(node, self._names.languages[0])) if isinstance(node, Literal) else value

    def _latest(self, thing: Node, badges: list[Node]) -> Node:
        """The status that was reported last, when there are several."""
        reports = [
            (str(self._graph.value(report, PLAN.reportedOn) or ""), self._graph.value(report, PLAN.reportedStatus))
            for report in self._graph.subjects(PLAN.reportsOn, thing)
        ]
        known = [status for _, status in sorted(reports, key=lambda pair: pair[0]) if status in badges]
        return known[-1] if known and known[-1] else badges[0]

    def _place(self, thing: Node) -> tuple[float, str, str]:
        return (*ordered(self._graph, thing), self._names.link(thing).text.casefold())

    def _label(self, detail: Path) -> str:
        name = self._names.link(detail[0][-1].term).text
        return name[:1].upper() + name[1:]


def _all(items: list[Item]) -> set[Value]:
    """The names of things in a tree, each once, however often it stands there."""
    return {name for item in items for name in (item.name, *_all(item.below))}


def trail(surroundings: Surroundings, names: Names, thing: URIRef) -> list[Value]:
    """What a thing is part of, the widest first: the way back from its page."""
    way: list[Node] = [thing]
    for _ in range(_DEEPEST):
        above = next((found[0] for part in _PARTS if (found := surroundings.follow(way[:1], part))), None)
        if above is None or above in way:
            break
        surroundings.describe([above])
        way.insert(0, above)
    return [names.link(step) for step in way[:-1]]


# What makes a thing part of another, the closest first.
_PARTS = tuple(
    path(f"plan:{name}")
    for name in (
        "partOfAction", "underFocusArea", "underTheme", "elementOf", "implementsPlan", "refinesProgramme", "stageOf", "processOf",
        "versionOf", "fragmentOf", "targetOf", "refIndicator", "reportsOn", "funds", "statementOn", "respondsTo",
    )
)  # fmt: skip
