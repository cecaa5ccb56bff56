"""A SHACL validation report -> the list of findings."""

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from planverk.findings import Finding, Severity, sentences
from planverk.store.positions import Positions
from planverk.vocab import SH


def findings(report: Graph, shapes: Graph) -> list[Finding]:
    """A finding for each result (SHACL 1.0, section 3.6.2), without its place."""
    return [_finding(report, result, shapes) for result in report.subjects(RDF.type, SH.ValidationResult)]


def placed(found: Iterable[Finding], positions: Positions) -> list[Finding]:
    """The findings with their places, in the order of the editors' files, gravest first within a place."""
    known = (replace(one, place=positions.find(one.focus, one.path, one.value)) for one in found)
    return sorted(known, key=lambda finding: (str(finding.place or "~"), -finding.severity, finding.rule))


def _finding(report: Graph, result: Node, shapes: Graph) -> Finding:
    rule = report.value(result, SH.sourceShape)
    value = report.value(result, SH.value)
    return Finding(
        rule=cast("URIRef", rule),  # tests/test_shapes.py: every rule has an IRI
        severity=Severity.of(report.value(result, SH.resultSeverity)),
        sentences=_messages(report, result, rule, shapes, value),
        focus=report.value(result, SH.focusNode),
        path=report.value(result, SH.resultPath),
        value=value,
        component=report.value(result, SH.sourceConstraintComponent),
    )


def _messages(report: Graph, result: Node, rule: Node | None, shapes: Graph, value: Node | None) -> dict[str, str]:
    # pyshacl drops the language of messages of SPARQL constraints, so the rule's own messages are read instead.
    own = sentences(shapes, rule, value=str(value)) if rule else {}
    if own:
        return own
    return {
        text.language or "en": str(text)
        for text in report.objects(result, SH.resultMessage)
        if isinstance(text, Literal)
    }
