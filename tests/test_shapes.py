"""Every rule is named, explained and worded in three languages, and stops and lets through what its fixtures say."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.paths import SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from conftest import report_of
from planverk import validation
from planverk.validation.judge import JudgedGraph
from planverk.validation.suspects import prologue
from planverk.vocab import OWL, PLAN, RDF, RDFS, SH, SHAPE, SKOS
from planverk.vocabulary import Vocabulary, read_vocabulary

BASE = "https://data.example.org/"
FOLDER = Path(__file__).parent / "shapes"
FAILING = sorted(FOLDER.glob("*/fail-*.ttl"))
PASSING = sorted(FOLDER.glob("*/pass-*.ttl"))
LANGUAGES = ["nb", "nn", "en"]
TEXTS = [SH.name, SH.description, SH.message]
QUOTED = re.compile(r"[«“]([^»”]*)[»”]")
FIELD = re.compile(rf"(?:[Ff]eltet|[Ff]ield) {QUOTED.pattern}")

# Engines pass over terms they do not know without a word, so those of SHACL 1.0 (Core and SPARQL constraints) are listed.
SHACL_1_0 = set((FOLDER / "shacl-1.0.txt").read_text(encoding="utf-8").split())


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture(scope="module")
def ontology(vocabulary: Vocabulary) -> Graph:
    return vocabulary.ontology


@pytest.fixture(scope="module")
def shapes(vocabulary: Vocabulary) -> Graph:
    return vocabulary.shapes


@pytest.fixture(scope="module")
def background(ontology: Graph) -> JudgedGraph:
    """The fictional county that fixtures add to, with the superclasses that `sh:class` and `sh:targetClass` ask for."""
    graph = JudgedGraph()
    graph.parse(FOLDER / "background.ttl", publicID=BASE)
    for axiom in ontology.triples((None, RDFS.subClassOf, None)):
        graph.add(axiom)
    return graph


@contextmanager
def added(path: Path, graph: JudgedGraph) -> Iterator[JudgedGraph]:
    """The graph with a file's statements, which are taken out again afterwards."""
    new = Graph().parse(path, publicID=BASE) - graph
    graph += new
    try:
        yield graph
    finally:
        graph -= new


def broken(graph: JudgedGraph, shapes: Graph) -> set[str]:
    """The names of the rules that a graph breaks, of any severity."""
    found = validation.report(graph, shapes)
    return {str(rule).removeprefix(SHAPE) for rule in found.objects(None, SH.sourceShape)}


def alone(rule: URIRef, shapes: Graph) -> Graph:
    """The shapes with one rule only."""
    graph = shapes.cbd(rule) + shapes.cbd(URIRef(SHAPE.rstrip("#")))  # the prefixes stand at the shapes' own IRI
    for holder in shapes.subjects(SH.property, rule):
        graph.add((holder, SH.property, rule))
        for target in (SH.targetClass, SH.targetSubjectsOf):
            for value in shapes.objects(holder, target):
                graph.add((holder, target, value))
    return graph


def rules_of(shapes: Graph) -> set[Node]:
    """What can be broken: all that has a severity, the rules on sources among them."""
    return set(shapes.subjects(SH.severity))


def checked_rules(shapes: Graph) -> set[Node]:
    """The rules that SHACL checks; the others, on sources, have their tests in test_mistakes.py."""
    kinds = (SH.NodeShape, SH.PropertyShape)
    return {rule for rule in rules_of(shapes) if any((rule, RDF.type, kind) in shapes for kind in kinds)}


def names(nodes: Iterable[Node]) -> set[str]:
    return {str(node).removeprefix(SHAPE) for node in nodes}


def fixture_name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def test_no_rule_has_anything_to_say_about_the_background(background: JudgedGraph, shapes: Graph) -> None:
    assert broken(background, shapes) == set()


def test_the_service_judges_the_background_in_the_same_way(vocabulary: Vocabulary) -> None:
    data = Graph().parse(FOLDER / "background.ttl", publicID=BASE)
    assert set(report_of(data, vocabulary).objects(None, SH.sourceShape)) == set()


@pytest.mark.parametrize("path", FAILING, ids=fixture_name)
def test_a_failing_fixture_breaks_its_rule_and_no_other(path: Path, background: JudgedGraph, shapes: Graph) -> None:
    with added(path, background) as data:
        assert broken(data, shapes) == {path.parent.name}


@pytest.mark.parametrize("path", PASSING, ids=fixture_name)
def test_a_passing_fixture_does_not_break_its_rule(path: Path, background: JudgedGraph, shapes: Graph) -> None:
    with added(path, background) as data:
        assert broken(data, alone(SHAPE[path.parent.name], shapes)) == set()


def test_every_rule_has_a_failing_and_a_passing_fixture_and_every_fixture_a_rule(shapes: Graph) -> None:
    rules = names(checked_rules(shapes))
    assert {path.parent.name for path in FAILING} == rules
    assert {path.parent.name for path in PASSING} == rules


def test_every_rule_has_an_address_a_severity_and_a_home(shapes: Graph) -> None:
    for rule in rules_of(shapes):
        assert isinstance(rule, URIRef)
        assert rule.startswith(SHAPE)
        assert shapes.value(rule, SH.severity, any=False) in {SH.Violation, SH.Warning, SH.Info}
        assert shapes.value(rule, RDFS.isDefinedBy, any=False) == URIRef(SHAPE.rstrip("#"))


@pytest.mark.parametrize("text", TEXTS, ids=["name", "description", "message"])
def test_every_rule_says_it_once_in_each_of_three_languages(text: URIRef, shapes: Graph) -> None:
    spoken = {
        rule: sorted(words.language or "" for words in shapes.objects(rule, text) if isinstance(words, Literal))
        for rule in rules_of(shapes)
    }
    assert {rule: languages for rule, languages in spoken.items() if languages != sorted(LANGUAGES)} == {}


def test_a_rule_named_after_its_property_is_called_what_the_property_is_called(ontology: Graph, shapes: Graph) -> None:
    named = {rule: path for rule, path in looked_at(shapes).items() if rule.endswith(f"-{local_name(path)}")}
    assert named
    called = {rule: (words(rule, SH.name, shapes), words(path, RDFS.label, ontology)) for rule, path in named.items()}
    assert {rule: (name, label) for rule, (name, label) in called.items() if name != label} == {}


def test_a_message_calls_the_field_that_its_rule_looks_at_what_columns_and_pages_call_it(
    ontology: Graph, shapes: Graph
) -> None:
    called = {
        (rule, path): {Literal(field, lang=text.language) for text, field in quotes(rule, FIELD, shapes)}
        for rule, path in looked_at(shapes).items()
    }
    assert any(called.values())
    other = {rule: fields - words(path, RDFS.label, ontology) for (rule, path), fields in called.items()}
    assert {rule: fields for rule, fields in other.items() if fields} == {}


def test_a_message_quotes_only_names_that_the_ontology_gives(ontology: Graph, shapes: Graph) -> None:
    given = {name for term in (RDFS.label, SKOS.prefLabel) for name in ontology.objects(None, term)}
    quoted = [
        (rule, Literal(name, lang=text.language))
        for rule in checked_rules(shapes)  # those on sources quote what stands in files
        for text, name in quotes(rule, QUOTED, shapes)
    ]
    assert quoted
    assert [(rule, name) for rule, name in quoted if name not in given] == []


def looked_at(shapes: Graph) -> dict[URIRef, URIRef]:
    """The rules that look at one property, and the property."""
    found = ((rule, shapes.value(rule, SH.path)) for rule in checked_rules(shapes))
    return {rule: path for rule, path in found if isinstance(rule, URIRef) and isinstance(path, URIRef)}


def local_name(iri: URIRef) -> str:
    return re.split("[#/]", iri)[-1]


def words(thing: URIRef, about: URIRef, graph: Graph) -> set[Node]:
    return set(graph.objects(thing, about))


def quotes(rule: Node, pattern: re.Pattern[str], shapes: Graph) -> Iterator[tuple[Literal, str]]:
    """What each message of a rule has between quotation marks where a pattern finds it."""
    texts = (text for text in shapes.objects(rule, SH.message) if isinstance(text, Literal))
    return ((text, name) for text in texts for name in pattern.findall(text))


def test_every_rule_is_in_force(shapes: Graph) -> None:
    grouped = set(shapes.objects(None, SH.property))
    aimed = set(shapes.subjects(SH.targetClass)) | set(shapes.subjects(SH.targetSubjectsOf))
    assert checked_rules(shapes) - grouped - aimed == set()


def test_every_class_of_the_ontology_has_its_shape(ontology: Graph, shapes: Graph) -> None:
    classes = {term for term in ontology.subjects(RDF.type, OWL.Class) if str(term).startswith(PLAN)}
    shaped = {
        term for term in classes if (SHAPE[f"{str(term).removeprefix(PLAN)}Shape"], SH.targetClass, term) in shapes
    }
    assert classes - shaped == set()


def test_shapes_speak_only_of_terms_that_the_ontology_declares(vocabulary: Vocabulary, shapes: Graph) -> None:
    forbidden = {SHAPE["Privacy-no-person"], SHAPE["Privacy-no-contact-details"]}  # they name what must not be used
    spoken = {
        term
        for shape in set(shapes.subjects()) - forbidden
        for about in (SH.targetClass, SH.targetSubjectsOf, SH["class"], SH.path)
        for mentioned in shapes.objects(shape, about)
        for term in simple_terms(mentioned, shapes)
    }
    assert spoken - vocabulary.terms - {RDF.type} == set()


def simple_terms(path: Node, shapes: Graph) -> Iterator[Node]:
    """The properties that a SHACL path is made of (SHACL 1.0, section 2.3.1); of a class, the class itself."""
    if isinstance(path, URIRef):
        yield path
        return
    parts = Collection(shapes, path) if (path, RDF.first, None) in shapes else shapes.objects(path)
    for part in parts:
        yield from simple_terms(part, shapes)


def test_code_lists_in_the_rules_are_those_of_the_ontology(ontology: Graph, shapes: Graph) -> None:
    schemes: Mapping[Node, set[Node]] = {
        scheme: set(ontology.subjects(SKOS.inScheme, scheme)) for scheme in set(ontology.objects(None, SKOS.inScheme))
    }
    listed = {
        rule: set(Collection(shapes, choices))
        for rule, choices in shapes.subject_objects(SH["in"])
        if isinstance(shapes.value(rule, SH.path), URIRef)
    }
    codes = {rule: choices for rule, choices in listed.items() if choices & set().union(*schemes.values())}
    assert codes
    assert names(rule for rule, choices in codes.items() if choices not in schemes.values()) == set()


def test_shapes_use_only_terms_of_shacl_1_0(shapes: Graph) -> None:
    used = {str(term).removeprefix(SH) for triple in shapes for term in triple if str(term).startswith(SH)}
    assert used - SHACL_1_0 == set()


def test_an_exists_in_a_rule_holds_one_pattern_so_that_its_time_grows_as_the_data(shapes: Graph) -> None:
    crowded = {
        str(query)
        for query in shapes.objects(None, SH.select)
        for inner in existing(prepareQuery(prologue(shapes) + str(query)).algebra)
        if len(steps(inner)) != 1
    }
    assert crowded == set()


def existing(part: object) -> Iterator[CompValue]:
    """The groups that a query asks for with EXISTS and NOT EXISTS, those within others too."""
    if isinstance(part, CompValue):
        if part.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            yield part.graph
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from existing(inner)


def steps(group: object) -> list[object]:
    """The predicates of a group's patterns, save those of an EXISTS in it; a sequence of properties is as many."""
    if isinstance(group, SequencePath):
        return [step for part in group.args for step in steps(part)]
    if not isinstance(group, CompValue):
        return [group]
    if group.name == "BGP":
        return [step for _, predicate, _ in group.triples for step in steps(predicate)]
    return [step for part in (group.p, group.p1, group.p2) if isinstance(part, CompValue) for step in steps(part)]


def test_the_shapes_are_themselves_well_formed(shapes: Graph) -> None:
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True)
    assert conforms, text
