"""The programs for researchers run as they stand, against the service."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from werkzeug.serving import make_server

from planverk.instance import Instance
from planverk.web import create_app

PROGRAMS = Path(__file__).parents[1] / "docs" / "research"


@pytest.fixture(scope="module")
def release(buskerud: Instance) -> Iterator[str]:
    """The address of the current release of a running service."""
    server = make_server("127.0.0.1", 0, create_app(buskerud), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/releases/current/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_python_program_draws_what_it_counts(release: str, tmp_path: Path) -> None:
    command = [sys.executable, str(PROGRAMS / "sources.py"), release, "picture.svg"]
    environment = {**os.environ, "MPLBACKEND": "svg", "MPLCONFIGDIR": str(tmp_path)}
    told = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True, timeout=120)
    assert len(told.stdout.decode().splitlines()) > 5
    assert "<svg" in (tmp_path / "picture.svg").read_text(encoding="utf-8")


def test_the_r_program_counts_the_same(release: str, tmp_path: Path, needed: Callable[[str], str]) -> None:
    r = subprocess.run(
        [needed("Rscript"), str(PROGRAMS / "sources.R"), release, "picture.pdf"],
        cwd=tmp_path, env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert r.returncode == 0, r.stderr.decode()
    assert (tmp_path / "picture.pdf").read_bytes().startswith(b"%PDF")
