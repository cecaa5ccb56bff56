"""Does the service hold? Good, bad and hostile requests at random for some minutes, through the real server.

`python benchmarks/soak.py [MINUTES]`, ten by default. Clients ask at random, hypothesis makes up queries, and schemathesis makes up
requests from /openapi.json, those that fit it and those that do not. Prints what was answered, and ends with 1 when anything was
answered with 500 or not as /openapi.json says, a worker was lost, the memory grew beyond its bound, or the service no longer answers.
"""

import http.client
import random
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from service import service

CLIENTS = 6
# What the service may hold beyond what it held after a minute: the cache of results, and some for the allocator.
GROWTH_MB = 64 + 64
UNDESCRIBED = "not as described"
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
    with ThreadPoolExecutor(CLIENTS + 2) as threads:
        clients = [threads.submit(client, port, number, end) for number in range(CLIENTS)]
        inventors = [threads.submit(invented, port, end), threads.submit(described, port, end)]
        time.sleep(min(60, minutes * 20))
        early = memory(pid)
        answers = sum((future.result() for future in [*clients, *inventors]), Counter())
    late = memory(pid)
    alive = ask(port, "GET", "/sparql?query=ASK%7B%7D", "*/*") == "200"
    lost = workers_lost(port)
    print(f"{answers.total()} requests: {dict(sorted(answers.items()))}")
    print(
        f"memory {early} MB after the first minute, {late} MB at the end (bound {early + GROWTH_MB}); "
        f"workers lost: {lost}; answers: {alive}"
    )
    return alive and not (lost or answers["500"] or answers[UNDESCRIBED]) and late <= early + GROWTH_MB


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


def described(port: int, end: float) -> Counter[str]:
    """Requests that schemathesis makes up from the description of the service, each answer held against it."""
    answers = Counter[str]()
    base = f"http://127.0.0.1:{port}"
    schema = schemathesis.openapi.from_url(f"{base}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    cases = [
        (operation, mode)
        for operation in operations
        for mode in GenerationMode
        if mode is GenerationMode.POSITIVE or operation.query
    ]
    while time.monotonic() < end:
        for operation, mode in cases:
            send_all(operation.as_strategy(generation_mode=mode), base, end, answers)
    return answers


def send_all(cases: st.SearchStrategy[schemathesis.Case], base: str, end: float, answers: Counter[str]) -> None:
    """Some requests of one kind."""

    @settings(
        max_examples=20, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=cases, accept=st.sampled_from(ACCEPTS))
    def send(case: schemathesis.Case, accept: str) -> None:
        if time.monotonic() < end:
            case.headers["Accept"] = accept
            answers[judged(case, base)] += 1

    send()


def judged(case: schemathesis.Case, base: str) -> str:
    """The status of the answer to a request, or that it is not one of those described."""
    try:
        response = case.call(base_url=base, timeout=30)
    except requests.RequestException as error:
        return type(error).__name__
    try:
        case.validate_response(response, checks=[status_code_conformance, content_type_conformance])
    except FailureGroup as failure:
        print(f"not as described: {case.as_curl_command()}\n{failure}", file=sys.stderr)
        return UNDESCRIBED
    return str(response.status_code)


def workers_lost(port: int) -> int:
    """Queries that still hold a worker when nobody asks any more; none, once those under way have met their limit."""
    for _ in range(50):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        busy = sum(int(float(line.split()[-1])) for line in lines if line.startswith("planverk_queries{"))
        if not busy:
            return 0
        time.sleep(0.1)
    return busy


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
