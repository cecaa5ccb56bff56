"""Another county's service: what it offers, fetched within bounds and believed only in what has its own address."""

import hashlib
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit
from urllib.request import Request

from rdflib import RDF, Graph, URIRef
from rdflib.term import Node

from planverk import folders, serialization
from planverk.instance import RemoteStore
from planverk.media import N_QUADS, N_TRIPLES, TRIG, TURTLE, Representation
from planverk.store.binding import bind
from planverk.store.remote import Server
from planverk.store.transport import Answer, Terms, exchange
from planverk.store.trouble import LimitExceeded, StoreUnreachable
from planverk.vocab import DCAT, DCT, EU, SPDX, graph_iri

# The formats we read, best first: whether named graphs tell what is stated from what follows. No format that refers to
# documents elsewhere (JSON-LD) or expands entities (RDF/XML) is read from strangers.
_FORMATS: dict[URIRef, Representation] = {
    EU["file-type/RDF_N_QUADS"]: N_QUADS,
    EU["file-type/RDF_TRIG"]: TRIG,
    EU["file-type/RDF_N_TRIPLES"]: N_TRIPLES,
    EU["file-type/RDF_TURTLE"]: TURTLE,
}
_FORMAT = URIRef(f"{DCT}format")  # DCT.format is the method of str
_REDIRECTS = (301, 302, 303, 307, 308)
_HOPS = 5
_DUMPS = 20


class ExchangeError(Exception):
    """A county that cannot be pulled; the text says why. What was pulled before is still there."""


class _NotThat(ExchangeError):
    """Something else than what was asked for."""


class Allowance(NamedTuple):
    """What pulling may cost: seconds for each answer and for judging, and megabytes and statements in all."""

    seconds: int = 60
    megabytes: int = 32
    statements: int = 200_000

    @property
    def terms(self) -> Terms:
        """The same, for one exchange."""
        return Terms(self.seconds, self.megabytes << 20)


class Offer(NamedTuple):
    """What a county offers: its catalogue, its statements, and the addresses these came from."""

    catalogue: Graph
    graph: Graph
    addresses: tuple[str, ...]


class County:
    """Another county's service: what it says, as far as it may and as long as that is bearable."""

    def __init__(self, base: str, allowance: Allowance) -> None:
        """Take what its addresses begin with, and what it may cost; nothing is asked yet."""
        self.base = base
        self.allowance = allowance

    def offer(self, address: str) -> Offer:
        """What it offers at an address: of its catalogue, or else of an endpoint."""
        place = urljoin(self.base, "/katalog") if address.rstrip("/") + "/" == self.base else address
        try:
            catalogue = self._document(place, TURTLE)
        except _NotThat:
            catalogue = Graph()
        if (None, RDF.type, DCAT.Catalog) in catalogue:
            return self._from_dumps(catalogue)
        return self._from_endpoint(place)

    def _from_dumps(self, catalogue: Graph) -> Offer:
        graph, dumps = Graph(bind_namespaces="none"), self._dumps(catalogue)
        if not dumps:
            raise ExchangeError(f"The catalogue offers no file below {self.base} in a format that is read here: "
                                f"{', '.join(row.title for row in _FORMATS.values())}.")  # fmt: skip
        for address, (row, told) in sorted(dumps.items()):
            body = self._fetch(address, row)
            if told and hashlib.sha256(body).hexdigest() not in told:
                raise ExchangeError(f"{address}: the file has another checksum than the catalogue says.")
            graph += self._stated(serialization.by_graph(self._lines(address, body, row)))
            self._bound(graph)
        return Offer(catalogue, graph, tuple(sorted(dumps)))

    def _dumps(self, catalogue: Graph) -> dict[str, tuple[Representation, set[str]]]:
        """The files to fetch, each with its format and the checksums told of it: one format, the best that all have."""
        for kind, row in _FORMATS.items():
            found = {
                str(address): (row, _checksums(catalogue, distribution))
                for distribution in catalogue.subjects(_FORMAT, kind)
                if (distribution, DCAT.compressFormat, None) not in catalogue
                for address in catalogue.objects(distribution, DCAT.downloadURL)
                if str(address).startswith(self.base)
            }
            if found:
                return dict(sorted(found.items())[:_DUMPS])
        return {}

    def _from_endpoint(self, address: str) -> Offer:
        catalogue = self._asked(address, "catalogue")
        if (None, RDF.type, DCAT.Catalog) not in catalogue:
            raise ExchangeError(f"{address} is neither a catalogue nor an endpoint that holds one (DCAT).")
        graph = self._asked(address, "plans", graph=graph_iri(self.base, "plan"))
        return Offer(catalogue, self._bound(graph), (address,))

    def _asked(self, address: str, name: str, **values: Node) -> Graph:
        query = bind((folders.QUERIES / "exchange" / f"{name}.rq").read_text(encoding="utf-8"), values)
        server = Server(RemoteStore(address, address, address), None)
        answer = self._whole(address, lambda: server.query(query, "CONSTRUCT", self.allowance.terms))
        return serialization.read(self._lines(address, self._body(address, answer, N_TRIPLES), N_TRIPLES))

    def _document(self, address: str, row: Representation) -> Graph:
        return serialization.read(self._lines(address, self._fetch(address, row), row))

    def _fetch(self, address: str, row: Representation) -> bytes:
        """A document of the county; redirections are followed as long as they stay below its base."""
        for _ in range(_HOPS):
            request = Request(address, headers={"Accept": row.media_type, "User-Agent": "planverk"})  # noqa: S310  # http or https, see base_of
            answer = self._whole(address, lambda request=request: exchange(request, self.allowance.terms))  # type: ignore[misc]  # mypy does not see what the default is
            if answer.status not in _REDIRECTS:
                return self._body(address, answer, row)
            answer.content.close()
            address = self._led_to(address, answer.headers.get("Location", ""))
        raise ExchangeError(f"{address}: more than {_HOPS} redirections.")

    def _led_to(self, address: str, location: str) -> str:
        try:
            place = urljoin(address, location)
        except ValueError:
            raise ExchangeError(f"{address} leads to {location!r}, which is no address.") from None
        if not place.startswith(self.base):
            raise ExchangeError(f"{address} leads to {place!r}, which is not below {self.base}. It is not followed.")
        return place

    def _whole(self, address: str, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except (TimeoutError, LimitExceeded, StoreUnreachable) as error:
            raise ExchangeError(f"{address}: {error}") from None

    def _body(self, address: str, answer: Answer, row: Representation) -> bytes:
        with answer.content:
            media_type = answer.headers.get_content_type()
            if answer.status != HTTPStatus.OK or media_type != row.media_type:
                raise _NotThat(f"{address} answers with status {answer.status} and {media_type}, not {row.media_type}.")
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise ExchangeError(f"{address}: the answer is compressed, though nobody asked for that.")
            return answer.content.read()

    def _lines(self, address: str, body: bytes, row: Representation) -> bytes:
        try:
            return serialization.parsed(body, row, address)
        except SyntaxError as error:
            raise ExchangeError(f"{address}: not {row.title}: {error}") from None

    def _stated(self, graphs: dict[URIRef | None, Graph]) -> Graph:
        """What the county states: the graph of that name, or all there is in a format without names."""
        empty = Graph()
        if set(graphs) == {None}:
            return graphs[None]
        return graphs.get(graph_iri(self.base, "plan"), empty)

    def _bound(self, graph: Graph) -> Graph:
        if not graph:
            raise ExchangeError(f"{self.base} states nothing about a plan: {graph_iri(self.base, 'plan')} is empty.")
        if len(graph) > self.allowance.statements:
            raise ExchangeError(f"{self.base} has more than {self.allowance.statements} statements.")
        return graph


def base_of(address: str) -> str:
    """What all addresses of the county at an address begin with: scheme, host and port. Raises ExchangeError."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[^!-~]", address):
        raise ExchangeError(f"«{address}» is no address of a service. Write it like https://data.example.no/.")
    return f"{parts.scheme}://{parts.netloc.lower()}/"


def _checksums(catalogue: Graph, distribution: Node) -> set[str]:
    return {
        str(value).lower()
        for checksum in catalogue.objects(distribution, SPDX.checksum)
        if (checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256) in catalogue
        for value in catalogue.objects(checksum, SPDX.checksumValue)
    }
