"""The doctor passes a good service and finds each fault of a bad one, and only that fault; nothing keeps it waiting."""

import json
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from werkzeug.datastructures import Headers
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

from conftest import TESTS, released
from planverk.cli import main
from planverk.doctor import CHECKS, FAILED, NOT_APPLICABLE, PASSED, Result, examine
from planverk.doctor.visit import Reply, Site, Unanswered
from planverk.instance import Instance
from planverk.web import create_app
from test_server import free_port, rewrite

OVER_HTTP = "Over http one is led to https, to the same path"
PROMISE = "Browsers are told to use https from now on"
SITEMAP = "The sitemap names pages that are there"
BY_NAME = {check.name: check for check in CHECKS}


class Given(NamedTuple):
    """An answer of the good service, on its way to be spoilt."""

    path: str
    accept: str
    method: str
    status: str
    headers: Headers
    body: bytes
    host: str


Spoil = Callable[[Given], Given]


def at(pattern: str, spoil: Spoil) -> Spoil:
    return lambda given: spoil(given) if re.match(pattern, given.path) else given


def without(name: str) -> Spoil:
    return with_header(name, None)


def with_header(name: str, value: str | None) -> Spoil:
    def spoil(given: Given) -> Given:
        headers = Headers([(key, text) for key, text in given.headers if key.lower() != name.lower()])
        if value is not None:
            headers[name] = value
        return given._replace(headers=headers)

    return spoil


def with_status(status: str) -> Spoil:
    return lambda given: given._replace(status=status)


def with_body(body: bytes) -> Spoil:
    return lambda given: with_header("Content-Length", str(len(body)))(given._replace(body=body))


def added(html: bytes) -> Spoil:
    return lambda given: with_body(given.body.replace(b"</main>", html + b"</main>"))(given)


def on_head(given: Given) -> Given:
    return given._replace(status="405 NO") if given.method == "HEAD" else given


def on_406(given: Given) -> Given:
    return given._replace(status="200 OK") if given.status.startswith("406") else given


def on_304(given: Given) -> Given:
    return given._replace(status="200 OK") if given.status.startswith("304") else given


def on_404(given: Given) -> Given:
    return given._replace(status="200 OK") if given.status.startswith("404") else given


def on_206(given: Given) -> Given:
    return given._replace(status="200 OK") if given.status.startswith("206") else given


def on_4xx(given: Given) -> Given:
    return given._replace(status="200 OK") if given.status[0] == "4" else given


def on_5xx(given: Given) -> Given:
    return given._replace(status="200 OK") if given.status[0] == "5" else given


def only_html(given: Given) -> Given:
    return with_header("Content-Type", "text/html")(given) if given.accept == "text/turtle" else given


# What is spoilt, and the check that must find it.
SPOILT: list[tuple[Spoil, str]] = [
    (at("/releases/current/man|/releases/1.0.0/man", with_body(b'{"base": "https://elsewhere.example/"}')), "The addresses in the data are the address of the service"),
    (at("/id/", with_status("302 FOUND")), "The address of a thing answers 303 and leads to its document"),
    (at("/doc/plan/fjord$", only_html), "Each format is given to who asks for it"),
    (at(r"/doc/.*\.ttl", with_body(b"<html>no Turtle")), "Each format has an address of its own"),
    (at(r"/doc/.*\.nt", with_status("404 NO")), "Each format has an address of its own"),
    (at("/doc/", on_406), "Who asks for a format that is not there gets 406"),
    (at("/doc/", without("Vary")), "What depends on the request says so in Vary"),
    (at("/katalog", with_header("Vary", "Accept-Encoding")), "What depends on the request says so in Vary"),
    (on_head, "HEAD answers as GET without the body"),
    (without("ETag"), "Who has the current version gets 304"),
    (on_304, "Who has the current version gets 304"),
    (at("/doc/no", on_404), "What is not there is an error in the form that was asked for"),
    (at("/doc/no", with_header("Content-Type", "text/html")), "What is not there is an error in the form that was asked for"),
    (at("/katalog", with_status("301 MOVED")), "The harvest documents answer 200 at once, in Turtle that can be read and says something"),
    (at("/katalog", with_body(b"")), "The harvest documents answer 200 at once, in Turtle that can be read and says something"),
    (at("/.well-known/void", with_body(b"<a> <b>")), "The harvest documents answer 200 at once, in Turtle that can be read and says something"),
    (at("/katalog", with_header("Content-Type", "text/html")), "The harvest documents answer 200 at once, in Turtle that can be read and says something"),
    (at("/katalog", with_header("Content-Encoding", "gzip")), "The harvest documents are not compressed unless that is asked for"),
    (at("/releases/.*/data.rdf", with_body(b"changed")), "The files of the current release are what its hashes say"),
    (at("/releases/.*/SHA256SUMS", with_body(b"")), "The files of the current release are what its hashes say"),
    (at("/releases/.*/data.nq", with_body(b"<a:b> <a:b> <a:b> .\n")), "The canonical form and its hash can be computed by anybody"),
    (at("/releases/.*/data.nt", on_206), "A part of a file can be had (Range)"),
    (at("/releases/.*/data.nt", on_4xx), "A part of a file can be had (Range)"),
    (at("/releases/.*/data.nq", without("Cache-Control")), "Files of a release may be cached for ever"),
    (without("Content-Security-Policy"), "Pages run only scripts of the service itself"),
    (with_header("Content-Security-Policy", "default-src 'self' 'unsafe-inline'; frame-ancestors 'none'"), "Pages run only scripts of the service itself"),
    (with_header("Content-Security-Policy", "default-src 'self'"), "Pages run only scripts of the service itself"),
    (without("X-Content-Type-Options"), "Browsers are told to believe the media types, and get no cookies"),
    (with_header("Set-Cookie", "who=you"), "Browsers are told to believe the media types, and get no cookies"),
    (at("/katalog", without("Access-Control-Allow-Origin")), "Scripts of other sites can read the data (CORS)"),
    (at("/sparql", with_header("Access-Control-Allow-Methods", "GET")), "Scripts of other sites can ask the endpoint by POST (CORS preflight)"),
    (at("/sparql", without("Access-Control-Allow-Headers")), "Scripts of other sites can ask the endpoint by POST (CORS preflight)"),
    (with_header("Link", "<https://stranger.example/>"), "What a request says of the host has no effect"),
    (at("/sparql", with_body(b'{"boolean": false}')), "The endpoint answers by GET and by both kinds of POST"),
    (at("/sparql", with_status("403 NO")), "The endpoint answers by GET and by both kinds of POST"),
    (at("/sparql", with_body(b'{"boolean": false}')), "The endpoint holds a regional plan"),
    (at("/sparql", on_5xx), "A query without end ends as an error"),
    (at("/sparql", with_status("503 NO")), "It answers again afterwards"),
    (at("/sparql", on_4xx), "Updates, SERVICE and files of the machine are refused"),
    (at("/sparql", on_4xx), "Queries that are too long or too deep are refused"),
    (at("/", with_body(b"<html><p>Hei")), "The home page is there and says its language"),
    (at("/(nb|nn|en)?/?$", added(b'<a href="/gone">Gone</a>')), "Every link of the home page leads somewhere"),
    (at("/(nb|nn|en)?/?$", added(b'<script src="https://tracker.example/x.js"></script>')), "The home page takes nothing from other hosts"),
    (at("/(nb|nn|en)?/?$", added(b'<img src="/gone.png">')), "The home page takes nothing from other hosts"),
    (at("/(nb|nn|en)?/?$", with_body(b"<html lang=nb><p>Hei")), "There is an accessibility statement"),
    (at("/robots.txt", with_body(b"User-agent: *\nDisallow: /\nSitemap: /s")), "Search engines are let in and led to the sitemap"),
    (at("/robots.txt", with_status("404 NO")), "Search engines are let in and led to the sitemap"),
    (at("/openapi.json", with_body(b"[]")), "The service describes its addresses (OpenAPI)"),
    (at("/health/ready", with_status("503 NO")), "The service says that it is alive and ready"),
]  # fmt: skip


class Spoiler:
    """The good service, with something between it and its visitors."""

    def __init__(self, app: Any) -> None:  # Any: a WSGI application
        self.app = app
        self.spoil: Spoil = lambda given: given

    def __call__(self, environ: Any, start_response: Any) -> list[bytes]:
        parts, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        accept, method = environ.get("HTTP_ACCEPT", ""), environ["REQUEST_METHOD"]
        given = Given(environ["PATH_INFO"], accept, method, status, headers, b"".join(parts), environ["HTTP_HOST"])
        spoilt = self.spoil(given)
        start_response(spoilt.status, spoilt.headers.to_wsgi_list())
        return [spoilt.body]


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def instance(port: int, tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """The fictional instance, at the address of a server of this machine, with a query limit of a second."""
    return at_address(TESTS / "odd", tmp_path_factory.mktemp("doctor"), port)


def at_address(source: Path, folder: Path, port: int) -> Instance:
    copied = released_at(source, folder / "files", port)
    return released(copied, folder / "instance")


def released_at(source: Path, folder: Path, port: int) -> Path:
    folder.mkdir()
    for path in source.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    rewrite(folder / "planverk.toml", r'^base = ".*"$', f'base = "http://127.0.0.1:{port}/"')
    with (folder / "planverk.toml").open("a", encoding="utf-8") as toml:
        toml.write("\n[limits]\nseconds = 1\n")
    return folder


@pytest.fixture(scope="module")
def spoiler(instance: Instance, port: int) -> Iterator[Spoiler]:
    spoiler = Spoiler(create_app(instance))
    server = make_server("127.0.0.1", port, spoiler, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield spoiler
    server.shutdown()
    server.server_close()


def examined(port: int, name: str) -> Result:
    return examine(Site(f"http://127.0.0.1:{port}", 10), BY_NAME[name])


@pytest.mark.parametrize(("spoil", "name"), SPOILT)
def test_each_fault_is_found_by_its_check_which_says_how_to_mend_it(
    spoil: Spoil, name: str, spoiler: Spoiler, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoiler, "spoil", spoil)
    result = examined(port, name)
    assert (result.outcome, bool(result.mend)) == (FAILED, True)
    assert all(result.reasons)


def test_every_check_has_been_seen_to_fail() -> None:
    assert {check.name for check in CHECKS} == {name for _, name in SPOILT} | {OVER_HTTP, PROMISE, SITEMAP}


def sitemap(*paths: str) -> Spoil:
    """What a service answers that has robots.txt, a sitemap of these paths and a link to an accessibility statement."""

    def spoil(given: Given) -> Given:
        places = "".join(f"<url><loc>{{base}}{path}</loc></url>" for path in paths)
        site = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'
        base = f"http://{given.host}"
        if given.path == "/robots.txt":
            return whole(given, "text/plain", f"User-agent: *\nSitemap: {base}/sitemap.xml\n")
        if given.path == "/sitemap.xml":
            return whole(given, "application/xml", site.replace("{base}", base))
        if given.method == "HEAD":
            return without("Content-Length")(given)
        return at("/(nb|nn|en)?/?$", added(b'<a href="/katalog.html">Tilgjengelighet</a>'))(given)

    return spoil


def whole(given: Given, media_type: str, text: str) -> Given:
    return with_header("Content-Type", media_type)(with_body(text.encode())(given._replace(status="200 OK")))


def test_a_good_service_passes_all_that_applies_to_it(
    spoiler: Spoiler, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoiler, "spoil", sitemap("/", "/doc/plan/fjord"))
    outcome = CliRunner().invoke(main, ["doctor", f"http://127.0.0.1:{port}/", "--json"])
    told = json.loads(outcome.stdout)
    wrong = [row for row in told["checks"] if row["outcome"] == FAILED]
    idle = {row["check"] for row in told["checks"] if row["outcome"] == NOT_APPLICABLE}
    assert (outcome.exit_code, told["failed"], wrong, idle) == (0, 0, [], {OVER_HTTP, PROMISE})


@pytest.mark.parametrize("paths", [(), ("/", "/gone"), ("//elsewhere.example/",)])
def test_a_sitemap_that_leads_nowhere_is_found(
    paths: tuple[str, ...], spoiler: Spoiler, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoiler, "spoil", sitemap(*paths))
    assert examined(port, SITEMAP).outcome == FAILED


def test_a_sitemap_with_entities_is_not_read(spoiler: Spoiler, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><urlset><loc>&b;</loc></urlset>'
    good = sitemap("/")
    monkeypatch.setattr(spoiler, "spoil", lambda given: at("/sitemap.xml", with_body(bomb))(good(given)))
    assert "entities" in examined(port, SITEMAP).reasons[0]


def test_a_person_is_told_what_failed_why_and_how_to_mend_it(
    spoiler: Spoiler, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoiler, "spoil", at("/doc/", without("Vary")))
    outcome = CliRunner().invoke(main, ["doctor", f"http://127.0.0.1:{port}/"])
    assert outcome.exit_code == 1
    lines = outcome.stdout.splitlines()
    place = lines.index("FAILED What depends on the request says so in Vary")
    assert "no Accept in Vary" in lines[place + 1]
    assert "To mend it: Let the proxy pass Vary on unchanged." in "".join(lines[place:])


def test_what_is_no_address_is_refused() -> None:
    outcome = CliRunner().invoke(main, ["doctor", "ftp://data.example.org/"])
    assert (outcome.exit_code, "no address of a service" in outcome.stderr) == (2, True)


@pytest.mark.parametrize(
    ("status", "location", "outcome"),
    [
        (301, "https://data.example.org{path}", PASSED),
        (308, "https://data.example.org{path}", PASSED),
        (302, "https://data.example.org{path}", FAILED),
        (301, "https://data.example.org/", FAILED),
        (301, "https://elsewhere.example{path}", FAILED),
        (200, "", FAILED),
    ],
)
def test_http_must_lead_to_https_at_the_same_path(
    status: int, location: str, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(site: Site, path: str, *_: object, **__: object) -> Reply:
        assert site.base == "http://data.example.org/"
        headers = Message()
        headers["Location"] = location.format(path=path)
        return Reply(status, headers, b"")

    monkeypatch.setattr(Site, "ask", ask)
    monkeypatch.setattr(Site, "thing", "plan/fjord")
    assert examine(Site("https://data.example.org/", 1), BY_NAME[OVER_HTTP]).outcome == outcome


@pytest.mark.parametrize(("promise", "outcome"), [("max-age=31536000", PASSED), ("", FAILED)])
def test_https_must_be_promised(promise: str, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = Message()
    headers["Strict-Transport-Security"] = promise
    monkeypatch.setattr(Site, "ask", lambda *_, **__: Reply(200, headers, b""))
    assert examine(Site("https://data.example.org/", 1), BY_NAME[PROMISE]).outcome == outcome


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a server that takes one connection and does with it what it likes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.recv(1 << 16)
                    answer(connection)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]


def dripping(start: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        with suppress(OSError):
            while True:
                connection.sendall(b"x")
                time.sleep(0.05)

    return answer


def endless(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            connection.sendall(b"x" * (1 << 20))


@pytest.mark.parametrize(
    "answer",
    [
        lambda connection: time.sleep(60),
        dripping(b"HTTP/1.1 200 OK\r\nX-Header: "),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        endless,
        lambda connection: connection.sendall(b"\x16\x03garbage\r\n\r\n"),
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
        lambda connection: None,
    ],
    ids=["silent", "drips a header", "drips a body", "endless", "garbage", "half", "hangs up"],
)
def test_no_server_keeps_the_doctor_waiting(answer: Callable[[socket.socket], None]) -> None:
    began = time.monotonic()
    with listening(answer) as port, pytest.raises(Unanswered):
        Site(f"http://127.0.0.1:{port}/", 1).ask("/")
    assert time.monotonic() - began < 20


def test_where_nobody_listens_every_check_fails_with_the_reason() -> None:
    site = Site(f"http://127.0.0.1:{free_port()}/", 1)
    results = [examine(site, check) for check in CHECKS]
    assert {result.outcome for result in results if result.check not in (OVER_HTTP, PROMISE)} == {FAILED}


@pytest.fixture
def secure(needed: Callable[[str], str], tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A server that speaks TLS with a certificate of its own making, which is given too."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    command = [needed("openssl"), *made, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def greet(environ: Any, start_response: Any) -> list[bytes]:  # Any: see PEP 3333
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    server = make_server("127.0.0.1", 0, greet, ssl_context=context)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, certificate
    server.shutdown()
    server.server_close()


def test_a_certificate_that_is_not_trusted_fails_and_one_that_is_named_is_trusted(
    secure: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, certificate = secure
    site = Site(f"https://127.0.0.1:{port}/", 5)
    with pytest.raises(Unanswered, match="certificate verify failed"):
        site.ask("/")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert site.ask("/").body == b"hello"
