"""The versions of the vocabulary: each is frozen once and never changed, and what differs between two can be told."""

import json
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rdflib import OWL, RDF, BNode, Graph, URIRef
from rdflib.term import Node

from planverk import folders, serialization
from planverk.vocab import CODE, DCT, ONTOLOGY_IRI, PLAN, PREFIXES, SH, SHAPE, SKOS, W3ID

_PREFIXES = {**PREFIXES, "shape": str(SHAPE), "code": str(CODE)}
_OURS = (str(PLAN), str(CODE), str(SHAPE), W3ID + "structure/")
_SHAPES = URIRef(W3ID + "shapes")
_JSON = ("context.jsonld", "plan-tree.frame.jsonld")
_DRAFT = ".draft"


class VersionError(Exception):
    """A version that cannot be frozen; the text says what to do."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The vocabulary in a folder, as it stands or as it was frozen: its Turtle by part, and its JSON-LD documents."""

    turtle: dict[str, tuple[Path, ...]]
    json: dict[str, Path]

    @cached_property
    def ontology(self) -> Graph:
        """The ontology with its codes and the structure of observations."""
        return serialization.read_turtle(self.turtle["ontology"] + self.turtle["codes"])

    @cached_property
    def shapes(self) -> Graph:
        """The rules."""
        return serialization.read_turtle(self.turtle["shapes"])

    @property
    def version(self) -> str:
        """The version that the ontology gives itself."""
        return str(self.ontology.value(ONTOLOGY_IRI, OWL.versionInfo))

    @property
    def issued(self) -> str:
        """The day of the version, as year-month-day."""
        return str(self.ontology.value(ONTOLOGY_IRI, DCT.modified))

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two snapshots the same: their statements and their JSON, not their layout and comments."""
        graphs = (serialization.read_turtle(files) for files in self.turtle.values())
        canonical = (serialization.canonical({ONTOLOGY_IRI: graph}) for graph in graphs)
        return *canonical, *(json.loads(file.read_text(encoding="utf-8")) for file in self.json.values())


@dataclass(frozen=True)
class Differences:
    """What a version has that the one before had not, and the other way round; terms by their short names."""

    added: list[str]
    changed: list[str]
    deprecated: list[str]
    removed: list[str]


def current() -> Snapshot:
    """The vocabulary as it stands."""
    return _snapshot(folders.ONTOLOGY, folders.SHAPES)


def frozen(version: str) -> Snapshot | None:
    """The vocabulary as it was frozen under a version, or None when there is no such version."""
    return next((_snapshot(folder, folder / "shapes") for folder in _frozen() if folder.name == version), None)


def versions() -> list[str]:
    """The frozen versions, the newest first."""
    return [folder.name for folder in reversed(_frozen())]


def freeze() -> Snapshot:
    """Freeze the vocabulary as it stands under the version it gives itself; the same content again changes nothing.

    Raises:
        VersionError: the version is frozen with other content, is no step forward, is not the same everywhere, or lacks
            a term that was published before.

    """
    snapshot = current()
    before = frozen(snapshot.version)
    if before:
        _same_or_refuse(snapshot, before)
    else:
        _refuse_what_cannot_be_frozen(snapshot)
        _write(snapshot)
    return snapshot


def differences(before: Snapshot, after: Snapshot) -> Differences:
    """What changed in the terms, codes and rules from one snapshot to another."""
    old, new = _terms(before), _terms(after)
    deprecated = set(_deprecated(after.ontology)) - set(_deprecated(before.ontology))
    both = (iri for iri in sorted(old.keys() & new.keys()) if old[iri] != new[iri] and iri not in deprecated)
    return Differences(
        added=[short(iri) for iri in sorted(new.keys() - old.keys())],
        changed=[f"{short(iri)} ({_what_changed(old[iri], new[iri])})" for iri in both],
        deprecated=[_instead(after.ontology, iri) for iri in sorted(deprecated)],
        removed=[short(iri) for iri in sorted(old.keys() - new.keys())],
    )


def changelog(snapshot: Snapshot) -> str:
    """A section for CHANGELOG.md (Markdown): what the version added, changed, deprecated and removed."""
    earlier = [version for version in versions() if _as_numbers(version) < _as_numbers(snapshot.version)]
    before = frozen(earlier[0]) if earlier else None
    rows = _rows(differences(before, snapshot)) if before else [f"- First version: {_counted(snapshot)}."]
    return "\n".join(
        [f"### {snapshot.version} ({snapshot.issued})", "", *(rows or ["- No term, code or rule differs."])]
    )


def short(iri: str) -> str:
    """An IRI with the prefix it is known by."""
    namespaces = ((prefix, namespace) for prefix, namespace in _PREFIXES.items() if iri.startswith(namespace))
    return next((f"`{prefix}:{iri.removeprefix(namespace)}`" for prefix, namespace in namespaces), f"`{iri}`")


def _snapshot(ontology: Path, shapes: Path) -> Snapshot:
    return Snapshot(
        turtle={
            "ontology": tuple(sorted(ontology.glob("*.ttl"))),
            "codes": tuple(sorted((ontology / "codes").glob("*.ttl"))),
            "mappings": tuple(sorted((ontology / "mappings").glob("*.ttl"))),
            "shapes": tuple(sorted(shapes.glob("*.ttl"))),
        },
        json={name: ontology / name for name in _JSON},
    )


def _frozen() -> list[Path]:
    return sorted((folders.ONTOLOGY / "releases").glob("[0-9]*"), key=lambda folder: _as_numbers(folder.name))


def _same_or_refuse(snapshot: Snapshot, before: Snapshot) -> None:
    if snapshot.content != before.content:
        raise VersionError(
            f"Version {snapshot.version} is frozen with other content, and a frozen version never changes. Raise "
            "owl:versionInfo, owl:versionIRI and dct:modified in ontology/planverk.ttl and shapes/header.ttl."
        )


def _refuse_what_cannot_be_frozen(snapshot: Snapshot) -> None:
    names = {str(graph.value(thing, OWL.versionInfo)) for graph, thing in _versioned(snapshot)}
    names |= {str(graph.value(thing, OWL.versionIRI)).rpartition("/")[2] for graph, thing in _versioned(snapshot)}
    if len(names) > 1:
        raise VersionError(f"The ontology and the shapes must name one version, but name {', '.join(sorted(names))}.")
    latest = next(iter(versions()), None)
    if latest and _as_numbers(snapshot.version) < _as_numbers(latest):
        raise VersionError(f"Version {snapshot.version} is older than {latest}, which is frozen. Raise the version.")
    before = frozen(latest) if latest else None
    gone = [name for name in differences(before, snapshot).removed if not name.startswith("`shape:")] if before else []
    if gone:
        raise VersionError(f"Published terms do not disappear. Deprecate instead of removing: {', '.join(gone)}.")


def _versioned(snapshot: Snapshot) -> list[tuple[Graph, URIRef]]:
    return [(snapshot.ontology, ONTOLOGY_IRI), (snapshot.shapes, _SHAPES)]


def _write(snapshot: Snapshot) -> None:
    """Copy into a draft that is then given its name, so that a version is there whole or not at all."""
    releases = folders.ONTOLOGY / "releases"
    draft = releases / _DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    for part, files in snapshot.turtle.items():
        folder = draft if part == "ontology" else draft / part
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copy(file, folder)
    for file in snapshot.json.values():
        shutil.copy(file, draft)
    draft.rename(releases / snapshot.version)


def _terms(snapshot: Snapshot) -> dict[str, set[tuple[str, str]]]:
    """What is said of each term, code and rule, and of the structure of observations: property and value."""
    known = snapshot.ontology + snapshot.shapes
    own = {thing for thing in known.subjects() if str(thing).startswith(_OURS)}
    return {str(thing): {(str(p), _text(known, value)) for p, value in known.predicate_objects(thing)} for thing in own}


def _text(known: Graph, value: Node) -> str:
    return serialization.canonical({_SHAPES: known.cbd(value)}).decode() if isinstance(value, BNode) else value.n3()


def _what_changed(old: set[tuple[str, str]], new: set[tuple[str, str]]) -> str:
    return ", ".join(sorted({short(predicate) for predicate, _ in old ^ new}))


def _deprecated(ontology: Graph) -> list[str]:
    return [str(term) for term, value in ontology.subject_objects(OWL.deprecated) if str(value) == "true"]


def _instead(ontology: Graph, iri: str) -> str:
    successors = ", ".join(sorted(short(str(term)) for term in ontology.objects(URIRef(iri), DCT.isReplacedBy)))
    return f"{short(iri)}, use {successors}" if successors else short(iri)


def _rows(found: Differences) -> list[str]:
    named = {"Added": found.added, "Changed": found.changed, "Deprecated": found.deprecated, "Removed": found.removed}
    return [f"- {name}: {'; '.join(terms)}." for name, terms in named.items() if terms]


def _counted(snapshot: Snapshot) -> str:
    known = snapshot.ontology
    own = [term for term in known.subjects(RDF.type) if str(term).startswith(str(PLAN))]
    classes = {term for term in own if (term, RDF.type, OWL.Class) in known}
    lists, codes = (len(set(known.subjects(RDF.type, kind))) for kind in (SKOS.ConceptScheme, SKOS.Concept))
    rules = len(set(snapshot.shapes.subjects(SH.severity)))
    return f"{len(classes)} classes, {len(set(own) - classes)} properties, {lists} code lists with {codes} codes, {rules} rules"


def _as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
