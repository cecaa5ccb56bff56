"""The namespaces we write, and the making of our own IRIs; no other module spells an IRI."""

# Re-exported: the rest of the package takes all its namespaces from here.
from rdflib import DCTERMS, Namespace, URIRef
from rdflib import FOAF as FOAF
from rdflib import ORG as ORG
from rdflib import OWL as OWL
from rdflib import PROV as PROV
from rdflib import RDF as RDF
from rdflib import RDFS as RDFS
from rdflib import SKOS as SKOS
from rdflib import VOID as VOID

# What the national catalogue of organisations calls an organisation, before its number.
ORGANISATIONS = "https://organization-catalog.fellesdatakatalog.digdir.no/organizations/"

W3ID = "https://w3id.org/planverk/"
ONTOLOGY_IRI = URIRef(W3ID + "ontology")
PLAN = Namespace(W3ID + "ontology#")
SHAPE = Namespace(W3ID + "shapes#")
HARVEST = Namespace(W3ID + "shapes/catalogue#")
CODE = Namespace(W3ID + "code/")

# rdflib's own DCAT lacks the terms of DCAT 3, so a plain Namespace stands in for it.
CS = Namespace("http://purl.org/vocab/changeset/schema#")
LDES = Namespace("https://w3id.org/ldes#")
TREE = Namespace("https://w3id.org/tree#")
ACTIVITY = Namespace("https://www.w3.org/ns/activitystreams#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
DCT = DCTERMS
CC = Namespace("http://creativecommons.org/")
EU = Namespace("http://publications.europa.eu/resource/authority/")
FORMAT = Namespace("http://www.w3.org/ns/formats/")
LOS = Namespace("https://psi.norge.no/los/")
MODELLDCATNO = Namespace("https://data.norge.no/vocabulary/modelldcatno#")
NLOD = Namespace("http://data.norge.no/nlod/no/")
ODRS = Namespace("http://schema.theodi.org/odrs#")
ROV = Namespace("http://www.w3.org/ns/regorg#")
SCHEMA = Namespace("https://schema.org/")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOSNO = Namespace("https://data.norge.no/vocabulary/skosno#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

# What Turtle and RDF/XML call the namespaces; a prefix appears in a document only where it is used.
PREFIXES: dict[str, str] = {
    "as": str(ACTIVITY),
    "cs": str(CS),
    "ldes": str(LDES),
    "tree": str(TREE),
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": str(DCAT),
    "dcatap": str(DCATAP),
    "dct": str(DCT),
    "foaf": str(FOAF),
    "formats": str(FORMAT),
    "modelldcatno": str(MODELLDCATNO),
    "odrs": str(ODRS),
    "org": str(ORG),
    "owl": "http://www.w3.org/2002/07/owl#",
    "plan": str(PLAN),
    "prov": str(PROV),
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "rov": str(ROV),
    "schema": str(SCHEMA),
    "sd": str(SD),
    "sh": str(SH),
    "skos": str(SKOS),
    "skosno": str(SKOSNO),
    "spdx": str(SPDX),
    "vann": "http://purl.org/vocab/vann/",
    "vcard": str(VCARD),
    "void": str(VOID),
    "xsd": str(XSD),
}

# Where a resource's name may stand, best first. rdfs:label is derived from the others on release.
NAMES = (RDFS.label, SKOS.prefLabel, DCT.title, FOAF.name, VCARD.fn)


def thing_iri(base: str, kind: str, key: str) -> URIRef:
    """The IRI of a thing, `{base}id/{kind}/{key}`: it names the thing and answers 303 to its document."""
    return URIRef(f"{base}id/{kind}/{key}")


def graph_iri(base: str, name: str) -> URIRef:
    """The IRI of one of a release's named graphs (SPARQL 1.1, section 13)."""
    return URIRef(f"{base}id/graph/{name}")


def neighbour_iri(base: str, name: str) -> URIRef:
    """The IRI of the named graph that holds what was pulled from another county."""
    return graph_iri(base, f"neighbour-{name}")


def neighbours_iri(base: str) -> URIRef:
    """The IRI of the named graph that says what was pulled from where."""
    return graph_iri(base, "neighbours")


def is_of_neighbours(graph: str) -> bool:
    """Whether a named graph speaks of other counties, and is read only when it is named."""
    return "/id/graph/neighbour" in graph


def register_iri(base: str) -> URIRef:
    """The IRI of the graph, in a store of several releases, that says which one is current."""
    return URIRef(f"{base}id/graph/current")


def release_iri(base: str, version: str) -> URIRef:
    """The IRI of a release in a store of several, with which those of its graphs begin."""
    return URIRef(f"{base}id/graph/{version}")


def graph_of_release(base: str, version: str, graph: str) -> URIRef:
    """The IRI that one of a release's graphs, known to all as `graph`, has in a store of several releases."""
    return URIRef(f"{release_iri(base, version)}/{graph.rpartition('/')[2]}")


def void_iri(base: str, part: str = "") -> str:
    """The IRI of a release's VoID description, or of a part of what it describes (VoID, section 7.2)."""
    return f"{base}.well-known/void#{part}" if part else f"{base}.well-known/void"


def report_iri(base: str, version: str, result: str = "") -> URIRef:
    """The IRI of a release's validation report, or of one result in it."""
    return URIRef(f"{base}releases/{version}/report" + (f"#{result}" if result else ""))


def changes_iri(base: str, version: str, part: str = "") -> URIRef:
    """The IRI of the changes in a release, or of one of them."""
    return URIRef(f"{base}releases/{version}/changes" + (f"#{part}" if part else ""))


def memento_iri(base: str, version: str, iri: str) -> URIRef:
    """The IRI of a thing as it is in a release, which is also the address of its document there (RFC 7089)."""
    return URIRef(f"{base}releases/{version}/doc/{iri.removeprefix(base + 'id/')}")


def feed_iri(base: str, page: str = "", part: str = "") -> URIRef:
    """The IRI of the stream of changes, of one page of it, or of a part of either."""
    return URIRef(f"{base}feed" + (f"/{page}" if page else "") + (f"#{part}" if part else ""))


def document_path(base: str, iri: str) -> str | None:
    """The path at which this service answers for an IRI, or None for an IRI that is not its own.

    `{base}id/theme/kompetanse` has its document at `/doc/theme/kompetanse`; a term of the ontology, a code or a
    shape has it below `/def`, which is also where the w3id.org redirect leads.
    """
    if iri.startswith(base + "id/"):
        return "/doc/" + iri.removeprefix(base + "id/")
    if iri.startswith(base):
        return "/" + iri.removeprefix(base)
    if iri.startswith(W3ID):
        return definition_path(iri.removeprefix(W3ID))
    return None


def definition_path(name: str) -> str:
    """The path below `/def` of a term by its name after the w3id namespace: `ontology#Goal` is `/def/Goal`."""
    space, _, term = name.partition("#")
    if space == "ontology":
        return f"/def/{term}" if term else "/def"
    return f"/def/{space}/{term}" if term else f"/def/{space}"


def short(iri: str) -> str:
    """An IRI as an editor writes it, with a prefix where there is one."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
