"""What a word that is asked for may mean among the words of a release: itself, a part of longer words, or a misspelling."""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from planverk.search.words import distance, skeleton, stems

# Shorter words are parts of too many others, and too like too many others.
_SHORTEST = 4
_LONG = 8
# Misspellings are looked for among so many words that share three letters with what is written; this many longer words,
# and this many spellings, are taken for what is meant.
_CANDIDATES, _COMPOUNDS, _SPELLINGS = 300, 40, 4


class Reading(NamedTuple):
    """How one word of a question is read: by its own stems, as part of longer words, and as other words than written."""

    written: str
    own: frozenset[str]
    compounds: frozenset[str]
    instead: tuple[str, ...] = ()

    @property
    def all(self) -> frozenset[str]:
        """All stems that the word is found by."""
        return self.own | self.compounds


def read(connection: sqlite3.Connection, written: str) -> Reading:
    """How a word is read with the words that the index knows."""
    own, compounds = _in_use(connection, stems(written)), _compounds(connection, written)
    if own or compounds:
        return Reading(written, own or frozenset([written]), compounds)
    instead = _respelled(connection, written)
    meant = _in_use(connection, {one for word in instead for one in stems(word)})
    return Reading(written, meant or frozenset([written]), frozenset(), instead)


def _in_use(connection: sqlite3.Connection, some: set[str]) -> frozenset[str]:
    found = (connection.execute("SELECT term FROM known WHERE term = ?", [one]).fetchone() for one in sorted(some))
    return frozenset(row[0] for row in found if row)


def _compounds(connection: sqlite3.Connection, written: str) -> frozenset[str]:
    """The stems of words that begin or end with the word: Norwegian writes `havbruksklynge` in one."""
    shortest = min(stems(written), key=lambda one: (len(one), one))
    if len(shortest) < _SHORTEST:
        return frozenset()
    query = """SELECT word.letters FROM spelling JOIN word ON word.id = spelling.rowid
        WHERE spelling MATCH ? ORDER BY length(word.letters), word.letters LIMIT ?"""
    rows = connection.execute(query, (_quoted(shortest), _CANDIDATES))
    found = (stem for (letters,) in rows for stem in sorted(stems(letters) - {letters}) or [letters])
    part = (stem for stem in found if stem.startswith(shortest) or stem.endswith(shortest))
    return _in_use(connection, set(list(dict.fromkeys(part))[:_COMPOUNDS])) - stems(written)


def _respelled(connection: sqlite3.Connection, written: str) -> tuple[str, ...]:
    """The words nearest to one that nothing has, those in most use first; none when none is near enough."""
    same = connection.execute(
        "SELECT letters FROM word WHERE skeleton = ? ORDER BY uses DESC, letters LIMIT ?",
        (skeleton(written), _SPELLINGS),
    ).fetchall()
    if same:
        return tuple(row[0] for row in same)
    if len(written) < _SHORTEST:
        return ()
    most = 2 if len(written) >= _LONG else 1
    slips = {(letters, uses): distance(written, letters, most) for letters, uses in _alike(connection, written)}
    nearest = min(slips.values(), default=most + 1)
    found = sorted((-uses, letters) for (letters, uses), slip in slips.items() if slip == nearest <= most)
    return tuple(letters for _, letters in found[:_SPELLINGS])


def _alike(connection: sqlite3.Connection, written: str) -> Iterator[tuple[str, int]]:
    """Words that share three letters in a row with the one written, those with most of them first."""
    padded = f"^^{written}$"
    parts = sorted({padded[place : place + 3] for place in range(len(padded) - 2)})
    query = """SELECT word.letters, word.uses FROM spelling JOIN word ON word.id = spelling.rowid
        WHERE spelling MATCH ? ORDER BY spelling.rank LIMIT ?"""
    yield from connection.execute(query, (" OR ".join(map(_quoted, parts)), _CANDIDATES))


def _quoted(text: str) -> str:
    """A text as FTS5 takes it for nothing but letters (SQLite FTS5, section 3.1)."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
