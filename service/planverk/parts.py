"""What a release is made of: a table of parts, each of which writes its files into the draft and says what they are."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rdflib import Graph, URIRef

from planverk import serialization
from planverk.catalogue import catalogue
from planverk.derivation import derive
from planverk.findings import Finding
from planverk.instance import Instance
from planverk.media import N_QUADS, RDF_REPRESENTATIONS
from planverk.questions import RELEASED
from planverk.release import CATALOGUE, DATA, INCOMING, SEARCH, STORE, VOCABULARY, VOID
from planverk.search import building as searching
from planverk.store import building
from planverk.store.triples import incoming
from planverk.vocab import ONTOLOGY_IRI, graph_iri, void_iri
from planverk.vocabulary import Vocabulary
from planverk.void import void


class File(NamedTuple):
    """A file of a release. One that is not public is hashed with the others and offered to nobody."""

    name: str
    media_type: str
    is_public: bool = True


@dataclass(frozen=True)
class Material:
    """What the parts of a release are made from, and the folder of the draft, where earlier parts stand already."""

    instance: Instance
    plans: Graph
    """What editors stated."""
    derived: Graph
    """What follows from it."""
    vocabulary: Vocabulary
    findings: list[Finding]
    draft: Path

    @property
    def graphs(self) -> dict[URIRef, Graph]:
        """The data by named graph."""
        base = self.instance.base
        return {graph_iri(base, "plan"): self.plans, graph_iri(base, "derived"): self.derived}

    def write(self, file: File, content: bytes) -> File:
        """Write a file into the draft."""
        (self.draft / file.name).write_bytes(content)
        return file


class Part(NamedTuple):
    """A part of a release: what is said while it is made, and what makes it."""

    step: str
    make: Callable[[Material], Iterable[File]]


def material(
    instance: Instance, plans: Graph, vocabulary: Vocabulary, findings: list[Finding], draft: Path
) -> Material:
    """The material of a release of what editors stated, with what follows from it."""
    return Material(instance, plans, derive(plans, vocabulary), vocabulary, findings, draft)


def _data(made: Material) -> Iterable[File]:
    yield made.write(File(DATA, N_QUADS.media_type), serialization.canonical(made.graphs))


def _dumps(made: Material) -> Iterable[File]:
    data = (made.draft / DATA).read_bytes()
    for row in RDF_REPRESENTATIONS:
        if row is not N_QUADS:
            yield made.write(File(f"data.{row.suffix}", row.media_type), serialization.write(data, row))


def _vocabulary(made: Material) -> Iterable[File]:
    yield _graph(made, VOCABULARY, ONTOLOGY_IRI, made.vocabulary.ontology)


def _catalogue(made: Material) -> Iterable[File]:
    name = graph_iri(made.instance.base, "catalogue")
    yield _graph(made, CATALOGUE, name, catalogue(made.instance, made.plans))


def _indexes(made: Material) -> Iterable[File]:
    lines = (made.draft / DATA).read_bytes() + (made.draft / CATALOGUE).read_bytes()
    yield made.write(File(INCOMING, N_QUADS.media_type, is_public=False), incoming(lines))


def _store(made: Material) -> Iterable[File]:
    building.build(made.draft / STORE, [made.draft / name for name in (DATA, VOCABULARY, CATALOGUE)])
    # What the engine writes is its own affair: not the same bytes twice, and so not hashed.
    return ()


def _search(made: Material) -> Iterable[File]:
    searching.build(made.draft / SEARCH, made.draft / STORE, made.instance.base)
    # As with the store: another version of SQLite writes other bytes.
    return ()


def _void(made: Material) -> Iterable[File]:
    counted = void(made.instance, made.plans, made.draft / STORE)
    yield _graph(made, VOID, URIRef(void_iri(made.instance.base)), counted)


def _queries(made: Material) -> Iterable[File]:
    for path in made.instance.queries:
        shutil.copyfile(path, made.draft / f"{RELEASED}{path.name}")
        yield File(f"{RELEASED}{path.name}", "application/sparql-query")


def _graph(made: Material, name: str, iri: URIRef, graph: Graph) -> File:
    """A graph of its own, as canonical N-Quads."""
    return made.write(File(name, N_QUADS.media_type), serialization.canonical({iri: graph}))


# In the order in which they are made: a part may read the files of those above it.
PARTS = (
    Part("Skriver dataene", _data),
    Part("Skriver dataene i andre formater", _dumps),
    Part("Skriver vokabularet", _vocabulary),
    Part("Skriver katalogen", _catalogue),
    Part("Skriver registrene", _indexes),
    Part("Bygger lageret", _store),
    Part("Lager søket", _search),
    Part("Teller", _void),
    Part("Tar med spørringene", _queries),
)
