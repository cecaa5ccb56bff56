"""The editors' files of an instance -> one graph, where each statement stood, and what is wrong with the writing."""

from typing import NamedTuple

from rdflib import Graph

from planverk.findings import Finding, Place, Severity, sentences
from planverk.instance import Instance
from planverk.sources.questions import judge_questions
from planverk.sources.statements import judge_statements
from planverk.sources.turtle import SyntaxFault, read_turtle
from planverk.sources.workbook import NewRow, read_workbooks
from planverk.store.positions import Positions
from planverk.vocab import SHAPE
from planverk.vocabulary import Vocabulary


class Sources(NamedTuple):
    """What an instance's editors have written."""

    graph: Graph
    positions: Positions
    findings: list[Finding]
    broken: set[Place]  # lines and cells whose writing is at fault; what they seem to say is not to be judged further
    new: list[NewRow]  # rows of workbooks that have been given a key
    whole: bool  # whether every file could be read; what is not there may else stand in one that could not


def read(instance: Instance, vocabulary: Vocabulary) -> Sources:
    """Read all files of an instance. Faults of writing are findings; nothing is raised for them."""
    positions = Positions()
    faults = [fault for path in instance.sources for fault in read_turtle(path, instance.base, positions)]
    findings = [_unreadable(fault, vocabulary) for fault in faults]
    workbooks = read_workbooks(instance, positions, vocabulary)
    findings += workbooks.findings
    findings += judge_statements(positions.graph, positions, instance.base, vocabulary)
    findings += judge_questions(instance, vocabulary)
    broken = {Place(fault.place.file, line) for fault in faults for line in range(fault.begin, fault.place.line + 1)}
    broken |= {finding.place for finding in findings if finding.place and finding.severity is Severity.VIOLATION}
    return Sources(positions.graph, positions, findings, broken, workbooks.new, workbooks.whole and not faults)


def _unreadable(fault: SyntaxFault, vocabulary: Vocabulary) -> Finding:
    rule = SHAPE["Source-syntax"]
    return Finding(rule, Severity.VIOLATION, sentences(vocabulary.shapes, rule, reason=fault.reason), fault.place)
