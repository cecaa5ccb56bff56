"""Results as another store wrote them: read to their end, so that nothing is missing, and written in our formats."""

import json
import re
import tempfile
from collections.abc import Iterator, Set
from contextlib import ExitStack
from typing import IO, Any, cast

import pyoxigraph as ox

from planverk.store.embedded import Answer
from planverk.store.formats import BY_SUFFIX, FORMATS, GRAPH, TABLE, TRUTH
from planverk.store.pool import Result
from planverk.store.trouble import LimitExceeded, NotAcceptable

_IN_MEMORY = 1 << 20
_PIECE = 1 << 16
# Virtuoso's names of blank nodes are IRIs, which no name of a blank node can be. Inside a string the quotes would
# have backslashes, so nothing but a node looks like this.
_VIRTUOSO_NODE = re.compile(rb'(\{\s*"type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*")nodeID://')
_LONGEST_NODE = 200
_GRAPHS = {row.suffix for row in FORMATS[GRAPH]}


class Unreadable(Exception):
    """What came is not the whole of a result."""


def rewritten(content: IO[bytes], suffix: str, hidden: Set[str], largest: int) -> Result:
    """A result (JSON for tables and truths, N-Triples for graphs) in the format of a suffix, without the hidden columns.

    Raises:
        Unreadable: it is not whole, or no result.
        LimitExceeded: it is larger than `largest` bytes when written.
        NotAcceptable: the format has no way to write what was found.

    """
    target: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # who reads it closes it
    try:
        with ExitStack() as kept:
            _answer(content, suffix, hidden, kept).write(BY_SUFFIX[suffix], _Bounded(target, largest))
    except (SyntaxError, ValueError) as error:
        target.close()
        raise Unreadable(str(error)) from None
    except (LimitExceeded, NotAcceptable):
        target.close()
        raise
    size = target.tell()
    target.seek(0)
    return Result(suffix, size, target)


def rows(content: IO[bytes]) -> list[dict[str, str]]:
    """The rows of a table in JSON: for each variable that has a value, its term as N-Triples.

    Raises:
        Unreadable: it is not whole, or no table.

    """
    try:
        solutions = _solutions(content)
        names = [variable.value for variable in cast("ox.QuerySolutions", solutions).variables]
        return [
            {name: str(term) for name, term in zip(names, solution, strict=True) if term is not None}
            for solution in cast("ox.QuerySolutions", solutions)
        ]
    except (SyntaxError, ValueError, AttributeError) as error:
        raise Unreadable(str(error)) from None


def truth(content: IO[bytes]) -> bool:
    """The answer to an ASK in JSON.

    Raises:
        Unreadable: it is not one.

    """
    try:
        return bool(json.load(content)["boolean"])
    except (ValueError, LookupError, TypeError) as error:
        raise Unreadable(str(error)) from None


def text(term: str) -> str:
    """The characters of a literal or the address of an IRI, from its N-Triples."""
    triple = f"<urn:s> <urn:p> {term} ."
    return str(next(iter(ox.parse(triple, ox.RdfFormat.N_TRIPLES))).object.value)


class _Bounded:
    """A file that takes so much and no more."""

    def __init__(self, file: IO[bytes], largest: int) -> None:
        self._file = file
        self._largest = largest

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > self._largest:
            raise LimitExceeded("result_mb", f"{self._largest >> 20} MiB")
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


def _answer(content: IO[bytes], suffix: str, hidden: Set[str], kept: ExitStack) -> Answer:
    if suffix in _GRAPHS:
        return Answer(GRAPH, cast("ox.QueryTriples", _Triples(content)))
    found = _solutions(content)
    if isinstance(found, ox.QueryBoolean):
        return Answer(TRUTH, found)
    if hidden & {variable.value for variable in found.variables}:
        found = cast("ox.QuerySolutions", _parsed(kept.enter_context(_without(hidden, found))))
    return Answer(TABLE, found)


class _Triples:
    """Triples as the engine's own answers are: they can be written."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content

    def serialize(self, target: IO[bytes], format: ox.RdfFormat) -> None:  # noqa: A002  # as the engine calls it
        triples = (quad.triple for quad in ox.parse(self._content, ox.RdfFormat.N_TRIPLES))
        ox.serialize(triples, target, format)


def _solutions(content: IO[bytes]) -> "ox.QuerySolutions | ox.QueryBoolean":
    return _parsed(_Pieces(_plain_nodes(content)))


def _parsed(content: Any) -> "ox.QuerySolutions | ox.QueryBoolean":  # Any: what has a read()
    return ox.parse_query_results(content, ox.QueryResultsFormat.JSON)


def _plain_nodes(content: IO[bytes]) -> Iterator[bytes]:
    held = b""
    while piece := content.read(_PIECE):
        whole, brace, rest = (held + piece).rpartition(b"{")
        if len(rest) > _LONGEST_NODE:  # nothing that begins there can be a node that is not all here
            whole, brace, rest = whole + brace + rest, b"", b""
        yield _VIRTUOSO_NODE.sub(rb"\1", whole)
        held = brace + rest
    yield _VIRTUOSO_NODE.sub(rb"\1", held)


class _Pieces:
    """Pieces of bytes as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        while not self._held:
            try:
                self._held = next(self._pieces)
            except StopIteration:
                return b""
        size = len(self._held) if size < 0 else size
        given, self._held = self._held[:size], self._held[size:]
        return given


def _without(hidden: Set[str], solutions: ox.QuerySolutions) -> IO[bytes]:
    """The table in JSON without some of its columns."""
    names = [variable.value for variable in solutions.variables]
    shown = [name for name in names if name not in hidden]
    target: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # who reads it closes it
    target.write(json.dumps({"vars": shown}).join(['{"head":', ',"results":{"bindings":[']).encode())
    for number, solution in enumerate(solutions):
        row = {name: _binding(term) for name, term in zip(names, solution, strict=True) if term and name in shown}
        target.write((b"," if number else b"") + json.dumps(row).encode())
    target.write(b"]}}")
    target.seek(0)
    return target


def _binding(term: Any) -> dict[str, str]:  # Any: pyoxigraph's terms have no common type
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    written = {"type": "literal", "value": str(term.value)}
    return written | ({"xml:lang": term.language} if term.language else {"datatype": term.datatype.value})
