"""Hostile and broken workbooks give findings, in bounded time and memory: never a crash, and nothing is lost in silence."""

import re
import resource
import shutil
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from time import process_time

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from rdflib import Graph, Literal, URIRef

from planverk import sources
from planverk.instance import Instance, read_instance
from planverk.sources.workbook import Workbooks, read_workbooks, write_workbook
from planverk.store.positions import Positions
from planverk.vocab import DCT, PLAN, RDF, SKOS, XSD
from planverk.vocabulary import Vocabulary, read_vocabulary

ODD = Path(__file__).parent / "odd"
BASE = "https://data.example.org/"
MARKUP = URIRef(f"{BASE}id/theme/markup")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture(scope="module")
def good(vocabulary: Vocabulary) -> bytes:
    """A workbook with nothing wrong in it."""
    odd = read_instance(ODD)
    return write_workbook(odd, sources.read(odd, vocabulary).graph)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(ODD / "planverk.toml", folder)
    return read_instance(folder)


Read = Callable[[bytes], tuple[Graph, Workbooks]]


@pytest.fixture(scope="module")
def read(instance: Instance, vocabulary: Vocabulary) -> Read:
    def reading(content: bytes) -> tuple[Graph, Workbooks]:
        (instance.folder / "plan.xlsx").write_bytes(content)
        positions = Positions()
        return positions.graph, read_workbooks(instance, positions, vocabulary)

    return reading


def changed(content: bytes, change: Callable[[Workbook], object]) -> bytes:
    workbook = openpyxl.load_workbook(BytesIO(content))
    change(workbook)
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The workbook with its parts changed one by one."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return file.getvalue()


def rules(workbooks: Workbooks) -> set[str]:
    return {finding.rule_name.removeprefix("Source-workbook-") for finding in workbooks.findings}


def themes(workbook: Workbook) -> Worksheet:
    return workbook["Temaer"]


def cell(sheet: Worksheet, heading: str, key: str = "theme/markup") -> str:
    column = next(cell.column for cell in sheet[1] if str(cell.value).rstrip(" *") == heading)
    return sheet.cell(next(cell.row for cell in sheet["A"] if cell.value == key), column).coordinate


def put(heading: str, content: object, number_format: str = "General") -> Callable[[Workbook], object]:
    def change(workbook: Workbook) -> None:
        square = themes(workbook)[cell(themes(workbook), heading)]
        square.value = content
        square.number_format = number_format

    return change


def put_beside(heading: str, content: object, number_format: str = "General") -> Callable[[Workbook], object]:
    """The same in a column that the sheet did not have."""

    def change(workbook: Workbook) -> None:
        themes(workbook).cell(1, themes(workbook).max_column + 1).value = heading
        put(heading, content, number_format)(workbook)

    return change


def a_bomb() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for number in range(8):
            package.writestr(f"xl/worksheets/sheet{number}.xml", b" " * 40_000_000)
    return file.getvalue()


UNREADABLE = {
    "no zip": (lambda good: b"Temaer;Tittel\n1;2\n", "damaged"),
    "empty": (lambda good: b"", "damaged"),
    "locked by a password": (lambda good: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000), "locked"),
    "half of it": (lambda good: good[: len(good) // 2], "damaged"),
    "another zip": (lambda good: _zip({"a.txt": b"a"}), "damaged"),
    "a zip bomb": (lambda good: a_bomb(), "too-large"),
    "macros": (lambda good: _zip_added(good, "xl/vbaProject.bin"), "macros"),
    "broken XML": (lambda good: repacked(good, lambda name, part: part[:-200] if "sheet5" in name else part), "damaged"),
    "entities that swell": (lambda good: repacked(good, _swelling), "damaged"),
    "entities that fetch": (lambda good: repacked(good, _fetching), "damaged"),
    "very many parts": (lambda good: _zip({f"xl/{number}.xml": b"" for number in range(3000)}), "too-large"),
}  # fmt: skip


def _zip(parts: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return file.getvalue()


def _zip_added(content: bytes, name: str) -> bytes:
    file = BytesIO(content)
    with zipfile.ZipFile(file, "a") as package:
        package.writestr(name, b"x")
    return file.getvalue()


def _swelling(name: str, part: bytes) -> bytes:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    kind = f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]>'.encode()
    return _with_type(name, part, kind)


def _fetching(name: str, part: bytes) -> bytes:
    return _with_type(name, part, b'<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>')


def _with_type(name: str, part: bytes, kind: bytes) -> bytes:
    if name != "xl/worksheets/sheet5.xml":
        return part
    body = re.sub(rb"^<\?xml[^>]*\?>", b"", part)
    assert b"<t>" in body
    return kind + body.replace(b"<t>", b"<t>&l9;", 1)


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_is_no_good_workbook_is_told_and_nothing_of_it_is_believed(
    case: str, good: bytes, read: Read
) -> None:
    make, rule = UNREADABLE[case]
    began = process_time()
    graph, workbooks = read(make(good))
    assert (rules(workbooks), workbooks.whole, len(graph)) == ({rule}, False, 0)
    assert process_time() - began < 20


@pytest.mark.parametrize("ending", [".xlsm", ".xls", ".ods", ".csv"])
def test_other_kinds_of_files_are_not_passed_over_in_silence(
    ending: str, good: bytes, read: Read, instance: Instance
) -> None:
    stray = instance.folder / f"plan{ending}"
    stray.write_bytes(good)
    try:
        assert rules(read(good)[1]) == {"format"}
    finally:
        stray.unlink()


def test_a_hundred_thousand_rows_are_refused_in_bounded_time_and_memory(good: bytes, read: Read) -> None:
    row = "<row r='{0}'><c r='B{0}' t='inlineStr'><is><t>Tema {0}</t></is></c></row>"
    rows = "".join(row.format(number) for number in range(100, 100_100)).encode()

    def grow(name: str, part: bytes) -> bytes:
        return part.replace(b"</sheetData>", rows + b"</sheetData>") if name.endswith("sheet6.xml") else part

    huge = repacked(good, grow)
    began = process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    graph, workbooks = read(huge)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (rules(workbooks), workbooks.whole, len(graph)) == ({"too-large"}, False, 0)
    assert grown < 100_000  # kilobytes
    assert process_time() - began < 20


CELLS = {
    "a formula that is not computed": (put("Rekkefølge", "=1+1"), "formula-refused"),
    "a formula that starts a program": (put("Tittel (nb)", "=cmd|' /C calc'!A0"), "formula-refused"),
    "a date in a column of numbers": (put("Rekkefølge", datetime(2026, 1, 3), "yyyy-mm-dd"), "whole-number"),
    "a truth value": (put("Rekkefølge", True), "whole-number"),
    "a truth value as a title": (put("Tittel (nb)", True), "text"),
    "a number with text": (put("Rekkefølge", "nr. 1"), "whole-number"),
    "a number that may be two hundred thousand": (put_beside("Beløp", "200.000"), "number"),
    "a sum below zero that may be two": (put_beside("Beløp", "−1.200.000"), "number"),
    "a duration": (put_beside("Beløp", timedelta(hours=45, minutes=55), "[h]:mm:ss"), "number"),
    "a duration as a title": (put("Tittel (nb)", timedelta(hours=45, minutes=55), "[h]:mm:ss"), "text"),
    "a pointer that is no address": (put("Hører til plan", "//[x"), "name"),
    "a pointer that is no address either": (put("Hører til plan", "x://[y"), "name"),
    "an error value": (put("Rekkefølge", "#REF!"), "error"),
    "a time of day": (put("Trukket tilbake", datetime(2026, 1, 3, 12, 30)), "date"),
    "a number for a date": (put("Trukket tilbake", 41989), "date"),
    "a name that nothing has": (put("Hører til plan", "Fantasiplanen"), "name"),
    "spaces around": (put("Tittel (nb)", "\u00a0 Markup \u00a0"), "spaces"),
    "merged cells": (lambda workbook: themes(workbook).merge_cells("B2:B3"), "merged"),
    "a hidden row": (lambda workbook: setattr(themes(workbook).row_dimensions[2], "hidden", True), "hidden"),
    "a hidden sheet": (lambda workbook: setattr(themes(workbook), "sheet_state", "hidden"), "hidden"),
    "a renamed sheet": (lambda workbook: setattr(themes(workbook), "title", "Plantemaer"), "sheet"),
    "an unknown heading": (lambda workbook: themes(workbook).__setitem__("B1", "Titel paa norsk"), "heading"),
    "a key that is none": (lambda workbook: themes(workbook).__setitem__("A2", "Se over!"), "key"),
    "text without a heading": (lambda workbook: themes(workbook).__setitem__("ZZ2", "husk dette"), "heading"),
}  # fmt: skip


@pytest.mark.parametrize("case", CELLS)
def test_what_does_not_fit_is_told_in_its_cell(case: str, good: bytes, read: Read) -> None:
    change, rule = CELLS[case]
    _, workbooks = read(changed(good, change))
    told = [finding for finding in workbooks.findings if finding.rule_name == f"Source-workbook-{rule}"]
    assert told
    assert all(finding.place and finding.place.sheet and finding.place.column for finding in told)
    assert all("{" not in finding.sentence(["nb"]) for finding in told)


def test_a_formula_with_a_saved_answer_counts_and_is_told(good: bytes, read: Read) -> None:
    made = changed(good, put("Rekkefølge", "=3+4"))
    answered = repacked(made, lambda name, part: re.sub(rb"<f>3\+4</f><v */?>(</v>)?", b"<f>3+4</f><v>7</v>", part))
    graph, workbooks = read(answered)
    assert rules(workbooks) == {"formula"}
    assert (MARKUP, PLAN.order, Literal("7", datatype=XSD.integer)) in graph


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (put("Rekkefølge", 123456), "whole-number"),
        (put_beside("Beløp", 123456), "number"),
        (put("Tittel (nb)", 123456), "text"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_number_without_end_is_told(change: Callable[[Workbook], object], rule: str, good: bytes, read: Read) -> None:
    made = changed(good, change)
    endless = repacked(made, lambda name, part: part.replace(b"<v>123456</v>", b"<v>1E400</v>"))
    assert rules(read(endless)[1]) == {rule}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Linje1_x000D_\nLinje2", "Linje1\nLinje2"),
        ("a_x005F_x000D_b", "a_x000D_b"),
        ("_xD83D__xDE00_!", "\U0001f600!"),
        ("_xD83D_!", "_xD83D_!"),
        ("_x12_", "_x12_"),
    ],
)
def test_a_text_is_read_as_its_cell_shows_it(written: str, shown: str, good: bytes, read: Read) -> None:
    graph, workbooks = read(changed(good, put("Tittel (nb)", written)))
    assert rules(workbooks) == set()
    assert (MARKUP, DCT.title, Literal(shown, lang="nb")) in graph


def test_who_writes_points_between_thousands_is_told_to_leave_them_out(good: bytes, read: Read) -> None:
    (finding,) = read(changed(good, put_beside("Beløp", "200.000")))[1].findings
    assert "punktum mellom tusener" in finding.sentence(["nb"])


@pytest.mark.parametrize("text", ["0.125", "1200.5", "200 000,5", "-0.125"])
def test_a_point_that_can_only_part_decimals_does(text: str, good: bytes, read: Read) -> None:
    graph, workbooks = read(changed(good, put_beside("Beløp", text, "@")))
    assert rules(workbooks) == set()
    assert [value.value for value in graph.objects(MARKUP, PLAN.amount)] == [
        Decimal(text.replace(" ", "").replace(",", "."))
    ]


def test_a_key_that_is_half_an_address_is_told(good: bytes, instance: Instance, vocabulary: Vocabulary) -> None:
    key = changed(good, lambda workbook: themes(workbook).__setitem__("A2", "http://[abc"))
    (instance.folder / "plan.xlsx").write_bytes(key)
    told = {finding.rule_name for finding in sources.read(instance, vocabulary).findings}
    assert "Source-web-address" in told


def test_a_date_that_there_is_not_is_a_finding_and_no_line_in_a_log(
    good: bytes, read: Read, caplog: pytest.LogCaptureFixture
) -> None:
    graph, _ = read(changed(good, put("Trukket tilbake", "31.02.2015", "@")))
    assert [str(day) for day in graph.objects(MARKUP, PLAN.withdrawnOn)] == ["2015-02-31"]
    assert caplog.records == []


def test_dates_of_the_other_calendar_are_the_same_days(good: bytes, read: Read) -> None:
    def change(workbook: Workbook) -> None:
        workbook.epoch = CALENDAR_MAC_1904
        put("Trukket tilbake", date(2014, 12, 16), "yyyy-mm-dd")(workbook)

    graph, _ = read(changed(good, change))
    assert (MARKUP, PLAN.withdrawnOn, Literal("2014-12-16", datatype=XSD.date)) in graph


@pytest.mark.parametrize(
    ("content", "number_format", "wanted"),
    [("16.12.2014", "@", "2014-12-16"), ("2014-12-16", "@", "2014-12-16"), ("1.2.2014", "General", "2014-02-01")],
)
def test_days_are_understood_as_norwegians_write_them(
    content: str, number_format: str, wanted: str, good: bytes, read: Read
) -> None:
    graph, _ = read(changed(good, put("Trukket tilbake", content, number_format)))
    assert (MARKUP, PLAN.withdrawnOn, Literal(wanted, datatype=XSD.date)) in graph


def test_a_sheet_for_notes_is_left_alone(good: bytes, read: Read) -> None:
    graph, workbooks = read(changed(good, lambda book: book.create_sheet("Notater").append(["=1+1", "husk dette"])))
    assert (workbooks.findings, len(graph) > 0) == ([], True)


def test_text_that_looks_like_a_formula_stays_a_text(instance: Instance, read: Read) -> None:
    titles = ["=cmd|' /C calc'!A0", "+47 32 80 85 00", "-1", "@SUM(1)", "#N/A", "'sitat", "=1+1", "TRUE", "3.1", "007"]
    graph = Graph()
    for number, title in enumerate(titles):
        graph.add((URIRef(f"{BASE}id/theme/{number}"), RDF.type, PLAN.Theme))
        graph.add((URIRef(f"{BASE}id/theme/{number}"), DCT.title, Literal(title, lang="nb")))
    content = write_workbook(instance, graph)
    kinds = {square.data_type for row in openpyxl.load_workbook(BytesIO(content))["Temaer"] for square in row}
    assert "f" not in kinds
    assert set(read(content)[0]) == set(graph)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
VALUES = st.one_of(
    st.builds(lambda text, tag: Literal(text, lang=tag), TEXTS, st.sampled_from(["nb", "nn", "en", "se", "en-GB"])),
    st.builds(Literal, TEXTS),
    st.builds(
        lambda text, kind: Literal(text, datatype=kind),
        st.one_of(st.from_regex(r"\A-?[0-9]{1,17}(\.[0-9]{1,5})?\Z"), st.dates().map(str), TEXTS),
        st.sampled_from([XSD.integer, XSD.decimal, XSD.date, XSD.gYear, XSD.gYearMonth, XSD.anyURI, XSD.boolean]),
    ),
    st.sampled_from([URIRef(f"{BASE}id/theme/0"), URIRef("https://example.org/a?b=c#d"), PLAN.Goal, URIRef("urn:a:b")]),
)
TERMS = st.sampled_from(
    [DCT.title, DCT.issued, PLAN.order, PLAN.amount, PLAN.underTheme, SKOS.related, PLAN.assertedValue]
)


@example([(0, DCT.title, URIRef("https://example.org/a?b=c#d"))])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 5), TERMS, VALUES), min_size=1, max_size=25))
def test_whatever_is_said_comes_back_as_it_was(
    instance: Instance, read: Read, statements: list[tuple[int, URIRef, Literal | URIRef]]
) -> None:
    graph = Graph()
    for number, term, value in statements:
        graph.add((URIRef(f"{BASE}id/theme/{number}"), term, value))
        graph.add((URIRef(f"{BASE}id/theme/{number}"), RDF.type, PLAN.Theme))
    again, workbooks = read(write_workbook(instance, graph))
    assert set(again) == set(graph)
    assert workbooks.new == []
