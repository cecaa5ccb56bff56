"""Typical mistakes in one workbook: each is found in its cell, by its rule, in a Norwegian sentence; the rest stays judged."""

import shutil
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from planverk import publication, sources
from planverk.findings import Finding
from planverk.instance import read_instance
from planverk.sources.workbook import write_workbook
from planverk.vocabulary import read_vocabulary

FJORDHEIM = Path(__file__).parent / "fjordheim"


class Mistake(NamedTuple):
    """What a planner does: on a sheet, in the row of a key or a new one, below a heading; and what is to be found there."""

    sheet: str
    key: str
    heading: str
    content: object
    rule: str
    words: str


MISTAKES = [
    Mistake(
        "Tiltak", "action/2021-01", "Under tema", "Kompetanze", "Source-workbook-name", "Ingenting heter «Kompetanze»"
    ),
    Mistake("Tiltak", "action/2021-02", "Startår", 2030, "Period-year-order", "Startåret er etter"),
    Mistake("Områder", "", "Tittel (nb)", None, "Resource-title", "tittel"),
    Mistake("Tiltak", "action/2019-01", "Kilde", None, "Resource-source", "kilde"),
    Mistake(
        "Tiltak", "action/2019-02", "Nummer eller kode", date(2026, 1, 3), "Source-workbook-text", "gjort teksten om"
    ),
    Mistake("Finansiering", "", "Beløp", "1,2 mill. kr", "Source-workbook-number", "uten kr"),
    Mistake("Statusrapporter", "", "Rapportert status", "fulført", "Source-workbook-code", "nærmeste er: fullført"),
    Mistake("Statusrapporter", "", "Rapportert dato", "31.02.2024", "Source-ill-typed-value", "2024-02-31"),
    Mistake(
        "Aktører",
        "organisation/avisa",
        "Organisasjonsnummer",
        "123456789",
        "Organization-number-checksum",
        "Kontrollsifferet",
    ),
    Mistake("Mål", "goal/1-2", "Nøkkel", "goal/1-1", "Source-workbook-duplicate-key", "tømmer du nøkkelen"),
    Mistake("Vedtak", "", "Vedtatt dato", "i desember", "Source-workbook-date", "16.12.2014"),
    Mistake("Indikatorer", "", "Måleenhet", "Maalenhet", "Source-workbook-heading", "Måleenhet"),
]
ALONE = {"Source-workbook-heading"}  # told at the heading, not in the row


def place(sheet: Worksheet, mistake: Mistake) -> str:
    """The cell of a row below a heading."""
    column = next(cell.column for cell in sheet[1] if str(cell.value).rstrip(" *") == mistake.heading)
    row = next((cell.row for cell in sheet["A"] if cell.value == mistake.key), 2)
    return sheet.cell(1 if mistake.rule in ALONE else row, column).coordinate


@pytest.fixture(scope="module")
def cells() -> dict[Mistake, str]:
    return {}


@pytest.fixture(scope="module")
def findings(cells: dict[Mistake, str], tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What is found in a fictional county's workbook with all mistakes in it."""
    folder = tmp_path_factory.mktemp("mistakes")
    shutil.copy(FJORDHEIM / "planverk.toml", folder)
    county = read_instance(FJORDHEIM)
    content = write_workbook(county, sources.read(county, read_vocabulary()).graph)
    workbook = openpyxl.load_workbook(BytesIO(content))
    for mistake in MISTAKES:
        cells[mistake] = place(workbook[mistake.sheet], mistake)
    for mistake, cell in cells.items():
        workbook[mistake.sheet][cell].value = mistake.content
    workbook.save(folder / "plan.xlsx")
    return publication.examine(read_instance(folder), lambda step: None).violations


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.rule)
def test_each_mistake_leads_to_its_cell(mistake: Mistake, findings: list[Finding], cells: dict[Mistake, str]) -> None:
    wanted = f"plan.xlsx: {mistake.sheet}!{cells[mistake]}"
    there = [finding for finding in findings if str(finding.place).endswith(wanted)]
    assert mistake.rule in [finding.rule_name for finding in there], [
        (str(finding.place), finding.rule_name) for finding in findings
    ]
    sentence = next(finding for finding in there if finding.rule_name == mistake.rule).sentence(["nb"])
    assert mistake.words in sentence
    assert "{" not in sentence


def test_no_mistake_is_told_in_a_place_without_sheet_and_cell(findings: list[Finding]) -> None:
    assert [
        finding for finding in findings if not (finding.place and finding.place.sheet and finding.place.column)
    ] == []
