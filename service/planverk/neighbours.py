"""What was pulled from other counties, each in a file of its own: their statements, and where these came from."""

import hashlib
import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from rdflib import Graph, Literal
from rdflib.term import Node

from planverk import serialization
from planverk.instance import Instance
from planverk.media import TRIG
from planverk.release import ReleaseError
from planverk.vocab import DCT, FOAF, SPDX, neighbour_iri, neighbours_iri

FOLDER = "pulled"


class Neighbour(NamedTuple):
    """Another county as it is kept here: its name, what it states, and what we know of where that came from."""

    name: str
    graph: Graph
    provenance: Graph

    @property
    def base(self) -> str:
        """What all its addresses begin with."""
        return str(next(self.provenance.objects(None, FOAF.homepage), ""))

    @property
    def told_hash(self) -> str:
        """The sha256 of its statements, as it was when they were pulled."""
        return str(next(self.provenance.objects(None, SPDX.checksumValue), ""))

    @property
    def licences(self) -> set[Node]:
        """Under which it may be published further."""
        return set(self.provenance.objects(None, DCT.license))


def name_of(base: str) -> str:
    """What the county at an address is called here: its host, and its port if it has one."""
    return re.sub(r"[^a-z0-9.]+", "-", urlsplit(base).netloc.lower()).strip("-.")


def content_hash(graph: Graph) -> str:
    """The sha256 of a graph as sorted N-Triples."""
    return hashlib.sha256(serialization.statements(graph)).hexdigest()


def neighbours(instance: Instance) -> list[Neighbour]:
    """The other counties that are kept here, by name.

    Raises:
        ReleaseError: a file is not as it was written.

    """
    return [_read(instance, path) for path in sorted((instance.folder / FOLDER).glob("*.trig"))]


def kept(instance: Instance, name: str) -> Neighbour | None:
    """The county of a name, or None when it has not been pulled. Raises as `neighbours`."""
    path = _path(instance, name)
    return _read(instance, path) if path.exists() else None


def keep(instance: Instance, neighbour: Neighbour) -> Path:
    """Write a county's file, whole, in the place of an older one: whoever reads meets the old or the new."""
    path = _path(instance, neighbour.name)
    path.parent.mkdir(exist_ok=True)
    graphs = {
        neighbour_iri(instance.base, neighbour.name): neighbour.graph,
        neighbours_iri(instance.base): neighbour.provenance,
    }
    beside = path.with_suffix(f".{os.getpid()}")
    with beside.open("wb") as file:
        file.write(serialization.write(serialization.canonical(graphs), TRIG))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return path


def _path(instance: Instance, name: str) -> Path:
    return instance.folder / FOLDER / f"{name}.trig"


def _read(instance: Instance, path: Path) -> Neighbour:
    try:
        graphs = serialization.by_graph(serialization.parsed(path.read_bytes(), TRIG, instance.base))
    except SyntaxError as error:
        raise _unusable(path, str(error)) from None
    empty = Graph()
    found = Neighbour(
        path.stem,
        graphs.get(neighbour_iri(instance.base, path.stem), empty),
        graphs.get(neighbours_iri(instance.base), empty),
    )
    if (None, SPDX.checksumValue, Literal(content_hash(found.graph))) not in found.provenance:
        raise _unusable(path, "its statements are not those that were pulled")
    return found


def _unusable(path: Path, reason: str) -> ReleaseError:
    return ReleaseError(f"{path}: {reason}. Pull this county again with `planverk pull`, or remove the file.")
