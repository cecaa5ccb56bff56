"""The programs on the page about data: copied from it and run as they stand, they get what it says."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.request import urlopen

import pandas
import pytest
from flask.testing import FlaskClient
from rdflib import Graph

from conftest import TESTS
from planverk.instance import Instance
from test_server import served

BLOCK = re.compile(r'<pre[^>]* aria-label="([^"]+)"><code>(.*?)</code></pre>', re.DOTALL)
THEMES = ["plan", "theme", "order", "name", "elements"]
COUNTS = ["class", "things"]


@pytest.fixture(scope="module")
def address(buskerud: Instance) -> Iterator[str]:
    with served(buskerud) as (port, _):
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def program(client: FlaskClient, buskerud: Instance, address: str) -> Callable[[str], str]:
    """What can be copied from the page, asking the service that runs here in the place of the one at its address."""
    shown = dict(BLOCK.findall(client.get("/nb/data").text))
    return lambda name: unescape(shown[name]).replace(buskerud.base, address)


def run(command: list[str], folder: Path, given: str = "") -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "NO_PROXY": "*"}
    done = subprocess.run(
        command, cwd=folder, env=environment, input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_commands_for_curl_get_a_plan_a_release_a_table_and_an_answer(
    program: Callable[[str], str], tmp_path: Path, needed: Callable[[str], str]
) -> None:
    needed("curl")
    told = run(["bash", "-e"], tmp_path, program("curl").replace("curl ", "curl --fail --silent --show-error "))
    turtle, themes, counts = re.split(rf"^(?={','.join(THEMES)}|{','.join(COUNTS)})", told, flags=re.MULTILINE)
    assert "verdiskaping" in turtle or "kunnskapssamfunnet" in turtle
    assert len(Graph().parse(data=turtle, format="turtle")) > 20
    assert len(Graph().parse(tmp_path / "data.ttl")) > 1000
    assert "Vertskapsattraktivitet" in themes
    assert len(counts.splitlines()) > 10


def test_the_program_in_python_prints_the_themes_and_the_size_of_a_plan(
    program: Callable[[str], str], tmp_path: Path
) -> None:
    told = run([sys.executable, "-"], tmp_path, program("Python"))
    assert "Vertskapsattraktivitet" in told
    found = re.search(r"^(\d+) statements$", told, re.MULTILINE)
    assert found
    assert int(found[1]) > 20


def test_the_program_in_r_reads_both_tables(
    program: Callable[[str], str], tmp_path: Path, needed: Callable[[str], str]
) -> None:
    (tmp_path / "program.R").write_text(program("R"), encoding="utf-8")
    themes, counts = run([needed("Rscript"), "program.R"], tmp_path).split("class things")
    assert "Entreprenørskap" in themes
    assert len(re.findall(r"^\d+ +\S+ +\d+$", counts, re.MULTILINE)) == 6


def test_power_query_is_in_its_language_and_reads_the_table_as_it_is_sent(
    program: Callable[[str], str], needed: Callable[[str], str]
) -> None:
    needed("tests/npm/node_modules/@microsoft/powerquery-parser")
    query = program("Power Query")
    run([needed("node"), "parse.mjs"], TESTS / "npm", query)
    (asked,) = re.findall(r'Web\.Contents\("([^"]+)"\)', query)
    # What it says of the table is how the table is: separated by commas, and in the code page of UTF-8.
    assert 'Delimiter = ","' in query
    assert "Encoding = 65001" in query
    with urlopen(asked) as answer:
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        table = pandas.read_csv(answer)
    assert list(table.columns) == THEMES
    assert len(table) == 5
