"""What the endpoint is, may and holds, as data (SPARQL 1.1 Service Description)."""

from functools import lru_cache
from pathlib import Path

from rdflib import Graph, Literal, URIRef

from planverk.findings import fill
from planverk.limits import Limits
from planverk.serialization import read, statements
from planverk.store.formats import FORMATS, GRAPH, TABLE
from planverk.vocab import DCT, FORMAT, RDF, RDFS, SCHEMA, SD, VOID, XSD, is_of_neighbours, void_iri

_WORDS = Path(__file__).parent / "description.ttl"
# What the VoID description says of graphs that belongs here too.
_OF_GRAPHS = (RDF.type, RDFS.label, SD.name, SD.graph, VOID.triples)


@lru_cache(maxsize=4)
def service_description(base: str, limits: Limits, endpoints: tuple[str, ...], void: bytes) -> bytes:
    """The description of an instance's endpoint as sorted N-Triples: its address, limits, graphs, and whom it may ask.

    `void` is the VoID description of the release; since a release never changes, this is made once for each.
    """
    endpoint = f"{base}sparql"
    graph = Graph(bind_namespaces="none").parse(_WORDS, publicID=endpoint)
    service, dataset = URIRef(f"{endpoint}#service"), URIRef(f"{endpoint}#dataset")
    for row in (*FORMATS[TABLE], *FORMATS[GRAPH]):
        graph.add((service, SD.resultFormat, FORMAT[row.name]))
    sentences = _tell_federation(graph, service, endpoints)
    _tell_limits(graph, service, limits, sentences)
    _tell_graphs(graph, dataset, read(void), URIRef(void_iri(base, "dataset")))
    return statements(graph)


def _tell_federation(graph: Graph, service: URIRef, endpoints: tuple[str, ...]) -> dict[str, list[str]]:
    """The endpoints that SERVICE may name, as values, and in a sentence for each language; without any, that it may not."""
    asked, none, limit = (
        URIRef(service.replace("#service", f"#{name}")) for name in ("federation", "no-federation", "limit-service_mb")
    )
    sentences: dict[str, list[str]] = {}
    _fill(graph, asked if endpoints else none, ", ".join(f"<{one}>" for one in endpoints), sentences)
    for other in (none,) if endpoints else (none, asked, limit):
        graph.remove((other, None, None))
        graph.remove((None, None, other))
    if endpoints:
        graph.add((service, SD.feature, SD.BasicFederatedQuery))
        graph.add((service, SCHEMA.additionalProperty, asked))
        graph += [(asked, SCHEMA.value, Literal(one, datatype=XSD.anyURI)) for one in endpoints]
    return sentences


def _tell_limits(graph: Graph, service: URIRef, limits: Limits, sentences: dict[str, list[str]]) -> None:
    """Each limit as a value and in a sentence, and all sentences in one description of the service."""
    order = [service.replace("#service", f"#limit-{name}") for name in limits._fields]
    for limit, value in zip(map(URIRef, order), limits, strict=True):
        if (limit, RDF.type, SCHEMA.PropertyValue) in graph:
            graph.add((limit, SCHEMA.value, Literal(value, datatype=XSD.integer)))
            _fill(graph, limit, str(value), sentences)
    way_out = URIRef(service.replace("#service", "#way-out"))
    _fill(graph, way_out, "", sentences)
    graph.remove((way_out, None, None))
    for language, said in sentences.items():
        graph.add((service, DCT.description, Literal(" ".join(said), lang=language)))


def _fill(graph: Graph, thing: URIRef, value: str, sentences: dict[str, list[str]]) -> None:
    for text in list(graph.objects(thing, RDFS.comment)):
        if isinstance(text, Literal):
            told = Literal(fill(text, {"value": value}), lang=text.language)
            sentences.setdefault(text.language or "", []).append(told)
            graph.remove((thing, RDFS.comment, text))
            graph.add((thing, RDFS.comment, told))


def _tell_graphs(graph: Graph, dataset: URIRef, void: Graph, union: URIRef) -> None:
    """The graph that is read when none is named, and the named ones, each with its size."""
    graph += void.triples((union, VOID.triples, None))
    for named in void.subjects(RDF.type, SD.NamedGraph):
        graph.add((dataset, SD.namedGraph, named))
        if any(is_of_neighbours(str(name)) for name in void.objects(named, SD.name)):
            # What is read as one is then no longer the union of all that can be named.
            graph.remove((None, SD.feature, SD.UnionDefaultGraph))
        for part in (named, *void.objects(named, SD.graph)):
            graph += (triple for triple in void.triples((part, None, None)) if triple[1] in _OF_GRAPHS)
