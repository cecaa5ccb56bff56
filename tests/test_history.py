"""What changed from release to release: sentences, RDF, an Atom feed, and a stream that a client follows to its end."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import pyshacl
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from rdflib import RDF, BNode, Graph, Literal, URIRef
from werkzeug.serving import make_server

from planverk.changes import Comparison, Kind, Side, side
from planverk.cli import main
from planverk.instance import Instance, read_instance
from planverk.media import RDF_REPRESENTATIONS
from planverk.release import MANIFEST, open_release, point
from planverk.store.frozen import FrozenEdition
from planverk.vocab import CS, DCT, LDES, PLAN, PROV, TREE
from planverk.web import create_app
from planverk.web.archive import MOST_OPEN, Archive

TESTS = Path(__file__).parent
ATOM = "{http://www.w3.org/2005/Atom}"
# rdflib's parsers use names that it has deprecated itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")


@pytest.fixture(scope="module")
def web(editions: Instance) -> FlaskClient:
    return create_app(editions).test_client()


@pytest.fixture(scope="module")
def served(editions: Instance) -> Iterator[str]:
    """The address at which the instance is served; it is also its base."""
    port = int(editions.base.rpartition(":")[2].strip("/"))
    server = make_server("127.0.0.1", port, create_app(editions), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield editions.base
    server.shutdown()
    thread.join()
    server.server_close()


def turtle(web: FlaskClient, path: str) -> Graph:
    response = web.get(path, headers={"Accept": "text/turtle"})
    assert (response.status_code, response.mimetype) == (200, "text/turtle")
    return Graph().parse(data=response.data, format="turtle")


def diff(instance: Instance, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["diff", "--instance", str(instance.folder), *arguments])
    return result.exit_code, result.stdout


# Sentences


@pytest.mark.parametrize(
    ("versions", "language", "sentences"),
    [
        (
            ("1.0.0", "1.1.0"),
            "nb",
            [
                "Endret: regional plan «Regional plan for fjorder (oppdiktet)» – beskrivelse: fra «En oppdiktet plan for "
                "tester.» til «En annen plan for tester.».",
                "Lagt til: plantema «Nytt tema (oppdiktet)».",
            ],
        ),
        (
            ("1.0.0", "1.1.0"),
            "en",
            [
                "Changed: regional plan “Regional plan for fjorder (oppdiktet)” – description: from “En oppdiktet plan "
                "for tester.” to “En annen plan for tester.”.",
                "Added: theme “New theme (fictional)”.",
            ],
        ),
        (
            ("1.1.0", "2.0.0"),
            "nn",
            [
                "Trekt tilbake: plantema «</script><script>alert(1)</script> (oppdiktet)» – erstatta av: lagt til «Nytt "
                "tema (oppdiktet)»; trekt tilbake: lagt til «2026-03-01».",
            ],
        ),
        (("1.1.0", "1.1.0"), "nb", []),
    ],
)
def test_what_changed_is_told_in_sentences(
    editions: Instance, versions: tuple[str, str], language: str, sentences: list[str]
) -> None:
    code, told = diff(editions, *versions, "--language", language)
    assert (code, told.splitlines()) == (1 if sentences else 0, sentences)


def test_what_is_gone_is_told_as_removed(editions: Instance) -> None:
    assert "Fjernet: plantema «Nytt tema (oppdiktet)»." in diff(editions, "1.1.0", "1.0.0")[1]


def test_dumps_in_any_format_are_compared_like_releases(editions: Instance) -> None:
    folder = editions.releases
    arguments = [str(folder / "1.0.0" / "data.rdf.gz"), str(folder / "1.1.0" / "data.jsonld")]
    told = CliRunner().invoke(main, ["diff", *arguments]).stdout
    assert "Lagt til: plantema «Nytt tema (oppdiktet)»." in told
    assert CliRunner().invoke(main, ["diff", arguments[0], str(folder / "1.0.0" / "data.nq.zst")]).exit_code == 0


def test_what_cannot_be_compared_is_refused_in_a_sentence(editions: Instance) -> None:
    result = CliRunner().invoke(main, ["diff", "--instance", str(editions.folder), "1.0.0", "9.9.9"])
    assert (result.exit_code, result.stderr.startswith("Error: ")) == (1, True)


def test_applying_the_changes_to_the_older_release_gives_the_newer(editions: Instance) -> None:
    sides = [side(open_release(editions.releases / version)) for version in ("1.0.0", "2.0.0")]
    graphs = [Graph().parse(data=b"".join(one.read()), format="nt") for one in sides]
    for change in Comparison(*sides, Graph()).changes():  # type: ignore[misc]  # two sides
        for term, value in change.removed:
            graphs[0].remove((URIRef(change.thing), term, value))
        for term, value in change.added:
            graphs[0].add((URIRef(change.thing), term, value))
    assert set(graphs[0]) == set(graphs[1])


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("", "", {}),
        ("", "<a:s> <a:p> <a:o> .\n", {"a:s": Kind.ADDED}),
        ("<a:s> <a:p> <a:o> .\n", "", {"a:s": Kind.REMOVED}),
        (
            "<a:s> <a:p> <a:o> .\n",
            "<a:s> <a:p> <a:q> .\n<a:t> <a:p> <a:o> .\n",
            {"a:s": Kind.CHANGED, "a:t": Kind.ADDED},
        ),
        ('<a:s> <a:p> "x y" .\n', '<a:s> <a:p> "x y"@nb .\n', {"a:s": Kind.CHANGED}),
    ],
)
def test_the_kind_of_a_change_follows_from_both_sides(
    tmp_path: Path, before: str, after: str, kinds: dict[str, Kind]
) -> None:
    for name, text in (("before", before), ("after", after)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    comparison = Comparison(Side(tmp_path / "before"), Side(tmp_path / "after"), Graph())
    assert dict(comparison.things) == kinds


# Pages and RDF


@pytest.mark.parametrize(
    ("below", "word"), [("/nb", "Lagt til: plantema"), ("/nn", "Endra: "), ("/en", "Added: theme")]
)
def test_the_changes_of_a_release_are_a_page(web: FlaskClient, below: str, word: str) -> None:
    page = web.get(f"{below}/releases/1.1.0/changes").text
    assert word in page
    assert f'href="{below}/doc/theme/nytt"' in page
    assert "<script>alert" not in web.get(f"{below}/releases/2.0.0/changes").text


def test_the_changes_of_a_release_are_change_sets(web: FlaskClient, editions: Instance) -> None:
    graph = turtle(web, "/releases/2.0.0/changes")
    (change,) = graph.subjects(RDF.type, CS.ChangeSet)
    assert graph.value(change, CS.subjectOfChange) == URIRef(f"{editions.base}id/theme/markup")
    assert {text.language for text in graph.objects(change, DCT.description) if isinstance(text, Literal)} == {
        "nb",
        "nn",
        "en",
    }
    added = {graph.value(statement, RDF.predicate) for statement in graph.objects(change, CS.addition)}
    assert added == {PLAN.withdrawnOn, DCT.isReplacedBy}
    assert not [node for triple in graph for node in triple if isinstance(node, BNode)]


def test_changes_may_be_asked_for_since_any_release(web: FlaskClient) -> None:
    since = turtle(web, "/releases/2.0.0/changes/since/1.0.0")
    assert len(set(since.subjects(RDF.type, CS.ChangeSet))) == 3
    assert web.get("/releases/2.0.0/changes/since/9.9.9").status_code == 404
    assert web.get("/releases/9.9.9/changes").status_code == 404


def test_all_is_new_in_the_first_release(web: FlaskClient) -> None:
    assert "This is the first release" in web.get("/en/releases/1.0.0/changes").text


# Atom


def test_the_feed_has_an_entry_for_each_release(web: FlaskClient, editions: Instance) -> None:
    response = web.get("/feed.atom", headers={"Accept-Language": "en"})
    assert response.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(response.data)
    entries = feed.findall(f"{ATOM}entry")
    days = [entry.findtext(f"{ATOM}updated") for entry in entries]
    assert days == ["2026-03-04T00:00:00Z", "2026-02-03T00:00:00Z", "2026-01-02T00:00:00Z"]
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        f"{editions.base}releases/{version}/" for version in ("2.0.0", "1.1.0", "1.0.0")
    ]
    assert "Lagt til: plantema «Nytt tema (oppdiktet)»." in "".join(entries[1].itertext())
    for element in feed.iter():
        if element.tag == f"{ATOM}link":
            assert web.get("/" + element.attrib["href"].removeprefix(editions.base)).status_code == 200


# The stream


def test_the_stream_says_what_it_is_and_where_its_pages_are(web: FlaskClient, editions: Instance) -> None:
    graph = turtle(web, "/feed")
    (stream,) = graph.subjects(RDF.type, LDES.EventStream)
    assert graph.value(stream, LDES.timestampPath) == PROV.generatedAtTime
    assert graph.value(stream, LDES.versionOfPath) == DCT.isVersionOf
    assert (graph.value(stream, TREE.shape), None, None) in graph
    pages = {str(page) for page in graph.objects(None, TREE.node)}
    assert pages == {f"{editions.base}feed/{version}/1" for version in ("1.0.0", "1.1.0", "2.0.0")}


def test_every_member_has_the_shape_that_the_stream_names(web: FlaskClient) -> None:
    root = turtle(web, "/feed")
    stream, shape = (
        root.value(None, RDF.type, LDES.EventStream),
        root.value(None, TREE.shape, None)
        or root.value(next(iter(root.subjects(RDF.type, LDES.EventStream))), TREE.shape),
    )
    pages = Graph()
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        pages += turtle(web, f"/feed/{version}/1")
    members = set(pages.objects(stream, TREE.member))
    root.add((shape, URIRef("http://www.w3.org/ns/shacl#targetObjectsOf"), TREE.member))  # type: ignore[arg-type]  # a shape there is
    conforms, _, text = pyshacl.validate(pages, shacl_graph=root, inference="none")
    assert conforms, text
    assert len(members) == 8 + 2 + 1


@pytest.mark.parametrize("row", RDF_REPRESENTATIONS, ids=lambda row: row.suffix)
def test_a_page_of_the_stream_never_changes(web: FlaskClient, editions: Instance, row: object) -> None:
    path = f"/feed/1.1.0/1.{row.suffix}"  # type: ignore[attr-defined]  # a Representation
    first, again = web.get(path), create_app(editions).test_client().get(path)
    assert first.data == again.data
    assert (first.cache_control.immutable, first.cache_control.no_cache) == (True, None)
    assert b"_:" not in first.data


@pytest.mark.parametrize("path", ["/feed/1.1.0/2", "/feed/1.1.0/0", "/feed/9.9.9/1", "/feed/1.1.0/x"])
def test_there_are_no_other_pages_in_the_stream(web: FlaskClient, path: str) -> None:
    assert web.get(path).status_code == 404


def test_a_client_from_npm_follows_the_stream_to_its_end(
    served: str, editions: Instance, needed: Callable[[str], str]
) -> None:
    needed("tests/npm/node_modules/ldes-client")
    command = [needed("node"), str(TESTS / "npm" / "follow.mjs"), f"{served}feed"]
    process = subprocess.run(command, cwd=TESTS / "npm", capture_output=True, check=False, timeout=60)
    assert process.returncode == 0, process.stderr.decode()
    members = [json.loads(line) for line in process.stdout.decode().splitlines()]
    things = [member["id"].partition("/doc/")[2] for member in members]
    assert sorted(things).count("theme/markup") == 2
    assert len(members) == 11
    assert f"{editions.base}releases/1.1.0/doc/theme/nytt" in {member["id"] for member in members}


# However many releases there are


@pytest.fixture
def many(editions: Instance, tmp_path: Path) -> Instance:
    """More releases than are open at once, one a day."""
    instance = read_instance(shutil.copytree(editions.folder, tmp_path / "instance", symlinks=True))
    for day in range(1, MOST_OPEN + 1):
        folder = shutil.copytree(instance.releases / "2.0.0", instance.releases / f"3.{day}.0")
        told = json.loads((folder / MANIFEST).read_text()) | {"version": folder.name, "issued": f"2026-04-{day:02}"}
        (folder / MANIFEST).write_text(json.dumps(told))
    point(instance.releases, f"3.{MOST_OPEN}.0")
    return instance


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done anew: files of statements that are read from their beginning, and vocabularies."""
    done: list[str] = []
    read, vocabulary = Side.read, FrozenEdition.vocabulary

    def read_of(one: Side) -> Iterator[bytes]:
        done.append(str(one.path))
        return read(one)

    def vocabulary_of(one: FrozenEdition) -> Graph:
        if "vocabulary" not in vars(one):
            done.append(f"vocabulary of {one.release.version}")
        return vocabulary.__get__(one)

    monkeypatch.setattr(Side, "read", read_of)
    monkeypatch.setattr(FrozenEdition, "vocabulary", property(vocabulary_of))
    return done


@pytest.mark.parametrize("path", ["/feed.atom", "/feed.ttl"])
def test_what_was_compared_for_the_feeds_is_not_compared_again(many: Instance, work: list[str], path: str) -> None:
    client = create_app(many).test_client()
    first = client.get(path)
    assert len([one for one in work if one.endswith(".nq")]) == 2 * (MOST_OPEN + 3) - 1
    work.clear()
    assert client.get(path).data == first.data
    assert work == []


def test_the_stream_needs_no_vocabulary(many: Instance, work: list[str]) -> None:
    create_app(many).test_client().get("/feed.ttl")
    assert not [one for one in work if one.startswith("vocabulary")]


def test_a_comparison_that_is_kept_needs_no_release_opened(many: Instance, work: list[str]) -> None:
    archive = Archive(many.releases, many.limits)
    newest = archive.releases()[-1]
    kept = archive.comparison(newest)
    for release in archive.releases()[:-1]:
        archive.edition(release.version)
    work.clear()
    assert archive.comparison(newest) is kept
    assert work == []


@pytest.mark.parametrize(
    "path", ["/feed.atom", "/feed", "/feed/1.1.0/1", "/releases/1.1.0/changes", "/releases/2.0.0/changes/since/1.0.0"]
)
def test_what_is_told_of_changes_is_kept_until_another_release(web: FlaskClient, path: str) -> None:
    told: dict[str, str] = {}
    assert web.get(path, environ_overrides={"planverk.told": told}).status_code == 200
    assert told["version"] == "2.0.0"
