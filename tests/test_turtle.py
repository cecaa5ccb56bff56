"""Reading an editor's Turtle: every statement's line is known, and one fault does not hide the next."""

from pathlib import Path

import pytest
from rdflib import DCTERMS, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from planverk.findings import Place, Triple
from planverk.sources.orderly import read_orderly
from planverk.sources.turtle import SyntaxFault, read_turtle
from planverk.store.positions import Positions

BASE = "https://data.example.org/"
PREFIXES = "@prefix dct: <http://purl.org/dc/terms/> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"


def read(tmp_path: Path, text: str | bytes) -> tuple[Graph, Positions, list[SyntaxFault]]:
    path = tmp_path / "plan.ttl"
    path.write_bytes(text if isinstance(text, bytes) else (PREFIXES + text).encode())
    positions = Positions()
    faults = read_turtle(path, BASE, positions)
    return positions.graph, positions, faults


def places(positions: Positions) -> dict[Triple, Place | None]:
    return {triple: positions.first(*triple) for triple in positions.graph}


@pytest.mark.parametrize(
    ("text", "value", "line"),
    [
        ('<id/a/b> dct:title "A"@nb .', Literal("A", "nb"), 3),
        ('<id/a/b>\n  dct:title\n    "A"@nb ,\n    "B"@nn .', Literal("B", "nn"), 6),
        ('<id/a/b> dct:title """to\nlinjer"""@nb ;\n  dct:description "C"@nb .', Literal("C", "nb"), 5),
        ('# kommentar\n\n<id/a/b> dct:title "D"@nb\n\n.', Literal("D", "nb"), 5),
        ("<id/a/b> dct:relation\n  <id/a/c> .", URIRef(BASE + "id/a/c"), 4),
        ("<id/a/b> dct:extent\n  42 .", Literal(42), 4),
    ],
)
def test_the_line_of_each_statement_is_where_its_value_begins(
    tmp_path: Path, text: str, value: URIRef | Literal, line: int
) -> None:
    graph, positions, faults = read(tmp_path, text)
    assert not faults
    assert [places(positions)[triple].line for triple in graph if triple[2] == value] == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('<id/a/b> a dct:Agent\n  dct:title "semikolon mangler"@nb .', 4),
        ('<id/a/b> dct:title "ukjent prefiks"@nb ; foo:bar 1 .', 3),
        ('<id/a/b> dct:title "hermetegn mangler@nb .\n', 3),
        ('<id/a/b> dct:title "uten punktum"@nb', 3),
        ("<id/a/b dct:title 1 .", 3),
        ("]", 3),
    ],
)
def test_a_fault_of_syntax_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    _, _, faults = read(tmp_path, text)
    assert [fault.place.line for fault in faults][:1] == [line]


def test_after_a_fault_the_reading_goes_on_with_the_next_statement(tmp_path: Path) -> None:
    text = (
        '<id/a/b> dct:title "feil" dct:title "her" .\n\n<id/a/c> dct:title "god"@nb .\n\n'
        "<id/a/d> foo:x 1 .\n<id/a/e> dct:title 2 ."
    )
    graph, positions, faults = read(tmp_path, text)
    assert [fault.place.line for fault in faults] == [3, 7]
    assert (URIRef(BASE + "id/a/c"), DCTERMS.title, Literal("god", "nb")) in graph
    assert places(positions)[URIRef(BASE + "id/a/e"), DCTERMS.title, Literal(2)].line == 8


@pytest.mark.parametrize(("content", "line"), [(b"\xff\xfe<\x00", 1), (b"# a\n# b\n# \xe6\n", 3)])
def test_a_file_that_is_not_utf8_is_told_with_the_line(tmp_path: Path, content: bytes, line: int) -> None:
    graph, _, faults = read(tmp_path, content)
    assert [fault.place.line for fault in faults] == [line]
    assert len(graph) == 0


def test_a_file_saved_by_notepad_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    graph, _, faults = read(tmp_path, b"\xef\xbb\xbf<id/a/b> <id/a/c> <id/a/d> .\r\n")
    assert (len(graph), faults) == (1, [])


TESTS = Path(__file__).parent
FILES = [
    path
    for folder in (TESTS.parent / "data", TESTS / "fjordheim", TESTS / "odd", TESTS / "mistakes", TESTS / "shapes")
    for path in sorted(folder.glob("**/*.ttl"))
    if "releases" not in path.parts
]
ODDITIES = [
    'a:b a:c "one \\" two"@nb , """three " "" four.""" ; .',
    "a:b a:c 'it''s' .",
    "a:b a:c 1.5 , 2 , 1e0 , -3. a:d a:e true .",
    "a:b a:c.d a:e.f.\na:g a a:h ;; .",
    'a:b a:c "ill"^^xsd:integer , "2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .',
    "a:b a:c [ a:d 1 ] , ( 1 2 ) .",
    'a:b a:c "text"^^xsd:string , "text" .',
    "a:b a:c <../up> , <id/x> , <> .",
    "a:b a:c a:d # a comment; with . marks\n , a:e .",
    "PREFIX z: <http://z.example/>\nz:b z:c z:d .",
    "a:b a:c a:d\n a:e a:f . a:g a:h a:i .",
    "a:æ a:ø <id/å> . # the end",
    'a:b a:c "x"@en--ltr .',
    "<< a:b a:c a:d >> a:e a:f .",
    'a:b a:c a:d . @version "1.2" . a:e a:f a:g .',
]


def same(one: Graph, other: Graph) -> bool:
    return set(one) == set(other) or isomorphic(one, other)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_quick_reader_reads_our_files_as_the_thorough_one_does(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same(path, monkeypatch)


@pytest.mark.parametrize("text", ODDITIES)
def test_the_quick_reader_reads_odd_turtle_as_the_thorough_one_does(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.ttl"
    path.write_text(f"@prefix a: <http://a.example/> .\n{PREFIXES}{text}\n", encoding="utf-8")
    assert_same(path, monkeypatch)


def assert_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick, thorough = Positions(), Positions()
    faults = read_turtle(path, BASE, quick)
    monkeypatch.setattr("planverk.sources.turtle.read_orderly", lambda *_: None)
    assert faults == read_turtle(path, BASE, thorough)
    assert same(quick.graph, thorough.graph)
    # Blank nodes have new names at each reading.
    found, expected = (
        {triple: place for triple, place in places(one).items() if BNode not in map(type, triple)}
        for one in (quick, thorough)
    )
    assert found == expected


def test_most_files_are_read_by_the_quick_reader() -> None:
    read = [read_orderly(path.read_text(encoding="utf-8"), BASE) for path in FILES]
    assert sum(one is not None for one in read) > 0.95 * len(FILES)
