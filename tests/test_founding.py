"""A new county's instance: it is asked for, every bad answer is explained, and what is written passes check and serves."""

import json
import re
import tomllib
from errno import ENOSPC
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from planverk import folders
from planverk.cli import main
from planverk.founding.answers import QUESTIONS, BadAnswer
from planverk.instance import read_instance
from planverk.web import create_app

# What is answered, by the option that tells it.
ANSWERS = {
    "county": "Vik fylkeskommune (oppdiktet)",
    "number": "310 358 037",
    "county-number": "97",
    "base": "https://data.vik.example.no",
    "contact-page": "https://vik.example.no/kontakt",
    "plan": 'Regional plan for «hav» og "fjord" \\ $elv',
    "years": "2025-2032",
    "source": "https://vik.example.no/plan.pdf?side=1",
}
USUAL = {question.name for question in QUESTIONS if question.usual}
BY_NAME = {question.name: question for question in QUESTIONS}


def init(folder: Path, *more: str, typed: str | None = None, **changed: str) -> Result:
    answers = {} if typed is not None else ANSWERS | {name.replace("_", "-"): text for name, text in changed.items()}
    options = [part for name, text in answers.items() for part in (f"--{name}", text)]
    return CliRunner().invoke(main, ["init", str(folder), *options, *more], input=typed)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founding") / "vik"
    outcome = init(folder, "--usual")
    assert outcome.exit_code == 0, outcome.output
    return folder


def test_what_is_founded_passes_check(founded: Path) -> None:
    outcome = CliRunner().invoke(main, ["check", str(founded)])
    assert (outcome.exit_code, "0 feil" in outcome.stderr) == (0, True)


def test_what_is_founded_is_released_and_served(founded: Path) -> None:
    assert CliRunner().invoke(main, ["release", str(founded)]).exit_code == 0
    client = create_app(read_instance(founded)).test_client()
    answer = client.get("/id/plan/hav-og-fjord-elv-2025-2032", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert '"Regional plan for «hav» og \\"fjord\\" \\\\ $elv"@nb' in answer.text
    assert "Regionale planer i Vik" in client.get("/nb/").text


def test_settings_are_those_that_were_answered(founded: Path) -> None:
    instance = read_instance(founded)
    assert (instance.base, instance.publisher_number, instance.licence_name) == (
        "https://data.vik.example.no/", "310358037", "NLOD 2.0",
    )  # fmt: skip
    assert instance.titles["nn"] == "Regionale planar i Vik"
    assert str(instance.publisher).endswith("/310358037")


def test_what_the_first_plan_is_about_is_said_of_that_plan_only(tmp_path: Path) -> None:
    folder = tmp_path / "vik"
    los = "https://psi.norge.no/los/tema/naring"
    assert init(folder, "--usual", themes="REGI, ENVI", los=los, keywords="hav, regional plan").exit_code == 0
    instance = read_instance(folder)
    assert instance.topics.keywords == ("regional plan", "Vik")
    assert [theme.rpartition("/")[2] for theme in instance.topics.themes] == ["REGI", "planer"]
    (own,) = instance.plan_topics.values()
    assert ([theme.rpartition("/")[2] for theme in own.themes], own.keywords) == (["ENVI", "naring"], ("hav",))


def test_each_setting_is_explained(founded: Path) -> None:
    text = (founded / "planverk.toml").read_text(encoding="utf-8")
    assert text.count("\n#") >= 6
    assert set(tomllib.loads(text)) == {"instance", "publisher", "contact", "licence", "catalogue", "release"}


def test_all_is_asked_for_and_asked_again_until_it_is_good(tmp_path: Path) -> None:
    typed = ["", *ANSWERS["county"].splitlines(), "123456789", "310358037", "97", "http://data.vik.example.no",
             "https://data.vik.example.no/", "nn", "", "", "", "https://vik.example.no/", "", "", "", "",
             "Plan for hav", "2030-2020", "2020-2030", "https://vik.example.no/plan"]  # fmt: skip
    outcome = init(tmp_path / "vik", typed="\n".join(typed) + "\n")
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.count("Error:") == 3  # an empty answer is simply asked again
    assert read_instance(tmp_path / "vik").languages == ("nn",)


# An option, a bad answer, and what is said of it.
BAD = [
    ("county", "  ", "tomt"),
    ("county", "Vik\x07", "én linje"),
    ("number", "12345678", "ni sifre"),
    ("number", "310358038", "Kontrollsifferet"),
    ("number", "１２３４５６７８９", "ni sifre"),
    ("county-number", "7", "to sifre"),
    ("base", "data.vik.example.no", "https:// foran"),
    ("base", "http://data.vik.example.no/", "https://"),
    ("base", "https://data.vik.example.no/plan", "ingenting etter"),
    ("base", "https://data.vik.example.no/?a", "ingenting etter"),
    ("base", "https://data.vik example.no/", "uten mellomrom"),
    ("base", "https://me:secret@vik.example.no/", "uten mellomrom"),
    ("languages", "nb, sv", "sv er ingen språkkode"),
    ("licence", "CC BY-NC 4.0", "åpen lisens"),
    ("contact-page", "javascript:alert(1)", "hel nettadresse"),
    ("contact-email", "kari nordmann", "felles postkasse"),
    ("themes", "HAV", "datatemaer"),
    ("los", "næring", "adresse i Los"),
    ("keywords", ",", "minst ett ord"),
    ("years", "2030-2020", "ikke komme før"),
    ("years", "i fjor", "første og siste år"),
    ("source", "plan.pdf", "hel nettadresse"),
    ("source", "https://x/> . <a> <b> <c", "uten mellomrom"),
]


@pytest.mark.parametrize(("name", "answer", "said"), BAD)
def test_a_bad_answer_is_explained_and_nothing_is_written(name: str, answer: str, said: str, tmp_path: Path) -> None:
    outcome = init(tmp_path / "vik", "--usual", **{name: answer})
    assert (outcome.exit_code, said in outcome.stderr, f"--{name}" in outcome.stderr) == (2, True, True)
    assert list(tmp_path.iterdir()) == []


def test_every_question_refuses_something() -> None:
    checked = {name for name, _, _ in BAD}
    # These take any text on one line, as the name of the county does.
    assert {question.name for question in QUESTIONS if question.check is not BY_NAME["county"].check} <= checked


def test_a_missing_answer_is_named(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(main, ["init", str(tmp_path / "vik"), "--usual", "--county", "Vik"])
    assert (outcome.exit_code, "--number mangler" in outcome.stderr) == (2, True)


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    outcome = init(tmp_path, "--usual")
    assert (outcome.exit_code, "Ingenting blir overskrevet" in outcome.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_may_be_the_one_that_one_is_in(
    founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert init(Path(), "--usual").exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} >= {"README.md", "plan.ttl", "planverk.toml"}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_where_files_cannot_be_moved_in_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    move = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name == "planverk.toml":
            raise OSError(ENOSPC, "No space left on device", str(target))
        return move(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    outcome = init(tmp_path, "--usual")
    assert (outcome.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert f"{tmp_path / 'planverk.toml'} kan ikke leses eller skrives: No space left" in outcome.stderr


def test_a_disk_that_is_full_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_text(self: Path, *_: object, **__: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", write_text)
    outcome = init(tmp_path / "vik", "--usual")
    assert outcome.stderr == f"Error: {tmp_path / 'vik'} kan ikke leses eller skrives: No space left on device.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "fil").write_text("", encoding="utf-8")
    outcome = init(tmp_path / "fil" / "vik", "--usual")
    assert (outcome.exit_code, str(tmp_path / "fil") in outcome.stderr, type(outcome.exception)) == (
        1,
        True,
        SystemExit,
    )


def test_an_answer_that_the_rules_refuse_leaves_nothing(tmp_path: Path) -> None:
    # What looks like a national identity number is never published.
    outcome = init(tmp_path / "vik", "--usual", plan="Plan 12345678901 for hav")
    assert (outcome.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert "kan gis ut" in outcome.stderr


@pytest.mark.parametrize("answer", ["310358037", "310 358 037", "930580260", "974760673"])
def test_an_organisation_number_is_told_by_its_check_digit(answer: str) -> None:
    assert BY_NAME["number"].check(answer) == answer.replace(" ", "")


@pytest.mark.parametrize("place", range(9))
def test_one_wrong_digit_is_always_found(place: int) -> None:
    for digit in "0123456789":
        wrong = "930580260"[:place] + digit + "930580260"[place + 1 :]
        if wrong != "930580260":
            with pytest.raises(BadAnswer):
                BY_NAME["number"].check(wrong)


def test_no_county_is_named_in_the_code() -> None:
    counties = json.loads((Path(__file__).parent / "counties.json").read_text(encoding="utf-8"))
    pattern = re.compile("|".join(counties), re.IGNORECASE)
    code = [*folders.PACKAGE.rglob("*.py"), *folders.PACKAGE.rglob("*.rq"), *folders.PACKAGE.rglob("*.html"),
            *(folders.PACKAGE / "founding" / "templates").iterdir()]  # fmt: skip
    found = [
        f"{path.name}: {line}"
        for path in code
        for line in path.read_text(encoding="utf-8").splitlines()
        if pattern.search(line)
    ]
    assert found == []
