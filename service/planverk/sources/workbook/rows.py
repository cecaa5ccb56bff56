"""The sheets of a workbook -> its rows, each with what stands in its cells, and what is wrong with how the sheets are made."""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from openpyxl.cell.cell import Cell as Square
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk.findings import Place
from planverk.sources.workbook.cells import Cell, unescaped
from planverk.sources.workbook.package import Opened
from planverk.sources.workbook.table import DETAILS, GUIDE, KEY, LEDGER, LISTS, NOTES, Column, Sheet, Table, normal
from planverk.vocab import DCT, FOAF, RDFS, SKOS

_NAMING = {SKOS.prefLabel, DCT.title, RDFS.label, FOAF.name}
# What makes a formula reach for other files, programs and hosts.
_OUTSIDE = re.compile(r"\[|\||://|\bcmd\b|\bHYPERLINK\b", re.IGNORECASE)
_FEW = 8


class Written(NamedTuple):
    """What stands in a cell of a row: its letter, its column, and its content."""

    letter: str
    column: Column
    cell: Cell


@dataclass
class Row:
    """A row that says something: where, by which key, and what; `new` when it had no key yet, or none that can be its own."""

    place: Place
    sheet: Sheet
    key: str
    written: list[Written]
    letters: dict[URIRef, str]
    thing: URIRef = field(default_factory=lambda: URIRef(""))
    kinds: list[Node] = field(default_factory=list)
    new: bool = False

    @property
    def names(self) -> list[str]:
        """What the row's thing is called."""
        return [str(one.cell.content) for one in self.written if one.column.term in _NAMING]


class Fault(Protocol):
    """How a fault is told: the rule, the place, the words."""

    def __call__(self, rule: str, place: Place, **words: str) -> None:
        """Tell it."""


class Sheets:
    """Reads the sheets of one workbook, and tells what is wrong with how they are made."""

    def __init__(self, path: Path, opened: Opened, table: Table, language: str, fault: Fault) -> None:
        self._path = path
        self._opened = opened
        self._table = table
        self._language = language
        self._fault = fault

    def read(self, worksheet: Worksheet) -> tuple[list[Row], list[tuple[Place, list[str]]], list[tuple[str, str]]]:
        """The rows of a sheet of things; the lines of the sheet of details; the keys and names of the ledger."""
        title = normal(worksheet.title)
        if title == LEDGER:
            return [], [], [(line[0], line[1]) for _, line in self._lines(worksheet, 2)]
        if title == DETAILS:
            return [], self._lines(worksheet, 3), []
        if title in self._table.by_name:
            return self._rows(worksheet, self._table.by_name[title]), [], []
        if (
            title not in (GUIDE, LISTS)
            and not title.startswith(NOTES)
            and worksheet.max_row > 0
            and _has_content(worksheet)
        ):
            close = get_close_matches(title, self._table.by_name, n=1, cutoff=0.4)
            self._fault("sheet", self._place(worksheet, 1, "A"), value=title, suggestion=close[0] if close else "–")
        return [], [], []

    def _place(self, worksheet: Worksheet, line: int, column: str) -> Place:
        return Place(self._path, line, worksheet.title, column)

    def _lines(self, worksheet: Worksheet, width: int) -> list[tuple[Place, list[str]]]:
        rows = worksheet.iter_rows(min_row=2, values_only=True)
        texts = [[unescaped(str(value)) if value is not None else "" for value in row] for row in rows]
        padded = [row + [""] * (width - len(row)) for row in texts]
        return [(self._place(worksheet, line, "A"), row) for line, row in enumerate(padded, 2) if any(row)]

    def _rows(self, worksheet: Worksheet, sheet: Sheet) -> list[Row]:
        columns = self._columns(worksheet, sheet)
        self._judge_layout(worksheet)
        found = []
        letters = {column.term: letter for letter, column in reversed(columns.items()) if column}
        for squares in worksheet.iter_rows(min_row=2):
            filled = [square for square in squares if isinstance(square, Square) and not _is_empty(square.value)]
            if not filled:
                continue
            key, written = "", []
            for square in filled:
                letter = get_column_letter(square.column)
                content = self._content(worksheet, square, letter)
                if letter == "A":
                    key = str(content.content or "")
                elif letter not in columns:
                    self._fault("heading", self._place(worksheet, square.row, letter), value="", suggestion="–")
                elif (column := columns[letter]) and content.content is not None:
                    written.append(Written(letter, column, content))
            if key or written:
                name = next((one.letter for one in written if one.column.term in _NAMING), "A")
                found.append(Row(self._place(worksheet, filled[0].row, name), sheet, key, written, letters))
        return found

    def _columns(self, worksheet: Worksheet, sheet: Sheet) -> dict[str, Column | None]:
        """The columns by their letters; None for one whose heading nobody knows, which is told once."""
        found: dict[str, Column | None] = {}
        for square in next(worksheet.iter_rows(max_row=1), ()):
            heading, letter = normal(unescaped(str(square.value or ""))), get_column_letter(square.column or 1)
            if letter == "A" or not heading:
                if letter == "A" and heading != KEY:
                    self._fault("heading", self._place(worksheet, 1, letter), value=heading, suggestion=KEY)
                continue
            found[letter] = self._table.read_heading(sheet, heading, self._language)
            if found[letter] is None:
                known = {column.heading for column in self._table.columns(sheet, (self._language,), Graph(), ())}
                close = get_close_matches(heading, known, n=1, cutoff=0.5)
                suggestion = close[0] if close else "–"
                self._fault("heading", self._place(worksheet, 1, letter), value=heading, suggestion=suggestion)
        return found

    def _judge_layout(self, worksheet: Worksheet) -> None:
        for merged in worksheet.merged_cells.ranges:
            place = self._place(worksheet, merged.min_row, get_column_letter(merged.min_col))
            self._fault("merged", place, value=str(merged))
        hidden = [
            line
            for line, dimension in worksheet.row_dimensions.items()
            if dimension.hidden and 1 < line <= worksheet.max_row
        ]
        if hidden or worksheet.sheet_state != "visible":
            rows = ", ".join(map(str, hidden[:_FEW])) + (" …" if len(hidden) > _FEW else "")
            self._fault("hidden", self._place(worksheet, hidden[0] if hidden else 1, "A"), value=rows or "–")

    def _content(self, worksheet: Worksheet, square: Square, letter: str) -> Cell:
        place = self._place(worksheet, square.row, letter)
        value: Any = square.value  # Any: as openpyxl has it
        kind = square.data_type
        if kind == "f":
            value, kind = self._computed(worksheet, square, place)
        if kind == "e":
            self._fault("error", place, value=str(value))
            return Cell(None)
        return Cell(unescaped(value) if isinstance(value, str) else value, square.number_format)

    def _computed(
        self, worksheet: Worksheet, square: Square, place: Place
    ) -> tuple[Any, str]:  # Any: as openpyxl has it
        """What a formula last came to; nothing where that is not known or the formula reaches outside the workbook."""
        formula = str(getattr(square.value, "text", square.value))
        last = self._opened.values[worksheet.title][square.coordinate]
        if last.value is None or _OUTSIDE.search(formula):
            self._fault("formula-refused", place, value=formula[:100])
            return None, "n"
        self._fault("formula", place, value=str(last.value))
        return last.value, last.data_type


def _has_content(worksheet: Worksheet) -> bool:
    return any(not _is_empty(value) for row in worksheet.iter_rows(values_only=True) for value in row)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
