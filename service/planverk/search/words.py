"""The words of a text, and what makes two of them the same: case, accents, endings, keyboards without æ, ø and å."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from threading import Lock
from typing import NamedTuple

import snowballstemmer

_WORD = re.compile(r"[^\W_]+")
# Snowball's Norwegian takes off the endings of both written forms: `næringer` and `næringar` are `næring`.
_ALGORITHMS = {"nb": "norwegian", "nn": "norwegian", "no": "norwegian", "en": "english"}
_STEMMERS = {name: snowballstemmer.stemmer(name) for name in sorted(set(_ALGORITHMS.values()))}
# A stemmer keeps the word it works on in itself.
_LOCK = Lock()
_NEIGHBOURS = str.maketrans({"ä": "æ", "ö": "ø"})
_NORWEGIAN = set("æøå")
# How people write æ, ø and å where the keyboard has none; both sides are brought to one letter.
_WITHOUT = (("aa", "a"), ("ae", "a"), ("oe", "o"), ("å", "a"), ("æ", "a"), ("ø", "o"))
# No word of a plan is longer; what is may be a key or a hash.
_LONGEST = 60


class Word(NamedTuple):
    """A word of a text: where it stands, and its letters without case and accents."""

    start: int
    end: int
    letters: str


def words(text: str) -> Iterator[Word]:
    """The words of a text in their order; what is longer than any word is left out."""
    for found in _WORD.finditer(text):
        if found.end() - found.start() <= _LONGEST:
            yield Word(found.start(), found.end(), folded(found[0]))


def stem(letters: str, language: str | None) -> str:
    """A word without its ending, by the rules of its language; as it is in a language that we have no rules for."""
    algorithm = _ALGORITHMS.get((language or "").partition("-")[0])
    return _stemmed(letters, algorithm) if algorithm else letters


def stems(letters: str) -> set[str]:
    """What a word may be without its ending, when its language is not known."""
    return {letters, *(_stemmed(letters, algorithm) for algorithm in _STEMMERS)}


@lru_cache(maxsize=1 << 15)
def folded(word: str) -> str:
    """A word in small letters without accents; æ, ø and å are letters of their own, and Swedish ä and ö are theirs."""
    letters = unicodedata.normalize("NFC", word).casefold().translate(_NEIGHBOURS)
    return "".join(letter if letter in _NORWEGIAN else unicodedata.normalize("NFKD", letter)[0] for letter in letters)


def skeleton(letters: str) -> str:
    """A word as one that has no æ, ø and å would write it: `havnæringer`, `havnaeringer` and `havnaringer` have the same."""
    for written, plain in _WITHOUT:
        letters = letters.replace(written, plain)
    return letters


def distance(one: str, other: str, most: int) -> int:
    """How many slips of the finger lie between two words: a letter too many, too few, another, or two that changed places.

    Optimal string alignment distance; anything above `most` is `most` + 1.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        following = [place]
        for column, against in enumerate(other, 1):
            cost = min(row[column] + 1, following[-1] + 1, row[column - 1] + (letter != against))
            if place > 1 < column and letter == other[column - 2] and one[place - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            following.append(cost)
        if min(following) > most:
            return most + 1
        before, row = row, following
    return min(row[-1], most + 1)


@lru_cache(maxsize=1 << 15)
def _stemmed(letters: str, algorithm: str) -> str:
    with _LOCK:
        return str(_STEMMERS[algorithm].stemWord(letters))
