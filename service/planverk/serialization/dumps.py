"""Files as large as the data, read and written a piece or a thing at a time."""

import hashlib
import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import pyoxigraph as ox
from rdflib import Graph, URIRef
from rdflib.term import Node

from planverk.lines import in_order
from planverk.media import JSON_LD, N_QUADS, Representation
from planverk.serialization import canonical_lines, hashes, jsonld, prefixes, quads_of, read, serialize
from planverk.serialization.terms import iri, node

_BLANK_NODE = re.compile(rb"^_:|> _:", re.MULTILINE)


def write_canonical(path: Path, graphs: dict[URIRef, Graph]) -> None:
    """Write the graphs as canonical N-Quads, a piece of them in memory at a time unless there are blank nodes."""
    with path.open("wb") as file:
        file.writelines(in_order(f"{quad} .\n".encode() for quad in quads_of(graphs)))
    # Without blank nodes the lines in order are what RDFC-1.0 comes to.
    if has_blank_nodes(path):
        path.write_bytes(canonical_lines(path.read_bytes()))


def write_dump(source: Path, target: Path, representation: Representation) -> None:
    """Write a file of canonical N-Quads in another format, byte for byte as `write` would, a piece in memory at a time."""
    if representation != JSON_LD:
        with _mapped(source) as lines:
            known = prefixes(lines)
        quads = ox.parse(path=str(source), format=ox.RdfFormat.N_QUADS)
        serialize(quads, representation, known, target)
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
    with path.open("rb") as file:
        # A space follows every object, so the lines are in order without the names of their graphs too.
        for line, _ in groupby(line.rsplit(b" ", 2)[0] + b" .\n" for line in file):
            found.update(line)
    return found.hexdigest()


def by_subject(path: Path) -> Iterator[tuple[Node, list[tuple[URIRef, Node]]]]:
    """Each thing of a sorted file of N-Triples or N-Quads with what is said of it; one thing is in memory at a time."""
    quads = ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)
    for subject, group in groupby(quads, key=lambda quad: quad.subject):
        said = dict.fromkeys((quad.predicate, quad.object) for quad in group)
        yield node(subject), [(iri(predicate.value), node(value)) for predicate, value in said]


def subjects(path: Path) -> Iterator[str]:
    """The things of a sorted file of N-Triples or N-Quads, each once."""
    quads = ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)
    return (
        subject.value for subject, _ in groupby(quad.subject for quad in quads) if isinstance(subject, ox.NamedNode)
    )


def has_blank_nodes(path: Path) -> bool:
    """Whether a file of N-Quads may have blank nodes; a text in it that looks like one counts too."""
    with _mapped(path) as lines:
        return _BLANK_NODE.search(lines) is not None


@contextmanager
def _mapped(path: Path) -> Iterator[bytes | mmap.mmap]:
    """The content of a file, which the system reads as it is looked at; an empty one cannot be mapped."""
    if path.stat().st_size == 0:
        yield b""
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content
