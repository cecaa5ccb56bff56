"""What some fixed jobs cost, in counts that are the same on any machine: `python tests/counting.py` counts anew and writes counts.toml.

Run it when a job has rightly come to cost more, or to cost less for good; say why in the commit. Versions of Python count
alike to within a twentieth.
"""

import cProfile
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import Any
from unittest.mock import patch

TESTS = Path(__file__).parent
TABLE = TESTS / "counts.toml"
# Pages of each kind, by the beginning that a county's names have.
PAGES = ("/", "/data", "/releases/", "/doc/action/{}2021-01", "/doc/action/{}2021-01.ttl", "/doc/plan/{}nyskaping-2021-2028",
         "/doc/theme/{}havnæringer", "/doc/action-programme/{}2021-2022", "/compare/plan/{}nyskaping-2021-2028", "/def",
         "/search", "/query", "/counties")  # fmt: skip

Json = dict[str, Any]  # Any: TOML


def lookups(instance: Any, path: str) -> Counter[str]:
    """How often a page looks into the sorted files of its release and asks the store, as the first page of a service."""
    from planverk.store.pool import Pool
    from planverk.store.triples import SortedLines
    from planverk.web import create_app

    counts: Counter[str] = Counter()
    client = create_app(instance).test_client()
    with _counted(SortedLines, "beginning_with", counts), _counted(Pool, "query", counts):
        assert client.get(path).status_code == 200, path
    return counts


@contextmanager
def _counted(owner: type, name: str, counts: Counter[str]) -> Iterator[None]:
    plain = getattr(owner, name)

    def counting(*arguments: Any, **named: Any) -> Any:
        counts[name] += 1
        return plain(*arguments, **named)

    with patch.object(owner, name, counting):
        yield


def release_bytes(release: Any) -> int:
    """The bytes of a release's files; those that another version of a packing library makes otherwise are left out."""
    rows = release.files + release.internal_files
    return sum(int(row["bytes"]) for row in rows if not row.get("packed"))


def calls(folder: Path) -> dict[str, int]:
    """The calls of functions of ours and of libraries, for each job on a released instance, in an interpreter of its own."""
    told = _run([sys.executable, __file__, "calls", str(folder)]).stdout
    return {name: int(count) for name, count in (line.split() for line in told.splitlines())}


def instructions(valgrind: str, folder: Path) -> float:
    """The instructions of writing a release's dumps, from the start of the interpreter, as a multiple of a yardstick's.

    How the interpreter was built makes both larger or smaller.
    """
    dumps, yardstick = (_instructions(valgrind, [__file__, job, str(folder)]) for job in ("dumps", "yardstick"))
    return dumps / yardstick


def _instructions(valgrind: str, job: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        watched = [valgrind, "--tool=callgrind", f"--callgrind-out-file={folder}/out", sys.executable, *job]
        found = re.search(r"Collected : (\d+)", _run(watched).stderr)
    assert found, "callgrind tells no number"
    return int(found[1])


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    # One seed of hashing, so that sets have one order; what coverage would count is not counted.
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True)


def _jobs(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """The jobs on the released instance in a folder; what they read once and keep is read before."""
    from planverk import sources, validation
    from planverk.concepts import concepts
    from planverk.informationmodel import information_model
    from planverk.instance import read_instance
    from planverk.tables import Tables
    from planverk.vocabulary import read_vocabulary
    from planverk.web import create_app

    instance, vocabulary = read_instance(folder), read_vocabulary()
    read = sources.read(instance, vocabulary)
    client = create_app(instance).test_client()
    client.get("/doc/theme/havnæringer")
    tables = Tables(folder / "releases/current/data.nq", import_module("planverk.dictionary").read_dictionary())
    yield "reading", lambda: sources.read(instance, vocabulary)
    yield "judging", lambda: validation.validate(read.graph, read.positions, vocabulary)
    yield "documents", lambda: (concepts(instance), information_model(instance))
    yield "dumps", lambda: _dumps(folder)
    yield "tables", lambda: sum(1 for _ in tables.rows())
    yield "page", lambda: client.get("/doc/action/2021-01")


def _dumps(folder: Path) -> None:
    from planverk.media import JSON_LD, TURTLE
    from planverk.serialization.dumps import write_dump

    with tempfile.TemporaryDirectory() as target:
        for row in (TURTLE, JSON_LD):
            write_dump(folder / "releases/current/data.nq", Path(target) / row.suffix, row)


def _yardstick() -> None:
    words = [f"{number:x}" for number in range(40_000)]
    sorted({word[::-1]: len(word) for word in words}.items())


def _print_calls(folder: Path) -> None:
    for name, job in _jobs(folder):
        profile = cProfile.Profile(builtins=False)
        profile.runcall(job)
        print(name, sum(entry.callcount for entry in profile.getstats() if _is_in_every_python(entry.code)))


def _is_in_every_python(code: CodeType) -> bool:
    """Whether it is a function in each version: Python's own modules change, and from 3.12 on comprehensions are no calls."""
    file = Path(code.co_filename)
    is_own = file.is_relative_to(sysconfig.get_path("stdlib")) and "site-packages" not in file.parts
    return file.is_absolute() and not is_own and code.co_name not in ("<listcomp>", "<setcomp>", "<dictcomp>")


def table() -> Json:
    """The numbers that are told."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}


def _renew() -> None:
    from conftest import released
    from planverk.release import open_release

    with tempfile.TemporaryDirectory() as folder:
        instance = released(TESTS / "fjordheim", Path(folder) / "instance")
        found = {page: lookups(instance, page.format("")) for page in PAGES}
        known = {
            "release": {"bytes": release_bytes(open_release(instance.releases / instance.version))},
            "lookups": {page: counts["beginning_with"] for page, counts in found.items()},
            "questions": {page: counts["query"] for page, counts in found.items()},
            "calls": calls(instance.folder),
            "instructions": {"dumps": round(instructions("valgrind", instance.folder), 2)},
        }
    heading = (
        "# What fixed jobs cost. Counted by `python tests/counting.py`, which tells more; compared by test_counts.py.\n"
    )
    TABLE.write_text(heading + "".join(f"\n[{name}]\n{_rows(rows)}" for name, rows in known.items()), encoding="utf-8")


def _rows(rows: Json) -> str:
    return "".join(f'"{name}" = {value}\n' for name, value in rows.items())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["calls", place]:
            _print_calls(Path(place))
        case ["dumps", place]:
            _dumps(Path(place))
        case ["yardstick", _]:
            _yardstick()
        case _:
            _renew()
