"""How the service and a worker talk: frames of a kind, a length and that many bytes, over a socket."""

import struct
from socket import socket

_HEAD = struct.Struct(">cI")
_MOST_AT_ONCE = 1 << 18

QUERY, HEADER, DATA, END, FAILURE = b"Q", b"H", b"D", b"E", b"F"


def frame(kind: bytes, body: bytes | bytearray = b"") -> bytes:
    """A frame as it goes over the socket; several may go together."""
    return _HEAD.pack(kind, len(body)) + body


class Frames:
    """The frames that come from a socket, one after the other; several may come at once."""

    def __init__(self, peer: socket) -> None:
        """Take the socket; nobody else reads from it."""
        self._peer = peer
        self._held = bytearray()

    def next(self) -> tuple[bytes, bytes]:
        """The next frame, waited for.

        Raises:
            EOFError: the other side is gone.

        """
        while (found := self.at_hand()) is None:
            self.read()
        return found

    def at_hand(self) -> tuple[bytes, bytes] | None:
        """The next frame, when all of it is here."""
        if len(self._held) < _HEAD.size:
            return None
        kind, length = _HEAD.unpack_from(self._held)
        end = _HEAD.size + length
        if len(self._held) < end:
            return None
        body = bytes(memoryview(self._held)[_HEAD.size : end])
        del self._held[:end]
        return kind, body

    def read(self, flags: int = 0) -> None:
        """Take what the socket has, or wait until it has something, unless the flags of `recv` say otherwise.

        Raises:
            EOFError: the other side is gone.
            BlockingIOError: there is nothing, and MSG_DONTWAIT among the flags.

        """
        part = self._peer.recv(_MOST_AT_ONCE, flags)
        if not part:
            raise EOFError
        self._held += part
