"""From an instance to a release: read, judge, derive, freeze."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from rdflib import Graph, URIRef

from planverk import __version__, parts, release, serialization, sources
from planverk.catalogue import catalogue
from planverk.concepts import concepts
from planverk.findings import Finding, Severity, by_place, sentences
from planverk.informationmodel import information_model
from planverk.instance import Instance
from planverk.making import Progress, make
from planverk.parts import File, Material
from planverk.release import DATA, SUMS
from planverk.serialization import dumps
from planverk.sources.workbook import NewRow
from planverk.store.positions import Positions
from planverk.validation import validate
from planverk.validation.standing import Standing
from planverk.vocab import SHAPE
from planverk.vocabulary import Vocabulary, read_catalogue_rules, read_vocabulary

VANISHED = SHAPE["Source-vanished-address"]
# What is found of a document of more statements is not kept for the next time: it would be all of the document that is.
_MANY = 100_000


class Examination(NamedTuple):
    """What an instance says, and what is wrong with it."""

    graph: Graph
    vocabulary: Vocabulary
    findings: list[Finding]
    new: list[NewRow]  # rows of workbooks that have been given a key
    catalogue: Graph | None = None  # of what has no violations, unless it was not needed yet

    @property
    def violations(self) -> list[Finding]:
        """The findings that stop a release."""
        return [finding for finding in self.findings if finding.severity is Severity.VIOLATION]


def examine(instance: Instance, progress: Progress, standing: Standing | None = None) -> Examination:
    """Read and judge an instance; nothing is written. With what stands from the time before, judging takes less time."""
    vocabulary = read_vocabulary()
    progress(f"Leser {len(instance.sources) + len(instance.workbooks)} filer")
    read = sources.read(instance, vocabulary)
    graph = read.graph
    progress(f"Prøver {len(graph)} utsagn mot reglene")
    judged = standing.validate(graph, read.positions) if standing else validate(graph, read.positions, vocabulary)
    # What stands in a file that could not be read is not gone.
    vanished = _vanished(instance, graph, vocabulary) if read.whole else []
    findings = [*read.findings, *(one for one in judged if one.place not in read.broken), *vanished]
    plans = None
    if not any(finding.severity is Severity.VIOLATION for finding in findings):
        # Of a plan with mistakes the catalogue would only say the same again.
        progress("Prøver det som skal høstes")
        plans = catalogue(instance, graph)
        findings += _about_harvest(plans, concepts(instance), information_model(instance))
    return Examination(graph, vocabulary, sorted(findings, key=by_place), read.new, plans)


def publish(instance: Instance, examined: Examination, progress: Progress) -> release.Release:
    """Freeze what was examined as the instance's version, and make it the current release.

    Raises:
        ReleaseError: nothing is stated, the day is before that of the current release, the version is already published
            with other content, or another release is under way.
        ValueError: there are violations; they must be mended first.

    """
    if examined.violations:
        raise ValueError("an instance with violations cannot be released")
    if not examined.graph:
        raise release.ReleaseError(
            f"{instance.folder} states nothing: there is nothing in its .ttl and .xlsx files, or there are none. Write the "
            "plan there first."
        )
    _refuse_the_past(instance)

    def write(draft: Path) -> dict[str, Any]:  # Any: JSON
        plans = catalogue(instance, examined.graph) if examined.catalogue is None else examined.catalogue
        made = Material(instance, draft, examined.graph, examined.vocabulary, examined.findings, plans)
        return _manifest(made, make(made, progress))

    return release.freeze(instance.releases, instance.version, write)


def _refuse_the_past(instance: Instance) -> None:
    """Let a version pass that stands already, or is not issued before the current one. Raises ReleaseError."""
    now = release.current(instance.releases)
    is_new = not (instance.releases / instance.version).exists()
    if now and is_new and instance.issued.isoformat() < now.issued:
        raise release.ReleaseError(
            f"Version {instance.version} says that it is issued on {instance.issued}, before version {now.version} of "
            f"{now.issued}, which is current. Set `issued` in planverk.toml to the day of this version."
        )


def _manifest(made: Material, files: list[File]) -> dict[str, Any]:
    instance = made.instance
    public, internal = (
        release.described_files(
            made.folder,
            {file.name: file.media_type for file in files if file.is_public is kind},
            {file.name for file in files if file.is_packed},
        )
        for kind in (True, False)
    )
    sizes = dumps.sizes(made.folder / DATA)
    sums = "".join(f"{row['sha256']}  {row['name']}\n" for row in public)
    (made.folder / SUMS).write_text(sums, encoding="utf-8")
    return {
        "version": instance.version,
        "issued": instance.issued.isoformat(),
        "base": instance.base,
        "licence": str(instance.licence),
        "publisher": str(instance.publisher),
        "software": f"planverk {__version__}",
        "ontology": made.ontology_version,
        "triplesHash": dumps.triples_hash(made.folder / DATA),
        "citation": parts.citation(instance, release.sha256(made.folder / DATA)).sentences(instance.languages),
        "canonicalHash": next(row["sha256"] for row in public if row["name"] == DATA),
        "statements": {name: sizes[name] for name in map(str, parts.graphs(instance))},
        "files": public,
        "internal": internal,
    }


def _about_harvest(*documents: Graph) -> Iterator[Finding]:
    """What the rules for harvest documents say of those that the release would have."""
    for document in documents:
        few = len(document) < _MANY
        yield from _judged_before(serialization.statements(document)) if few else _judged(document)


@lru_cache(maxsize=8)
def _judged_before(lines: bytes) -> list[Finding]:
    # Concepts and model are the same from one release to the next, as long as the ontology is.
    return _judged(serialization.read(lines))


def _judged(document: Graph) -> list[Finding]:
    return validate(document, Positions(), Vocabulary(Graph(), read_catalogue_rules().whole))


def _vanished(instance: Instance, graph: Graph, vocabulary: Vocabulary) -> list[Finding]:
    """A finding for each IRI that was published before and is described no longer."""
    before = release.current(instance.releases)
    if before is None:
        return []
    rule = VANISHED
    published = map(URIRef, dumps.subjects(before.folder / DATA))
    gone = [iri for iri in published if (iri, None, None) not in graph]
    return [
        Finding(
            rule,
            Severity.VIOLATION,
            sentences(vocabulary.shapes, rule, value=str(iri).removeprefix(instance.base)),
            focus=iri,
        )
        for iri in sorted(gone)
    ]
