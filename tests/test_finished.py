"""A finished answer that is sent again is the same in every byte, is of the current release, and is counted like the first."""

import asyncio
import gzip
import http.client
import json
import re
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import uvicorn

from planverk import publication, server
from planverk.instance import Instance, read_instance
from planverk.limits import Limits
from planverk.server import configured, connection, finished, front, load, plain
from planverk.server.finished import Finished, FinishedAnswer, Question
from planverk.server.plain import Plain
from planverk.store.pool import Result
from planverk.web import create_app
from planverk.web.straight import Straight
from test_server import free_port, wait_until, write_version

QUERY = "SELECT ?s ?name { ?s <http://purl.org/dc/terms/title> ?name } ORDER BY ?s"
PATHS = [
    "/", "/nn/", "/en/doc/theme/markup", "/doc/theme/markup", "/doc/theme/bl%C3%A5b%C3%A6r", "/doc/theme/markup.ttl",
    "/id/theme/markup", "/doc/theme/gammelt", "/doc/nothing", "/def", "/def/Goal", "/katalog", "/releases/",
    "/releases/1.0.0/data.nq", "/openapi.json", "/query/", "/.well-known/void", "/sparql", f"/sparql?query={quote(QUERY)}",
    f"/sparql?query={quote('SELECT *')}", "/health/ready",
]  # fmt: skip
HEADERS = [
    {}, {"Accept": "text/html"}, {"Accept": "text/turtle"}, {"Accept": "image/png"},
    {"Accept": "application/ld+json;q=0.9, text/csv", "Accept-Encoding": "gzip"},
    {"Accept": "text/html", "Accept-Language": "nn, en;q=0.5", "Accept-Encoding": "br"},
]  # fmt: skip


class Served(NamedTuple):
    """A server in this process: where it is, the paths that the application was asked for, in order, whether it may answer, its clients, and its end."""

    port: int
    asked: list[str]
    may_answer: Event
    connections: set[Any]
    stop: Callable[[], None]


@contextmanager
def serving(instance: Instance) -> Iterator[Served]:
    asked: list[str] = []
    may_answer = Event()
    may_answer.set()
    loaded = load(instance)
    application = loaded._application

    def listening(environ: Any, start_response: Any) -> Any:
        asked.append(environ["PATH_INFO"])
        may_answer.wait(timeout=20)
        return application(environ, start_response)

    loaded._application = listening
    port = free_port()
    running = uvicorn.Server(configured(lambda: loaded, "127.0.0.1", port))
    thread = Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.01)

    def stop() -> None:
        running.should_exit = True

    try:
        yield Served(port, asked, may_answer, running.server_state.connections, stop)
    finally:
        stop()
        thread.join()


@pytest.fixture(scope="module")
def here(odd: Instance) -> Iterator[Served]:
    with serving(odd) as served:
        yield served


class Whole(NamedTuple):
    """An answer, all of it but the date."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def ask(here: Served, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Whole:
    connection = http.client.HTTPConnection("127.0.0.1", here.port, timeout=20)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    told = [(name.lower(), value) for name, value in answer.getheaders()]
    assert [name for name, _ in told].count("date") == 1
    whole = Whole(answer.status, [one for one in told if one[0] != "date"], answer.read())
    connection.close()
    return whole


def field(answer: Whole, name: str) -> str:
    return next((value for known, value in answer.headers if known == name), "")


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_that_is_sent_again_is_the_same_in_every_header_and_byte(here: Served, path: str) -> None:
    for headers in HEADERS:
        for method in ("GET", "HEAD"):
            # From the application, for the question that it is, and for the bytes that it came in.
            first = assert_same(ask(here, path, headers, method) for _ in range(3))
            known = {**headers, "If-None-Match": field(first, "etag") or '"none"'}
            assert_same(ask(here, path, known, method) for _ in range(3))


def assert_same(answers: Iterable[Whole]) -> Whole:
    first, *others = answers
    for other in others:
        assert (other.status, sorted(other.headers), other.body) == (first.status, sorted(first.headers), first.body)
    return first


@pytest.mark.parametrize(
    "path", ["/doc/theme/markup", "/", "/katalog", "/id/theme/markup", f"/sparql?query={quote(QUERY)}&format=csv"]
)
@pytest.mark.parametrize("headers", HEADERS[:3], ids=str)
def test_the_application_is_asked_once(here: Served, path: str, headers: dict[str, str]) -> None:
    headers = {**headers, "Accept-Encoding": "identity"}  # what no other test asks for
    here.asked.clear()
    status = [ask(here, path, headers).status for _ in range(3)]
    assert (len(here.asked), len(set(status))) == (1, 1)
    if etag := field(ask(here, path, headers), "etag"):
        assert [ask(here, path, {**headers, "If-None-Match": etag}).status for _ in range(3)] == [304, 304, 304]
        assert len(here.asked) == 2


STRAIGHT = [
    "SELECT ?s { ?s a ?kind } ORDER BY ?s LIMIT %d", "ASK { ?s ?p %d }", "CONSTRUCT WHERE { ?s a ?kind } LIMIT %d", "SELECT * # %d",
    "SELECT (NOW() < %d AS ?no) {}", "SELECT ?s ?p { ?s ?p ?o } ORDER BY ?s ?p LIMIT 4%d",
]  # fmt: skip
ACCEPTED = [
    {}, *({"Accept": one} for one in ("text/csv", "text/turtle", "image/png", "*/*")),
    *({"Accept-Encoding": one} for one in ("br", "zstd", "gzip;q=0.5, deflate")),
]  # fmt: skip


@pytest.mark.parametrize("headers", ACCEPTED)
@pytest.mark.parametrize("query", STRAIGHT)
def test_a_query_that_goes_straight_to_the_store_is_answered_as_by_the_application(
    here: Served, query: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    straight: list[object] = []
    answer = Plain.answer
    monkeypatch.setattr(Plain, "answer", lambda *told: straight.append(answer(*told)) or straight[-1])
    for number in range(1, 5):  # the first shows the fields, and the second how its answer begins
        path = f"/sparql?query={quote(query % number)}"
        answers = [ask(here, path, headers), ask(here, path, {**headers, "Cookie": "the=application"})]
        assert assert_same(answers).status in (200, 400, 406)
    assert (len([one for one in straight if one]) >= 2) == (answers[0].status == 200 and "NOW" not in query)


@pytest.mark.parametrize(("largest", "times"), [(1 << 16, 2), (1 << 10, 0)])
def test_a_long_answer_is_compressed_by_the_application(
    here: Served, largest: int, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed: list[str] = []
    represented = Straight.represented
    monkeypatch.setattr(Straight, "represented", lambda *told: compressed.append(told[2]) or represented(*told))
    monkeypatch.setattr(plain, "_LARGEST_COMPRESSED", largest)
    query = "SELECT ?s ?p { ?s ?p ?o } ORDER BY ?s ?p LIMIT 100"
    for number in range(4):
        answer = ask(here, f"/sparql?query={quote(f'{query} # {number}')}", {"Accept-Encoding": "gzip"})
        assert json.loads(gzip.decompress(answer.body))["results"]["bindings"]
    assert compressed == ["gzip"] * times


@pytest.fixture
def reader(odd: Instance) -> Plain:
    return Plain(Straight(create_app(odd)))


FIELDS = [(b"accept", b"text/csv"), (b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"2.2.2.2")]
WRITTEN = b"".join(b"%b: %b\r\n" % field for field in FIELDS) + b"\r\n"
ASKS = Question(b"GET", b"/sparql?query=ASK%20%7B%7D", b"text/csv", b"", b"", b"")


def test_what_is_no_plain_query_is_left_to_the_application(reader: Plain) -> None:
    reader.recognize(b"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\n" + WRITTEN, ASKS, FIELDS)
    other = reader.read(b"GET /sparql?query=ASK+%7B?s+?p+1%7D HTTP/1.1\r\n" + WRITTEN)
    assert other == (ASKS._replace(target=b"/sparql?query=ASK+%7B?s+?p+1%7D"), "ASK {?s ?p 1}", "1.1.1.1,2.2.2.2")
    for line in (
        b"HEAD /sparql?query=ASK%7B%7D HTTP/1.1", b"GET /sparql?query=ASK%7B%7D&format=csv HTTP/1.1",
        b"GET /sparql?query=%ff HTTP/1.1", b"GET /nb/sparql?query=ASK%7B%7D HTTP/1.1", b"GET /sparql?query=+ HTTP/1.1",
        b"GET /sparql?query=ASK%7B%7D#x HTTP/1.1", b"GET /sparql?query=ASK%7B%7D HTTP/1.0",
        b"GET /sparql?query=ASK {} HTTP/1.1", b"GET /sparql?query=\xc3\xa5 HTTP/1.1", b"GET /sparql?query= HTTP/1.1",
        b"GET /sparql?query=" + b"x" * 10_000 + b" HTTP/1.1", b"",
    ):  # fmt: skip
        assert reader.read(line + b"\r\n" + WRITTEN) is None, line
    for fields in (b"", b"\r\n", WRITTEN[:-2], WRITTEN + b"\r\n", WRITTEN + b"GET / HTTP/1.1\r\n\r\n"):
        assert reader.read(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n" + fields) is None, fields


def test_fields_are_remembered_within_a_bound(reader: Plain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "_MOST_FIELDS", 3)
    heads = [b"GET /sparql?query=ASK%%7B%%7D HTTP/1.1\r\nX: %d\r\n\r\n" % number for number in range(4)]
    for head in heads:
        reader.recognize(head, ASKS, [])
    reader.recognize(heads[0], ASKS._replace(known=b'"x"'), [])
    reader.recognize(heads[0][:-2] + b"x" * 5000, ASKS, [])
    assert [reader.read(head) is not None for head in heads] == [False, False, False, True]
    assert len(reader._fields) == 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [(0, "1.1.1.1", "9.9.9.9"), (1, "", "9.9.9.9"), (1, "1.1.1.1", "1.1.1.1"), (1, "1.1.1.1, 2.2.2.2", "2.2.2.2"),
     (2, "1.1.1.1, 2.2.2.2", "1.1.1.1")],
)  # fmt: skip
def test_clients_of_plain_queries_are_told_apart_as_the_application_does(
    odd: Instance, proxies: int, forwarded: str, client: str
) -> None:
    straight = Straight(create_app(replace(odd, proxies=proxies)))
    assert straight.client("9.9.9.9", forwarded) == client


def test_who_hangs_up_early_and_often_costs_no_worker(here: Served) -> None:
    asked = b"GET /sparql?query=%s HTTP/1.1\r\nHost: x\r\n\r\n"
    with ThreadPoolExecutor(6) as threads:  # all workers are there before
        list(threads.map(lambda number: ask(here, f"/sparql?query={quote(f'ASK {{}} # {number}')}"), range(20)))
    before = ask(here, "/metrics").body.split(b"\nplanverk_workers_replaced ")[1].split()[0]
    for number in range(20):
        with socket.create_connection(("127.0.0.1", here.port)) as client:
            client.sendall(asked % quote(f"ASK {{}} # gone {number}").encode())
    time.sleep(0.5)
    after = ask(here, "/metrics").body.split(b"\nplanverk_workers_replaced ")[1].split()[0]
    assert after == before


def all_at_once(here: Served, path: str, headers: dict[str, str]) -> list[Whole]:
    here.asked.clear()
    here.may_answer.clear()
    with ThreadPoolExecutor(6) as threads:
        answers = [threads.submit(ask, here, path, headers) for _ in range(6)]
        wait_until(lambda: bool(here.asked))
        time.sleep(0.3)  # for the others to come
        here.may_answer.set()
    return [answer.result() for answer in answers]


@pytest.mark.parametrize("path", ["/en/doc/plan/fjord", f"/sparql?query={quote('ASK {} # asked by six')}"])
def test_of_several_who_ask_the_same_at_once_one_is_answered_by_the_application(here: Served, path: str) -> None:
    answers = all_at_once(here, path, {"Accept-Language": "en"})
    assert (len(here.asked), assert_same(answers).status) == (1, 200)


def test_an_answer_that_holds_for_nobody_else_is_given_to_one(here: Served) -> None:
    answers = all_at_once(here, f"/sparql?query={quote('SELECT (RAND() AS ?r) {}')}&format=csv", {})
    assert (len(here.asked), len({one.body for one in answers})) == (6, 6)


@pytest.mark.parametrize(
    ("path", "headers", "method"),
    [
        ("/releases/1.0.0/data.nq", {"Range": "bytes=0-9"}, "GET"),
        ("/health/ready", {}, "GET"),
        ("/metrics", {}, "GET"),
        ("/doc/nothing", {}, "GET"),
        ("/doc/theme/markup", {"Origin": "https://example.org"}, "GET"),
        ("/doc/theme/markup", {}, "OPTIONS"),
        (f"/sparql?query={quote('SELECT (NOW() AS ?now) {}')}", {}, "GET"),
    ],
)
def test_what_may_be_another_answer_next_time_is_asked_anew(
    here: Served, path: str, headers: dict[str, str], method: str
) -> None:
    here.asked.clear()
    for _ in range(3):
        ask(here, path, headers, method)
    assert len(here.asked) == 3


def test_another_question_has_another_answer(here: Served) -> None:
    turtle = ask(here, "/doc/theme/markup", {"Accept": "text/turtle"})
    page = ask(here, "/doc/theme/markup", {"Accept": "text/html"})
    english = ask(here, "/doc/theme/markup", {"Accept": "text/html", "Accept-Language": "en"})
    packed = ask(here, "/doc/theme/markup", {"Accept": "text/html", "Accept-Encoding": "gzip"})
    assert field(turtle, "content-type").startswith("text/turtle")
    assert field(page, "content-language") == "nb"
    assert field(english, "content-language") == "en"
    assert field(packed, "content-encoding") == "gzip"
    assert len({turtle.body, page.body, english.body, packed.body}) == 4


def test_a_new_release_is_seen_by_the_next_request(copy_of_odd: Instance) -> None:
    with serving(copy_of_odd) as here:
        for number in (1, 2):
            before = [ask(here, "/doc/plan/fjord", {"Accept": "text/turtle"}).body for _ in range(2)]
            write_version(copy_of_odd, number)
            instance = read_instance(copy_of_odd.folder)
            publication.publish(instance, publication.examine(instance, lambda step: None), lambda step: None)
            after = ask(here, "/doc/plan/fjord", {"Accept": "text/turtle"}).body
            assert before[0] == before[1] != after
            assert f"Utkast {number}:".encode() in after


def test_answers_are_counted_and_logged_wherever_they_come_from(
    here: Served, capfd: pytest.CaptureFixture[str]
) -> None:
    def counted() -> float:
        line = 'planverk_requests_total{method="GET",route="/doc/<path:name>",status="%d"}'
        text = ask(here, "/metrics").body.decode()
        return sum(float(row.split()[-1]) for row in text.splitlines() if row.startswith((line % 200, line % 304)))

    before = counted()
    etag = field(ask(here, "/doc/theme/markup", {"Accept": "text/turtle"}), "etag")
    for _ in range(4):
        ask(here, "/doc/theme/markup", {"Accept": "text/turtle", "If-None-Match": etag})
    assert counted() == before + 5


def test_all_the_time_that_a_query_took_is_counted(odd: Instance) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with serving(replace(odd, limits=Limits(seconds=1))) as here:
        assert ask(here, f"/sparql?query={quote(endless)}").status == 504
        told = ask(here, "/metrics").body.decode()
    seconds = re.search(r'planverk_request_seconds_sum\{route="/sparql"\} ([\d.]+)', told)
    assert seconds
    assert float(seconds[1]) >= 1


def test_the_log_of_a_finished_answer_has_the_fields_of_any(here: Served) -> None:
    found = next(iter(here_finished(here)._kept.values()))
    line = json.loads(found.entry.line(0.001))
    assert list(line) == ["time", "method", "path", "route", "status", "type", "bytes", "ms"]


def here_finished(here: Served) -> Any:
    import gc

    return max((one for one in gc.get_objects() if isinstance(one, Finished)), key=lambda one: len(one._kept))


def answer(size: int) -> FinishedAnswer:
    return FinishedAnswer(b"", b"x" * size, None)  # type: ignore[arg-type]  # nothing is counted here


def question(number: int) -> Question:
    return Question(b"GET", b"/%d" % number, b"", b"", b"", b"")


def test_what_is_kept_stays_within_its_bound_and_the_least_asked_goes_first() -> None:
    keeper = Finished(lambda: "1", 100_000)
    assert keeper.find(question(0)) is None
    for number in range(50):
        keeper.keep(question(number), answer(8000), "1")
        keeper.find(question(0))
    kept = [number for number in range(50) if keeper.find(question(number))]
    assert len(kept) <= 10
    assert {0, 49} <= set(kept)
    keeper.keep(question(99), answer(20_000), "1")
    assert keeper.find(question(99)) is None


def test_nothing_is_kept_of_another_version_nor_when_none_is_known() -> None:
    version: list[str | None] = ["1"]
    keeper = Finished(lambda: version[0], 100_000)
    keeper.find(question(1))
    keeper.keep(question(1), answer(1), "2")
    assert keeper.find(question(1)) is None
    keeper.keep(question(1), answer(1), "1")
    assert keeper.find(question(1))
    version[0] = None
    assert keeper.find(question(1)) is None
    version[0] = "1"
    assert keeper.find(question(1)) is None


def raw(port: int, *parts: bytes, wait: float = 0) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        for part in parts:
            client.sendall(part)
            time.sleep(wait)
        received = b""
        try:
            while part := client.recv(1 << 16):
                received += part
        except ConnectionResetError:
            pass
    return received


GET = b"GET /doc/theme/markup.ttl HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("request_", "answers"),
    [
        (GET + b"\r\n" + GET + b"\r\n" + GET + CLOSE, [b"200"] * 3),
        (GET + CLOSE + GET + CLOSE, [b"200"]),
        (b"HEAD /doc/theme/markup.ttl HTTP/1.1\r\nHost: x\r\n\r\n" + GET + CLOSE, [b"200"] * 2),
        (b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n" + GET + CLOSE, [b"200"] * 2),
        (GET.replace(b"1.1", b"1.0") + b"\r\n", [b"200"]),
        (GET + b"Content-Length: 3\r\n\r\nabc" + GET + CLOSE, [b"200"] * 2),
        (GET + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", [b"400"]),
        (GET + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", [b"400"]),
        (b"GET /doc/theme/markup.ttl HTTP/1.1\r\nHost : x\r\n\r\n", [b"400"]),
        (b"nonsense\r\n\r\n", [b"400"]),
        (GET + b"Accept: " + b"x" * 70_000 + b"\r\n" + CLOSE, [b"431"]),
        (b"GET /sparql?query=" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", [b"414"]),
        (b"GET /doc/theme/markup.ttl HTTP/1.1\r\n" + CLOSE, [b"400"]),
        (GET + b"Host: y\r\n" + CLOSE, [b"400"]),
        (GET + b"Upgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n", [b"200"]),
        (b"POST /sparql HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 7\r\n"
         b"Content-Type: application/sparql-query\r\nConnection: close\r\n\r\nASK { }", [b"100", b"200"]),
    ],
    ids=lambda value: value[:60] if isinstance(value, bytes) else "",
)  # fmt: skip
def test_requests_are_told_apart_as_http_has_it(here: Served, request_: bytes, answers: list[bytes]) -> None:
    ask(here, "/doc/theme/markup.ttl")
    received = raw(here.port, request_)
    assert re.findall(rb"HTTP/1\.1 (\d+) ", received) == answers


def test_a_refusal_says_what_to_do_and_may_be_read_by_any_origin(here: Served) -> None:
    long = raw(here.port, b"GET /sparql?query=" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    large = raw(here.port, b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 1100000\r\n" + CLOSE, b"x" * 1_100_000)
    for refusal, status, words in ((long, b"414", b"by POST"), (large, b"413", b"1 MiB")):
        head, _, text = refusal.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 " + status)
        assert b"\r\naccess-control-allow-origin: *" in head
        assert b"\r\ncontent-length: %d\r\n" % len(text) in head
        assert words in text


@pytest.mark.parametrize(
    ("name", "value"),
    [("If_None_Match", "*"), ("If_Match", '"x"'), ("Accept_Language", "en"), ("accept_encoding", "br"), ("Accept_", "text/turtle")],
)  # fmt: skip
def test_a_field_is_not_taken_for_another_and_the_answer_given_to_all(here: Served, name: str, value: str) -> None:
    path, fields = f"/doc/theme/markup?{name}", {"Accept": "text/html", "Accept-Language": "nb"}
    answers = [ask(here, path, {**fields, **more}) for more in ({name: value}, {}, {"Cookie": "the=application"})]
    assert assert_same(answers).status == 200


def test_a_large_answer_that_nobody_is_told_of_is_closed(tmp_path: Path) -> None:
    async def asked() -> Result:
        return Result("json", 1, (tmp_path / "answer").open("w+b"))

    async def forgotten() -> Result:
        outcome = asyncio.create_task(asked())
        outcome.add_done_callback(front._seen)
        return await outcome

    assert asyncio.run(forgotten()).content.closed


@pytest.mark.parametrize("first", [20_000, 60_000])
def test_a_head_is_too_large_in_whatever_pieces_it_comes(here: Served, first: int) -> None:
    request_ = GET + b"Accept: " + b"x" * 70_000 + b"\r\n" + CLOSE
    received = raw(here.port, request_[:first], request_[first:], wait=0.1)
    assert re.findall(rb"HTTP/1\.1 (\d+) ", received) == [b"431"]


def test_what_looks_like_a_head_is_none_where_content_is_awaited(here: Served) -> None:
    head = GET + b"\r\n"
    assert len(re.findall(rb"HTTP/1\.1 200 ", raw(here.port, head, head, head, GET + CLOSE, wait=0.1))) == 4
    posted = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nConnection: close\r\n"
    received = raw(here.port, posted + b"Content-Length: %d\r\n\r\n" % len(head), head, wait=0.1)
    assert re.findall(rb"HTTP/1\.1 (\d+) ", received) == [b"400"]
    begun = b"GET /doc/theme/markup.ttl HTTP/1.1\r\nX: "
    assert re.findall(rb"HTTP/1\.1 (\d+) ", raw(here.port, begun, head + GET + CLOSE, wait=0.1)) == [b"200", b"200"]


def test_what_is_recognized_waits_until_what_was_asked_before_is_answered(here: Served) -> None:
    head = GET + b"\r\n"
    raw(here.port, head, head, head, GET + CLOSE, wait=0.1)
    here.asked.clear()
    here.may_answer.clear()
    with socket.create_connection(("127.0.0.1", here.port), timeout=20) as client:
        client.sendall(b"GET /sparql?query=ASK%7B%7D&format=json HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: bool(here.asked))
        client.sendall(head)
        assert select.select([client], [], [], 0.3)[0] == []
        here.may_answer.set()
        client.sendall(GET + CLOSE)
        received = b"".join(iter(lambda: client.recv(1 << 16), b""))
    assert re.findall(rb"content-type: ([\w/+-]+)", received) == [
        b"application/sparql-results+json", b"text/turtle", b"text/turtle",
    ]  # fmt: skip


def test_what_is_recognized_waits_until_a_query_at_the_store_is_answered(here: Served) -> None:
    head = GET + b"\r\n"
    raw(here.port, head, head, head, GET + CLOSE, wait=0.1)
    query = b"GET /sparql?query=%s HTTP/1.1\r\nHost: x\r\n\r\n"
    raw(here.port, query % quote("ASK {} # an answer of its kind").encode(), GET + CLOSE)
    slow = quote("SELECT (COUNT(*) AS ?n) { ?a a ?c . ?d a ?f }").encode()
    received = raw(
        here.port, query % slow, head, query % quote("ASK {} # and another").encode(), GET + CLOSE, wait=0.02
    )
    assert re.findall(rb"content-type: ([\w/+-]+)", received) == [
        b"application/sparql-results+json", b"text/turtle", b"application/sparql-results+json", b"text/turtle",
    ]  # fmt: skip


SLOW = "SELECT (COUNT(*) AS ?n) { ?a a ?c . ?d a ?f }"


def plain_query(query: str) -> bytes:
    return f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def test_what_comes_while_the_store_is_asked_is_all_answered_in_its_turn(here: Served) -> None:
    raw(here.port, plain_query("ASK {} # for its fields"), GET + CLOSE)
    much = [plain_query(f"ASK {{}} # {number} {'x' * 1000}") for number in range(100)]  # more than is kept
    refused = plain_query("ASK { # no query")
    received = raw(here.port, plain_query(f"{SLOW} # and much"), refused + b"".join(much), GET + CLOSE, wait=0.02)
    assert [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", received)] == [200, 400, *[200] * 101]


def test_who_asks_to_close_has_the_connection_closed(here: Served) -> None:
    closing = plain_query("ASK {} # and close").removesuffix(b"\r\n") + b"Connection: close\r\n\r\n"
    for _ in range(3):
        assert re.findall(rb"HTTP/1\.1 (\d+) ", raw(here.port, closing)) == [b"200"]


def test_who_waits_for_the_store_is_answered_before_the_server_stops(odd: Instance) -> None:
    with serving(odd) as here, socket.create_connection(("127.0.0.1", here.port), timeout=20) as client:
        for number in range(3):
            client.sendall(plain_query(f"ASK {{}} # {number}"))
            client.recv(1 << 16)
        client.sendall(plain_query(SLOW))
        time.sleep(0.05)
        begun = list(here.asked)
        here.stop()
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        assert here.asked == begun


def test_a_client_that_asks_for_nothing_more_is_let_go(odd: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_SECONDS_IDLE", 2)
    with serving(odd) as here, socket.create_connection(("127.0.0.1", here.port), timeout=20) as client:
        for _ in range(4):
            client.sendall(GET + b"\r\n")
            assert client.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
            time.sleep(0.8)
        assert client.recv(1) == b""  # and does not run into the time that the client gives it


def test_heads_are_recognized_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finished, "_MOST_HEADS", 3)
    keeper = Finished(lambda: "1", 100_000)
    keeper.find(question(0))
    keeper.keep(question(0), answer(10), "1")
    for number in range(4):
        keeper.recognize(b"%d" % number, question(0))
    keeper.recognize(b"x" * 5000, question(0))
    assert [number for number in range(4) if keeper.again(b"%d" % number)] == [3]
    assert keeper.again(b"x" * 5000) is None


def test_who_dawdles_is_not_waited_for(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_SECONDS_FOR_HEAD", 0.3)
    assert raw(here.port) == b""
    assert raw(here.port, GET).startswith(b"HTTP/1.1 408 ")
    assert raw(here.port, GET[:10], GET[10:], wait=0.2).startswith(b"HTTP/1.1 408 ")


def test_a_client_that_does_not_read_keeps_nobody_else_waiting(here: Served) -> None:
    with socket.create_connection(("127.0.0.1", here.port)) as client:
        client.setblocking(False)
        many = (GET + b"\r\n") * 2000
        sent = 0
        while sent < len(many) * 4:
            try:
                sent += client.send(many)
            except BlockingIOError:
                break
        assert ask(here, "/doc/theme/markup.ttl").status == 200


LARGE = b"GET /def.ttl HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "asks", [LARGE * 120, plain_query("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 40000"), LARGE[:-2] + CLOSE]
)
def test_a_client_that_takes_nothing_is_let_go(here: Served, asks: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_SECONDS_TO_TAKE", 0.3)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", here.port))
        client.sendall(asks)
        address = client.getsockname()
        wait_until(lambda: not any(one.client == address for one in list(here.connections)))
    assert ask(here, "/doc/theme/markup.ttl").status == 200


def test_a_client_that_takes_a_little_at_a_time_gets_all(here: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_SECONDS_TO_TAKE", 0.3)
    monkeypatch.setattr(connection, "_LEAST_TAKEN", 1 << 10)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", here.port))
        client.sendall(LARGE[:-2] + CLOSE)
        received = b""
        while part := client.recv(1 << 14):
            received += part
            time.sleep(0.05)
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"\r\ncontent-length: %d\r\n" % len(body) in head


def test_the_path_of_a_file_leads_nowhere_else(here: Served, odd: Instance) -> None:
    assert ask(here, "/releases/1.0.0/../../planverk.toml").status == 404
    assert ask(here, "/releases/1.0.0/%2e%2e/%2e%2e/planverk.toml").status == 404
    assert Path(odd.folder, "planverk.toml").exists()
