"""A graph and the shapes -> the list of findings (SHACL 1.0); the only importer of pyshacl."""

from functools import cache
from typing import Any, cast

import pyshacl
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from planverk.findings import Finding, Positions, Severity, sentences
from planverk.vocab import SH
from planverk.vocabulary import Vocabulary

_TEXTS = (SH.name, SH.description, SH.message)


class JudgedGraph(Graph):
    """A graph that translates each query once: pyshacl asks the same ones again of every focus node."""

    def query(self, query_object: str | Query, *arguments: Any, **options: Any) -> Result:  # Any: passed on
        """As `Graph.query`."""
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *arguments, **options)


@cache
def _prepared(query: str) -> Query:
    return prepareQuery(query)


def validate(graph: Graph, positions: Positions, vocabulary: Vocabulary) -> list[Finding]:
    """What the shapes say of a graph, in the order of the editors' files, gravest first within a place."""
    report = report_graph(graph, vocabulary)
    found = [
        _finding(report, result, positions, vocabulary.shapes)
        for result in report.subjects(RDF.type, SH.ValidationResult)
    ]
    return sorted(found, key=lambda finding: (str(finding.place or "~"), -finding.severity, finding.rule))


def report_graph(graph: Graph, vocabulary: Vocabulary) -> Graph:
    """The SHACL validation report (SHACL 1.0, section 3.6) of a graph, with the ontology's superclasses known."""
    judged = JudgedGraph()
    judged += graph
    judged += vocabulary.ontology.triples((None, RDFS.subClassOf, None))
    return report_in_place(judged, constraints(vocabulary.shapes))


def report_in_place(judged: JudgedGraph, rules: Graph) -> Graph:
    """The report of a graph that holds all it is judged by, superclasses included."""
    # In place: pyshacl would otherwise judge a copy, which is a plain graph again. Without inference it adds nothing.
    _, report, _ = pyshacl.validate(judged, shacl_graph=rules, inference="none", inplace=True)
    return cast("Graph", report)  # pyshacl gives bytes only when asked to serialise


def constraints(shapes: Graph) -> Graph:
    """The shapes without their texts: pyshacl goes through all that is said of a shape, again for every node."""
    rules = Graph(store="SimpleMemory")
    for triple in shapes:
        if triple[1] not in _TEXTS:
            rules.add(triple)
    return rules


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
