"""What a release is made of: a table of parts, each of which writes its files into the draft and says what they are."""

import shutil
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from rdflib import OWL, Graph, URIRef

from planverk import release, serialization
from planverk.citation import Citation
from planverk.concepts import concepts
from planverk.derivation import derive, stated_and_derived
from planverk.dictionary import read_dictionary
from planverk.findings import Finding, Triple
from planverk.informationmodel import information_model
from planverk.instance import Instance
from planverk.media import N_QUADS, RDF_REPRESENTATIONS
from planverk.neighbours import neighbours
from planverk.packing import PACKINGS, zip_up
from planverk.questions import RELEASED
from planverk.release import (
    CATALOGUE,
    CONCEPTS,
    DATA,
    INCOMING,
    MODEL,
    NEIGHBOURS,
    REPORT,
    SEARCH,
    STORE,
    VOCABULARY,
    VOID,
)
from planverk.report import report
from planverk.search import building as searching
from planverk.serialization import dumps
from planverk.sitemap import sitemaps
from planverk.store import building
from planverk.store.engine import Engine
from planverk.store.triples import incoming
from planverk.tables import WORKBOOK, XLSX, ZIPPED, Tables, csvw
from planverk.tables.spreadsheet import write_workbook
from planverk.vocab import ONTOLOGY_IRI, W3ID, graph_iri, neighbour_iri, neighbours_iri, report_iri, void_iri
from planverk.vocabulary import Vocabulary
from planverk.void import void


class File(NamedTuple):
    """A file of a release. One that is not public is hashed with the others and offered to nobody."""

    name: str
    media_type: str
    is_public: bool = True
    is_packed: bool = False
    """Whether a packing library made it: another version of that may write other bytes for the same content."""


@dataclass(frozen=True)
class Draft:
    """The instance that a release is made of, and the folder of the draft, where earlier parts stand already."""

    instance: Instance
    folder: Path

    def write(self, file: File, content: bytes) -> File:
        """Write a file into the draft."""
        (self.folder / file.name).write_bytes(content)
        return file


@dataclass(frozen=True)
class Material(Draft):
    """What the parts of a release are made from: the draft, and what the process that makes the release has in memory."""

    plans: Graph
    """What editors stated."""
    vocabulary: Vocabulary
    findings: list[Finding]
    catalogue: Graph

    @property
    def ontology_version(self) -> str:
        """The version of the ontology and the rules."""
        return str(self.vocabulary.ontology.value(ONTOLOGY_IRI, OWL.versionInfo))


Files = Iterable[File]


class Part(NamedTuple):
    """A part of a release: what is said while it is made, what makes it, and the makers of those that it reads."""

    step: str
    make: Callable[[Material], Files]
    needs: tuple[Callable[..., Files], ...] = ()


class FilePart(NamedTuple):
    """A part that is made of the draft alone, and so in any process; told as a `Part` is."""

    step: str
    make: Callable[[Draft], Files]
    needs: tuple[Callable[..., Files], ...] = ()


def _data(made: Material) -> Files:
    lines = stated_and_derived(made.plans, made.vocabulary, *graphs(made.instance))
    dumps.write_canonical(made.folder / DATA, lines)
    yield File(DATA, N_QUADS.media_type)


def graphs(instance: Instance) -> tuple[URIRef, URIRef]:
    """The names of the graphs of what is stated and of what follows from it."""
    return graph_iri(instance.base, "plan"), graph_iri(instance.base, "derived")


def _dumps(made: Draft) -> Files:
    for row in RDF_REPRESENTATIONS:
        if row is not N_QUADS:
            dumps.write_dump(made.folder / DATA, made.folder / f"data.{row.suffix}", row)
            yield File(f"data.{row.suffix}", row.media_type)


def _packed_dumps(made: Draft) -> Files:
    for row in RDF_REPRESENTATIONS:
        for packing in PACKINGS:
            name = f"data.{row.suffix}"
            packing.pack(made.folder / name, made.folder / f"{name}.{packing.suffix}")
            yield File(f"{name}.{packing.suffix}", packing.media_type, is_packed=True)


def _tables(made: Draft) -> Files:
    instance = made.instance
    tables = Tables(made.folder / DATA, read_dictionary())
    names = csvw.write_rows(made.folder, tables)
    address = f"{instance.base}releases/{instance.version}/"
    title = f"{next(iter(instance.titles.values()))} {instance.version}"
    group = {
        "@id": f"{address}{csvw.METADATA}",
        "dc:title": title,
        "dc:license": {"@id": str(instance.licence)},
        "dc:publisher": {"@id": str(instance.publisher)},
        "dc:issued": {"@value": instance.issued.isoformat(), "@type": "xsd:date"},
    }
    package = {"name": "planverk", "id": address, "title": title, "version": instance.version,
               "licenses": [{"path": str(instance.licence), "title": instance.licence_name}]}  # fmt: skip
    yield from (File(name, "text/csv") for name in names)
    yield made.write(File(csvw.METADATA, "application/csvm+json"), csvw.metadata(tables, group))
    yield made.write(File(csvw.PACKAGE, "application/json"), csvw.package(tables, package))
    zip_up(made.folder / ZIPPED, [made.folder / name for name in (*names, csvw.METADATA, csvw.PACKAGE)])
    yield File(ZIPPED, "application/zip", is_packed=True)
    about = [("Datasett", title), ("Utgiver", instance.publisher_name), ("Gitt ut", instance.issued.isoformat()),
             ("Lisens", instance.licence_name), ("Adresse", address)]  # fmt: skip
    write_workbook(made.folder / WORKBOOK, list(tables), about, instance.issued)
    yield File(WORKBOOK, XLSX, is_packed=True)


def _report(made: Material) -> Files:
    instance = made.instance
    shapes = f"{W3ID}shapes/{made.ontology_version}"
    found = report(made.findings, instance.base, instance.version, shapes)
    yield _graph(made, REPORT, report_iri(instance.base, instance.version), found)


def _citation(made: Draft) -> Files:
    cited = citation(made.instance, release.sha256(made.folder / DATA))
    for name, media_type, text in (
        ("CITATION.cff", "application/yaml", cited.cff()),
        ("citation.bib", "application/x-bibtex", cited.bibtex()),
        ("citation.ris", "application/x-research-info-systems", cited.ris()),
        ("citation.json", "application/vnd.citationstyles.csl+json", cited.csl()),
    ):
        yield made.write(File(name, media_type), text.encode())


def citation(instance: Instance, content_hash: str) -> Citation:
    """How to cite the version of an instance that has a hash."""
    return Citation(
        publisher=instance.publisher_name,
        titles={code: instance.titles[code] for code in instance.languages if code in instance.titles}
        or instance.titles,
        version=instance.version,
        issued=instance.issued,
        address=f"{instance.base}releases/{instance.version}/",
        licence=str(instance.licence),
        licence_name=instance.licence_name,
        content_hash=content_hash,
    )


def _vocabulary(made: Material) -> Files:
    yield _graph(made, VOCABULARY, ONTOLOGY_IRI, made.vocabulary.ontology)


def _catalogue(made: Material) -> Files:
    name = graph_iri(made.instance.base, "catalogue")
    dumps.write_canonical(made.folder / CATALOGUE, Engine.of(made.catalogue).lines(name))
    yield File(CATALOGUE, N_QUADS.media_type)


def _concepts(made: Draft) -> Files:
    yield _graph(made, CONCEPTS, graph_iri(made.instance.base, "concepts"), concepts(made.instance))


def _model(made: Draft) -> Files:
    yield _graph(made, MODEL, graph_iri(made.instance.base, "model"), information_model(made.instance))


def _neighbours(made: Material) -> Files:
    """What was pulled from other counties, each in a graph of its own, and where it came from."""
    base, counties = made.instance.base, neighbours(made.instance)
    if not counties:
        return
    graphs = {neighbour_iri(base, one.name): one.graph + derive(one.graph, made.vocabulary) for one in counties}
    provenance = Graph(bind_namespaces="none")
    for county in counties:
        provenance += county.provenance
    graphs[neighbours_iri(base)] = provenance
    yield made.write(File(NEIGHBOURS, N_QUADS.media_type), serialization.canonical(graphs))


def _indexes(made: Draft) -> Files:
    with ExitStack() as stack, (made.folder / INCOMING).open("wb") as file:
        parts = [stack.enter_context((made.folder / name).open("rb")) for name in (DATA, CATALOGUE, CONCEPTS, MODEL)]
        file.writelines(incoming(chain.from_iterable(parts)))
    yield File(INCOMING, N_QUADS.media_type, is_public=False)


def _sitemaps(made: Draft) -> Files:
    for name, content in sitemaps(made.instance, made.folder / DATA):
        yield made.write(File(name, "application/xml", is_public=False), content)


def _store(made: Draft) -> Files:
    files = [made.folder / name for name in (DATA, VOCABULARY, CATALOGUE, NEIGHBOURS)]
    building.build(made.folder / STORE, [file for file in files if file.exists()])
    # What the engine writes is its own affair: not the same bytes twice, and so not hashed.
    return ()


def _search(made: Draft) -> Files:
    searching.build(made.folder / SEARCH, made.folder / STORE, made.instance.base)
    # As with the store: another version of SQLite writes other bytes.
    return ()


def _void(made: Draft) -> Files:
    counted = void(made.instance, made.folder / STORE)
    yield _graph(made, VOID, URIRef(void_iri(made.instance.base)), counted)


def _queries(made: Draft) -> Files:
    for path in made.instance.queries:
        shutil.copyfile(path, made.folder / f"{RELEASED}{path.name}")
        yield File(f"{RELEASED}{path.name}", "application/sparql-query")


def _graph(made: Draft, name: str, iri: URIRef, statements: Iterable[Triple]) -> File:
    """A graph of its own, as canonical N-Quads."""
    dumps.write_graph(made.folder / name, iri, statements)
    return File(name, N_QUADS.media_type)


# In the order in which the manifest tells their files; a part may be made once those that it needs are.
PARTS: tuple[Part | FilePart, ...] = (
    Part("Utleder og skriver dataene", _data),
    FilePart("Bygger lageret", _store, (_data, _vocabulary, _catalogue, _neighbours)),
    FilePart("Lager søket", _search, (_store,)),
    FilePart("Skriver dataene i andre formater", _dumps, (_data,)),
    FilePart("Pakker dem", _packed_dumps, (_dumps,)),
    FilePart("Skriver tabellene", _tables, (_data,)),
    Part("Skriver rapporten fra reglene", _report),
    FilePart("Skriver hvordan det siteres", _citation, (_data,)),
    Part("Skriver vokabularet", _vocabulary),
    Part("Skriver katalogen", _catalogue),
    FilePart("Skriver begrepene", _concepts),
    FilePart("Skriver informasjonsmodellen", _model),
    Part("Tar med andre fylker", _neighbours),
    FilePart("Skriver registrene", _indexes, (_data, _catalogue, _concepts, _model)),
    FilePart("Skriver kartet for søkemotorer", _sitemaps, (_data,)),
    FilePart("Teller", _void, (_store,)),
    FilePart("Tar med spørringene", _queries),
)
