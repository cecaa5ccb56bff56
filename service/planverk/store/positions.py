"""What editors wrote: statements, and where each of them stands."""

from collections.abc import Iterable
from pathlib import Path

from rdflib import Graph
from rdflib.term import Node

from planverk.findings import Place, Triple
from planverk.store.engine import Engine

# Names of places are in the order of the places: the page, its line, the column.
_NAME = "at:{page:06}/{line:08}/{column:->3}"


class Positions:
    """A graph, with the place of each statement: in the engine the place is the name of the graph that a statement is in."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._engine = Engine()
        self.graph = Graph(store=self._engine, bind_namespaces="none")
        """The statements."""
        self._pages: dict[tuple[Path, str], int] = {}
        self._gaps: dict[tuple[Node, Node], Place] = {}

    def note(self, statements: Iterable[tuple[Triple, Place]]) -> None:
        """Take statements with their places; of a statement that stands in several, the first counts."""
        self._engine.take((triple, self._name(place)) for triple, place in statements)

    def note_gap(self, subject: Node, predicate: Node, place: Place) -> None:
        """Remember where a statement with a property would stand: in a workbook, the cell that is there for it."""
        self._gaps.setdefault((subject, predicate), place)

    def first(self, subject: Node, predicate: Node | None = None, value: Node | None = None) -> Place | None:
        """The first place where something is said of a subject, where one of its properties is, or just this statement."""
        name = min(self._engine.places((subject, predicate, value)), default=None)
        return self._place(name) if name else None

    def find(self, focus: Node | None, path: Node | None, value: Node | None) -> Place | None:
        """The closest place known for a finding: the very statement, one with the same property, or the resource."""
        if focus is None:
            return None
        exact = self.first(focus, path, value) if path is not None and value is not None else None
        said = self.first(focus, path) or self._gaps.get((focus, path)) if path is not None and exact is None else None
        return exact or said or self.first(focus)

    def _name(self, place: Place) -> str:
        page = self._pages.setdefault((place.file, place.sheet), len(self._pages))
        return _NAME.format(page=page, line=place.line, column=place.column)

    def _place(self, name: str) -> Place:
        page, line, column = name.rpartition(":")[2].split("/")
        file, sheet = list(self._pages)[int(page)]
        return Place(file, int(line), sheet, column.strip("-"))
