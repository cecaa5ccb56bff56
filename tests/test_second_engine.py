"""Jena, a SHACL engine of another make, finds the same as pyshacl: in every fixture of the rules, and in Buskerud's plan."""

import json
from collections.abc import Callable

import pyshacl
import pytest
from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk import folders, validation
from planverk.vocab import RDF, RDFS, SH, SHAPE
from planverk.vocabulary import Vocabulary, read_vocabulary
from test_shapes import BASE, FAILING, FOLDER, PASSING, PreparedGraph, added, fixture_name

Findings = set[tuple[str, ...]]  # of focus node, rule and severity

FIXTURES = {fixture_name(path): path for path in [*FAILING, *PASSING]}

# Where the two differ, and why. They run all kinds of rules that we have, so only single fixtures stand here.
DIFFERENCES = {
    "Period-endDate/fail-a-time-of-day": "SHACL 1.0, section 4.5.4: a time of day and a date, which cannot be compared, "
    "break Period-order too; pyshacl compares them",
}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture(scope="module")
def background(vocabulary: Vocabulary) -> Graph:
    """The fictional county that fixtures add to, with the superclasses."""
    graph = PreparedGraph().parse(FOLDER / "background.ttl", publicID=BASE)
    for axiom in vocabulary.ontology.triples((None, RDFS.subClassOf, None)):
        graph.add(axiom)
    return graph


@pytest.fixture(scope="module")
def jena(
    java: Callable[..., bytes], vocabulary: Vocabulary
) -> Callable[[Graph, dict[str, Graph]], dict[str, Findings]]:
    """What Jena finds in a background with each of some fixtures added to it, by the fixture's name."""

    def find(background: Graph, fixtures: dict[str, Graph]) -> dict[str, Findings]:
        request = {
            "shapes": vocabulary.shapes.serialize(format="nt"),
            "background": background.serialize(format="nt"),
            "fixtures": {name: graph.serialize(format="nt") for name, graph in fixtures.items()},
        }
        answer = json.loads(java("Validate", given=json.dumps(request).encode()))
        return {name: {tuple(finding) for finding in findings} for name, findings in answer.items()}

    return find


@pytest.fixture(scope="module")
def found_by_jena(
    jena: Callable[[Graph, dict[str, Graph]], dict[str, Findings]], background: Graph
) -> dict[str, Findings]:
    """What Jena finds in the fixtures, all rules considered."""
    parsed = {name: Graph().parse(path, publicID=BASE) for name, path in FIXTURES.items()}
    return jena(background, {name: graph - background for name, graph in parsed.items()})


def found_by_pyshacl(graph: Graph, shapes: Graph) -> Findings:
    """What pyshacl finds in a graph."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)
    return findings(report)


def findings(report: Graph) -> Findings:
    """The findings of a SHACL validation report."""
    parts = (SH.focusNode, SH.sourceShape, SH.resultSeverity)
    results = report.subjects(RDF.type, SH.ValidationResult)
    return {tuple(str(report.value(result, part)) for part in parts) for result in results}


def alone(rule: URIRef, shapes: Graph) -> Graph:
    """The shapes with one rule only, which spares pyshacl the others: test_shapes.py knows that fixtures break no other."""
    graph = shapes.cbd(rule) + shapes.cbd(URIRef(SHAPE.rstrip("#")))  # the prefixes stand at the shapes' own IRI
    for holder in shapes.subjects(SH.property, rule):
        graph.add((holder, SH.property, rule))
        for target in (SH.targetClass, SH.targetSubjectsOf):
            for value in shapes.objects(holder, target):
                graph.add((holder, target, value))
    return graph


def about(rule: Node, found: Findings) -> Findings:
    return {finding for finding in found if finding[1] == str(rule)}


@pytest.mark.parametrize("name", FIXTURES)
def test_both_engines_find_the_same_in_a_fixture(
    name: str, background: Graph, vocabulary: Vocabulary, found_by_jena: dict[str, Findings]
) -> None:
    rule = SHAPE[FIXTURES[name].parent.name]
    with added(FIXTURES[name], background) as data:
        expected = found_by_pyshacl(data, alone(rule, vocabulary.shapes))
    # A passing fixture may break other rules than its own.
    found = found_by_jena[name] if FIXTURES[name] in FAILING else about(rule, found_by_jena[name])
    assert (found == expected) == (name not in DIFFERENCES), found ^ expected
    assert bool(expected) == (FIXTURES[name] in FAILING)


def test_differences_are_of_fixtures_that_exist() -> None:
    assert set(DIFFERENCES) <= set(FIXTURES)


def test_both_engines_find_the_same_in_the_plan_of_buskerud(
    jena: Callable[[Graph, dict[str, Graph]], dict[str, Findings]], vocabulary: Vocabulary
) -> None:
    plan = Graph()
    for path in folders.DATA.glob("buskerud/*.ttl"):
        plan.parse(path, publicID=BASE)
    expected = findings(validation.report_graph(plan, vocabulary))
    assert expected
    assert jena(vocabulary.ontology, {"plan": plan})["plan"] == expected
