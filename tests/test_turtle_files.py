"""Every Turtle file of the project means the same to rapper, a strict parser of another make, as to rdflib."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.compare import isomorphic

from planverk import folders, serialization
from planverk.instance import Instance
from planverk.media import N_QUADS

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


ODD_LINES = """\
_:c14n0 <urn:p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .
_:c14n0 <urn:p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> <urn:graph> .
<urn:s> <urn:p> _:c14n0 .
<urn:s> <urn:p> "2020-01-01T00:00:00.000Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
<urn:s> <urn:p> "a\\u00e5\\n\\""@nb-NO .
<urn:s> <urn:p> "plain"^^<http://www.w3.org/2001/XMLSchema#string> .
"""


def test_lines_are_read_as_rdflib_reads_them(buskerud: Instance) -> None:
    frozen = [(buskerud.releases / "current" / name).read_bytes() for name in ("data.nq", "vocabulary.nq")]
    for lines in (ODD_LINES.encode(), *frozen):
        triples = serialization.triples(lines, N_QUADS)
        labels = {label: label for label in re.findall(r"_:(\w+)", triples.decode())}
        expected = Graph().parse(data=triples, format="nt", bnode_context=labels)
        assert set(serialization.read(lines)) == set(expected)


def test_what_rdf_1_1_has_not_is_no_statement_to_read() -> None:
    for line in (b"<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>> .", b'<urn:a> <urn:b> "x"@en--ltr .', b"nonsense"):
        with pytest.raises(SyntaxError):
            serialization.read(line)
