"""Every dump holds the same statements, whoever reads it: rdflib, rapper (strict), a JSON-LD processor, pyoxigraph."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from pyld import jsonld
from rdflib import Dataset, Graph
from rdflib.compare import isomorphic

from planverk import release
from planverk.instance import Instance
from planverk.media import N_TRIPLES, RDF_REPRESENTATIONS, Representation
from planverk.serialization import write

RAPPER_NAMES = {"nt": "ntriples", "nq": "nquads", "ttl": "turtle", "trig": "trig", "rdf": "rdfxml"}


@pytest.fixture(scope="module")
def dumps(buskerud: Instance) -> Path:
    found = release.current(buskerud.releases)
    assert found is not None
    return found.folder


@pytest.fixture(scope="module")
def everything(dumps: Path) -> Graph:
    return Graph().parse(dumps / "data.nt", format="nt")


def flat(dataset: Dataset) -> Graph:
    graph = Graph()
    for s, p, o, _ in dataset.quads():
        graph.add((s, p, o))
    return graph


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # its parsers use names that it has deprecated itself
@pytest.mark.parametrize("row", RDF_REPRESENTATIONS, ids=lambda row: row.suffix)
def test_rdflib_reads_every_dump_to_the_same_graph(dumps: Path, everything: Graph, row: Representation) -> None:
    path = dumps / f"data.{row.suffix}"
    if row.has_graphs:
        read = flat(Dataset().parse(path, format="nquads" if row.suffix == "nq" else row.suffix))  # type: ignore[arg-type]  # parse gives the dataset it was called on
    else:
        read = Graph().parse(path, format={"rdf": "xml", "jsonld": "json-ld"}.get(row.suffix, row.suffix))
    assert isomorphic(read, everything)


@pytest.mark.parametrize("suffix", RAPPER_NAMES)
def test_rapper_reads_every_dump_to_the_same_graph(
    dumps: Path, everything: Graph, needed: Callable[[str], str], suffix: str
) -> None:
    command = [needed("rapper"), "--quiet", "--input", RAPPER_NAMES[suffix], "--output", "ntriples", f"data.{suffix}"]
    read = subprocess.run(command, cwd=dumps, capture_output=True, check=False)
    assert (read.returncode, read.stderr.decode()) == (0, "")
    assert isomorphic(Graph().parse(data=read.stdout, format="nt"), everything)


def test_a_json_ld_processor_reads_the_dump_to_the_same_graph(dumps: Path, everything: Graph) -> None:
    document = json.loads((dumps / "data.jsonld").read_text(encoding="utf-8"))
    quads = jsonld.to_rdf(document, {"format": "application/n-quads"})
    assert isomorphic(Graph().parse(data=quads, format="nt"), everything)


def test_the_json_ld_speaks_short_names_and_carries_its_context(dumps: Path) -> None:
    document = json.loads((dumps / "data.jsonld").read_text(encoding="utf-8"))
    assert isinstance(document["@context"], dict)
    keys = {key for node in document["@graph"] for key in node}
    assert not {key for key in keys if ":" in key and not key.startswith("@")}


def test_the_n_quads_are_canonical(dumps: Path) -> None:
    text = (dumps / "data.nq").read_bytes()
    dataset = ox.Dataset(ox.parse(text, ox.RdfFormat.N_QUADS))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = (ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b"").splitlines()
    assert text.splitlines() == sorted(lines)


def test_every_resource_has_a_name_and_a_source(everything: Graph) -> None:
    query = """
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        PREFIX dct: <http://purl.org/dc/terms/>
        PREFIX schema: <https://schema.org/>
        PREFIX plan: <https://w3id.org/planverk/ontology#>
        SELECT ?thing {
          ?thing a ?kind
          FILTER NOT EXISTS { ?thing rdfs:label ?name ; dct:source|schema:url|plan:fragmentOf ?source }
        }
    """
    assert list(everything.query(query)) == []


def test_no_dump_names_an_unused_prefix(dumps: Path) -> None:
    text = (dumps / "data.ttl").read_text(encoding="utf-8")
    prefixes = [line.split()[1] for line in text.splitlines() if line.startswith("@prefix")]
    body = text.rpartition("@prefix")[2].partition("\n")[2]
    assert prefixes
    assert [prefix for prefix in prefixes if prefix not in body] == []


def test_a_statement_in_two_graphs_is_written_once_where_graphs_have_no_names() -> None:
    lines = b"<a:s> <a:p> <a:o> <a:g1> .\n<a:s> <a:p> <a:o> <a:g2> .\n"
    assert write(lines, N_TRIPLES) == b"<a:s> <a:p> <a:o> .\n"
