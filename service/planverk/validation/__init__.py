"""A graph and the shapes -> the list of findings (SHACL 1.0): the engine finds suspects, pyshacl judges them."""

from rdflib import Graph

from planverk.findings import Finding
from planverk.store.positions import Positions
from planverk.validation.aims import aims
from planverk.validation.judge import JudgedGraph, judge_at_once, reports, with_superclasses
from planverk.validation.results import findings, placed
from planverk.validation.suspects import Suspects
from planverk.vocabulary import Vocabulary


def validate(graph: Graph, positions: Positions, vocabulary: Vocabulary) -> list[Finding]:
    """What the shapes say of a graph, in the order of the editors' files, gravest first within a place."""
    shapes = vocabulary.shapes
    with with_superclasses(graph, vocabulary) as judged:
        suspicions = Suspects(shapes, judged).of(aims(shapes), judged)
        found = [one for report in reports(judged, shapes, suspicions) for one in findings(report, shapes)]
    return placed(found, positions)


def report_graph(graph: Graph, vocabulary: Vocabulary) -> Graph:
    """The SHACL validation report (SHACL 1.0, section 3.6) of a graph, with the ontology's superclasses known.

    It has the results that pyshacl would give of the whole graph; each is in it once.
    """
    with with_superclasses(graph, vocabulary) as judged:
        return report(judged, vocabulary.shapes)


def report(judged: JudgedGraph, shapes: Graph) -> Graph:
    """The same of a graph that holds all it is judged by."""
    return judge_at_once(judged, shapes, Suspects(shapes, judged).of(aims(shapes), judged))
