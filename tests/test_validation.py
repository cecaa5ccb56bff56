"""The engine that finds suspects changes how long judging takes, and nothing else: plain pyshacl finds the same."""

import os
import random
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from conftest import report_of
from planverk import folders
from planverk.store.engine import Engine
from planverk.validation.aims import aims
from planverk.validation.judge import JudgedGraph, judge, report_in_place
from planverk.validation.suspects import Suspects
from planverk.vocab import DCT, PLAN, SH, SHAPE, SKOS
from planverk.vocabulary import Vocabulary, read_vocabulary

BASE = "https://data.example.org/"
TESTS = Path(__file__).parent
FAILING = sorted((TESTS / "shapes").glob("*/fail-*.ttl"))
GROUPS = 6
# pyshacl gives up when it is to compare other values than days; see the last test.
COMPARED = (PLAN.startDate, PLAN.endDate)
DAYS = [
    Literal(day, datatype=XSD.date) for day in ("1999-12-31", "2019-12-31", "2020-02-29", "2024-02-29", "2031-01-01")
]

Results = set[tuple[Node | None, ...]]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture(scope="module")
def rules(vocabulary: Vocabulary) -> Graph:
    """The shapes without their texts, through which pyshacl would go again for every node."""
    texts = (SH.name, SH.description, SH.message)
    graph = Graph()
    graph += (triple for triple in vocabulary.shapes if triple[1] not in texts)
    return graph


@pytest.fixture(scope="module")
def fjordheim() -> Graph:
    """A whole county, of which nothing is wrong but a few notes."""
    return read(sorted((TESTS / "fjordheim").glob("*.ttl")))


def read(files: Iterable[Path]) -> Graph:
    graph = Graph()
    for file in files:
        graph.parse(file, publicID=BASE)
    return graph


def judged(graph: Graph, vocabulary: Vocabulary) -> JudgedGraph:
    data = JudgedGraph()
    data += graph
    data += vocabulary.ontology.triples((None, RDFS.subClassOf, None))
    return data


def results(report: Graph) -> Results:
    """All that a report says of each result, save for its texts."""
    parts = [SH.focusNode, SH.resultPath, SH.value, SH.sourceConstraintComponent, SH.sourceShape, SH.resultSeverity]
    return {
        tuple(
            None if part == SH.resultPath and isinstance(said, BNode) else said
            for part, said in told(report, parts, one)
        )
        for one in report.subjects(RDF.type, SH.ValidationResult)
    }


def told(report: Graph, parts: list[URIRef], result: Node) -> Iterator[tuple[URIRef, Node | None]]:
    return ((part, report.value(result, part)) for part in parts)


def both(graph: Graph, vocabulary: Vocabulary, rules: Graph) -> tuple[Results, Results]:
    """What is found with suspects, and what plain pyshacl finds of the whole graph."""
    plain = report_in_place(judged(graph, vocabulary), rules)
    return results(report_of(graph, vocabulary)), results(plain)


@pytest.mark.parametrize("group", range(GROUPS))
def test_pyshacl_alone_finds_the_same_in_all_failing_fixtures_taken_together(
    group: int, vocabulary: Vocabulary, rules: Graph
) -> None:
    graph = read([TESTS / "shapes" / "background.ttl", *FAILING[group::GROUPS]])
    found, expected = both(graph, vocabulary, rules)
    assert len(expected) > 40
    assert found == expected


def test_pyshacl_alone_finds_the_same_in_the_plan_of_buskerud(vocabulary: Vocabulary, rules: Graph) -> None:
    found, expected = both(read(sorted(folders.DATA.glob("buskerud/*.ttl"))), vocabulary, rules)
    assert expected
    assert found == expected


def test_pyshacl_alone_finds_the_same_in_a_whole_county(fjordheim: Graph, vocabulary: Vocabulary, rules: Graph) -> None:
    found, expected = both(fjordheim, vocabulary, rules)
    assert expected
    assert found == expected


@pytest.mark.parametrize("seed", range(3))
def test_pyshacl_alone_finds_the_same_in_a_county_broken_at_random(
    seed: int, fjordheim: Graph, vocabulary: Vocabulary, rules: Graph
) -> None:
    found, expected = both(broken(fjordheim, random.Random(seed)), vocabulary, rules)
    assert len(expected) > 300
    assert found == expected


def broken(graph: Graph, chance: random.Random) -> Graph:
    """A graph of which every twelfth statement is missing, doubled or another."""
    triples = sorted(graph)
    things = sorted({triple[0] for triple in triples})
    copy = Graph()
    for s, p, o in triples:
        fate = chance.randrange(60)
        if fate > 0:
            copy.add((s, p, o))
        if fate in (0, 1, 2):
            copy.add((s, p, changed(o, chance, things) if p not in COMPARED else chance.choice([*DAYS, o])))
        if fate == 3:
            copy.add((chance.choice(things), p, o))
        if fate == 4:
            copy.remove((s, p, o))
    return copy


def changed(value: Node, chance: random.Random, things: list[Node]) -> Node:
    """A value of the kind that editors' mistakes have; an empty text is no link, for rdflib takes it for any thing."""
    other: list[Node] = [
        chance.choice(things),
        URIRef(f"{BASE}id/goal/nowhere"),
        Literal(" x", lang="nb"),
        Literal("tekst\x1c", lang="NN"),
    ]
    if not isinstance(value, Literal):
        return chance.choice([*other, PLAN.Goal, DCT.title])
    text = str(value)
    same: list[Node] = [
        Literal(text),
        Literal(""),
        Literal(text, lang="en-GB"),
        Literal(text + "\n", lang="nb"),
        Literal("12.50", datatype=XSD.decimal),
    ]
    years: list[Node] = [
        Literal(year, datatype=XSD.gYear, normalize=False) for year in ("1920", "2050Z", "-0044", "20")
    ]
    return chance.choice(
        [*other, *same, *DAYS, *years, Literal("007", datatype=XSD.integer), Literal("mange", datatype=XSD.integer)]
    )


def test_every_rule_is_judged_by_itself_and_has_a_target(vocabulary: Vocabulary) -> None:
    shapes = vocabulary.shapes
    kinds = (SH.NodeShape, SH.PropertyShape)
    rules = {rule for rule in shapes.subjects(SH.severity) if any((rule, RDF.type, kind) in shapes for kind in kinds)}
    assert {aim.rule for aim in aims(shapes)} == rules
    assert all(aim.targets for aim in aims(shapes))


def test_a_thing_without_a_name_of_its_own_is_judged_too(vocabulary: Vocabulary, rules: Graph) -> None:
    graph, nameless = Graph(), BNode()
    graph.add((nameless, RDF.type, PLAN.Goal))
    graph.add((nameless, SKOS.altLabel, Literal(" mål")))
    found, expected = both(graph, vocabulary, rules)
    assert expected
    assert found == expected


def test_dates_that_cannot_be_compared_break_the_rule_that_compares_them(vocabulary: Vocabulary) -> None:
    thing, other = URIRef(f"{BASE}id/action/one"), URIRef(f"{BASE}id/action/two")
    graph = Graph()
    for subject, day in ((thing, Literal("snart", lang="nb")), (other, Literal("2022-01-01", datatype=XSD.date))):
        graph.add((subject, PLAN.startDate, day))
        graph.add((subject, PLAN.endDate, Literal("2021-01-01", datatype=XSD.date)))
    report = report_of(graph, vocabulary)
    found = {report.value(one, SH.focusNode) for one in report.subjects(SH.sourceShape, SHAPE["Period-order"])}
    assert found == {thing, other}


def test_a_thing_whose_address_no_query_can_name_is_judged_too(vocabulary: Vocabulary, rules: Graph) -> None:
    graph, thing, theme = Graph(), URIRef(f"{BASE}id/goal/a b"), URIRef(f"{BASE}id/theme/one")
    graph.add((thing, RDF.type, PLAN.Goal))
    graph.add((theme, RDF.type, PLAN.Theme))
    graph.add((theme, PLAN.underTheme, URIRef(f'{BASE}id/theme/"q"')))
    found, expected = both(graph, vocabulary, rules)
    assert {result[0] for result in expected} == {thing, theme}
    assert found == expected


# From Python 3.12 on a fork beside any thread is warned of, and the tests' runner has one.
beside_the_runner = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@beside_the_runner
@pytest.mark.parametrize("in_memory", [100_000, 0])
def test_many_suspicions_are_shared_out_among_processes_and_found_the_same(
    fjordheim: Graph, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    expected = results(report_of(fjordheim, vocabulary))
    monkeypatch.setattr("planverk.validation.judge._ENOUGH", 10)
    monkeypatch.setattr("planverk.store.engine._room", lambda: in_memory)
    assert results(report_of(fjordheim, vocabulary)) == expected


@beside_the_runner
def test_no_thread_of_ours_is_left_when_processes_are_forked(
    fjordheim: Graph, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, left, fork = threading.enumerate(), list[list[threading.Thread]](), os.fork

    def noting() -> int:
        left.append([thread for thread in threading.enumerate() if thread not in before])
        return fork()

    monkeypatch.setattr(os, "fork", noting)
    monkeypatch.setattr("planverk.validation.judge._ENOUGH", 10)
    report_of(fjordheim, vocabulary)
    assert left
    assert not any(left)


def test_a_suspect_is_judged_by_as_many_statements_among_many_things_as_among_few(
    fjordheim: Graph, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspicions = Suspects(vocabulary.shapes, judged(fjordheim, vocabulary)).of(
        aims(vocabulary.shapes), judged(fjordheim, vocabulary)
    )
    others = Graph()
    for kind in set(fjordheim.objects(None, RDF.type)):
        for number in range(20):
            others.add((URIRef(f"{BASE}id/other/{number}"), RDF.type, kind))
    seen, triples = Counter[int](), Engine.triples

    def noting(engine: Engine, pattern: Any, context: object = None) -> Iterator[Any]:  # Any: as rdflib has it
        for found in triples(engine, pattern, context):
            seen[id(engine)] += 1
            yield found

    monkeypatch.setattr(Engine, "triples", noting)
    graphs = judged(fjordheim, vocabulary), judged(fjordheim + others, vocabulary)
    seen.clear()
    for graph in graphs:
        judge(graph, vocabulary.shapes, suspicions)
    few, many = (seen[id(graph.engine)] for graph in graphs)
    assert few == many


def test_the_judged_graph_is_left_as_it_was(fjordheim: Graph, vocabulary: Vocabulary) -> None:
    size = len(fjordheim)
    report_of(fjordheim, vocabulary)
    assert len(fjordheim) == size
    assert (None, RDFS.subClassOf, None) not in fjordheim
