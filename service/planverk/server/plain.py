"""Plain queries: which request is one, and its answer with a head that the application wrote for another of its kind."""

import re
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from planverk.server.finished import Fields, FinishedAnswer, Question, lines, written
from planverk.store.cache import Kept
from planverk.web.straight import Asked, Straight

# How a head begins that asks a query and says nothing else to decide.
_FIRST_LINE = re.compile(rb"GET (/sparql[?]query=([!\"$%'-~]+)) HTTP/1[.]1\r\n")
# Reading a longer query takes too long for what all others wait for meanwhile.
_LARGEST = 1 << 13
# Of how many heads the fields are remembered, and of what length.
_MOST_FIELDS = 1 << 10
_LARGEST_FIELDS = 1 << 11
_OF_EACH = (b"content-length", b"etag")
_MOST_HEADS = 256
# Compressing a longer answer takes too long for what all others wait for meanwhile.
_LARGEST_COMPRESSED = 1 << 16


class PlainQuery(NamedTuple):
    """A query that is all a request says, save what the answer should look like and, behind proxies, for whom it is."""

    question: Question
    query: str
    forwarded: str


class _Fields(NamedTuple):
    """What matters of the fields of a head."""

    accept: bytes
    encoding: bytes
    language: bytes
    forwarded: str


class _Kind(NamedTuple):
    """What answers with the same head have in common."""

    accept: bytes
    encoding: bytes
    language: bytes
    format: str
    compressible: bool


class _Head(NamedTuple):
    """How answers of a kind begin, as fields and as bytes, and how they are compressed, if at all."""

    fields: Fields
    written: bytes
    content_type: str
    coding: str


class Plain:
    """Asks plain queries, and learns how their answers begin."""

    def __init__(self, straight: Straight) -> None:
        """Take what asks the store."""
        self._straight = straight
        self._heads: dict[_Kind, _Head] = {}
        self._fields: dict[bytes, _Fields] = {}

    def recognize(self, head: bytes, question: Question, fields: Fields) -> None:
        """Remember what the fields of a head say that may stand after the first line of any plain query."""
        line = _FIRST_LINE.match(head)
        if line is None or question.known or len(head) - line.end() > _LARGEST_FIELDS:
            return
        if len(self._fields) >= _MOST_FIELDS:
            self._fields.clear()
        forwarded = b",".join(value for name, value in fields if name == b"x-forwarded-for")
        self._fields[head[line.end() :]] = _Fields(
            question.accept, question.encoding, question.language, forwarded.decode("latin-1")
        )

    def read(self, head: bytes) -> PlainQuery | None:
        """The plain query whose head this is, when its fields are remembered, in these very bytes, from another."""
        line = _FIRST_LINE.match(head)
        fields = self._fields.get(head[line.end() :]) if line else None
        query = _query(line[2]) if line and fields else None
        if line is None or fields is None or query is None:
            return None
        question = Question(b"GET", line[1], fields.accept, fields.encoding, fields.language, b"")
        return PlainQuery(question, query, fields.forwarded)

    def ask(self, plain: PlainQuery, version: str, address: str) -> Asked | None:
        """Begin to ask a version of the data; None where that cannot be done on the event loop."""
        return self._straight.ask(
            version, plain.query, plain.question.accept.decode("latin-1"), address, plain.forwarded
        )

    def learn(self, question: Question, asked: Asked, head: Fields) -> None:
        """See how the application begins an answer."""
        answer = asked.answer
        if answer is not None:
            if len(self._heads) >= _MOST_HEADS:
                self._heads.clear()
            fields = [field for field in head if field[0] not in _OF_EACH]
            said = {name: value.decode("latin-1") for name, value in fields}
            content_type, coding = said[b"content-type"], said.get(b"content-encoding", "")
            kind = self._kind(question, answer)
            self._heads[kind] = _Head(fields, written(HTTPStatus.OK, fields), content_type, coding)

    def answer(self, question: Question, asked: Asked) -> tuple[FinishedAnswer, Fields] | None:
        """The answer to a query that was asked, and the fields of its head; None when the application must tell."""
        answer = asked.answer
        head = None if answer is None else self._heads.get(self._kind(question, answer))
        if answer is None or head is None or (head.coding and len(answer.content) > _LARGEST_COMPRESSED):
            return None
        content, validator = self._straight.represented(answer, head.coding)
        own = [(b"content-length", b"%d" % len(content)), (b"etag", b'"%b"' % validator.encode())]
        entry = self._straight.entry(head.content_type, len(content))
        return FinishedAnswer(head.written + lines(own), content, entry), [*head.fields, *own]

    def _kind(self, question: Question, answer: Kept) -> _Kind:
        compressible = len(answer.content) >= self._straight.least_compressed
        return _Kind(question.accept, question.encoding, question.language, answer.format, compressible)


def _query(written: bytes) -> str | None:
    """A query as it stands in an address; None for what the application must see."""
    if len(written) > _LARGEST:
        return None
    try:
        text = unquote_to_bytes(written.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None
    return text if text.strip() else None
