"""After an edit only what it can touch is judged again, and what is found is what a check of everything finds."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rdflib import RDFS, BNode, Graph, Literal, URIRef

from planverk.findings import Finding, Triple
from planverk.store.positions import Positions
from planverk.validation import standing, validate
from planverk.validation.aims import Suspicion, aims
from planverk.validation.judge import JudgedGraph
from planverk.validation.reach import Reach, reach
from planverk.validation.standing import Standing
from planverk.vocab import DCT, ORG, PLAN, RDF, SHAPE
from planverk.vocabulary import Vocabulary, read_vocabulary
from test_validation import BASE, COMPARED, DAYS, changed, read

FJORDHEIM = sorted((Path(__file__).parent / "fjordheim").glob("*.ttl"))
GOAL = URIRef(f"{BASE}id/goal/new")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture(scope="module")
def county() -> list[Triple]:
    return sorted(read(FJORDHEIM))


@pytest.fixture(scope="module")
def watched(county: list[Triple], vocabulary: Vocabulary) -> Standing:
    """The findings of a whole county, standing."""
    watched = Standing(vocabulary)
    watched.validate(graph_of(county), Positions())
    return watched


def graph_of(triples: list[Triple]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


def told(findings: list[Finding]) -> Counter[tuple[object, ...]]:
    """All that findings say, save for their texts; a path that is no property is known by its rule."""
    return Counter(
        (one.rule, one.focus, None if isinstance(one.path, BNode) else one.path, one.value, one.component, one.severity)
        for one in findings
    )


# A seed says all of what failed, and a smaller one no more, so nothing is shrunk.
@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
@given(seed=st.integers(min_value=0, max_value=2**32), edits=st.integers(min_value=1, max_value=12))
def test_edits_are_followed_to_all_that_they_touch(
    seed: int, edits: int, county: list[Triple], watched: Standing, vocabulary: Vocabulary
) -> None:
    watched.validate(graph_of(county), Positions())  # whatever the edits before were
    graph, chance = graph_of(county), random.Random(seed)
    for triple in chance.sample(county, edits):
        edit(graph, triple, county, chance)
    assert told(watched.validate(graph, Positions())) == told(validate(graph, Positions(), vocabulary))


def edit(graph: Graph, triple: Triple, county: list[Triple], chance: random.Random) -> None:
    """Remove a statement, or say it of another thing, or another thing of its subject, or move it."""
    thing, term, value = triple
    fate = chance.randrange(4)
    if fate != 0:
        graph.remove(triple)
    if fate == 0 or fate == 1:
        things = [subject for subject, _, _ in county]
        other = chance.choice([*DAYS, value]) if term in COMPARED else changed(value, chance, things)
        graph.add((thing, term, other))
    if fate == 2:
        graph.add((chance.choice(county)[0], term, value))


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param([(BNode(), RDF.type, PLAN.Goal)], id="a thing without a name"),
        pytest.param([(URIRef(f"{BASE}id/goal/a b"), RDF.type, PLAN.Goal)], id="an address that is none"),
        pytest.param(
            [(GOAL, RDF.type, PLAN.SpecialGoal), (PLAN.SpecialGoal, RDFS.subClassOf, PLAN.Goal)], id="a class"
        ),
        pytest.param(
            [(GOAL, RDF.type, PLAN.Goal), (GOAL, DCT.title, Literal("Mål", lang="nynorsklang"))], id="a tag that is none"
        ),
    ],
)  # fmt: skip
def test_what_is_not_followed_is_judged_whole(
    statements: list[Triple], county: list[Triple], watched: Standing, vocabulary: Vocabulary
) -> None:
    watched.validate(graph_of(county), Positions())
    graph = graph_of([*county, *statements])
    found = told(watched.validate(graph, Positions()))
    assert found == told(validate(graph, Positions(), vocabulary))
    assert any(finding[1] == statements[0][0] for finding in found)


def test_the_case_of_a_language_tag_is_an_edit_too(watched: Standing, county: list[Triple]) -> None:
    thing, term, value = next(triple for triple in county if triple[1] == DCT.title)
    watched.validate(graph_of(county), Positions())
    graph = graph_of([triple for triple in county if triple != (thing, term, value)])
    graph.add((thing, term, Literal(str(value), lang="en-GB")))
    before = told(watched.validate(graph, Positions()))
    graph.remove((thing, term, None))
    graph.add((thing, term, Literal(str(value), lang="nb")))
    assert told(watched.validate(graph, Positions())) != before


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Suspicion]]:
    """What pyshacl was asked of."""
    asked: list[Suspicion] = []
    judge = standing.reports

    def noting(graph: JudgedGraph, shapes: Graph, suspicions: list[Suspicion]) -> Iterator[Graph]:
        asked.extend(suspicions)
        return judge(graph, shapes, suspicions)

    monkeypatch.setattr(standing, "reports", noting)
    yield asked


def test_without_an_edit_nothing_is_judged(county: list[Triple], watched: Standing, judged: list[Suspicion]) -> None:
    before = watched.validate(graph_of(county), Positions())
    judged.clear()
    assert watched.validate(graph_of(county), Positions()) == before
    assert judged == []


def test_an_edited_title_leaves_other_titles_and_the_money_alone(
    county: list[Triple], watched: Standing, judged: list[Suspicion]
) -> None:
    watched.validate(graph_of(county), Positions())
    judged.clear()
    thing, term, value = next(triple for triple in county if triple[1] == DCT.title)
    left = [triple for triple in county if triple != (thing, term, value)]
    watched.validate(graph_of([*left, (thing, term, Literal(" Ny tittel ", lang="nb"))]), Positions())
    asked = {(rule, node) for rule, node in judged if str(rule).startswith((f"{SHAPE}Text-tidy", f"{SHAPE}Funding"))}
    assert asked == {(SHAPE["Text-tidy"], thing)}


@pytest.mark.parametrize(
    ("name", "is_own", "among", "not_among"),
    [
        ("Text-tidy", True, DCT.title, PLAN.amount),
        ("FundingContribution-closed", True, DCT.title, None),
        ("RegionalPlan-vision", False, PLAN.elementOf, DCT.title),
        ("PlanElement-elementOf", False, RDF.type, DCT.title),
        ("Evidence-verbatim", False, PLAN.quote, PLAN.amount),
        ("StatusReport-not-in-future", False, PLAN.amount, None),
        ("Structure-no-cycles", False, PLAN.continuesAction, DCT.title),
        ("Action-responsible-in-partnership", False, ORG.member, DCT.title),
        ("Assertion-accepted-stated", False, PLAN.amount, None),
    ],
)
def test_a_rule_reaches_as_far_as_it_looks(
    name: str, is_own: bool, among: URIRef, not_among: URIRef | None, vocabulary: Vocabulary
) -> None:
    aim = next(aim for aim in aims(vocabulary.shapes) if aim.rule == SHAPE[name])
    found: Reach = reach(aim, vocabulary.shapes)
    assert found.is_own == is_own
    assert found.is_touched({among})
    assert not_among is None or not found.is_touched({not_among})
