"""What stands around a thing in a release, looked up as a page asks for it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk.serialization import read
from planverk.store.documents import tells_of_withdrawal
from planverk.store.edition import Edition
from planverk.vocab import PREFIXES


class Step(NamedTuple):
    """One step of a path: along a property, or against its arrow."""

    term: URIRef
    backwards: bool


Path = tuple[tuple[Step, ...], ...]
Lookup = Callable[[str], bytes]


def path(written: str) -> Path:
    """The ways in a path such as `^plan:reportsOn/plan:reportedStatus|plan:x` (SPARQL 1.1, section 9.1, these operators only)."""
    return tuple(
        tuple(Step(term(step.removeprefix("^")), step.startswith("^")) for step in way.split("/"))
        for way in written.split("|")
    )


def term(name: str) -> URIRef:
    """The IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return URIRef(PREFIXES[prefix] + local)


class Surroundings:
    """Follows paths from a thing through a release; only what lies on the way is read."""

    def __init__(self, edition: Edition, base: str, document: Graph, thing: URIRef) -> None:
        """Take the document about the thing, in which its own statements and those that point to it stand."""
        self.graph = document
        self._edition = edition
        self._ours = f"{base}id/"
        self._known, self._known_back = {str(thing)}, {str(thing)}

    def follow(self, starts: Iterable[Node], ways: Path) -> list[Node]:
        """What the ways lead to, each once, in the order of their addresses."""
        found: set[Node] = set()
        for way in ways:
            ends = set(starts)
            for step in way:
                ends = self._stepped(ends, step)
            found |= ends
        return sorted(found, key=str)

    def is_a(self, thing: Node, kinds: Iterable[URIRef]) -> bool:
        """Whether a thing is of one of some classes; nothing is kept of those that are only looked at."""
        return self.look(thing, kinds) is not None

    def look(self, thing: Node, kinds: Iterable[URIRef]) -> bool | None:
        """Whether a thing of one of some classes, or of any, still stands (False: it is withdrawn); None for another."""
        about = self._edition.about(str(thing))
        wanted = [f"#type> <{kind}> ".encode() for kind in kinds]
        if wanted and not any(kind in about for kind in wanted):
            return None
        return not tells_of_withdrawal(about)

    def describe(self, things: Iterable[Node]) -> None:
        """Read what is said of some things."""
        self._read(self._unknown(things, self._known), self._edition.about)

    def _stepped(self, things: set[Node], step: Step) -> set[Node]:
        if step.backwards:
            self._read(self._unknown(things, self._known_back), self._edition.pointing_to)
            return {other for thing in things for other in self.graph.subjects(step.term, thing)}
        self.describe(things)
        return {other for thing in things for other in self.graph.objects(thing, step.term)}

    def _unknown(self, things: Iterable[Node], known: set[str]) -> list[str]:
        wanted = {str(thing) for thing in things if isinstance(thing, URIRef) and thing.startswith(self._ours)}
        unknown = sorted(wanted - known)
        known.update(unknown)
        return unknown

    def _read(self, things: list[str], lines: Lookup) -> None:
        if things:
            self.graph += read(b"".join(lines(thing) for thing in things))
