"""Questions kept in files: a SPARQL query, and in the comments above it what it is called and which values it takes."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from planverk import folders
from planverk.parameters import KINDS, Parameter
from planverk.store.formats import GRAPH, TABLE, TRUTH
from planverk.store.sparql import keywords

# What the files of an instance are called in its releases: `query-<name>.rq`.
RELEASED = "query-"
# What may be said of any question; and what its parameters may not be called.
_WORDS = ("title", "description")
RESERVED = (*_WORDS, "parameter", "format", "lang")

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TEXT = re.compile(r"# (?P<word>[a-z]\w*)@(?P<language>[a-z]{2}): (?P<text>.+)")
_PARAMETER = re.compile(
    r"# parameter: (?P<name>[a-z]\w*) \((?P<kind>[a-z]+)(?: of (?P<of>[\w:-]+))?(?P<required>, required)?\)"
)
# A comment of this form wants to say something; any other is for who reads the file.
_WANTS_TO_SAY = re.compile(r"# ?[\w-]+(@[\w-]*)? ?:")
_FORMS = {"ASK": TRUTH, "CONSTRUCT": GRAPH, "DESCRIBE": GRAPH}


class Question(NamedTuple):
    """A question: its name, what it is called and about by language, its parameters, and the query itself."""

    name: str
    titles: dict[str, str]
    descriptions: dict[str, str]
    parameters: tuple[Parameter, ...]
    query: str

    @property
    def kind(self) -> str:
        """The kind of its answer: a table, a truth or a graph."""
        first = next((word for word in keywords(self.query) if word in ("SELECT", *_FORMS)), "SELECT")
        return _FORMS.get(first, TABLE)


class Heading(NamedTuple):
    """The comments above a query, read: what they say by word and language, the parameters, and lines that say nothing."""

    lines: int
    texts: dict[str, dict[str, str]]
    parameters: tuple[Parameter, ...]
    unread: list[tuple[int, str]]


def read_heading(text: str) -> Heading:
    """The heading of a file; it ends before the first line that is not a comment."""
    lines = _comments(text)
    texts: dict[str, dict[str, str]] = {}
    parameters: list[Parameter] = []
    unread = []
    for number, line in enumerate(lines, start=1):
        if found := _TEXT.fullmatch(line):
            texts.setdefault(found["word"], {})[found["language"]] = found["text"].strip()
        elif (found := _PARAMETER.fullmatch(line)) and found["kind"] in KINDS:
            parameters.append(Parameter(found["name"], found["kind"], found["of"] or "", bool(found["required"]), {}))
        elif _WANTS_TO_SAY.match(line):
            unread.append((number, line))
    meant = tuple(parameter._replace(meanings=texts.get(parameter.name, {})) for parameter in parameters)
    return Heading(len(lines), texts, meant, unread)


def read_question(name: str, text: str) -> Question:
    """The question that a file asks; what cannot be read in its heading is left out."""
    heading = read_heading(text)
    query = "\n".join(text.splitlines()[heading.lines :]).strip() + "\n"
    titles, descriptions = (heading.texts.get(word, {}) for word in _WORDS)
    return Question(name, titles or {"en": name}, descriptions, heading.parameters, query)


def is_name(name: str) -> bool:
    """Whether a file may be called so: its name becomes part of an address."""
    return bool(_NAME.fullmatch(name))


@lru_cache(maxsize=8)
def saved(release: Path) -> dict[str, Question]:
    """The questions that have an address, by name: those that come with the software, and those frozen in a release.

    A question of the release wins over one of the same name. Neither changes while the software runs.
    """
    own = _questions(release.glob(f"{RELEASED}*.rq"), RELEASED)
    found = _questions((folders.QUERIES / "saved").glob("*.rq")) | own
    return {name: found[name] for name in sorted(found)}


@lru_cache(maxsize=1)
def examples() -> dict[str, Question]:
    """The questions that show what can be asked, by name."""
    # A number before the name gives the order and is no part of it.
    return _questions(sorted((folders.QUERIES / "examples").glob("*.rq")), r"\d+-")


def _questions(paths: Iterable[Path], prefix: str = "") -> dict[str, Question]:
    names = {path: re.sub(f"^{prefix}", "", path.stem) for path in paths}
    return {name: read_question(name, path.read_text(encoding="utf-8-sig")) for path, name in names.items()}


def _comments(text: str) -> list[str]:
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return lines[:end]
