"""The site as plain files: a web server that knows nothing gives every page, every format and every release."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result
from rdflib import Graph

from endpoints import serving
from planverk import release
from planverk.cli import main
from planverk.instance import Instance

# The vocabulary is most of a small site, and its pages are like the others: left out to save time. So are past documents in languages.
LEFT_OUT = (
    r"^(/(nb|nn|en))?/(def|(id|doc)/(concept/[a-rt-z]|model|catalogue|dataset|service|code|element|period)|begreper|"
    r"informasjonsmodell|katalog|\.well-known|sparql/examples|query/)|^/(nb|nn|en)/releases/[^/]+/doc/|^/(nb|nn)/(id|doc)/"
)
LINK = re.compile(r'(?:href|src|action)="(/[^/"][^"]*|/)"')


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["export-static", *arguments])


@pytest.fixture(scope="module")
def tree(editions: Instance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("export") / "site"
    result = run(str(editions.folder), str(target), "--leave-out", LEFT_OUT)
    assert (result.exit_code, result.stdout) == (0, "")
    return target


@pytest.fixture(scope="module")
def served(tree: Path) -> Iterator[str]:
    with serving(tree) as address:
        yield address


def get(address: str) -> tuple[int, bytes]:
    try:
        with urlopen(address) as response:
            return response.status, response.read()
    except HTTPError as error:
        with error:
            return error.code, b""


def test_every_link_in_every_page_leads_somewhere(tree: Path) -> None:
    pages = list(tree.rglob("*.html"))
    lost = set()
    for page in pages:
        for found in LINK.findall(page.read_text(encoding="utf-8")):
            path = urlsplit(html.unescape(found)).path
            place = tree / unquote(path).lstrip("/")
            if not (re.search(LEFT_OUT, path) or place.is_file() or (place / "index.html").is_file()):
                lost.add((str(page.relative_to(tree)), path))
    assert lost == set()
    assert len(pages) > 100


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nn/",
        "/doc/plan/fjord",
        "/en/doc/theme/nytt",
        "/doc/theme/blåbær",
        "/doc/theme/o'hara_&_(1.0)",
        "/doc/concept/skråstrek/",
        "/id/plan/fjord",
        "/releases/",
        "/releases/1.1.0/",
        "/releases/1.0.0/doc/plan/fjord",
        "/nn/releases/1.1.0/changes",
        "/releases/1.0.0/report",
        "/feed.atom",
        "/feed.ttl",
        "/feed/1.1.0/1.ttl",
        "/sparql",
        "/en/search",
    ],
)
def test_a_plain_server_answers_at_the_same_addresses(served: str, path: str) -> None:
    status, content = get(served + quote(path))
    assert (status, bool(content)) == (200, True)


def test_the_formats_hold_what_the_service_said(served: str, editions: Instance) -> None:
    graphs = [Graph().parse(data=get(f"{served}/doc/plan/fjord.{suffix}")[1], format=form)
              for suffix, form in (("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml"))]  # fmt: skip
    assert graphs[0]
    assert set(graphs[0]) == set(graphs[1]) == set(graphs[2])


def test_releases_can_be_verified_from_the_plain_server(served: str) -> None:
    result = CliRunner().invoke(main, ["verify", f"{served}/releases/2.0.0/", "--quiet"])
    assert (result.exit_code, result.stdout) == (0, "")


def test_the_current_release_is_reached_as_before(served: str, editions: Instance) -> None:
    current = release.current(editions.releases)
    assert current is not None
    assert get(f"{served}/releases/current/data.nq")[1] == (current.folder / "data.nq").read_bytes()


def test_what_was_withdrawn_is_a_page_that_says_so(served: str, tree: Path) -> None:
    assert "Withdrawn" in get(f"{served}/en/doc/theme/gammelt")[1].decode()
    assert '"/doc/theme/gammelt" 1;' in (tree / "nginx.conf").read_text(encoding="utf-8")


def test_what_needs_a_service_says_so(served: str) -> None:
    assert "This needs a running service" in get(f"{served}/en/sparql")[1].decode()


def test_a_folder_with_something_else_in_it_is_left_alone(editions: Instance, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    result = run(str(editions.folder), str(tmp_path))
    assert (result.exit_code, "holds something else" in result.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_export_is_written_anew_in_place_of_the_one_before(editions: Instance, tmp_path: Path) -> None:
    for _ in range(2):
        result = run(str(editions.folder), str(tmp_path / "site"), "--leave-out", "^/.")
        assert result.exit_code == 0, result.output
        assert (tmp_path / "site" / "index.html").is_file()
        (tmp_path / "site" / "old.html").write_text("from before")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    run(str(editions.folder), str(tmp_path / "site"), "--leave-out", "^/.")
    assert not (tmp_path / "site" / "old.html").exists()


def test_before_the_first_release_there_is_nothing_to_export(unreleased: Instance, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["export-static", str(unreleased.folder), str(tmp_path / "tree")])
    assert (result.exit_code, "There is no release" in result.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["instance"]
