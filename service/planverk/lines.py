"""Lines in order, each once, however many there are: sorted in pieces that wait in files, and merged."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import groupby, islice
from tempfile import TemporaryFile

# So many lines are in memory at a time: some 20 MB of N-Quads.
PIECE = 100_000


def in_order(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines by code point, each once; every line must have its end.

    The pieces wait where the system keeps temporary files (TMPDIR).
    """
    source = iter(lines)
    with ExitStack() as stack:
        pieces = []
        while piece := sorted(set(islice(source, PIECE))):
            file = stack.enter_context(TemporaryFile())
            file.writelines(piece)
            file.seek(0)
            pieces.append(file)
        yield from (line for line, _ in groupby(merge(*pieces)))
