"""Tried as a new county would: from an empty folder to a served plan of thirty actions, with commands and a spreadsheet only."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook

from planverk.cli import main
from planverk.instance import read_instance
from test_server import free_port, get, served

PLAN = "Regional plan for hav"
PROGRAMME = "Handlingsprogram 2025–2026"
COUNTY = "Vik fylkeskommune (oppdiktet)"
THEMES = ("Havbruk", "Skipsfart", "Hav og klima")
ACTORS = ("Havforum Vik (oppdiktet)", "Vik høgskole (oppdiktet)", "Ytre Vik kommune (oppdiktet)")
KINDS = ("næringslivsorganisasjon", "utdanning og forskning", "kommunal organisasjon")
ACTIONS = 30


def run(*command: str) -> Result:
    outcome = CliRunner().invoke(main, command)
    assert outcome.exit_code in (0, 1), outcome.output
    return outcome


def write(book: Workbook, sheet: str, **cells: object) -> int:
    """Fill the next empty row of a sheet, each cell by its heading, as it stands there without its star; give the row."""
    page = book[sheet]
    headings = {str(cell.value).removesuffix(" *"): cell.column for cell in page[1] if cell.value}
    row = next(number for number in range(2, 10_000) if not any(cell.value for cell in page[number]))
    for heading, value in cells.items():
        page.cell(row, headings[heading], value)
    return row


def source_of(book: Workbook) -> str:
    """The source as the drop-down offers it."""
    page = book["Aktører"]
    column = next(cell.column for cell in page[1] if cell.value == "Kilde *")
    return str(page.cell(2, column).value)


def fill(path: Path) -> None:
    """Write a plan with three themes, four goals and thirty actions, as somebody with the plan on the desk would."""
    book = load_workbook(path)
    source = {"Kilde": source_of(book)}
    of_plan = {"Hører til plan": PLAN, "Kildegrad": "ordrett", **source}
    for name, kind in zip(ACTORS, KINDS, strict=True):
        write(
            book, "Aktører", **{"Type": "formell organisasjon", "Navn (nb)": name, "Type organisasjon": kind, **source}
        )
    write(book, "Visjoner", **{"Tittel (nb)": "Fra hav til hverdag", **of_plan})
    write(book, "Mål", **{"Tittel (nb)": "Mer igjen av havet", "Målnivå": "hovedmål", **of_plan})
    for number, theme in enumerate(THEMES, start=1):
        write(book, "Temaer", **{"Tittel (nb)": theme, "Følges opp av": COUNTY, "Rekkefølge": number, **of_plan})
        write(book, "Mål", **{"Tittel (nb)": f"Delmål for {theme.lower()}", "Målnivå": "delmål", "Under tema": theme, "Er delmål av": "Mer igjen av havet", **of_plan})  # fmt: skip
    write(book, "Program", **{"Type": "handlingsprogram", "Tittel (nb)": PROGRAMME, "Følger opp plan": PLAN, "Planmyndighet": COUNTY, "Geografisk område": "Vik", "Startår": 2025, "Sluttår": 2026, **source})  # fmt: skip
    for number in range(1, ACTIONS + 1):
        write(book, "Tiltak", **{"Tittel (nb)": f"Tiltak {number} for havet", "Nummer eller kode": str(number), "Tiltakstype": "enkelttiltak", "Hører til plan": PROGRAMME, "Under tema": THEMES[number % 3], "Bidrar til": f"Delmål for {THEMES[number % 3].lower()}", "Ansvarlig aktør": ACTORS[number % 3], "Startår": 2025, "Sluttår": 2026, "Kildegrad": "ordrett", **source})  # fmt: skip
    book.save(path)


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def filled(port: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after `init`, `workbook` and an hour at the spreadsheet."""
    folder = tmp_path_factory.mktemp("new") / "vik"
    answers = {
        "county": COUNTY, "number": "310358037", "county-number": "97", "base": f"http://127.0.0.1:{port}/",
        "contact-page": "https://vik.example.no/kontakt", "plan": PLAN, "years": "2025-2032",
        "source": "https://vik.example.no/plan.pdf", "themes": "AGRI, ENVI",
    }  # fmt: skip
    run("init", str(folder), "--usual", *(part for name, text in answers.items() for part in (f"--{name}", text)))
    run("workbook", str(folder), "--take-over")
    fill(folder / "plan.xlsx")
    return folder


@pytest.fixture(scope="module")
def site(filled: Path, port: int) -> Iterator[int]:
    checked = run("check", str(filled), "--quiet")
    assert checked.exit_code == 0, checked.output
    released = run("release", str(filled))
    assert released.exit_code == 0, released.output
    with served(read_instance(filled), port):
        yield port


def test_thirty_actions_are_served_with_who_does_them(site: int) -> None:
    answer = get(site, "/query/actions?format=csv", "*/*")[1].decode().splitlines()
    assert len(answer) - 1 == ACTIONS
    assert sum("Vik høgskole" in line for line in answer) == ACTIONS // 3


def test_a_reader_finds_plan_themes_and_actions_on_pages(site: int) -> None:
    home = get(site, "/nb/", "text/html")[1].decode()
    assert "Regionale planer i Vik" in home
    status, page = get(site, "/nb/doc/plan/hav-2025-2032", "text/html")
    assert (status, all(theme in page.decode() for theme in THEMES)) == (200, True)


def test_the_deployment_is_proved_from_outside(site: int) -> None:
    outcome = run("doctor", f"http://127.0.0.1:{site}/")
    assert outcome.exit_code == 0, outcome.stdout


# What people write wrong: the sheet, the row, the heading, and what they write there.
MISTAKES = [
    ("Tiltak", 3, "Under tema", "Havbrukk"),
    ("Tiltak", 4, "Ansvarlig aktør", "Havforumet"),
    ("Tiltak", 5, "Hører til plan", "Handlingsprogrammet"),
    ("Tiltak", 6, "Startår", "snart"),
    ("Tiltak", 7, "Startår", 2035),
    ("Tiltak", 8, "Tiltakstype", "enkelttitak"),
    ("Tiltak", 9, "Tittel (nb)", None),
    ("Mål", 3, "Målnivå", "del mål"),
    ("Aktører", 3, "Organisasjonsnummer", "123456789"),
    ("Kilder", 2, "Nettadresse", "plan.pdf"),
]


def test_ten_mistakes_lead_to_ten_cells(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "vik"
    shutil.copytree(filled, folder, ignore=shutil.ignore_patterns("releases", "reserve"))
    book = load_workbook(folder / "plan.xlsx")
    cells = []
    for sheet, row, heading, written in MISTAKES:
        column = next(cell for cell in book[sheet][1] if str(cell.value).removesuffix(" *") == heading)
        book[sheet].cell(row, column.column).value = written
        cells.append(f"plan.xlsx: {sheet}!{column.column_letter}{row}: FEIL")
    book.save(folder / "plan.xlsx")
    outcome = run("check", str(folder), "--quiet")
    assert outcome.exit_code == 1
    assert [cell for cell in cells if cell not in outcome.stdout] == [], outcome.stdout
