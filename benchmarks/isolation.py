"""Do pages feel slow queries? 1,000 dereferences alone, and beside four queries that never end, through the real server.

Run by `make bench`. Prints the 99th percentile of both, their ratio against the target of 3, and how the queries ended.
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
REQUESTS, TARGET = 1000, 3


def main() -> None:
    """Measure, print, and exit with 1 when a dereference was lost or a query did not end as an error."""
    with service() as running:
        whole = _measure(running.port)
    sys.exit(0 if whole else 1)


def _measure(port: int) -> bool:
    idle = _dereferences(port)
    with ThreadPoolExecutor(len(FORMATS)) as threads:
        ending = [threads.submit(_endless, port, accept) for accept in FORMATS]
        time.sleep(0.5)
        loaded = _dereferences(port)
        ends = [future.result() for future in ending]
    for name, times in (("idle", idle), ("beside four endless queries", loaded)):
        print(
            f"{name}: {len(times)} of {REQUESTS} answered, median {_ms(times, 50):.2f} ms, p99 {_ms(times, 99):.2f} ms"
        )
    print(f"p99 ratio {_ms(loaded, 99) / _ms(idle, 99):.2f} (target below {TARGET})")
    print(f"the queries ended as {ends}")
    return len(loaded) == REQUESTS and set(ends) == {504}


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
    return times


def _endless(port: int, accept: str) -> int:
    query = urllib.parse.urlencode({"query": f"{ENDLESS} # {accept}"})
    request = urllib.request.Request(f"http://127.0.0.1:{port}/sparql?{query}", headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            json.load(error)
            return error.code


def _ms(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1] * 1000


if __name__ == "__main__":
    main()
