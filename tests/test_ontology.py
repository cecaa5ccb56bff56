"""What the ontology, its code lists, its mappings and its examples promise those who build on them."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from owlrl import DeductiveClosure, OWLRL_Semantics
from rdflib import OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, PROV, SDO, DefinedNamespace
from rdflib.term import Node

ONTOLOGY = Path(__file__).parents[1] / "ontology"
QUERIES = Path(__file__).parent / "ontology"

PLAN = Namespace("https://w3id.org/planverk/ontology#")
CODE = Namespace("https://w3id.org/planverk/code/")
BASE = "https://data.example.org/"
LANGUAGES = ["en", "nb", "nn"]
KINDS = [OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty]

FILES = sorted(ONTOLOGY.glob("**/*.ttl"))
SCHEMES = sorted((ONTOLOGY / "codes").glob("*.ttl"))
MAPPINGS = sorted((ONTOLOGY / "mappings").glob("*.ttl"))
EXAMPLES = sorted((ONTOLOGY / "examples").glob("*.ttl"))
RULES = sorted(QUERIES.glob("*.rq"))


def read(*paths: Path) -> Graph:
    """The statements of some Turtle files, with the examples' base."""
    graph = Graph()
    for path in paths:
        graph.parse(path, publicID=BASE)
    return graph


def declared(graph: Graph) -> set[Node]:
    """Every class and property that a graph declares."""
    return {term for kind in KINDS for term in graph.subjects(RDF.type, kind)}


def ours(terms: Iterable[Node]) -> set[Node]:
    """Those of some terms that are planverk's own."""
    return {term for term in terms if str(term).startswith(str(PLAN))}


def languages(graph: Graph, subject: Node, *properties: URIRef) -> list[str]:
    """The languages, sorted, of the texts a thing has by some properties; one for each text."""
    texts = [text for item in properties for text in graph.objects(subject, item)]
    return sorted(str(text.language) for text in texts if isinstance(text, Literal))


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return read(ONTOLOGY / "planverk.ttl")


@pytest.fixture(scope="module")
def codes() -> Graph:
    return read(*SCHEMES)


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda path: str(path.stem))
def example(request: pytest.FixtureRequest) -> Graph:
    return read(request.param)


# The ontology


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ONTOLOGY)))
def test_every_file_is_turtle_with_something_in_it(path: Path) -> None:
    assert len(read(path)) > 0


def test_every_term_has_a_label_and_a_definition_in_three_languages(ontology: Graph) -> None:
    terms = ours(declared(ontology))
    assert len(terms) > 150
    for term in terms:
        assert languages(ontology, term, RDFS.label) == LANGUAGES, term
        assert languages(ontology, term, SKOS.definition) == LANGUAGES, term


def test_every_borrowed_term_has_a_label_in_three_languages(ontology: Graph) -> None:
    for term in declared(ontology) - ours(declared(ontology)):
        assert languages(ontology, term, RDFS.label) == LANGUAGES, term


def test_every_term_says_where_it_is_defined(ontology: Graph) -> None:
    for term in declared(ontology):
        assert ontology.value(term, RDFS.isDefinedBy), term


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.stem))
def test_the_ontology_falls_into_no_pitfall(rule: Path, ontology: Graph) -> None:
    assert [str(row) for row in ontology.query(rule.read_text())] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.stem))
def test_every_rule_catches_its_planted_fault(rule: Path) -> None:
    fault = Graph().parse(rule.with_suffix(".ttl"))
    assert len(fault.query(rule.read_text())) > 0


def test_every_rule_says_what_it_is_about() -> None:
    for rule in RULES:
        assert rule.read_text().startswith("# "), rule.name


def test_the_law_is_cited_by_section(ontology: Graph) -> None:
    sections = [source for term in ours(declared(ontology)) for source in ontology.objects(term, DCTERMS.source)]
    assert sections
    for section in sections:
        assert str(section).startswith("https://lovdata.no/lov/2008-06-27-71/§"), section


def test_no_term_is_about_a_natural_person(ontology: Graph) -> None:
    for person in [FOAF.Person, SDO.Person, PROV.Person, FOAF.mbox, SDO.email]:
        assert (person, None, None) not in ontology


# The code lists


def coded_properties(ontology: Graph) -> list[Node]:
    """Properties of ours whose values come from a code list."""
    return [term for term in ontology.subjects(RDFS.range, SKOS.Concept) if term != PLAN.themeConcept]


def test_every_coded_property_names_a_code_list_that_exists(ontology: Graph, codes: Graph) -> None:
    schemes = set(codes.subjects(RDF.type, SKOS.ConceptScheme))
    for term in coded_properties(ontology):
        assert set(ontology.objects(term, RDFS.seeAlso)) & schemes, term


def test_every_code_list_is_used_by_a_property(ontology: Graph, codes: Graph) -> None:
    used = {scheme for term in coded_properties(ontology) for scheme in ontology.objects(term, RDFS.seeAlso)}
    of_borrowed_properties = {CODE["body-role"], CODE["organisation-kind"]}  # org:role, org:classification
    assert set(codes.subjects(RDF.type, SKOS.ConceptScheme)) == used | of_borrowed_properties


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: str(path.stem))
def test_a_file_of_codes_holds_one_list_of_the_same_name(path: Path) -> None:
    graph = read(path)
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [CODE[path.stem]]
    assert set(graph.subjects()) == {CODE[path.stem], *graph.subjects(RDF.type, SKOS.Concept)}


def test_every_code_has_a_name_and_a_definition_in_three_languages(codes: Graph) -> None:
    for thing in set(codes.subjects()):
        assert languages(codes, thing, SKOS.prefLabel) == LANGUAGES, thing
        assert languages(codes, thing, SKOS.definition) == LANGUAGES, thing


def test_every_code_stands_in_its_list_under_its_own_number_and_notation(codes: Graph) -> None:
    for scheme in codes.subjects(RDF.type, SKOS.ConceptScheme):
        members = set(codes.subjects(SKOS.inScheme, scheme))
        assert set(codes.objects(scheme, SKOS.hasTopConcept)) == members
        assert set(codes.subjects(SKOS.topConceptOf, scheme)) == members
        numbers = [codes.value(member, PLAN.order) for member in members]
        assert sorted(int(str(number)) for number in numbers) == list(range(1, len(members) + 1))
        for member in members:
            assert f"{scheme}/{codes.value(member, SKOS.notation)}" == str(member)


def test_no_two_codes_of_a_list_have_the_same_name(codes: Graph) -> None:
    for scheme in codes.subjects(RDF.type, SKOS.ConceptScheme):
        members = list(codes.subjects(SKOS.inScheme, scheme))
        names = [name for member in members for name in codes.objects(member, SKOS.prefLabel)]
        assert len(names) == len(set(names)), scheme


# The mappings


def test_mappings_start_from_terms_of_ours(ontology: Graph) -> None:
    graph = read(*MAPPINGS)
    agents = {ORG.Organization, ORG.Post}  # described with ORG; PROV knows them as agents
    assert set(graph.subjects()) - ours(declared(ontology)) == agents


@pytest.mark.parametrize("vocabulary", [ORG, PROV, SDO], ids=["org", "prov", "schema"])
def test_mappings_lead_to_terms_that_exist(vocabulary: type[DefinedNamespace]) -> None:
    targets = {target for target in read(*MAPPINGS).objects() if str(target).startswith(str(vocabulary))}
    terms = {URIRef(term) for term in dir(vocabulary)}
    assert targets
    for target in targets:
        assert target in terms, target


def test_mappings_do_not_say_what_the_ontology_already_says(ontology: Graph) -> None:
    assert not set(ontology) & set(read(*MAPPINGS))


# The examples


def test_an_example_uses_only_declared_terms(example: Graph, ontology: Graph) -> None:
    known = declared(ontology) | {RDF.type}
    assert set(example.predicates()) <= known
    assert set(example.objects(None, RDF.type)) <= known


def test_an_example_uses_only_codes_that_exist(example: Graph, codes: Graph) -> None:
    used = {value for value in example.objects() if str(value).startswith(str(CODE))}
    assert used <= set(codes.subjects(RDF.type, SKOS.Concept))


def test_everything_in_an_example_has_an_address_below_the_base(example: Graph) -> None:
    assert not [node for node in example.all_nodes() if isinstance(node, BNode)]
    for thing in example.subjects():
        assert str(thing).startswith(f"{BASE}id/"), thing


def test_everything_an_example_links_to_below_the_base_is_described(example: Graph) -> None:
    links = {value for value in example.objects() if str(value).startswith(BASE)}
    assert links <= set(example.subjects())


def test_everything_in_an_example_has_a_title_in_three_languages(example: Graph) -> None:
    for thing in set(example.subjects()):
        assert languages(example, thing, DCTERMS.title, SKOS.prefLabel) == LANGUAGES, thing


def test_everything_in_an_example_has_a_source(example: Graph) -> None:
    documents = {*example.subjects(RDF.type, PLAN.SourceDocument), *example.subjects(RDF.type, PLAN.SourceFragment)}
    for thing in set(example.subjects()) - documents:
        assert set(example.objects(thing, DCTERMS.source)) <= documents, thing
        assert example.value(thing, DCTERMS.source), thing


def test_an_example_is_marked_as_made_up(example: Graph) -> None:
    levels = set(example.objects(None, PLAN.evidenceLevel))
    assert levels == {CODE["evidence-level/illustrative"]}


def test_the_examples_contradict_nothing_in_the_ontology(ontology: Graph) -> None:
    assert contradictions(ontology + read(*EXAMPLES)) == []


def test_a_thing_that_is_both_goal_and_theme_is_a_contradiction(ontology: Graph) -> None:
    muddle = Graph().add((PLAN.muddle, RDF.type, PLAN.Goal)).add((PLAN.muddle, RDF.type, PLAN.Theme))
    assert contradictions(ontology + muddle) != []


def contradictions(graph: Graph) -> list[str]:
    """What the rules of OWL 2 RL find to be impossible in a graph."""
    closure = Graph() + graph
    DeductiveClosure(OWLRL_Semantics).expand(closure)
    # owlrl writes what it finds into the graph, under a namespace of its own.
    error = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")
    return [str(message) for message in closure.objects(None, error)]
