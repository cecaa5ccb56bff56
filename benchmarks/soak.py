"""Does the service hold? Good, bad and hostile requests at random for some minutes, through the real server.

`python benchmarks/soak.py [MINUTES]`, ten by default. Prints what was answered, and ends with 1 when anything was answered
with 500, a worker was lost, the memory grew beyond its bound, or the service no longer answers.
"""

import http.client
import random
import socket
import subprocess
import sys
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from service import service

CLIENTS = 6
# What the service may hold beyond what it held after a minute: the cache of results, and some for the allocator.
GROWTH_MB = 64 + 64
QUESTIONS = [path.read_text(encoding="utf-8") for path in (Path(__file__).parents[1] / "tests/questions").glob("*.rq")]
PATHS = [
    "/", "/doc/plan/verdiskaping-2015-2020", "/id/theme/foui", "/doc/nothing", "/def", "/def/Goal", "/katalog", "/releases/",
    "/releases/1.0.0/data.nq", "/releases/../../etc/passwd", "/openapi.json", "/query/", "/.well-known/void", "/metrics",
    "/doc/%00", "/doc/%ff", "/" + "x" * 5000,
]  # fmt: skip
ACCEPTS = ["text/html", "text/turtle", "application/ld+json", "image/png", "*/*;q=0", "text/" + "x" * 3000, ";;;", ""]
HOSTILE = [
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f",
    "SELECT * { ?a ?b ?c . ?d ?e ?f }",
    "SELECT * " + "{" * 20000 + "}" * 20000,
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "INSERT DATA { <urn:a> <urn:b> 1 }",
    "LOAD <http://127.0.0.1:1/>",
]

terms = st.sampled_from(["?s", "?p", "?o", "<urn:x>", "plan:Theme", '"x"@nb', "42", "a", "*", "_:b", "true"])
words = st.sampled_from(
    [
        "SELECT",
        "*",
        "{",
        "}",
        "(",
        ")",
        "FILTER",
        "OPTIONAL",
        "UNION",
        "GRAPH",
        "BIND",
        "AS",
        "VALUES",
        ".",
        ";",
        "COUNT",
    ]
)
queries = st.lists(st.one_of(terms, words, st.text(max_size=8)), max_size=30).map(" ".join)


def main() -> None:
    """Run the soak and judge it."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    with service("\n[limits]\nseconds = 2\nper_client = 100\n") as running:
        well = soak(running.port, running.pid, minutes)
    sys.exit(0 if well else 1)


def soak(port: int, pid: int, minutes: float) -> bool:
    """Ask at random until the time is over, watch the memory, and say whether all was well."""
    end = time.monotonic() + minutes * 60
    with ThreadPoolExecutor(CLIENTS + 1) as threads:
        clients = [threads.submit(client, port, number, end) for number in range(CLIENTS)]
        inventor = threads.submit(invented, port, end)
        time.sleep(min(60, minutes * 20))
        early = memory(pid)
        answers = sum((future.result() for future in [*clients, inventor]), Counter())
    late = memory(pid)
    alive = ask(port, "GET", "/sparql?query=ASK%7B%7D", "*/*") == "200"
    print(f"{answers.total()} requests: {dict(sorted(answers.items()))}")
    print(
        f"memory {early} MB after the first minute, {late} MB at the end (bound {early + GROWTH_MB}); answers: {alive}"
    )
    return alive and not answers["500"] and late <= early + GROWTH_MB


def client(port: int, seed: int, end: float) -> Counter[str]:
    """One client that asks at random."""
    chance, answers = random.Random(seed), Counter[str]()
    while time.monotonic() < end:
        answers[chance.choice(REQUESTS)(port, chance)] += 1
    return answers


def page(port: int, chance: random.Random) -> str:
    """A page or a document, wanted in some format or none."""
    return ask(port, chance.choice(["GET", "HEAD", "OPTIONS", "POST"]), chance.choice(PATHS), chance.choice(ACCEPTS))


def question(port: int, chance: random.Random) -> str:
    """A good question, now and then cut short."""
    text = chance.choice(QUESTIONS)
    cut = chance.randrange(len(text)) if chance.random() < 0.3 else len(text)
    return sparql(port, text[:cut], chance.choice(["text/csv", "application/json", "image/png"]))


def hostile(port: int, chance: random.Random) -> str:
    """A query that costs too much or asks for what is not done."""
    return sparql(port, chance.choice(HOSTILE) + f" # {chance.random()}", "text/csv")


def hang_up(port: int, chance: random.Random) -> str:
    """A client that leaves before its answer."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        target = "/sparql?" + urllib.parse.urlencode({"query": chance.choice(HOSTILE[:3])})
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(chance.random())
    return "hung up"


REQUESTS: list[Callable[[int, random.Random], str]] = [page, page, page, page, question, question, hostile, hang_up]


def invented(port: int, end: float) -> Counter[str]:
    """Queries that hypothesis makes up."""
    answers = Counter[str]()

    @settings(
        max_examples=200, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(queries)
    def send(text: str) -> None:
        if time.monotonic() < end:
            answers[sparql(port, text, "text/csv")] += 1

    while time.monotonic() < end:
        send()
    return answers


def sparql(port: int, query: str, accept: str) -> str:
    """The status of the answer to a query."""
    return ask(port, "POST", "/sparql", accept, urllib.parse.urlencode({"query": query}))


def ask(port: int, method: str, path: str, accept: str, form: str | None = None) -> str:
    """The status of an answer, read to its end, or the name of what went wrong on the way."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    try:
        connection.request(method, path, form, {"Accept": accept, **kind})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    else:
        return str(answer.status)
    finally:
        connection.close()


def memory(pid: int) -> int:
    """Resident memory of the service's processes in MB, its query workers left out: they come and go within a bound."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,rss,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 3) for line in listed.splitlines()[1:]]
    family, grown = {str(pid)}, True
    while grown:
        found = {row[0] for row in rows if row[1] in family} - family
        family, grown = family | found, bool(found)
    return sum(int(row[2]) for row in rows if row[0] in family and "store.worker" not in row[3]) // 1024


if __name__ == "__main__":
    main()
