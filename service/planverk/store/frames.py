"""How the service and a worker talk: frames of a kind, a length and that many bytes, over a socket."""

import struct
from socket import socket

_HEAD = struct.Struct(">cI")

QUERY, HEADER, DATA, END, FAILURE = b"Q", b"H", b"D", b"E", b"F"


def send(peer: socket, kind: bytes, body: bytes = b"") -> None:
    """Send one frame whole."""
    peer.sendall(_HEAD.pack(kind, len(body)) + body)


def receive(peer: socket) -> tuple[bytes, bytes]:
    """Receive one frame whole.

    Raises:
        EOFError: the other side is gone.

    """
    kind, length = _HEAD.unpack(_exactly(peer, _HEAD.size))
    return kind, _exactly(peer, length)


def _exactly(peer: socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = peer.recv(min(1 << 20, length - len(parts)))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
