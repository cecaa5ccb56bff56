"""How a dataset scores for quality, by data.norge.no's table and by data.europa.eu's, and what mends each lost point.

Sources: Informasjonsforvaltning's dcatno-mqa vocabulary with its default score values, fdk-mqa-property-checker,
fdk-mqa-url-checker, fdk-mqa-scoring-service; for data.europa.eu its published methodology.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk.harvesting.retrieval import Probe
from planverk.vocab import DCAT, DCT, EU

_FORMAT = URIRef(f"{DCT}format")  # DCT.format is the method of str


class Judged(NamedTuple):
    """A dataset's own part of a document, one of its distributions, and what was found out beside it."""

    graph: Graph
    dataset: Node
    distribution: Node | None
    probes: dict[str, Probe]
    complies: bool

    def values(self, *terms: URIRef) -> list[Node]:
        """The values that the dataset has of some properties."""
        return [value for term in terms for value in self.graph.objects(self.dataset, term)]

    def of_distribution(self, *terms: URIRef) -> list[Node]:
        """The values that the distribution has of some properties."""
        if self.distribution is None:
            return []
        return [value for term in terms for value in self.graph.objects(self.distribution, term)]

    def answers(self, term: URIRef) -> bool:
        """Whether an address of the distribution answers."""
        found = (self.probes.get(str(url)) for url in self.of_distribution(term))
        return any(probe.is_well for probe in found if probe)


class Metric(NamedTuple):
    """A row of the tables: what is measured, its points, how, and how to mend it."""

    name: str
    dimension: str
    points: int
    measure: Callable[[Judged], bool]
    mend: str


class Lost(NamedTuple):
    """A metric without its points, and what to do."""

    metric: str
    dimension: str
    points: int
    mend: str
    can_be_had: bool


class Score(NamedTuple):
    """The points of a dataset, of how many, how many can be had at all, and each that is lost."""

    points: int
    of: int
    reachable: int
    lost: list[Lost]

    @property
    def percent(self) -> float:
        """The part of all points, those that nobody gets among them."""
        return round(100 * self.points / self.of, 1)

    @property
    def level(self) -> str:
        """What data.norge.no calls it (metadata-quality.nb.mdx)."""
        return next(name for least, name in _LEVELS if self.percent >= least)


_LEVELS = ((75, "Utmerket"), (50, "God"), (25, "Tilstrekkelig"), (0, "Dårlig"))
# Those that are known of the lists that data.norge.no and data.europa.eu compare with.
_LICENCES = re.compile(
    r"http://publications\.europa\.eu/resource/authority/licence/(NLOD_2_0|NLOD|CC_BY_4_0|CC_BY|CC0|CC_BYSA_4_0|EUPL_1_2)"
    r"|http://data\.norge\.no/nlod/(no|en)/[12]\.0|http://creativecommons\.org/(licenses/by/4\.0|publicdomain/zero/1\.0)/"
)
_ALIGNED = re.compile(
    r"http://publications\.europa\.eu/resource/authority/file-type/[A-Z0-9_]+"
    r"|https://www\.(iana\.org/assignments|w3\.org/ns/iana)/media-types/(application|text|image)/[\w.+-]+"
)
_ACCESS = {EU[f"access-right/{name}"] for name in ("PUBLIC", "RESTRICTED", "NON_PUBLIC")}
_OPEN_FORMATS = {"CSV", "GEOJSON", "HTML", "JSON", "JSON_LD", "ODS", "PDFA2A", "RDF", "RDFA", "RDF_N_QUADS",
                 "RDF_N_TRIPLES", "RDF_TRIG", "RDF_TURTLE", "RDF_XML", "TSV", "TXT", "XML"}  # fmt: skip
_FOR_MACHINES = _OPEN_FORMATS - {"HTML", "PDFA2A", "TXT"} | {"XLS", "XLSX"}


def _has(*terms: URIRef) -> Callable[[Judged], bool]:
    return lambda judged: bool(judged.values(*terms))


def _gives(*terms: URIRef) -> Callable[[Judged], bool]:
    return lambda judged: bool(judged.of_distribution(*terms))


def _either(term: URIRef) -> Callable[[Judged], bool]:
    return lambda judged: bool(judged.values(term) or judged.of_distribution(term))


def _matches(pattern: re.Pattern[str], *terms: URIRef) -> Callable[[Judged], bool]:
    return lambda judged: any(pattern.fullmatch(str(value)) for value in judged.of_distribution(*terms))


def _in_formats(names: set[str]) -> Callable[[Judged], bool]:
    known = {EU[f"file-type/{name}"] for name in names}
    return lambda judged: not known.isdisjoint(judged.of_distribution(_FORMAT))


_FIND, _ACCESSIBLE, _INTEROPERABLE = "Gjenfinnbarhet", "Tilgjengelighet", "Interoperabilitet"
_REUSE, _CONTEXT = "Gjenbrukbarhet", "Kontekst"
_SIZE = "Gi dcat:byteSize. Men DCAT-AP-NO 2, som data.norge.no måler etter, og 3 vil ha hver sin datatype: den koster 30 der."
_NOT_THERE = "Ingenting å gjøre: data.norge.no måler ikke dette ennå, og ingen får poengene."

METRICS = (
    Metric("keywordAvailability", _FIND, 30, _has(DCAT.keyword, DCT.subject), "Gi datasettet emneord (dcat:keyword)."),
    Metric("categoryAvailability", _FIND, 30, _has(DCAT.theme), "Gi datasettet et tema (dcat:theme)."),
    Metric("spatialAvailability", _FIND, 20, _has(DCT.spatial), "Si hvilket område det gjelder (dct:spatial)."),
    Metric("temporalAvailability", _FIND, 20, _has(DCT.temporal), "Si hvilket tidsrom det gjelder (dct:temporal)."),
    Metric("accessUrlStatusCode", _ACCESSIBLE, 50, lambda judged: judged.answers(DCAT.accessURL),
           "La dcat:accessURL svare på HEAD med 2xx innen 10 sekunder."),
    Metric("downloadUrlAvailability", _ACCESSIBLE, 20, _gives(DCAT.downloadURL),
           "Gi distribusjonen adressen til filen (dcat:downloadURL)."),
    Metric("downloadUrlStatusCode", _ACCESSIBLE, 30, lambda judged: judged.answers(DCAT.downloadURL),
           "La dcat:downloadURL svare på HEAD med 2xx innen 10 sekunder."),
    Metric("formatAvailability", _INTEROPERABLE, 20, _gives(_FORMAT), "Gi distribusjonen et format (dct:format)."),
    Metric("mediaTypeAvailability", _INTEROPERABLE, 10, _gives(DCAT.mediaType),
           "Gi distribusjonen en medietype (dcat:mediaType)."),
    Metric("formatMediaTypeVocabularyAlignment", _INTEROPERABLE, 10, _matches(_ALIGNED, _FORMAT, DCAT.mediaType),
           "Ta formatet fra EUs liste file-type, eller medietypen fra IANA."),
    Metric("formatMediaTypeNonProprietary", _INTEROPERABLE, 20, _in_formats(_OPEN_FORMATS),
           "Tilby et åpent format, for eksempel Turtle eller CSV."),
    Metric("formatMediaTypeMachineInterpretable", _INTEROPERABLE, 20, _in_formats(_FOR_MACHINES),
           "Tilby et format som maskiner kan lese, for eksempel Turtle eller CSV."),
    Metric("dcatApCompliance", _INTEROPERABLE, 30, lambda judged: judged.complies, "Rett det som reglene finner."),
    Metric("formatMatch", _INTEROPERABLE, 15, lambda _: False, _NOT_THERE),
    Metric("syntaxValid", _INTEROPERABLE, 15, lambda _: False, _NOT_THERE),
    Metric("licenseAvailability", _REUSE, 20, _gives(DCT.license), "Gi distribusjonen en lisens (dct:license)."),
    Metric("knownLicense", _REUSE, 10, _matches(_LICENCES, DCT.license),
           "Bruk en åpen lisens fra EUs liste, for eksempel NLOD_2_0."),
    Metric("accessRightsAvailability", _REUSE, 10, _has(DCT.accessRights), "Si hvem som har tilgang (dct:accessRights)."),
    Metric("accessRightsVocabularyAlignment", _REUSE, 5,
           lambda judged: not _ACCESS.isdisjoint(judged.values(DCT.accessRights)),
           "Ta tilgangen fra EUs liste access-right: PUBLIC, RESTRICTED eller NON_PUBLIC."),
    Metric("contactPointAvailability", _REUSE, 20, _has(DCAT.contactPoint), "Gi et kontaktpunkt (dcat:contactPoint)."),
    Metric("publisherAvailability", _REUSE, 10, _has(DCT.publisher), "Si hvem som utgir (dct:publisher)."),
    Metric("rightsAvailability", _CONTEXT, 5, _gives(DCT.rights), "Gi distribusjonen brukervilkår (dct:rights)."),
    Metric("byteSizeAvailability", _CONTEXT, 5, _gives(DCAT.byteSize), _SIZE),
    Metric("dateIssuedAvailability", _CONTEXT, 5, _either(DCT.issued), "Si når det ble utgitt (dct:issued)."),
    Metric("dateModifiedAvailability", _CONTEXT, 5, _either(DCT.modified), "Si når det sist ble endret (dct:modified)."),
)  # fmt: skip


class Portal(NamedTuple):
    """Who scores: its table, the metrics that nobody gets points for, and those that cost more than they give."""

    name: str
    metrics: tuple[Metric, ...]
    never: frozenset[str]
    unwise: frozenset[str]

    @property
    def reachable(self) -> int:
        """The most that a dataset can get which is right by version 3 too."""
        return sum(row.points for row in self.metrics if row.name not in self.never | self.unwise)


_UNMEASURED = frozenset({"formatMatch", "syntaxValid"})
NORWAY = Portal(
    "data.norge.no",
    METRICS,
    # The first two are written, and answer no to everything (fdk-mqa-property-checker, metrics.rs).
    frozenset({"formatMediaTypeNonProprietary", "formatMediaTypeMachineInterpretable"}) | _UNMEASURED,
    frozenset({"byteSizeAvailability"}),
)
EUROPE = Portal(
    "data.europa.eu",
    tuple(row for row in METRICS if row.name not in _UNMEASURED),
    frozenset(),
    frozenset(),
)


def distributions(graph: Graph, dataset: Node) -> list[Node | None]:
    """The distributions of a dataset; the best one counts. A dataset without any is scored as it is."""
    return sorted(graph.objects(dataset, DCAT.distribution), key=str) or [None]


def score(judged: Judged, portal: Portal) -> Score:
    """The score of a dataset with one of its distributions at a portal."""
    lost = [
        Lost(row.name, row.dimension, row.points, _NOT_THERE if row.name in portal.never else row.mend,
             row.name not in portal.never | portal.unwise)
        for row in portal.metrics
        if row.name in portal.never or not row.measure(judged)
    ]  # fmt: skip
    total = sum(row.points for row in portal.metrics)
    return Score(total - sum(row.points for row in lost), total, portal.reachable, lost)
