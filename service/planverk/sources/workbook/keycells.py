"""Keys into the first column of a workbook's sheets, in its XML, so that all else stays as its program wrote it."""

import zipfile
from collections import defaultdict
from io import BytesIO
from typing import Any

from lxml import etree
from openpyxl.reader.excel import ExcelReader

Keys = dict[tuple[str, int], str]  # by sheet and line


def with_keys(content: bytes, keys: Keys) -> bytes:
    """A workbook with keys in column A; nothing else in it is changed, neither formulas' answers nor pictures."""
    by_part: dict[str, dict[int, str]] = defaultdict(dict)
    parts = _parts(content)
    for (sheet, line), key in keys.items():
        by_part[parts[sheet]][line] = key
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as before, zipfile.ZipFile(file, "w") as after:
        for part in before.infolist():
            written = before.read(part)
            mine = by_part.get(part.filename)
            after.writestr(part, _filled(written, mine) if mine else written, part.compress_type)
    return file.getvalue()


def _parts(content: bytes) -> dict[str, str]:
    """The parts of a package that hold its sheets, by the sheets' names."""
    reader = ExcelReader(BytesIO(content), keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    return {sheet.name: relation.target for sheet, relation in reader.parser.find_sheets()}


def _filled(part: bytes, keys: dict[int, str]) -> bytes:
    # openpyxl's own writing would drop what formulas came to, and the parts that it does not know.
    root = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    line = 0
    for row in root.iter("{*}row"):
        line = int(row.get("r", line + 1))
        if line in keys:
            _fill(row, f"A{line}", keys[line])
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _fill(row: Any, place: str, key: str) -> None:  # Any: lxml's elements are built at run time
    """Put a text into the first cell of a row (ECMA-376 part 1, 18.3.1.4: an inline string), which keeps its style."""
    namespace = etree.QName(row).namespace
    first = next(iter(row), None)
    if first is None or first.get("r", place) != place:
        first = etree.Element(f"{{{namespace}}}c", r=place)
        row.insert(0, first)
        row.attrib.pop("spans", None)  # the columns of the row, which may have begun with B
    for child in list(first):
        first.remove(child)
    first.set("t", "inlineStr")
    string = etree.SubElement(first, f"{{{namespace}}}is")
    etree.SubElement(string, f"{{{namespace}}}t").text = key
