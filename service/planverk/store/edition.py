"""What the web may ask: which release is current, and of a release its documents, its names and answers to queries."""

from typing import Protocol

from rdflib import Graph

from planverk.release import Release
from planverk.store.cache import ResultCache
from planverk.store.pool import Pool


class Edition(Protocol):
    """A release, opened for reading. One on another machine raises StoreUnreachable when that does not answer."""

    release: Release
    store: Pool
    answers: ResultCache

    @property
    def vocabulary(self) -> Graph:
        """The ontology and codes that the release was made with, for the names of classes and properties."""
        ...

    @property
    def catalogue(self) -> bytes:
        """The harvest document of data, as sorted N-Quads."""
        ...

    @property
    def concepts(self) -> bytes:
        """The harvest document of concepts, as sorted N-Quads."""
        ...

    @property
    def model(self) -> bytes:
        """The harvest document of the information model, as sorted N-Quads."""
        ...

    @property
    def void(self) -> bytes:
        """What the release holds, counted, as sorted N-Quads."""
        ...

    def about(self, iri: str) -> bytes:
        """The statements whose subject is the IRI, as sorted N-Quads; empty when the release does not know it."""
        ...

    def pointing_to(self, iri: str) -> bytes:
        """The statements whose object is the IRI, as sorted N-Quads."""
        ...

    def document(self, iri: str) -> bytes | None:
        """All a reader needs of a thing: what is said of it, what points to it, and the names of both ends of each link.

        The thing itself stands first. None when the release does not know the IRI.
        """
        ...

    def is_withdrawn(self, iri: str) -> bool:
        """Whether the thing was published once and has been taken back."""
        ...


class Library(Protocol):
    """Where releases are kept, so that one of them can be current."""

    def current_version(self) -> str | None:
        """The version to answer from, or None before the first; asked at every request."""
        ...

    def version_at_hand(self) -> str | None:
        """The version to answer from, when it is known without waiting for another machine; None otherwise."""
        ...

    def open(self, version: str) -> Edition:
        """The edition of a version."""
        ...
