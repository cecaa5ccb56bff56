"""A `planverk.toml` that cannot be used is refused with a sentence that says what, where and what to do."""

import shutil
from pathlib import Path

import pytest

from planverk.instance import InstanceError, read_instance

GOOD = (Path(__file__).parent / "odd/planverk.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('base = "https://data.example.org/"', "", "lacks `base` in [instance]"),
        ('base = "https://data.example.org/"', "base = 3", "must be the address"),
        ('"https://data.example.org/"', '"https://data.example.org"', "final slash"),
        ('"https://data.example.org/"', '"https://data.example.org/plan/"', "final slash only"),
        ('"https://data.example.org/"', '"ftp://data.example.org/"', "scheme, host"),
        ('languages = ["nb", "nn", "en"]', "languages = []", "languages of the site"),
        ('version = "1.0.0"', "version = 1", "such as 1.0.0"),
        ("issued = 2026-01-02", 'issued = "2026-01-02"', "without quotes"),
        ("[instance]", "[instance", "is not TOML"),
        ("[release]", "[catalogue.plans]\na = 1\n[release]", "[catalogue.plans.a] may have lists"),
        ("[release]", '[catalogue.plans.a]\nkeyword = ["hav"]\n[release]', "lists of themes and keywords"),
        ("[release]", '[catalogue.plans.a]\nkeywords = "hav"\n[release]', "lists of themes and keywords"),
        ("keywords =", "plans = []\nkeywords =", "must be tables"),
        ("[release]", "[catalogue.plans.a]\nkeywords = [5]\n[release]", "lists of themes and keywords"),
        ("[release]", '[catalogue.plans.a]\nthemes = ["EU REGI"]\n[release]', "IRIs without spaces"),
        ("[instance]", "limits = 5\n[instance]", "`limits` must be a table: write [limits]"),
        ("[instance]", "server = 5\n[instance]", "`server` must be a table"),
        ('"nn", "en"]', '"no"]', 'of "nb", "nn" and "en"'),
        ('["nb", "nn", "en"]', "[1]", 'of "nb", "nn" and "en"'),
        ('["nb", "nn", "en"]', '["nb", "nb"]', 'of "nb", "nn" and "en"'),
        ('title = { nb = "Fjordheim (oppdiktet)"', "title = { nb = 5", "one title per language"),
        ('title = { nb = "Fjordheim', 'title = { nb = "\\u000BFjordheim', "one title per language"),
        ('"https://data.example.org/"', '"https://[x/"', "final slash only"),
        ('"https://data.example.org/"', '"https://data example.org/"', "final slash only"),
        ('"https://data.example.org/"', '"https://data.example.org:port/"', "final slash only"),
        ("organizations/999999999", "organizations/999 999 999", "without spaces"),
        ("authority/data-theme/REGI", "authority/data theme/REGI", "IRIs of at least one"),
        ("authority/country/NOR", "authority/country NOR", "IRIs of the area"),
        ('"https://example.org/kontakt"', '"se nettsiden"', "the address of a web page"),
        ('"plan@example.org"', '"Post <plan@example.org>"', "such as post@example.no"),
        ('"http://publications.europa.eu/resource/authority/licence/NLOD_2_0"', '"NLOD 2.0"', "the IRI of the licence"),
        ("[release]", "[server]\nproxies = -1\n[release]", "a whole number"),
        ("[release]", "[server]\nproxies = true\n[release]", "a whole number"),
        ("[release]", "[limits]\nseconds = 0\n[release]", "above zero"),
        ('keywords = ["regional plan"]', "keywords = [5]", "words by which people search"),
        ('version = "1.0.0"', 'version = "v1"', "such as 1.0.0"),
        (
            "\nissued = 2026-01-02",
            "\nissued = 2026-01-02T10:00:00",
            "without quotes and time of day; it is 2026-01-02T10:00",
        ),
    ],
)
def test_a_wrong_setting_is_told_with_its_place_and_its_meaning(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "planverk.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InstanceError, match=r"planverk\.toml") as error:
        read_instance(tmp_path)
    assert said in str(error.value)


@pytest.mark.parametrize("more", ["[server]\nproxies = 0\n", "[federation]\nallow = []\n", "[server]\nproxies = 2\n"])
def test_what_holds_when_nothing_is_said_may_be_said(tmp_path: Path, more: str) -> None:
    (tmp_path / "planverk.toml").write_text(GOOD + more, encoding="utf-8")
    assert read_instance(tmp_path).endpoints == ()


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    (tmp_path / "planverk.toml").write_text(GOOD.replace("\n", "\r\n"), encoding="utf-8-sig", newline="")
    assert read_instance(tmp_path).version == "1.0.0"


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "planverk.toml").write_text("# a\n# ø\n", encoding="latin-1")
    with pytest.raises(InstanceError, match=r"planverk\.toml is not saved as UTF-8: see line 2\. Save it anew"):
        read_instance(tmp_path)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "planverk.toml").mkdir()
    with pytest.raises(InstanceError, match=r"planverk\.toml cannot be read"):
        read_instance(tmp_path)


def test_files_are_told_by_their_endings_in_large_letters_too(tmp_path: Path) -> None:
    for name in ("planverk.toml", "PLAN.TTL", "mer.ttl", "Plan.XLSX", "notat.docx"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    instance = read_instance(tmp_path)
    assert [path.name for path in (*instance.sources, *instance.workbooks)] == ["PLAN.TTL", "mer.ttl", "Plan.XLSX"]
    assert [path.name for path in instance.strays] == ["notat.docx", "planverk.toml"]


def test_what_programs_leave_beside_files_is_no_source(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    for name in ("planverk.toml", "._plan.ttl", ".#plan.ttl", "~$plan.xlsx", "queries/._a.rq"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    for name in ("mappe.ttl", "mappe.xlsx", "queries/mappe.rq"):
        (tmp_path / name).mkdir()
    instance = read_instance(tmp_path)
    assert instance.sources + instance.workbooks + instance.queries == []


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match="Name the folder of an instance"):
        read_instance(tmp_path)


def test_the_mailbox_may_be_left_out(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "odd/planverk.toml", tmp_path)
    path = tmp_path / "planverk.toml"
    path.write_text(GOOD.replace('email = "plan@example.org"\n', ""), encoding="utf-8")
    assert read_instance(tmp_path).contact_email is None
