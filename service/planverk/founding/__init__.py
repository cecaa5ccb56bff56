"""Founding an instance: answers -> a folder that passes `check`, all of it or nothing."""

import re
import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from string import Template

from rdflib import Literal

from planverk import publication
from planverk.founding.answers import LICENCES, Answers, area
from planverk.instance import read_instance
from planverk.vocab import EU, LOS, ORGANISATIONS

_TEMPLATES = Path(__file__).parent / "templates"
# What the title is in the other languages, when the site is called as usual.
_TITLES = {"nb": "Regionale planer i {}", "nn": "Regionale planar i {}", "en": "Regional plans in {}"}
_DESCRIPTIONS = {
    "nb": "Regionale planer i {} som lenkede åpne data, med kilde til hver opplysning.",
    "nn": "Regionale planar i {} som lenkte opne data, med kjelde til kvar opplysning.",
    "en": "Regional plans in {} as linked open data, with the source of each statement.",
}
# What every regional plan is about.
_THEMES = [str(EU["data-theme/REGI"]), str(LOS["tema/planer"])]

Progress = Callable[[str], None]


class FoundingError(Exception):
    """An instance that cannot be founded; the text says why. Nothing was written."""


def found(folder: Path, answers: Answers, today: date, progress: Progress) -> None:
    """Write the instance that the answers describe: planverk.toml, the plan's skeleton and a README.

    Raises:
        FoundingError: there is something in the folder already, or the instance would not pass `check`.

    """
    refuse_what_is_there(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # In the same file system, so that nothing has to be copied.
    beside = folder if folder.exists() else folder.parent
    with tempfile.TemporaryDirectory(dir=beside, prefix=".founding-") as temporary:
        draft = Path(temporary) / "instance"
        draft.mkdir()
        values = _values(answers, today)
        for path in _TEMPLATES.iterdir():
            text = Template(path.read_text(encoding="utf-8")).substitute(values)
            (draft / path.name).write_text(text, encoding="utf-8")
        violations = publication.examine(read_instance(draft), progress).violations
        if violations:
            raise FoundingError(
                f"Svarene gir ikke en plan som kan gis ut. {' '.join(one.sentence(['nb']) for one in violations)}"
            )
        if folder.exists():
            _move_in(draft, folder)
        else:
            # In one step, and over nothing but an empty folder (rename(2)).
            draft.rename(folder)


def refuse_what_is_there(folder: Path) -> None:
    """Let a folder pass that is not there yet, or is empty. Raises FoundingError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FoundingError(f"{folder} finnes og er ikke tom. Ingenting blir overskrevet; velg en annen mappe.")


def _move_in(draft: Path, folder: Path) -> None:
    """Move all files into a folder, or none: one that somebody is in, or that is a mount, cannot be replaced (rename(2))."""
    names = sorted(path.name for path in draft.iterdir())
    try:
        for name in names:
            (draft / name).rename(folder / name)
    except OSError:
        for name in names:
            (folder / name).unlink(missing_ok=True)
        raise


def _values(answers: Answers, today: date) -> dict[str, str]:
    """What stands in place of each name in the templates, written as TOML and Turtle write texts."""
    languages = answers["languages"].split(", ")
    years = answers["years"].split("–")
    titles = _by_language(_TITLES, languages, area(answers)) | {languages[0]: answers["title"]}
    themes = [str(EU[f"data-theme/{code}"]) for code in answers["themes"].split(", ")] + _list(answers["los"])
    keywords = ["regional plan", area(answers)]
    plan_key = f"{_key(_subject(answers['plan']))}-{years[0]}-{years[1]}"
    return {
        **{name.replace("-", "_"): _toml(answer) for name, answer in answers.items()},
        "publisher": _toml(f"{ORGANISATIONS}{answers['number']}"),
        "languages": _toml_list(languages),
        "titles": _toml_table(titles),
        "descriptions": _toml_table(_by_language(_DESCRIPTIONS, languages, area(answers))),
        "licence": _toml(str(LICENCES[answers["licence"]])),
        "licence_name": _toml(answers["licence"]),
        "email": f"email = {_toml(answers['contact-email'])}" if answers["contact-email"] else '# email = "…"',
        "themes": _toml_list(_THEMES),
        "keywords": _toml_list(keywords),
        "plan_table": _toml(plan_key),
        "plan_themes": _toml_list(theme for theme in themes if theme not in _THEMES),
        "plan_keywords": _toml_list(word for word in _list(answers["keywords"]) if word not in keywords),
        "today": today.isoformat(),
        "key": _key(area(answers)),
        "plan_key": plan_key,
        "first": years[0],
        "last": years[1],
        "area": _turtle(area(answers)),
        "authority": _turtle(answers["county"]),
        "plan_name": _turtle(answers["plan"]),
        "document": f"<{answers['source']}>",
        "first_language": "nn" if languages[0] == "nn" else "nb",
        "name": answers["county"],
    }


def _by_language(texts: dict[str, str], languages: list[str], name: str) -> dict[str, str]:
    return {language: texts[language].format(name) for language in languages}


def _list(answer: str) -> list[str]:
    return [part.strip() for part in answer.split(",") if part.strip()]


def _subject(title: str) -> str:
    return re.sub(r"^(regional\s+)?(plan|strategi)\s+(for|om)\s+", "", title, flags=re.IGNORECASE)


def _key(name: str) -> str:
    """A name as the last part of an address: small letters, digits and hyphens."""
    return "-".join(re.findall(r"[^\W_]+", name.lower())) or "ny"


def _toml(text: str) -> str:
    """A TOML basic string; an answer holds no control characters."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _toml_list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(map(_toml, texts)) + "]"


def _toml_table(texts: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{language} = {_toml(text)}" for language, text in texts.items()) + " }"


def _turtle(text: str) -> str:
    return Literal(text).n3()
