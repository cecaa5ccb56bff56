"""What data.norge.no would make of harvest documents: refused or not, taken up, changed, in conflict, and scored."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from planverk import validation
from planverk.findings import sentences
from planverk.harvesting import harvester
from planverk.harvesting.harvester import KINDS, Harvest, Kind, Member, Refused
from planverk.harvesting.quality import EUROPE, NORWAY, Judged, Score, distributions, score
from planverk.harvesting.retrieval import Probe
from planverk.validation.judge import JudgedGraph, report_in_place
from planverk.vocab import DCAT, SH
from planverk.vocabulary import read_catalogue_rules

Ask = Callable[[str], Probe]
# Complaints that are about version 2 of DCAT-AP-NO alone; data.europa.eu has no such rules.
_OF_VERSION_2 = ("Distribution-byteSize", "Distribution-status", "Distribution-accessService")


class Entry(NamedTuple):
    """A thing that would be taken up: its IRI and name, and the identifier and the address it would have there."""

    iri: str
    name: str
    type: str
    identifier: str
    address: str
    catalogue: str | None
    organisation: str | None


class Change(NamedTuple):
    """What another harvest would do to what was there before."""

    added: list[str]
    changed: list[str]
    removed: list[str]


class Scored(NamedTuple):
    """How a dataset would score, with its best distribution, and what the rules say of it."""

    iri: str
    name: str
    norway: Score
    europe: Score
    complaints: list[str]


@dataclass
class Examined:
    """What would become of one document; `refused` says why nothing would be harvested."""

    url: str
    accept: str
    refused: str | None = None
    size: int = 0
    containers: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    changes: Change | None = None
    scores: list[Scored] = field(default_factory=list)
    judged_by: str = ""

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """The whole as JSON."""
        rows = {
            "entries": [entry._asdict() for entry in self.entries],
            "changes": self.changes._asdict() if self.changes else None,
            "scores": [_scored_as_json(scored) for scored in self.scores],
        }
        return asdict(self) | rows


class Judgement(NamedTuple):
    """By what datasets are judged: official shapes that the user has, or our own rules, which demand the same."""

    official: Graph | None
    ask: Ask

    @property
    def name(self) -> str:
        """What to call it."""
        return "reglene i filen som er oppgitt" if self.official else "planverks egne regler, som krever det samme"


def examine(url: str, accept: str, body: Callable[[], bytes], judgement: Judgement, before: Graph | None) -> Examined:
    """What would become of a document at an address, if its source were registered with an Accept field."""
    examined = Examined(url, accept, judged_by=judgement.name)
    try:
        language = harvester.language_of(accept)
        content = body()
        examined.size = len(content)
        graph = harvester.read(content, language)
        harvests = [harvester.harvest(graph, kind) for kind in _kinds(graph)]
        _say_nothing_is_there(harvests)
        earlier = [harvester.harvest(before, found.kind) for found in harvests] if before is not None else []
    except Refused as refusal:
        examined.refused = str(refusal)
        return examined
    examined.containers = sorted({str(iri) for found in harvests for iri in found.containers})
    examined.entries = [_entry(graph, found, member, url) for found in harvests for member in found.members]
    examined.warnings = [*_warnings(graph, harvests, url)]
    if before is not None:
        examined.changes = _changes(earlier, harvests)
    examined.scores = [_scored(member, judgement) for found in harvests for member in _datasets(found)]
    return examined


def in_conflict(examined: Iterable[Examined]) -> list[str]:
    """What the harvester would say of several documents together: an IRI is taken up from one address only."""
    documents = list(examined)
    members = harvester.conflicts({one.url: [entry.iri for entry in one.entries] for one in documents})
    containers = harvester.conflicts({one.url: one.containers for one in documents})
    return [
        *(
            f"{iri} kommer fra {' og '.join(urls)}. Den andre kilden ville hoppet over den."
            for iri, urls in members.items()
        ),
        *(
            f"{iri} er katalog i {' og '.join(urls)}. Hele den andre ville blitt avvist."
            for iri, urls in containers.items()
        ),
    ]


def _kinds(graph: Graph) -> list[Kind]:
    """The kinds of source that a document is meant for: catalogues name terms of others, which are no concepts of theirs."""
    found = [kind for kind in KINDS.values() if any((None, RDF.type, member) in graph for member in kind.members)]
    meant = [kind for kind in found if kind.name != "concept" or (None, RDF.type, kind.container) in graph]
    return meant or found


def _say_nothing_is_there(harvests: list[Harvest]) -> None:
    if not any(found.members for found in harvests):
        raise Refused(
            "Dokumentet har ikke noe å ta opp. Høsteren ville godtatt det og fjernet alt den hadde herfra. "
            "Svar 503 når det ikke er noe å vise."
        )


def _entry(graph: Graph, found: Harvest, member: Member, url: str) -> Entry:
    identifier = harvester.fdk_id(member.iri)
    return Entry(
        iri=str(member.iri),
        name=member.name,
        type=str(member.kind).rpartition("#")[2],
        identifier=identifier,
        address=f"{found.kind.address}/{identifier}",
        catalogue=str(member.containers[0]) if member.containers else url + found.kind.orphanage,
        organisation=harvester.organisation_of(graph, member.iri),
    )


def _warnings(graph: Graph, harvests: list[Harvest], url: str) -> Iterable[str]:
    for found in harvests:
        if found.blank:
            yield f"{found.blank} {found.kind.title} uten adresse ville blitt forbigått. Gi hver en IRI."
        if found.orphans:
            names = ", ".join(str(member.iri) for member in found.orphans[:3])
            yield (
                f"{len(found.orphans)} {found.kind.title} står ikke i noen katalog ({names}) og havner i en oppdiktet, "
                f"{url}{found.kind.orphanage}. Ta dem med under {found.kind.link}."
            )
        unknown = [member for member in found.members if not harvester.organisation_of(graph, member.iri)]
        if unknown:
            yield (
                f"{len(unknown)} {found.kind.title} har ingen utgiver med ett organisasjonsnummer på ni siffer, i adressen "
                "eller som dct:identifier. Da vet ikke katalogen hvem som eier dem."
            )
    for iri in harvester.relative_iris(graph):
        yield f"En relativ adresse er blitt til {iri}. Skriv hele adressen."


def _changes(before: list[Harvest], after: list[Harvest]) -> Change:
    old, new = (
        {str(member.iri): member.checksum for found in harvests for member in found.members}
        for harvests in (before, after)
    )
    return Change(
        sorted(new.keys() - old.keys()),
        sorted(iri for iri in old.keys() & new.keys() if old[iri] != new[iri]),
        sorted(old.keys() - new.keys()),
    )


def _datasets(found: Harvest) -> list[Member]:
    return [member for member in found.members if member.kind == DCAT.Dataset]


def _scored(member: Member, judgement: Judgement) -> Scored:
    complaints = _complaints(member.graph, judgement)
    of_europe = [text for rule, text in complaints if rule not in _OF_VERSION_2]
    best = max(
        (
            (
                score(_judged(member, one, judgement, complies=not complaints), NORWAY),
                score(_judged(member, one, judgement, complies=not of_europe), EUROPE),
            )
            for one in distributions(member.graph, member.iri)
        ),
        key=lambda scores: scores[0].points,
    )
    return Scored(str(member.iri), member.name, *best, [text for _, text in complaints])


def _judged(member: Member, distribution: Node | None, judgement: Judgement, *, complies: bool) -> Judged:
    addresses = {
        str(url) for term in (DCAT.accessURL, DCAT.downloadURL) for url in member.graph.objects(distribution, term)
    }
    probes = {url: judgement.ask(url) for url in sorted(addresses)} if distribution is not None else {}
    return Judged(member.graph, member.iri, distribution, probes, complies)


def _complaints(graph: Graph, judgement: Judgement) -> list[tuple[str, str]]:
    """The rules that a dataset's own part of the document breaks; with official shapes a warning is enough to fail."""
    judged = JudgedGraph()
    judged += graph
    shapes = judgement.official if judgement.official is not None else read_catalogue_rules().part
    # Official shapes say things in ways that rules of ours do not, so nothing is left out beforehand.
    report = report_in_place(judged, shapes) if judgement.official is not None else validation.report(judged, shapes)
    grave = (SH.Violation,) if judgement.official is None else (SH.Violation, SH.Warning, SH.Info)
    return sorted(
        {
            _complaint(report, shapes, result)
            for severity in grave
            for result in report.subjects(SH.resultSeverity, severity)
        }
    )


def _complaint(report: Graph, shapes: Graph, result: Node) -> tuple[str, str]:
    focus, path = (report.value(result, term) for term in (SH.focusNode, SH.resultPath))
    rule = report.value(result, SH.sourceShape)
    own = sentences(shapes, rule).get("nb") if rule else None
    stated = next((text for text in report.objects(result, SH.resultMessage) if isinstance(text, Literal)), "")
    where = f"{focus} ({path})" if isinstance(path, URIRef) else f"{focus}"
    return str(rule).rpartition("#")[2], f"{where}: {own or stated}"


def _scored_as_json(scored: Scored) -> dict[str, Any]:  # Any: JSON
    def one(points: Score) -> dict[str, Any]:
        return points._asdict() | {
            "percent": points.percent,
            "level": points.level,
            "lost": [lost._asdict() for lost in points.lost],
        }

    return scored._asdict() | {"norway": one(scored.norway), "europe": one(scored.europe)}
