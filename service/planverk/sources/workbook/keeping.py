"""Changes to a workbook that stands in an instance: keys for new rows, marks for findings; the file before is always kept."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook

from planverk.findings import Finding, Place, Severity
from planverk.sources.workbook.keycells import with_keys
from planverk.sources.workbook.reading import NewRow

KEPT, MARKED = "reserve", "merket"
_AUTHOR = "planverk"
_COLOURS = {Severity.VIOLATION: "FFF4B6B6", Severity.WARNING: "FFFDE9A9", Severity.INFO: "FFCFE2F3"}
_NAMES = {Severity.VIOLATION: "FEIL", Severity.WARNING: "ADVARSEL", Severity.INFO: "MERKNAD"}
_LONGEST_COMMENT = 2_000


class ChangedError(Exception):
    """A workbook that is no longer what was read; the text says what to do."""


def write_keys(rows: Iterable[NewRow]) -> list[Path]:
    """Write the keys of new rows into their workbooks, and give the workbooks. What they were is kept beside.

    Raises:
        ChangedError: a workbook has been saved since it was read, so the rows may stand on other lines now.
        OSError: a workbook cannot be written, for example because a spreadsheet program has it open.

    """
    by_file: dict[Path, list[NewRow]] = defaultdict(list)
    for row in rows:
        by_file[row.place.file].append(row)
    written = {path: _with_keys(path, mine) for path, mine in by_file.items()}
    for path, content in written.items():
        replace(path, content)
    return list(written)


def _with_keys(path: Path, rows: list[NewRow]) -> bytes:
    content = path.read_bytes()
    if sha256(content).hexdigest() != rows[0].read:
        raise ChangedError(f"{path} er endret siden den ble lest, så ingen nøkler er skrevet inn. Kjør på nytt.")
    return with_keys(content, {(row.place.sheet, row.place.line): row.key for row in rows})


def mark(paths: Iterable[Path], findings: Iterable[Finding], languages: Iterable[str]) -> list[Path]:
    """Copies of workbooks with a colour and a comment in each cell that a finding names; older marks are gone.

    A workbook that could not be opened has no copy.
    """
    by_file: dict[Path, dict[Place, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        if finding.place:
            by_file[finding.place.file][finding.place].append(finding)
    readable = [path for path in paths if all(place.sheet or path != place.file for place in by_file[path])]
    return [_marked(path, by_file[path], tuple(languages)) for path in readable]


def _marked(path: Path, places: dict[Place, list[Finding]], languages: tuple[str, ...]) -> Path:
    workbook = openpyxl.load_workbook(path)
    _unmark(workbook)
    for place, found in places.items():
        square = workbook[place.sheet][f"{place.column or 'A'}{place.line}"]
        gravest = max(finding.severity for finding in found)
        said = "\n\n".join(f"{_NAMES[finding.severity]}: {finding.sentence(languages)}" for finding in found)
        square.fill = PatternFill("solid", fgColor=_COLOURS[gravest])
        square.comment = Comment(said[:_LONGEST_COMMENT], _AUTHOR, width=420, height=40 + 60 * len(found))
        workbook[place.sheet].sheet_properties.tabColor = _COLOURS[gravest]
    copy = path.parent / MARKED / path.name
    copy.parent.mkdir(exist_ok=True)
    _write(copy, _bytes(workbook), path)
    return copy


def _unmark(workbook: Workbook) -> None:
    for worksheet in workbook.worksheets:
        for row in worksheet.iter_rows():
            for square in row:
                if square.comment and square.comment.author == _AUTHOR:
                    square.comment = None
                    square.fill = PatternFill()


def replace(path: Path, content: bytes) -> None:
    """Write a file in one step; what stood there before is kept, with the time in its name."""
    keep(path)
    _write(path, content, path)


def keep(path: Path) -> None:
    """Keep a copy of a file in the folder for what was replaced; the editors' files are never read from there."""
    if path.exists():
        folder = path.parent / KEPT
        folder.mkdir(exist_ok=True)
        _write(folder / f"{path.stem} {datetime.now():%Y-%m-%d %H%M%S %f}{path.suffix}", path.read_bytes(), path)


def _write(path: Path, content: bytes, like: Path) -> None:
    """Write a file in one step, there where a link leads, and let those use it who may use another."""
    path = path.resolve()
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if like.exists():
        shutil.copymode(like, beside)
    beside.replace(path)


def _bytes(workbook: Workbook) -> bytes:
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()
