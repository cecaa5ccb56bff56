"""A release's own statements, found by subject or by object in sorted files, whatever their number."""

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path

from planverk.lines import in_order

TYPE = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


class SortedLines:
    """A file of sorted lines in which all lines with a given beginning are found by bisection.

    Nothing is read at the start and nothing is kept: the operating system holds what is asked for often.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; it stays readable even if its folder is removed meanwhile."""
        with path.open("rb") as file:
            # An empty file cannot be mapped.
            self._text: mmap.mmap | bytes = (
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
            )

    def beginning_with(self, start: bytes) -> bytes:
        """All lines that begin with `start`, as they stand in the file."""
        first = self._first_at_or_after(start)
        # 0xFF never occurs in UTF-8, so this is past every line that begins with `start`.
        return bytes(self._text[first : self._first_at_or_after(start + b"\xff")])

    def _first_at_or_after(self, start: bytes) -> int:
        low, high = 0, len(self._text)
        while low < high:
            line = self._text.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = self._text.find(b"\n", line) + 1 or len(self._text)
            if self._text[line:end] < start:
                low = end
            else:
                high = line
        return low


def incoming(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The links among N-Quads turned round, object first, and sorted: the way to find what points to a thing.

    A link here is a statement whose object is an IRI, save for the classes of things, which nobody follows backwards.
    """
    quads = (line.split(b" ", 3) for line in lines)
    links = (quad for quad in quads if quad[2].startswith(b"<") and quad[1] != TYPE)
    return in_order(_turned(*link) for link in links)


def turned_back(lines: bytes) -> bytes:
    """Lines of `incoming` as the N-Quads they were."""
    return b"".join(sorted(_turned(*line.split(b" ", 3)) for line in lines.splitlines(keepends=True)))


def _turned(first: bytes, predicate: bytes, second: bytes, rest: bytes) -> bytes:
    return b" ".join((second, predicate, first, rest))
