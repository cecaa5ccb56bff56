"""Clients of other makes ask the real server ten real questions and get the answers that we know: SPARQLWrapper, Comunica, Jena."""

import csv
import io
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from SPARQLWrapper import CSV, SPARQLWrapper

from conftest import TESTS
from planverk.instance import Instance
from test_server import served

QUESTIONS = [
    "03-vision-main-goal-themes", "04-goals-of-a-theme", "08-actors-of-an-action", "10-who-works-together",
    "16-indicators-of-a-goal", "20-money-by-year-and-giver", "24-adoption-of-a-plan", "26-members-on-a-day",
    "29-sustainable-development-goals", "32-disputed-facts",
]  # fmt: skip


@pytest.fixture(scope="module")
def endpoint(fjordheim: Instance) -> Iterator[str]:
    with served(fjordheim) as (port, _):
        yield f"http://127.0.0.1:{port}/sparql"


def query(name: str) -> str:
    return (TESTS / "questions" / f"{name}.rq").read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    """A table of CSV without its head; numbers by their value and IRIs without brackets, as clients write them variously."""
    return sorted([_plain(cell) for cell in row] for row in list(csv.reader(io.StringIO(text)))[1:])


def _plain(cell: str) -> str:
    try:
        return f"{float(cell):g}"
    except ValueError:
        return cell.removeprefix("<").removesuffix(">")


def expected(name: str) -> list[list[str]]:
    return rows((TESTS / "questions" / f"{name}.csv").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", QUESTIONS)
def test_sparqlwrapper_gets_the_answer(endpoint: str, name: str) -> None:
    client = SPARQLWrapper(endpoint, returnFormat=CSV)
    client.setQuery(query(name))
    with client.query().response as response:
        assert rows(response.read().decode()) == expected(name)


def test_comunica_gets_the_answers(endpoint: str, needed: Callable[[str], str]) -> None:
    needed("tests/npm/node_modules")
    asked = json.dumps({"endpoint": endpoint, "queries": [query(name) for name in QUESTIONS]})
    process = subprocess.run(
        [needed("node"), "ask.mjs"], cwd=TESTS / "npm", input=asked, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    assert [rows(table) for table in json.loads(process.stdout)] == [expected(name) for name in QUESTIONS]


@pytest.mark.parametrize("name", QUESTIONS)
def test_jena_gets_the_answer(endpoint: str, needed: Callable[[str], str], name: str) -> None:
    classpath = Path(needed(".venv/java.classpath")).read_text(encoding="utf-8")
    file = TESTS / "questions" / f"{name}.rq"
    command = [needed("java"), "arq.rsparql", "--service", endpoint, "--query", str(file), "--results", "csv"]
    process = subprocess.run(
        command, env={**os.environ, "CLASSPATH": classpath}, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    assert rows(process.stdout) == expected(name)
