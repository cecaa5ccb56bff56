"""A release says how it is cited, in words and for the programs that researchers keep their references in."""

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from planverk.citation import Citation
from planverk.instance import Instance

HARD = Citation(
    publisher='Vest-"Fjord" & sønner: #1',
    titles={"nb": "Plan: {én} & 100 % \\ mer", "en": "Plan"},
    version="1.2.0",
    issued=date(2026, 1, 2),
    address="https://data.example.org/releases/1.2.0/",
    licence="https://example.org/licence",
    licence_name="Egen",
    content_hash="ab" * 32,
)


@pytest.fixture(scope="module")
def folder(odd: Instance) -> Path:
    return odd.releases / "1.0.0"


def test_the_citation_file_is_what_its_format_asks_for(folder: Path) -> None:
    cited = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()
    assert (cited["cff-version"], cited["type"], cited["license"]) == ("1.2.0", "dataset", "NLOD-2.0")
    assert (cited["version"], cited["date-released"]) == ("1.0.0", date(2026, 1, 2))
    assert cited["authors"] == [{"name": "Fjordheim fylkeskommune (oppdiktet)"}]


def test_nothing_in_a_name_breaks_a_format() -> None:
    cited = yaml.safe_load(HARD.cff())
    assert (cited["title"], cited["authors"]) == (HARD.title, [{"name": HARD.publisher}])
    assert "license" not in cited
    assert cited["license-url"] == HARD.licence
    assert json.loads(HARD.csl())[0]["title"] == HARD.title
    assert r"title = {Plan: \{én\} \& 100 \% \textbackslash{} mer}" in HARD.bibtex()


def test_reference_managers_are_told_the_same(folder: Path) -> None:
    entry = json.loads((folder / "citation.json").read_text(encoding="utf-8"))[0]
    ris = dict(line.split("  - ", 1) for line in (folder / "citation.ris").read_text(encoding="utf-8").splitlines())
    assert (ris["TY"], ris["TI"], ris["UR"], ris["ET"]) == ("DATA", entry["title"], entry["URL"], entry["version"])
    assert f"url = {{{entry['URL']}}}" in (folder / "citation.bib").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("language", "word"), [("nb", "datasett"), ("nn", "datasett"), ("en", "data set"), ("se", "data")]
)
def test_the_words_are_in_the_language(language: str, word: str) -> None:
    assert HARD.words(language).startswith('Vest-"Fjord" & sønner: #1 (2026). Plan')
    assert word in HARD.words(language)
