"""Do pages feel slow queries? Dereferences alone, and beside four queries that never end, in turn, through the real server.

Run by `make bench`. What disturbs the machine disturbs both, and most rounds not at all: each round gives a ratio of 99th percentiles,
and the median of these is held against the target of 3. Below a floor nobody feels a difference, and a percentile is noise: a shorter
one counts as the floor. Prints the rounds, the ratio, and how the queries ended.
"""

import http.client
import json
import statistics
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from service import service

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FORMATS = ["application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"]
ROUNDS, REQUESTS, TARGET = 5, 1000, 3
# Two of the queries wait until the others have ended, so a round takes eight seconds.
SETTINGS = "\n[limits]\nseconds = 4\n"
# In seconds; nobody feels a shorter time, and a percentile of such times is noise.
FLOOR = 0.003


def main() -> None:
    """Measure, print, and exit with 1 when a dereference was lost or a query did not end as an error."""
    with service(SETTINGS) as running:
        _dereferences(running.port)  # so that both find the same answers finished
        whole = _measure(running.port)
    sys.exit(0 if whole else 1)


def _measure(port: int) -> bool:
    print(
        f"| round | alone: median, p99, ms | beside four endless queries: median, p99, ms | ratio of p99, at least {FLOOR * 1000:g} ms |"
    )
    print("|---|---:|---:|---:|")
    ratios, answered, ends = [], 0, set()
    for number in range(ROUNDS):
        alone = _dereferences(port)
        beside, ended = _beside_endless(port, number)
        ratios.append(_felt(beside) / _felt(alone))
        answered += len(alone) + len(beside)
        ends |= ended
        print(f"| {number + 1} | {_told(alone)} | {_told(beside)} | {ratios[-1]:.2f} |")
    print(f"\n{answered} of {2 * ROUNDS * REQUESTS} answered; the queries ended as {sorted(ends)}")
    ratio = statistics.median(ratios)
    print(f"median ratio {ratio:.2f} (target below {TARGET}): {'met' if ratio < TARGET else '**missed**'}")
    return answered == 2 * ROUNDS * REQUESTS and ends == {504}


def _beside_endless(port: int, number: int) -> tuple[list[float], set[int]]:
    """How long dereferences take while the queries run, and as what the queries ended."""
    with ThreadPoolExecutor(len(FORMATS)) as threads:
        ending = [threads.submit(_endless, port, accept, number) for accept in FORMATS]
        time.sleep(0.5)
        times = _dereferences(port)
        return times, {future.result() for future in ending}


def _dereferences(port: int) -> list[float]:
    times = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for number in range(REQUESTS):
        began = time.perf_counter()
        accept = "text/turtle" if number % 2 else "text/html"
        connection.request("GET", "/doc/plan/verdiskaping-2015-2020", headers={"Accept": accept})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            times.append(time.perf_counter() - began)
    connection.close()
    return times


def _endless(port: int, accept: str, number: int) -> int:
    query = urllib.parse.urlencode({"query": f"{ENDLESS} # {accept} {number}"})
    request = urllib.request.Request(f"http://127.0.0.1:{port}/sparql?{query}", headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            json.load(error)
            return error.code


def _felt(times: list[float]) -> float:
    return max(_percentile(times, 99), FLOOR)


def _told(times: list[float]) -> str:
    return f"{_percentile(times, 50) * 1000:.2f}, {_percentile(times, 99) * 1000:.2f}"


def _percentile(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1]


if __name__ == "__main__":
    main()
