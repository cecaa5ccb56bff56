"""The real server: it starts, takes up a new release without losing a request, survives killed releases, and stops."""

import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from planverk import release
from planverk.instance import Instance

PLANVERK = [sys.executable, "-m", "planverk.cli"]
ATTEMPTS = 50
LONGEST_PAUSE = 0.2  # about what the longest steps of a release take


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def get(port: int, path: str, accept: str = "text/turtle") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers={"Accept": accept})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@contextmanager
def served(instance: Instance, port: int = 0) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    port = port or free_port()
    process = subprocess.Popen(
        [*PLANVERK, "serve", str(instance.folder), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: answers(port))
        yield port, process
    finally:
        process.terminate()
        process.wait(timeout=60)


def answers(port: int) -> bool:
    try:
        return get(port, "/", "text/html")[0] in (200, 503)
    except OSError:
        return False


def write_version(instance: Instance, number: int) -> None:
    """Make the editors' files say something new, as version 1.N.0."""
    rewrite(instance.folder / "planverk.toml", r'^version = ".*"$', f'version = "1.{number}.0"')
    rewrite(
        instance.folder / "plan.ttl", r'dct:description ".*"@nb', f'dct:description "Utkast {number}: oppdiktet."@nb'
    )


def rewrite(path: Path, pattern: str, text: str) -> None:
    before = path.read_text(encoding="utf-8")
    after = re.sub(pattern, text, before, flags=re.MULTILINE)
    path.write_text(after, encoding="utf-8")


def release_now(instance: Instance) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*PLANVERK, "release", str(instance.folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_a_new_release_is_taken_up_without_losing_a_request(copy_of_odd: Instance) -> None:
    with served(copy_of_odd) as (port, _):
        seen: list[tuple[int, bytes]] = []
        done = Event()

        def ask() -> None:
            while not done.is_set():
                seen.append(get(port, "/doc/plan/fjord"))
                done.wait(0.02)  # so that the release gets on

        askers = [Thread(target=ask) for _ in range(4)]
        for asker in askers:
            asker.start()
        for number in (1, 2, 3):
            write_version(copy_of_odd, number)
            assert release_now(copy_of_odd).wait(timeout=120) == 0
        wait_until(lambda: b"Utkast 3" in get(port, "/doc/plan/fjord")[1])
        done.set()
        for asker in askers:
            asker.join()
    assert {status for status, _ in seen} == {200}
    assert len(seen) > 50


@contextmanager
def releasing() -> Iterator[Callable[[Instance], Iterator[str]]]:
    """Begins releases, and gives what each says: see releasing.py."""
    program = [sys.executable, str(Path(__file__).parent / "releasing.py")]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as releaser:
        assert releaser.stdin
        assert releaser.stdout
        wanted, told = releaser.stdin, releaser.stdout

        def begin(instance: Instance) -> Iterator[str]:
            print(instance.folder, file=wanted, flush=True)
            for line in told:
                yield line.rstrip()
                if line.startswith("ended"):
                    return

        yield begin


def test_killing_a_release_in_any_step_leaves_the_old_or_the_new(copy_of_odd: Instance) -> None:
    moments = random.Random(20150101)  # a seed, so that a failure can be repeated
    outcomes, whole = set(), set[str]()
    with releasing() as begin, served(copy_of_odd) as (port, _):
        write_version(copy_of_odd, 1)
        _, *steps, end = begin(copy_of_odd)
        assert end == "ended 0"
        for number in range(2, ATTEMPTS + 2):
            before = release.current_version(copy_of_odd.releases)
            write_version(copy_of_odd, number)
            saying = begin(copy_of_odd)
            process = int(next(saying))
            for _ in range(number % len(steps) + 1):
                next(saying)
            time.sleep(moments.uniform(0, LONGEST_PAUSE))
            with suppress(ProcessLookupError):  # it may have ended of itself
                os.kill(process, signal.SIGKILL)
            *_, end = saying
            after = release.current_version(copy_of_odd.releases)
            outcomes.add(after == before)
            assert end in ("ended -9", "ended 0")
            assert after in (before, f"1.{number}.0")
            assert_whole(copy_of_odd, port, whole)
        write_version(copy_of_odd, ATTEMPTS + 2)
        assert release_now(copy_of_odd).wait(timeout=120) == 0
        assert release.current_version(copy_of_odd.releases) == f"1.{ATTEMPTS + 2}.0"
        assert_whole(copy_of_odd, port, set())
    assert outcomes == {True, False}, "every kill came too early, or every one too late, to show anything"


def assert_whole(instance: Instance, port: int, known: set[str]) -> None:
    """Every release that can be seen is complete, save those known to be; and the service answers from the current one."""
    for found in release.all_releases(instance.releases):
        assert found.version in known or release.verify(found) == []
        known.add(found.version)
    version = str(release.current_version(instance.releases))
    status, body = get(port, "/doc/plan/fjord")
    assert status == 200
    assert f"Utkast {version.split('.')[1]}:".encode() in body
    status, body = get(
        port, "/sparql?query=SELECT%20%28COUNT%28%2A%29%20AS%20%3Fn%29%20%7B%3Fs%20%3Fp%20%3Fo%7D", "text/csv"
    )
    assert status == 200
    assert int(body.split()[1]) > 1000


def test_the_server_stops_when_it_is_told_to(odd: Instance) -> None:
    with served(odd) as (_, process):
        began = time.monotonic()
        process.terminate()
        process.wait(timeout=60)
    assert time.monotonic() - began < 10  # when a container's runtime would kill it


def test_the_log_has_every_answer_when_the_server_has_stopped(odd: Instance, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen([*PLANVERK, "serve", str(odd.folder), "--port", str(port)], stdout=file)
        wait_until(lambda: answers(port))
        for number in range(20):
            assert get(port, f"/doc/theme/markup?last={number}")[0] == 200
        process.terminate()
        process.wait(timeout=60)
    assert log.read_text(encoding="utf-8").count('"path": "/doc/theme/markup"') == 20


def test_several_processes_share_the_clients(odd: Instance) -> None:
    port = free_port()
    command = [*PLANVERK, "serve", str(odd.folder), "--port", str(port), "--workers", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(port))
        # Each tells of itself alone: who answered nothing but this has counted nothing else.
        wait_until(lambda: len({counted(port) for _ in range(20)}) > 1)
        second = subprocess.run(command, capture_output=True, timeout=60, check=False)
        assert second.returncode != 0
    finally:
        process.terminate()
        process.wait(timeout=60)


def counted(port: int) -> bytes:
    return get(port, "/metrics", "*/*")[1].partition(b'route="/metrics",status="200"} ')[2].partition(b"\n")[0]


def test_before_the_first_release_the_service_says_so(unreleased: Instance) -> None:
    with served(unreleased) as (port, _):
        status, body = get(port, "/doc/plan/fjord")
        assert status == 503
        assert b"problem" not in body or b"publisert" in body
        assert release_now(unreleased).wait(timeout=120) == 0
        assert get(port, "/doc/plan/fjord")[0] == 200


@pytest.mark.parametrize("path", ["/releases/1.0.0/data.nq", "/static/planverk.css"])
def test_files_are_sent_whole_by_the_real_server(odd: Instance, path: str) -> None:
    with served(odd) as (port, _):
        status, body = get(port, path, "*/*")
    assert status == 200
    expected = Path(odd.releases, path.removeprefix("/releases/")) if "releases" in path else None
    assert len(body) > 500
    assert expected is None or body == expected.read_bytes()
