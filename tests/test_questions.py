"""The questions that the vocabulary was made to answer, each with its right answer for a fictional county.

A question is a query that runs by itself; what it asks about stands in its VALUES lines. The answer beside it was read
against the files of `fjordheim/`, not only written down.
"""

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import OWL, RDF, Graph

from conftest import TESTS
from planverk import serialization
from planverk.instance import Instance
from planverk.limits import Limits
from planverk.vocab import PLAN
from planverk.web import create_app

QUESTIONS = sorted((TESTS / "questions").glob("*.rq"))
KINDS = [OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty]

# What in Fjordheim a question is about. Without this line it is about every plan, county or theme there is.
SUBJECT = re.compile(r"^ *VALUES \?\w+ \{ <https://fjordheim\.example\.org/.*\n", re.MULTILINE)

# Buskerud's sources tell of no actions, money, targets, measured values or answers to statements.
ANSWERED_BY_BUSKERUD = [
    "02-programmes-of-a-plan",
    "03-vision-main-goal-themes",
    "22-consultations",
    "24-adoption-of-a-plan",
    "25-unanimous-plans",
    "27-teams-of-themes",
    "28-successors-of-plan-owners",
    "31-source-of-a-statement",
    "32-disputed-facts",
    "35-missing-translations",
    "36-plans-of-a-strategy",
    "38-participation-events",
    "39-shares-of-evidence",
    "40-datasets-and-services",
]

Rows = list[list[str]]
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.stem)


@pytest.fixture(scope="module", params=[0, 16], ids=["on disk", "in memory"])
def endpoint(request: pytest.FixtureRequest, fjordheim: Instance) -> FlaskClient:
    """A client of the service for the fictional county, whichever way its workers have the data."""
    return create_app(replace(fjordheim, limits=Limits(held_mb=request.param))).test_client()


@pytest.fixture(scope="module")
def downloaded(fjordheim: Instance) -> Graph:
    """All that the endpoint asks by default, in the hands of another engine."""
    folder = fjordheim.releases / "current"
    return serialization.read(
        b"".join((folder / name).read_bytes() for name in ("data.nt", "vocabulary.nq", "catalogue.nq"))
    )


def rows(table: str) -> Rows:
    """The rows of a table in CSV, its head first."""
    return list(csv.reader(table.splitlines()))


def expected(question: Path) -> Rows:
    """The answer that stands beside a question."""
    return rows(question.with_suffix(".csv").read_text(encoding="utf-8"))


def answer(client: FlaskClient, query: str) -> Rows:
    """What the public endpoint answers."""
    response = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert response.status_code == 200, response.text
    return rows(response.text)


def test_there_are_forty_questions_with_their_answers() -> None:
    assert [question.name[:3] for question in QUESTIONS] == [f"{number:02}-" for number in range(1, 41)]
    answers = sorted((TESTS / "questions").glob("*.csv"))
    assert [found.stem for found in answers] == [question.stem for question in QUESTIONS]
    assert all(len(expected(question)) > 1 for question in QUESTIONS)


@each_question
def test_it_begins_with_a_question_in_plain_words(question: Path) -> None:
    first, _ = question.read_text(encoding="utf-8").split("\n", 1)
    assert re.fullmatch(r"# [A-Z][^?]+\?", first)


@each_question
def test_the_endpoint_gives_the_right_answer(endpoint: FlaskClient, question: Path) -> None:
    assert answer(endpoint, question.read_text(encoding="utf-8")) == expected(question)


@pytest.mark.filterwarnings("ignore:'count' is passed:DeprecationWarning:rdflib")  # its REPLACE, from Python 3.13 on
@each_question
def test_another_engine_gives_the_same_answer(downloaded: Graph, question: Path) -> None:
    table = downloaded.query(question.read_text(encoding="utf-8")).serialize(format="csv")
    assert table is not None
    assert rows(table.decode()) == expected(question)


@pytest.mark.parametrize("name", ANSWERED_BY_BUSKERUD)
def test_buskerud_has_an_answer_too(client: FlaskClient, name: str) -> None:
    query = (TESTS / "questions" / f"{name}.rq").read_text(encoding="utf-8")
    assert len(answer(client, SUBJECT.sub("", query))) > 1


def test_fjordheim_uses_every_class_and_property_of_the_vocabulary(fjordheim: Instance, downloaded: Graph) -> None:
    ours = {term for kind in KINDS for term in downloaded.subjects(RDF.type, kind) if str(term).startswith(str(PLAN))}
    data = serialization.read((fjordheim.releases / "current" / "data.nt").read_bytes())
    assert ours - set(data.predicates()) - set(data.objects(predicate=RDF.type)) == set()
