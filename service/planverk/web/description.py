"""What the endpoint is and holds, as data (SPARQL 1.1 Service Description)."""

from rdflib import Graph, Literal, Namespace, URIRef

from planverk.instance import Instance
from planverk.release import Release
from planverk.store.formats import FORMATS, GRAPH, TABLE
from planverk.vocab import RDF, SD, XSD

_NAMES = Namespace("http://www.w3.org/ns/formats/")
_VOID = Namespace("http://rdfs.org/ns/void#")


def service_description(instance: Instance, release: Release) -> Graph:
    """The description of the endpoint: its address, language, formats, and the named graphs with their sizes."""
    graph = Graph(bind_namespaces="none")
    endpoint = URIRef(instance.base + "sparql")
    service, dataset, union = (URIRef(f"{endpoint}#{part}") for part in ("service", "dataset", "union"))
    graph += [
        (service, RDF.type, SD.Service),
        (service, SD.endpoint, endpoint),
        (service, SD.supportedLanguage, SD.SPARQL11Query),
        (service, SD.feature, SD.UnionDefaultGraph),
        (service, SD.defaultDataset, dataset),
        (dataset, RDF.type, SD.Dataset),
        (dataset, SD.defaultGraph, union),
        (union, RDF.type, SD.Graph),
        *((service, SD.resultFormat, _NAMES[row.name]) for row in (*FORMATS[TABLE], *FORMATS[GRAPH])),
    ]
    for name, size in release.manifest["statements"].items():
        named = URIRef(f"{endpoint}#{name.rpartition('/')[2]}")
        graph += [
            (dataset, SD.namedGraph, named),
            (named, RDF.type, SD.NamedGraph),
            (named, SD.name, URIRef(name)),
            (named, SD.graph, URIRef(f"{named}-content")),
            (URIRef(f"{named}-content"), RDF.type, SD.Graph),
            (URIRef(f"{named}-content"), _VOID.triples, Literal(size, datatype=XSD.integer)),
        ]
    return graph
