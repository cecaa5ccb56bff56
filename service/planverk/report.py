"""The SHACL validation report of a release (SHACL 1.0, section 3.6), of what its rules found."""

from collections.abc import Iterable, Iterator

from rdflib import Literal, URIRef
from rdflib.term import BNode

from planverk.findings import Finding, Severity, Triple
from planverk.vocab import DCT, RDF, SH, report_iri

_SEVERITIES = {Severity.INFO: SH.Info, Severity.WARNING: SH.Warning, Severity.VIOLATION: SH.Violation}


def report(findings: Iterable[Finding], base: str, version: str, shapes: str) -> Iterator[Triple]:
    """The statements of a report of the findings, whose parts have IRIs; where the editors' files lie is no part of it."""
    whole = report_iri(base, version)
    found = sorted(findings, key=_order)
    conforms = not found  # SHACL 1.0, 3.6.1.1: any result at all, whatever its severity
    yield whole, RDF.type, SH.ValidationReport
    yield whole, SH.conforms, Literal(conforms)
    yield whole, DCT.conformsTo, URIRef(shapes)
    for number, finding in enumerate(found, start=1):
        result = report_iri(base, version, str(number))
        yield whole, SH.result, result
        yield from ((result, *row) for row in _result(finding))


def _result(finding: Finding) -> Iterable[tuple[URIRef, URIRef | Literal]]:
    yield RDF.type, SH.ValidationResult
    yield SH.resultSeverity, _SEVERITIES[finding.severity]
    yield SH.sourceShape, finding.rule
    for language, text in finding.sentences.items():
        yield SH.resultMessage, Literal(text, lang=language)
    nodes = (SH.focusNode, finding.focus), (SH.resultPath, finding.path), (SH.value, finding.value)
    for term, node in (*nodes, (SH.sourceConstraintComponent, finding.component)):
        # Blank nodes are paths and lists of the shapes; they can be read there.
        if isinstance(node, URIRef | Literal):
            yield term, node


def _order(finding: Finding) -> tuple[int, str, str, str, str]:
    nodes = (finding.focus, finding.path, finding.value)
    focus, path, value = ("" if node is None or isinstance(node, BNode) else node.n3() for node in nodes)
    return -finding.severity, finding.rule, focus, path, value
