"""Example queries as data: SHACL SPARQL executables (SHACL Advanced Features, section 5) with a target endpoint."""

import re
from functools import lru_cache

from rdflib import Graph, Literal, URIRef

from planverk.questions import Question, examples
from planverk.store.formats import GRAPH, TABLE, TRUTH
from planverk.vocab import RDF, RDFS, SCHEMA, SH, XSD

_KINDS = {
    TABLE: (SH.SPARQLSelectExecutable, SH.select),
    TRUTH: (SH.SPARQLAskExecutable, SH.ask),
    GRAPH: (SH.SPARQLConstructExecutable, SH.construct),
}
_PREFIX = re.compile(r"^PREFIX ([\w-]+): <(.+)>$", re.MULTILINE)


@lru_cache(maxsize=4)
def executables(base: str) -> Graph:
    """The examples that come with the software, for an instance's endpoint; each runs as it stands."""
    graph = Graph(bind_namespaces="none")
    document = URIRef(f"{base}sparql/examples")
    for question in examples().values():
        _add(graph, document, question, URIRef(f"{base}sparql"))
    return graph


def _add(graph: Graph, document: URIRef, question: Question, endpoint: URIRef) -> None:
    example, prefixes = URIRef(f"{document}#{question.name}"), URIRef(f"{document}#prefixes")
    kind, text = _KINDS[question.kind]
    graph += [
        (example, RDF.type, SH.SPARQLExecutable),
        (example, RDF.type, kind),
        (example, text, Literal(question.query)),
        (example, SH.prefixes, prefixes),
        (example, SCHEMA.target, endpoint),
        (example, RDFS.isDefinedBy, document),
        *((example, RDFS.label, Literal(title, lang=language)) for language, title in question.titles.items()),
        *((example, RDFS.comment, Literal(said, lang=language)) for language, said in _comments(question).items()),
    ]
    for prefix, namespace in _PREFIX.findall(question.query):
        declaration = URIRef(f"{document}#prefix-{prefix}")
        graph += [
            (prefixes, SH.declare, declaration),
            (declaration, SH.prefix, Literal(prefix)),
            (declaration, SH.namespace, Literal(namespace, datatype=XSD.anyURI)),
        ]


def _comments(question: Question) -> dict[str, str]:
    """What explains an example; where nothing more is to be said, its title."""
    return question.descriptions or question.titles
