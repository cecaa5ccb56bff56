"""What is written a piece at a time is byte for byte what would be written at once."""

from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from planverk import lines, serialization
from planverk.instance import Instance
from planverk.media import N_QUADS, RDF_REPRESENTATIONS, Representation
from planverk.release import DATA
from planverk.serialization import dumps
from planverk.store.triples import incoming

GRAPH = URIRef("https://example.org/graph")
TEXTS = {
    "nothing": "",
    "one thing": '<https://example.org/a> <https://example.org/p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
    "a blank node": '<https://example.org/a> <https://example.org/p> _:b . _:b <https://example.org/p> "\\u0001é\\n" .',
    "a text like a blank node": '<https://example.org/a> <https://example.org/p> "<x> _:b", "y"@nb . '
    "<https://example.org/b> a <https://w3id.org/planverk/ontology#Theme> .",
}


@pytest.fixture(params=TEXTS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return Graph(bind_namespaces="none").parse(data=TEXTS[request.param], format="turtle")


def write(path: Path, graphs: dict[URIRef, Graph]) -> None:
    dumps.write_canonical(path, (f"{quad} .\n".encode() for quad in serialization.quads_of(graphs)))


@pytest.fixture
def data(buskerud: Instance) -> Path:
    return buskerud.releases / "current" / DATA


def test_lines_come_in_order_and_once_from_however_many_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PIECE", 3)
    numbers = [b"%d\n" % (place * 7 % 10) for place in range(20)]
    assert list(lines.in_order(numbers)) == [b"%d\n" % number for number in range(10)]


def test_canonical_lines_are_the_same_whether_written_or_given(graph: Graph, tmp_path: Path) -> None:
    write(tmp_path / DATA, {GRAPH: graph})
    assert (tmp_path / DATA).read_bytes() == serialization.canonical({GRAPH: graph})


@pytest.mark.parametrize("row", RDF_REPRESENTATIONS, ids=lambda row: row.suffix)
def test_a_dump_is_the_same_whether_written_or_given(graph: Graph, row: Representation, tmp_path: Path) -> None:
    write(tmp_path / DATA, {GRAPH: graph})
    dumps.write_dump(tmp_path / DATA, tmp_path / "dump", row)
    assert (tmp_path / "dump").read_bytes() == serialization.write((tmp_path / DATA).read_bytes(), row)


@pytest.mark.parametrize("row", RDF_REPRESENTATIONS, ids=lambda row: row.suffix)
def test_a_county_is_dumped_as_it_would_be_written_at_once(data: Path, row: Representation) -> None:
    assert data.with_suffix(f".{row.suffix}").read_bytes() == serialization.write(data.read_bytes(), row)


def test_the_hash_is_the_same_whether_read_a_line_at_a_time_or_at_once(graph: Graph, tmp_path: Path) -> None:
    write(tmp_path / DATA, {GRAPH: graph, URIRef(f"{GRAPH}2"): graph})
    assert dumps.triples_hash(tmp_path / DATA) == serialization.hashes((tmp_path / DATA).read_bytes(), N_QUADS)[1]


def test_links_turned_round_are_in_order_from_however_many_pieces(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = data.read_bytes().splitlines(keepends=True)
    at_once = list(incoming(given))
    monkeypatch.setattr(lines, "PIECE", 50)
    assert list(incoming(given)) == at_once
    assert len(at_once) > 500
