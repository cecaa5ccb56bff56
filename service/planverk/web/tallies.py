"""How many answers a process has given, and how long they took, as Prometheus reads it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from threading import Lock

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

# The upper bounds of the histogram, in seconds.
_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_NAMES = (*map(str, _BOUNDS), "+Inf")


class Tally:
    """Answers of one kind, by how long they took. Prometheus' own counters do the same in ten times the time."""

    def __init__(self) -> None:
        """Begin with none."""
        self.counts = [0] * len(_NAMES)
        self.seconds = 0.0
        self._lock = Lock()

    def add(self, seconds: float) -> None:
        """Count an answer, which took so long."""
        place = bisect_left(_BOUNDS, seconds)
        with self._lock:
            self.counts[place] += 1
            self.seconds += seconds


class Tallies(Collector):
    """The tallies of all kinds of answers: a method, a route and a status."""

    def __init__(self) -> None:
        """Begin with none."""
        self._tallies: defaultdict[tuple[str, str, str], Tally] = defaultdict(Tally)

    def of(self, method: str, route: str, status: int) -> Tally:
        """Where answers of a kind are counted."""
        return self._tallies[method, route, str(status)]

    def collect(self) -> Iterator[Metric]:
        """The answers of each kind, and how long those of each route took."""
        requests = CounterMetricFamily("planverk_requests", "Requests answered", labels=["method", "route", "status"])
        by_route = defaultdict(list)
        for kind, tally in sorted(self._tallies.copy().items()):
            requests.add_metric(kind, sum(tally.counts))
            by_route[kind[1]].append(tally)
        yield requests
        seconds = HistogramMetricFamily("planverk_request_seconds", "Time to answer", labels=["route"])
        for route, tallies in by_route.items():
            counts = accumulate(map(sum, zip(*(tally.counts for tally in tallies), strict=True)))
            seconds.add_metric([route], list(zip(_NAMES, counts, strict=True)), sum(tally.seconds for tally in tallies))
        yield seconds
