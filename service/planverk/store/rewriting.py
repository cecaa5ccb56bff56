"""A query and what it was rewritten to, token by token, so that a fault in the one is found in the other."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from planverk.store.sparql import QueryRefused
from planverk.store.tokens import Token


class Rewriting(NamedTuple):
    """The text a query became, on the same lines, and the query as it was written."""

    text: str
    original: str
    starts: tuple[tuple[int, int], ...]
    """Where each token begins, in the text and in the original."""

    def in_the_original(self, refused: QueryRefused) -> QueryRefused:
        """A refusal of the text, with the column that its place has in the original; the lines are the same."""
        line, column = refused.place.get("line", 0), refused.place.get("column", 0)
        if not 1 <= line <= self.original.count("\n") + 1 or column < 1:
            return refused
        at = _start_of(self.text, line) + column - 1
        start, original = self.starts[max(0, bisect_right(self.starts, (at, len(self.original))) - 1)]
        moved = original + at - start - _start_of(self.original, line) + 1
        reason = re.sub(rf"\b(col\w*:? ){column}\b", rf"\g<1>{moved}", str(refused))
        return QueryRefused(reason, line=line, column=moved)


def rewritten(original: str, tokens: Sequence[Token], pieces: Sequence[str]) -> Rewriting:
    """A query with a piece of text in place of each of its tokens."""
    ends = accumulate(map(len, pieces), initial=0)
    starts = tuple((start, token.start) for start, token in zip(ends, tokens, strict=False))
    return Rewriting("".join(pieces), original, starts)


def _start_of(text: str, line: int) -> int:
    return sum(len(before) + 1 for before in text.split("\n")[: line - 1])
