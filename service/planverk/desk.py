"""What a planner does between two releases: write a workbook, give new rows their keys, withdraw what was deleted."""

from pathlib import Path

from rdflib import Graph

from planverk import sources
from planverk.findings import Finding, Severity
from planverk.instance import Instance
from planverk.sources import Sources
from planverk.sources.workbook import UnwritableError, keep, replace, write_workbook
from planverk.vocabulary import read_vocabulary

WORKBOOK = "plan.xlsx"
_FEW = 5


class DeskError(Exception):
    """Something that is not done, because it would lose or double what editors have written; the text says what to do."""


def write(instance: Instance, output: Path | None, take_over: bool) -> Path:
    """Write a workbook that says what the instance says, and give its path.

    A workbook that is one of the instance's sources is written anew with what stands in it. Beside Turtle files a new one
    is refused, because all would then be said twice; unless it takes over from them, and they are moved to reserve/.

    Raises:
        DeskError: some of what editors have written could not be read, or would be said twice.

    """
    target = output or instance.folder / WORKBOOK
    is_source = target.resolve() in {path.resolve() for path in instance.workbooks}
    inside = target.parent.resolve() == instance.folder.resolve()
    if inside and not is_source and instance.sources and not take_over:
        raise DeskError(
            f"{instance.folder} har Turtle-filer, så alt ville stått to ganger. Bruk --take-over for å la arbeidsboken "
            "overta for dem, eller --output for å skrive den utenfor mappen."
        )
    read = sources.read(instance, read_vocabulary())
    _refuse_loss(read, instance)
    try:
        content = write_workbook(
            instance, _from(target, read) if is_source and not take_over else read.graph, read.graph
        )
    except UnwritableError as error:
        raise DeskError(str(error)) from None
    replace(target, content)
    for path in instance.sources if take_over else []:
        keep(path)
        path.unlink()
    return target


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


def _from(path: Path, read: Sources) -> Graph:
    """What stands in one of the editors' files."""
    graph = Graph(bind_namespaces="none")
    for triple, place in read.positions.of_triples.items():
        if place.file.resolve() == path.resolve():
            graph.add(triple)
    return graph
