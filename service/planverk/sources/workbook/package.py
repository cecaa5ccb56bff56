"""A file that says it is a workbook -> the workbook, or why it is not to be opened (ECMA-376 part 2: a package is a zip)."""

import zipfile
import zlib
from hashlib import file_digest
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

ENDING = ".xlsx"
# Files of spreadsheet programs that hold what people take for data, but that are not read.
FOREIGN_ENDINGS = (".xls", ".xlsm", ".xlsb", ".xltx", ".xltm", ".ods", ".numbers", ".csv")
MOST_BYTES = 200_000_000
MOST_PARTS = 2_000
MOST_CELLS = 400_000
MOST_ROWS = 20_000
_MOST_TIMES_LARGER = 200
_SMALL = 1_000_000  # below this, how well a part was packed says nothing
_CHUNK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0"  # an encrypted workbook, and one of before 2007, is an OLE file
_MACROS = "vbaproject.bin"
# Entities can swell without end and fetch files; no workbook declares any (ECMA-376 part 2, 7.1.4 forbids it), and UTF-16
# would hide them from a look at the bytes.
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_WIDE_CHARACTERS = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
# What zipfile raises for packages that are damaged, locked or packed in ways it does not know.
_TORN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)
# openpyxl documents nothing of what it raises for packages that are whole as zip files and yet no workbooks; these are what
# thousands of damaged ones were seen to bring about.
_MISREAD = (InvalidFileException, ParseError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError)


class NotToBeOpened(Exception):
    """A file that is not opened: the rule that it breaks, and the words for its message."""

    def __init__(self, rule: str, **words: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.words = words


class Opened(NamedTuple):
    """A workbook with its formulas, one with what they last came to where it has any, whether it links to others, and its hash."""

    formulas: Workbook
    values: Workbook
    has_links: bool
    sha256: str


def open_workbook(path: Path) -> Opened:
    """The workbook in a file. Its size is judged before anything in it is read.

    Raises:
        NotToBeOpened: it is no workbook, is damaged, locked by a password, too large, or holds macros.

    """
    try:
        names, has_formulas = _judge(path)
        with path.open("rb") as file:
            sha256 = file_digest(file, "sha256").hexdigest()
    except _TORN as error:
        raise _damaged(error) from error
    try:
        # Links to other workbooks are not kept: openpyxl would read their cached contents too.
        formulas = openpyxl.load_workbook(path, keep_links=False)
        values = openpyxl.load_workbook(path, keep_links=False, data_only=True) if has_formulas else formulas
    except (*_TORN, *_MISREAD) as error:
        raise _damaged(error) from error
    return Opened(formulas, values, any("/externallinks/" in name for name in names), sha256)


def _damaged(error: Exception) -> NotToBeOpened:
    return NotToBeOpened("damaged", reason=str(error)[:200])


def _judge(path: Path) -> tuple[list[str], bool]:
    """The names of a package's parts and whether it has formulas, once it is known not to be too large."""
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            raise NotToBeOpened("locked")
    with zipfile.ZipFile(path) as package:
        parts = package.infolist()
        _weigh(parts)
        names = [f"/{part.filename.lower()}" for part in parts]
        if any(name.endswith(_MACROS) for name in names):
            raise NotToBeOpened("macros")
        counts = [_count(package, part) for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
    if sum(rows for rows, _, _ in counts) > MOST_ROWS:
        raise NotToBeOpened("too-large", most=f"{MOST_ROWS} rader")
    if sum(cells for _, cells, _ in counts) > MOST_CELLS:
        raise NotToBeOpened("too-large", most=f"{MOST_CELLS} celler")
    return names, any(formulas for _, _, formulas in counts)


def _weigh(parts: list[zipfile.ZipInfo]) -> None:
    """Refuse what is small only because it is packed. zipfile never unpacks more of a part than is stated here."""
    swollen = any(
        part.file_size > _SMALL and part.file_size > _MOST_TIMES_LARGER * max(part.compress_size, 1) for part in parts
    )
    if swollen or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise NotToBeOpened("too-large", most=f"{MOST_BYTES // 1_000_000} MB")


def _count(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[int, int, bool]:
    """How many rows and cells a part has, and whether any of them holds a formula.

    Raises:
        NotToBeOpened: the part declares entities.

    """
    rows, cells, formulas, tail = 0, 0, 0, b""
    is_sheet = "worksheets/" in part.filename.lower()
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            if (not tail and chunk[:2] in _WIDE_CHARACTERS) or any(word in tail + chunk for word in _DECLARATIONS):
                raise NotToBeOpened("damaged", reason="its XML declares entities")
            if is_sheet:
                # What is kept of the chunk before is too short to hold a tag's beginning whole, so none counts twice.
                seen = tail[-2:] + chunk
                rows += seen.count(b"<row")
                cells += seen.count(b"<c ") + seen.count(b"<c>")
                formulas += seen.count(b"<f>") + seen.count(b"<f ")
            tail = chunk[-8:]
    return rows, cells, formulas > 0
