"""What a release holds, counted, where it links to and where it can be had: its VoID description."""

from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk import folders
from planverk.instance import Instance
from planverk.media import RDF_REPRESENTATIONS
from planverk.release import CATALOGUE, VOCABULARY
from planverk.store.building import counted
from planverk.store.formats import FORMATS, GRAPH
from planverk.vocab import DCAT, DCT, FOAF, FORMAT, PREFIXES, RDF, RDFS, VOID, XSD, void_iri

# The parts of the data set, each a named graph of the endpoint, and what they are called.
_TITLES = {
    "dataset": {"nb": "Alt endepunktet leser", "nn": "Alt endepunktet les", "en": "All that the endpoint reads"},
    "data": {"nb": "Planene", "nn": "Planane", "en": "The plans"},
    "plan": {"nb": "Det kildene sier", "nn": "Det kjeldene seier", "en": "What the sources say"},
    "derived": {"nb": "Det som følger av det", "nn": "Det som følgjer av det", "en": "What follows from it"},
    "catalogue": {"nb": "Katalogen", "nn": "Katalogen", "en": "The catalogue"},
    "ontology": {"nb": "Vokabularet med kodene", "nn": "Vokabularet med kodane", "en": "The vocabulary with its codes"},
}
_DUMPS = {
    "data": [f"data.{row.suffix}" for row in RDF_REPRESENTATIONS],
    "catalogue": [CATALOGUE],
    "ontology": [VOCABULARY],
}


def void(instance: Instance, store: Path) -> Graph:
    """The VoID description of what a draft of a release holds, counted in its store as the endpoint would count.

    `#dataset` is what a query reads that names no graph; its parts have their own dumps.
    """
    document = URIRef(void_iri(instance.base))
    dataset, data, *halves = (URIRef(void_iri(instance.base, part)) for part in ("dataset", "data", "plan", "derived"))
    graph = Graph(bind_namespaces="none")
    for query in sorted((folders.QUERIES / "statistics").glob("*.rq")):
        graph += counted(store, query.read_text(encoding="utf-8"), str(document))
    rows: list[tuple[Node, URIRef, Node]] = [
        (document, RDF.type, VOID.DatasetDescription),
        (document, FOAF.primaryTopic, dataset),
        (document, DCT.creator, instance.publisher),
        *(
            (document, DCT.title, Literal(f"{text} – VoID", lang=language))
            for language, text in instance.titles.items()
        ),
        (dataset, VOID.subset, data),
        *((data, VOID.subset, part) for part in halves),
        # What is derived is never stated too, so nothing is counted twice.
        (data, VOID.triples, Literal(sum(int(str(graph.value(part, VOID.triples))) for part in halves))),
        *((dataset, VOID.vocabulary, URIRef(space)) for space in _vocabularies(graph)),
        (dataset, VOID.uriSpace, Literal(f"{instance.base}id/")),
    ]
    for row in rows:
        graph.add(row)
    for part in _TITLES:
        _describe(graph, instance, part)
    return graph


def _describe(graph: Graph, instance: Instance, part: str) -> None:
    """Say of a part what all of them have: a name, a publisher, a licence, and where it can be had."""
    dataset = URIRef(void_iri(instance.base, part))
    folder = f"{instance.base}releases/{instance.version}/"
    rows: list[tuple[URIRef, Node]] = [
        (RDF.type, VOID.Dataset),
        *((RDFS.label, Literal(text, lang=language)) for language, text in _TITLES[part].items()),
        (DCT.publisher, instance.publisher),
        (DCT.license, instance.licence),
        (DCT.issued, Literal(instance.first_issued.isoformat(), datatype=XSD.date)),
        (DCT.modified, Literal(instance.issued.isoformat(), datatype=XSD.date)),
        (DCAT.version, Literal(instance.version)),
        (FOAF.homepage, URIRef(instance.base)),
        (VOID.sparqlEndpoint, URIRef(f"{instance.base}sparql")),
        *((VOID.feature, FORMAT[row.name]) for row in FORMATS[GRAPH]),
        *((VOID.dataDump, URIRef(folder + name)) for name in _dumps(part)),
    ]
    for predicate, value in rows:
        graph.add((dataset, predicate, value))


def _dumps(part: str) -> list[str]:
    return [name for names in _DUMPS.values() for name in names] if part == "dataset" else _DUMPS.get(part, [])


def _vocabularies(graph: Graph) -> list[str]:
    """The namespaces of the classes and properties that are counted; only those that PREFIXES know can be told."""
    terms = {str(term) for kind in (VOID["class"], VOID.property) for term in graph.objects(None, kind)}
    return [space for space in PREFIXES.values() if any(term.startswith(space) for term in terms)]
