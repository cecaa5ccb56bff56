"""Jena, a SHACL engine of another make, finds the same as pyshacl: in every fixture of the rules, and in Buskerud's plan."""

import json
from collections.abc import Callable

import pytest
from rdflib import Graph

from conftest import report_of
from planverk import folders
from planverk.validation.judge import JudgedGraph, report_in_place
from planverk.vocab import RDF, RDFS, SH, SHAPE
from planverk.vocabulary import Vocabulary, read_vocabulary
from test_shapes import BASE, FAILING, FOLDER, PASSING, added, alone, fixture_name

Findings = set[tuple[str, ...]]  # of focus node, rule and severity

FIXTURES = {fixture_name(path): path for path in [*FAILING, *PASSING]}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture(scope="module")
def background(vocabulary: Vocabulary) -> Graph:
    """The fictional county that fixtures add to, with the superclasses."""
    graph = JudgedGraph().parse(FOLDER / "background.ttl", publicID=BASE)
    for axiom in vocabulary.ontology.triples((None, RDFS.subClassOf, None)):
        graph.add(axiom)
    return graph


def ask_jena(
    java: Callable[..., bytes], background: Graph, shapes: dict[str, Graph], fixtures: dict[str, tuple[str, Graph]]
) -> dict[str, Findings]:
    """What Jena finds in a background with each of some fixtures added to it, each judged by the shapes it names."""
    request = {
        "background": nt(background),
        "shapes": {name: nt(graph) for name, graph in shapes.items()},
        "fixtures": {name: {"shapes": judge, "statements": nt(graph)} for name, (judge, graph) in fixtures.items()},
    }
    answer = json.loads(java("Validate", given=json.dumps(request).encode()))
    return {name: {tuple(finding) for finding in found} for name, found in answer.items()}


def nt(graph: Graph) -> str:
    return graph.serialize(format="nt")


@pytest.fixture(scope="module")
def found_by_jena(java: Callable[..., bytes], background: Graph, vocabulary: Vocabulary) -> dict[str, Findings]:
    """What Jena finds in the fixtures: in failing ones by all rules; in passing ones, which may break others, by their own."""
    rules = {path.parent.name: alone(SHAPE[path.parent.name], vocabulary.shapes) for path in PASSING}
    fixtures = {
        name: ("all" if path in FAILING else path.parent.name, Graph().parse(path, publicID=BASE) - background)
        for name, path in FIXTURES.items()
    }
    return ask_jena(java, background, {"all": vocabulary.shapes, **rules}, fixtures)


def found_by_pyshacl(graph: JudgedGraph, shapes: Graph) -> Findings:
    """What pyshacl finds in a graph."""
    return findings(report_in_place(graph, shapes))


def findings(report: Graph) -> Findings:
    """The findings of a SHACL validation report."""
    parts = (SH.focusNode, SH.sourceShape, SH.resultSeverity)
    results = report.subjects(RDF.type, SH.ValidationResult)
    return {tuple(str(report.value(result, part)) for part in parts) for result in results}


@pytest.mark.parametrize("name", FIXTURES)
def test_both_engines_find_the_same_in_a_fixture(
    name: str, background: Graph, vocabulary: Vocabulary, found_by_jena: dict[str, Findings]
) -> None:
    rule = SHAPE[FIXTURES[name].parent.name]
    with added(FIXTURES[name], background) as data:
        expected = found_by_pyshacl(data, alone(rule, vocabulary.shapes))
    assert found_by_jena[name] == expected
    assert bool(expected) == (FIXTURES[name] in FAILING)


def test_both_engines_find_the_same_in_the_plan_of_buskerud(java: Callable[..., bytes], vocabulary: Vocabulary) -> None:
    plan = Graph()
    for path in folders.DATA.glob("buskerud/*.ttl"):
        plan.parse(path, publicID=BASE)
    expected = findings(report_of(plan, vocabulary))
    assert expected
    found = ask_jena(java, vocabulary.ontology, {"all": vocabulary.shapes}, {"plan": ("all", plan)})
    assert found == {"plan": expected}
