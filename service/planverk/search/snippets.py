"""The part of a text that shows why a thing was found, in pieces: those that fit the question are marked."""

from collections.abc import Sequence
from typing import NamedTuple

from planverk.search.words import Word, stem, words

# About two lines on a desk, in letters.
_LENGTH = 220
_BEFORE = 60


class Piece(NamedTuple):
    """A part of a text, and whether it is a word of the question."""

    text: str
    marked: bool


class Text(NamedTuple):
    """A text in pieces, with its language."""

    language: str | None
    pieces: list[Piece]

    def __str__(self) -> str:
        """The text as it is read."""
        return "".join(piece.text for piece in self.pieces)


def marked(text: Sequence[str | None], stems: frozenset[str]) -> Text:
    """A whole text, `[language, text]`, with the words of the question marked."""
    language, letters = text[0], text[1] or ""
    return Text(language, _pieces(letters, _fitting(letters, language, stems)))


def excerpt(texts: Sequence[Sequence[str | None]], stems: frozenset[str], languages: tuple[str, ...]) -> Text | None:
    """The text with most of the words, in the language of the reader if it can be, cut to where they stand."""
    if not texts:
        return None

    def worth(text: Sequence[str | None]) -> tuple[int, int]:
        fitting = {stem(word.letters, text[0]) for word in _fitting(text[1] or "", text[0], stems)}
        place = languages.index(text[0]) if text[0] in languages else len(languages)
        return -len(fitting), place

    language, letters = min(texts, key=worth)
    return Text(language, _cut(letters or "", _fitting(letters or "", language, stems)))


def _fitting(text: str, language: str | None, stems: frozenset[str]) -> list[Word]:
    return [word for word in words(text) if stem(word.letters, language) in stems]


def _cut(text: str, fitting: list[Word]) -> list[Piece]:
    """The pieces around the first fitting word, from a space to a space."""
    start = max(fitting[0].start - _BEFORE, 0) if fitting else 0
    start = text.find(" ", start) + 1 if start else 0
    end = start + _LENGTH
    end = (
        text.rfind(" ", start, end) if len(text) > end and text.rfind(" ", start, end) > start else min(end, len(text))
    )
    inside = [
        word._replace(start=word.start - start, end=word.end - start)
        for word in fitting
        if start <= word.start and word.end <= end
    ]
    pieces = _pieces(text[start:end], inside)
    before, after = [Piece("… ", marked=False)] * bool(start), [Piece(" …", marked=False)] * (end < len(text))
    return [*before, *pieces, *after]


def _pieces(text: str, fitting: list[Word]) -> list[Piece]:
    pieces, place = [], 0
    for word in fitting:
        pieces += [Piece(text[place : word.start], marked=False), Piece(text[word.start : word.end], marked=True)]
        place = word.end
    return [piece for piece in (*pieces, Piece(text[place:], marked=False)) if piece.text]
