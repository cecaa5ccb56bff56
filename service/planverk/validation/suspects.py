"""Which nodes may break which rules: the engine is asked once for each rule, of all nodes at once."""

import re
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from rdflib import OWL, RDF, Graph, URIRef
from rdflib.term import Node

from planverk.store.engine import Engine
from planverk.validation.aims import Aim, Suspicion, aims
from planverk.validation.doubt import PLAIN, Doubts
from planverk.vocab import RDFS, SH

_THREADS = 2
_XSD = "http://www.w3.org/2001/XMLSchema#"
# A literal at the end of a line of N-Triples that the engine may keep in another spelling, such as "1.50" or @en-GB.
_RESPELT = re.compile(
    rb'^(?:<([^>]*)>|_:\S+) \S+ (?:"[^\n]*@(?![a-z-]+ )|"(?!(?:%s) )[^\n"]*"\^\^)[^\n]* \.$'
    % b"|".join(
        pattern.strip("^$").encode() + b'"\\^\\^<' + str(datatype).encode() + b">"
        for datatype, pattern in PLAIN.items()
        if pattern
    ),
    re.MULTILINE,
)


# What no IRI may have in it (RFC 3987, section 2.2); rdflib reads such an IRI, and engines do not.
_UNFIT = re.compile(r"[<>\" {}|\\^`\x00-\x20]")


def is_fit(node: Node) -> bool:
    """Whether a query can name a node; blank nodes get other names in an engine."""
    return isinstance(node, URIRef) and not _UNFIT.search(node)


class Suspects:
    """Finds them: every node that breaks a rule is among the rule's suspects, and few that do not."""

    def __init__(self, shapes: Graph, engine: Engine) -> None:
        """Take the shapes, and the engine that holds the data with the superclasses of its classes."""
        self._shapes = shapes
        self._engine = engine
        self._narrower: dict[str, set[str]] = defaultdict(set)
        for narrow, broad in engine.pairs(str(RDFS.subClassOf)):
            self._narrower[broad].add(narrow)
        self._doubts = Doubts(shapes, self.kinds)
        self._prefixes = prologue(shapes)
        self._aims = aims(shapes)

    def kinds(self, kind: Node) -> list[str]:
        """A class and its subclasses, as SPARQL writes them."""
        found, waiting = {str(kind)}, [str(kind)]
        while waiting:
            new = self._narrower[waiting.pop()] - found
            found |= new
            waiting.extend(new)
        return [f"<{one}>" for one in sorted(found)]

    def of_all(self, graph: Graph, lines: bytes, unfit: set[Node]) -> list[Suspicion]:
        """Each rule with each of its suspects.

        `lines` are what the engine holds, `graph` is that and what no engine takes, which is said of the `unfit` nodes.
        """
        respelt = {match[1].decode() for match in _RESPELT.finditer(lines) if match[1]}
        unclear = self._neighbours(respelt | {str(node) for node in unfit if is_fit(node)})
        core = [aim for aim in self._aims if not self._selects(aim)]
        found = self._in_doubt(core, unclear)
        # Engines differ on how a word compares with a number, so a value of the wrong kind leaves the queries in doubt.
        wrong = {str(node) for aim in core if (aim.rule, SH.datatype, None) in self._shapes for node in found[aim.rule]}
        found |= self._told([aim for aim in self._aims if aim not in core], unclear | self._neighbours(wrong))
        nameless = {node for node in set(graph.subjects()) if not is_fit(node)}
        for aim in self._aims:
            found[aim.rule] |= {node for node in nameless if aim.meets(node, graph, self.kinds)}
        return [(rule, node) for rule, nodes in found.items() for node in sorted(nodes, key=str)]

    def _in_doubt(self, rules: list[Aim], unclear: set[str]) -> dict[Node, set[Node]]:
        """The suspects of rules of SHACL Core: nodes of which a condition is true, and the unclear."""
        doubts = {aim: self._doubts.about(aim.rule, "?this").breaks for aim in rules}
        conditions = {aim: f"{{ {aim.pattern(self.kinds)} FILTER ({doubt}) }}" for aim, doubt in doubts.items()}
        queries = {aim: [f"SELECT DISTINCT ?this {condition}"] for aim, condition in conditions.items()}
        return self._asked(queries, unclear)

    def _told(self, rules: list[Aim], unclear: set[str]) -> dict[Node, set[Node]]:
        """The suspects of SPARQL rules: nodes that their queries find when asked of all at once, and the unclear."""
        return self._asked({aim: self._selects(aim) for aim in rules}, unclear)

    def _asked(self, queries: dict[Aim, list[str]], unclear: set[str]) -> dict[Node, set[Node]]:
        with ThreadPoolExecutor(_THREADS) as threads:
            found = threads.map(partial(self._ask, unclear=unclear), queries, queries.values())
            return {aim.rule: {URIRef(iri) for iri in iris} for aim, iris in zip(queries, found, strict=True)}

    def _ask(self, aim: Aim, queries: list[str], unclear: set[str]) -> set[str]:
        found = {iri for query in queries for iri in self._engine.named(query)} | unclear
        return self._engine.named(_among(found, aim.pattern(self.kinds))) if found else set()

    def _selects(self, aim: Aim) -> list[str]:
        # SPARQL 1.1 pre-binds nothing: a query gives what it would give for any $this (SHACL 1.0, section 5.3.1).
        texts = (
            text for part in self._shapes.objects(aim.rule, SH.sparql) for text in self._shapes.objects(part, SH.select)
        )
        return [f"{self._prefixes} SELECT DISTINCT ?this {{ {{ {text} }} }}" for text in texts]

    def _neighbours(self, iris: set[str]) -> set[str]:
        """Some things and those that point to them."""
        pointing = f"SELECT DISTINCT ?this {{ {_values('?one', iris)} ?this ?link ?one }}"
        return iris | self._engine.named(pointing) if iris else set()


def _among(iris: Iterable[str], pattern: str) -> str:
    return f"SELECT DISTINCT ?this {{ {_values('?this', iris)} {{ {pattern} }} }}"


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
