"""What all harvest documents state alike: who publishes, whom to ask, since when, and what foreign terms are."""

from datetime import date

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from planverk import folders
from planverk.instance import Instance
from planverk.vocab import DCAT, DCT, FOAF, ORG, RDF, ROV, SKOS, VCARD, XSD, thing_iri

Rows = list[tuple[URIRef, Node]]


def state(graph: Graph, subject: URIRef, kind: URIRef, rows: Rows) -> None:
    """Add a thing of a kind, and what is said of it."""
    graph.add((subject, RDF.type, kind))
    for predicate, value in rows:
        graph.add((subject, predicate, value))


def responsible(instance: Instance) -> Rows:
    """Who publishes, and whom to ask."""
    return [(DCT.publisher, instance.publisher), (DCAT.contactPoint, contact_iri(instance))]


def dated(instance: Instance) -> Rows:
    """Since when there is something, and when it changed: at a release, never when a document is made."""
    return [(DCT.issued, day(instance.first_issued)), (DCT.modified, day(instance.issued))]


def in_languages(predicate: URIRef, texts: dict[str, str]) -> Rows:
    """A text in several languages."""
    return [(predicate, Literal(text, lang=language)) for language, text in texts.items()]


def add_parties(graph: Graph, instance: Instance) -> None:
    """Describe the publisher and the contact point: an organisation, never a person."""
    state(graph, instance.publisher, FOAF.Agent, [
        (RDF.type, ORG.Organization),
        (RDF.type, ROV.RegisteredOrganization),
        (FOAF.name, Literal(instance.publisher_name, lang="nb")),
        (DCT.identifier, Literal(instance.publisher_number)),
        (DCT.type, URIRef("http://purl.org/adms/publishertype/RegionalAuthority")),
    ])  # fmt: skip
    state(graph, contact_iri(instance), VCARD.Organization, [
        (RDF.type, VCARD.Kind),
        (VCARD.fn, Literal(instance.contact_name, lang="nb")),
        (VCARD.hasURL, URIRef(instance.contact_page)),
        *((VCARD.hasEmail, URIRef(f"mailto:{address}")) for address in [instance.contact_email] if address),
    ])  # fmt: skip


def annotate(graph: Graph, *, as_concepts: bool = True) -> None:
    """Describe each foreign term where it is used: types, schemes and labels from the authorities' own tables.

    In a document of concepts, all that is typed as one would be harvested as one of ours; there the type is left out.
    """
    terms = Graph().parse(folders.PACKAGE / "authorities.ttl")
    used = {term for term in set(terms.subjects()) if _is_in(graph, term)}
    while used:
        found = [triple for term in used & set(terms.subjects()) for triple in terms.triples((term, None, None))]
        for triple in found:
            if as_concepts or triple[1:] != (RDF.type, SKOS.Concept):
                graph.add(triple)
            terms.remove(triple)
        used = {node for triple in found for node in triple}


def _is_in(graph: Graph, term: Node) -> bool:
    """Whether a statement of a graph has a term in it."""
    return (term, None, None) in graph or (None, term, None) in graph or (None, None, term) in graph


def contact_iri(instance: Instance) -> URIRef:
    """The IRI of the office that answers questions."""
    return thing_iri(instance.base, "contact", "plan")


def day(value: date) -> Literal:
    """A day as xsd:date."""
    return Literal(value.isoformat(), datatype=XSD.date)
