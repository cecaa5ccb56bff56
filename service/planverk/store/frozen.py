"""Releases in their folders: documents from sorted files, queries in worker processes."""

from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path

from rdflib import Graph

from planverk import release, serialization
from planverk.limits import Limits
from planverk.release import CATALOGUE, CONCEPTS, DATA, INCOMING, MODEL, STORE, VOCABULARY, VOID, Release
from planverk.store.cache import ResultCache
from planverk.store.documents import put_together, tells_of_withdrawal
from planverk.store.edition import Edition
from planverk.store.federation import Federation
from planverk.store.pool import Pool
from planverk.store.process import Worker
from planverk.store.triples import SortedLines, turned_back


class FrozenEdition:
    """A release in its folder.

    Documents are made of the release's own statements in their own spelling; the SPARQL store, which rewrites
    literals such as `1.50`, answers queries only.
    """

    def __init__(self, release: Release, limits: Limits, federation: Federation | None = None) -> None:
        """Open a release; how long it takes does not depend on its size."""
        self.release = release
        self.store = Pool(partial(Worker, release.folder / STORE, limits), limits, federation)
        self.answers = ResultCache(limits.cache_mb << 20)
        self._parts = {
            part: SortedLines(release.folder / part) for part in (DATA, CATALOGUE, CONCEPTS, MODEL, VOCABULARY)
        }
        self._incoming = SortedLines(release.folder / INCOMING)

    @cached_property
    def vocabulary(self) -> Graph:
        """The ontology and codes that the release was made with, for the names of classes and properties."""
        return serialization.read((self.release.folder / VOCABULARY).read_bytes())

    @property
    def catalogue(self) -> bytes:
        """The harvest document of data, as canonical N-Quads."""
        return self._parts[CATALOGUE].beginning_with(b"")

    @property
    def concepts(self) -> bytes:
        """The harvest document of concepts, as canonical N-Quads."""
        return self._parts[CONCEPTS].beginning_with(b"")

    @property
    def model(self) -> bytes:
        """The harvest document of the information model, as canonical N-Quads."""
        return self._parts[MODEL].beginning_with(b"")

    @cached_property
    def void(self) -> bytes:
        """What the release holds, counted, as canonical N-Quads."""
        return (self.release.folder / VOID).read_bytes()

    def about(self, iri: str) -> bytes:
        """The statements whose subject is the IRI, as sorted N-Quads; empty when the release does not know it."""
        start = f"<{iri}> ".encode()
        return b"".join(part.beginning_with(start) for part in self._parts.values())

    def pointing_to(self, iri: str) -> bytes:
        """The statements whose object is the IRI, as sorted N-Quads."""
        return turned_back(self._incoming.beginning_with(f"<{iri}> ".encode()))

    def document(self, iri: str) -> bytes | None:
        """All a reader needs of a thing; None when the release does not know it."""
        about = self.about(iri)
        if not about:
            return None
        return put_together(iri, self.release.manifest["base"], about, self.pointing_to(iri), self._named)

    def is_withdrawn(self, iri: str) -> bool:
        """Whether the thing was published once and has been taken back."""
        return tells_of_withdrawal(self.about(iri))

    def _named(self, iris: list[str]) -> Iterator[bytes]:
        return (self.about(iri) for iri in iris)


class FrozenLibrary:
    """A folder of releases."""

    def __init__(self, releases: Path, limits: Limits, federation: Federation) -> None:
        """Take the folder, what a query may cost and whom it may ask; nothing is opened before it is asked for."""
        self._releases = releases
        self._limits = limits
        self._federation = federation

    def current_version(self) -> str | None:
        """The version that `current` points to."""
        return release.current_version(self._releases)

    def version_at_hand(self) -> str | None:
        """The version that `current` points to."""
        return release.current_version(self._releases)

    def open(self, version: str) -> Edition:
        """The edition of a version."""
        return FrozenEdition(release.open_release(self._releases / version), self._limits, self._federation)
