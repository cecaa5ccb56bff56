"""Making the parts of a release: one after another when there is little data, and side by side when there is much."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Condition, Thread
from typing import Any

from planverk.parts import PARTS, Draft, File, FilePart, Files, Material, Part

# For fewer statements than this another process is not worth its start.
_MANY = 10_000
# More would wait for each other: so few parts can be made at the same time.
_MOST = 3
Progress = Callable[[str], None]
Row = Part | FilePart


def make(made: Material, progress: Progress, helpers: int | None = None) -> list[File]:
    """Make all parts, and give their files in the order of the table whenever each was made.

    Parts that are made of files alone are shared with some processes besides this one: by themselves as many as there
    are processors for, when there is much data. What is wrong in a part comes out as it was raised.
    """
    schedule = _Schedule(progress)
    with _helping(_helpers(made) if helpers is None else helpers, schedule, Draft(made.instance, made.folder)):
        schedule.work(lambda part: list(part.make(made)))
    return schedule.files()


class _Schedule:
    """Which parts wait, and what those that are made gave; for several threads."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._waiting: list[Row] = list(PARTS)
        self._files: dict[Callable[..., Files], list[File]] = {}
        self._error: BaseException | None = None
        self._changed = Condition()

    def work(self, make: Callable[[Row], list[File]], *, any_part: bool = True) -> None:
        """Make one part after another, each as soon as what it needs is there, until none is left or one has failed."""
        while part := self._take(any_part):
            try:
                files = make(part)
            except BaseException as error:
                self._end(error)
                raise
            with self._changed:
                self._files[part.make] = files
                self._changed.notify_all()

    def files(self) -> list[File]:
        """The files of all parts; raises what was raised where one of them was made."""
        if self._error:
            raise self._error
        return [file for part in PARTS for file in self._files[part.make]]

    def _take(self, any_part: bool) -> Row | None:
        with self._changed:
            while not self._error:
                mine = [part for part in self._waiting if any_part or isinstance(part, FilePart)]
                ready = [part for part in mine if self._files.keys() >= set(part.needs)]
                if ready:
                    # What nobody else can make comes first: others may wait for it.
                    part = next((part for part in ready if isinstance(part, Part)), ready[0])
                    self._waiting.remove(part)
                    self._progress(part.step)
                    return part
                if not mine:
                    return None
                self._changed.wait()
        return None

    def _end(self, error: BaseException) -> None:
        with self._changed:
            self._error = self._error or error
            self._changed.notify_all()


def _helpers(made: Material) -> int:
    return min(_MOST, len(os.sched_getaffinity(0)) - 1) if len(made.plans) >= _MANY else 0


@contextmanager
def _helping(number: int, schedule: _Schedule, draft: Draft) -> Iterator[None]:
    """Have some processes take part in the work; none of them outlives this one, however it ends."""
    if not number:
        yield
        return
    # Not forked: the store's engine has threads of its own, which a forked process would wait for in vain.
    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    with theirs, ProcessPoolExecutor(number, context, _end_with, (theirs,)) as processes:

        def work() -> None:
            # What was raised stands in the schedule.
            with suppress(BaseException):
                schedule.work(lambda part: processes.submit(_made, part.make, draft).result(), any_part=False)

        threads = [Thread(target=work) for _ in range(number)]
        for thread in threads:
            thread.start()
        with ours:
            yield
            for thread in threads:
                thread.join()


def _made(make: Callable[..., Files], draft: Draft) -> list[File]:
    return list(make(draft))


def _end_with(parent: "Connection[Any, Any]") -> None:  # Any: nothing is sent
    """End this process, whatever it is doing, when the other end of a pipe is closed or its process is killed."""
    # Who interrupts a release interrupts all its processes; one of them has to tell.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_wait_and_end, args=(parent,), daemon=True).start()


def _wait_and_end(parent: "Connection[Any, Any]") -> None:
    parent.poll(None)
    os._exit(1)
