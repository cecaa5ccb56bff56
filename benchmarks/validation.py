"""What judging costs: `python benchmarks/validation.py [--size TRIPLES …]`, by itself 10 000 and 100 000.

For each size a nation of invented counties (nation.py) is judged in a process of its own: all of it, and again after an
edited title and an edited amount; the smallest also by pyshacl alone, which must find the same. Seconds are of the
clock, and of processors, those of all processes together: where others use the machine too, look at the latter.
The table becomes the section on validation in docs/performance.md.
"""

import argparse
import multiprocessing
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from nation import write_nation
from rdflib import Graph, Literal, URIRef

from planverk import sources
from planverk.findings import Finding
from planverk.instance import read_instance
from planverk.store.positions import Positions
from planverk.validation import validate
from planverk.validation.judge import report_in_place, with_superclasses
from planverk.validation.results import findings
from planverk.validation.standing import Standing
from planverk.vocab import DCT, PLAN
from planverk.vocabulary import Vocabulary, read_vocabulary

_PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
_BEGIN, _END = "<!-- validation -->", "<!-- /validation -->"
_EDITS: list[tuple[str, URIRef, Literal]] = [
    ("after an edited title", DCT.title, Literal("En ny tittel", lang="nb")),
    ("after an edited amount", PLAN.amount, Literal(12345)),
]


class Cost(NamedTuple):
    """Seconds of the clock, and of the processors."""

    clock: float
    processors: float

    def __str__(self) -> str:
        """As a cell of the table."""
        return f"{self.clock:.3g} ({self.processors:.3g})"


def measure(size: int, with_pyshacl: bool) -> dict[str, str]:
    """The rows of one size."""
    vocabulary = read_vocabulary()
    graph, positions = _nation(size, vocabulary)
    rows = {"statements": f"{len(graph):,}"}
    whole, found = _timed(lambda: validate(graph, positions, vocabulary))
    rows |= {"findings": f"{len(found):,}", "all of it, s": str(whole), "memory, MB": _megabytes()}
    for name, cost, again in _edited(graph, positions, vocabulary):
        rows[f"{name}, s"] = str(cost)
        found = again
    if with_pyshacl:
        alone, results = _timed(lambda: _by_pyshacl(graph, vocabulary))
        if _told(results) != _told(found):
            raise SystemExit("pyshacl finds something else")
        rows["by pyshacl alone, s"] = str(alone)
    return rows


def _nation(size: int, vocabulary: Vocabulary) -> tuple[Graph, Positions]:
    with tempfile.TemporaryDirectory() as folder:
        write_nation(Path(folder), size)
        return sources.read(read_instance(Path(folder)), vocabulary)[:2]


def _edited(graph: Graph, positions: Positions, vocabulary: Vocabulary) -> Iterator[tuple[str, Cost, list[Finding]]]:
    standing = Standing(vocabulary)
    standing.validate(graph, positions)
    for name, term, value in (*_EDITS[:1], *_EDITS):  # the first edit makes ready for all others
        subject, _, old = next(graph.triples((None, term, None)))
        graph.remove((subject, term, old))
        graph.add((subject, term, value))
        cost, found = _timed(lambda: standing.validate(graph, positions))
        yield name, cost, found


def _by_pyshacl(graph: Graph, vocabulary: Vocabulary) -> list[Finding]:
    with with_superclasses(graph, vocabulary) as judged:
        return findings(report_in_place(judged, vocabulary.shapes), vocabulary.shapes)


def _told(found: list[Finding]) -> set[tuple[object, ...]]:
    return {(one.rule, one.focus, one.value, one.component) for one in found}


def _timed(work: Callable[[], list[Finding]]) -> tuple[Cost, list[Finding]]:
    clock, processors = time.perf_counter(), _processors()
    found = work()
    clock = time.perf_counter() - clock
    for child in multiprocessing.active_children():
        child.join()
    return Cost(clock, _processors() - processors), found


def _processors() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _megabytes() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f}"


def table(measured: dict[int, dict[str, str]]) -> str:
    """The rows by size as Markdown."""
    sizes = sorted(measured)
    names = list(dict.fromkeys(name for size in sizes for name in measured[size]))
    lines = [["", *(f"{size:,}" for size in sizes)], ["---", *["---:"] * len(sizes)]]
    lines += [[name, *(measured[size].get(name, "") for size in sizes)] for name in names]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write(measured: dict[int, dict[str, str]]) -> None:
    """Put the table between its marks in the documentation."""
    sizes = " ".join(str(size) for size in sorted(measured))
    libraries = ", ".join(f"{name} {version(name)}" for name in ("pyoxigraph", "pyshacl", "rdflib"))
    told = (
        f"`python benchmarks/validation.py --size {sizes}` on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.0f}, Python {platform.python_version()}, {libraries}. Seconds of the clock (of processors).\n"
    )
    before, rest = _PAGE.read_text(encoding="utf-8").split(_BEGIN)
    text = f"{before}{_BEGIN}\n{told}\n{table(measured)}{_END}{rest.split(_END)[1]}"
    _PAGE.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, nargs="+", default=[10_000, 100_000], help="about so many statements")
    sizes = sorted(parser.parse_args().size)
    measured = {}
    for size in sizes:
        # A process for each, so that its memory is its own.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
            measured[size] = process.submit(measure, size, size == sizes[0]).result()
        print(table(measured), file=sys.stderr, flush=True)
    print(table(measured))
    write(measured)


if __name__ == "__main__":
    main()
