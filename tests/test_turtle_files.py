"""Every Turtle file of the project means the same to rapper, a strict parser of another make, as to rdflib."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from planverk import folders

BASE = "https://data.example.org/"
FILES = sorted(
    [
        *folders.ONTOLOGY.glob("**/*.ttl"),
        *folders.SHAPES.glob("*.ttl"),
        *folders.DATA.glob("*/*.ttl"),  # not the releases below
        *folders.PACKAGE.glob("*.ttl"),
    ]
)


def read_by_rapper(rapper: str, path: Path) -> tuple[bytes, str]:
    """The statements that rapper finds in a Turtle file, as N-Triples, and its complaints."""
    command = [rapper, "--quiet", "--input", "turtle", "--output", "ntriples", str(path), BASE]
    process = subprocess.run(command, capture_output=True, check=False)
    return process.stdout, process.stderr.decode()


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_rapper_and_rdflib_read_the_same_statements(path: Path, needed: Callable[[str], str]) -> None:
    statements, complaints = read_by_rapper(needed("rapper"), path)
    assert complaints == ""
    assert isomorphic(Graph().parse(data=statements, format="nt"), Graph().parse(path, publicID=BASE))


def test_rapper_complains_of_what_is_not_turtle(tmp_path: Path, needed: Callable[[str], str]) -> None:
    path = tmp_path / "plan.ttl"
    path.write_text('<id/plan/a> dct:title "a prefix that nobody declared" .')
    assert "dct:title" in read_by_rapper(needed("rapper"), path)[1]
