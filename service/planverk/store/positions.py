"""What editors wrote: statements, and where each of them stands."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from weakref import finalize

from rdflib import Graph
from rdflib.term import Node

from planverk.findings import Place, Triple
from planverk.store.engine import Engine

_TABLE = "CREATE TABLE place (subject, predicate, value, page, line, column)"
_INDEX = "CREATE INDEX IF NOT EXISTS by_subject ON place (subject)"
_NOTE = "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?)"
# Of a statement that was noted several times the first counts, and of several statements the first place.
_FIRST = """SELECT page, line, column FROM place WHERE rowid IN (
    SELECT min(rowid) FROM place
    WHERE subject = :subject AND ifnull(:predicate, predicate) = predicate AND ifnull(:value, value) = value
    GROUP BY predicate, value
) ORDER BY page, line, length(column), column LIMIT 1"""


class Positions:
    """A graph, with the place of each statement: a row of numbers in a table that is on disk when it is large."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._engine = Engine()
        self.graph = Graph(store=self._engine, bind_namespaces="none")
        """The statements."""
        # A database without a name is in a file without a name as soon as it is large (sqlite.org/inmemorydb.html).
        self._places = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        finalize(self, self._places.close)
        self._places.executescript(f"PRAGMA journal_mode = OFF; BEGIN; {_TABLE}")
        self._pages: dict[tuple[Path, str], int] = {}
        self._gaps: dict[tuple[Node, Node], Place] = {}

    def note(self, statements: Iterable[tuple[Triple, Place]]) -> None:
        """Take statements with their places; of a statement that stands in several, the first counts."""
        noted = list(statements)
        self._places.executemany(_NOTE, (self._row(*one) for one in noted))
        self._engine.take(triple for triple, _ in noted)

    def note_gap(self, subject: Node, predicate: Node, place: Place) -> None:
        """Remember where a statement with a property would stand: in a workbook, the cell that is there for it."""
        self._gaps.setdefault((subject, predicate), place)

    def first(self, subject: Node, predicate: Node | None = None, value: Node | None = None) -> Place | None:
        """The first place where something is said of a subject, where one of its properties is, or just this statement."""
        self._places.execute(_INDEX)
        asked = {"subject": _number(subject), "predicate": _number(predicate), "value": _number(value)}
        found = self._places.execute(_FIRST, asked).fetchone()
        return self._place(*found) if found else None

    def find(self, focus: Node | None, path: Node | None, value: Node | None) -> Place | None:
        """The closest place known for a finding: the very statement, one with the same property, or the resource."""
        if focus is None:
            return None
        exact = self.first(focus, path, value) if path is not None and value is not None else None
        said = self.first(focus, path) or self._gaps.get((focus, path)) if path is not None and exact is None else None
        return exact or said or self.first(focus)

    def _row(self, triple: Triple, place: Place) -> tuple[int | str | None, ...]:
        page = self._pages.setdefault((place.file, place.sheet), len(self._pages))
        return (*map(_number, triple), page, place.line, place.column)

    def _place(self, page: int, line: int, column: str) -> Place:
        file, sheet = list(self._pages)[page]
        return Place(file, line, sheet, column)


def _number(node: Node | None) -> int | None:
    """What stands for a node in the table: of 64 bits, so that among millions no two have the same."""
    return None if node is None else hash(node)
