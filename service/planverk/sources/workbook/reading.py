"""Workbooks -> statements, the cell that each stands in, and what is wrong with what planners have written."""

import re
from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from rdflib import URIRef
from rdflib.term import Node

from planverk.findings import Finding, Place, Severity, sentences
from planverk.instance import Instance
from planverk.sources.literals import literals_are_judged_later
from planverk.sources.workbook.cells import Cells, Misfit, read_exactly
from planverk.sources.workbook.names import Names
from planverk.sources.workbook.package import FOREIGN_ENDINGS, NotToBeOpened, open_workbook
from planverk.sources.workbook.rows import Row, Sheets, Written
from planverk.sources.workbook.table import TYPE, Form, Table, normal, read_table
from planverk.store.positions import Positions
from planverk.vocab import RDF, SH, SHAPE, thing_iri
from planverk.vocabulary import Vocabulary

_KEY = re.compile(r"[a-z0-9-]+/[^\s#?<>\"{}|\\^`\x00-\x20]+")
_LONGEST_KEY = 60


class NewRow(NamedTuple):
    """A row that has been given a key, which its workbook does not hold yet; `read` is the sha256 of the workbook as it was read."""

    place: Place
    key: str
    read: str


class Workbooks(NamedTuple):
    """What the workbooks of an instance say beside their statements: faults, rows that want their keys, and whether all was read."""

    findings: list[Finding]
    new: list[NewRow]
    whole: bool


@literals_are_judged_later()
def read_workbooks(instance: Instance, positions: Positions, vocabulary: Vocabulary) -> Workbooks:
    """Note what the instance's workbooks say with its places. Nothing is raised for faults."""
    foreign = [path for path in instance.strays if path.suffix.lower() in FOREIGN_ENDINGS]
    if not instance.workbooks and not foreign:
        return Workbooks([], [], True)
    reader = _Reader(instance, positions, vocabulary)
    for path in foreign:
        reader.fault("format", Place(path, 1), value=path.suffix)
    for path in instance.workbooks:
        reader.open(path)
    reader.settle()
    return Workbooks(reader.findings, reader.new, reader.whole)


class _Reader:
    """Knows what has been read so far: first all rows and their names, then what the rows say."""

    def __init__(self, instance: Instance, positions: Positions, vocabulary: Vocabulary) -> None:
        self.findings: list[Finding] = []
        self.rows: list[Row] = []
        self.whole = True
        self._table: Table = read_table()
        self._instance = instance
        self._positions = positions
        self._vocabulary = vocabulary
        self._names = Names(self._table, instance.base, instance.language)
        self._cells = Cells(self._table, self._names)
        self._details: list[tuple[Place, list[str]]] = []
        self._places: dict[URIRef, Place] = {}
        self._described = set(positions.graph.subjects())
        self._earlier_keys: dict[str, set[str]] = defaultdict(set)
        self._hashes: dict[Path, str] = {}

    @property
    def new(self) -> list[NewRow]:
        """The rows that want their keys written; not those whose key is at fault, which may be another thing's."""
        return [
            NewRow(row.place, self._names.key(row.thing), self._hashes[row.place.file])
            for row in self.rows
            if row.new and not row.key
        ]

    def fault(self, rule: str, place: Place, **words: str) -> None:
        """Tell of a fault."""
        iri = SHAPE[f"Source-workbook-{rule}"]
        shapes = self._vocabulary.shapes
        severity = Severity.of(shapes.value(iri, SH.severity))
        self.findings.append(Finding(iri, severity, sentences(shapes, iri, **words), place))

    def open(self, path: Path) -> None:
        """Read a workbook's rows; what they say waits until all names are known."""
        try:
            opened = open_workbook(path)
        except NotToBeOpened as refused:
            self.whole = False
            self.fault(refused.rule, Place(path, 1), **refused.words)
            return
        self._hashes[path] = opened.sha256
        if opened.has_links:
            self.fault("link", Place(path, 1, opened.formulas.sheetnames[0], "A"))
        sheets = Sheets(path, opened, self._table, self._instance.language, self.fault)
        for worksheet in opened.formulas.worksheets:
            rows, details, ledger = sheets.read(worksheet)
            self.rows += rows
            self._details += details
            for key, name in ledger:
                self._names.add_earlier(self._names.thing(key), name)
                self._earlier_keys[name.casefold()].add(key)

    def settle(self) -> None:
        """Give new rows their keys, learn all names, then read what the rows say."""
        self._names.add_graph(self._positions.graph)
        for row in self.rows:
            self._identify(row)
        self._mint()
        for row in self.rows:
            self._names.add(row.thing, row.names, row.kinds)
        for row in self.rows:
            self._state(row)
        for place, (key, term, *parts) in self._details:
            self._state_detail(place, key, term, "".join(parts))

    def _identify(self, row: Row) -> None:
        key = normal(row.key).removeprefix("id/")
        row.kinds = list(self._kinds(row)) or [row.sheet.classes[0]]
        row.thing = self._names.thing(key)
        if not key:
            row.new = True
        elif not _KEY.fullmatch(key) and not key.startswith(("http://", "https://")):
            row.new = True
            self.fault("key", row.place._replace(column="A"), value=key)
        elif row.thing in self._places:
            row.new = True
            self.fault(
                "duplicate-key", row.place._replace(column="A"), value=key, other=_key_cell(self._places[row.thing])
            )
        else:
            self._places[row.thing] = row.place
        row.key = key

    def _kinds(self, row: Row) -> Iterator[Node]:
        for one in row.written:
            if one.column.form is Form.KIND:
                try:
                    yield from self._cells.read(one.cell, one.column)
                except Misfit as misfit:
                    place = row.place._replace(column=one.letter)
                    self.fault(misfit.rule, place, **misfit.words)

    def _mint(self) -> None:
        """Keys for new rows, from their names, unlike all that are in use; in the order of the rows, so always the same."""
        taken = {str(thing) for thing in (*self._places, *self._described)}
        taken |= {str(self._names.thing(key)) for keys in self._earlier_keys.values() for key in keys}
        for row in (row for row in self.rows if row.new):
            kind = row.kinds[0] if isinstance(row.kinds[0], URIRef) else row.sheet.classes[0]
            segment = self._table.segment(kind)
            row.thing = _unused(self._instance.base, segment, _slug(row.names[0]) if row.names else segment, taken)
            taken.add(str(row.thing))
            self._places[row.thing] = row.place
            if not row.key:
                self.fault("new-row", row.place, value=f"id/{self._names.key(row.thing)}")

    def _state(self, row: Row) -> None:
        for kind in row.kinds:
            letter = next((one.letter for one in row.written if one.column.form is Form.KIND), row.place.column)
            self._add((row.thing, RDF.type, kind), row.place._replace(column=letter))
        for term, letter in row.letters.items():
            self._positions.note_gap(row.thing, term, row.place._replace(column=letter))
        for one in row.written:
            if one.column.form is not Form.KIND:
                self._state_cell(row, one)

    def _state_cell(self, row: Row, one: Written) -> None:
        place = row.place._replace(column=one.letter)
        try:
            values = self._cells.read(one.cell, one.column)
        except Misfit as misfit:
            self.fault(misfit.rule, place, **{"column": one.column.heading} | misfit.words)
            return
        if isinstance(one.cell.content, str) and one.cell.content != one.cell.content.strip():
            self.fault("spaces", place)
        for value in values:
            self._add((row.thing, one.column.term, value), place)

    def _state_detail(self, place: Place, key: str, heading: str, text: str) -> None:
        thing, term = self._names.thing(normal(key).removeprefix("id/")), self._property(heading)
        if term is None:
            self.fault("heading", place._replace(column="B"), value=heading, suggestion=self._like(heading))
            return
        try:
            self._add((thing, term, read_exactly(text)), place._replace(column="C"))
        except Misfit as misfit:
            self.fault(misfit.rule, place._replace(column="C"), **misfit.words)

    def _property(self, heading: str) -> URIRef | None:
        name = normal(heading).casefold()
        known = self._table.properties.get(name)
        return RDF.type if name == TYPE.casefold() else known

    def _like(self, heading: str) -> str:
        close = get_close_matches(normal(heading).casefold(), self._table.properties, n=1, cutoff=0.5)
        return close[0] if close else "–"

    def _add(self, triple: tuple[Node, Node, Node], place: Place) -> None:
        elsewhere = self._positions.first(*triple[:2])
        if elsewhere and not elsewhere.sheet and triple[1] != RDF.type:
            self.fault("twice", place, other=str(elsewhere))
        self._positions.note([(triple, place)])


def _key_cell(place: Place) -> str:
    return f"{place.sheet}!A{place.line}"


def _slug(name: str) -> str:
    """A name as the end of an address: small letters, æ, ø and å among them, digits, and hyphens for all else."""
    letters = "".join(_letter(char) for char in normalize("NFC", name).casefold())
    words = re.findall(r"[a-z0-9æøå]+", letters)
    while len("-".join(words)) > _LONGEST_KEY and len(words) > 1:
        words.pop()
    return "-".join(words)[:_LONGEST_KEY]


def _letter(char: str) -> str:
    if char in "æøå":
        return char
    return normalize("NFKD", char).encode("ascii", "ignore").decode() or " "


def _unused(base: str, segment: str, slug: str, taken: set[str]) -> URIRef:
    wanted, number = thing_iri(base, segment, slug or segment), 1
    while str(wanted) in taken:
        number += 1
        wanted = thing_iri(base, segment, f"{slug or segment}-{number}")
    return wanted
