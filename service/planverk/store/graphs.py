"""Graphs of a SPARQL server, written whole (SPARQL 1.1 Graph Store HTTP Protocol)."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from urllib.parse import urlencode
from urllib.request import Request

from planverk.store.remote import RemoteError, Server
from planverk.store.replies import refusal
from planverk.store.transport import Answer, Terms, exchange
from planverk.store.trouble import LimitExceeded, StoreUnreachable

_TERMS = Terms(seconds=300, largest=1 << 20)
_PIECE = 4 << 20


def replace(server: Server, graph: str, lines: Iterable[bytes]) -> None:
    """Make a graph hold what lines of N-Triples say and nothing else; many are sent in several pieces.

    A blank node is the same only within a piece, so the lines with blank nodes come first, together.

    Raises:
        RemoteError: the server refuses or does not answer, also when asked again; the text says what to do.

    """
    pieces = _pieces(lines)
    _send(server, "PUT", graph, next(pieces, b""))
    for piece in pieces:
        _send(server, "POST", graph, piece)


def add(server: Server, graph: str, lines: bytes) -> None:
    """Add lines of N-Triples to a graph. Raises RemoteError as `replace` does."""
    _send(server, "POST", graph, lines)


def drop(server: Server, graph: str) -> None:
    """Remove a graph, if there is one. Raises RemoteError as `replace` does."""
    _send(server, "DELETE", graph, None, (HTTPStatus.NOT_FOUND,))


def accepted(answer: Answer, address: str) -> None:
    """Let an answer to a change pass when the change was made.

    Raises:
        RemoteError: it was not.

    """
    with answer.content as content:
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise RemoteError(refusal(address, answer.status, content.read(1 << 16)))


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    piece = bytearray()
    began_plain = False
    for line in lines:
        # A line that has no blank node may still have `_:` in a text; that costs nothing but its place.
        plain = b"_:" not in line
        if len(piece) > _PIECE and plain and began_plain:
            yield bytes(piece)
            piece.clear()
        began_plain = began_plain or plain
        piece += line
    yield bytes(piece)


def _send(server: Server, method: str, graph: str, body: bytes | None, fine: tuple[int, ...] = ()) -> None:
    address = server.store.graphs
    url = f"{address}{'&' if '?' in address else '?'}{urlencode({'graph': graph})}"
    request = Request(url, body, {"Content-Type": "application/n-triples", "User-Agent": "planverk"}, method=method)  # noqa: S310  # the address is http, by instance.py
    answer = _exchange_twice(request, server)
    if answer.status in fine:
        answer.content.close()
    else:
        accepted(answer, address)


def _exchange_twice(request: Request, server: Server) -> Answer:
    """The answer to a change that may be made twice; a server that is restarting gets a second chance."""
    try:
        answer = exchange(request, _TERMS, server.account)
        if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return answer
        answer.content.close()
    except (StoreUnreachable, TimeoutError):
        pass
    try:
        _introduce(server)
        return exchange(request, _TERMS, server.account)
    except (StoreUnreachable, TimeoutError, LimitExceeded) as error:
        raise RemoteError(str(error)) from None


def _introduce(server: Server) -> None:
    """Have the server ask who we are, by a small request: Virtuoso hangs up on a large one before it asks."""
    if server.account:
        server.account.forget()
        request = Request(f"{server.store.graphs}?graph=urn:none")  # noqa: S310  # the address is http, by instance.py
        exchange(request, _TERMS, server.account).content.close()
