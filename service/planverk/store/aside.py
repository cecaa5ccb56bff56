"""What takes long or waits by itself, done in a thread while an event loop goes on."""

import asyncio
from collections.abc import Callable
from threading import Event
from typing import TypeVar

T = TypeVar("T")


async def aside(job: Callable[[Callable[[], bool]], T]) -> T:
    """What a job comes to, in a thread. It gets what tells it that nobody waits for it any more, and is waited for then too."""
    gone = Event()
    working = asyncio.ensure_future(asyncio.to_thread(job, gone.is_set))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        gone.set()
        await asyncio.gather(working, return_exceptions=True)
        raise
