"""Another county's plan is pulled whole, judged and kept apart; whatever a hostile one does, what was good before stays."""

import gzip
import hashlib
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from rdflib import DCAT, DCTERMS, RDF, Graph

from planverk import exchange, folders, serialization
from planverk.cli import main
from planverk.exchange import pull
from planverk.exchange.county import Allowance, ExchangeError
from planverk.instance import Instance, read_instance
from planverk.limits import Limits
from planverk.media import N_QUADS, TURTLE
from planverk.neighbours import neighbours
from planverk.release import CATALOGUE, DATA, ReleaseError
from planverk.store import building
from planverk.store.pool import Pool
from planverk.store.process import Worker
from planverk.store.sparql import SparqlRequest
from planverk.store.translation import GraphNames, translate
from planverk.vocab import EU
from planverk.vocabulary import Vocabulary, read_vocabulary
from test_server import free_port

LITTLE = Allowance(seconds=60, megabytes=1)
QUICK = LITTLE._replace(seconds=2)


class Page(NamedTuple):
    """What a server answers at a path; its body may be something done to the connection instead."""

    body: bytes | Callable[[socket.socket], None]
    media_type: str = TURTLE.media_type
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class County:
    """A county's service, as good or as bad as a test wants it."""

    def __init__(self, port: int, odd: Instance) -> None:
        self.base = f"http://127.0.0.1:{port}/"
        release = odd.releases / "1.0.0"
        self.data = self._here((release / DATA).read_bytes())
        catalogue = self._here((release / CATALOGUE).read_bytes())
        self.catalogue = serialization.write(catalogue, TURTLE).decode()
        self.pages: dict[str, Page] = {}
        self.be_good()

    def _here(self, lines: bytes) -> bytes:
        return b"".join(sorted(lines.replace(b"https://data.example.org/", self.base.encode()).splitlines(True)))

    def be_good(self) -> None:
        self.pages = {"/katalog": Page(self.catalogue.encode())}
        self.publish(self.data)

    def publish(
        self, data: bytes | Callable[[socket.socket], None], media_type: str = N_QUADS.media_type, **more: object
    ) -> None:
        self.pages["/releases/1.0.0/data.nq"] = Page(data, media_type, **more)  # type: ignore[arg-type]  # see Page

    def state(self, *lines: str) -> None:
        """State something more in the graph of the plan."""
        graph = f"<{self.base}id/graph/plan>"
        self.publish(self.data + "".join(f"{line} {graph} .\n" for line in lines).encode())

    def say(self, old: str, new: str) -> None:
        """Say something else in the catalogue."""
        assert old in self.catalogue
        self.pages["/katalog"] = Page(self.catalogue.replace(old, new).encode())

    def add(self, text: str) -> None:
        """Say something more in the catalogue."""
        self.pages["/katalog"] = Page(f"{self.catalogue}@base <{self.base}> .\n{text}".encode())


@pytest.fixture(scope="module")
def running(odd: Instance) -> Iterator[County]:
    port = free_port()
    county = County(port, odd)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = county.pages.get(self.path, Page(b"", "text/html", 404))
            if callable(page.body):
                with suppress(OSError):
                    page.body(self.connection)
                self.close_connection = True
                return
            self.send_response(page.status)
            self.send_header("Content-Type", page.media_type)
            self.send_header("Content-Length", str(len(page.body)))
            for name, value in page.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield county
    server.shutdown()
    server.server_close()


@pytest.fixture
def county(running: County) -> County:
    running.be_good()
    return running


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


@pytest.fixture
def ours(tmp_path: Path) -> Instance:
    """The instance that pulls."""
    shutil.copy(folders.DATA / "buskerud" / "planverk.toml", tmp_path)
    return read_instance(tmp_path)


@pytest.fixture
def pulled(ours: Instance, county: County, vocabulary: Vocabulary) -> bytes:
    """What was pulled before, when the county was good."""
    assert not pull(ours, county.base, LITTLE, vocabulary, lambda step: None).violations
    return content(ours)


def content(instance: Instance) -> bytes:
    (path,) = (instance.folder / "pulled").iterdir()
    return path.read_bytes()


def dripping(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/n-quads\r\nContent-Length: 99999\r\n\r\n")
    while True:
        connection.sendall(b"#")
        time.sleep(0.05)


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/n-quads\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b"#" * 0x10000 + b"\r\n")


def half(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/n-quads\r\nContent-Length: 99999\r\n\r\n# half")


def silent(connection: socket.socket) -> None:
    time.sleep(20)


def redirected(place: str) -> Callable[[County], None]:
    return lambda county: county.publish(b"", status=302, headers=(("Location", place),))


LICENCE = "licence/NLOD_2_0"
CHECKSUM = f"""
@prefix spdx: <http://spdx.org/rdf/terms#> .
<id/dataset/fjord/nq> spdx:checksum <id/checksum/nq> .
<id/checksum/nq> spdx:algorithm spdx:checksumAlgorithm_sha256 ; spdx:checksumValue "{"0" * 64}" .
"""
# What a county does, and what is said of it.
HOSTILE: dict[str, tuple[Callable[[County], None], str]] = {
    "silent": (lambda county: county.publish(silent), "no whole answer in 2 s"),
    "drips": (lambda county: county.publish(dripping), "no whole answer in 2 s"),
    "endless": (lambda county: county.publish(endless), "1 MiB"),
    "breaks off": (lambda county: county.publish(half), "broke off"),
    "hangs up": (lambda county: county.publish(lambda connection: None), "closed connection"),
    "gone": (lambda county: county.publish(b"", status=404), "status 404"),
    "fails": (lambda county: county.publish(b"", status=500), "status 500"),
    "HTML": (lambda county: county.publish(county.data, "text/html"), "text/html, not application/n-quads"),
    "HTML that says it is N-Quads": (lambda county: county.publish(b"<html><p>Welcome"), "not N-Quads"),
    "no UTF-8": (lambda county: county.publish(b'<a:b> <a:b> "\xff" .\n'), "not N-Quads"),
    "IRIs that are none": (lambda county: county.publish(b"<a b> <a:b> <a:b> .\n"), "not N-Quads"),
    "gzip nobody asked for": (lambda county: county.publish(gzip.compress(b"#" * (1 << 24)), headers=(("Content-Encoding", "gzip"),)), "compressed, though nobody asked"),
    "gzip that hides itself": (lambda county: county.publish(gzip.compress(county.data)), "not N-Quads"),
    "nothing": (lambda county: county.publish(b""), "states nothing"),
    "only in our name": (lambda county: county.publish(county.data.replace(f"<{county.base}id/graph/".encode(), b"<https://data.bfk.no/id/graph/")), "states nothing"),
    "leads to a private address": (redirected("http://169.254.169.254/latest/meta-data/"), "not followed"),
    "leads to another port": (redirected("http://127.0.0.1:1/"), "not followed"),
    "leads to a file": (redirected("file:///etc/passwd"), "not followed"),
    "leads to no address": (redirected("http://["), "which is no address"),
    "leads to itself": (redirected("/releases/1.0.0/data.nq"), "more than 5 redirections"),
    "offers what lies elsewhere": (lambda county: county.say(f"<{county.base}releases", "<http://127.0.0.1:1/releases"), "offers no file below"),
    "a catalogue that is none": (lambda county: county.pages.update({"/katalog": Page(b"<html>")}), "not Turtle"),
    "no licence": (lambda county: county.say("dct:license", "dct:rights"), "names no licence"),
    "a closed licence": (lambda county: county.say(LICENCE, "licence/COM_REUSE"), "names http://publications.europa.eu/resource/authority/licence/COM_REUSE"),
    "published by us": (lambda county: county.say("999999999", "930580260"), "which is us"),
    "another checksum": (lambda county: county.add(CHECKSUM), "another checksum"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_county_is_refused_in_time_and_what_was_good_stays(
    name: str, pulled: bytes, ours: Instance, county: County, vocabulary: Vocabulary
) -> None:
    spoil, said = HOSTILE[name]
    spoil(county)
    began = time.monotonic()
    with pytest.raises(ExchangeError) as refused:
        pull(ours, county.base, QUICK if "2 s" in said else LITTLE, vocabulary, lambda step: None)
    assert said in str(refused.value)
    assert time.monotonic() - began < 30
    assert content(ours) == pulled


# What a county states that it may not, and the rule that keeps it out.
FORBIDDEN = {
    "of us": ('<https://data.bfk.no/id/theme/kompetanse> <http://purl.org/dc/terms/title> "Kapret"@nb', "Source-address"),
    "of another county": ('<https://vidda.example.org/id/theme/a> <http://purl.org/dc/terms/title> "Kapret"@nb', "Source-address"),
    "of a concept of all": ('<https://psi.norge.no/los/tema/naring> <http://purl.org/dc/terms/title> "Kapret"@nb', "Source-address"),
    "without an address": ('_:a <http://purl.org/dc/terms/title> "Uten"@nb', "Source-blank-node"),
    "of a person": ("<{base}id/person/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Person>", "Privacy-no-person"),
    "a date that is none": ('<{base}id/plan/fjord> <https://w3id.org/planverk/ontology#startYear> "aldri"^^<http://www.w3.org/2001/XMLSchema#gYear>', "Period-startYear"),
    "a link that leads nowhere": ("<{base}id/plan/fjord> <http://purl.org/dc/terms/source> <{base}id/source-document/nothing>", "Source-dead-link"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_county_that_states_what_it_may_not_is_told_by_which_rule_and_what_was_good_stays(
    name: str, pulled: bytes, ours: Instance, county: County, vocabulary: Vocabulary
) -> None:
    statement, rule = FORBIDDEN[name]
    county.state(statement.replace("{base}", county.base))
    found = pull(ours, county.base, LITTLE, vocabulary, lambda step: None)
    assert rule in {finding.rule_name for finding in found.violations}
    assert content(ours) == pulled


def test_a_word_that_we_do_not_know_yet_is_told_and_kept(
    pulled: bytes, ours: Instance, county: County, vocabulary: Vocabulary
) -> None:
    county.state(f'<{county.base}id/plan/fjord> <https://w3id.org/planverk/ontology#later> "Ny"@nb')
    found = pull(ours, county.base, LITTLE, vocabulary, lambda step: None)
    assert (found.violations, b"later" in content(ours)) == ([], True)
    assert "Source-unknown-term" in {finding.rule_name for finding in found.findings}


def test_data_that_takes_for_ever_to_judge_is_given_up(
    pulled: bytes, ours: Instance, county: County, vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(exchange, "validate", never)
    with pytest.raises(ExchangeError, match="Judging took more than 3 seconds"):
        pull(ours, county.base, LITTLE._replace(seconds=3), vocabulary, lambda step: None)
    assert content(ours) == pulled


def test_more_statements_than_allowed_are_refused(ours: Instance, county: County, vocabulary: Vocabulary) -> None:
    with pytest.raises(ExchangeError, match="more than 5 statements"):
        pull(ours, county.base, LITTLE._replace(statements=5), vocabulary, lambda step: None)
    assert not (ours.folder / "pulled").exists()


@pytest.mark.parametrize(
    "address", ["data.example.org", "file:///etc/passwd", "ftp://x/", "http://", "http://me:secret@x/", "http://x y/", "http://x:0/"]
)  # fmt: skip
def test_what_is_no_address_of_a_service_is_not_asked(address: str, ours: Instance, vocabulary: Vocabulary) -> None:
    with pytest.raises(ExchangeError, match="no address of a service"):
        pull(ours, address, LITTLE, vocabulary, lambda step: None)


def test_one_does_not_pull_oneself(ours: Instance, vocabulary: Vocabulary) -> None:
    with pytest.raises(ExchangeError, match="own address"):
        pull(ours, ours.base, LITTLE, vocabulary, lambda step: None)


def test_what_is_kept_tells_where_it_came_from(pulled: bytes, ours: Instance, county: County) -> None:
    (kept,) = neighbours(ours)
    said = serialization.statements(kept.provenance).decode()
    assert kept.base == county.base
    for part in (
        f"{county.base}releases/1.0.0/data.nq",
        "licence/NLOD_2_0",
        '"1.0.0"',
        kept.told_hash,
        "Fjordheim fylkeskommune",
    ):
        assert part in said
    assert hashlib.sha256(serialization.statements(kept.graph)).hexdigest() == kept.told_hash


def test_the_licence_kept_is_that_of_the_data_and_not_of_the_catalogue(
    pulled: bytes, ours: Instance, county: County, vocabulary: Vocabulary
) -> None:
    graph = Graph().parse(data=county.catalogue, format="turtle")
    for kind, name in ((DCAT.Catalog, "CC0"), (DCAT.Dataset, "CC_BY_4_0"), (DCAT.Distribution, "CC_BY_4_0")):
        for thing in graph.subjects(RDF.type, kind):
            graph.set((thing, DCTERMS.license, EU[f"licence/{name}"]))
    county.pages["/katalog"] = Page(graph.serialize(format="turtle").encode())
    assert pull(ours, county.base, LITTLE, vocabulary, lambda step: None).is_new
    assert neighbours(ours)[0].licences == {EU["licence/CC_BY_4_0"]}
    graph.set((next(graph.subjects(RDF.type, DCAT.Distribution)), DCTERMS.license, EU["licence/NLOD_2_0"]))
    county.pages["/katalog"] = Page(graph.serialize(format="turtle").encode())
    assert pull(ours, county.base, LITTLE, vocabulary, lambda step: None).is_new
    assert neighbours(ours)[0].licences == {EU["licence/CC_BY_4_0"], EU["licence/NLOD_2_0"]}


def test_only_what_the_county_states_is_kept(pulled: bytes, ours: Instance, county: County) -> None:
    (kept,) = neighbours(ours)
    stated = sum(line.endswith(f"<{county.base}id/graph/plan> .\n".encode()) for line in county.data.splitlines(True))
    assert len(kept.graph) == stated


def test_pulling_the_same_again_changes_nothing(
    pulled: bytes, ours: Instance, county: County, vocabulary: Vocabulary
) -> None:
    found = pull(ours, f"{county.base}katalog", LITTLE, vocabulary, lambda step: None)
    assert (found.is_new, content(ours)) == (False, pulled)


def test_a_kept_file_that_somebody_changed_is_not_released(pulled: bytes, ours: Instance) -> None:
    (path,) = (ours.folder / "pulled").iterdir()
    path.write_bytes(pulled.replace("blåbær".encode(), "jordbær".encode()))
    with pytest.raises(ReleaseError, match="not those that were pulled"):
        neighbours(ours)


def test_the_command_tells_what_it_kept_and_what_to_do(ours: Instance, county: County) -> None:
    outcome = CliRunner().invoke(main, ["pull", county.base, str(ours.folder)])
    assert outcome.exit_code == 0, outcome.output
    assert f"utsagn fra {county.base}" in outcome.stdout
    assert "planverk release" in outcome.stdout


def test_the_command_tells_why_nothing_was_kept(ours: Instance, county: County) -> None:
    county.state(FORBIDDEN["of us"][0])
    outcome = CliRunner().invoke(main, ["pull", county.base, str(ours.folder)])
    assert (outcome.exit_code, "Source-address" in outcome.stdout, "Ingenting er hentet" in outcome.stderr) == (
        1,
        True,
        True,
    )


def test_a_store_elsewhere_reads_other_counties_only_when_they_are_named() -> None:
    base = "https://data.example.org/id/graph/"
    names = GraphNames(
        {f"{base}{name}": f"{base}1.0.0/{name}" for name in ("plan", "neighbour-vidda", "neighbours")}, "none"
    )
    asked = translate(SparqlRequest("SELECT * { ?s ?p ?o }"), names)
    assert set(asked.default) & set(names.own.values()) == {f"{base}1.0.0/plan"}
    assert set(asked.named) >= set(names.own.values())


def test_a_worker_opens_the_rest_of_its_store_and_nothing_else(tmp_path: Path) -> None:
    store = tmp_path / "store"
    building.build(store, _many_files(tmp_path))
    assert len(list(store.glob("*.sst"))) > 16  # RocksDB opens so many at first
    pool = Pool(lambda: Worker(store, Limits()), Limits())
    counted = pool.query(SparqlRequest("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"), {"table": "csv"})
    with counted.content as content:
        assert content.read() == b"n\r\n60\r\n"


def _many_files(folder: Path) -> Iterator[Path]:
    for number in range(60):
        path = folder / f"{number}.nq"
        path.write_text(f"<a:s{number}> <a:p> <a:o{number}> <a:g{number}> .\n", encoding="utf-8")
        yield path
