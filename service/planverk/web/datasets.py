"""The catalogue as people read it: its datasets with their files and sizes, and the services that answer of them."""

from collections.abc import Iterable
from typing import NamedTuple

from babel.numbers import format_decimal
from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk.catalogue import catalogue_iri
from planverk.instance import Instance
from planverk.release import Release
from planverk.serialization import read
from planverk.store.edition import Edition
from planverk.vocab import DCAT, DCT
from planverk.web.periods import written
from planverk.web.reading import Names, Value
from planverk.web.surroundings import Surroundings, path

# As many as anybody reads on a page; the harvest document has all of them.
MOST = 50
_DATASETS, _SERVICES, _FILES = path("dcat:dataset"), path("dcat:service"), path("dcat:distribution")
_PERIODS = path("dct:temporal")
_ENDS = (DCAT.startDate, DCAT.endDate)
_BYTES = ("B", "kB", "MB", "GB")


class File(NamedTuple):
    """A file that a dataset can be had as: its format, where it is, and its size in words, when it is known."""

    format: str
    href: str
    size: str


class Dataset(NamedTuple):
    """A dataset: its name, leading to the plan, its own page, what it is about, its years, since when, and its files."""

    name: Value
    page: Value
    description: Value | None
    years: str
    modified: str
    licence: str
    files: list[File]


class Service(NamedTuple):
    """A service that answers of the datasets: its name, what it is for, and where it answers."""

    name: Value
    description: Value | None
    endpoint: str
    licence: str


class Catalogue(NamedTuple):
    """The whole: `total` datasets, of which some may not be shown, and what was read to show them."""

    name: Value
    description: Value | None
    modified: str
    datasets: list[Dataset]
    services: list[Service]
    total: int
    read: Graph


def read_catalogue(edition: Edition, instance: Instance) -> Catalogue:
    """The catalogue of a release; only the datasets that are shown are read."""
    reader = _Reader(edition, instance)
    return reader.catalogue(catalogue_iri(instance))


class _Reader:
    def __init__(self, edition: Edition, instance: Instance) -> None:
        top = catalogue_iri(instance)
        self._around = Surroundings(edition, instance.base, read(edition.about(top)), top)
        self._graph = self._around.graph
        self._names = Names(instance, self._graph, edition.vocabulary)
        self._instance = instance
        self._sizes = _sizes(edition.release)

    def catalogue(self, top: URIRef) -> Catalogue:
        found = self._around.follow([top], _DATASETS)
        # A series stands among the datasets, for harvesters; to readers it is the catalogue once more.
        datasets = [one for one in found if self._around.is_a(one, [DCAT.Dataset])]
        self._around.describe(datasets[:MOST])
        services = self._around.follow([top], _SERVICES)
        self._around.describe([*services, self._instance.publisher])
        shown = sorted(map(self._dataset, datasets[:MOST]), key=lambda dataset: dataset.years, reverse=True)
        return Catalogue(
            name=self._names.link(top)._replace(href=None),
            description=self._names.said(top, DCT.description),
            modified=self._day(top),
            datasets=shown,
            services=list(map(self._service, services)),
            total=len(datasets),
            read=self._graph,
        )

    def _dataset(self, dataset: Node) -> Dataset:
        files = self._around.follow([dataset], _FILES)
        self._around.describe(files)
        page = self._names.link(dataset)
        landing = self._graph.value(dataset, DCAT.landingPage)
        return Dataset(
            name=page._replace(href=self._names.link(landing).href if landing else None),
            page=page,
            description=self._names.said(dataset, DCT.description),
            years=self._years(self._around.follow([dataset], _PERIODS)),
            modified=self._day(dataset),
            licence=self._licence(files),
            files=sorted(map(self._file, files), key=lambda file: file.format.casefold()),
        )

    def _file(self, file: Node) -> File:
        address = str(self._graph.value(file, DCAT.downloadURL))
        size = self._sizes.get(address)
        return File(
            format=self._names.link(file).text,
            href=address.removeprefix(self._instance.base.rstrip("/")),
            size=written_size(size, self._names.languages[0]) if size is not None else "",
        )

    def _service(self, service: Node) -> Service:
        return Service(
            name=self._names.link(service),
            description=self._names.said(service, DCT.description),
            endpoint=str(self._graph.value(service, DCAT.endpointURL)),
            licence=self._licence([service]),
        )

    def _years(self, periods: Iterable[Node]) -> str:
        self._around.describe(periods := list(periods))
        days = [str(day)[:4] for one in periods for term in _ENDS if (day := self._graph.value(one, term))]
        return "–".join(dict.fromkeys(days))

    def _day(self, thing: Node) -> str:
        day = self._graph.value(thing, DCT.modified)
        return written(day, self._names.languages[0]) if day else ""

    def _licence(self, things: Iterable[Node]) -> str:
        licences = {str(self._graph.value(thing, DCT.license)) for thing in things}
        ours = {str(self._instance.licence): self._instance.licence_name}
        return ", ".join(sorted(ours.get(one, one) for one in licences))


def _sizes(release: Release) -> dict[str, int]:
    """The size of each file of a release in bytes, by its address."""
    folder = f"{release.manifest['base']}releases/{release.version}/"
    return {folder + row["name"]: int(row["bytes"]) for row in release.files}


def written_size(size: float, language: str) -> str:
    """A number of bytes as people write it, in powers of a thousand (IEC 80000-13): `312 kB`, `1,2 MB`."""
    unit = next((unit for place, unit in enumerate(_BYTES) if size < 1000 ** (place + 1)), _BYTES[-1])
    shown = size / 1000 ** _BYTES.index(unit)
    return f"{format_decimal(shown, '#,##0' if shown >= 10 else '#,##0.#', locale=language)}\u00a0{unit}"
