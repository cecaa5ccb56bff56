"""The parts of a release are the same whether one process makes them or several, and no process outlives a release."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from planverk import making, publication
from planverk.instance import Instance
from planverk.parts import PARTS, File, Material
from planverk.release import SEARCH, sha256

T = TypeVar("T")
# Makes the parts of an instance with two helpers, as `planverk release` does for a large one.
PROGRAM = """
import sys
from pathlib import Path
from planverk import making, publication
from planverk.instance import read_instance
from planverk.parts import Material
if __name__ == "__main__":
    instance = read_instance(Path(sys.argv[1]))
    examined = publication.examine(instance, print)
    made = Material(instance, Path(sys.argv[2]), examined.graph, examined.vocabulary, examined.findings, examined.catalogue)
    making.make(made, lambda step: print(step, flush=True), helpers=2)
"""


def material(instance: Instance, folder: Path) -> Material:
    examined = publication.examine(instance, lambda step: None)
    folder.mkdir()
    return Material(instance, folder, examined.graph, examined.vocabulary, examined.findings, examined.catalogue)


def hashes(folder: Path, files: list[File]) -> list[tuple[str, str]]:
    return [(file.name, sha256(folder / file.name)) for file in files]


def test_the_files_are_the_same_however_many_processes_make_them(unreleased: Instance, tmp_path: Path) -> None:
    alone, shared = material(unreleased, tmp_path / "alone"), material(unreleased, tmp_path / "shared")
    steps: list[str] = []
    found = hashes(alone.folder, making.make(alone, lambda step: None, helpers=0))
    assert found == hashes(shared.folder, making.make(shared, steps.append, helpers=2))
    assert len(found) > 40
    assert (shared.folder / SEARCH).is_file()
    assert sorted(steps) == sorted(part.step for part in PARTS)


@pytest.mark.parametrize("helpers", [0, 2])
def test_what_is_wrong_in_a_part_comes_out_as_it_was_raised(unreleased: Instance, tmp_path: Path, helpers: int) -> None:
    made = material(unreleased, tmp_path / "draft")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        making.make(replace(made, folder=tmp_path / "nowhere"), lambda step: None, helpers)
    (unreleased.folder / "queries").mkdir(exist_ok=True)
    (unreleased.folder / "queries" / "missing.rq").symlink_to("nowhere.rq")
    # It needs nothing, and so another process makes it while this one still writes the data.
    with pytest.raises(FileNotFoundError, match="missing"):
        making.make(made, lambda step: None, helpers)


def test_a_part_needs_only_parts_of_the_table() -> None:
    makers = {part.make for part in PARTS}
    assert all(makers >= set(part.needs) for part in PARTS)


def test_no_process_is_left_of_a_release_that_is_killed(unreleased: Instance, tmp_path: Path) -> None:
    program, draft = tmp_path / "program.py", tmp_path / "draft"
    program.write_text(PROGRAM, encoding="utf-8")
    draft.mkdir()
    command = [sys.executable, str(program), str(unreleased.folder), str(draft)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        helpers = wait_for(lambda: [one for one in children(process.pid) if b"spawn_main" in command_of(one)])
        process.send_signal(signal.SIGKILL)
    assert helpers
    wait_for(lambda: [process.pid] if not any(map(command_of, helpers)) else [])


# Keeps what it reads on disk, as of a large plan, and then waits to be told to end.
LARGE = """
import sys, time
from planverk import publication
from planverk.cli import main
from planverk.store import engine
engine._room = lambda: 10
publication.catalogue = lambda *_: time.sleep(60)
main(["check", sys.argv[1]])
"""


def test_a_command_that_is_told_to_end_leaves_nothing_behind(unreleased: Instance, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-c", LARGE, str(unreleased.folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(temporary)}) as process:
        wait_for(lambda: list(temporary.glob("planverk-*/*.log")))
        process.terminate()
    assert process.returncode == 128 + signal.SIGTERM
    assert not list(temporary.iterdir())


def children(pid: int) -> list[int]:
    """The processes that a process started, from whichever of its threads."""
    started = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in started for child in told(file).split()]


def command_of(pid: int) -> bytes:
    """The command of a process; nothing when there is none, or none any more."""
    return told(Path(f"/proc/{pid}/cmdline"))


def told(file: Path) -> bytes:
    """What the system tells of a process or a thread; nothing when that has ended, if only since its file was found."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def wait_for(found: Callable[[], list[T]]) -> list[T]:
    """What is found as soon as there is any; it must not take long."""
    end = time.monotonic() + 60
    while not (those := found()):
        assert time.monotonic() < end
        time.sleep(0.01)
    return those
