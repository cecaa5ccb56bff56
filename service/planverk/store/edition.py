"""One release, opened for reading: its documents, its names and its answers to queries."""

import re
from collections.abc import Iterator
from functools import cached_property

from rdflib import Graph

from planverk import serialization
from planverk.limits import Limits
from planverk.release import CATALOGUE, DATA, INCOMING, STORE, VOCABULARY, VOID, Release
from planverk.store.cache import ResultCache
from planverk.store.pool import Pool
from planverk.store.triples import TYPE, SortedLines, turned_back
from planverk.vocab import CODE, NAMES, PLAN

_IRI = re.compile(rb"<([^>]*)>")
_NAMING = tuple(f"<{name}>".encode() for name in NAMES)
_WITHDRAWN = f" <{PLAN.withdrawnOn}> ".encode()


class Edition:
    """A release and what can be asked of it.

    Documents are made of the release's own statements in their own spelling; the SPARQL store, which rewrites
    literals such as `1.50`, answers queries only.
    """

    def __init__(self, release: Release, limits: Limits) -> None:
        """Open a release; how long it takes does not depend on its size."""
        self.release = release
        self._parts = [SortedLines(release.folder / part) for part in (DATA, CATALOGUE, VOCABULARY)]
        self._incoming = SortedLines(release.folder / INCOMING)
        # Readers need the names of things and codes; those of classes and properties stand in the vocabulary.
        self._named = (release.manifest["base"] + "id/", str(CODE))
        self.store = Pool(release.folder / STORE, limits)
        self.answers = ResultCache(limits.cache_mb << 20)

    @cached_property
    def vocabulary(self) -> Graph:
        """The ontology and codes that the release was made with, for the names of classes and properties."""
        return serialization.read((self.release.folder / VOCABULARY).read_bytes())

    @cached_property
    def catalogue(self) -> bytes:
        """The harvest document, as canonical N-Quads."""
        return (self.release.folder / CATALOGUE).read_bytes()

    @cached_property
    def void(self) -> bytes:
        """What the release holds, counted, as canonical N-Quads."""
        return (self.release.folder / VOID).read_bytes()

    def about(self, iri: str) -> bytes:
        """The statements whose subject is the IRI, as sorted N-Quads; empty when the release does not know it."""
        start = f"<{iri}> ".encode()
        return b"".join(part.beginning_with(start) for part in self._parts)

    def pointing_to(self, iri: str) -> bytes:
        """The statements whose object is the IRI, as sorted N-Quads."""
        return turned_back(self._incoming.beginning_with(f"<{iri}> ".encode()))

    def document(self, iri: str) -> bytes | None:
        """All a reader needs of a thing: what is said of it, what points to it, and the names of both ends of each link.

        The thing itself stands first. None when the release does not know the IRI.
        """
        about = self.about(iri)
        if not about:
            return None
        linked = self.pointing_to(iri)
        return b"".join([_kinds_first(about), linked, *self._names(iri, about + linked)])

    def is_withdrawn(self, iri: str) -> bool:
        """Whether the thing was published once and has been taken back."""
        return _WITHDRAWN in self.about(iri)

    def _names(self, iri: str, links: bytes) -> Iterator[bytes]:
        for other in sorted({found.decode() for found in _IRI.findall(links)} - {iri}):
            if other.startswith(self._named):
                yield _name(self.about(other))


def _kinds_first(lines: bytes) -> bytes:
    def place(line: bytes) -> tuple[bool, bytes]:
        return TYPE not in line, line

    ordered: list[bytes] = sorted(lines.splitlines(keepends=True), key=place)
    return b"".join(ordered)


def _name(about: bytes) -> bytes:
    """The lines that name a thing, by the best kind of name it has."""
    lines = about.splitlines(keepends=True)
    names = ([line for line in lines if line.split(b" ", 2)[1] == kind] for kind in _NAMING)
    return b"".join(next((found for found in names if found), []))
