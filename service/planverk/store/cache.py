"""Answers that may be asked for again, within a bound of memory; the least recently asked for goes first."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import NamedTuple


class Kept(NamedTuple):
    """A complete answer: the suffix of its format and its content."""

    format: str
    content: bytes


class ResultCache:
    """Holds answers of one release; a new release begins with an empty one."""

    def __init__(self, largest: int) -> None:
        """Take the bound, in bytes of content."""
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
            self._left -= len(answer.content)
            while self._left < 0:
                _, dropped = self._kept.popitem(last=False)
                self._left += len(dropped.content)
