"""A SPARQL query before it is run: its text, the graphs it may read, and what this endpoint refuses at once."""

import re
from functools import lru_cache
from typing import NamedTuple


class QueryRefused(Exception):
    """A query that is not run: it is no SPARQL query, or it asks for what this endpoint does not do.

    `place` is where in its text, as `line` and `column` counted from 1; empty when the trouble has no place.
    """

    def __init__(self, reason: str, **place: int) -> None:
        super().__init__(reason)
        self.place = place


class SparqlRequest(NamedTuple):
    """A request of the SPARQL 1.1 Protocol, section 2.1: a query and the dataset it names outside its text."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


# What may hold any word without meaning it: comments, strings, IRIs, variables, languages and prefixed names.
# All repetition is possessive, and what is not closed runs to its end, so that the time grows with the length only.
_NOT_KEYWORDS = re.compile(
    r'"""(?:[^"\\]|\\.?|"(?!""))*+(?:"""|\Z)'
    r"|'''(?:[^'\\]|\\.?|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n\r]|\\.)*+"?'
    r"|'(?:[^'\\\n\r]|\\.)*+'?"
    r"|<[^<>\"{}|^`\\\x00-\x20]*+>"
    r"|#[^\n\r]*+"
    r"|[?$]\w++"
    r"|@[\w-]++"
    r"|(?<![\w.-])[\w.-]*+:(?:[\w.%:-]|\\.)*+",
    re.DOTALL,
)
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"}
_CHANGING = {"NOW", "RAND", "UUID", "STRUUID"}
# A query without such a word, wherever it stands, need not be read; most have none.
_MAY_CHANGE = re.compile("|".join(_CHANGING), re.IGNORECASE)
_QUERIES = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}


@lru_cache(maxsize=4)  # more than one thing is asked of the same query, one after the other
def _bare(query: str) -> str:
    return _NOT_KEYWORDS.sub(" ", query)


def keywords(query: str) -> list[str]:
    """The bare words of a query in upper case, in order; words in strings, IRIs, names and comments are not among them."""
    return [word.upper() for word in re.findall(r"[A-Za-z]+", _bare(query))]


def is_lasting(query: str) -> bool:
    """Whether a query has the same answer as long as the data is the same (SPARQL 1.1, section 17.4)."""
    return not (_MAY_CHANGE.search(query) and _CHANGING & set(keywords(query)))


def is_deeper(query: str, most: int) -> bool:
    """Whether a query's brackets are nested deeper than so many; those in strings, IRIs and comments do not count."""
    if sum(map(query.count, "({[")) <= most:
        return False
    deepest = level = 0
    for bracket in re.findall(r"[(){}\[\]]", _bare(query)):
        level += 1 if bracket in "({[" else -1
        deepest = max(deepest, level)
    return deepest > most


def quoted(query: str) -> list[str]:
    """The strings, IRIs, names and comments of a query: what a value must never be put inside."""
    return [text for text in _NOT_KEYWORDS.findall(query) if text[0] not in "?$"]


def refuse_what_we_do_not_do(query: str) -> None:
    """Let a query pass unless it would change data or fetch something from elsewhere.

    Raises:
        QueryRefused: it is an update (SPARQL 1.1 Update), or uses SERVICE (SPARQL 1.1 Federated Query).

    """
    words = keywords(query)
    first = next((word for word in words if word in _UPDATES | _QUERIES), None)
    if first in _UPDATES:
        raise QueryRefused(
            f"{first} is an update. This endpoint answers queries only: SELECT, ASK, CONSTRUCT and DESCRIBE."
        )
    if "SERVICE" in words:
        raise QueryRefused("SERVICE is not allowed here: this endpoint fetches nothing from other addresses.")
