"""A query is answered whole or ends as an error; none outlives its limits, and none harms its neighbours."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from planverk.instance import Instance
from planverk.limits import Limits
from planverk.release import STORE
from planverk.store.cache import Kept, ResultCache
from planverk.store.pool import Pool, Result
from planverk.store.process import Worker
from planverk.store.sparql import QueryRefused, SparqlRequest
from planverk.store.trouble import Busy, ClientGone, LimitExceeded, NotAcceptable, StoreFailed, TooManyFromClient
from planverk.web import create_app

FORMATS = {"table": "json", "truth": "json", "graph": "nt"}
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SMALL = "SELECT ?s { ?s a ?kind } LIMIT 1"

# A query that costs too much, and the limit it meets.
COSTLY = {
    ENDLESS: "seconds",
    "SELECT * {" + "".join(f"?a{n} <urn:p> ?b{n} ." for n in range(900)) + "}": "seconds",
    "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f": "memory_mb",
    "SELECT ?x { BIND('aaaaaaaaaaaaaaaa' AS ?v0) "
    + " ".join(f"BIND(CONCAT(?v{n},?v{n}) AS ?v{n + 1})" for n in range(40))
    + " BIND(STRLEN(?v40) AS ?x) }": "memory_mb",
    "SELECT * { ?a ?b ?c . ?d ?e ?f }": "result_mb",
    "CONSTRUCT { ?a ?b ?f } WHERE { ?a ?b ?c . ?d ?e ?f }": "result_mb",
    "SELECT * " + "{" * 150 + "}" * 150: "depth",
    "SELECT * { ?s ?p '" + "x" * 70_000 + "' }": "query_kb",
}


def pool_of(store: Path, limits: Limits) -> Pool:
    return Pool(partial(Worker, store, limits), limits)


LIMITS = Limits(seconds=5, memory_mb=256, result_mb=4, workers=2, waiting=2, per_client=3)


@pytest.fixture(scope="module")
def pool(buskerud: Instance) -> Pool:
    return pool_of(buskerud.releases / "current" / STORE, LIMITS)


@pytest.fixture(scope="module")
def pool_on_disk(buskerud: Instance) -> Pool:
    """The pool of a release that is too large to be held in memory."""
    return pool_of(buskerud.releases / "current" / STORE, LIMITS._replace(held_mb=0))


def ask(pool: Pool, query: str, client: str = "") -> bytes:
    with pool.query(SparqlRequest(query), FORMATS, client).content as content:
        return content.read()


async def answered(pool: Pool, query: str, client: str = "") -> bytes:
    with (await pool.answer(SparqlRequest(query), FORMATS, client)).content as content:
        return content.read()


def ask_on_a_loop(pool: Pool, query: str, client: str = "") -> bytes:
    return asyncio.run(answered(pool, query, client))


def ask_in_vain(pool: Pool, client: str) -> None:
    with pytest.raises(LimitExceeded):
        ask(pool, ENDLESS, client)


# The engine keeps statements in several orders, each in files of its own; these questions need them all.
OF_ALL = ("?s ?p ?o", "GRAPH ?g { ?s ?p ?o }")
OF_ONE = ("?s ?p <urn:o1>", "?s <urn:p1> ?o", "GRAPH ?g { ?s ?p <urn:o1> }", "GRAPH ?g { ?s <urn:p1> ?o }")


@pytest.mark.parametrize("loads", [2, 3, 8])
def test_a_worker_opens_the_files_of_its_store_however_many_they_are(loads: int, tmp_path: Path) -> None:
    store = ox.Store(str(tmp_path))
    for number in range(loads):
        triple = f"<urn:s{number}> <urn:p{number}> <urn:o{number}>"
        store.bulk_load(f"{triple} .\n{triple} <urn:g{number}> .\n".encode(), format=ox.RdfFormat.N_QUADS)
    del store
    assert len(list(tmp_path.glob("*.sst"))) > 16  # so many are open from the start
    pool = pool_of(tmp_path, Limits(workers=1, held_mb=0))
    for patterns, expected in ((OF_ALL, loads), (OF_ONE, 1)):
        for pattern in patterns:
            answer = json.loads(ask(pool, f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"))
            assert answer["results"]["bindings"][0]["n"]["value"] == str(expected), pattern


@pytest.mark.parametrize(("which", "asking"), [("pool", ask_on_a_loop), ("pool_on_disk", ask)])
@pytest.mark.parametrize("query", COSTLY, ids=lambda query: query[:40])
def test_a_query_that_costs_too_much_ends_as_an_error_and_the_next_is_answered(
    request: pytest.FixtureRequest, which: str, asking: Callable[[Pool, str], bytes], query: str
) -> None:
    pool = request.getfixturevalue(which)
    began = time.monotonic()
    with pytest.raises(LimitExceeded) as error:
        asking(pool, query)
    assert error.value.limit == COSTLY[query]
    assert time.monotonic() - began < pool.limits.seconds + 5
    assert b"bindings" in asking(pool, SMALL)


@pytest.mark.parametrize("graphs", [("urn:" + "x" * 70_000,), tuple(f"urn:{number:04}" for number in range(9000))])
@pytest.mark.parametrize("place", ["default_graphs", "named_graphs"])
def test_names_of_graphs_count_as_the_query_does(pool: Pool, place: str, graphs: tuple[str, ...]) -> None:
    with pytest.raises(LimitExceeded) as error:
        pool.query(SparqlRequest("ASK {}")._replace(**{place: graphs}), FORMATS)  # type: ignore[arg-type]  # either is one
    assert error.value.limit == "query_kb"


@pytest.mark.parametrize(
    "query", ["SELECT * { ?s ?p ?o }", "SELECT * { GRAPH ?g { ?s ?p ?o } }", "CONSTRUCT WHERE { ?s ?p ?o }"]
)
def test_what_is_held_in_memory_is_what_is_on_disk(buskerud: Instance, query: str) -> None:
    store = buskerud.releases / "current" / STORE
    on_disk, in_memory, another = (ask(pool_of(store, Limits(held_mb=held)), query) for held in (0, 16, 16))
    assert in_memory == another  # and in the same order, so that pages of results fit together
    if query.startswith("SELECT"):
        assert sorted_rows(in_memory) == sorted_rows(on_disk)
    else:
        assert sorted(in_memory.splitlines()) == sorted(on_disk.splitlines())


def sorted_rows(answer: bytes) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in json.loads(answer)["results"]["bindings"])


def test_each_query_on_a_loop_has_all_its_time(buskerud: Instance) -> None:
    pool = pool_of(buskerud.releases / "current" / STORE, Limits(seconds=2, workers=1))

    async def seconds() -> float:
        await answered(pool, SMALL)
        await asyncio.sleep(1.2)
        began = time.monotonic()
        with pytest.raises(LimitExceeded):
            await answered(pool, ENDLESS)
        return time.monotonic() - began

    assert 1.9 < asyncio.run(seconds()) < 5


def test_a_worker_is_asked_by_threads_and_loops_in_turn(buskerud: Instance) -> None:
    pool = pool_of(buskerud.releases / "current" / STORE, Limits(workers=1))

    async def asked() -> set[bytes]:
        answers = set()
        for _ in range(20):
            answers |= {await answered(pool, SMALL), await asyncio.to_thread(ask, pool, SMALL)}
        return answers

    assert len(asyncio.run(asked()) | asyncio.run(asked())) == 1
    assert pool.replaced == 0


@pytest.mark.parametrize("rows", [0, 1, 300, 12_000])
def test_an_answer_is_the_same_on_an_event_loop_whatever_its_size(pool: Pool, rows: int) -> None:
    query = f"SELECT ?s ?x {{ ?s ?p ?o . ?x a ?y }} LIMIT {rows}"
    assert ask_on_a_loop(pool, query) == ask(pool, query)


def test_while_a_query_runs_an_event_loop_goes_on(pool: Pool) -> None:
    async def counted() -> int:
        asking = asyncio.ensure_future(pool.answer(SparqlRequest(ENDLESS), FORMATS))
        turns = 0
        while not asking.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert isinstance(asking.exception(), LimitExceeded)
        return turns

    assert asyncio.run(counted()) > 100


@pytest.mark.parametrize("query", [ENDLESS, "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a"])
def test_a_query_that_nobody_on_the_event_loop_waits_for_frees_its_worker(pool: Pool, query: str) -> None:
    async def cancelled() -> None:
        asking = asyncio.ensure_future(pool.answer(SparqlRequest(query), FORMATS))
        await asyncio.sleep(0.3)
        assert pool.load["running"] == 1
        asking.cancel()
        await asyncio.wait([asking])

    asyncio.run(cancelled())
    assert pool.load == {**pool.load, "running": 0, "waiting": 0}
    assert ask(pool, SMALL)


def test_threads_and_event_loops_wait_in_the_same_queue(crowded: Pool) -> None:
    with pytest.raises(Busy):
        ask_on_a_loop(crowded, SMALL, "another")


def test_whoever_waits_gets_a_worker_in_turn_wherever_it_waits(buskerud: Instance) -> None:
    pool = pool_of(buskerud.releases / "current" / STORE, Limits(workers=1, waiting=99, per_client=99))

    async def all_asked() -> list[bytes]:
        threads = [asyncio.to_thread(ask, pool, f"{SMALL} # {n}") for n in range(20)]
        here = [answered(pool, f"{SMALL} # {n}") for n in range(20)]
        given_up = [asyncio.ensure_future(answered(pool, f"{SMALL} # {n}")) for n in range(20)]
        asking = asyncio.gather(*threads, *here)
        await asyncio.sleep(0)
        for one in given_up:
            one.cancel()
        return await asking

    assert len(asyncio.run(all_asked())) == 40
    assert pool.load == {"running": 0, "waiting": 0, "replaced": 0}


class Broken:
    """A worker whose answer cannot be put aside: the disk is full."""

    def __init__(self) -> None:
        self.ended = False

    def ask(self, *_: object) -> Result:
        raise OSError("No space left on device")

    async def answer(self, *_: object) -> Result:
        raise OSError("No space left on device")

    def end(self) -> None:
        self.ended = True


@pytest.mark.parametrize("asking", [ask, ask_on_a_loop])
def test_a_worker_with_an_answer_half_taken_is_not_asked_again(asking: Callable[[Pool, str], bytes]) -> None:
    started: list[Broken] = []

    def start() -> Broken:
        started.append(Broken())
        return started[-1]

    pool = Pool(start, Limits())
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            asking(pool, SMALL)
    assert [one.ended for one in started] == [True, True]
    assert pool.load == {"running": 0, "waiting": 0, "replaced": 2}


@pytest.mark.parametrize("asking", [ask, ask_on_a_loop])
def test_where_no_worker_can_be_started_the_next_who_asks_tries_again(asking: Callable[[Pool, str], bytes]) -> None:
    def start() -> Broken:
        raise OSError("Cannot allocate memory")

    pool = Pool(start, Limits(workers=1))
    for _ in range(2):
        with pytest.raises(OSError, match="memory"):
            asking(pool, SMALL)
    assert pool.load == {"running": 0, "waiting": 0, "replaced": 0}


def test_a_store_that_is_not_there_is_our_fault_and_not_the_query_s(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed):
        ask(pool_of(tmp_path / "nowhere", Limits()), SMALL)


def test_what_is_no_query_is_refused_with_its_place(pool: Pool) -> None:
    with pytest.raises(QueryRefused, match="Line 2, column"):
        ask(pool, "SELECT *\n{ ?s }")


def test_an_answer_in_no_wanted_format_is_refused_with_those_there_are(pool: Pool) -> None:
    with pytest.raises(NotAcceptable) as error:
        pool.query(SparqlRequest("ASK {}"), {"table": "csv"})
    assert error.value.available == ["application/sparql-results+json", "application/sparql-results+xml"]


def test_a_client_that_goes_away_frees_its_worker(pool: Pool) -> None:
    began = time.monotonic()
    with pytest.raises(ClientGone):
        pool.query(SparqlRequest(ENDLESS), FORMATS, gone=lambda: time.monotonic() - began > 0.3)
    assert time.monotonic() - began < 1
    assert pool.load["running"] == 0


@pytest.fixture
def crowded(pool: Pool) -> Iterator[Pool]:
    """The pool with an endless query in each worker, and as many waiting as may wait."""
    threads = [Thread(target=ask_in_vain, args=(pool, f"client {n // 2}")) for n in range(4)]
    for thread in threads:
        thread.start()
    while pool.load != {**pool.load, "running": 2, "waiting": 2}:
        time.sleep(0.01)
    yield pool
    for thread in threads:
        thread.join()


def test_when_enough_is_waiting_a_query_is_refused_at_once(crowded: Pool) -> None:
    began = time.monotonic()
    with pytest.raises(Busy):
        ask(crowded, SMALL, "another")
    assert time.monotonic() - began < 0.5


def test_one_client_may_not_have_too_many_queries(buskerud: Instance) -> None:
    pool = pool_of(buskerud.releases / "current" / STORE, Limits(seconds=1, workers=1, waiting=9, per_client=1))
    thread = Thread(target=ask_in_vain, args=(pool, "greedy"))
    thread.start()
    while not pool.load["running"]:
        time.sleep(0.01)
    with pytest.raises(TooManyFromClient):
        ask(pool, SMALL, "greedy")
    thread.join()
    assert ask(pool, SMALL, "greedy")


@pytest.fixture(scope="module")
def short(buskerud: Instance) -> FlaskClient:
    """The service for Buskerud with little patience."""
    return create_app(replace(buskerud, limits=Limits(seconds=1, result_mb=2, workers=1))).test_client()


ANSWERED_AS = [
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
]


@pytest.mark.parametrize("accept", ANSWERED_AS)
def test_a_query_that_does_not_end_is_an_error_in_every_format(short: FlaskClient, accept: str) -> None:
    response = short.get("/sparql", query_string={"query": ENDLESS}, headers={"Accept": accept})
    assert response.status_code == 504
    assert response.mimetype == "application/problem+json"
    assert response.json is not None
    assert (response.json["limit"], response.json["allowed"]) == ("seconds", "1 s")
    assert "/releases/" in response.json["detail"]


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_a_graph_that_is_too_large_is_an_error_in_every_format(short: FlaskClient, accept: str) -> None:
    # A property of its own: as a type, `?f` may be an address that RDF/XML has no way to write.
    query = "CONSTRUCT { ?a <http://example.org/p> ?f } WHERE { ?a ?b ?c . ?d ?e ?f }"
    response = short.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
    assert response.status_code in (413, 504)
    assert response.mimetype == "application/problem+json"


def test_a_large_answer_comes_whole_with_its_length(client: FlaskClient) -> None:
    query = {"query": "SELECT * { ?s ?p ?o . ?x a ?y } LIMIT 20000"}
    with client.get("/sparql", query_string=query, headers={"Accept": "text/csv"}) as response:
        assert response.data.count(b"\r\n") == 20001
        assert response.content_length == len(response.data) > 1 << 20


def test_a_question_asked_again_is_answered_from_memory(odd: Instance) -> None:
    app = create_app(odd)
    client, query = app.test_client(), {"query": SMALL}
    first = client.get("/sparql", query_string=query)
    edition = app.extensions["planverk.shelf"].current()
    edition.store = None  # whoever asks the store now fails
    second = client.get("/sparql", query_string=query)
    assert second.data == first.data
    again = client.get("/sparql", query_string=query, headers={"If-None-Match": second.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("", 2100),  # an answer of nothing takes its place all the same
        ("x" * 60_000, 17),
        ("\N{BLUEBERRIES}" * 60_000, 4),
    ],
)
def test_the_bound_of_memory_counts_questions_with_their_answers(text: str, most: int) -> None:
    cache = ResultCache(1 << 20)
    asked = [(SparqlRequest("ASK {}", (f"urn:{number}", text)), (("truth", "json"),)) for number in range(3000)]
    for question in asked:
        cache.keep(question, Kept("json", b""))
    kept = [question for question in asked if cache.get(question)]
    assert kept == asked[-len(kept) :]
    assert 0 < len(kept) <= most
