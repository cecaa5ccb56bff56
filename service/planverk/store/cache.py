"""Answers that may be asked for again, within a bound of memory; the least recently asked for goes first."""

from collections import OrderedDict
from collections.abc import Hashable
from sys import getsizeof
from threading import Lock
from typing import NamedTuple

# What an answer takes besides its content and its question.
_OVERHEAD = 500


class Kept(NamedTuple):
    """A complete answer: the suffix of its format and its content."""

    format: str
    content: bytes


class ResultCache:
    """Holds answers of one release; a new release begins with an empty one."""

    def __init__(self, largest: int) -> None:
        """Take the bound, in bytes of content and questions."""
        self._left = largest
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Hashable) -> Kept | None:
        """The answer to a question that was kept, if it still is."""
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
            return self._kept.get(question)

    def keep(self, question: Hashable, answer: Kept) -> None:
        """Keep an answer, and drop others until it fits."""
        with self._lock:
            if question in self._kept:
                return
            self._kept[question] = answer
            self._left -= _size(question, answer)
            while self._left < 0:
                self._left += _size(*self._kept.popitem(last=False))


def _size(question: Hashable, answer: Kept) -> int:
    return _memory(question) + len(answer.content) + _OVERHEAD


def _memory(part: object) -> int:
    """What a question, or a part of it, takes in memory: whoever asks decides how long its texts are."""
    return getsizeof(part) + (sum(map(_memory, part)) if isinstance(part, tuple) else 0)
