"""When the files of an instance have been saved."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import sleep

_State = dict[Path, tuple[int, int]]


def each_save(folder: Path, seconds: float = 0.5) -> Iterator[datetime]:
    """The time now, and then each time that files of an instance have been saved and are at rest; it never ends.

    `seconds` is how often the files are looked at, and how long they must be at rest.
    """
    checked: _State | None = None
    while True:
        seen = _state(folder)
        if seen != checked:
            sleep(seconds)
            if _state(folder) == seen:
                checked = seen
                yield datetime.now().astimezone()
        else:
            sleep(seconds)


def _state(folder: Path) -> _State:
    """When each file was written and how long it is; not the locks and drafts of programs that have one open."""
    files = [path for path in (*folder.glob("*"), *folder.glob("queries/*.rq")) if path.name[:1] not in (".", "~")]
    found: _State = {}
    for path in files:
        try:
            status = path.stat()
        except FileNotFoundError:  # programs write a new file and give it the name of the old one
            continue
        if path.is_file():
            found[path] = (status.st_mtime_ns, status.st_size)
    return found
