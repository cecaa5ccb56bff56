"""What the JSON-LD context and the plan-tree frame promise those who read plans as plain JSON."""

import json
from pathlib import Path
from typing import Any  # JSON has no better type

import pytest
from pyld import jsonld
from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

ONTOLOGY = Path(__file__).parents[1] / "ontology"
EXAMPLES = sorted((ONTOLOGY / "examples").glob("*.ttl"))
CONTEXT: dict[str, Any] = json.loads((ONTOLOGY / "context.jsonld").read_text())

PLAN = Namespace("https://w3id.org/planverk/ontology#")
BASE = "https://data.example.org/"
FOLDER = "https://vocabulary.example.org/"  # stands for wherever the ontology's folder is served
THING = URIRef(f"{BASE}id/goal/økt-verdiskaping")
OTHER = URIRef(f"{BASE}id/theme/kompetanse")
PROPERTIES = [OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty]

VALUES: dict[str, list[Node]] = {
    "a link": [OTHER],
    "several links": [OTHER, THING],
    "a text in three languages": [Literal("mål", "nb"), Literal("mål", "nn"), Literal("goal", "en")],
    "several texts in one language": [Literal("handlingsplan", "nb"), Literal("handlingsprogram", "nb")],
    "a text without a language": [Literal("6.1")],
    "a date": [Literal("2014-12-16", datatype=XSD.date)],
    "a month and a year": [Literal("2014-09", datatype=XSD.gYearMonth), Literal("2015", datatype=XSD.gYear)],
    "a decimal": [Literal("450000.50", datatype=XSD.decimal)],
    "an integer": [Literal("12", datatype=XSD.integer)],
    "a truth": [Literal("true", datatype=XSD.boolean)],
    "a link, a text and a date": [OTHER, Literal("seks", "nb"), Literal("2014-12-10", datatype=XSD.date)],
}

# rdflib 7.6 reads JSON-LD through a class of its own that it has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


def declared(*kinds: URIRef) -> list[URIRef]:
    """The terms that the ontology declares to be of some kinds."""
    ontology = Graph().parse(ONTOLOGY / "planverk.ttl")
    return sorted({URIRef(str(term)) for kind in kinds for term in ontology.subjects(RDF.type, kind)})


def expanded_names() -> dict[str, str]:
    """The IRI that each name in the context stands for; the prefixes among them end in # or /."""
    names = [name for name in CONTEXT["@context"] if not name.startswith("@")]
    return {name: expanded_name(name) for name in names}


def expanded_name(name: str) -> str:
    """The IRI that a name stands for when it is used as a property."""
    document = {**CONTEXT, "id": BASE, name: {"@value": "x"}} if name not in ("id", "type") else {}
    return next((key for node in jsonld.expand(document) for key in node if key != "@id"), f"@{name}")


def with_pyld(graph: Graph) -> dict[str, Any]:
    """A graph as compact JSON-LD, by PyLD."""
    quads = graph.serialize(format="nt")
    compact: dict[str, Any] = jsonld.compact(jsonld.from_rdf(quads, {"format": "application/n-quads"}), CONTEXT)
    return compact


def with_rdflib(graph: Graph) -> dict[str, Any]:
    """A graph as compact JSON-LD, by rdflib."""
    compact: dict[str, Any] = json.loads(graph.serialize(format="json-ld", context=CONTEXT["@context"]))
    return compact


def read_by_pyld(document: dict[str, Any]) -> Graph:
    """The statements that PyLD finds in JSON-LD."""
    return Graph().parse(data=jsonld.to_rdf(document, {"format": "application/n-quads"}), format="nt")


def read_by_rdflib(document: dict[str, Any]) -> Graph:
    """The statements that rdflib finds in JSON-LD."""
    return Graph().parse(data=json.dumps(document), format="json-ld")


def assert_nothing_is_lost(graph: Graph) -> None:
    """Whichever library writes it and whichever reads it, the graph comes back as it was."""
    for write in (with_pyld, with_rdflib):
        for read in (read_by_pyld, read_by_rdflib):
            assert isomorphic(read(write(graph)), graph), (write.__name__, read.__name__)


# Names


def test_every_term_of_the_ontology_has_one_name() -> None:
    named = list(expanded_names().values())
    for term in [*declared(OWL.Class, *PROPERTIES), RDFS.label]:
        assert named.count(str(term)) == 1, term


def test_every_name_is_of_a_prefix_or_a_term_of_the_ontology() -> None:
    known = {str(term) for term in declared(OWL.Class, *PROPERTIES)} | {str(RDFS.label), str(RDFS.isDefinedBy)}
    keywords = {"@id", "@type"}
    for name, iri in expanded_names().items():
        assert iri in known | keywords or iri.endswith(("#", "/")), name


def test_a_name_is_written_as_a_javascript_developer_would() -> None:
    for name, iri in expanded_names().items():
        if not iri.endswith(("#", "/")):
            assert name.isalpha() and name.isascii(), name


def test_classes_and_properties_cannot_be_mistaken_for_each_other() -> None:
    names = {iri: name for name, iri in expanded_names().items()}
    assert all(names[str(term)][0].isupper() for term in declared(OWL.Class))
    assert all(names[str(term)][0].islower() for term in declared(*PROPERTIES))


# Round trips


@pytest.mark.parametrize("kind", VALUES)
def test_no_value_of_any_property_is_lost(kind: str) -> None:
    graph = Graph()
    for term in [*declared(*PROPERTIES), RDFS.label]:
        for value in VALUES[kind]:
            graph.add((THING, term, value))
    assert_nothing_is_lost(graph)


def test_no_class_is_lost() -> None:
    graph = Graph()
    for term in declared(OWL.Class):
        graph.add((THING, RDF.type, term))
    assert_nothing_is_lost(graph)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.stem))
def test_no_statement_of_an_example_is_lost(path: Path) -> None:
    assert_nothing_is_lost(Graph().parse(path, publicID=BASE))


def test_the_ontology_itself_is_not_lost() -> None:
    assert_nothing_is_lost(Graph().parse(ONTOLOGY / "planverk.ttl"))


# What it looks like


def test_a_goal_is_plain_json() -> None:
    turtle = f"""
        @prefix plan: <{PLAN}> . @prefix dct: <http://purl.org/dc/terms/> . @prefix xsd: <{XSD}> .
        <{THING}> a plan:Goal ; dct:title "Økt verdiskaping"@nb , "Higher value creation"@en ;
            plan:underTheme <{OTHER}> ; plan:goalLevel <https://w3id.org/planverk/code/goal-level/main-goal> ;
            plan:startDate "2015-01-01"^^xsd:date ; plan:endYear "2020"^^xsd:gYear .
    """
    goal = with_pyld(Graph().parse(data=turtle))
    del goal["@context"]
    assert goal == {
        "id": str(THING),
        "type": "Goal",
        "title": {"nb": "Økt verdiskaping", "en": "Higher value creation"},
        "underTheme": str(OTHER),
        "goalLevel": "code:goal-level/main-goal",
        "startDate": "2015-01-01",
        "endYear": "2020",
    }


def test_numbers_may_be_written_as_numbers() -> None:
    document = {**CONTEXT, "id": str(THING), "order": 3}
    for read in (read_by_pyld, read_by_rdflib):
        assert set(read(document)) == {(THING, PLAN.order, Literal(3))}, read.__name__


# The frame


def local_file(url: str, options: dict[str, Any]) -> dict[str, Any]:
    """A document of the ontology's folder instead of one from the web."""
    path = ONTOLOGY / url.removeprefix(FOLDER)
    return {"contentType": None, "contextUrl": None, "documentUrl": url, "document": json.loads(path.read_text())}


def plan_tree(graph: Graph) -> dict[str, Any]:
    """A graph's plan with all that hangs below it."""
    statements = jsonld.from_rdf(graph.serialize(format="nt"), {"format": "application/n-quads"})
    frame = f"{FOLDER}plan-tree.frame.jsonld"
    # PyLD finds the context beside the frame only when told where the frame lies.
    options = {"documentLoader": local_file, "base": frame}
    tree: dict[str, Any] = jsonld.frame(statements, frame, options)
    return tree


def test_the_frame_gives_a_plan_as_a_tree_though_the_links_point_upwards() -> None:
    tree = plan_tree(Graph().parse(ONTOLOGY / "examples" / "plan.ttl", publicID=BASE))
    assert tree["id"] == f"{BASE}id/plan/kystnæring"
    [theme] = tree["elements"]
    [goal] = theme["parts"]
    [action] = goal["actions"]
    titles = [node["title"]["en"] for node in (theme, goal, action)]
    assert titles == ["Skills on the coast", "More skilled workers in coastal businesses", "Apprenticeship boost"]


def test_the_frame_shows_the_rest_as_links() -> None:
    tree = plan_tree(Graph().parse(ONTOLOGY / "examples" / "plan.ttl", publicID=BASE))
    action = tree["elements"][0]["parts"][0]["actions"][0]
    assert tree["source"] == f"{BASE}id/source-document/planen"
    assert action["responsibleActor"] == f"{BASE}id/organisation/fjordheim-fylkeskommune"
    assert action["elementOf"] == f"{BASE}id/action-programme/2025-2026"


def test_the_frame_is_plain_json_too() -> None:
    tree = plan_tree(Graph().parse(ONTOLOGY / "examples" / "plan.ttl", publicID=BASE))
    names = set(tree) - {"@context"}
    assert names == {"id", "type", "title", "startYear", "endYear", "source", "elements"}
