"""The real server with Buskerud's data in a folder of its own, for as long as a benchmark needs it."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_BUSKERUD = Path(__file__).parents[1] / "data/buskerud"
_SECONDS_TO_START = 60
_PLANVERK = [sys.executable, "-m", "planverk.cli"]


class Service(NamedTuple):
    """A running service: the port it listens on, the process that it is, and the folder of its release."""

    port: int
    pid: int
    release: Path


@contextmanager
def service(settings: str = "", workers: int = 1) -> Iterator[Service]:
    """Release Buskerud's data, with further settings for its planverk.toml, and serve it; its log goes to a file."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        shutil.copytree(_BUSKERUD, instance, ignore=shutil.ignore_patterns("releases"))
        with (instance / "planverk.toml").open("a", encoding="utf-8") as file:
            file.write(settings)
        subprocess.run([*_PLANVERK, "release", str(instance)], check=True, capture_output=True)
        port = free_port()
        command = [*_PLANVERK, "serve", str(instance), "--port", str(port), "--workers", str(workers)]
        with (Path(folder) / "log").open("wb") as log, subprocess.Popen(command, stdout=log) as process:
            try:
                _wait(port, process)
                yield Service(port, process.pid, (instance / "releases/current").resolve())
            finally:
                process.terminate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready").close()
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
