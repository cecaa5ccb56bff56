"""Endpoints of others for tests: on this machine, and as kind or as hostile as a test wants them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

JSON = "application/sparql-results+json"


@dataclass
class Endpoint:
    """An endpoint: its address, how it answers now, and the queries it was asked, in order."""

    address: str
    answer: Callable[[BaseHTTPRequestHandler], None]
    asked: list[str] = field(default_factory=list)


def table(*rows: dict[str, dict[str, str]]) -> bytes:
    """A table of results in JSON."""
    names = sorted({name for row in rows for name in row})
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """An endpoint that answers as it is told to."""
    running = Endpoint("", says(table()))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            running.asked.append(parse_qs(form)["query"][0])
            running.answer(self)

        def do_GET(self) -> None:
            running.asked.append(self.path)
            running.answer(self)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    httpd.block_on_close = False
    Thread(target=httpd.serve_forever, daemon=True).start()
    try:
        running.address = f"http://127.0.0.1:{httpd.server_address[1]}/sparql"
        yield running
    finally:
        httpd.shutdown()
        httpd.server_close()


def says(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """What answers with a body."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Type": JSON, "Content-Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a web server that knows nothing but the files of a folder."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with listening(partial(Quiet, directory=str(folder))) as address:
        yield address


@contextmanager
def listening(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a web server whose requests a handler answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
