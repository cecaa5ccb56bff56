"""Releases in a SPARQL server on another machine: documents and answers are asked for there."""

import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from weakref import finalize

from rdflib import Graph, URIRef

from planverk import serialization
from planverk.limits import Limits
from planverk.release import MANIFEST, Release
from planverk.store.cache import Kept, ResultCache
from planverk.store.documents import put_together, tells_of_withdrawal
from planverk.store.edition import Edition
from planverk.store.federation import Federation
from planverk.store.lookups import Lookups
from planverk.store.messenger import Messenger
from planverk.store.pool import Pool
from planverk.store.register import Description, Register
from planverk.store.remote import Server
from planverk.store.trouble import StoreUnreachable
from planverk.vocab import NAMES, ONTOLOGY_IRI, graph_iri, is_of_neighbours, void_iri

# How long a version is believed to be current without asking again, in seconds.
_BELIEVED = 1
# Servers do not take lists of any length.
_NAMES_AT_ONCE = 200
# What may stand between the brackets of an IRI (SPARQL 1.1, rule 139); there is nothing about anything else.
_IRI = re.compile(r"[^<>\"{}|^`\\\x00-\x20]+")


class HostedEdition:
    """A release in a SPARQL server, which keeps numbers, times and languages in its own spelling."""

    def __init__(
        self, description: Description, register: Register, limits: Limits, federation: Federation | None = None
    ) -> None:
        """Take the release as the register describes it; nothing is asked before it is needed."""
        lookups = register.lookups
        self.release = Release(_folder(description, self), description.manifest)
        self.store = Pool(partial(Messenger, lookups.server, description.queried, limits), limits, federation)
        self.answers = ResultCache(limits.cache_mb << 20)
        self._base = str(description.manifest["base"])
        self._description = description
        self._register = register
        self._lookups = lookups
        self._public = {own: graph for graph, own in description.documented.items() if not is_of_neighbours(graph)}
        # What the vocabulary says of things is part of them; what points to them from there is not.
        self._linking = [own for own, graph in self._public.items() if graph != str(ONTOLOGY_IRI)]

    @cached_property
    def vocabulary(self) -> Graph:
        """The ontology and codes that the release was made with, for the names of classes and properties."""
        return serialization.read(self._content(str(ONTOLOGY_IRI)))

    @cached_property
    def catalogue(self) -> bytes:
        """The harvest document of data, as sorted N-Quads."""
        return self._content(str(graph_iri(self._base, "catalogue")))

    @cached_property
    def concepts(self) -> bytes:
        """The harvest document of concepts, as sorted N-Quads."""
        return self._content(str(graph_iri(self._base, "concepts")))

    @cached_property
    def model(self) -> bytes:
        """The harvest document of the information model, as sorted N-Quads."""
        return self._content(str(graph_iri(self._base, "model")))

    @cached_property
    def void(self) -> bytes:
        """What the release holds, counted, as sorted N-Quads."""
        return self._content(void_iri(self._base))

    def about(self, iri: str) -> bytes:
        """The statements whose subject is the IRI, as sorted N-Quads; empty when the release does not know it."""
        kept = self.answers.get(("about", iri))
        if kept:
            return kept.content
        if not _IRI.fullmatch(iri):
            return b""
        rows = self._lookups.rows("about", self._public, {"thing": URIRef(iri)})
        found = _lines(self._quads(rows, subject=f"<{iri}>"))
        if found:
            self.answers.keep(("about", iri), Kept("nq", found))
        elif not self._register.knows(self.release.version):
            raise StoreUnreachable(f"Release {self.release.version} is being removed from the store.")
        return found

    def pointing_to(self, iri: str) -> bytes:
        """The statements whose object is the IRI, as sorted N-Quads."""
        rows = self._lookups.rows("pointing-to", self._linking, {"thing": URIRef(iri)})
        return _lines(self._quads(rows, object=f"<{iri}>"))

    def document(self, iri: str) -> bytes | None:
        """All a reader needs of a thing; None when the release does not know it."""
        about = self.about(iri)
        return put_together(iri, self._base, about, self.pointing_to(iri), self._named) if about else None

    def is_withdrawn(self, iri: str) -> bool:
        """Whether the thing was published once and has been taken back."""
        return tells_of_withdrawal(self.about(iri))

    def _named(self, iris: list[str]) -> Iterator[bytes]:
        """The names of things, one after the other, whichever server they come from: sorted by thing."""
        for start in range(0, len(iris), _NAMES_AT_ONCE):
            asked = {"things": map(URIRef, iris[start : start + _NAMES_AT_ONCE]), "kinds": NAMES}
            found = sorted(set(self._quads(self._lookups.rows("names", self._public, {}, asked))))
            for iri in iris[start : start + _NAMES_AT_ONCE]:
                yield _lines(line for line in found if line.startswith(f"<{iri}> ".encode()))

    def _content(self, graph: str) -> bytes:
        own, size = self._description.graphs[graph], self._description.sizes[graph]
        rows = self._lookups.rows("content", [own], {"graph": URIRef(own)})
        if len(rows) != size:
            raise StoreUnreachable(f"{own} has {len(rows)} of its {size} statements.")
        return _lines(_quad(**row, graph=f"<{graph}>") for row in rows)

    def _quads(self, rows: Iterable[dict[str, str]], **ends: str) -> Iterator[bytes]:
        for row in rows:
            graph = self._public.get(row.pop("graph")[1:-1])
            if graph:
                yield _quad(**row, **ends, graph=f"<{graph}>")


class HostedLibrary:
    """The releases that were pushed to a SPARQL server."""

    def __init__(self, server: Server, limits: Limits, base: str, federation: Federation) -> None:
        """Take the server, what an answer may cost, the base of our IRIs and whom else a query may ask."""
        self._federation = federation
        self._register = Register(Lookups(server, limits), base)
        self._limits = limits
        self._lock = Lock()
        self._asked = -float("inf")
        self._version: str | None = None
        self._trouble: str | None = None

    def current_version(self) -> str | None:
        """The version that was switched to last, as it was not more than a second ago.

        One thread asks for all: when the server is silent, those that wait learn it from the first.

        Raises:
            StoreUnreachable: the server does not say.

        """
        with self._lock:
            if time.monotonic() - self._asked > _BELIEVED:
                self._ask()
            if self._trouble:
                raise StoreUnreachable(self._trouble)
            return self._version

    def version_at_hand(self) -> str | None:
        """The version that was current not more than a second ago, if that was asked."""
        return None if self._trouble or time.monotonic() - self._asked > _BELIEVED else self._version

    def open(self, version: str) -> Edition:
        """The edition of a version.

        Raises:
            StoreUnreachable: the server does not answer, or does not have it any more.

        """
        description = self._register.descriptions().get(version)
        if description is None:
            raise StoreUnreachable(f"The store has no release {version}.")
        return HostedEdition(description, self._register, self._limits, self._federation)

    def _ask(self) -> None:
        try:
            self._version, self._trouble = self._register.current(), None
        except StoreUnreachable as error:
            self._trouble = str(error)
        self._asked = time.monotonic()


def _folder(description: Description, owner: object) -> Path:
    """A folder with the release's small files, as long as its owner lives; the rest of it is in the server."""
    folder = Path(tempfile.mkdtemp(prefix="planverk-"))
    finalize(owner, shutil.rmtree, folder, ignore_errors=True)
    (folder / MANIFEST).write_text(json.dumps(description.manifest), encoding="utf-8")
    for name, text in description.queries.items():
        (folder / Path(name).name).write_text(text, encoding="utf-8")
    return folder


def _quad(subject: str, predicate: str, object: str, graph: str) -> bytes:  # noqa: A002  # the words of RDF
    return f"{subject} {predicate} {object} {graph} .\n".encode()


def _lines(lines: Iterable[bytes]) -> bytes:
    return b"".join(sorted(set(lines)))
