"""The national view: which counties are here, which themes they have in common, and who does what under each."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from flask import Blueprint, Response, render_template
from rdflib import RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from planverk import folders, media
from planverk.store.formats import TABLE
from planverk.store.pool import Result
from planverk.store.sparql import SparqlRequest
from planverk.web.answers import fetch
from planverk.web.imprint import Imprint, of_answer, query
from planverk.web.reading import Names, Value
from planverk.web.responses import address, document, edition, here, instance
from planverk.web.tables import term_of

blueprint = Blueprint("counties", __name__)
# What a page shows of each county under one theme; the saved query has the rest.
_MOST = 20
# Terms in an answer, by the name of their column.
Row = Mapping[str, Node]


class County(NamedTuple):
    """A county on the page: its name, leading to its own site, and what is held of it."""

    iri: str
    name: Value
    version: str
    modified: str
    licence: Value | None
    pulled: str


class Deed(NamedTuple):
    """An action, who is responsible for it, and its last known status."""

    action: Value
    actors: list[Value]
    status: Value | None


class Side(NamedTuple):
    """What one county has under a common theme; `more` actions are not shown."""

    county: County
    themes: list[Value]
    deeds: list[Deed]
    more: int


class Common(NamedTuple):
    """A concept in which themes of several counties meet, and each of these side by side."""

    name: Value
    sides: list[Side]


@blueprint.get("/counties")
def counties() -> Response:
    """The counties side by side. What one's own plans say is not mixed with what others say."""
    view = _View(_rows("counties"), _rows("common-themes"), _rows("common-actions"))
    formats = of_answer(TABLE, "/query/common-actions")
    body = render_template(
        "counties.html",
        **here(),
        counties=view.counties,
        common=list(view.common()),
        alone=list(view.alone()),
        imprint=Imprint(address("/counties"), "/counties", formats, query("saved/common-actions")),
    )
    return document(body, media.HTML)


class _View:
    """Puts together what the saved queries answer."""

    def __init__(self, counties: list[Row], themes: list[Row], actions: list[Row]) -> None:
        self._names = Names(instance(), _labels(themes, actions, counties), edition().vocabulary)
        self.counties = [self._county(row) for row in counties]
        self._themes = themes
        self._actions = actions
        self._meeting = self._meetings()

    def common(self) -> Iterator[Common]:
        """The concepts in which counties meet, those of most counties first."""
        for concept, themes in self._meeting.items():
            sides = (self._side(county, themes) for county in self.counties)
            yield Common(self._named(concept), [side for side in sides if side.themes])

    def alone(self) -> Iterator[tuple[County, list[Value]]]:
        """The themes of each county that meet with none of another."""
        met = {theme for themes in self._meeting.values() for theme in themes}
        for county in self.counties:
            own = {row["theme"] for row in self._themes if str(row["county"]) == county.iri}
            if own - met:
                yield county, self._sorted(own - met)

    def _meetings(self) -> dict[Node, frozenset[Node]]:
        """The themes that meet in each concept; of concepts in which the same ones meet, one will do."""
        found: dict[Node, set[tuple[Node, Node]]] = {}
        for row in self._themes:
            if "concept" in row:
                found.setdefault(row["concept"], set()).add((row["theme"], row["county"]))
        shared = {
            concept: frozenset(theme for theme, _ in pairs)
            for concept, pairs in found.items()
            if len({county for _, county in pairs}) > 1
        }
        unlike = {themes: concept for concept, themes in sorted(shared.items(), key=lambda one: str(one[0]))}
        return {
            concept: themes for themes, concept in sorted(unlike.items(), key=lambda one: (-len(one[0]), str(one[1])))
        }

    def _side(self, county: County, themes: frozenset[Node]) -> Side:
        own = {row["theme"] for row in self._themes if row["theme"] in themes and str(row["county"]) == county.iri}
        deeds: dict[Node, list[Row]] = {}
        for row in self._actions:
            if row["theme"] in own:
                deeds.setdefault(row["action"], []).append(row)
        shown = [self._deed(action, rows) for action, rows in list(deeds.items())[:_MOST]]
        return Side(county, self._sorted(own), shown, len(deeds) - len(shown))

    def _deed(self, action: Node, rows: list[Row]) -> Deed:
        status = next((self._named(row["status"]) for row in rows if "status" in row), None)
        return Deed(self._named(action), self._sorted({row["actor"] for row in rows if "actor" in row}), status)

    def _county(self, row: Row) -> County:
        # As people write it: CC_BY_4_0 of the authority table is CC BY 4.0.
        called = re.sub(r"(\d)_(\d)", r"\1.\2", str(row["licence"]).rstrip("/").rpartition("/")[2]).replace("_", " ")
        licence = self._named(row["licence"])._replace(text=called)
        told = {name: str(row.get(name, "")) for name in ("version", "modified", "pulled")}
        return County(
            str(row["county"]), self._named(row["county"]), licence=licence, **{**told, "pulled": told["pulled"][:10]}
        )

    def _sorted(self, things: Iterable[Node]) -> list[Value]:
        return sorted(map(self._named, things), key=lambda value: value.text)

    def _named(self, thing: Node) -> Value:
        value = self._names.link(thing)
        # Others' data may hold addresses that a browser would run.
        return value if (value.href or "").startswith(("/", "http://", "https://")) else value._replace(href=None)


def _labels(*answers: list[Row]) -> Graph:
    """The names that come with the answers, as the names of what they belong to."""
    columns = (("theme", "name"), ("concept", "via"), ("action", "name"), ("actor", "actorName"), ("county", "name"))
    graph = Graph(bind_namespaces="none")
    for rows in answers:
        for row in rows:
            for thing, name in columns:
                named = row.get(thing), row.get(name)
                if (
                    isinstance(named[0], URIRef)
                    and isinstance(named[1], Literal)
                    and (name != "name" or thing == _first(row))
                ):
                    graph.add((named[0], RDFS.label, named[1]))
    return graph


def _first(row: Row) -> str:
    """What the column `name` of an answer is the name of."""
    return next(column for column in ("action", "theme", "county") if column in row)


def _rows(name: str) -> list[Row]:
    """The answer to a saved query, as terms."""
    query = (folders.QUERIES / "saved" / f"{name}.rq").read_text(encoding="utf-8")
    found = fetch(edition(), SparqlRequest(query), {TABLE: "json"})
    if isinstance(found, Result):
        with found.content as content:
            answer = json.load(content)
    else:
        answer = json.loads(found.content)
    return [
        {column: term for column, binding in row.items() if (term := term_of(binding)) is not None}
        for row in answer["results"]["bindings"]
    ]
