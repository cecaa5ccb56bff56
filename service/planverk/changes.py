"""What was added, changed, withdrawn and removed from one release to another: as statements, as sentences and as RDF."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from planverk import serialization
from planverk.release import DATA, Release
from planverk.store.triples import SortedLines
from planverk.vocab import CS, DCT, NAMES, PLAN, XSD, changes_iri, graph_iri

LANGUAGES = ("nb", "nn", "en")
_WITHDRAWN = f" {PLAN.withdrawnOn.n3()} ".encode()
_SHOWN = 160


class Kind(StrEnum):
    """What became of a thing."""

    ADDED = "added"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


_KINDS = {
    Kind.ADDED: {"nb": "Lagt til", "nn": "Lagt til", "en": "Added"},
    Kind.CHANGED: {"nb": "Endret", "nn": "Endra", "en": "Changed"},
    Kind.WITHDRAWN: {"nb": "Trukket tilbake", "nn": "Trekt tilbake", "en": "Withdrawn"},
    Kind.REMOVED: {"nb": "Fjernet", "nn": "Fjerna", "en": "Removed"},
}
# What became of a property's values: some came, some went, or some came instead of others.
_CAME = {"nb": "{name}: lagt til {new}", "nn": "{name}: lagt til {new}", "en": "{name}: {new} added"}
_WENT = {"nb": "{name}: fjernet {old}", "nn": "{name}: fjerna {old}", "en": "{name}: {old} removed"}
_BECAME = {
    "nb": "{name}: fra {old} til {new}",
    "nn": "{name}: frå {old} til {new}",
    "en": "{name}: from {old} to {new}",
}
_QUOTES = {"nb": "«{}»", "nn": "«{}»", "en": "“{}”"}

Statement = tuple[URIRef, Node]


class Change(NamedTuple):
    """What became of one thing: the statements about it that came, and those that went."""

    thing: str
    kind: Kind
    added: tuple[Statement, ...]
    removed: tuple[Statement, ...]


@dataclass(frozen=True, eq=False)
class Side:
    """One of two that are compared: a file of sorted N-Quads and the graph in it that counts, or of N-Triples and None."""

    path: Path
    graph: URIRef | None = None

    @cached_property
    def lines(self) -> SortedLines:
        """The lines, to look things up in."""
        return SortedLines(self.path)

    def stated(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Those of some lines that count, as N-Triples."""
        if self.graph is None:
            yield from lines
            return
        end = f" {self.graph.n3()} .\n".encode()
        yield from (line[: -len(end)] + b" .\n" for line in lines if line.endswith(end))

    def read(self) -> Iterator[bytes]:
        """All lines that count, in their order."""
        with self.path.open("rb") as file:
            yield from self.stated(file)

    def about(self, thing: str) -> set[bytes]:
        """What is said of a thing, as lines of N-Triples."""
        return set(self.stated(self.lines.beginning_with(f"<{thing}> ".encode()).splitlines(keepends=True)))


@dataclass(frozen=True, eq=False)
class Difference:
    """Two releases, the older first; without an older one everything was added."""

    older: Side | None
    newer: Side

    @cached_property
    def things(self) -> list[tuple[str, Kind]]:
        """Each thing that is not the same in both, and what became of it; both files are read once."""
        changed = groupby(self._differing(), key=_subject)
        return [(thing, self._kind(thing)) for thing, _ in changed if thing]

    def changes(self, things: Iterable[tuple[str, Kind]] | None = None) -> Iterator[Change]:
        """What became of each thing, or of some of them."""
        for thing, kind in self.things if things is None else things:
            before, after = self._before(thing), self.newer.about(thing)
            yield Change(thing, kind, _statements(after - before), _statements(before - after))

    def counts(self) -> dict[Kind, int]:
        """How many things each of the four became of."""
        kinds = [kind for _, kind in self.things]
        return {kind: kinds.count(kind) for kind in Kind}

    def _before(self, thing: str) -> set[bytes]:
        return self.older.about(thing) if self.older else set()

    def _kind(self, thing: str) -> Kind:
        before, after = self._before(thing), self.newer.about(thing)
        if not before or not after:
            return Kind.REMOVED if before else Kind.ADDED
        withdrawn = any(_WITHDRAWN in line for line in after) and not any(_WITHDRAWN in line for line in before)
        return Kind.WITHDRAWN if withdrawn else Kind.CHANGED

    def _differing(self) -> Iterator[bytes]:
        """The lines that only one of the two has, in their order; one line of each is in memory at a time."""
        old, new = self.older.read() if self.older else iter(()), self.newer.read()
        one, other = next(old, None), next(new, None)
        while one is not None or other is not None:
            if one == other:
                one, other = next(old, None), next(new, None)
            elif other is None or (one is not None and one < other):
                yield one or b""
                one = next(old, None)
            else:
                yield other
                other = next(new, None)


@dataclass(frozen=True, eq=False)
class Comparison(Difference):
    """A difference that can be told in words, which are those of a vocabulary."""

    vocabulary: Graph

    def sentences(self, change: Change) -> dict[str, str]:
        """A change as a sentence in each language."""
        return {language: self._sentence(change, language) for language in LANGUAGES}

    def details(self, change: Change, language: str) -> list[str]:
        """What became of each property of a thing that changed, in one language."""
        if change.kind in (Kind.ADDED, Kind.REMOVED):
            return []
        old, new = _by_property(change.removed), _by_property(change.added)
        return [self._detail(term, old.get(term, []), new.get(term, []), language) for term in sorted({*old, *new})]

    def name(self, node: Node, language: str) -> str:
        """What a thing, a code or a term is called, in a language if it has a name in that; else its address."""
        if isinstance(node, Literal):
            return str(node)
        texts = list(self._names(node))
        wanted = (language, *(other for other in LANGUAGES if other != language))
        spoken = {text.language or language: str(text) for text in reversed(texts)}
        return next((spoken[tag] for tag in wanted if tag in spoken), str(node).rpartition("#")[2] or str(node))

    def heading(self, change: Change, language: str) -> str:
        """The thing of a change by its kind and name."""
        kinds = [value for term, value in _statements(self._known(change.thing)) if term == RDF.type]
        above = {
            wide for kind in kinds for wide in self.vocabulary.transitive_objects(kind, RDFS.subClassOf) if wide != kind
        }
        names = sorted(self.name(kind, language) for kind in kinds if kind not in above)
        return " ".join([*names[:1], _QUOTES[language].format(self.name(URIRef(change.thing), language))])

    def _sentence(self, change: Change, language: str) -> str:
        details = "; ".join(self.details(change, language))
        return f"{_KINDS[change.kind][language]}: {self.heading(change, language)}" + (
            f" – {details}." if details else "."
        )

    def _detail(self, term: URIRef, old: list[Node], new: list[Node], language: str) -> str:
        pattern = _BECAME if old and new else _CAME if new else _WENT
        quoted = [", ".join(self._quoted(value, language) for value in values) for values in (old, new)]
        return pattern[language].format(name=self.name(term, language), old=quoted[0], new=quoted[1])

    def _quoted(self, value: Node, language: str) -> str:
        text = " ".join(self.name(value, language).split())
        return _QUOTES[language].format(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")

    def _names(self, node: Node) -> Iterator[Literal]:
        said = _statements(self._known(str(node)))
        for kind in NAMES:
            yield from (value for term, value in said if term == kind and isinstance(value, Literal))
            yield from (text for text in self.vocabulary.objects(node, kind) if isinstance(text, Literal))

    def _known(self, thing: str) -> set[bytes]:
        return self.newer.about(thing) or self._before(thing)


def side(release: Release) -> Side:
    """A release as it is compared: by what editors stated, from which all else follows."""
    return Side(release.folder / DATA, graph_iri(str(release.manifest["base"]), "plan"))


def changeset(comparison: Comparison, base: str, version: str, issued: str | None) -> Graph:
    """The changes in a release as change sets with the statements that came and went; there are no blank nodes.

    `issued` is the day of the release, where there is one.
    """
    graph = Graph(bind_namespaces="none")
    for number, change in enumerate(comparison.changes(), start=1):
        one = changes_iri(base, version, str(number))
        graph.add((changes_iri(base, version), DCT.hasPart, one))
        graph.add((one, RDF.type, CS.ChangeSet))
        graph.add((one, CS.subjectOfChange, URIRef(change.thing)))
        if issued:
            graph.add((one, CS.createdDate, Literal(issued, datatype=XSD.date)))
        graph.add((one, DCT.type, Literal(change.kind.value)))
        for language, text in comparison.sentences(change).items():
            graph.add((one, DCT.description, Literal(text, lang=language)))
        for relation, statements in ((CS.addition, change.added), (CS.removal, change.removed)):
            for place, statement in enumerate(statements, start=1):
                _reify(graph, one, relation, f"{number}-{relation.rpartition('#')[2]}-{place}", change.thing, statement)
    return graph


def _reify(graph: Graph, owner: URIRef, relation: URIRef, name: str, thing: str, statement: Statement) -> None:
    iri = URIRef(f"{owner.partition('#')[0]}#{name}")
    graph.add((owner, relation, iri))
    for term, value in (
        (RDF.type, RDF.Statement),
        (RDF.subject, URIRef(thing)),
        (RDF.predicate, statement[0]),
        (RDF.object, statement[1]),
    ):
        graph.add((iri, term, value))


def _subject(line: bytes) -> str:
    return line[1 : line.index(b">")].decode() if line.startswith(b"<") else ""


def _statements(lines: Iterable[bytes]) -> tuple[Statement, ...]:
    found = serialization.read(b"".join(lines)).predicate_objects() if lines else ()
    return tuple(sorted(((URIRef(str(term)), value) for term, value in found), key=lambda one: (one[0], one[1].n3())))


def _by_property(statements: Iterable[Statement]) -> dict[URIRef, list[Node]]:
    grouped: dict[URIRef, list[Node]] = {}
    for term, value in statements:
        grouped.setdefault(term, []).append(value)
    return grouped
