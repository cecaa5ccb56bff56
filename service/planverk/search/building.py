"""The index of a release, made of its store: what each thing says, what it belongs to, and all words in use."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from planverk import folders
from planverk.lines import in_order
from planverk.search.kinds import KINDS, OTHER, kind_of
from planverk.search.words import skeleton, stem, words
from planverk.store.building import Cell, rows
from planverk.vocab import RDFS, SKOS

_QUERIES = folders.QUERIES / "search"
_SCHEMA = Path(__file__).parent / "schema.sql"
_END = "|"
FACETS = ("kind", "theme", "actor", "programme", "status", "year")
# The column of `stems` for a property; what is not here is text.
_NAME, _NUMBER = str(RDFS.label), str(SKOS.notation)
_COLUMNS = {_NAME: 0, str(SKOS.altLabel): 1, _NUMBER: 1}
# As json.dumps would, which makes an encoder for each call.
_as_json = json.JSONEncoder(ensure_ascii=False).encode
# A period of more years than this is a slip of the pen, and no reason for a million rows.
_YEARS = 200


class _Text(NamedTuple):
    """A text of a thing: the property that it is a value of, the text with its language, and its words."""

    predicate: str
    value: str
    language: str | None
    words: list[str]


class _Entry(NamedTuple):
    """A thing as it goes into the index: its words by column, and its texts as they are shown."""

    iri: str
    texts: list[_Text]

    def shown(self, *, named: bool) -> str:
        """The names, or all that is no name, with the language of each, as JSON. A number is no text to show."""
        shown = [
            [text.language, text.value]
            for text in self.texts
            if (text.predicate == _NAME) is named and text.predicate != _NUMBER
        ]
        return _as_json(shown)

    def stems(self) -> tuple[str, str, str]:
        """The words without their endings, a text for each column."""
        columns: tuple[list[str], list[str], list[str]] = ([], [], [])
        for text in self.texts:
            # No phrase reaches over the end of a text.
            columns[_COLUMNS.get(text.predicate, 2)].extend((*(stem(word, text.language) for word in text.words), _END))
        return " ".join(columns[0]), " ".join(columns[1]), " ".join(columns[2])


def build(index: Path, store: Path, base: str) -> None:
    """Write the index of a release to a file that does not exist yet, from the release's store."""
    with closing(sqlite3.connect(index)) as connection, connection:
        connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;{_SCHEMA.read_text()}")
        places = _add_things(connection, store, base)
        for facet in ("theme", "actor", "programme", "status"):
            pairs = ((thing.value, value.value) for thing, value in _ask(facet, store, base))
            _add_facet(connection, facet, pairs, places)
        _add_facet(connection, "year", _years(store, base), places)
        connection.execute("INSERT INTO facet SELECT 'kind', kind, id FROM thing")
        connection.execute("INSERT INTO tally SELECT facet, value, count(*) FROM facet GROUP BY facet, value")
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("INSERT INTO stems (stems) VALUES ('optimize')")
        connection.commit()
        connection.executescript("ANALYZE; VACUUM;")


def _add_things(connection: sqlite3.Connection, store: Path, base: str) -> dict[str, int]:
    """Add all things, with their words, and give their numbers."""
    kinds = {
        thing: kind_of([row[1].value for row in found])
        for thing, found in groupby(_ask("kinds", store, base), key=lambda row: row[0].value)
    }
    places: dict[str, int] = {}
    uses: Counter[str] = Counter()
    for place, entry in enumerate(_entries(store, base), 1):
        places[entry.iri] = place
        uses.update(word for text in entry.texts for word in text.words)
        name, kind = kinds.get(entry.iri, ("", OTHER))
        row = (place, entry.iri, name, kind, KINDS[kind].weight, entry.shown(named=True), entry.shown(named=False))
        connection.execute("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute(
            "INSERT INTO stems (rowid, name, others, texts) VALUES (?, ?, ?, ?)", (place, *entry.stems())
        )
    known = ((word, skeleton(word), uses[word]) for word in sorted(uses))
    connection.executemany("INSERT INTO word (letters, skeleton, uses) VALUES (?, ?, ?)", known)
    connection.execute("INSERT INTO spelling (rowid, letters) SELECT id, '^^' || letters || '$' FROM word")
    return places


def _entries(store: Path, base: str) -> Iterator[_Entry]:
    for iri, found in groupby(_ask("texts", store, base), key=lambda row: row[0].value):
        texts = [
            _Text(kind.value, text.value, text.language, [word.letters for word in words(text.value)])
            for _, kind, text in found
        ]
        if any(text.predicate == _NAME for text in texts):
            yield _Entry(iri, texts)


def _years(store: Path, base: str) -> Iterator[tuple[str, str]]:
    for thing, first, last in _ask("year", store, base):
        years = range(int(first.value), int(last.value) + 1)
        for year in years if len(years) <= _YEARS else (years[0], years[-1]):
            yield thing.value, f"{year:04}"


def _add_facet(
    connection: sqlite3.Connection, facet: str, pairs: Iterator[tuple[str, str]], places: dict[str, int]
) -> None:
    found = ((facet, value, places[thing]) for thing, value in pairs if thing in places)
    connection.executemany("INSERT OR IGNORE INTO facet VALUES (?, ?, ?)", found)


def _ask(name: str, store: Path, base: str) -> Iterator[tuple[Cell, ...]]:
    """The rows that a query gives, in order. The engine would compare them a value at a time, and take ten times as long."""
    found = rows(store, (_QUERIES / f"{name}.rq").read_text(encoding="utf-8"), base)
    for line in in_order(f"{_as_json(row)}\n".encode() for row in found):
        yield tuple(Cell(*cell) for cell in json.loads(line))
