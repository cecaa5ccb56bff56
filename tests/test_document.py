"""The Word document can be read by everybody: real headings in order, marked table heads, a language, and all addresses."""

from io import BytesIO
from itertools import pairwise
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner
from docx.document import Document
from docx.oxml.ns import qn
from rdflib import BNode, Graph, Literal, URIRef

from planverk import desk, sources
from planverk.cli import main
from planverk.document import write_document
from planverk.instance import Instance, read_instance
from planverk.neighbours import Neighbour, content_hash, keep, neighbours
from planverk.publication import examine
from planverk.vocab import PLAN, RDF, SPDX
from planverk.vocabulary import read_vocabulary

FJORDHEIM = Path(__file__).parent / "fjordheim"


@pytest.fixture(scope="module")
def document() -> Document:
    instance = read_instance(FJORDHEIM)
    graph = sources.read(instance, read_vocabulary()).graph
    return docx.Document(BytesIO(write_document(instance, graph)))


def levels(document: Document) -> list[int]:
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    return [int(style.removeprefix("Heading ")) for style in styles if style.startswith("Heading")]


def test_headings_are_real_and_none_is_skipped(document: Document) -> None:
    found = levels(document)
    assert found[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(found))
    assert document.paragraphs[0].style.name == "Title"


def test_every_table_has_a_marked_head(document: Document) -> None:
    assert document.tables
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_title_and_language_are_told(document: Document) -> None:
    assert document.core_properties.language == "nb"
    assert "Fjordheim" in document.core_properties.title
    assert document.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "nb-NO"


def test_no_empty_paragraph_stands_for_space(document: Document) -> None:
    assert [paragraph for paragraph in document.paragraphs if not paragraph.text.strip()] == []


def test_the_address_of_every_action_in_a_programme_is_a_link_and_can_be_read(document: Document) -> None:
    graph = sources.read(read_instance(FJORDHEIM), read_vocabulary()).graph
    programmes = set(graph.subjects(PLAN.implementsPlan))
    actions = {
        str(action)
        for action in graph.subjects(RDF.type, PLAN.Action)
        if set(graph.objects(action, PLAN.elementOf)) & programmes and not list(graph.objects(action, PLAN.withdrawnOn))
    }
    links = {part.target_ref for part in document.part.rels.values() if part.is_external}
    text = document.element.xml
    assert actions
    assert actions <= links
    assert all(action in text for action in actions)


def test_the_command_writes_what_is_released(odd: Instance, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["export-docx", str(odd.folder), "-o", str(tmp_path / "plan.docx")])
    assert result.exit_code == 0, result.output
    assert docx.Document(str(tmp_path / "plan.docx")).paragraphs[0].style.name == "Title"


def test_a_preview_shows_what_would_change_and_publishes_nothing(copy_of_odd: Instance) -> None:
    path = copy_of_odd.folder / "plan.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("Gammelt tema", "Et helt nytt navn"), encoding="utf-8")
    examined = examine(copy_of_odd, lambda step: None)
    before = sorted(path.name for path in copy_of_odd.releases.iterdir())
    with desk.rehearsal(copy_of_odd, examined, lambda step: None) as rehearsed:
        told = desk.changes(copy_of_odd, rehearsed)
        assert rehearsed.titles["nb"].startswith("Forhåndsvisning: ")
        assert rehearsed.version == "1.0.0-preview"
        room = rehearsed.folder
    assert len(told) == 1
    assert "Gammelt tema" in told[0]
    assert "Et helt nytt navn" in told[0]
    assert sorted(path.name for path in copy_of_odd.releases.iterdir()) == before
    assert not room.exists()


def test_a_preview_shows_the_counties_that_were_pulled(copy_of_odd: Instance) -> None:
    theirs = Graph().add((URIRef("https://data.nabo.example/id/plan/a"), RDF.type, PLAN.RegionalPlan))
    provenance = Graph().add((BNode(), SPDX.checksumValue, Literal(content_hash(theirs))))
    keep(copy_of_odd, Neighbour("nabo", theirs, provenance))
    examined = examine(copy_of_odd, lambda step: None)
    with desk.rehearsal(copy_of_odd, examined, lambda step: None) as rehearsed:
        assert [neighbour.name for neighbour in neighbours(rehearsed)] == ["nabo"]
