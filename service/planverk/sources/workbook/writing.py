"""A graph -> a workbook that says the same, made for people to write on in: drop-downs, dates, help, and keys kept apart."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import NamedTuple

from openpyxl.cell.cell import Cell as Square
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import Outline
from openpyxl.worksheet.worksheet import Worksheet
from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from planverk.instance import Instance
from planverk.sources.literals import literals_are_judged_later
from planverk.sources.workbook.cells import MOST_CHARACTERS, Cell, Cells, exactly, is_kept
from planverk.sources.workbook.guide import guide
from planverk.sources.workbook.names import Names
from planverk.sources.workbook.table import (
    ALWAYS,
    DETAILS,
    GUIDE,
    KEY,
    LEDGER,
    LISTS,
    TYPE,
    Column,
    Form,
    Sheet,
    Table,
    read_table,
)
from planverk.vocab import RDF, XSD, short

_MOST_ALIKE = 4  # columns for one property side by side; more values than that share the last
_SPARE_ROWS = 500
_HEAD = PatternFill("solid", fgColor="FF1E2B3C")
_KEYS = PatternFill("solid", fgColor="FFE8EAED")
_WIDE, _NARROW = 42, 20
_FORMATS = {XSD.date: "yyyy-mm-dd", XSD.gYear: "0", XSD.integer: "0", XSD.decimal: "#,##0.##########", XSD.string: "@"}
_EXAMPLES = {
    XSD.date: "Skriv en dato, for eksempel 16.12.2014.",
    XSD.gYear: "Skriv et årstall, for eksempel 2014.",
    XSD.gYearMonth: "Skriv måned og år, for eksempel 12.2014.",
    XSD.integer: "Skriv et helt tall.",
    XSD.decimal: "Skriv et tall.",
}


class UnwritableError(Exception):
    """A graph that no workbook can hold; the text says what to do."""


class _Filled(NamedTuple):
    """A column of a sheet, side by side with others of the same property; and by thing, the cell that it has there."""

    column: Column
    heading: str
    cells: dict[URIRef, Cell]


@literals_are_judged_later()
def write_workbook(instance: Instance, graph: Graph, known: Graph | None = None) -> bytes:
    """The workbook that says what a graph says; `known` is what the graph may point at.

    Raises:
        UnwritableError: something in the graph has no address.

    """
    if any(isinstance(node, BNode) for node in graph.all_nodes()):
        raise UnwritableError("Noe i dataene har ikke egen adresse, og kan derfor ikke stå i en arbeidsbok. Gi det en.")
    return _Writer(instance, graph, known if known is not None else graph).write()


class _Writer:
    """Knows the table, the names, and the values that have found no cell."""

    def __init__(self, instance: Instance, graph: Graph, known: Graph) -> None:
        self._instance = instance
        self._graph = graph
        self._table: Table = read_table()
        self._names = Names(self._table, instance.base, instance.language)
        self._names.add_graph(known)
        self._cells = Cells(self._table, self._names)
        self._workbook = Workbook()
        self._left_over: list[tuple[URIRef, URIRef, Node]] = []
        self._lists: dict[str, str] = {}
        self._name_columns: dict[str, str] = {}

    def write(self) -> bytes:
        things: dict[Sheet, list[URIRef]] = defaultdict(list)
        subjects = {subject for subject in self._graph.subjects() if isinstance(subject, URIRef)}
        for thing in sorted(subjects, key=self._by_order):
            things[self._table.sheet_of(self._graph.objects(thing, RDF.type))].append(thing)
        filled = {sheet: self._fill(sheet, things[sheet]) for sheet in self._table.sheets}
        self._write_guide(filled)
        self._write_lists(filled)
        for sheet, columns in filled.items():
            self._write_sheet(sheet, columns, things[sheet])
        self._write_details()
        self._write_ledger(things)
        file = BytesIO()
        self._workbook.save(file)
        return file.getvalue()

    def _by_order(self, thing: Node) -> tuple[str, str]:
        return (str(thing).rpartition("/")[0], str(thing))

    def _fill(self, sheet: Sheet, things: list[URIRef]) -> list[_Filled]:
        """The columns of a sheet with what stands in them; what fits in none is left over."""
        columns = self._table.columns(sheet, self._instance.languages, self._graph, things)
        found: dict[Column, dict[URIRef, list[Node]]] = {column: defaultdict(list) for column in columns}
        for thing in things:
            for term, value in sorted(self._graph.predicate_objects(thing)):
                column = self._column(sheet, term, value, columns)
                if column is None or self._cells.write(value, column) is None:
                    self._leave_over(sheet, thing, term, value)
                else:
                    found[column][thing].append(value)
        return [part for column, values in found.items() for part in self._side_by_side(column, values)]

    def _column(self, sheet: Sheet, term: Node, value: Node, columns: list[Column]) -> Column | None:
        if term == RDF.type:
            return next((column for column in columns if column.form is Form.KIND), None)
        column = self._table.column_for(sheet, term, value) if isinstance(term, URIRef) else None
        return column if column in columns else None

    def _leave_over(self, sheet: Sheet, thing: URIRef, term: Node, value: Node) -> None:
        implied = term == RDF.type and len(sheet.classes) == 1 and value == sheet.classes[0]
        if not implied and isinstance(term, URIRef):
            self._left_over.append((thing, term, value))

    def _side_by_side(self, column: Column, values: dict[URIRef, list[Node]]) -> Iterator[_Filled]:
        """One column for each value that a thing may have, up to a limit; texts beyond it are left over."""
        most = max((len(found) for found in values.values()), default=1)
        parts = 1 if column.form is Form.KIND else min(max(most, 1), _MOST_ALIKE)
        for part in range(parts):
            cells = {}
            for thing, found in values.items():
                mine = found[part:] if part == parts - 1 else found[part : part + 1]
                if mine:
                    cells[thing] = self._together(thing, column, mine)
            number = f" {part + 1}" if part else ""
            star = " *" if column.need(self._instance.language) == ALWAYS and not part else ""
            yield _Filled(column, f"{column.heading}{number}{star}", cells)

    def _together(self, thing: URIRef, column: Column, values: list[Node]) -> Cell:
        cells = [cell for value in values if (cell := self._cells.write(value, column))]
        if len(cells) == 1:
            return cells[0]
        if column.form in (Form.TEXT, Form.VALUE):
            self._left_over += [(thing, column.term, value) for value in values[1:]]
            return cells[0]
        return Cell("\n".join(str(cell.content) for cell in cells))

    def _write_guide(self, filled: dict[Sheet, list[_Filled]]) -> None:
        worksheet = self._workbook.worksheets[0]
        worksheet.title = GUIDE
        worksheet.column_dimensions["A"].width = 28
        worksheet.column_dimensions["B"].width = 34
        worksheet.column_dimensions["C"].width = 90
        columns = {sheet: [part.column for part in parts] for sheet, parts in filled.items()}
        for line, row in enumerate(guide(self._table, columns, self._instance.language), 1):
            for number, text in enumerate(row.cells, 1):
                square = _put(worksheet, line, number, Cell(text))
                square.alignment = Alignment(wrap_text=number == len(row.cells), vertical="top")
                square.font = Font(bold=row.is_heading, size=14 if row.is_heading else 11)
            if row.leads_to:
                worksheet.cell(line, 1).hyperlink = f"#{quote_sheetname(row.leads_to)}!A1"
        worksheet.protection.enable()

    def _write_lists(self, filled: dict[Sheet, list[_Filled]]) -> None:
        """The choices of the drop-downs that come from code lists, on a sheet of their own."""
        worksheet = self._workbook.create_sheet(LISTS)
        worksheet.sheet_state = "hidden"
        for parts in filled.values():
            for part in parts:
                choices = self._table.codes(part.column) if part.column.form in (Form.CODE, Form.KIND) else {}
                self._add_list(worksheet, "/".join(choices), list(choices))
        self._add_list(worksheet, "authorities", list(self._table.authorities))
        worksheet.protection.enable()

    def _add_list(self, worksheet: Worksheet, name: str, choices: list[str]) -> None:
        if choices and name not in self._lists:
            letter = get_column_letter(len(self._lists) + 1)
            for line, choice in enumerate(choices, 1):
                _put(worksheet, line, len(self._lists) + 1, Cell(choice))
            self._lists[name] = f"{LISTS}!${letter}$1:${letter}${len(choices)}"

    def _write_sheet(self, sheet: Sheet, parts: list[_Filled], things: list[URIRef]) -> None:
        worksheet = self._workbook.create_sheet(sheet.name)
        _put(worksheet, 1, 1, Cell(KEY))
        for number, part in enumerate(parts, 2):
            _put(worksheet, 1, number, Cell(part.heading))
        for line, thing in enumerate(things, 2):
            _put(worksheet, line, 1, Cell(self._names.key(thing))).fill = _KEYS
            for number, part in enumerate(parts, 2):
                if cell := part.cells.get(thing):
                    _put(worksheet, line, number, cell).protection = Protection(locked=False)
        _dress(worksheet, parts, len(things))
        for number, part in enumerate(parts, 2):
            self._help(worksheet, get_column_letter(number), part.column)

    def _help(self, worksheet: Worksheet, letter: str, column: Column) -> None:
        """What a cell of the column is for, shown when it is chosen, and what may be chosen."""
        source = self._choices(column)
        rule = DataValidation(type="list" if source else None, formula1=source, allow_blank=True)
        rule.promptTitle = column.heading[:32]
        needed = column.need(self._instance.language)
        rule.prompt = f"{needed} {_prompt(self._table.explanation(column.term), column)}".strip()[:255]
        rule.showInputMessage = bool(rule.prompt)
        # A cell may also hold several, one on each line, so what is not in the list is left to `planverk check`.
        rule.showErrorMessage = False
        rule.add(f"{letter}2:{letter}{worksheet.max_row + _SPARE_ROWS}")
        worksheet.add_data_validation(rule)

    def _choices(self, column: Column) -> str | None:
        if column.form in (Form.CODE, Form.KIND):
            return self._lists.get("/".join(self._table.codes(column)))
        if column.form is not Form.THING:
            return None
        sheets = (sheet for kind in column.kinds for sheet in self._table.sheets if kind in self._within(sheet))
        sheet = next(sheets, None)
        if sheet is None:
            return self._lists["authorities"]
        letter = self._name_columns.setdefault(sheet.name, "C" if len(sheet.classes) > 1 else "B")
        first = f"{quote_sheetname(sheet.name)}!${letter}$2"
        whole = f"{quote_sheetname(sheet.name)}!${letter}$2:${letter}$5000"
        return f"OFFSET({first},0,0,MAX(1,COUNTA({whole})),1)"

    def _within(self, sheet: Sheet) -> set[Node]:
        return {wide for kind in sheet.classes for wide in (kind, *self._table.dictionary.wider(kind))}

    def _write_details(self) -> None:
        """What fits in no column, with every character kept."""
        worksheet = self._workbook.create_sheet(DETAILS)
        lines = [[KEY, "Egenskap", "Verdi, skrevet nøyaktig"]]
        for thing, term, value in sorted(self._left_over):
            label = TYPE if term == RDF.type else self._label(term)
            lines.append([self._names.key(thing), label, *_chunks(exactly(value))])
        for line, texts in enumerate(lines, 1):
            for number, text in enumerate(texts, 1):
                _put(worksheet, line, number, Cell(text)).font = Font(bold=line == 1)
        for letter, width in zip("ABC", (_WIDE, _NARROW, 100), strict=True):
            worksheet.column_dimensions[letter].width = width

    def _label(self, term: URIRef) -> str:
        known = {property_: name for name, property_ in self._table.properties.items()}
        return known.get(term) or short(term)

    def _write_ledger(self, things: dict[Sheet, list[URIRef]]) -> None:
        """The keys and names as they are now, so that a cell with a thing's old name still points at it."""
        worksheet = self._workbook.create_sheet(LEDGER)
        worksheet.sheet_state = "hidden"
        _put(worksheet, 1, 1, Cell(KEY))
        _put(worksheet, 1, 2, Cell("Navn"))
        everything = [thing for some in things.values() for thing in some]
        kept = (thing for thing in everything if is_kept(self._names.plain(thing)))
        for line, thing in enumerate(kept, 2):
            _put(worksheet, line, 1, Cell(self._names.key(thing)))
            _put(worksheet, line, 2, Cell(self._names.plain(thing)))
        worksheet.protection.enable()


def _put(worksheet: Worksheet, line: int, number: int, cell: Cell) -> Square:
    """Fill a cell; a text stays a text, also when it begins like a formula or looks like an error."""
    square = worksheet.cell(line, number, None)
    assert isinstance(square, Square)  # noqa: S101  # there are no merged cells in what we write
    if isinstance(cell.content, str):
        square.value = cell.content
        square.data_type = "s"
        square.quotePrefix = cell.content[:1] in ("=", "+", "-", "@")
    else:
        square.value = cell.content
    square.number_format = cell.shown_as
    return square


def _dress(worksheet: Worksheet, parts: list[_Filled], rows: int) -> None:
    """Make the sheet one to write in: head and keys locked, the rest open, rarely used columns folded away."""
    worksheet.freeze_panes = "D2" if parts and parts[0].column.form is Form.KIND else "C2"
    last = get_column_letter(len(parts) + 1)
    worksheet.auto_filter.ref = f"A1:{last}{rows + 1}"
    for number in range(1, len(parts) + 2):
        head = worksheet.cell(1, number)
        head.font, head.fill = Font(bold=True, color="FFFFFFFF"), _HEAD
        head.alignment = Alignment(wrap_text=True, vertical="top")
    worksheet.column_dimensions["A"].width = _NARROW
    for number, part in enumerate(parts, 2):
        dimension = worksheet.column_dimensions[get_column_letter(number)]
        dimension.width = _WIDE if part.column.form in (Form.TEXT, Form.THING) else _NARROW
        dimension.protection = Protection(locked=False)
        dimension.number_format = _format(part.column)
        dimension.alignment = Alignment(wrap_text=True, vertical="top")
        if not part.cells and not part.column.common and not part.column.wanted:
            dimension.outlineLevel, dimension.hidden = 1, True
    worksheet.sheet_properties.outlinePr = Outline(summaryRight=False)
    protection = worksheet.protection
    protection.enable()
    protection.formatCells = protection.formatColumns = protection.formatRows = False
    protection.insertRows = protection.deleteRows = protection.sort = protection.autoFilter = False


def _format(column: Column) -> str:
    return next((_FORMATS[kind] for kind in column.kinds if kind in _FORMATS), "General")


def _prompt(explanation: str, column: Column) -> str:
    example = next((_EXAMPLES[kind] for kind in column.kinds if kind in _EXAMPLES), "")
    several = (
        "Flere: én på hver linje (Alt+Enter)." if column.several and column.form in (Form.THING, Form.CODE) else ""
    )
    return " ".join(filter(None, (explanation, example, several)))


def _chunks(text: str) -> Iterable[str]:
    return [text[at : at + MOST_CHARACTERS] for at in range(0, len(text), MOST_CHARACTERS)]
