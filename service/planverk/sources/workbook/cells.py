"""What stands in a cell -> values of a property, and back: dates, years, numbers, texts, codes, and pointers to things."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from math import isfinite
from typing import NamedTuple

from rdflib import Graph, Literal, URIRef
from rdflib.exceptions import ParserError
from rdflib.term import Node

from planverk.sources.workbook.names import Ambiguous, Names, Unknown
from planverk.sources.workbook.table import Column, Form, Table, normal
from planverk.vocab import RDFS, XSD

Content = str | int | float | bool | date | time | timedelta | None
MOST_CHARACTERS = 32_000  # Excel's limit for a cell is 32,767


class Cell(NamedTuple):
    """A cell's content and the format that shows it: of 1.5 and 0.00 people see 1.50."""

    content: Content
    shown_as: str = "General"


class Misfit(Exception):
    """A content that does not fit its column: the rule it breaks, and the words for its message."""

    def __init__(self, rule: str, **words: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.words = words


# What a datatype's values look like (XSD 1.1 part 2, section 3), and the rule that tells of those that do not.
_LEXICAL = {
    XSD.date: re.compile(r"-?\d{4,}-\d\d-\d\d(Z|[+-]\d\d:\d\d)?"),
    XSD.gYearMonth: re.compile(r"-?\d{4,}-\d\d"),
    XSD.gYear: re.compile(r"-?\d{4}"),
    XSD.integer: re.compile(r"[+-]?\d+"),
    XSD.decimal: re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
    XSD.string: re.compile(r"(?s).*"),
}
_RULES = {
    XSD.date: "date",
    XSD.gYearMonth: "date",
    XSD.gYear: "year",
    XSD.integer: "whole-number",
    XSD.decimal: "number",
}
_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_MONTH = re.compile(r"(\d{1,2})[./](\d{4})")
_THOUSANDS = re.compile(
    r"[+−-]?[1-9]\d{0,2}(\.\d{3})+"
)  # of 200.000 nobody can tell whether it is 200 or two hundred thousand
_DECIMALS = re.compile(r"0\.(0+)")
_FIRST_DAY = date(1900, 3, 1)  # before it Excel counts a day that was not
_YEARS = range(1000, 3000)
_MOST_DIGITS = 15  # a number in a cell keeps no more
# Excel reads _x0041_ as the character of that number, one of UTF-16 (ECMA-376 part 1, 22.9.2.19).
_ESCAPES = re.compile(r"(?:_x[0-9A-Fa-f]{4}_)+")
# A text that a workbook keeps as it is: without such, control characters and lone carriage returns, which XML drops or changes.
_SAFE = re.compile(r"(?s)(?!.*_x[0-9A-Fa-f]{4}_)[^\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]+")


class Cells:
    """Reads and writes the cells of one instance."""

    def __init__(self, table: Table, names: Names) -> None:
        self._table = table
        self._names = names
        self._readers: dict[Form, Callable[[Cell, Column], list[Node]]] = {
            Form.KIND: self._codes,
            Form.CODE: self._codes,
            Form.THING: self._things,
            Form.TEXT: self._texts,
            Form.VALUE: self._literals,
        }

    def read(self, cell: Cell, column: Column) -> list[Node]:
        """The values that a cell of a column holds: one, or one on each line where it points at things.

        Raises:
            Misfit: the content is not of the kind that the column takes.

        """
        return self._readers[column.form](cell, column)

    def write(self, value: Node, column: Column) -> Cell | None:
        """The cell that is read as the very same value; None when there is no such cell."""
        cell = self._written(value, column)
        if isinstance(cell.content, str) and not is_kept(cell.content):
            return None
        try:
            return cell if self.read(cell, column) == [value] else None
        except Misfit:
            return None

    def _written(self, value: Node, column: Column) -> Cell:
        if column.form in (Form.KIND, Form.CODE):
            return Cell(self._table.label(value))
        if isinstance(value, URIRef):
            return Cell(str(self._names.shown(value)))  # an IRI never equals a plain text
        return _cell(value, column.kinds) if isinstance(value, Literal) else Cell("")

    def _texts(self, cell: Cell, column: Column) -> list[Node]:
        return [Literal(_text(cell.content), lang=column.language)]

    def _literals(self, cell: Cell, column: Column) -> list[Node]:
        kinds = (XSD.string,) if column.kinds == (RDFS.Literal,) else column.kinds
        for kind in sorted(kinds, key=list(_LEXICAL).index):
            lexical = _lexical(cell, kind)
            if lexical is not None:
                return [Literal(lexical, datatype=None if kind == XSD.string else kind)]
        raise Misfit(_RULES.get(kinds[0], "text"), value=_shown(cell.content))

    def _codes(self, cell: Cell, column: Column) -> list[Node]:
        codes = {name.casefold(): code for name, code in self._table.codes(column).items()}
        return [self._code(line, codes) for line in _lines(cell)]

    def _code(self, line: str, codes: dict[str, URIRef]) -> Node:
        if line.casefold() not in codes:
            close = get_close_matches(line.casefold(), codes, n=1, cutoff=0.6)
            raise Misfit("code", value=line, suggestion=close[0] if close else "–", choices=", ".join(codes))
        return codes[line.casefold()]

    def _things(self, cell: Cell, column: Column) -> list[Node]:
        return [self._thing(line, column) for line in _lines(cell)]

    def _thing(self, line: str, column: Column) -> URIRef:
        try:
            return self._names.find(line, column.kinds)
        except Unknown as unknown:
            raise Misfit("name", value=line, suggestion=unknown.suggestion) from None
        except Ambiguous as several:
            raise Misfit("ambiguous", value=line, choices=several.choices) from None


def is_kept(text: str) -> bool:
    """Whether a workbook keeps a text as it is."""
    return bool(_SAFE.fullmatch(text)) and text == text.strip() and len(text) <= MOST_CHARACTERS


def unescaped(text: str) -> str:
    """The text that a cell shows, with the characters that its XML spells out (ECMA-376 part 1, 22.9.2.19), and lines that end alike."""
    return _ESCAPES.sub(lambda found: _characters(found[0]), text).replace("\r\n", "\n")


def _characters(escapes: str) -> str:
    try:
        return bytes.fromhex(re.sub("_x(....)_", r"\1", escapes)).decode("utf-16-be")
    except UnicodeDecodeError:
        return escapes  # half a character


def exactly(value: Node) -> str:
    """A value in the notation that keeps every character of it (RDF 1.1 N-Triples), with what cannot be seen spelt out."""
    seen = (char if char.isprintable() and char != "\xa0" else _spelt(char) for char in _quoted(value))
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", r"\\u005F", "".join(seen))


def read_exactly(text: str) -> Node:
    """The value that a text in this notation stands for.

    Raises:
        Misfit: it is not of that notation.

    """
    graph = Graph(bind_namespaces="none")
    try:
        graph.parse(data=f"<urn:x> <urn:x> {text.strip()} .", format="nt")
    except (ParserError, ValueError):
        raise Misfit("exact", value=text) from None
    values = list(graph.objects())
    if len(values) != 1:
        raise Misfit("exact", value=text)
    return values[0]


def _quoted(value: Node) -> str:
    if not isinstance(value, Literal):
        return value.n3()
    # rdflib's own warns of a literal that is not what its datatype says, which is not what is asked here.
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"' + (f"@{value.language}" if value.language else f"^^<{value.datatype}>" if value.datatype else "")


def _spelt(char: str) -> str:
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08X}"


def _lines(cell: Cell) -> list[str]:
    lines = [normal(line) for line in _text(cell.content).splitlines()]
    return [line for line in lines if line]


def _text(content: Content) -> str:
    if isinstance(content, bool | date | time | timedelta) or _is_endless(content):
        # 3.1 in a cell that was not of the kind Text has become the third of January.
        raise Misfit("text", value=_shown(content))
    return _number(content, 0) if isinstance(content, float) else str(content).strip()


def _is_endless(content: Content) -> bool:
    """Whether a number is too large to be one; XML can hold 1E400."""
    return isinstance(content, float) and not isfinite(content)


def _shown(content: Content) -> str:
    if not isinstance(content, timedelta):
        return str(content)
    minutes, seconds = divmod(int(content.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"  # 45:55:00, as it looks in the cell, not "1 day, 21:55:00"


def _lexical(cell: Cell, kind: URIRef) -> str | None:
    """How a content is written as a value of a datatype; None when it is no such value."""
    content = cell.content
    if isinstance(content, bool | time | timedelta) or _is_endless(content):
        return None
    if isinstance(content, date):
        return _day(content) if kind == XSD.date else None
    if isinstance(content, int | float):
        return _numeral(content, cell.shown_as, kind)
    text = str(content).strip()
    if kind == XSD.decimal and _THOUSANDS.fullmatch(text):
        return None
    return text if _LEXICAL[kind].fullmatch(text) else _as_people_write(normal(text), kind)


def _day(content: date) -> str | None:
    if isinstance(content, datetime) and content.time() != time():
        return None
    return content.strftime("%Y-%m-%d").rjust(10, "0")


def _numeral(content: float, shown_as: str, kind: URIRef) -> str | None:
    whole = int(content) if content == content // 1 else None
    if kind == XSD.gYear:
        return str(whole) if whole in _YEARS else None
    if kind in (XSD.integer, XSD.string) and whole is not None:
        return str(whole)
    if kind in (XSD.decimal, XSD.string):
        return _number(content, len(found[1]) if (found := _DECIMALS.search(shown_as)) else 0)
    return None


def _number(content: float, decimals: int) -> str:
    exact = Decimal(repr(content))
    needed = -int(exact.normalize().as_tuple().exponent)
    return f"{exact:.{max(decimals, needed, 0)}f}"


def _as_people_write(text: str, kind: URIRef) -> str | None:
    """Days as 16.12.2014, months as 12.2014, numbers as 1 200 000,50."""
    if kind == XSD.date and (day := _DAY.fullmatch(text)):
        return f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
    if kind == XSD.gYearMonth and (month := _MONTH.fullmatch(text)):
        return f"{month[2]}-{int(month[1]):02}"
    if kind in (XSD.integer, XSD.decimal):
        number = re.sub(r"(?<=\d) (?=\d{3}\b)", "", text).replace("−", "-")
        number = number.replace(",", ".") if number.count(",") == 1 else number
        return number if _LEXICAL[kind].fullmatch(number) else None
    return None


def _cell(value: Literal, kinds: tuple[URIRef, ...]) -> Cell:
    """The cell in which a literal looks as natural as can be."""
    text, kind = str(value), value.datatype
    if kind == XSD.date and re.fullmatch(r"\d{4}-\d\d-\d\d", text) and not value.ill_typed:
        day = date.fromisoformat(text)
        return Cell(day, "yyyy-mm-dd") if day >= _FIRST_DAY else Cell(text, "@")
    if kind in (XSD.gYear, XSD.integer) and re.fullmatch(r"-?(0|[1-9]\d{0,14})", text) and text != "-0":
        return Cell(int(text), "0")
    if kind == XSD.decimal and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text) and len(text) < _MOST_DIGITS:
        decimals = len(text.partition(".")[2])
        return Cell(float(text) if decimals else int(text), "#,##0" + ("." + "0" * decimals if decimals else ""))
    return Cell(text, "@" if XSD.string in kinds else "General")
