"""The editors' files of an instance -> one graph, where each statement stood, and what is wrong with the writing."""

from typing import NamedTuple

from rdflib import Graph

from planverk.findings import Finding, Positions, Severity, sentences
from planverk.instance import Instance
from planverk.sources.statements import judge_statements
from planverk.sources.turtle import read_turtle
from planverk.vocab import SHAPE
from planverk.vocabulary import Vocabulary


class Sources(NamedTuple):
    """What an instance's editors have written."""

    graph: Graph
    positions: Positions
    findings: list[Finding]


def read(instance: Instance, vocabulary: Vocabulary) -> Sources:
    """Read all files of an instance. Faults of writing are findings; nothing is raised for them."""
    graph, positions = Graph(bind_namespaces="none"), Positions()
    findings = [
        Finding(
            SHAPE["Source-syntax"],
            Severity.VIOLATION,
            sentences(vocabulary.shapes, SHAPE["Source-syntax"], reason=fault.reason),
            fault.place,
        )
        for path in instance.sources
        for fault in read_turtle(path, instance.base, graph, positions)
    ]
    findings += judge_statements(graph, positions, instance.base, vocabulary)
    return Sources(graph, positions, findings)
