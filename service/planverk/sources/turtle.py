"""An editor's Turtle file -> its graph, where each statement stands, and what could not be read."""

import re
from pathlib import Path
from typing import Any, NamedTuple

from rdflib.plugins.parsers.notation3 import BadSyntax, RDFSink, SinkParser

from planverk.findings import Place
from planverk.sources.literals import literals_are_judged_later
from planverk.sources.orderly import Stated, read_orderly
from planverk.store.positions import Positions

# A statement ends with a dot at the end of a line, and the next one begins at the margin.
_NEXT_STATEMENT = re.compile(r"\.[ \t]*(?:#[^\n]*)?\n\s*(?=^(?:<|@|[\w-]*:))", re.MULTILINE)


class SyntaxFault(NamedTuple):
    """A place where a file is not Turtle (RDF 1.1 Turtle, section 6), and what the parser missed there.

    `begin` is the line on which the statement begins; what was read of it is not to be relied on.
    """

    place: Place
    begin: int
    reason: str


def read_turtle(path: Path, base: str, positions: Positions) -> list[SyntaxFault]:
    """Note a file's statements with their places; give the faults of syntax.

    Relative IRIs are resolved against `base`. After a fault the reading goes on with the next statement, so that an
    editor is told of all faults at once.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return [SyntaxFault(Place(path, line), 1, "the file is not saved as UTF-8")]
    with literals_are_judged_later():
        orderly = read_orderly(text, base)
    if orderly:
        return _take(orderly, path, positions)
    reader = _Reader(path, base, positions)
    with literals_are_judged_later():
        # rdflib reads one character beyond the last term, so the last line must have its end.
        reader.loadBuf(text + "\n")
    for prefix, namespace in reader.prefixes():
        positions.graph.bind(prefix, namespace, override=False)
    return reader.faults


def _take(stated: Stated, path: Path, positions: Positions) -> list[SyntaxFault]:
    positions.note((triple, Place(path, line)) for triple, line in stated.statements)
    for prefix, namespace in stated.prefixes.items():
        if prefix:
            positions.graph.bind(prefix, namespace, override=False)
    return []


class _Reader(SinkParser):
    """rdflib's Turtle parser, which also knows on which line it is and goes on after a fault."""

    def __init__(self, path: Path, base: str, positions: Positions) -> None:
        graph = positions.graph
        super().__init__(RDFSink(graph), baseURI=base, openFormula=graph, turtle=True)  # type: ignore[arg-type]  # as rdflib's own TurtleParser calls it
        self._file = path
        self.faults: list[SyntaxFault] = []
        self._positions = positions
        self._line_of: dict[Any, int] = {}  # Any: the parser's own intermediate terms

    def prefixes(self) -> list[tuple[str, str]]:
        """The prefixes the file declares."""
        return [(prefix, namespace) for prefix, namespace in self._bindings.items() if prefix]

    def directiveOrStatement(self, argstr: str, h: int) -> int:  # noqa: N802  # rdflib's name
        """Read one statement, or note the fault in it and step over it."""
        begin = self.lines + 1
        try:
            end = super().directiveOrStatement(argstr, h)
        except BadSyntax as fault:
            last = argstr.rstrip().count("\n") + 1  # the parser may have looked for more beyond it
            self.faults.append(SyntaxFault(Place(self._file, min(fault.lines + 1, last)), begin, fault._why))
            following = _NEXT_STATEMENT.search(argstr, max(fault._i - 1, h))
            end = following.end() if following else len(argstr)
            self.lines = argstr.count("\n", 0, end)
        if end < 0:  # The text ended within the statement.
            self.faults.append(SyntaxFault(Place(self._file, begin), begin, "the last statement has no end"))
            return len(argstr)
        return end

    def object(self, argstr: str, i: int, res: Any) -> int:  # Any: a list of intermediate terms
        """Read one object, and remember the line on which it begins."""
        begin = self.skipSpace(argstr, i)
        line = self.lines + 1
        end = super().object(argstr, begin if begin >= 0 else i, res)
        if end >= 0:
            self._line_of[res[-1]] = line
        return end

    def makeStatement(self, quadruple: Any) -> None:  # noqa: N802  # Any: intermediate terms; rdflib's name
        """Take a statement, and note where it stands."""
        _, predicate, subject, value = quadruple
        s, p, o = (self._store.normalise(None, term) for term in (subject, predicate, value))
        line = self._line_of.get(value, self.lines + 1)
        self._positions.note([((s, p, o), Place(self._file, line))])
