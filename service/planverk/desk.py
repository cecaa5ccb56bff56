"""What a planner does around a release: write a workbook, withdraw what was deleted, rehearse, and go back."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as replaced
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from rdflib import RDF, Graph, Literal, URIRef

from planverk import release, serialization, sources
from planverk.changes import LANGUAGES, Comparison, side
from planverk.findings import Finding, Severity
from planverk.instance import Instance
from planverk.making import Progress
from planverk.neighbours import FOLDER as PULLED
from planverk.publication import VANISHED, Examination, publish
from planverk.release import DATA, Release
from planverk.sources import Sources
from planverk.sources.workbook import UnwritableError, keep, replace, write_workbook
from planverk.sources.workbook.table import read_table
from planverk.store.positions import Positions
from planverk.validation import validate
from planverk.vocab import NAMES, PLAN, XSD, graph_iri
from planverk.vocabulary import read_vocabulary

WORKBOOK = "plan.xlsx"
WITHDRAWN = "withdrawn.ttl"
_HEADING = """# What was published once and has been deleted since, as it was last published, with the day it was withdrawn.
# Addresses last: planverk release adds to this file, and nothing is removed from it.
"""
_FEW = 5
_REHEARSED = {"nb": "Forhåndsvisning", "nn": "Førehandsvising", "en": "Preview"}


class DeskError(Exception):
    """Something that is not done, because it would lose or double what editors have written; the text says what to do."""


def write(instance: Instance, output: Path | None, take_over: bool) -> Path:
    """Write a workbook that says what the instance says, and give its path.

    A workbook that is one of the instance's sources is written anew with what stands in it. Beside other sources a new one
    is refused, because all would then be said twice; unless it takes over from Turtle files, and they are moved to reserve/.

    Raises:
        DeskError: some of what editors have written could not be read, would be said twice, or by no source any longer.

    """
    target = output or instance.folder / WORKBOOK
    is_source = target.resolve() in {path.resolve() for path in instance.workbooks}
    inside = target.parent.resolve() == instance.folder.resolve()
    if inside and not is_source:
        _refuse_doubling(instance, take_over)
    if take_over and not is_source and not (inside and target.suffix == ".xlsx"):
        raise DeskError(
            f"Ingenting leser {target}. Med --take-over må arbeidsboken stå i {instance.folder} og slutte på .xlsx."
        )
    read = sources.read(instance, read_vocabulary())
    _refuse_loss(read, instance)
    moved = instance.sources if take_over else []
    try:
        content = write_workbook(
            instance, _from([target, *moved], read) if inside or is_source else read.graph, read.graph
        )
    except UnwritableError as error:
        raise DeskError(str(error)) from None
    replace(target, content)
    for path in moved:
        keep(path)
        path.unlink()
    return target


def _refuse_doubling(instance: Instance, take_over: bool) -> None:
    """A new workbook among the sources says only what it takes over from Turtle files."""
    if instance.workbooks:
        names = ", ".join(path.name for path in instance.workbooks)
        raise DeskError(
            f"{instance.folder} har allerede arbeidsboken {names}, så alt ville stått to ganger. Bruk --output med den "
            "arbeidsboken for å skrive den på nytt, eller med en fil utenfor mappen."
        )
    if instance.sources and not take_over:
        raise DeskError(
            f"{instance.folder} har Turtle-filer, så alt ville stått to ganger. Bruk --take-over for å la arbeidsboken "
            "overta for dem, eller --output for å skrive den utenfor mappen."
        )


def _refuse_loss(read: Sources, instance: Instance) -> None:
    """What could not be read or understood would be missing from a workbook that is written now."""
    unread = [
        finding for finding in read.findings if finding.severity is Severity.VIOLATION and _is_of_writing(finding)
    ]
    if unread or not read.whole:
        told = "\n".join(f"{finding.place}: {finding.sentence(instance.languages)}" for finding in unread[:_FEW])
        raise DeskError(f"Noe kan ikke leses og ville gått tapt. Rett dette først:\n{told}")


def _is_of_writing(finding: Finding) -> bool:
    return finding.rule_name.startswith("Source-workbook-") or finding.rule_name == "Source-syntax"


def _from(paths: list[Path], read: Sources) -> Graph:
    """What stands in some of the editors' files."""
    files = {path.resolve() for path in paths}
    graph = Graph(bind_namespaces="none")
    for triple in read.graph:
        place = read.positions.first(*triple)
        if place and place.file.resolve() in files:
            graph.add(triple)
    return graph


def deleted(examined: Examination) -> list[URIRef]:
    """What was published before and is described no longer, where that is all that stops a release."""
    gone = [finding.focus for finding in examined.violations if finding.rule == VANISHED]
    whole = len(gone) == len(examined.violations)
    return [thing for thing in gone if isinstance(thing, URIRef)] if whole else []


def described(instance: Instance, things: list[URIRef]) -> list[str]:
    """A line for each thing as it was last published: what it is, what it is called, and its address."""
    published, table = published_in(instance), read_table()
    return [
        f"{table.label(next(published.objects(thing, RDF.type), thing))} «{_name(published, thing)}» ({thing})"
        for thing in things
    ]


def withdraw(instance: Instance, things: list[URIRef]) -> Path:
    """Add things that were deleted to the file of what is withdrawn, as they were last published; give the file."""
    tombstones = buried(published_in(instance), things, instance)
    path = instance.folder / WITHDRAWN
    before = path.read_text(encoding="utf-8") if path.exists() else _HEADING
    replace(path, f"{before}\n{tombstones.serialize(format='turtle')}".encode())
    return path


def buried(published: Graph, things: list[URIRef], instance: Instance) -> Graph:
    """What was said of things when they were last published, and that they are withdrawn on the day of the instance."""
    graph = Graph(bind_namespaces="none")
    day = Literal(instance.issued.isoformat(), datatype=XSD.date)
    for thing in things:
        for triple in published.triples((thing, None, None)):
            graph.add(triple)
        if (thing, PLAN.withdrawnOn, None) not in graph:
            graph.add((thing, PLAN.withdrawnOn, day))
    return graph


def back_to(instance: Instance, version: str | None) -> tuple[Release, list[URIRef]]:
    """The release to go back to, by default the one before the current; and what only the current one describes.

    Raises:
        DeskError: there is nothing to go back from or to.
        ReleaseError: there is no such release.

    """
    now = release.current(instance.releases)
    if now is None:
        raise DeskError(f"Det er ingenting gitt ut i {instance.releases}, så det er ingenting å angre.")
    earlier = [one for one in release.all_releases(instance.releases) if one.issued_before(now)]
    if version is None and not earlier:
        raise DeskError(f"Utgave {now.version} er den første, så det er ingen å gå tilbake til.")
    target = release.open_release(instance.releases / version) if version else earlier[0]
    only_now = set(published_in(instance).subjects()) - set(published_in(instance, target.version).subjects())
    return target, sorted(thing for thing in only_now if isinstance(thing, URIRef))


def go_back(instance: Instance, target: Release, only_now: list[URIRef], progress: Progress) -> Release:
    """Make an earlier release the current one. Where that would make addresses vanish, a new release says what it said.

    The new one also withdraws what the current release had brought, because what was once published must answer.

    Raises:
        DeskError: what the earlier release said breaks the rules that hold now.
        ReleaseError: another release is under way.

    """
    if not only_now:
        release.point(instance.releases, target.version)
        return target
    anew = _anew(instance)
    graph = published_in(instance, target.version) + buried(published_in(instance), only_now, anew)
    vocabulary = read_vocabulary()
    examined = Examination(graph, vocabulary, validate(graph, Positions(), vocabulary), [])
    if examined.violations:
        told = "\n".join(
            f"{finding.focus}: {finding.sentence(instance.languages)}" for finding in examined.violations[:_FEW]
        )
        raise DeskError(f"Utgave {target.version} bryter regler som gjelder nå:\n{told}")
    return publish(anew, examined, progress)


def _anew(instance: Instance) -> Instance:
    """The instance with a version after all that there are, and today's date."""
    newest = max(release.all_releases(instance.releases), key=lambda one: one.numbers)
    version = ".".join(map(str, (*newest.numbers[:-1], newest.numbers[-1] + 1)))
    return replaced(instance, version=version, issued=max(date.today(), date.fromisoformat(newest.issued)))


def as_withdrawn(instance: Instance, examined: Examination, gone: list[URIRef]) -> Examination:
    """What was examined, as it would be once what was deleted is withdrawn."""
    if not gone:
        return examined
    graph = examined.graph + buried(published_in(instance), gone, instance)
    return examined._replace(graph=graph, findings=[one for one in examined.findings if one.rule != VANISHED])


@contextmanager
def rehearsal(instance: Instance, examined: Examination, progress: Progress) -> Iterator[Instance]:
    """The instance as it would be after a release, beside the current one, in a folder that is gone afterwards.

    Titles and version say that it is a rehearsal.
    """
    with TemporaryDirectory(prefix="planverk-") as folder:
        titles = {
            language: f"{_REHEARSED.get(language, 'Preview')}: {title}" for language, title in instance.titles.items()
        }
        version = f"{instance.version}-preview"
        rehearsed = replaced(instance, folder=Path(folder), titles=titles, version=version, store=None)
        now = release.current(instance.releases)
        if now:
            shutil.copytree(now.folder, rehearsed.releases / now.version)
        for beside in ("queries", PULLED):
            if (instance.folder / beside).is_dir():
                shutil.copytree(instance.folder / beside, rehearsed.folder / beside)
        publish(rehearsed, examined, progress)
        yield rehearsed


def changes(instance: Instance, rehearsed: Instance) -> list[str]:
    """What the rehearsed release would change, a sentence for each thing, in the language of the instance."""
    before, after = release.current(instance.releases), release.current(rehearsed.releases)
    if after is None:
        return []
    comparison = Comparison(side(before) if before else None, side(after), read_vocabulary().ontology)
    language = instance.language if instance.language in LANGUAGES else LANGUAGES[0]
    return [comparison.sentences(change)[language] for change in comparison.changes()]


def published_in(instance: Instance, version: str | None = None) -> Graph:
    """What a release, or the current one, says that its sources say.

    Raises:
        ReleaseError: there is none.

    """
    now = release.open_release(instance.releases / (version or release.CURRENT))
    stated = f" <{graph_iri(instance.base, 'plan')}> .".encode()
    lines = (now.folder / DATA).read_bytes().splitlines(keepends=True)
    return serialization.read(b"".join(line for line in lines if line.rstrip().endswith(stated)))


def _name(graph: Graph, thing: URIRef) -> str:
    return next((str(name) for term in NAMES for name in graph.objects(thing, term)), thing.rpartition("/")[2])
