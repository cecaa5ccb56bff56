"""The peers of the benchmark: each is fetched into build/bench when it is not there yet, started on this machine, and stopped again."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import NamedTuple

_ROOT = Path(__file__).parents[1]
_CACHE = _ROOT / "build/bench"
_SECONDS_TO_START = 60
sys.path.append(str(_ROOT / "tests"))  # which start the same servers


class Missing(Exception):
    """A peer that cannot be had here; the text says what is missing."""


class Server(NamedTuple):
    """A running peer: its version, where it answers queries (before `query=`), and where it has documents.

    An address of documents has places for a {thing} and a file's {suffix}.
    """

    name: str
    version: str
    query: str = ""
    documents: str = ""


def tool(name: str) -> str:
    """A program of Debian's, installed if it can be."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found and shutil.which("apt-get"):
        package = {"nginx": "nginx-light"}.get(name, name)
        subprocess.run(
            ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", package], check=False, capture_output=True
        )
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        raise Missing(f"there is no {name}, and it cannot be installed")
    return found


@contextmanager
def nginx(folder: Path) -> Iterator[Server]:
    """Files, as fast as can be, with its log as it comes."""
    program, port = tool("nginx"), _free_port()
    (folder / "nginx.conf").write_text(_NGINX.substitute(folder=folder, port=port), encoding="utf-8")
    address = f"http://127.0.0.1:{port}"
    told = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr
    with _running([program, "-c", str(folder / "nginx.conf"), "-p", str(folder)], folder, f"{address}/plan.ttl"):
        yield Server("nginx", told.strip().rpartition("/")[2], documents=f"{address}/plan.{{suffix}}")


@contextmanager
def oxigraph(folder: Path, data: Path) -> Iterator[Server]:
    """The engine's own server."""
    program, port, store = _venv("oxigraph", "oxigraph==0.5.13") / "oxigraph", _free_port(), folder / "oxigraph"
    subprocess.run([program, "load", "--location", store, "--file", data], check=True, capture_output=True)
    command = [program, "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{port}"]
    query = f"http://127.0.0.1:{port}/query?"
    with _running(command, folder, f"{query}query=ASK%7B%7D"):
        yield Server("Oxigraph server", "0.5.13", query)


@contextmanager
def trifid(folder: Path, base: str, engine: Server | None) -> Iterator[Server]:
    """Documents by Trifid, from the Oxigraph server."""
    if engine is None:
        raise Missing("the Oxigraph server, which it stands before, is not there")
    npm, node, port = tool("npm"), tool("node"), _free_port()
    home = _CACHE / "trifid"
    if not (home / "node_modules/trifid").exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text('{"private": true}', encoding="utf-8")
        subprocess.run(
            [npm, "install", "--silent", "--no-package-lock", "trifid@5.3.0"], cwd=home, check=True, capture_output=True
        )
    settings = folder / "trifid.yaml"
    settings.write_text(_TRIFID.substitute(port=port, base=base, query=engine.query.rstrip("?")), encoding="utf-8")
    address = f"http://127.0.0.1:{port}"
    with _running(
        [node, home / "node_modules/trifid/server.js", "-c", settings], home, f"{address}/query?query=ASK%7B%7D"
    ):
        installed = json.loads((home / "node_modules/trifid/package.json").read_text(encoding="utf-8"))["version"]
        yield Server("Trifid on Oxigraph", installed, documents=f"{address}/{{thing}}")


@contextmanager
def rdflib_endpoint(folder: Path, data: Path) -> Iterator[Server]:
    """rdflib behind FastAPI."""
    program, port = _venv("rdflib-endpoint", "rdflib-endpoint[cli,oxigraph]==0.6.3") / "rdflib-endpoint", _free_port()
    command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), "--store", "Oxigraph", data]
    query = f"http://127.0.0.1:{port}/?"
    with _running(command, folder, f"{query}query=ASK%7B%7D"):
        yield Server("rdflib-endpoint", "0.6.3", query)


@contextmanager
def fuseki(folder: Path, data: Path) -> Iterator[Server]:
    """Apache Jena Fuseki, in memory."""
    classpath = _ROOT / ".venv/fuseki.classpath"
    if not classpath.exists():
        raise Missing("there is no .venv/fuseki.classpath; tests/setup gets it")
    jar, port = classpath.read_text(encoding="utf-8").strip(), _free_port()
    command = [tool("java"), "-jar", jar, "--localhost", f"--port={port}", f"--file={data}", "/plans"]
    query = f"http://127.0.0.1:{port}/plans/query?"
    with _running(command, folder, f"{query}query=ASK%7B%7D"):
        yield Server("Fuseki", Path(jar).stem.rpartition("-")[2], query)


@contextmanager
def virtuoso(folder: Path, data: Path) -> Iterator[Server]:
    """OpenLink Virtuoso, as the tests start it."""
    from stores import PASSWORD, USER
    from stores import virtuoso as started

    home = folder / "virtuoso"
    home.mkdir()
    with started(home, tool) as (store, _):
        address = f"{store.graphs}?graph-uri=urn:plans"
        load = [
            tool("curl"),
            "--silent",
            "--fail",
            "--digest",
            "--user",
            f"{USER}:{PASSWORD}",
            "--upload-file",
            str(data),
        ]
        subprocess.run([*load, "--header", "Content-Type: text/plain", address], check=True, capture_output=True)
        told = subprocess.run([tool("virtuoso-t"), "+version"], capture_output=True, text=True, check=False)
        found = (told.stderr + told.stdout).partition("Version ")[2].split()
        # Without a graph it reads all, and holds statements about itself in some of them.
        yield Server("Virtuoso", found[0] if found else "", f"{store.query}?default-graph-uri=urn%3Aplans&")


def _venv(name: str, package: str) -> Path:
    """The programs of a package of PyPI's in a place of its own."""
    home = _CACHE / name
    if not (home / "bin" / name).exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True, capture_output=True)
        subprocess.run([home / "bin/pip", "install", "--quiet", package], check=True, capture_output=True)
    return home / "bin"


@contextmanager
def _running(command: list[object], folder: Path, ready: str) -> Iterator[None]:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(list(map(str, command)), cwd=folder, stdout=log, stderr=log)
        try:
            _wait(ready, process)
            yield
        finally:
            process.terminate()
            process.wait()


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > end:
                raise Missing(f"it does not start: {error}") from None
            time.sleep(0.2)
        else:
            return


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


_NGINX = Template("""
worker_processes 2; daemon off; pid $folder/nginx.pid; error_log $folder/nginx-error.log;
events { worker_connections 1024; }
http {
  types { text/turtle ttl; text/html html; }
  access_log $folder/nginx-access.log; keepalive_requests 10000000; sendfile on; open_file_cache max=100;
  client_body_temp_path $folder/nginx-body; proxy_temp_path $folder/nginx-proxy; fastcgi_temp_path $folder/nginx-fastcgi;
  uwsgi_temp_path $folder/nginx-uwsgi; scgi_temp_path $folder/nginx-scgi;
  server { listen 127.0.0.1:$port; root $folder/files; }
}
""")
_TRIFID = Template("""
server: { listener: { port: $port, host: 127.0.0.1 }, logLevel: warn }
globals: { datasetBaseUrl: "$base", endpoints: { default: { url: "$query" } } }
plugins:
  entity-renderer: { module: "@zazuko/trifid-entity-renderer", config: { followRedirects: false } }
  sparql-proxy: { module: "@zazuko/trifid-plugin-sparql-proxy", paths: /query, config: { endpointUrl: "$query", rewrite: false } }
""")
