"""A graph and the shapes -> the list of findings (SHACL 1.0): the engine finds suspects, pyshacl judges them."""

from typing import cast

from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from planverk.findings import Finding, Positions, Severity, sentences
from planverk.serialization import statements
from planverk.store.engine import Engine
from planverk.validation.judge import JudgedGraph, judge_at_once
from planverk.validation.suspects import Suspects, is_fit
from planverk.vocab import SH
from planverk.vocabulary import Vocabulary


def validate(graph: Graph, positions: Positions, vocabulary: Vocabulary) -> list[Finding]:
    """What the shapes say of a graph, in the order of the editors' files, gravest first within a place."""
    report = report_graph(graph, vocabulary)
    found = [
        _finding(report, result, positions, vocabulary.shapes)
        for result in report.subjects(RDF.type, SH.ValidationResult)
    ]
    return sorted(found, key=lambda finding: (str(finding.place or "~"), -finding.severity, finding.rule))


def report_graph(graph: Graph, vocabulary: Vocabulary) -> Graph:
    """The SHACL validation report (SHACL 1.0, section 3.6) of a graph, with the ontology's superclasses known.

    It has the results that pyshacl would give of the whole graph; each is in it once.
    """
    # The same statements under another class, not a copy: there may be millions.
    judged = JudgedGraph(store=graph.store, identifier=graph.identifier)
    known = [axiom for axiom in vocabulary.ontology.triples((None, RDFS.subClassOf, None)) if axiom not in graph]
    judged += known
    try:
        return report(judged, vocabulary.shapes)
    finally:
        for axiom in known:
            judged.remove(axiom)


def report(judged: JudgedGraph, shapes: Graph) -> Graph:
    """The same of a graph that holds all it is judged by."""
    addresses = {node for triple in judged for node in triple if isinstance(node, URIRef)}
    odd = {address for address in addresses if not is_fit(address)}
    lines = statements(judged if not odd else _without(judged, odd))
    unfit = {triple[0] for triple in judged if odd & set(triple)} if odd else set()
    suspects = Suspects(shapes, Engine([lines])).of_all(judged, lines, unfit)
    return judge_at_once(judged, shapes, suspects)


def _without(graph: Graph, nodes: set[URIRef]) -> Graph:
    left = Graph()
    left += (triple for triple in graph if not nodes & set(triple))
    return left


def _finding(report: Graph, result: Node, positions: Positions, shapes: Graph) -> Finding:
    rule = report.value(result, SH.sourceShape)
    focus, path, value = (report.value(result, term) for term in (SH.focusNode, SH.resultPath, SH.value))
    return Finding(
        rule=cast("URIRef", rule),  # tests/test_shapes.py: every rule has an IRI
        severity=Severity.of(report.value(result, SH.resultSeverity)),
        sentences=_messages(report, result, rule, shapes, value),
        place=positions.find(focus, path, value),
        focus=focus,
        path=path,
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
