"""The judge of data (SHACL 1.0): a graph and rules -> the validation report; the only importer of pyshacl."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, cast

import pyshacl
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, RDFS, BNode, Graph, Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.algebra import BGP, traverse
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from planverk.findings import Triple
from planverk.store.engine import Engine
from planverk.validation.aims import Suspicion, aimed
from planverk.vocab import SH
from planverk.vocabulary import Vocabulary

# For fewer suspicions than this a process of its own is not worth its while.
_ENOUGH = 1000
# So many are judged at a time: of each the report has some ten statements.
_AT_A_TIME = 5000


class JudgedGraph(Graph):
    """A graph in the engine that translates each query once: pyshacl asks the same ones again of every focus node."""

    def __init__(self, engine: Engine | None = None) -> None:
        """Take the engine with the statements, or begin without any."""
        self.engine = Engine() if engine is None else engine
        super().__init__(store=self.engine, bind_namespaces="none")

    def query(self, query_object: str | Query, *arguments: Any, **options: Any) -> Result:  # Any: passed on
        """As `Graph.query`."""
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *arguments, **options)


@contextmanager
def with_superclasses(graph: Graph, vocabulary: Vocabulary) -> Iterator[JudgedGraph]:
    """A graph with the superclasses of its classes, which are taken out again afterwards."""
    # What is in the engine already is not copied: there may be millions of statements.
    judged = JudgedGraph(Engine.of(graph))
    known = [axiom for axiom in vocabulary.ontology.triples((None, RDFS.subClassOf, None)) if axiom not in graph]
    judged += known
    try:
        yield judged
    finally:
        for axiom in known:
            judged.remove(axiom)


def reports(judged: JudgedGraph, shapes: Graph, suspicions: list[Suspicion]) -> Iterator[Graph]:
    """As `judge`, in pieces, of which one is in memory at a time; many are shared out among processes."""
    processes = min(os.cpu_count() or 1, len(suspicions) // _ENOUGH)
    if not processes:
        yield judge(judged, shapes, suspicions)
        return
    number = max(processes, len(suspicions) // _AT_A_TIME)
    # Neighbours are of one rule, and some rules take longer than others.
    pieces = [suspicions[start::number] for start in range(number)]
    begun = [_begin(judged, shapes, pieces[start::processes]) for start in range(processes)]
    for receiver, _ in zip(cycle(begun), pieces, strict=False):
        report = Graph()
        report += receiver.recv()
        yield report
    for receiver in begun:
        receiver.close()


def _begin(
    judged: JudgedGraph, shapes: Graph, pieces: list[list[Suspicion]]
) -> "Connection[Any, list[Triple]]":  # Any: we send nothing
    """Judge in another process, and give the end of the pipe where the reports come out, or EOFError if it is killed."""
    # A forked process has the graph already, and shares the memory that it is in. But a store on disk has threads, which are not forked.
    context = get_context("spawn") if judged.engine.is_on_disk else get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    context.Process(target=_answer, args=(judged.engine, shapes, pieces, sender), daemon=True).start()
    sender.close()
    return receiver


def _answer(
    engine: Engine, shapes: Graph, pieces: list[list[Suspicion]], reports: "Connection[list[Triple], Any]"
) -> None:  # Any: nothing is received
    gc.freeze()  # what was there before a fork is shared memory, and the parent's to end
    judged = JudgedGraph(engine)
    for suspicions in pieces:
        reports.send(list(judge(judged, shapes, suspicions)))


def judge(judged: JudgedGraph, shapes: Graph, suspicions: list[Suspicion]) -> Graph:
    """The report on some nodes by some rules. Where pyshacl cannot tell, such as between a date and a word, it is a breach.

    pyshacl gives up altogether at values that it cannot compare; SHACL 1.0, section 4.5.4, makes them a result.
    """
    try:
        return report_in_place(judged, aimed(shapes, suspicions))
    except (TypeError, ReportableRuntimeError):
        half = len(suspicions) // 2
        if not half:
            return _breach(shapes, *suspicions[0])
        return judge(judged, shapes, suspicions[:half]) + judge(judged, shapes, suspicions[half:])


def _breach(shapes: Graph, rule: Node, node: Node) -> Graph:
    result, told = BNode(), Graph()
    told.add((result, RDF.type, SH.ValidationResult))
    told.add((result, SH.focusNode, node))
    told.add((result, SH.sourceShape, rule))
    for term, predicate in ((SH.severity, SH.resultSeverity), (SH.path, SH.resultPath)):
        for said in shapes.objects(rule, term):
            told.add((result, predicate, said))
    return told


@cache
def _prepared(query: str) -> Query:
    prepared = prepareQuery(query)
    traverse(prepared.algebra, visitPost=_one_by_one)
    return prepared


def _one_by_one(part: object) -> CompValue | None:
    """Patterns joined in an order in which each has a known node: rdflib cannot know that $this is one, and may begin with all of a class."""
    if not isinstance(part, CompValue) or part.name != "BGP":
        return None
    known: set[Node] = {Variable("this")}
    joined, waiting = None, list(part.triples)
    while waiting:
        # Of a thing less is said than there is with a value, so a known subject comes before a known object.
        following = max(waiting, key=lambda terms: (terms[0] in known) * 2 + (terms[2] in known))
        waiting.remove(following)
        known |= {term for term in following if isinstance(term, Variable | BNode)}
        joined = CompValue("Join", p1=joined, p2=BGP([following]), lazy=True) if joined else BGP([following])
    return joined


def report_in_place(judged: JudgedGraph, rules: Graph) -> Graph:
    """The report (SHACL 1.0, section 3.6) of a graph that holds all it is judged by, superclasses included."""
    # In place: pyshacl would otherwise judge a copy, which is a plain graph again. Without inference it adds nothing.
    _, report, _ = pyshacl.validate(judged, shacl_graph=rules, inference="none", inplace=True)
    return cast("Graph", report)  # pyshacl gives bytes only when asked to serialise
