"""A release as tables: readers of CSVW, Frictionless and Excel take them as they are, and nothing is lost on the way."""

import csv
import json
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import csvw
import frictionless
import openpyxl
import pytest
from rdflib import RDF, XSD, Graph, Literal, URIRef

from planverk import release
from planverk.dictionary import read_dictionary
from planverk.instance import Instance
from planverk.tables import CODES, LINKS, THINGS, Column, Table, Tables
from planverk.tables.csvw import write_rows
from planverk.tables.spreadsheet import write_workbook


@pytest.fixture(scope="module")
def folder(buskerud: Instance) -> Path:
    found = release.current(buskerud.releases)
    assert found is not None
    return found.folder


@pytest.fixture(scope="module")
def everything(folder: Path) -> Graph:
    return Graph().parse(folder / "data.nt", format="nt")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_csvw_reader_takes_every_table_with_its_types_and_keys(folder: Path) -> None:
    group = csvw.TableGroup.from_file(folder / "csv-metadata.json")
    read = {table.local_name: list(table.iterdicts(strict=True)) for table in group.tables}
    assert {name: len(found) for name, found in read.items()} == {name: len(rows(folder / name)) for name in read}
    assert group.check_referential_integrity()
    days = [row["decidedOn"] for row in read["Decision.csv"] if row["decidedOn"]]
    assert {type(day) for day in days} == {datetime}
    assert isinstance(read["Theme.csv"][0]["source"], list)


def test_frictionless_takes_the_data_package(folder: Path) -> None:
    report = frictionless.Package(str(folder / "datapackage.json")).validate()
    assert [error for task in report.tasks for error in task.errors] == []
    assert report.valid


def test_every_thing_and_every_link_is_in_the_tables(folder: Path, everything: Graph) -> None:
    things = {row["iri"] for row in rows(folder / f"{THINGS}.csv")}
    assert things == {str(thing) for thing in everything.subjects()}
    codes = {row["iri"] for row in rows(folder / f"{CODES}.csv")}
    links = {(row["from"], row["property"], row["to"]) for row in rows(folder / f"{LINKS}.csv")}
    assert links == {
        (str(s), str(p), str(o))
        for s, p, o in everything
        if isinstance(o, URIRef) and str(o) in things | codes and p != RDF.type
    }


def test_every_value_is_in_the_table_of_its_class(folder: Path, everything: Graph) -> None:
    described = json.loads((folder / "csv-metadata.json").read_text(encoding="utf-8"))
    found: set[tuple[str, str, str]] = set()
    for table in described["tables"]:
        columns = [column for column in table["tableSchema"]["columns"] if column.get("propertyUrl", "{")[0] != "{"]
        for row in rows(folder / table["url"]):
            for column in columns:
                cell = row[column["name"]]
                values = cell.split(column["separator"]) if "separator" in column else [cell]
                found |= {(row["iri"], column["propertyUrl"], value) for value in values if cell}
    label = URIRef("http://www.w3.org/2000/01/rdf-schema#label")
    assert found == {(str(s), str(p), str(o)) for s, p, o in everything if p not in (RDF.type, label)}


def test_the_workbook_has_the_same_tables(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "tables.xlsx", read_only=True)
    group = json.loads((folder / "csv-metadata.json").read_text(encoding="utf-8"))["tables"]
    names = [table["url"].removesuffix(".csv") for table in group]
    assert book.sheetnames == ["om", "kolonner", *(name[:31] for name in names)]
    for name in names:
        table = rows(folder / f"{name}.csv")
        heading, *cells = book[name[:31]].iter_rows(values_only=True)
        assert list(heading) == list(table[0])
        assert len(cells) == len(table)
        assert [row[0] for row in cells] == [next(iter(row.values())) for row in table]


def test_what_looks_like_a_formula_is_a_text_in_the_workbook(odd: Instance) -> None:
    book = openpyxl.load_workbook(odd.releases / "1.0.0" / "tables.xlsx", read_only=True)
    kinds = Counter(cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
    assert "f" not in kinds


def test_the_zip_holds_the_same_files(folder: Path) -> None:
    with zipfile.ZipFile(folder / "tables.zip") as archive:
        assert {"csv-metadata.json", "datapackage.json", "things.csv"} <= set(archive.namelist())
        for name in archive.namelist():
            assert archive.read(name) == (folder / name).read_bytes()


def line(thing: str, term: URIRef, value: URIRef | Literal) -> str:
    return Graph().add((URIRef(f"urn:{thing}"), term, value)).serialize(format="nt").strip() + "\n"


@pytest.mark.parametrize(
    ("values", "cell", "separator"),
    [
        (["one"], "one", "|"),
        (["one", "two"], "one|two", "|"),
        (["one|half", "two"], "one|half¦two", "¦"),
        (["1|", "2¦"], "1|␟2¦", "␟"),
        (['say "hei"', "line\nbreak, and comma"], 'line\nbreak, and comma|say "hei"', "|"),
        (["=1+1"], "=1+1", "|"),
        (["|¦␟␟|", "␟b"], "|¦␟␟||␟␟␟␟b", "|␟␟␟"),
    ],
)
def test_several_values_stand_in_one_cell_and_can_be_told_apart(
    tmp_path: Path, values: list[str], cell: str, separator: str
) -> None:
    kind, note = URIRef("urn:kind/Kind"), URIRef("urn:kind/note")
    said = [line("thing", note, Literal(value)) for value in values] + [line("thing", RDF.type, kind)]
    (tmp_path / "data.nq").write_text("".join(sorted(said)), encoding="utf-8")
    tables = Tables(tmp_path / "data.nq", read_dictionary())
    write_rows(tmp_path, tables)
    column = next(table for table in tables if table.kind == kind).columns[1]
    assert (rows(tmp_path / "Kind.csv"), column.separator) == ([{"iri": "urn:thing", "note": cell}], separator)
    assert cell.split(separator) == sorted(values)


@pytest.mark.parametrize(
    ("datatype", "value", "written"),
    [
        (XSD.gYear, "2019Z", "2019Z"),
        (XSD.gYear, "2019", 2019),
        (XSD.decimal, "1.50", 1.5),
        (XSD.decimal, "9" * 400, "9" * 400),
        (XSD.decimal, "0.1234567890123456", "0.1234567890123456"),
        (XSD.integer, "9007199254740993", "9007199254740993"),
    ],
)
def test_a_number_that_a_sheet_would_change_is_a_text_there(
    tmp_path: Path, datatype: URIRef, value: str, written: str | float
) -> None:
    column = Column("note", {}, {}, datatype=datatype.rpartition("#")[2])
    (tmp_path / "Kind.csv").write_text(f"note\n{value}\n", encoding="utf-8")
    write_workbook(tmp_path / "book.xlsx", [Table("Kind", {}, {}, [column])], [("Tittel", "A")], date(2026, 1, 2))
    book = openpyxl.load_workbook(tmp_path / "book.xlsx", read_only=True)
    assert [row[0] for row in book["Kind"].iter_rows(values_only=True)] == ["note", written]


def test_two_classes_of_one_name_have_a_table_each(tmp_path: Path) -> None:
    kinds = [URIRef("http://www.w3.org/ns/org#Role"), URIRef("http://www.w3.org/2006/vcard/ns#ROLE")]
    said = [line(f"thing{number}", RDF.type, kind) for number, kind in enumerate(kinds)]
    (tmp_path / "data.nq").write_text("".join(sorted(said)), encoding="utf-8")
    names = write_rows(tmp_path, Tables(tmp_path / "data.nq", read_dictionary()))
    assert len({name.lower() for name in names}) == len(names) == 5
