"""The first sheet of a workbook: how to write in it, and what each sheet and column is for."""

from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

from planverk.sources.workbook.table import Column, Sheet, Table


class Line(NamedTuple):
    """A line of the guide: its texts, whether it is a heading, and the sheet it leads to."""

    cells: tuple[str, ...]
    is_heading: bool = False
    leads_to: str = ""


def guide(table: Table, columns: dict[Sheet, list[Column]], language: str) -> Iterator[Line]:
    """The lines of the guide: the text that is the same for all, then all sheets with their columns."""
    text = files("planverk.sources.workbook").joinpath("guide.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        yield Line((line.removeprefix("# "),), line.startswith("# "))
    for sheet, found in columns.items():
        kinds = ", ".join(table.label(kind) for kind in sheet.classes)
        yield Line(("",))
        yield Line((sheet.name, kinds), True, sheet.name)
        for column in dict.fromkeys(found):
            explained = f"{table.explanation(column.term)} {column.need(language)}".strip()
            yield Line(("", column.heading, explained))
