"""A service as it looks from outside: requests that are sent as they are written, end in time, and follow nothing by themselves."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email.message import Message
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR, socket
from threading import Event, Timer
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from rdflib import Graph, URIRef

from planverk import serialization
from planverk.media import TURTLE
from planverk.vocab import DCAT, DCT, RDF

_LARGEST = 64 << 20
_REDIRECTS = 5


class Unanswered(Exception):
    """A request that got no whole answer; the text says why."""


class NotApplicable(Exception):
    """A check that has nothing to look at in this deployment; the text says why."""


class Reply(NamedTuple):
    """What came back: status, header fields and body. Nothing is decompressed."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters, in small letters."""
        return self.header("Content-Type").partition(";")[0].strip().lower()

    def json(self) -> Any:  # Any: JSON
        """The body as JSON, or None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def header(self, name: str) -> str:
        """A header field, several of one name joined; empty when it is not there."""
        return ", ".join(self.headers.get_all(name, []))


class Site:
    """The service at an address: scheme, host and port."""

    def __init__(self, address: str, seconds: float) -> None:
        """Take the address and how long one request may last; nothing is sent yet.

        Raises:
            ValueError: the address is none of http or https.

        """
        parts = urlsplit(address if "//" in address else f"https://{address}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"«{address}» is no address of a service. Write it like https://data.example.no/.")
        self.scheme, self.host = parts.scheme, parts.netloc.rpartition("@")[2]
        self.base = f"{self.scheme}://{self.host}/"
        self.seconds = seconds

    def ask(
        self,
        path: str,
        accept: str = "",
        method: str = "GET",
        body: bytes = b"",
        fields: Mapping[str, str] = MappingProxyType({}),
        seconds: float = 0,
    ) -> Reply:
        """Send one request, with no header fields but Host, Accept and those given.

        Raises:
            Unanswered: there is no whole answer in time.

        """
        headers = {"Host": self.host} | ({"Accept": accept} if accept else {}) | dict(fields)
        headers |= {"Content-Length": str(len(body))} if method == "POST" else {}
        try:
            return _exchanged(self.scheme, self.host, seconds or self.seconds, (method, path, body, headers))
        except (OSError, HTTPException, ValueError) as error:
            raise Unanswered(f"{method} {path}: {str(error) or type(error).__name__}") from None

    def follow(self, path: str, accept: str = "") -> tuple[str, Reply]:
        """The path, below this address, to which redirections lead, and what is there.

        Raises:
            Unanswered: there is no answer, they go in circles or lead to another host.

        """
        for _ in range(_REDIRECTS):
            reply = self.ask(path, accept)
            if reply.status not in (301, 302, 303, 307, 308):
                return path, reply
            path = self.path(urljoin(self.base + path.lstrip("/"), reply.header("Location")))
        raise Unanswered(f"GET {path}: more than {_REDIRECTS} redirections")

    def path(self, address: str) -> str:
        """The path of an address of this service.

        Raises:
            Unanswered: it is another's.

        """
        if not address.startswith(self.base):
            raise Unanswered(f"{address} is not below {self.base}")
        return "/" + address.removeprefix(self.base)

    @cached_property
    def manifest(self) -> dict[str, Any]:  # Any: JSON
        """What the current release says of itself."""
        _, reply = self.follow("/releases/current/manifest.json", "application/json")
        found = reply.json() if reply.status == 200 else None
        if not isinstance(found, dict):
            raise Unanswered(f"GET /releases/current/manifest.json: status {reply.status}, and no JSON object")
        return found

    @cached_property
    def catalogue(self) -> Graph:
        """The harvest document."""
        return self.turtle("/katalog")

    @cached_property
    def thing(self) -> str:
        """The path after `/id/` of a thing that is published here: the first plan of the catalogue."""
        plans = [
            str(plan)
            for dataset in self.catalogue.subjects(RDF.type, DCAT.Dataset)
            for plan in self.catalogue.objects(dataset, DCT.relation)
            if isinstance(plan, URIRef) and "/id/" in plan
        ]
        if not plans:
            raise NotApplicable("the catalogue names no plan")
        return min(plans).partition("/id/")[2]

    def turtle(self, path: str) -> Graph:
        """A document as a graph.

        Raises:
            Unanswered: it is not there, or is not Turtle.

        """
        reply = self.ask(path, TURTLE.media_type)
        if reply.status != 200:
            raise Unanswered(f"GET {path}: status {reply.status}")
        try:
            return serialization.read(serialization.parsed(reply.body, TURTLE, self.base))
        except SyntaxError as error:
            raise Unanswered(f"GET {path}: not Turtle ({error})") from None


def _exchanged(scheme: str, host: str, seconds: float, request: tuple[str, str, bytes, Mapping[str, str]]) -> Reply:
    kind = {"http": HTTPConnection, "https": HTTPSConnection}[scheme]
    connection = kind(host, timeout=seconds)
    try:
        connection.connect()
        with _cut_after(connection.sock, seconds):
            _send(connection, *request)
            response = connection.getresponse()
            body = response.read(_LARGEST + 1)
            if len(body) > _LARGEST:
                raise OSError(f"the answer is larger than {_LARGEST >> 20} MiB")
            if response.length:
                raise ConnectionError("the answer broke off")
            return Reply(response.status, response.headers, body)
    finally:
        connection.close()


def _send(connection: HTTPConnection, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> None:
    # What is not asked for must be seen to be not asked for, so nothing is added: no Accept-Encoding, no User-Agent.
    connection.putrequest(method, quote(path, safe="/?&=%:@!$'()*+,;~-._"), skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body or None)


@contextmanager
def _cut_after(line: socket, seconds: float) -> Iterator[None]:
    """Cut a connection when time is up: a server that sends a byte now and then never meets a socket's timeout."""
    cut = Event()

    def end() -> None:
        cut.set()
        with suppress(OSError):
            socket.shutdown(line, SHUT_RDWR)

    timer = Timer(seconds, end)
    timer.start()
    try:
        yield
    except (OSError, HTTPException):
        if not cut.is_set():
            raise
    finally:
        timer.cancel()
    if cut.is_set():
        raise TimeoutError(f"no whole answer in {seconds:g} s")
