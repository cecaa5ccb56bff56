"""A graph and the shapes -> the list of findings (SHACL 1.0): the engine finds suspects, pyshacl judges them."""

from collections.abc import Iterator

from rdflib import Graph

from planverk.findings import Finding
from planverk.store.positions import Positions
from planverk.validation.aims import aims
from planverk.validation.judge import JudgedGraph, reports, with_superclasses
from planverk.validation.results import findings, placed
from planverk.validation.suspects import Suspects
from planverk.vocabulary import Vocabulary


def validate(graph: Graph, positions: Positions, vocabulary: Vocabulary) -> list[Finding]:
    """What the shapes say of a graph, in the order of the editors' files, gravest first within a place."""
    shapes = vocabulary.shapes
    with with_superclasses(graph, vocabulary) as judged:
        found = [one for part in _parts(judged, shapes) for one in findings(part, shapes)]
    return placed(found, positions)


def report(judged: JudgedGraph, shapes: Graph) -> Graph:
    """The SHACL validation report (SHACL 1.0, section 3.6) of a graph that holds all it is judged by.

    It has the results that pyshacl would give of the whole graph; each is in it once.
    """
    whole = Graph()
    for part in _parts(judged, shapes):
        whole += part
    return whole


def _parts(judged: JudgedGraph, shapes: Graph) -> Iterator[Graph]:
    return reports(judged, shapes, Suspects(shapes, judged).of(aims(shapes), judged))
