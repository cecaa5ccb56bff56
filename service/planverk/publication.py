"""From an instance to a release: read, judge, derive, freeze."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from rdflib import OWL, Graph, URIRef

from planverk import __version__, release, serialization, sources
from planverk.catalogue import catalogue
from planverk.derivation import derive
from planverk.findings import Finding, Severity, sentences
from planverk.instance import Instance
from planverk.media import RDF_REPRESENTATIONS
from planverk.questions import RELEASED
from planverk.release import CATALOGUE, DATA, INCOMING, STORE, VOCABULARY, VOID
from planverk.store import building
from planverk.store.triples import incoming
from planverk.validation import validate
from planverk.vocab import ONTOLOGY_IRI, SHAPE, graph_iri, void_iri
from planverk.vocabulary import Vocabulary, read_vocabulary
from planverk.void import void

Progress = Callable[[str], None]


class Examination(NamedTuple):
    """What an instance says, and what is wrong with it."""

    graph: Graph
    vocabulary: Vocabulary
    findings: list[Finding]

    @property
    def violations(self) -> list[Finding]:
        """The findings that stop a release."""
        return [finding for finding in self.findings if finding.severity is Severity.VIOLATION]


def examine(instance: Instance, progress: Progress) -> Examination:
    """Read and judge an instance; nothing is written."""
    vocabulary = read_vocabulary()
    progress(f"Leser {len(instance.sources)} filer")
    graph, positions, findings, broken = sources.read(instance, vocabulary)
    progress(f"Prøver {len(graph)} utsagn mot reglene")
    judged = [finding for finding in validate(graph, positions, vocabulary) if finding.place not in broken]
    findings = findings + judged + _vanished(instance, graph, vocabulary)
    return Examination(graph, vocabulary, sorted(findings, key=_by_place))


def publish(instance: Instance, examined: Examination, progress: Progress) -> release.Release:
    """Freeze what was examined as the instance's version, and make it the current release.

    Raises:
        ReleaseError: the version is already published with other content, or another release is under way.
        ValueError: there are violations; they must be mended first.

    """
    if examined.violations:
        raise ValueError("an instance with violations cannot be released")

    def write(draft: Path) -> dict[str, Any]:  # Any: JSON
        return _write(draft, instance, examined, progress)

    return release.freeze(instance.releases, instance.version, write)


def _write(draft: Path, instance: Instance, examined: Examination, progress: Progress) -> dict[str, Any]:
    progress("Utleder")
    graph, vocabulary = examined.graph, examined.vocabulary
    graphs = {graph_iri(instance.base, "plan"): graph, graph_iri(instance.base, "derived"): derive(graph, vocabulary)}
    progress("Skriver")
    data = serialization.canonical(graphs)
    for row in RDF_REPRESENTATIONS:
        (draft / f"data.{row.suffix}").write_bytes(serialization.write(data, row))
    (draft / VOCABULARY).write_bytes(serialization.canonical({ONTOLOGY_IRI: vocabulary.ontology}))
    described = {graph_iri(instance.base, "catalogue"): catalogue(instance, graph)}
    (draft / CATALOGUE).write_bytes(serialization.canonical(described))
    (draft / INCOMING).write_bytes(incoming(data + (draft / CATALOGUE).read_bytes()))
    progress("Bygger lageret")
    building.build(draft / STORE, [draft / DATA, draft / VOCABULARY, draft / CATALOGUE])
    counted = void(instance, graph, draft / STORE)
    (draft / VOID).write_bytes(serialization.canonical({URIRef(void_iri(instance.base)): counted}))
    for path in instance.queries:
        shutil.copyfile(path, draft / f"{RELEASED}{path.name}")
    return _manifest(draft, instance, vocabulary, {str(name): len(part) for name, part in graphs.items()})


def _manifest(draft: Path, instance: Instance, vocabulary: Vocabulary, sizes: dict[str, int]) -> dict[str, Any]:
    downloads = {f"data.{row.suffix}": row.media_type for row in RDF_REPRESENTATIONS}
    parts = dict.fromkeys((VOCABULARY, CATALOGUE, VOID, INCOMING), "application/n-quads")
    queries = {f"{RELEASED}{path.name}": "application/sparql-query" for path in instance.queries}
    files = release.described_files(draft, downloads | parts | queries)
    (draft / "SHA256SUMS").write_text("".join(f"{row['sha256']}  {row['name']}\n" for row in files), encoding="utf-8")
    return {
        "version": instance.version,
        "issued": instance.issued.isoformat(),
        "base": instance.base,
        "licence": str(instance.licence),
        "publisher": str(instance.publisher),
        "software": f"planverk {__version__}",
        "ontology": str(vocabulary.ontology.value(ONTOLOGY_IRI, OWL.versionInfo)),
        "canonicalHash": next(row["sha256"] for row in files if row["name"] == DATA),
        "statements": sizes,
        "files": files,
    }


def _vanished(instance: Instance, graph: Graph, vocabulary: Vocabulary) -> list[Finding]:
    """A finding for each IRI that was published before and is described no longer."""
    before = release.current(instance.releases)
    if before is None:
        return []
    rule = SHAPE["Source-vanished-address"]
    published = serialization.read((before.folder / DATA).read_bytes())
    gone = set(published.subjects()) - set(graph.subjects())
    return [
        Finding(
            rule,
            Severity.VIOLATION,
            sentences(vocabulary.shapes, rule, value=str(iri).removeprefix(instance.base)),
            focus=iri,
        )
        for iri in sorted(gone, key=str)
        if isinstance(iri, URIRef)
    ]


def _by_place(finding: Finding) -> tuple[str, int, str]:
    return (str(finding.place.file), finding.place.line, finding.rule) if finding.place else ("~", 0, finding.rule)
