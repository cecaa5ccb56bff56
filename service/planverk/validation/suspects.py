"""Which nodes may break which rules: the engine is asked once for each rule, of all nodes at once."""

from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from rdflib import OWL, RDF, Graph, URIRef
from rdflib.term import Node

from planverk.validation.aims import Aim, Suspicion
from planverk.validation.doubt import Doubts
from planverk.validation.judge import JudgedGraph
from planverk.vocab import RDFS, SH

_THREADS = 2


class Suspects:
    """Finds them: every node that breaks a rule is among the rule's suspects, and few that do not."""

    def __init__(self, shapes: Graph, judged: JudgedGraph) -> None:
        """Take the shapes, and the data with the superclasses of its classes, for these."""
        self._shapes = shapes
        self._engine = judged.engine
        self._narrower: dict[str, set[str]] = defaultdict(set)
        for narrow, broad in judged.subject_objects(RDFS.subClassOf):
            self._narrower[str(broad)].add(str(narrow))
        self._doubts = Doubts(shapes, self.kinds)
        self._prologue = prologue(shapes)
        self._of_wrong_kind: dict[Node, set[str]] = {}

    def kinds(self, kind: Node) -> list[str]:
        """A class and its subclasses, as SPARQL writes them."""
        found, waiting = {str(kind)}, [str(kind)]
        while waiting:
            new = self._narrower[waiting.pop()] - found
            found |= new
            waiting.extend(new)
        return [f"<{one}>" for one in sorted(found)]

    def of(self, rules: list[Aim], judged: JudgedGraph, among: set[str] | None = None) -> list[Suspicion]:
        """Each of some rules with each of its suspects in the data, or with those that are among some things."""
        self._engine = judged.engine
        unclear = self._unclear(judged)
        core = [rule for rule in rules if not self._selects(rule)]
        found = self._in_doubt(core, unclear, among)
        self._note_wrong_kinds(found, among)
        # Engines differ on how a word compares with a number, so a value of the wrong kind leaves the queries in doubt.
        wrong = set().union(*self._of_wrong_kind.values())
        told = {rule: self._selects(rule) for rule in rules if rule not in found}
        found |= self._asked(told, unclear | self._neighbours(wrong), among) if told else {}
        named = [(rule.rule, URIRef(iri)) for rule, iris in found.items() for iri in sorted(iris)]
        return named + (self._nameless(rules, judged) if among is None else [])

    def _unclear(self, graph: Graph) -> set[str]:
        """The things of which the engine may tell otherwise than a graph does."""
        respelt = {node for node in self._engine.respelt if self._engine.can_name(node)}
        for node in self._engine.respelt - respelt:
            respelt |= {one for one in graph.subjects(None, node) if self._engine.can_name(one)}
        return self._neighbours({str(node) for node in respelt})

    def _nameless(self, rules: list[Aim], graph: Graph) -> list[Suspicion]:
        nodes = sorted(self._engine.nameless, key=str)
        return [(rule.rule, node) for rule in rules for node in nodes if rule.meets(node, graph, self.kinds)]

    def _note_wrong_kinds(self, found: dict[Aim, set[str]], among: set[str] | None) -> None:
        for rule, iris in found.items():
            if (rule.rule, SH.datatype, None) in self._shapes:
                before = self._of_wrong_kind.get(rule.rule, set()) - among if among else set()
                self._of_wrong_kind[rule.rule] = before | iris

    def _in_doubt(self, rules: list[Aim], unclear: set[str], among: set[str] | None) -> dict[Aim, set[str]]:
        """The suspects of rules of SHACL Core: nodes of which a condition is true, and the unclear."""
        doubts = {aim: self._doubts.about(aim.rule, "?this").breaks for aim in rules}
        some = "" if among is None else _values("?this", among)
        conditions = {
            aim: f"{{ {some} {{ {aim.pattern(self.kinds)} }} FILTER ({doubt}) }}" for aim, doubt in doubts.items()
        }
        queries = {aim: [f"SELECT DISTINCT ?this {condition}"] for aim, condition in conditions.items()}
        return self._asked(queries, unclear, among)

    def _asked(self, queries: dict[Aim, list[str]], unclear: set[str], among: set[str] | None) -> dict[Aim, set[str]]:
        doubtful = unclear if among is None else unclear & among
        with ThreadPoolExecutor(_THREADS) as threads:
            found = threads.map(partial(self._ask, unclear=doubtful), queries, queries.values())
            return dict(zip(queries, found, strict=True))

    def _ask(self, aim: Aim, queries: list[str], unclear: set[str]) -> set[str]:
        """What the queries of a rule find when asked of all nodes at once, and the unclear."""
        found = {iri for query in queries for iri in self._engine.named(query)} | unclear
        return self._engine.named(_among(found, aim.pattern(self.kinds))) if found else set()

    def _selects(self, aim: Aim) -> list[str]:
        # SPARQL 1.1 pre-binds nothing: a query gives what it would give for any $this (SHACL 1.0, section 5.3.1).
        texts = (
            text for part in self._shapes.objects(aim.rule, SH.sparql) for text in self._shapes.objects(part, SH.select)
        )
        return [f"{self._prologue} SELECT DISTINCT ?this {{ {{ {text} }} }}" for text in texts]

    def _neighbours(self, iris: set[str]) -> set[str]:
        """Some things and those that point to them."""
        pointing = f"SELECT DISTINCT ?this {{ {_values('?one', iris)} ?this ?link ?one }}"
        return iris | self._engine.named(pointing) if iris else set()


def _among(iris: Iterable[str], pattern: str) -> str:
    # The engine would join the two by going through all that fits the pattern for each of some.
    return f"SELECT DISTINCT ?this {{ {_values('?this', iris)} FILTER EXISTS {{ {pattern} }} }}"


def _values(variable: str, iris: Iterable[str]) -> str:
    return f"VALUES {variable} {{ {' '.join(f'<{iri}>' for iri in iris)} }}"


def prologue(shapes: Graph) -> str:
    """The prefixes that the queries of the shapes are written with (SHACL 1.0, section 5.2.1), as SPARQL declares them."""
    declared = [
        (shapes.value(row, SH.prefix), shapes.value(row, SH.namespace))
        for ontology in shapes.subjects(RDF.type, OWL.Ontology)
        for row in shapes.objects(ontology, SH.declare)
    ]
    return "\n".join(f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in declared)
