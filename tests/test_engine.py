"""A graph in the engine is the same as one in rdflib's own store, whatever the engine makes of its terms."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import DCTERMS, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from planverk.derivation import derive, stated_and_derived
from planverk.findings import Place, Triple
from planverk.store.engine import Engine
from planverk.store.positions import Positions
from planverk.vocabulary import read_vocabulary

THINGS = [URIRef(f"https://data.example.org/id/a/{name}") for name in ("a", "b", "æ")]
ODD_NAMES = [URIRef("https://data.example.org/id/a b"), URIRef("no address"), BNode("b1")]
VALUES: list[Node] = [
    *THINGS, *ODD_NAMES,
    Literal("text"), Literal("text", datatype=XSD.string), Literal("text", lang="nb"), Literal("text", lang="en-GB"),
    Literal("text", lang="en-gb"), Literal("1"), Literal(1), Literal("01", datatype=XSD.integer),
    Literal("1.50", datatype=XSD.decimal), Literal("1.5", datatype=XSD.decimal), Literal("ill", datatype=XSD.date),
    Literal("2015-02-31", datatype=XSD.date), Literal("2015-02-28", datatype=XSD.date), Literal("1", datatype=XSD.boolean),
    Literal("x", datatype=URIRef("no datatype")), Literal("\ud800"), Literal(""),
]  # fmt: skip
STATEMENTS = st.tuples(
    st.sampled_from([*THINGS, *ODD_NAMES]), st.sampled_from([*THINGS, ODD_NAMES[0]]), st.sampled_from(VALUES)
)
# None, some or all of what is stated here is held in memory.
IN_MEMORY = st.sampled_from([0, 3, 1000])
PATTERNS = st.tuples(*(st.none() | st.sampled_from([*VALUES, *ODD_NAMES]) for _ in range(3)))


def graphs(statements: Iterable[Triple], in_memory: int) -> tuple[Graph, Graph]:
    pair = Graph(store=Engine(in_memory), bind_namespaces="none"), Graph(bind_namespaces="none")
    for graph in pair:
        for statement in statements:
            graph.add(statement)
    return pair


def spelt(statements: Iterable[Triple]) -> list[str]:
    return sorted(map(repr, statements))


@given(st.lists(STATEMENTS), st.lists(PATTERNS), IN_MEMORY)
def test_it_holds_what_was_stated_as_it_was_stated(
    statements: list[Triple], patterns: list[Triple], in_memory: int
) -> None:
    ours, theirs = graphs(statements, in_memory)
    assert spelt(ours) == spelt(theirs)
    assert len(ours) == len(theirs)
    for pattern in (*patterns, *((subject, None, None) for subject in (*THINGS, *ODD_NAMES))):
        assert spelt(ours.triples(pattern)) == spelt(theirs.triples(pattern))


@given(st.lists(STATEMENTS), st.lists(PATTERNS, max_size=3), st.lists(STATEMENTS), IN_MEMORY)
def test_what_is_removed_is_gone_and_can_be_stated_again(
    statements: list[Triple], removed: list[Triple], again: list[Triple], in_memory: int
) -> None:
    ours, theirs = graphs(statements, in_memory)
    for graph in (ours, theirs):
        for pattern in removed:
            graph.remove(pattern)
        graph.addN((*statement, graph) for statement in again)
    assert spelt(ours) == spelt(theirs)
    assert len(ours) == len(theirs)


@given(st.lists(STATEMENTS), IN_MEMORY)
def test_queries_see_each_statement_or_its_subject_is_told_of(statements: list[Triple], in_memory: int) -> None:
    graph, _ = graphs(statements, in_memory)
    engine = graph.store
    assert isinstance(engine, Engine)
    for subject in THINGS:
        counted = f"SELECT ?n {{ SELECT (IRI(STR(COUNT(*))) AS ?n) {{ {subject.n3()} ?p ?o }} }}"
        seen = {int(found.rpartition("/")[2]) for found in engine.named(f"BASE <http://n/> {counted}")}
        if subject not in engine.respelt:
            assert seen == {len(list(graph.triples((subject, None, None))))}
    assert {subject for subject, _, _ in graph if not engine.can_name(subject)} <= engine.nameless


def test_the_first_place_of_a_statement_counts() -> None:
    positions = Positions()
    thing, title = THINGS[:2]
    one, other, third = Literal("one"), Literal("1.50", datatype=XSD.decimal), Literal("third")
    turtle = Path("plan.ttl")
    cell = Place(Path("plan.xlsx"), 3, "Tiltak", "AB")
    positions.note([((thing, title, one), Place(turtle, 100)), ((thing, title, other), Place(turtle, 20))])
    positions.note([((thing, title, one), Place(turtle, 5)), ((thing, title, third), cell)])
    assert len(positions.graph) == 3
    assert positions.first(thing, title, one) == Place(turtle, 100)
    assert positions.first(thing, title, other) == Place(turtle, 20)
    assert positions.first(thing, title, third) == cell
    assert positions.first(thing, title) == positions.first(thing) == Place(turtle, 20)
    assert positions.first(title) is None


def test_a_finding_stands_where_its_statement_does_or_as_near_as_can_be() -> None:
    positions = Positions()
    thing, title, gap = THINGS
    positions.note([((thing, title, Literal("one")), Place(Path("plan.ttl"), 2))])
    positions.note([((thing, URIRef("https://x/p"), Literal("two")), Place(Path("plan.ttl"), 1))])
    positions.note_gap(thing, gap, Place(Path("plan.xlsx"), 7, "Tiltak", "C"))
    assert str(positions.find(thing, title, Literal("one"))) == "plan.ttl:2"
    assert str(positions.find(thing, title, Literal("another"))) == "plan.ttl:2"
    assert str(positions.find(thing, gap, None)) == "plan.xlsx: Tiltak!C7"
    assert str(positions.find(thing, None, None)) == "plan.ttl:1"
    assert positions.find(title, None, None) is None
    assert positions.find(None, None, None) is None


def test_what_is_frozen_keeps_the_writing_of_its_source() -> None:
    thing = THINGS[0]
    graph = Positions().graph
    for value in (Literal("1.50", datatype=XSD.decimal), Literal("text", lang="en-GB"), Literal("navn", lang="nb")):
        graph.add((thing, DCTERMS.title, value))
    lines = set(stated_and_derived(graph, read_vocabulary(), URIRef("https://x/stated"), URIRef("https://x/derived")))
    title = f"{thing.n3()} {DCTERMS.title.n3()}"
    stated = {line.decode() for line in lines if line.endswith(b"<https://x/stated> .\n")}
    assert stated == {
        f'{title} "1.50"^^{XSD.decimal.n3()} <https://x/stated> .\n',
        f'{title} "text"@en-gb <https://x/stated> .\n',  # tags are small letters in canonical N-Quads
        f'{title} "navn"@nb <https://x/stated> .\n',
    }
    derived = lines - {line.encode() for line in stated}
    assert f'{thing.n3()} {RDFS.label.n3()} "navn"@nb <https://x/derived> .\n'.encode() in derived
    assert len(graph) == 3
    assert len(list(graph)) == 3


def test_what_is_held_on_disk_is_gone_with_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    graph, _ = graphs([(THINGS[0], DCTERMS.title, Literal("one"))], in_memory=0)
    assert len(list(graph)) == 1
    assert list(tmp_path.iterdir())
    del graph
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("in_memory", [0, 1000])
def test_what_follows_is_the_same_wherever_the_statements_are(in_memory: int) -> None:
    vocabulary = read_vocabulary()
    stated, plain = graphs([(THINGS[0], DCTERMS.title, Literal("navn", lang="nb"))], in_memory)
    found = derive(stated, vocabulary)
    assert set(found) == set(derive(plain, vocabulary))
    assert set(derive(stated, vocabulary)) == set(found) != set()
    assert len(stated) == 1
