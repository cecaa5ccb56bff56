"""Plain queries: which request is one, and its answer with a head that the application wrote for another of its kind."""

from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from planverk.server.finished import Fields, FinishedAnswer, Question, written
from planverk.store.cache import Kept
from planverk.web.answers import etag
from planverk.web.straight import Asked, Straight

_PLACE = b"/sparql?query="
# Reading a longer query takes too long for what all others wait for meanwhile.
_LARGEST = 1 << 13
_OF_EACH = (b"content-length", b"etag")
_MOST_HEADS = 256


class _Kind(NamedTuple):
    """What answers with the same head have in common."""

    accept: bytes
    encoding: bytes
    language: bytes
    format: str
    compressible: bool


class _Head(NamedTuple):
    """How answers of a kind begin: as fields, and as bytes."""

    fields: Fields
    written: bytes
    content_type: str


class Plain:
    """Asks plain queries, and learns how their answers begin."""

    def __init__(self, straight: Straight) -> None:
        """Take what asks the store."""
        self._straight = straight
        self._heads: dict[_Kind, _Head] = {}

    def ask(self, question: Question, version: str, scope: dict[str, Any]) -> Asked | None:  # Any: as ASGI has it
        """Begin to ask what a request asks; None when it is no plain query, or cannot be asked on the event loop."""
        query = plain_query(question)
        if query is None:
            return None
        address = (scope.get("client") or ("",))[0]
        forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        return self._straight.ask(
            version, query, question.accept.decode("latin-1"), address, forwarded.decode("latin-1")
        )

    def learn(self, question: Question, asked: Asked, head: Fields) -> None:
        """See how the application begins an answer; one that it compressed is its own."""
        answer = asked.answer
        if answer is not None and not any(name == b"content-encoding" for name, _ in head):
            if len(self._heads) >= _MOST_HEADS:
                self._heads.clear()
            fields = [field for field in head if field[0] not in _OF_EACH]
            content_type = dict(fields)[b"content-type"].decode("latin-1")
            self._heads[self._kind(question, answer)] = _Head(fields, written(HTTPStatus.OK, fields), content_type)

    def answer(self, question: Question, asked: Asked) -> tuple[FinishedAnswer, Fields] | None:
        """The answer to a query that was asked, and the fields of its head; None when the application must tell."""
        answer = asked.answer
        head = None if answer is None else self._heads.get(self._kind(question, answer))
        if answer is None or head is None:
            return None
        length, validator = len(answer.content), etag(answer).encode()
        own = b'content-length: %d\r\netag: "%b"\r\n' % (length, validator)
        finished = FinishedAnswer(head.written + own, answer.content, self._straight.entry(head.content_type, length))
        return finished, [*head.fields, (b"content-length", b"%d" % length), (b"etag", b'"%b"' % validator)]

    def _kind(self, question: Question, answer: Kept) -> _Kind:
        compressible = len(answer.content) >= self._straight.least_compressed
        return _Kind(question.accept, question.encoding, question.language, answer.format, compressible)


def plain_query(question: Question) -> str | None:
    """The query of a question that says nothing else to decide; None of any other."""
    if question.method != b"GET" or question.known or len(question.target) > _LARGEST:
        return None
    before, found, query = question.target.partition(_PLACE)
    if before or not found or b"&" in query or b"#" in query:
        return None
    try:
        text = unquote_to_bytes(query.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None
    return text if text.strip() else None
