"""What comes from a worker on an event loop, which listens on from one query to the next: to begin and end that each time costs more."""

import asyncio
import time
from contextlib import suppress
from socket import socket


class Watch:
    """Tells the loop that asks when something has come from a socket; while none asks, threads may read from it."""

    def __init__(self, peer: socket) -> None:
        """Take the socket; nothing is listened to before it is awaited."""
        self._peer = peer
        self._loop: asyncio.AbstractEventLoop | None = None
        self._awaited: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._rings = 0.0

    async def readable(self, deadline: float) -> None:
        """Wait until something may have come.

        Raises:
            TimeoutError: nothing has come before a time, in seconds of `time.monotonic`.

        """
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            loop.add_reader(self._peer, self._tell)
            self._loop, self._alarm = loop, None
        self._deadline = deadline
        if self._alarm is None or self._rings > deadline:
            self._set(loop)
        self._awaited = loop.create_future()
        try:
            await self._awaited
        finally:
            self._awaited = None

    def close(self) -> None:
        """Close the socket, which the loop must have let go before; called in any thread."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop is closed, and listens to nothing
                loop.call_soon_threadsafe(self._close)
                return
        self._peer.close()

    def _tell(self) -> None:
        if self._awaited is None:
            self._let_go()  # a thread is reading, or the worker has died
        elif not self._awaited.done():
            self._awaited.set_result(None)

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        """Set the alarm; it is not set anew for each query, but rings and sees whether there is reason to."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._rings = loop.call_later(self._deadline - time.monotonic(), self._ring), self._deadline

    def _ring(self) -> None:
        self._alarm = None
        if self._awaited is None or self._awaited.done() or self._loop is None:
            return
        if time.monotonic() < self._deadline:
            self._set(self._loop)
        else:
            self._awaited.set_exception(TimeoutError())

    def _let_go(self) -> None:
        if self._loop is not None:
            self._loop.remove_reader(self._peer)
            self._loop = None
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _close(self) -> None:
        self._let_go()
        self._peer.close()
