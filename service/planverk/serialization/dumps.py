"""Files as large as the data, read and written a piece or a thing at a time."""

import hashlib
import mmap
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from rdflib import URIRef
from rdflib.term import Node

from planverk.lines import in_order
from planverk.media import JSON_LD, N_QUADS, N_TRIPLES, Representation
from planverk.serialization import canonical_lines, hashes, jsonld, known_quads, prefixes, quads_of, read, serialize
from planverk.serialization.terms import iri, node


def write_canonical(path: Path, lines: Iterable[bytes]) -> None:
    """Write lines of N-Quads as canonical N-Quads, a piece of them in memory at a time unless there are blank nodes."""
    with path.open("wb") as file:
        file.writelines(in_order(lines))
    # Without blank nodes the lines in order are what RDFC-1.0 comes to.
    if has_blank_nodes(path):
        path.write_bytes(canonical_lines(path.read_bytes()))


def write_graph(path: Path, name: URIRef, statements: Iterable[tuple[Node, Node, Node]]) -> None:
    """Write the statements of a graph that has a name, as `write_canonical` does."""
    write_canonical(path, (f"{quad} .\n".encode() for quad in quads_of({name: statements})))


def write_dump(source: Path, target: Path, representation: Representation) -> None:
    """Write a file of canonical N-Quads in another format, byte for byte as `write` would, a piece in memory at a time."""
    if representation == N_TRIPLES:
        with target.open("wb") as file:
            file.writelines(_triple_lines(source))
    elif representation != JSON_LD:
        serialize(known_quads(source), representation, _prefixes(source, source.stat().st_mtime_ns), target)
    elif has_blank_nodes(source):
        # The place of a blank node is in the things that lead to it, so all must be known.
        target.write_bytes(jsonld.document(read(source.read_bytes())))
    else:
        jsonld.write(target, by_subject(source))


def triples_hash(path: Path) -> str:
    """The second of the `hashes` of a file of canonical N-Quads, a line of it in memory at a time unless there are blank nodes."""
    if has_blank_nodes(path):
        return hashes(path.read_bytes(), N_QUADS)[1]
    found = hashlib.sha256()
    for line in _triple_lines(path):
        found.update(line)
    return found.hexdigest()


def sizes(path: Path) -> Counter[str]:
    """How many statements each graph of a file of canonical N-Quads has, by its name."""
    with path.open("rb") as file:
        found = Counter(line.rsplit(b" ", 2)[1] for line in file)
    return Counter({name[1:-1].decode(): number for name, number in found.items()})


def by_subject(path: Path) -> Iterator[tuple[Node, list[tuple[URIRef, Node]]]]:
    """Each thing of a sorted file of N-Triples or N-Quads with what is said of it; one thing is in memory at a time."""
    for subject, group in groupby(known_quads(path), key=lambda quad: quad.subject):
        said = dict.fromkeys((quad.predicate, quad.object) for quad in group)
        yield node(subject), [(iri(predicate.value), node(value)) for predicate, value in said]


def lines_by_subject(path: Path) -> Iterator[tuple[bytes, Iterator[bytes]]]:
    """Each thing of a sorted file of canonical N-Triples or N-Quads, as it is written there, with its lines."""
    with path.open("rb") as file:
        yield from groupby(file, key=lambda line: line.partition(b" ")[0])


def subjects(path: Path) -> Iterator[str]:
    """The things of a sorted file of canonical N-Triples or N-Quads, each once; those that have no IRI are left out."""
    return (thing[1:-1].decode() for thing, _ in lines_by_subject(path) if thing.startswith(b"<"))


def has_blank_nodes(path: Path) -> bool:
    """Whether a file of N-Quads may have blank nodes; a text in it that looks like one counts too."""
    with _mapped(path) as lines:
        return lines[:2] == b"_:" or lines.find(b"\n_:") >= 0 or lines.find(b"> _:") >= 0


def _triple_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file of canonical N-Quads as N-Triples, each once."""
    with path.open("rb") as file:
        # A space follows every object, so the lines are in order without the names of their graphs too.
        for line, _ in groupby(line.rsplit(b" ", 2)[0] + b" .\n" for line in file):
            yield line


@lru_cache(maxsize=1)
def _prefixes(path: Path, _: int) -> dict[str, str]:
    """The prefixes that a file needs, which all its dumps have; its time tells only that it was written anew."""
    with _mapped(path) as lines:
        return prefixes(lines)


@contextmanager
def _mapped(path: Path) -> Iterator[bytes | mmap.mmap]:
    """The content of a file, which the system reads as it is looked at; an empty one cannot be mapped."""
    if path.stat().st_size == 0:
        yield b""
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content
