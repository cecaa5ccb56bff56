"""Turtle in good order, read at once: what it states, and the line on which each statement's value begins."""

import re
from collections.abc import Iterator
from itertools import filterfalse
from typing import NamedTuple

from planverk import serialization
from planverk.findings import Triple

# The tokens of RDF 1.1 Turtle, section 6.5, as far as they are needed to tell where one ends and the next begins.
_TOKEN = re.compile(
    r"""(?P<passed>\s+|\#[^\n]*)
    | (?P<text>\"\"\"(?:\"{0,2}(?:[^\"\\]|\\.))*\"\"\" | '''(?:'{0,2}(?:[^'\\]|\\.))*''' | \"(?:[^\"\\\n]|\\.)*\" | '(?:[^'\\\n]|\\.)*')
    | (?P<iri><[^<>\s\\]*>)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<typed>\^\^)
    | (?P<mark>[;,.](?![0-9]))
    | (?P<word>(?:[^\s;,.\[\](){}<>"'\#@^\\]|\.(?=[^\s;,.\[\](){}<>"'\#@^\\]))+)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
# What readers take in different ways, or what has no line of its own, is left to the reader that is slow and thorough.
_UNCOMMON = re.compile(r"_:|:string\b|#string>|\bbase\b|<[^>\n]*\./", re.IGNORECASE)


class Stated(NamedTuple):
    """What a text states, in its order, each with the line of its value; and the prefixes that it declares."""

    statements: list[tuple[Triple, int]]
    prefixes: dict[str, str]


class _Disorder(Exception):
    """A token where none of its kind may stand."""


def read_orderly(text: str, base: str) -> Stated | None:
    """What Turtle states, or None when it has a fault, a blank node or anything else that is out of the common."""
    if _UNCOMMON.search(text):
        return None
    try:
        triples, prefixes = serialization.stated(text, base)
        lines = list(_lines(text))
    except (SyntaxError, _Disorder):
        return None
    return Stated(list(zip(triples, lines, strict=True)), prefixes) if len(lines) == len(triples) else None


def _lines(text: str) -> Iterator[int]:
    """The line on which each object begins."""
    tokens = filterfalse(lambda found: found.lastgroup == "passed", _TOKEN.finditer(text))
    line, counted = 1, 0
    for first in tokens:
        if first.lastgroup == "tag" or first[0].upper() == "PREFIX":
            _pass_prefix(first, tokens)
            continue
        _expect(first, "iri", "word")
        for place in _objects(tokens):
            line, counted = line + text.count("\n", counted, place), place
            yield line


def _pass_prefix(first: re.Match[str], tokens: Iterator[re.Match[str]]) -> None:
    _expect(next(tokens), "word")
    _expect(next(tokens), "iri")
    if first[0] == "@prefix":
        _expect(next(tokens), "mark")


def _objects(tokens: Iterator[re.Match[str]]) -> Iterator[int]:
    """Where each object of one subject begins, up to the dot that ends the statement."""
    mark = ";"
    while mark != ".":
        found = next(tokens)
        if mark == ";":
            if found.lastgroup == "mark":  # a semicolon may be followed by another, or by the dot
                mark = found[0]
                continue
            _expect(found, "iri", "word")
            found = next(tokens)
        _expect(found, "iri", "word", "text")
        yield found.start()
        mark = _mark_after(tokens)


def _mark_after(tokens: Iterator[re.Match[str]]) -> str:
    found = next(tokens)
    if found.lastgroup == "typed":
        next(tokens)
        found = next(tokens)
    elif found.lastgroup == "tag":
        found = next(tokens)
    _expect(found, "mark")
    return found[0]


def _expect(found: re.Match[str], *kinds: str) -> None:
    if found.lastgroup not in kinds:
        raise _Disorder
