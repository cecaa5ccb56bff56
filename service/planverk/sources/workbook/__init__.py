"""The planners' workbooks: what they say, what is wrong in them, and how they are written; the only user of openpyxl."""

from planverk.sources.workbook.keeping import ChangedError, keep, mark, replace, write_keys
from planverk.sources.workbook.reading import NewRow, Workbooks, read_workbooks
from planverk.sources.workbook.writing import UnwritableError, write_workbook

__all__ = [
    "ChangedError",
    "NewRow",
    "UnwritableError",
    "Workbooks",
    "keep",
    "mark",
    "read_workbooks",
    "replace",
    "write_keys",
    "write_workbook",
]
