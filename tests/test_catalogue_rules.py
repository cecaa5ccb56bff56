"""Every rule for harvest documents is worded in three languages, and stops and lets through what its fixtures say."""

from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from planverk import publication, validation
from planverk.instance import Instance, read_instance
from planverk.validation.judge import JudgedGraph
from planverk.vocab import DCT, SH
from planverk.vocabulary import read_catalogue_rules

BASE = "https://data.example.org/"
RULE = "https://w3id.org/planverk/shapes/catalogue#"
FOLDER = Path(__file__).parent / "shapes" / "catalogue"
FIXTURES = sorted(FOLDER.glob("*/*.ttl"))
LANGUAGES = ["en", "nb", "nn"]


@pytest.fixture(scope="module")
def rules() -> Graph:
    return read_catalogue_rules().whole


def alone(name: str, rules: Graph) -> Graph:
    return rules.cbd(URIRef(RULE + name))


def broken(path: Path, rules: Graph) -> set[Node]:
    graph = JudgedGraph()
    for file in (FOLDER / "background.ttl", path):
        graph.parse(file, publicID=BASE)
    return set(validation.report(graph, rules).objects(None, SH.sourceShape))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_rule_stops_its_failing_fixture_and_lets_the_passing_one_through(path: Path, rules: Graph) -> None:
    expected = {URIRef(RULE + path.parent.name)} if path.stem.startswith("fail") else set()
    assert broken(path, alone(path.parent.name, rules)) == expected


def test_every_rule_has_a_failing_and_a_passing_fixture_and_every_fixture_a_rule(rules: Graph) -> None:
    named = {str(rule).removeprefix(RULE) for rule in rules.subjects(SH.severity)}
    for kind in ("fail", "pass"):
        assert {path.parent.name for path in FOLDER.glob(f"*/{kind}*.ttl")} == named
    assert len(named) > 40


@pytest.mark.parametrize("text", [SH.name, SH.description, SH.message], ids=["name", "description", "message"])
def test_every_rule_says_it_once_in_each_of_three_languages(text: URIRef, rules: Graph) -> None:
    for rule in rules.subjects(SH.severity):
        texts = [words for words in rules.objects(rule, text) if isinstance(words, Literal)]
        assert sorted(words.language or "" for words in texts) == LANGUAGES, rule
        assert all(words.strip() for words in texts)


def test_every_rule_is_in_force_and_has_a_home(rules: Graph) -> None:
    aims = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
    for rule in rules.subjects(SH.severity):
        assert any((rule, aim, None) in rules for aim in aims), rule
        assert rules.value(rule, RDFS.isDefinedBy) == URIRef(RULE.rstrip("#"))


def test_the_home_of_the_rules_says_what_it_is_in_three_languages(rules: Graph) -> None:
    for text in (DCT.title, DCT.description):
        said = [words for words in rules.objects(URIRef(RULE.rstrip("#")), text) if isinstance(words, Literal)]
        assert sorted(words.language or "" for words in said) == LANGUAGES


def test_the_rules_are_themselves_well_formed(rules: Graph) -> None:
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=rules, meta_shacl=True)
    assert conforms, text


def test_the_rules_for_data_and_those_for_harvest_documents_are_kept_apart(rules: Graph) -> None:
    from planverk.vocabulary import read_vocabulary

    data = read_vocabulary().shapes
    assert set(rules.subjects(RDF.type)).isdisjoint(data.subjects(RDF.type))


def test_nothing_is_released_that_the_national_catalogue_would_not_take(unreleased: Instance) -> None:
    settings = unreleased.folder / "planverk.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace('organisation_number = "999999999"', 'organisation_number = "99999"'), encoding="utf-8"
    )
    examined = publication.examine(read_instance(unreleased.folder), lambda step: None)
    (finding,) = {finding.rule_name: finding for finding in examined.violations}.values()
    assert finding.rule_name == "Agent-number"
    assert "organisation_number" in finding.sentence(["nb"])
