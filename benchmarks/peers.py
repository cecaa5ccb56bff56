"""How fast are planverk and its peers, side by side on this machine, with the same data and the same questions?

`python benchmarks/peers.py [--seconds 3] [--rounds 3] [--write docs/performance.md]`, run by `make bench`. Each peer is fetched into
build/bench and started here; one that cannot be had is skipped with a word. Needs wrk. Prints tables in Markdown: medians of
rounds in which all take turns, and how they stand to the targets. Ends with 1 when planverk's
answers are not the engine's own; a peer that answers otherwise, or a missed target, is only told.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
from servers import Missing, Server, fuseki, nginx, oxigraph, rdflib_endpoint, tool, trifid, virtuoso
from service import service

PLAN = "plan/verdiskaping-2015-2020"
JSON = "application/sparql-results+json"
CONNECTIONS = 16
# Everything on; only the bounds on a single client are raised, for here one client asks for all.
SETTINGS = "\n[limits]\nper_client = 100\nwaiting = 100\n"
SMALL = "SELECT ?p ?o {{ <{base}id/" + PLAN + "> ?p ?o }}"
HEAVIER = (
    "SELECT ?kind (COUNT(DISTINCT ?p) AS ?n) { ?s a ?kind ; ?p ?o . ?o ?q ?r FILTER (isIRI(?kind)) } GROUP BY ?kind"
)
# Each request is another: nobody can have kept its answer.
FIRST_TIME = """
local n = 0
local thread = 0
function setup(t) t:set("id", thread); thread = thread + 1 end
function request() n = n + 1; return wrk.format("GET", wrk.path .. "%20%23" .. id .. "." .. n .. "." .. {seed}) end
"""
# What is measured of whom, against whom, and what the ratio should be.
TARGETS = [
    ("Turtle", "planverk", "nginx", 0.5), ("HTML", "planverk", "nginx", 0.5), ("304", "planverk", "nginx", 0.5),
    ("Turtle", "planverk", "Trifid on Oxigraph", 20), ("HTML", "planverk", "Trifid on Oxigraph", 20),
    ("repeated", "planverk", "Oxigraph server", 1), ("first time", "planverk", "Oxigraph server", 0.5),
]  # fmt: skip
Measured = dict[str, dict[str, list[float]]]


class Bench(NamedTuple):
    """A measurement: what it is called, whom it asks, at which address, and with which fields."""

    name: str
    server: str
    address: str
    headers: dict[str, str]
    script: str = ""


def main() -> None:
    """Start all, see that they agree, measure, and tell."""
    arguments = _arguments()
    with ExitStack() as stack:
        ours = stack.enter_context(service(SETTINGS, workers=2))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # nginx reads as somebody else
        data, base = _data(ours.release, folder)
        kept = _kept(f"http://127.0.0.1:{ours.port}/doc/{PLAN}", folder)
        peers = list(_started(stack, folder, data, base))
        endpoints = {
            "planverk": f"http://127.0.0.1:{ours.port}/sparql?",
            **{one.name: one.query for one in peers if one.query},
        }
        differing = _differing(endpoints, ours.release / "store", base)
        measured: Measured = {}
        benches = [*_dereferences(ours.port, peers, kept), *_questions(endpoints, base, folder)]
        for _ in range(arguments.rounds):
            for bench in benches:
                measured.setdefault(bench.name, {}).setdefault(bench.server, []).append(_rate(bench, arguments.seconds))
        heavier = _heavier(endpoints, ours.release / "store", arguments.rounds)
    text = "\n\n".join([_told(measured, heavier, peers), *(f"{name} gives other answers." for name in differing)])
    print(text)
    if arguments.write:
        _write(arguments.write, text)
    sys.exit(1 if "planverk" in differing else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=Path)
    return parser.parse_args()


def _data(release: Path, folder: Path) -> tuple[Path, str]:
    """All that the service's endpoint reads, as one graph in N-Triples, and the base of its IRIs."""
    triples = {quad.triple for quad in ox.Store.read_only(str(release / "store"))}
    path = folder / "data.nt"
    ox.serialize(triples, str(path), format=ox.RdfFormat.N_TRIPLES)
    return path, json.loads((release / "manifest.json").read_text(encoding="utf-8"))["base"]


def _kept(document: str, folder: Path) -> Path:
    """The service's own answers as files, for nginx to serve."""
    kept = folder / "files"
    kept.mkdir()
    for suffix, accept in (("ttl", "text/turtle"), ("html", "text/html")):
        (kept / f"plan.{suffix}").write_bytes(_get(document, accept))
    return kept


def _started(stack: ExitStack, folder: Path, data: Path, base: str) -> Iterator[Server]:
    engine: Server | None = None
    starts: list[tuple[str, Callable[[], ExitStack | Iterator[Server]]]] = [
        ("nginx", lambda: nginx(folder)),
        ("Oxigraph server", lambda: oxigraph(folder, data)),
        ("Trifid on Oxigraph", lambda: trifid(folder, base, engine)),
        ("rdflib-endpoint", lambda: rdflib_endpoint(folder, data)),
        ("Fuseki", lambda: fuseki(folder, data)),
        ("Virtuoso", lambda: virtuoso(folder, data)),
    ]
    for name, start in starts:
        try:
            server = stack.enter_context(start())  # type: ignore[arg-type]  # each is a context manager
        except (Missing, subprocess.CalledProcessError, OSError, AssertionError) as error:
            print(f"{name} is skipped: {error}", file=sys.stderr)
            continue
        engine = server if name == "Oxigraph server" else engine
        yield server


def _differing(endpoints: dict[str, str], store: Path, base: str) -> list[str]:
    """Who answers otherwise than the engine itself does in this process."""
    engine, differing = ox.Store.read_only(str(store)), set()
    for query in (SMALL.format(base=base), HEAVIER):
        told = engine.query(query).serialize(format=ox.QueryResultsFormat.JSON)
        expected = _sorted(told)
        differing |= {name for name, address in endpoints.items() if _rows(address, query) != expected}
    return sorted(differing)


def _rows(address: str, query: str) -> list[tuple[str, ...]]:
    try:
        return _sorted(_get(f"{address}{urllib.parse.urlencode({'query': query})}", JSON))
    except OSError as error:  # silence is an answer, and not the right one
        print(f"{address}: {error}", file=sys.stderr)
        return []


def _sorted(answer: bytes) -> list[tuple[str, ...]]:
    rows = json.loads(answer)["results"]["bindings"]
    return sorted(tuple(row[name]["value"] for name in sorted(row)) for row in rows)


def _dereferences(port: int, peers: list[Server], kept: Path) -> Iterator[Bench]:
    ours = f"http://127.0.0.1:{port}/doc/{PLAN}"
    for name, suffix, accept in (("Turtle", "ttl", "text/turtle"), ("HTML", "html", "text/html")):
        yield Bench(name, "planverk", ours, {"Accept": accept})
        for peer in peers:
            if peer.documents:
                yield Bench(
                    name, peer.name, peer.documents.format(thing=f"id/{PLAN}", suffix=suffix), {"Accept": accept}
                )
    yield Bench("304", "planverk", ours, {"Accept": "text/turtle", "If-None-Match": _etag(ours)})
    for peer in peers:
        if peer.name == "nginx":
            address = peer.documents.format(thing="", suffix="ttl")
            yield Bench("304", peer.name, address, {"If-None-Match": _etag(address)})


def _questions(endpoints: dict[str, str], base: str, folder: Path) -> Iterator[Bench]:
    for name, address in endpoints.items():
        asked = f"{address}query={urllib.parse.quote(SMALL.format(base=base), safe='')}"
        yield Bench("repeated", name, asked, {"Accept": JSON})
        script = folder / f"{name}.lua"
        script.write_text(FIRST_TIME.replace("{seed}", "os.time()"), encoding="utf-8")
        yield Bench("first time", name, asked, {"Accept": JSON}, str(script))


def _rate(bench: Bench, seconds: int) -> float:
    """Requests a second, all of them answered; every process of the server has been asked before."""
    for _ in range(8):
        with suppress(OSError):
            urllib.request.urlopen(urllib.request.Request(bench.address, headers=bench.headers), timeout=20).close()
    fields = [part for name, value in bench.headers.items() for part in ("-H", f"{name}: {value}")]
    script = ["-s", bench.script] if bench.script else []
    command = [tool("wrk"), "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", *fields, *script, bench.address]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if re.search("Non-2xx|Socket errors", told):
        print(f"{bench.server}, {bench.name}: not all were answered\n{told}", file=sys.stderr)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])  # type: ignore[index]  # wrk always says it


def _heavier(endpoints: dict[str, str], store: Path, rounds: int) -> dict[str, float]:
    """Milliseconds for a heavier question that nobody has asked before, one at a time; and what the engine itself takes."""
    engine = ox.Store.read_only(str(store))
    times: dict[str, list[float]] = {}
    silent: set[str] = set()
    for number in range(rounds * 2):
        began = time.perf_counter()
        engine.query(HEAVIER).serialize(format=ox.QueryResultsFormat.JSON)
        times.setdefault("the engine itself", []).append(time.perf_counter() - began)
        for name, address in endpoints.items():
            began = time.perf_counter()
            if name in silent or not _rows(address, f"{HEAVIER} # {number} {began}"):
                silent.add(name)
                continue
            times.setdefault(name, []).append(time.perf_counter() - began)
    return {name: statistics.median(found) * 1000 for name, found in times.items()}


def _told(measured: Measured, heavier: dict[str, float], peers: list[Server]) -> str:
    rates = {
        name: {server: statistics.median(found) for server, found in row.items()} for name, row in measured.items()
    }
    servers = list(dict.fromkeys(server for row in rates.values() for server in row))
    lines = [
        "| requests a second | " + " | ".join(rates) + " | heavier question, ms |",
        "|---|" + "---:|" * (len(rates) + 1),
    ]
    for server in servers:
        cells = [f"{row[server]:,.0f}" if server in row else "" for row in rates.values()]
        lines.append(f"| {server} | {' | '.join(cells)} | {_ms(heavier.get(server))} |")
    lines += [
        f"| *the engine itself, in this process* | {' | '.join('' for _ in rates)} | {_ms(heavier['the engine itself'])} |",
        "",
    ]
    lines += ["| | ratio | target | |", "|---|---:|---:|---|"]
    for name, server, other, target in TARGETS:
        if other in rates.get(name, {}):
            lines.append(
                _verdict(f"{name}: {server} to {other}", rates[name][server] / rates[name][other], target, more=True)
            )
    ratio = heavier["planverk"] / heavier["the engine itself"]
    lines.append(_verdict("heavier question: planverk's time to the engine's own", ratio, 1.1, more=False))
    return "\n".join([_conditions(peers), "", *lines])


def _ms(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds:.1f}"


def _verdict(what: str, ratio: float, target: float, *, more: bool) -> str:
    well = ratio >= target if more else ratio <= target
    return f"| {what} | {ratio:.2f} | {'≥' if more else '≤'} {target:g} | {'met' if well else '**missed**'} |"


def _conditions(peers: list[Server]) -> str:
    versions = ", ".join(
        [f"planverk {version('planverk')} (uvicorn {version('uvicorn')}, pyoxigraph {version('pyoxigraph')})"]
        + [f"{peer.name} {peer.version}" for peer in peers]
    )
    return (
        f"{date.today().isoformat()}, `make bench`, {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"load generator on the same cores, {CONNECTIONS} connections kept alive, medians of rounds in which all take turns. {versions}."
    )


def _write(path: Path, text: str) -> None:
    """Put the tables where the document has a place for them."""
    before = path.read_text(encoding="utf-8")
    found = re.subn(
        r"(<!-- peers -->\n).*?(<!-- /peers -->)",
        lambda place: f"{place[1]}{text}\n{place[2]}",
        before,
        flags=re.DOTALL,
    )
    path.write_text(found[0], encoding="utf-8")


def _get(address: str, accept: str) -> bytes:
    request = urllib.request.Request(address, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return bytes(answer.read())


def _etag(address: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept": "text/turtle"})) as answer:
        return str(answer.headers["ETag"])


if __name__ == "__main__":
    main()
