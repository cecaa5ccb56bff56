"""How the document about a thing is put together, of N-Quads."""

import re
from collections.abc import Callable, Iterator

from planverk.store.triples import TYPE
from planverk.vocab import CODE, NAMES, PLAN

_IRI = re.compile(rb"<([^>]*)>")
_NAMING = tuple(f"<{name}>".encode() for name in NAMES)
_WITHDRAWN = f" <{PLAN.withdrawnOn}> ".encode()
# What is said of things, by their IRIs: a line of N-Quads begins with its subject.
Naming = Callable[[list[str]], Iterator[bytes]]


def put_together(iri: str, base: str, about: bytes, linked: bytes, named: Naming) -> bytes:
    """What is said of a thing, what points to it, and the names of both ends of each link; the thing itself stands first.

    `named` gives the statements, names among them, about each of the things it is asked for.
    """
    names = (_best_name(lines) for lines in named(_others(iri, base, about + linked)))
    return b"".join([_kinds_first(about), linked, *names])


def tells_of_withdrawal(about: bytes) -> bool:
    """Whether a thing was published once and has been taken back, by what is said of it."""
    return _WITHDRAWN in about


def _others(iri: str, base: str, links: bytes) -> list[str]:
    # Readers need the names of things and codes; those of classes and properties stand in the vocabulary.
    named = (base + "id/", str(CODE))
    return [
        other for other in sorted({found.decode() for found in _IRI.findall(links)} - {iri}) if other.startswith(named)
    ]


def _kinds_first(lines: bytes) -> bytes:
    def place(line: bytes) -> tuple[bool, bytes]:
        return TYPE not in line, line

    ordered: list[bytes] = sorted(lines.splitlines(keepends=True), key=place)
    return b"".join(ordered)


def _best_name(about: bytes) -> bytes:
    """The lines that name a thing, by the best kind of name it has."""
    lines = about.splitlines(keepends=True)
    names = ([line for line in lines if line.split(b" ", 2)[1] == kind] for kind in _NAMING)
    return b"".join(next((found for found in names if found), []))
