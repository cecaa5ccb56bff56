"""The ontology keeps to OWL 2 DL and OWL 2 RL, and a reasoner finds nothing impossible in it, in its mappings or in data."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any  # JSON has no better type

import pytest
from rdflib import OWL, RDF, RDFS, Graph

from planverk import folders

PLAN = "https://w3id.org/planverk/ontology#"
BASE = "https://data.example.org/"
PROFILES = ["dl", "rl"]

# The vocabularies that the ontology builds on and that are OWL themselves, by their names in npm.
FOUNDATIONS = ["foaf", "org", "prov", "skos"]

# Faults, each of which must be caught.
PLANTED = {
    # A property leads to things or to values, not both (OWL 2 Structural Specification, section 5.8.1).
    "not DL": "plan:underTheme a owl:DatatypeProperty .",
    # RL can conclude nothing about things that nobody has named (OWL 2 Profiles, section 4.2.3).
    "not RL": "plan:Goal rdfs:subClassOf [ a owl:Restriction ; owl:onProperty plan:underTheme ; owl:someValuesFrom plan:Theme ] .",
    "unsatisfiable": "plan:Muddle a owl:Class ; rdfs:subClassOf plan:Goal , plan:Theme .",
    # That PROV's entities and activities are disjoint stands only in PROV's own file.
    "inconsistent": "<muddle> a plan:Goal , plan:Decision .",
}


def read(paths: Iterable[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, publicID=BASE)
    return graph


def planted(name: str) -> Graph:
    prefixes = f"@prefix plan: <{PLAN}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> ."
    return Graph().parse(data=prefixes + PLANTED[name], publicID=BASE)


def declarations(mappings: Graph, ontology: Graph) -> Graph:
    """What OWL wants to be told of the terms that mappings lead to: that they are of the same kind as ours."""
    kinds = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty}
    graph = Graph()
    for relation in (RDFS.subClassOf, RDFS.subPropertyOf):
        for term, target in mappings.subject_objects(relation):
            for kind in kinds & set(ontology.objects(term, RDF.type)):
                graph.add((target, RDF.type, kind))
    return graph


@pytest.fixture(scope="module")
def judgements(
    java: Callable[..., bytes],
    foreign_vocabulary: Callable[[str], Graph],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What the OWL API and HermiT say of the ontology, alone and with more and more beside it, and of planted faults."""
    ontology = read([folders.ONTOLOGY / "planverk.ttl"])
    mappings = read(folders.ONTOLOGY.glob("mappings/*.ttl"))
    mapped = ontology + mappings + declarations(mappings, ontology)
    founded = sum((foreign_vocabulary(name) for name in FOUNDATIONS), mapped)
    founded.remove((None, OWL.imports, None))  # nothing is fetched from the web
    codes, examples = (read(folders.ONTOLOGY.glob(f"{name}/*.ttl")) for name in ("codes", "examples"))
    graphs = {
        "ontology": ontology,
        "mapped": mapped,
        "founded": founded,
        "with data": founded + codes + examples + read(folders.DATA.glob("*/*.ttl")),
        "not DL": ontology + planted("not DL"),
        "not RL": ontology + planted("not RL"),
        "unsatisfiable": ontology + planted("unsatisfiable"),
        "inconsistent": founded + planted("inconsistent"),
    }
    folder = tmp_path_factory.mktemp("profiles")
    for name, graph in graphs.items():
        graph.serialize(folder / name, format="turtle")
    found: dict[str, Any] = json.loads(java("Judge", *(str(folder / name) for name in graphs)))
    return found


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", ["ontology", "mapped"])
def test_the_ontology_keeps_to_its_profiles(name: str, profile: str, judgements: dict[str, Any]) -> None:
    assert judgements[name][profile] == []


@pytest.mark.parametrize("name", ["ontology", "mapped", "founded", "with data"])
def test_nothing_contradicts_itself(name: str, judgements: dict[str, Any]) -> None:
    assert judgements[name]["consistent"]


@pytest.mark.parametrize("name", ["ontology", "mapped", "founded"])
def test_every_class_can_have_members(name: str, judgements: dict[str, Any]) -> None:
    assert judgements[name]["unsatisfiable"] == []


def test_what_breaks_a_profile_is_caught(judgements: dict[str, Any]) -> None:
    assert judgements["not DL"]["dl"]
    assert judgements["not RL"]["rl"]
    assert not judgements["not RL"]["dl"]


def test_a_class_that_can_have_no_members_is_caught(judgements: dict[str, Any]) -> None:
    assert judgements["unsatisfiable"]["unsatisfiable"] == [f"{PLAN}Muddle"]


def test_a_contradiction_is_caught(judgements: dict[str, Any]) -> None:
    assert not judgements["inconsistent"]["consistent"]
