"""A workbook says what the data say: data to workbook to data is the identical graph, and every kind of thing has its sheet."""

import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.workbook import Workbook
from rdflib import Graph

from planverk import folders, sources
from planverk.cli import main
from planverk.instance import Instance, read_instance
from planverk.sources.workbook import Workbooks, read_workbooks, write_workbook
from planverk.sources.workbook.table import DETAILS, read_table
from planverk.store.positions import Positions
from planverk.vocab import DCT, OWL, PLAN, RDF
from planverk.vocabulary import Vocabulary, read_vocabulary

TESTS = Path(__file__).parent
COUNTIES = {"buskerud": folders.DATA / "buskerud", "fjordheim": TESTS / "fjordheim", "odd": TESTS / "odd"}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture(scope="module", params=COUNTIES)
def county(request: pytest.FixtureRequest, vocabulary: Vocabulary) -> tuple[Instance, Graph, bytes]:
    """An instance, what it says, and the workbook that says so too."""
    instance = read_instance(COUNTIES[request.param])
    graph = sources.read(instance, vocabulary).graph
    return instance, graph, write_workbook(instance, graph)


@pytest.fixture
def read(tmp_path: Path, vocabulary: Vocabulary) -> Callable[[Instance, bytes], tuple[Graph, Workbooks]]:
    """Reads a workbook that is the only source of an instance."""

    def reading(instance: Instance, content: bytes) -> tuple[Graph, Workbooks]:
        shutil.copy(instance.folder / "planverk.toml", tmp_path)
        (tmp_path / "plan.xlsx").write_bytes(content)
        positions = Positions()
        return positions.graph, read_workbooks(read_instance(tmp_path), positions, vocabulary)

    return reading


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def test_data_to_workbook_to_data_is_the_identical_graph(
    county: tuple[Instance, Graph, bytes], read: Callable[[Instance, bytes], tuple[Graph, Workbooks]]
) -> None:
    instance, graph, content = county
    again, workbooks = read(instance, content)
    assert set(again) == set(graph)
    assert (workbooks.findings, workbooks.new, workbooks.whole) == ([], [], True)


def test_hardly_anything_needs_the_exact_notation(county: tuple[Instance, Graph, bytes]) -> None:
    _, graph, content = county
    assert opened(content)[DETAILS].max_row - 1 <= max(len(graph) // 200, 6)


def test_every_class_of_the_ontology_has_its_sheet(vocabulary: Vocabulary) -> None:
    placed = [kind for sheet in read_table().sheets for kind in sheet.classes]
    assert len(placed) == len(set(placed))
    assert set(placed) == {term for term in vocabulary.terms if (term, RDF.type, OWL.Class) in vocabulary.ontology}


def test_every_heading_is_read_as_the_column_it_was_written_for() -> None:
    table = read_table()
    for sheet in table.sheets:
        columns = table.columns(sheet, ("nb", "nn", "en"), Graph(), ())
        assert {column.heading: table.read_heading(sheet, column.heading, "nb") for column in columns} == {
            column.heading: column for column in columns
        }


def test_only_what_every_row_needs_has_a_star_and_the_rest_is_told(county: tuple[Instance, Graph, bytes]) -> None:
    book = opened(county[2])
    headings = {sheet.title: [str(cell.value) for cell in sheet[1]] for sheet in book}
    explained = {(row[1].value, str(row[2].value)) for row in book["Veiledning"] if row[2].value}
    assert {"Type *", "Tittel (nb) *", "Kilde *"} <= set(headings["Program"])
    for sheet, heading, told in (
        ("Program", "Utdyper program", "Må fylles ut for årsplan."),
        ("Prosessfaser", "Rullerer", "Må fylles ut for rullering."),
        ("Kildepåstander", "Påstått verdi (nb)", "Én av kolonnene «Påstått verdi» må fylles ut."),
    ):
        assert heading in headings[sheet]
        assert any(column == heading and text.endswith(told) for column, text in explained)
        prompts = [rule.prompt for rule in book[sheet].data_validations.dataValidation if rule.promptTitle == heading]
        assert [prompt.startswith(told) for prompt in prompts] == [True]


def test_a_workbook_beside_turtle_files_would_say_all_twice_and_is_refused(unreleased: Instance) -> None:
    result = run("workbook", str(unreleased.folder))
    assert (result.exit_code, "--take-over" in result.output) == (1, True)
    assert unreleased.workbooks == []


def test_a_workbook_that_takes_over_says_the_same_and_the_turtle_files_are_kept(unreleased: Instance) -> None:
    before = sources.read(unreleased, read_vocabulary()).graph
    assert run("workbook", str(unreleased.folder), "--take-over").exit_code == 0
    after = sources.read(unreleased, read_vocabulary())
    assert unreleased.sources == []
    assert set(after.graph) == set(before)
    assert [path.suffix for path in (unreleased.folder / "reserve").iterdir()] == [".ttl"]
    assert run("release", str(unreleased.folder)).exit_code == 0


@pytest.mark.parametrize("arguments", [(), ("--take-over",)])
def test_a_workbook_beside_one_of_another_name_would_say_all_twice_and_is_refused(
    unreleased: Instance, arguments: tuple[str, ...]
) -> None:
    folder = str(unreleased.folder)
    theirs = unreleased.folder / "Regionalplan.xlsx"
    assert run("workbook", folder, "--take-over", "--output", str(theirs)).exit_code == 0
    before = sources.read(unreleased, read_vocabulary()).graph
    result = run("workbook", folder, *arguments)
    assert (result.exit_code, "Regionalplan.xlsx, så alt ville stått to ganger" in result.output) == (1, True)
    assert unreleased.workbooks == [theirs]
    assert run("workbook", folder, "--output", str(theirs)).exit_code == 0
    assert set(sources.read(unreleased, read_vocabulary()).graph) == set(before)


def test_a_workbook_takes_over_only_from_turtle_files(unreleased: Instance) -> None:
    """What another workbook says goes on standing there, and there alone."""
    folder = str(unreleased.folder)
    (turtle,) = unreleased.sources
    assert run("workbook", folder, "--take-over").exit_code == 0
    (unreleased.folder / "plan.xlsx").rename(unreleased.folder / "Regionalplan.xlsx")
    empty = openpyxl.load_workbook(unreleased.folder / "Regionalplan.xlsx")
    for sheet in empty:
        sheet.delete_rows(2, sheet.max_row)
    empty.save(unreleased.folder / "plan.xlsx")
    theme = '<https://data.example.org/id/theme/ny> a plan:Theme ; dct:title "Ny"@nb .\n'
    turtle.write_text(f"@prefix plan: <{PLAN}> .\n@prefix dct: <{DCT}> .\n{theme}", encoding="utf-8")
    result = run("workbook", folder, "--take-over")
    assert result.exit_code == 0, result.output
    keys = [cell.value for cell in openpyxl.load_workbook(unreleased.folder / "plan.xlsx")["Temaer"]["A"]]
    assert keys == ["Nøkkel", "theme/ny"]
    assert unreleased.sources == []


@pytest.mark.parametrize("output", ["../plan.xlsx", "plan.xls"])
def test_a_workbook_that_nobody_reads_does_not_take_over(unreleased: Instance, output: str) -> None:
    before = unreleased.sources
    target = unreleased.folder / output
    result = run("workbook", str(unreleased.folder), "--take-over", "--output", str(target))
    assert (result.exit_code, "Ingenting leser" in result.output) == (1, True)
    assert (unreleased.sources, target.exists()) == (before, False)


def test_a_workbook_that_libreoffice_has_saved_says_the_same(
    county: tuple[Instance, Graph, bytes],
    read: Callable[[Instance, bytes], tuple[Graph, Workbooks]],
    needed: Callable[[str], str],
    tmp_path: Path,
) -> None:
    instance, graph, content = county
    given = tmp_path / "given" / "plan.xlsx"
    given.parent.mkdir()
    given.write_bytes(content)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [needed("soffice"), "--headless", profile, "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved")]
    subprocess.run([*command, str(given)], check=True, capture_output=True, timeout=120)
    again, workbooks = read(instance, (tmp_path / "saved" / "plan.xlsx").read_bytes())
    assert set(again) == set(graph)
    assert workbooks.findings == []
