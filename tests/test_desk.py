"""A planner's rows get keys once and keep them, what is deleted is withdrawn when that was agreed, and a release can be undone."""

import re
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from rdflib import Graph, URIRef

from planverk import desk, sources
from planverk.cli import main
from planverk.instance import Instance, read_instance
from planverk.release import current_version
from planverk.sources.workbook import ChangedError, write_keys
from planverk.vocab import DCT, PLAN, RDF, XSD
from planverk.vocabulary import read_vocabulary

TESTS = Path(__file__).parent
BASE = "https://data.example.org/"


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


@pytest.fixture(scope="module")
def taken_over(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fictional instance with a workbook as its only source, released."""
    folder = tmp_path_factory.mktemp("desk") / "instance"
    shutil.copytree(TESTS / "odd", folder, ignore=shutil.ignore_patterns("releases"))
    assert run("workbook", str(folder), "--take-over").exit_code == 0
    result = run("release", str(folder))
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def instance(taken_over: Path, tmp_path: Path) -> Instance:
    shutil.copytree(taken_over, tmp_path / "instance", symlinks=True)
    return read_instance(tmp_path / "instance")


@contextmanager
def edited(instance: Instance) -> Iterator[Workbook]:
    workbook = openpyxl.load_workbook(instance.folder / "plan.xlsx")
    yield workbook
    workbook.save(instance.folder / "plan.xlsx")


def column(sheet: Worksheet, heading: str) -> int:
    return next(cell.column for cell in sheet[1] if str(cell.value).rstrip(" *") == heading)


def row_of(sheet: Worksheet, key: str) -> int:
    return next(cell.row for cell in sheet["A"] if cell.value == key)


def set_version(instance: Instance, version: str) -> None:
    path = instance.folder / "planverk.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'version = "{instance.version}"', f'version = "{version}"'), encoding="utf-8")


def part_of(path: Path, title: str) -> str:
    return f"xl/worksheets/sheet{openpyxl.load_workbook(path).sheetnames.index(title) + 1}.xml"


def unpacked(path: Path, title: str) -> bytes:
    """The XML of a sheet."""
    with zipfile.ZipFile(path) as package:
        return package.read(part_of(path, title))


def repack(path: Path, title: str, part: bytes) -> None:
    """Write a workbook with other XML for a sheet."""
    name = part_of(path, title)
    with zipfile.ZipFile(path) as package:
        parts = {one: package.read(one) for one in package.namelist()} | {name: part}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for one, content in parts.items():
            package.writestr(one, content)


def said(instance: Instance) -> Graph:
    return sources.read(instance, read_vocabulary()).graph


def add_theme(workbook: Workbook, title: str) -> int:
    sheet = workbook["Temaer"]
    line = sheet.max_row + 1
    for number in range(2, sheet.max_column + 1):
        sheet.cell(line, number).value = sheet.cell(2, number).value
    for number in range(2, sheet.max_column + 1):
        if str(sheet.cell(1, number).value).startswith(("Tittel", "Nummer", "Rekkef")):
            sheet.cell(line, number).value = None
    sheet.cell(line, column(sheet, "Tittel (nb)")).value = title
    return line


def test_a_new_row_gets_a_key_from_its_name_and_keeps_it_when_it_is_renamed_and_moved(instance: Instance) -> None:
    with edited(instance) as workbook:
        add_theme(workbook, "Grønn omstilling på Sørlandet – æøå!")
    set_version(instance, "1.1.0")
    assert run("release", str(instance.folder)).exit_code == 0
    with edited(instance) as workbook:
        sheet = workbook["Temaer"]
        line = row_of(sheet, "theme/grønn-omstilling-på-sørlandet-æøå")
        sheet.cell(line, column(sheet, "Tittel (nb)")).value = "Et helt annet navn"
        sheet.move_range(f"A{line}:{sheet.cell(line, sheet.max_column).coordinate}", rows=7)
    titles = said(instance).objects(URIRef(f"{BASE}id/theme/grønn-omstilling-på-sørlandet-æøå"), DCT.title)
    assert [str(title) for title in titles] == ["Et helt annet navn"]
    assert [path.suffix for path in (instance.folder / "reserve").iterdir()].count(".xlsx") == 1


def test_two_new_rows_of_one_name_get_two_keys(instance: Instance) -> None:
    with edited(instance) as workbook:
        add_theme(workbook, "Likt")
        add_theme(workbook, "Likt")
    assert run("check", str(instance.folder), "--keys").exit_code == 0
    keys = [cell.value for cell in openpyxl.load_workbook(instance.folder / "plan.xlsx")["Temaer"]["A"]]
    assert {"theme/likt", "theme/likt-2"} <= set(keys)


def test_a_copy_above_the_original_does_not_take_its_key(instance: Instance) -> None:
    """A spreadsheet program copies the key too, and puts the copied row above."""
    with edited(instance) as workbook:
        sheet = workbook["Temaer"]
        line = row_of(sheet, "theme/markup")
        sheet.insert_rows(line)
        for number in range(1, sheet.max_column + 1):
            sheet.cell(line, number).value = sheet.cell(line + 1, number).value
        sheet.cell(line, column(sheet, "Tittel (nb)")).value = "Kopien"
        sheet.cell(add_theme(workbook, "Ny"), 1).value = "Se over!"
        add_theme(workbook, "Nyere")
    before = (instance.folder / "plan.xlsx").read_bytes()
    result = run("check", str(instance.folder), "--keys")
    assert (result.exit_code, "Ingen nøkler er skrevet inn" in result.stderr) == (1, True)
    assert (instance.folder / "plan.xlsx").read_bytes() == before
    assert [row.key for row in sources.read(instance, read_vocabulary()).new] == ["theme/nyere"]


def test_keys_are_not_written_into_a_workbook_that_was_saved_since_it_was_read(instance: Instance) -> None:
    with edited(instance) as workbook:
        add_theme(workbook, "Nytt")
    new = sources.read(instance, read_vocabulary()).new
    with edited(instance) as workbook:
        workbook["Temaer"].insert_rows(2)
    saved = (instance.folder / "plan.xlsx").read_bytes()
    with pytest.raises(ChangedError, match="Kjør på nytt"):
        write_keys(new)
    assert (instance.folder / "plan.xlsx").read_bytes() == saved


def test_only_the_keys_of_a_workbook_change_when_they_are_written(instance: Instance) -> None:
    """What its formulas came to stays known, and whoever might use it still may, also by a link."""
    workbook_file = instance.folder / "plan.xlsx"
    with edited(instance) as workbook:
        sheet = workbook["Temaer"]
        line = add_theme(workbook, "Nytt")
        order = sheet.cell(line, column(sheet, "Rekkefølge"))
        order.value = "=3+4"
    answered = re.sub(rb"<f>3\+4</f><v */?>(</v>)?", b"<f>3+4</f><v>7</v>", unpacked(workbook_file, "Temaer"))
    repack(workbook_file, "Temaer", answered)
    elsewhere = instance.folder.parent / "felles.xlsx"
    workbook_file.rename(elsewhere)
    elsewhere.chmod(0o664)
    workbook_file.symlink_to(elsewhere)
    result = run("check", str(instance.folder), "--keys")
    assert result.exit_code == 0, result.output
    assert workbook_file.is_symlink()
    assert elsewhere.stat().st_mode & 0o777 == 0o664
    key = f'<c r="A{line}" t="inlineStr"><is><t>theme/nytt</t></is></c>'
    assert canonicalize(unpacked(elsewhere, "Temaer")).replace(key, "") == canonicalize(answered)
    assert openpyxl.load_workbook(elsewhere)["Temaer"].cell(line, 1).value == "theme/nytt"
    again = run("check", str(instance.folder), "--keys")
    assert (again.exit_code, "Verdien den sist viste, 7, er brukt" in again.stdout) == (0, True)


def test_a_cell_that_names_a_thing_by_its_old_name_still_points_at_it(instance: Instance) -> None:
    before = said(instance)
    plan = URIRef(f"{BASE}id/plan/fjord")
    with edited(instance) as workbook:
        sheet = workbook["Planer"]
        sheet.cell(row_of(sheet, "plan/fjord"), column(sheet, "Tittel (nb)")).value = "Planen heter noe nytt"
    after = said(instance)
    assert set(after.subjects(PLAN.elementOf, plan)) == set(before.subjects(PLAN.elementOf, plan)) != set()


def test_a_deleted_row_is_shown_and_only_withdrawn_when_that_is_agreed(instance: Instance) -> None:
    markup = URIRef(f"{BASE}id/theme/markup")
    with edited(instance) as workbook:
        sheet = workbook["Temaer"]
        sheet.delete_rows(row_of(sheet, "theme/markup"))
    set_version(instance, "1.1.0")
    refused = run("release", str(instance.folder), stdin="n\n")
    assert (refused.exit_code, current_version(instance.releases)) == (1, "1.0.0")
    assert f"plantema «</script><script>alert(1)</script> (oppdiktet)» ({markup})" in refused.stdout
    assert not (instance.folder / "withdrawn.ttl").exists()
    agreed = run("release", str(instance.folder), stdin="y\n")
    assert (agreed.exit_code, current_version(instance.releases)) == (0, "1.1.0")
    assert [value.datatype for value in said(instance).objects(markup, PLAN.withdrawnOn)] == [XSD.date]
    assert (markup, RDF.type, PLAN.Theme) in said(instance)


def test_undo_goes_back_where_no_address_would_vanish(instance: Instance) -> None:
    with edited(instance) as workbook:
        sheet = workbook["Planer"]
        sheet.cell(row_of(sheet, "plan/fjord"), column(sheet, "Tittel (nb)")).value = "Feil navn"
    set_version(instance, "1.1.0")
    assert run("release", str(instance.folder)).exit_code == 0
    result = run("undo", str(instance.folder))
    assert (result.exit_code, current_version(instance.releases)) == (0, "1.0.0"), result.output


def test_undo_withdraws_what_only_the_undone_release_described(instance: Instance) -> None:
    before = set(desk.published_in(instance))
    with edited(instance) as workbook:
        add_theme(workbook, "Ble gitt ut ved en feil")
    set_version(instance, "1.1.0")
    assert run("release", str(instance.folder)).exit_code == 0
    assert run("undo", str(instance.folder), stdin="n\n").exit_code == 1
    assert current_version(instance.releases) == "1.1.0"
    result = run("undo", str(instance.folder), "--withdraw")
    assert (result.exit_code, current_version(instance.releases)) == (0, "1.1.1"), result.output
    mistaken = URIRef(f"{BASE}id/theme/ble-gitt-ut-ved-en-feil")
    now = desk.published_in(instance)
    assert {triple for triple in now if triple[0] != mistaken} == before
    assert list(now.objects(mistaken, PLAN.withdrawnOn))


def test_there_is_nothing_to_undo_before_the_second_release(instance: Instance) -> None:
    result = run("undo", str(instance.folder))
    assert (result.exit_code, "den første" in result.output) == (1, True)
    assert run("undo", str(instance.folder), "9.9.9").exit_code == 1


def test_marks_stand_in_a_copy_that_is_no_source_and_old_ones_go(instance: Instance) -> None:
    with edited(instance) as workbook:
        sheet = workbook["Temaer"]
        line = row_of(sheet, "theme/markup")
        sheet.cell(line, column(sheet, "Rekkefølge")).value = "først"
    place = sheet.cell(line, column(sheet, "Rekkefølge")).coordinate
    assert run("check", str(instance.folder), "--mark").exit_code == 1
    copy = instance.folder / "merket" / "plan.xlsx"
    cell = openpyxl.load_workbook(copy)["Temaer"][place]
    assert "FEIL: «først» er ikke et helt tall" in cell.comment.text
    assert cell.fill.fgColor.rgb == "FFF4B6B6"
    assert instance.workbooks == [instance.folder / "plan.xlsx"]
    shutil.copy(copy, instance.folder / "plan.xlsx")
    with edited(instance) as workbook:
        workbook["Temaer"][place].value = None
    run("check", str(instance.folder), "--mark")
    assert openpyxl.load_workbook(copy)["Temaer"][place].comment is None
