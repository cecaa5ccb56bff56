"""The tables as one workbook (.xlsx), a sheet for each, with what the columns mean; for reading, not for editing."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from planverk.tables import Column, Table
from planverk.tables.csvw import file_name

# What a sheet can hold (Excel specifications and limits).
MOST_ROWS, MOST_CHARACTERS, _LONGEST_NAME = 1_048_576, 32_767, 31
_NUMBERS = {"integer", "nonNegativeInteger", "positiveInteger", "decimal", "gYear"}
_WIDTH, _NARROW = 32, 12


class Styles(NamedTuple):
    """How cells look."""

    heading: Format
    day: Format


def write_workbook(path: Path, tables: list[Table], about: list[tuple[str, str]], issued: date) -> None:
    """Write the workbook of the tables whose files of CSV stand in the same folder; the same files give the same bytes.

    A table with more rows than a sheet can hold is left out, and so is the end of a text that is longer than a cell can
    hold; both are told in the first sheet.
    """
    made = datetime(issued.year, issued.month, issued.day, tzinfo=UTC).replace(tzinfo=None)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"title": about[0][1], "created": made})
        styles = Styles(workbook.add_format({"bold": True}), workbook.add_format({"num_format": "yyyy-mm-dd"}))
        front = workbook.add_worksheet("om")
        explained = workbook.add_worksheet("kolonner")
        names: dict[str, str] = {}
        remarks = []
        for table in tables:
            names[table.name] = _sheet_name(table.name, names)
            remarks += _fill(workbook.add_worksheet(names[table.name]), path.parent, table, styles)
        _introduce(front, tables, names, about, remarks, styles)
        _explain(explained, tables, styles)


def _fill(sheet: Worksheet, folder: Path, table: Table, styles: Styles) -> list[str]:
    _head(sheet, [column.name for column in table.columns], styles)
    cut = False
    with (folder / file_name(table)).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for number, cells in enumerate(rows, start=1):
            if number >= MOST_ROWS:
                return [f"{table.name}: arket rommer ikke alle radene. De står i {file_name(table)}."]
            for place, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
                _write(sheet, number, place, column, cell, styles)
                cut = cut or len(cell) > MOST_CHARACTERS
    return [f"{table.name}: en tekst er kuttet. Hele teksten står i {file_name(table)}."] if cut else []


def _write(sheet: Worksheet, row: int, place: int, column: Column, cell: str, styles: Styles) -> None:
    """Write a cell as what it is: nothing that stands in the data is ever taken for a formula or a link."""
    if not cell:
        return
    number = _number(cell) if not column.separator and column.datatype in _NUMBERS else None
    if number is not None:
        sheet.write_number(row, place, number)
    elif not column.separator and column.datatype == "date" and _is_day(cell):
        sheet.write_datetime(row, place, datetime.fromisoformat(cell), styles.day)
    else:
        sheet.write_string(row, place, cell[:MOST_CHARACTERS])


def _number(cell: str) -> float | None:
    """What a sheet would have of a number, or None where that is another number: Excel keeps 15 digits, and no time zones."""
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if isfinite(number) and Decimal(f"{number:.15g}") == Decimal(cell) else None


def _is_day(cell: str) -> bool:
    # Excel counts days from 1900, and has no time zones.
    return len(cell) == len("2015-12-31") and cell >= "1900-03-01"


def _introduce(
    sheet: Worksheet,
    tables: list[Table],
    names: dict[str, str],
    about: list[tuple[str, str]],
    remarks: list[str],
    styles: Styles,
) -> None:
    sheet.set_column(0, 1, _WIDTH)
    lines = [*about, *(("Merk", remark) for remark in remarks), ("", "")]
    for row, (name, text) in enumerate(lines):
        sheet.write_string(row, 0, name, styles.heading)
        sheet.write_string(row, 1, text)
    for row, table in enumerate(tables, start=len(lines)):
        sheet.write_string(row, 0, names[table.name], styles.heading)
        sheet.write_string(row, 1, table.titles.get("nb", ""))
        sheet.write_string(row, 2, table.meanings.get("nb", ""))


def _explain(sheet: Worksheet, tables: list[Table], styles: Styles) -> None:
    _head(sheet, ["tabell", "kolonne", "navn", "betydning", "datatype", "skilletegn", "egenskap"], styles)
    rows = ((table, column) for table in tables for column in table.columns)
    for number, (table, column) in enumerate(rows, start=1):
        meaning = (column.titles.get("nb", ""), column.meanings.get("nb", ""))
        cells = (table.name, column.name, *meaning, column.datatype, column.separator or "", column.property or "")
        for place, cell in enumerate(cells):
            sheet.write_string(number, place, str(cell))


def _head(sheet: Worksheet, headings: list[str], styles: Styles) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, _WIDTH)
    sheet.set_column(1, max(1, len(headings) - 1), _NARROW)
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, styles.heading)


def _sheet_name(name: str, taken: dict[str, str]) -> str:
    """The name of a table as a sheet may be called: short, and no other's whatever the case."""
    used = {one.lower() for one in taken.values()} | {"om", "kolonner"}
    choices = [name[:_LONGEST_NAME], *(f"{name[: _LONGEST_NAME - 4]}-{number}" for number in range(2, 1000))]
    return next(choice for choice in choices if choice.lower() not in used)
