"""The way from the network to the application: nothing is lost, nothing is cut short unseen, nobody is waited for in vain."""

import http.client
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from planverk.instance import Instance
from test_server import get, served, wait_until

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def port(odd: Instance) -> Iterator[int]:
    with served(odd) as (port, _):
        yield port


def raw(port: int, request: bytes) -> bytes:
    """What comes back for bytes sent as they are, until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        received = b""
        while part := connection.recv(1 << 16):
            received += part
    return received


def metric(port: int, line: str) -> float:
    text = get(port, "/metrics", "*/*")[1].decode()
    return next(float(found.split()[-1]) for found in text.splitlines() if found.startswith(line))


def test_a_client_that_hangs_up_frees_its_worker(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        query = urlencode({"query": ENDLESS})
        connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wait_until(lambda: metric(port, 'planverk_queries{state="running"}') == 1)
    began = time.monotonic()
    wait_until(lambda: metric(port, 'planverk_queries{state="running"}') == 0)
    assert time.monotonic() - began < 3


def test_a_body_that_is_too_large_is_refused(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/sparql", b"x" * (2 << 20), {"Content-Type": "application/sparql-query"})
    answer = connection.getresponse()
    assert answer.status == 413
    answer.read()
    connection.close()


def test_a_head_has_the_length_and_no_body(port: int) -> None:
    answer = raw(port, b"HEAD /doc/theme/markup.ttl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(next(line for line in head.lower().splitlines() if line.startswith(b"content-length")).split()[1])
    assert (length > 100, body) == (True, b"")


def test_a_path_beyond_ascii_is_read_as_it_was_written(port: int) -> None:
    assert get(port, "/doc/theme/bl%C3%A5b%C3%A6r")[0] == 200


def test_a_header_sent_twice_counts_twice(port: int) -> None:
    answer = raw(
        port,
        b"GET /doc/theme/markup HTTP/1.1\r\nHost: x\r\nAccept: image/png\r\nAccept: text/turtle\r\nConnection: close\r\n\r\n",
    )
    assert b"content-type: text/turtle" in answer.lower()


def test_two_requests_in_one_go_are_both_answered(port: int) -> None:
    one = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert raw(port, one + last).count(b"live\n") == 2


def test_a_large_file_comes_whole(port: int, odd: Instance) -> None:
    status, body = get(port, "/releases/1.0.0/vocabulary.nq", "*/*")
    assert status == 200
    assert body == (odd.releases / "1.0.0" / "vocabulary.nq").read_bytes()


def test_a_post_of_a_form_is_read(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(
        "POST", "/sparql", urlencode({"query": "ASK {}"}), {"Content-Type": "application/x-www-form-urlencoded"}
    )
    answer = connection.getresponse()
    assert (answer.status, b"true" in answer.read()) == (200, True)
    connection.close()
