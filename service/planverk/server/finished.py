"""Finished answers, to be sent again as they are to whoever asks the same of the same release."""

from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from planverk.web.operators import Entry

# What an answer takes besides its bytes and those of its question.
_OVERHEAD = 2000
# How many heads of requests are recognized, and of what length: together with all that a bookkeeper needs, 16 MiB at most.
_MOST_HEADS = 1 << 12
_LARGEST_HEAD = 1 << 11


class Question(NamedTuple):
    """All of a request that an answer may depend on, as it came over the network.

    A request that says anything else that matters (a range, say) is no such question.
    """

    method: bytes
    target: bytes
    accept: bytes
    encoding: bytes
    language: bytes
    known: bytes
    """What the client has already: If-None-Match."""


Fields = list[tuple[bytes, bytes]]
# Parts of a question; a field may stand several times, and then means the same as with commas between.
_PARTS = {b"accept": 0, b"accept-encoding": 1, b"accept-language": 2, b"if-none-match": 3}
# With any of these an answer may be another, or there is content to read first.
_OTHERWISE = frozenset((
    b"accept-datetime", b"range", b"if-range", b"if-match", b"if-modified-since", b"if-unmodified-since", b"origin",
    b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"authorization", b"cookie",
))  # fmt: skip


def asked(method: bytes, target: bytes, fields: Fields) -> Question | None:
    """The question that a head of HTTP/1.1 asks; None when it says anything else that matters."""
    if method not in (b"GET", b"HEAD"):
        return None
    parts = [b"", b"", b"", b""]
    for name, value in fields:
        if name in _OTHERWISE:
            return None
        place = _PARTS.get(name)
        if place is not None:
            parts[place] = b"%b,%b" % (parts[place], value) if parts[place] else value
    return Question(method, target, *parts)


class FinishedAnswer(NamedTuple):
    """An answer as it goes out: the head, save for the date and the end of its lines, and the body; and how it is counted."""

    head: bytes
    body: bytes
    entry: Entry


def written(status: int, fields: Fields) -> bytes:
    """A head as it goes out, save for the date and the end of its lines."""
    return b"HTTP/1.1 %d %b\r\n%b" % (status, HTTPStatus(status).phrase.encode(), lines(fields))


def lines(fields: Fields) -> bytes:
    """Fields of a head as they go out."""
    return b"".join(b"%b: %b\r\n" % field for field in fields)


class Finished:
    """Keeps answers of the release that is current, within a bound of memory; with another release it is empty again.

    `version` is the one that was current when it was last asked. The least recently asked for goes first. Only the thread that reads the network comes here.
    """

    def __init__(self, version: Callable[[], str | None], largest: int) -> None:
        """Take what tells the current version without waiting, or None, and the bound in bytes."""
        self._current = version
        self._largest = largest
        self.version: str | None = None
        self._kept: OrderedDict[Question, FinishedAnswer] = OrderedDict()
        self._left = largest
        self._heads: dict[bytes, Question] = {}

    def again(self, head: bytes) -> FinishedAnswer | None:
        """The answer to the head of a request, when it was recognized before, in these very bytes, as a question."""
        question = self._heads.get(head)
        return self.find(question) if question else None

    def recognize(self, head: bytes, question: Question) -> None:
        """Remember what question a head is; that stays true whatever is released."""
        if len(head) <= _LARGEST_HEAD:
            if len(self._heads) == _MOST_HEADS:
                self._heads.clear()
            self._heads[head] = question

    def find(self, question: Question) -> FinishedAnswer | None:
        """The answer to a question, when it is there and still holds."""
        version = self._current()
        if version != self.version or version is None:
            self._begin_anew(version)
            return None
        found = self._kept.get(question)
        if found is not None:
            self._kept.move_to_end(question)
        return found

    def keep(self, question: Question, answer: FinishedAnswer, version: str) -> None:
        """Keep an answer that was made of a version, or of none when that is empty, and drop others until it fits."""
        size = _size(question, answer)
        # Another release may have become current meanwhile, and an answer of the old one must not be among its own.
        if version not in ("", self.version) or question in self._kept or size > self._largest // 8:
            return
        self._kept[question] = answer
        self._left -= size
        while self._left < 0:
            self._left += _size(*self._kept.popitem(last=False))

    def _begin_anew(self, version: str | None) -> None:
        self._kept.clear()
        self._left = self._largest
        self.version = version


def _size(question: Question, answer: FinishedAnswer) -> int:
    return sum(map(len, question)) + len(answer.head) + len(answer.body) + _OVERHEAD
