"""The representations we offer, one row each, and the choice between them (RFC 9110, section 12)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar


class Representation(NamedTuple):
    """One way to write a document: its file suffix, its media type and, for RDF, whether it holds named graphs."""

    suffix: str
    media_type: str
    title: str
    is_rdf: bool = True
    has_graphs: bool = False

    @property
    def content_type(self) -> str:
        """The Content-Type field: text formats and JSON are UTF-8, and say so where the registration has the parameter."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


HTML = Representation("html", "text/html", "Nettside", is_rdf=False)
TURTLE = Representation("ttl", "text/turtle", "Turtle")
JSON_LD = Representation("jsonld", "application/ld+json", "JSON-LD")
N_TRIPLES = Representation("nt", "application/n-triples", "N-Triples")
RDF_XML = Representation("rdf", "application/rdf+xml", "RDF/XML")
TRIG = Representation("trig", "application/trig", "TriG", has_graphs=True)
N_QUADS = Representation("nq", "application/n-quads", "N-Quads", has_graphs=True)

RDF_REPRESENTATIONS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS)
DOCUMENTS = (HTML, *RDF_REPRESENTATIONS)
# The harvester of data.norge.no reads Turtle, and reads what it is given by the Accept header it sent.
HARVESTED = (TURTLE, *(row for row in RDF_REPRESENTATIONS if row is not TURTLE), HTML)

BY_SUFFIX = {row.suffix: row for row in DOCUMENTS}

# Names that older or less choosy clients send for the same formats.
_ANY_JSON = ("application/ld+json", "application/sparql-results+json", "application/problem+json")
_ANY_XML = ("application/rdf+xml", "application/sparql-results+xml")
ALIASES = {
    "application/x-turtle": ("text/turtle",),
    "application/turtle": ("text/turtle",),
    "text/n3": ("text/turtle",),
    "application/xhtml+xml": ("text/html",),
    "application/json": _ANY_JSON,
    "application/xml": _ANY_XML,
    "text/xml": _ANY_XML,
    "text/plain": ("application/n-triples",),
    "application/x-trig": ("application/trig",),
    "text/x-nquads": ("application/n-quads",),
}


class Offer(Protocol):
    """Anything a client may ask for: a representation of a document, a format of query results."""

    @property
    def suffix(self) -> str:
        """The name of the format as a file suffix."""
        ...

    @property
    def media_type(self) -> str:
        """The media type, without parameters."""
        ...


AnyOffer = TypeVar("AnyOffer", bound=Offer)


def negotiate(accept: Iterable[tuple[str, float]], offers: Sequence[AnyOffer]) -> AnyOffer | None:
    """The offer that a client's Accept header wants most, or None when it wants none of them (a 406).

    `accept` is the header's media ranges with their q. An empty header accepts everything. Among equals the earlier
    offer wins, so that our order, not the client's, breaks ties (RFC 9110, section 12.5.1).
    """
    ranges = list(_known(accept)) or [("*/*", 1.0)]
    wanted = max(offers, key=lambda offer: quality(offer.media_type, ranges))
    return wanted if quality(wanted.media_type, ranges) > 0 else None


def quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """How much a client wants a media type, 0 to 1: the q of the most specific range that matches it."""
    kind = media_type.partition("/")[0]
    specificity = {"*/*": 1, f"{kind}/*": 2, media_type: 3}
    return max(((specificity[asked], q) for asked, q in ranges if asked in specificity), default=(0, 0.0))[1]


def _known(accept: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    # Parameters do not narrow a range (`text/turtle;charset=utf-8`): we have one version of each type.
    ranges = [(asked.partition(";")[0].strip().lower(), q) for asked, q in accept]
    named = {asked for asked, _ in ranges}
    aliases = [(name, q) for asked, q in ranges for name in ALIASES.get(asked, ()) if name not in named]
    return ranges + aliases
