"""What the official shapes of DCAT-AP-NO, DCAT-AP, SKOS-AP-NO and ModelldCAT-AP-NO say of the three harvest documents."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from flask.testing import FlaskClient
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from planverk.harvesting import harvester
from planverk.harvesting.harvester import KINDS
from planverk.vocab import DCAT, DCT, EU, SH, SKOS

# Third parties' files, which lie beside the repository where they have been fetched.
OFFICIAL = Path(__file__).parents[2] / "shared" / "conformance" / "dcat-ap-no"
# What both profiles import: a series is a dataset (DCAT 3, section 6.7).
DCAT_3 = [(DCAT.DatasetSeries, RDFS.subClassOf, DCAT.Dataset)]
V3_CORE, V3_RANGE, V3_TERMS = (f"v3.0/dcatapno3-{part}-shapes.ttl" for part in ("core", "range", "vocabulary"))
V2 = "mqa/dcat-ap-no_shacl-shapes-2.0.0.ttl"
SEMIC, SEMIC_RANGE = (f"semic/3.0.1/html-shacl/{part}.ttl" for part in ("shapes", "range"))
CONCEPTS = "related/skos-ap-no-begrep/SKOS-AP-NO-Begrep-shape_shape_v2.ttl"
MODEL = "related/modelldcat-ap-no/modelldcat-ap-no_v1_SHACL-shapes.ttl"
MODEL_TERMS = "related/modelldcat-ap-no/modelldcatno.ttl"
INSTANCES = pytest.mark.parametrize("who", ["buskerud", "odd"])

# rdflib's parsers use names that it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")


@pytest.fixture
def documents(request: pytest.FixtureRequest, who: str) -> "Documents":
    client: FlaskClient = request.getfixturevalue({"buskerud": "client", "odd": "odd_client"}[who])
    return Documents(client)


class Documents:
    """The harvest documents of an instance, as graphs."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def __getitem__(self, path: str) -> Graph:
        return Graph().parse(data=self._client.get(path, headers={"Accept": "text/turtle"}).data, format="turtle")


def official(file: str) -> Graph:
    """An official file; where it is not at hand, the test says so."""
    if not (OFFICIAL / file).exists():
        pytest.skip(f"MISSED: {OFFICIAL / file} is not here, so nothing was judged by it.")
    return _read(file)


@cache
def _read(file: str) -> Graph:
    return Graph().parse(OFFICIAL / file)


def complaints(data: Graph, shapes: Graph, *severities: URIRef) -> list[tuple[Node | None, ...]]:
    """What shapes find wrong."""
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph)
    return [
        tuple(report.value(result, term) for term in (SH.focusNode, SH.resultPath, SH.resultMessage))
        for severity in severities or (SH.Violation,)
        for result in report.subjects(SH.resultSeverity, severity)
    ]


def with_axioms(graph: Graph) -> Graph:
    for axiom in DCAT_3:
        graph.add(axiom)
    return graph


def shapes_of_models() -> Graph:
    """The shapes of ModelldCAT-AP-NO without the one that no catalogue can fulfil: a node kind that is a class."""
    shapes = Graph() + official(MODEL)
    (faulty,) = shapes.subjects(SH.nodeKind, URIRef("http://www.w3.org/2006/vcard/ns#Organization"))
    shapes.remove((faulty, SH.nodeKind, None))
    return shapes


@pytest.mark.parametrize("shapes", [V3_CORE, V3_RANGE, V3_TERMS, SEMIC, SEMIC_RANGE])
@INSTANCES
def test_the_catalogue_breaks_no_official_shape(documents: Documents, shapes: str) -> None:
    assert complaints(with_axioms(documents["/katalog"]), official(shapes)) == []


@INSTANCES
def test_what_is_scored_of_the_catalogue_breaks_no_shape_of_version_2_and_gets_no_warning(documents: Documents) -> None:
    shapes = official(V2)
    members = list(scored(documents["/katalog"]))
    assert members
    for member in members:
        assert complaints(member, shapes, SH.Violation, SH.Warning, SH.Info) == []


def scored(catalogue: Graph) -> Iterator[Graph]:
    """Each member's own graph, which is all that the national quality score is counted by."""
    for kind in ("dataset", "dataservice"):
        for member in harvester.harvest(catalogue, KINDS[kind]).members:
            yield member.graph


@INSTANCES
def test_the_concepts_break_no_official_shape(documents: Documents) -> None:
    assert complaints(documents["/begreper"], official(CONCEPTS), SH.Violation, SH.Warning) == []


@INSTANCES
def test_the_information_model_breaks_no_official_shape(documents: Documents) -> None:
    # The shapes ask for things of a class, and the vocabulary says which classes are kinds of which.
    model = documents["/informasjonsmodell"]
    for axiom in official(MODEL_TERMS).triples((None, RDFS.subClassOf, None)):
        model.add(axiom)
    assert complaints(model, shapes_of_models(), SH.Violation, SH.Warning) == []


@pytest.mark.parametrize(
    ("path", "shapes", "term", "wrong"),
    [
        ("/katalog", V3_CORE, DCT.publisher, Literal("noen")),
        ("/katalog", V3_RANGE, DCAT.mediaType, URIRef("https://example.org/type")),
        ("/katalog", V3_TERMS, DCT.accessRights, EU["frequency/IRREG"]),
        ("/katalog", V2, DCT.publisher, Literal("noen")),
        ("/katalog", SEMIC, DCT.publisher, Literal("noen")),
        ("/katalog", SEMIC_RANGE, DCT.license, URIRef("https://example.org/licence")),
        ("/begreper", CONCEPTS, SKOS.prefLabel, Literal("uten språk")),
        ("/informasjonsmodell", MODEL, DCT.publisher, Literal("noen")),
    ],
)
def test_the_official_shapes_do_find_what_is_wrong(
    odd_client: FlaskClient, path: str, shapes: str, term: URIRef, wrong: Node
) -> None:
    broken = Documents(odd_client)[path]
    for subject in list(set(broken.subjects(term)))[:3]:
        broken.set((subject, term, wrong))
    assert complaints(broken, shapes_of_models() if shapes == MODEL else official(shapes))


@INSTANCES
def test_each_document_has_a_container_of_its_own(documents: Documents) -> None:
    # An IRI that comes from two addresses makes the harvester give up the second.
    held = {
        path: [
            iri
            for kind in kinds
            for found in [harvester.harvest(documents[path], KINDS[kind])]
            for iri in (*found.containers, *(member.iri for member in found.members))
        ]
        for path, kinds in {
            "/katalog": ["dataset", "dataservice"],
            "/begreper": ["concept"],
            "/informasjonsmodell": ["informationmodel"],
        }.items()
    }
    assert all(held.values())
    assert harvester.conflicts(held) == {}


@INSTANCES
def test_only_concepts_are_typed_as_concepts_where_they_are_harvested(documents: Documents) -> None:
    concepts = documents["/begreper"]
    (collection,) = concepts.subjects(RDF.type, SKOS.Collection)
    members = set(concepts.objects(collection, SKOS.member))
    assert set(concepts.subjects(RDF.type, SKOS.Concept)) == members
    assert len(members) > 80
