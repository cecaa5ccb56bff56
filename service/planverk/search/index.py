"""Asking the index of a release: the things that fit best, how many there are, and by what they could be narrowed."""

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from planverk.search.building import FACETS
from planverk.search.snippets import Text, excerpt, marked
from planverk.search.spelling import Reading, read
from planverk.search.words import words

PAGE = 20
MOST_LETTERS = 200
MOST_WORDS = 12
MOST_PAGES = 500
# What one search may take, in seconds; the database asks after so many of its steps.
_SECONDS = 2.0
_STEPS = 20_000
# More values than this are no list to choose from.
_VALUES = 200


class SearchMissing(Exception):
    """The release has no index on this machine."""


class SearchTooBroad(Exception):
    """A search that was ended because it took more time than one may."""


class Question(NamedTuple):
    """What is asked for: words, filters by facet, and the languages whose texts are shown first."""

    text: str
    filters: Mapping[str, str]
    languages: tuple[str, ...]
    page: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for yet."""
        return not (self.text.strip() or self.filters)


class Hit(NamedTuple):
    """A thing that was found: its address, class and kind, its name and an excerpt of its texts with the words marked."""

    iri: str
    name_of_class: str
    kind: str
    name: Text
    excerpt: Text | None


class Value(NamedTuple):
    """Something to narrow by: its value, how many of the things found have it, and its names as `[language, text]`."""

    value: str
    things: int
    names: list[list[str | None]]


class Found(NamedTuple):
    """The answer: how many things, those of the page, the values of each facet, and how words were read."""

    total: int
    hits: list[Hit]
    facets: dict[str, list[Value]]
    readings: list[Reading]
    some: bool
    """Whether nothing has all the words, and these have some of them."""


class Index:
    """The index of one release. It is opened for each search, which takes no longer than the search of a word."""

    def __init__(self, path: Path) -> None:
        """Take the file.

        Raises:
            SearchMissing: there is none.

        """
        if not path.is_file():
            raise SearchMissing
        self._path = path

    def ask(self, question: Question) -> Found:
        """What fits a question.

        Raises:
            SearchTooBroad: it took longer than it may.

        """
        try:
            with self._opened() as connection:
                return _Search(connection, question).found()
        except sqlite3.OperationalError as error:
            # SQLITE_INTERRUPT: the handler below said that the time is over.
            if error.sqlite_errorname == "SQLITE_INTERRUPT":
                raise SearchTooBroad from None
            raise

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        end = time.monotonic() + _SECONDS
        connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            connection.execute("PRAGMA temp_store = MEMORY")
            yield connection
        finally:
            connection.close()


class _Search:
    """One search: the things found stand in a table `found` of the connection, with a tier (the best is 0) and a score."""

    def __init__(self, connection: sqlite3.Connection, question: Question) -> None:
        self._connection = connection
        self._question = question
        asked = list(dict.fromkeys(word.letters for word in words(question.text)))
        self._readings = [read(connection, letters) for letters in asked[:MOST_WORDS]]

    def found(self) -> Found:
        if self._question.is_empty:
            return Found(0, [], self._facets(), [], some=False)
        some = self._find()
        where, values = self._narrowed()
        (total,) = self._connection.execute(f"SELECT count(*) FROM found WHERE {where}", values).fetchone()  # noqa: S608
        return Found(total, list(self._hits(where, values)), self._facets(), self._readings, some)

    def _find(self) -> bool:
        """Fill the table of things found; whether it holds those with some of the words because none has all."""
        if not self._readings:
            self._connection.execute(
                "CREATE TEMP VIEW found AS SELECT id AS thing, 0 AS tier, -weight AS score FROM thing"
            )
            return False
        self._connection.execute("CREATE TEMP TABLE found (thing INTEGER PRIMARY KEY, tier INTEGER, score REAL)")
        self._match(0, " AND ".join(_any(reading.own) for reading in self._readings))
        self._match(1, " AND ".join(_any(reading.all) for reading in self._readings))
        if len(self._readings) == 1 or self._connection.execute("SELECT 1 FROM found LIMIT 1").fetchone():
            return False
        self._match(2, " OR ".join(_any(reading.all) for reading in self._readings))
        return True

    def _match(self, tier: int, expression: str) -> None:
        # bm25 is below zero, and the further the better (SQLite FTS5, section 5.1.1).
        self._connection.execute(
            """INSERT OR IGNORE INTO found SELECT stems.rowid, ?, bm25(stems, 10, 6, 1) * thing.weight
            FROM stems JOIN thing ON thing.id = stems.rowid WHERE stems MATCH ?""",
            (tier, expression),
        )

    def _narrowed(self, but: str = "") -> tuple[str, list[str]]:
        """The condition that all filters but one make on things found, and its values."""
        filters = [(facet, value) for facet, value in self._question.filters.items() if facet != but]
        one = "EXISTS (SELECT 1 FROM facet WHERE facet.facet = ? AND facet.value = ? AND facet.thing = found.thing)"
        return " AND ".join([one] * len(filters)) or "1", [word for pair in filters for word in pair]

    def _hits(self, where: str, values: list[str]) -> Iterator[Hit]:
        rows = self._connection.execute(
            f"""SELECT iri, class, kind, names, texts FROM found JOIN thing ON thing.id = found.thing
            WHERE {where} ORDER BY tier, score, iri LIMIT ? OFFSET ?""",  # noqa: S608  # made of constants above
            [*values, PAGE, (self._question.page - 1) * PAGE],
        )
        stems = frozenset(one for reading in self._readings for one in reading.all)
        for iri, name_of_class, kind, names, texts in rows:
            name = marked(_first(json.loads(names), self._question.languages), stems)
            text = excerpt(json.loads(texts), stems, self._question.languages)
            yield Hit(iri, name_of_class, kind, name, text)

    def _facets(self) -> dict[str, list[Value]]:
        return {facet: self._values(facet) for facet in FACETS}

    def _values(self, facet: str) -> list[Value]:
        """The values of a facet among the things that all other filters leave, those of most things first."""
        if self._question.is_empty:
            counts, values = "SELECT value, things AS many FROM tally WHERE facet = ?", [facet]
        else:
            where, others = self._narrowed(but=facet)
            counts = f"""SELECT facet.value AS value, count(*) AS many FROM found CROSS JOIN facet
                ON facet.thing = found.thing AND facet.facet = ? WHERE {where} GROUP BY facet.value"""  # noqa: S608
            values = [facet, *others]
        rows = self._connection.execute(
            f"""SELECT value, many, names FROM ({counts}) LEFT JOIN thing ON thing.iri = value
            ORDER BY many DESC, value LIMIT ?""",  # noqa: S608
            [*values, _VALUES],
        )
        return [Value(value, many, json.loads(names or "[]")) for value, many, names in rows]


def _any(stems: frozenset[str]) -> str:
    """Any of some stems, as FTS5 asks for them; they are letters and digits only."""
    return "(" + " OR ".join(f'"{one}"' for one in sorted(stems)) + ")"


def _first(names: list[list[str | None]], languages: tuple[str, ...]) -> list[str | None]:
    order = {language: place for place, language in enumerate(languages)}
    return min(names, key=lambda name: order.get(name[0] or "", len(order)))
