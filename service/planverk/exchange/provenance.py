"""Where another county's statements come from: whose they are, which version, under which licence, in words of our own."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from planverk.exchange.county import ExchangeError, Offer
from planverk.instance import Instance
from planverk.neighbours import content_hash, name_of
from planverk.vocab import CC, DCAT, DCT, EU, FOAF, NLOD, ODRS, PROV, SPDX, VOID, neighbour_iri

# Licences under which everybody may publish further, also changed, when the owner is named.
OPEN_LICENCES = (
    EU["licence/NLOD_2_0"],
    EU["licence/NLOD_1_0"],
    EU["licence/CC_BY_4_0"],
    EU["licence/CC0"],
    NLOD["2.0"],
    NLOD["1.0"],
    CC["licenses/by/4.0/"],
    CC["publicdomain/zero/1.0/"],
)
_LONGEST_NAME = 300


def licences_of(catalogue: Graph) -> list[URIRef]:
    """The licences of the datasets and files that the catalogue offers; its own, which holds for itself, where they name none.

    Raises:
        ExchangeError: there is none, or one that is not known to be open.

    """
    own, offered = _licences(catalogue, DCAT.Catalog), _licences(catalogue, DCAT.Dataset, DCAT.Distribution)
    found = own | offered
    strange = sorted(str(licence) for licence in found - set(OPEN_LICENCES))
    if strange or not found:
        said = ", ".join(strange) or "no licence"
        raise ExchangeError(f"The catalogue names {said}. Only what is under a licence known to be open is kept: "
                            f"{', '.join(OPEN_LICENCES)}.")  # fmt: skip
    return sorted(URIRef(str(licence)) for licence in offered or own)


def _licences(catalogue: Graph, *kinds: URIRef) -> set[Node]:
    things = {thing for kind in kinds for thing in catalogue.subjects(RDF.type, kind)}
    return {licence for thing in things for licence in catalogue.objects(thing, DCT.license)}


def provenance_of(instance: Instance, base: str, offer: Offer, licences: list[URIRef]) -> Graph:
    """What we know of the county's statements: our own words about a graph of our own."""
    subject, told = neighbour_iri(instance.base, name_of(base)), offer.catalogue
    checksum = URIRef(f"{subject}#sha256")
    (catalogue,) = sorted(told.subjects(RDF.type, DCAT.Catalog), key=str)[:1]
    datasets = set(told.objects(catalogue, DCAT.dataset))
    rows: list[tuple[Node, URIRef, Node]] = [
        (subject, RDF.type, VOID.Dataset),
        (subject, FOAF.homepage, URIRef(base)),
        *((subject, DCT.license, licence) for licence in licences),
        (subject, VOID.triples, Literal(len(offer.graph))),
        (subject, PROV.generatedAtTime, Literal(datetime.now(UTC).replace(microsecond=0))),
        (subject, SPDX.checksum, checksum),
        (checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256),
        (checksum, SPDX.checksumValue, Literal(content_hash(offer.graph))),
        *((subject, PROV.wasDerivedFrom, URIRef(address)) for address in offer.addresses),
        *((subject, DCT.title, title) for title in _names(told.objects(catalogue, DCT.title))),
        (subject, ODRS.attributionText, _publisher(told, catalogue, base)),
        *((subject, DCAT.version, version) for version in _latest(told, datasets, DCAT.version)),
        *((subject, DCT.modified, day) for day in _latest(told, datasets | {catalogue}, DCT.modified)),
    ]
    graph = Graph(bind_namespaces="none")
    for row in rows:
        graph.add(row)
    return graph


def _publisher(told: Graph, catalogue: Node, base: str) -> Literal:
    names = [
        name for agent in told.objects(catalogue, DCT.publisher) for name in _names(told.objects(agent, FOAF.name))
    ]
    return min(names, key=lambda name: (name.language != "nb", str(name)), default=Literal(urlsplit(base).netloc))


def _names(texts: Iterable[Node]) -> Iterator[Literal]:
    """Texts fit to be shown as names: not too long, and without characters that are not for reading."""
    for text in texts:
        if isinstance(text, Literal) and str(text).isprintable() and 0 < len(text) <= _LONGEST_NAME:
            yield Literal(str(text), lang=text.language)


def _latest(told: Graph, things: Iterable[Node], said: URIRef) -> list[Literal]:
    found = [value for thing in things for value in told.objects(thing, said) if isinstance(value, Literal)]
    usable = [value for value in found if not value.ill_typed and value.datatype in (None, XSD.date, XSD.string)]
    return sorted((value for value in usable if value in set(_names(usable)) or value.datatype), key=str)[-1:]
