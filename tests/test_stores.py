"""The same service on every store: embedded, on a real Apache Jena Fuseki and on a real Virtuoso.

What is equal: every statement, in its graph, with its language and datatype. What is not: how a store spells numbers and
truth values (`400000` may come back as `400000.0`), and in which order it gives rows that nobody asked to be sorted.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from conftest import TESTS, released
from planverk.instance import Instance, RemoteStore
from planverk.release import current
from planverk.store import loading
from planverk.store.edition import Edition
from planverk.store.frozen import FrozenEdition
from planverk.store.library import library, server
from planverk.store.sparql import SparqlRequest
from planverk.web import create_app
from stores import VARIABLES, Needed, fuseki, virtuoso

SERVERS = {"fuseki": fuseki, "virtuoso": virtuoso}
BASE = "https://fjordheim.example.org/"
PLAN, DERIVED, CATALOGUE = (f"{BASE}id/graph/{name}" for name in ("plan", "derived", "catalogue"))
ONTOLOGY = "https://w3id.org/planverk/ontology"
FORMATS = {"table": "json", "truth": "json", "graph": "nt"}
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module", autouse=True)
def password() -> Iterator[None]:
    """The user and password of the servers, where planverk.toml says they are."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in VARIABLES.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def fjordheim(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """An invented county with one of everything that the ontology can say."""
    return released(TESTS / "fjordheim", tmp_path_factory.mktemp("stores") / "instance")


@pytest.fixture(scope="module")
def frozen(fjordheim: Instance) -> FrozenEdition:
    """The release itself, which all stores are held against."""
    found = current(fjordheim.releases)
    assert found is not None
    return FrozenEdition(found, fjordheim.limits)


Started = Callable[[str], tuple[RemoteStore, "subprocess.Popen[bytes]"]]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, needed: Needed) -> Iterator[Started]:
    """A server by its name, started when it is first asked for; it is stopped with the last test of this file."""
    running: dict[str, Any] = {}

    def start(name: str) -> tuple[RemoteStore, "subprocess.Popen[bytes]"]:
        if name not in running:
            opened = SERVERS[name](tmp_path_factory.mktemp(name), needed)
            running[name] = opened, opened.__enter__()
        return running[name][1]  # type: ignore[no-any-return]

    yield start
    for opened, _ in running.values():
        opened.__exit__(None, None, None)


@pytest.fixture(scope="module", params=["embedded", *SERVERS])
def instance(request: pytest.FixtureRequest, fjordheim: Instance, frozen: FrozenEdition, started: Started) -> Instance:
    """The county, answering from one store after the other."""
    if request.param == "embedded":
        return fjordheim
    store, _ = started(request.param)
    loading.push(frozen.release, server(store, os.environ), lambda step: None)
    return replace(fjordheim, store=store)


@pytest.fixture(scope="module")
def edition(instance: Instance) -> Edition:
    shelves = library(instance, os.environ)
    version = shelves.current_version()
    assert version == "1.0.0"
    return shelves.open(version)


@pytest.fixture(scope="module")
def client(instance: Instance) -> FlaskClient:
    return create_app(instance).test_client()


def quads(lines: bytes) -> set[tuple[str, ...]]:
    """Statements by value: what is left out is only how a store spells a number or a truth value."""
    parsed = ox.parse(lines, ox.RdfFormat.N_QUADS)
    return {(str(quad.subject), str(quad.predicate), *by_value(quad.object), str(quad.graph_name)) for quad in parsed}


def by_value(term: Any) -> tuple[str, ...]:
    kind = term.datatype.value.rpartition("#")[2] if isinstance(term, ox.Literal) else ""
    if kind in ("decimal", "integer"):
        return (str(Decimal(term.value).normalize()), kind)
    if kind == "boolean":
        return ("true" if term.value in ("1", "true") else "false", kind)
    return (str(term),)


def ask(edition: Edition, query: str, **graphs: tuple[str, ...]) -> Any:
    """The rows of a table (in no order), the truth or the triples that answer a query."""
    with edition.store.query(SparqlRequest(query, **graphs), FORMATS).content as content:
        text = content.read()
    if not text.startswith(b"{"):
        return sorted(text.splitlines())
    answer = json.loads(text)
    if "boolean" in answer:
        return answer["boolean"]
    rows = [{name: in_short(term) for name, term in row.items()} for row in answer["results"]["bindings"]]
    return sorted(rows, key=str)


def in_short(term: dict[str, str]) -> str:
    kind = term.get("datatype", "").rpartition("#")[2]
    number = kind in ("decimal", "integer", "int", "double")
    return str(float(term["value"])) if number else term["value"] + term.get("xml:lang", "").lower()


def things(frozen: FrozenEdition) -> list[str]:
    """Every thing of the plans and the catalogue, and some codes."""
    lines = b"".join((frozen.release.folder / part).read_bytes() for part in ("data.nq", "catalogue.nq")).splitlines()
    codes = re.findall(rb"^<https://w3id.org/planverk/code/action[^>]*>", frozen.about_codes(), re.MULTILINE) if False else []
    return sorted({line.split(b" ")[0][1:-1].decode() for line in [*lines, *codes]})


def test_what_is_known_of_every_thing_is_the_same(edition: Edition, frozen: FrozenEdition) -> None:
    different = [iri for iri in things(frozen) if quads(edition.document(iri) or b"") != quads(frozen.document(iri) or b"")]
    assert different == []
