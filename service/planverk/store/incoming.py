"""An answer as it comes from a worker, piece by piece: put aside, on disk when it is large, until it is complete."""

import json
import tempfile
from io import BytesIO
from typing import IO, Any

from planverk.store import frames
from planverk.store.pool import Result
from planverk.store.sparql import QueryRefused
from planverk.store.trouble import LimitExceeded, NotAcceptable

IN_MEMORY = 1 << 20


class Incoming:
    """What has come of one answer; what is not complete at the end is thrown away."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.size = 0
        self._content: IO[bytes] | None = None
        self._format = ""

    def __enter__(self) -> "Incoming":
        """Take what comes."""
        return self

    def __exit__(self, *trouble: object) -> None:
        """Throw away what was not given on."""
        if self._content is not None:
            self._content.close()

    def take(self, kind: bytes, body: bytes) -> bool:
        """Take a frame; True when it was the last.

        Raises:
            QueryRefused, NotAcceptable, LimitExceeded: the worker says so instead of an answer.

        """
        if kind == frames.HEADER:
            self._format = body.decode()
        elif kind == frames.DATA:
            self._put_aside(body)
        elif kind == frames.FAILURE:
            raise _failure(json.loads(body))
        return kind == frames.END

    def result(self) -> Result:
        """The complete answer."""
        content, self._content = self._content or BytesIO(), None
        content.seek(0)
        return Result(self._format, self.size, content)

    def _put_aside(self, part: bytes) -> None:
        # A client gets all or an error: the whole result is here before anything is sent.
        self.size += len(part)
        if self._content is None:
            self._content = BytesIO(part)
            self._content.seek(self.size)
        else:
            if self.size > IN_MEMORY and isinstance(self._content, BytesIO):
                in_memory, self._content = self._content, tempfile.TemporaryFile()  # noqa: SIM115  # the response closes it
                self._content.write(in_memory.getbuffer())
            self._content.write(part)


def _failure(told: dict[str, Any]) -> Exception:
    if told["kind"] == "QueryRefused":
        return QueryRefused(told["reason"], **told["place"])
    if told["kind"] == "NotAcceptable":
        return NotAcceptable(told["available"])
    return LimitExceeded(told["limit"], told["allowed"])
