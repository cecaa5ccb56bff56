"""What size costs: `python benchmarks/scale.py [--size TRIPLES …] [--results FILE]`, by itself 10 000 and 100 000.

For each size a nation of invented counties (nation.py) is checked, released and served by the command line, as users do
it. Printed are the seconds and the memory of building, the size of the store, how long the service takes to start and
how much memory it has, and the time that its processes spend on pages and queries, each about another thing, so that no
cache answers: the time of a clock would tell more of what else the machine does.
The last column compares the largest size with the smallest: building may grow as the data does, serving not at all.
The table becomes the section on scale in docs/performance.md, with a picture of the growth. `--results` keeps what was
measured in a file of JSON, and does not measure again the sizes that stand there: large ones take their time.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from urllib.request import Request, urlopen

from growth import picture
from nation import COUNTY, counties_in, write_nation
from service import free_port

_DOCS = Path(__file__).parents[1] / "docs"
_PLANVERK = [sys.executable, "-m", "planverk.cli"]
_BEGIN, _END = "<!-- scale -->", "<!-- /scale -->"
_ASKED, _STARTS = 30, 5
_PREFIX = "PREFIX plan: <https://w3id.org/planverk/ontology#> PREFIX dct: <http://purl.org/dc/terms/> "


class Row(NamedTuple):
    """Something that is measured: what it is called, in what unit, and what it may grow by at most, if anything."""

    name: str
    unit: str
    limit: str


class Asked(NamedTuple):
    """A request about one county: its address, by the numbers of the county and of the request, and what it accepts.

    No two have the same address, so that none is answered from what was made before.
    """

    row: Row
    path: Callable[[int, int], str]
    accept: str = "text/html"


LINEAR, FLAT = "as the data", "not at all"
READ, JUDGE, BUILD, RELEASE, PROCESSOR = (
    Row(name, "s", LINEAR)
    for name in ("reading", "judging", "writing", "release, all in all", "release, time of processors")
)
MEMORY, STORE = Row("memory of the release", "MB", LINEAR), Row("store on disk", "MB", LINEAR)
START, STARTING = Row("start of the service", "s", FLAT), Row("start of the service, time of processors", "s", FLAT)
RESIDENT = Row("memory of the service at start", "MB", FLAT)
REQUESTS = (
    Asked(Row("home page", "ms", FLAT), lambda _, time: f"/?{time}"),
    Asked(Row("releases", "ms", FLAT), lambda _, time: f"/releases/?{time}"),
    Asked(Row("catalogue", "ms", LINEAR), lambda _, time: f"/katalog?{time}", "text/turtle"),
    Asked(Row("page of an action", "ms", FLAT), lambda county, time: f"/doc/action/c{county}-2021-01?{time}"),
    Asked(Row("Turtle of an action", "ms", FLAT), lambda county, time: f"/doc/action/c{county}-2021-01?{time}", "text/turtle"),
    Asked(Row("query: about one thing", "ms", FLAT), lambda county, time: _query(
        f"DESCRIBE <https://fjordheim.example.org/id/action/c{county}-2021-01> #{time}"), "text/turtle"),
    Asked(Row("query: three links from a plan", "ms", FLAT), lambda county, time: _query(
        f"SELECT ?report ?title {{ ?programme plan:implementsPlan <https://fjordheim.example.org/id/plan/c{county}-nyskaping-2021-2028> ."
        f" ?action plan:elementOf ?programme ; dct:title ?title . ?report plan:reportsOn ?action }} #{time}"), "text/csv"),
)  # fmt: skip
WHOLE = Asked(Row("query: sum over all the data", "ms", LINEAR), lambda _, time: _query(
    f"SELECT ?year (SUM(?amount) AS ?sum{time}) {{ ?given plan:amount ?amount ; plan:fundingYear ?year }} GROUP BY ?year"),
    "text/csv")  # fmt: skip
ROWS = (
    READ,
    JUDGE,
    BUILD,
    RELEASE,
    PROCESSOR,
    MEMORY,
    STORE,
    START,
    STARTING,
    RESIDENT,
    *(one.row for one in REQUESTS),
    WHOLE.row,
)
PICTURED = (PROCESSOR, MEMORY, STARTING, REQUESTS[3].row, REQUESTS[5].row, WHOLE.row)

Measured = dict[Row, float]


def measure(size: int) -> Measured:
    """All rows for one size; everything it makes is removed again."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "nation"
        counties = write_nation(instance, size)
        print(f"{size:,}: {counties} counties", file=sys.stderr, flush=True)
        return {**_built(instance), **_served(instance, counties)}


def _built(instance: Path) -> Measured:
    begin = time.perf_counter()
    steps: dict[str, float] = {}
    command = [*_PLANVERK, "release", str(instance)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        for line in process.stderr or ():
            steps[line] = time.perf_counter() - begin
            print(f"  {steps[line]:7.1f} s  {line.strip()}", file=sys.stderr, flush=True)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the release failed with status {process.returncode}")
    total = time.perf_counter() - begin
    reading, judging, judged, *_ = steps.values()
    store = sum(file.stat().st_size for file in instance.glob("releases/1.0.0/store/*"))
    return {
        READ: judging - reading,
        JUDGE: judged - judging,
        BUILD: total - judged,
        RELEASE: total,
        PROCESSOR: usage.ru_utime + usage.ru_stime,
        MEMORY: usage.ru_maxrss / 1024,
        STORE: store / 1e6,
    }


def _served(instance: Path, counties: int) -> Measured:
    starts = []
    for _ in range(_STARTS):
        with _service(instance) as (_, pid, seconds):
            starts.append((seconds, _processor(pid)))
    with _service(instance) as (port, pid, _):
        found = {START: min(starts)[0], STARTING: min(spent for _, spent in starts), RESIDENT: _resident(pid)}
        numbers = [1 + place * counties // _ASKED for place in range(_ASKED)]
        _until_idle(pid)
        return {**found, **{asked.row: _mean(port, pid, asked, numbers) for asked in (*REQUESTS, WHOLE)}}


@contextmanager
def _service(instance: Path) -> Iterator[tuple[int, int, float]]:
    """The service while it runs: its port, its process and the seconds until it was ready."""
    port, begin = free_port(), time.perf_counter()
    command = [*_PLANVERK, "serve", str(instance), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _until_ready(port)
            yield port, process.pid, time.perf_counter() - begin
        finally:
            process.terminate()


def _until_ready(port: int) -> None:
    for _ in range(1200):
        try:
            urlopen(f"http://127.0.0.1:{port}/health/ready").close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit("the service did not start")


def _resident(pid: int) -> float:
    """The memory in MB of a process and of those that it started."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return own / 1024 + sum(map(_resident, _children(pid)))


def _processor(pid: int) -> float:
    """The seconds that a process and those that it started have spent."""
    # What stands before is the name of the program, in brackets (proc(5)).
    numbers = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    own = (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(_processor, _children(pid)))


def _until_idle(pid: int) -> None:
    """Wait until what a service makes ready after its start is done."""
    before = -1.0
    while (spent := _processor(pid)) != before:
        before = spent
        time.sleep(2)


def _children(pid: int) -> list[int]:
    """The processes that a process started, from whichever of its threads."""
    started = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in started for child in file.read_text(encoding="ascii").split()]


def _mean(port: int, pid: int, asked: Asked, counties: list[int]) -> float:
    """The milliseconds of processor that a request costs, once one like it has been answered."""
    _ask(port, asked.path(counties[0], len(counties)), asked.accept)
    begin = _processor(pid)
    for number, county in enumerate(counties):
        _ask(port, asked.path(county, number), asked.accept)
    return 1000 * (_processor(pid) - begin) / len(counties)


def _ask(port: int, path: str, accept: str) -> None:
    request = Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": accept})
    with urlopen(request) as answer:
        answer.read()


def _query(text: str) -> str:
    return f"/sparql?query={quote(_PREFIX + text)}"


def table(measured: dict[int, Measured]) -> str:
    """The rows by size, with the growth from the smallest to the largest size, and what it may be, as Markdown."""
    sizes = sorted(measured)
    head = ["", *(f"{size:,}" for size in sizes), "grows by", "may grow by"]
    grown = counties_in(sizes[-1]) / counties_in(sizes[0])
    lines = [head, ["---", *["---:"] * (len(head) - 2), "---"]]
    for row in measured[sizes[0]]:
        values = [measured[size][row] for size in sizes]
        limit = f"{grown:.0f}" if row.limit == LINEAR else row.limit
        lines.append(
            [f"{row.name}, {row.unit}", *(f"{value:.3g}" for value in values), f"{values[-1] / values[0]:.2g}", limit]
        )
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write(measured: dict[int, Measured]) -> None:
    """Put the table and its picture into the documentation."""
    lines = {
        f"{row.name}, {row.unit}": [(size, found[row]) for size, found in sorted(measured.items())] for row in PICTURED
    }
    (_DOCS / "performance-scale.svg").write_text(
        picture(lines, "statements", "Cost by size of the data"), encoding="utf-8"
    )
    page = _DOCS / "performance.md"
    text = page.read_text(encoding="utf-8") if page.exists() else f"# Performance\n\n{_BEGIN}\n{_END}\n"
    if _BEGIN not in text:
        text += f"\n{_BEGIN}\n{_END}\n"
    before, rest = text.split(_BEGIN)
    page.write_text(f"{before}{_BEGIN}\n{_section(measured)}{_END}{rest.split(_END)[1]}", encoding="utf-8")


def _section(measured: dict[int, Measured]) -> str:
    sizes = " ".join(str(size) for size in sorted(measured))
    libraries = ", ".join(f"{name} {version(name)}" for name in ("pyoxigraph", "pyshacl", "rdflib", "uvicorn"))
    load = os.getloadavg()[0]
    return (
        f"## Scale\n\n`python benchmarks/scale.py --size {sizes}` on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, "
        f"load {load:.1f}, Python {platform.python_version()}, {libraries}.\nA nation of invented counties, {COUNTY:,} statements each "
        f"(benchmarks/nation.py); sizes are about the statements that editors wrote, and what may grow does so as the counties.\n\n{table(measured)}\n"
        "![Cost by size of the data](performance-scale.svg)\n"
    )


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, nargs="+", default=[10_000, 100_000], help="about so many statements")
    parser.add_argument("--results", type=Path, help="a file of JSON to keep what was measured in")
    options = parser.parse_args()
    measured = _known(options.results)
    for size in (one for one in options.size if one not in measured):
        measured[size] = measure(size)
        _keep(options.results, measured)
    print(table(measured))
    if len(measured) > 1:
        write(measured)


def _known(results: Path | None) -> dict[int, Measured]:
    if results is None or not results.exists():
        return {}
    kept = json.loads(results.read_text(encoding="utf-8"))
    rows = {row.name: row for row in ROWS}
    return {int(size): {rows[name]: value for name, value in found.items()} for size, found in kept.items()}


def _keep(results: Path | None, measured: dict[int, Measured]) -> None:
    if results is not None:
        kept = {size: {row.name: value for row, value in found.items()} for size, found in sorted(measured.items())}
        results.write_text(json.dumps(kept, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
