"""Anyone can compute a release's hashes anew, from the files or from the statements of any one dump."""

import shutil
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from planverk import release
from planverk.cli import main
from planverk.instance import Instance
from planverk.media import RDF_REPRESENTATIONS
from planverk.packing import PACKINGS
from planverk.verification import hashes


@pytest.fixture(scope="module")
def folder(odd: Instance) -> Path:
    return odd.releases / "1.0.0"


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(folder, tmp_path / "copy", ignore=shutil.ignore_patterns("store"))
    return tmp_path / "copy"


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["verify", *arguments])


def test_a_release_is_what_was_published(folder: Path) -> None:
    result = verify(str(folder))
    assert (result.exit_code, "0 avvik" in result.stderr) == (0, True)


@pytest.mark.parametrize("packing", ["", *(f".{row.suffix}" for row in PACKINGS)])
@pytest.mark.parametrize("row", RDF_REPRESENTATIONS, ids=lambda row: row.suffix)
def test_every_dump_alone_has_the_same_hashes(folder: Path, row: object, packing: str) -> None:
    manifest = release.open_release(folder).manifest
    found = hashes(folder / f"data.{row.suffix}{packing}")  # type: ignore[attr-defined]  # a Representation
    assert found.triples == manifest["triplesHash"]
    assert found.dataset == (manifest["canonicalHash"] if row.has_graphs else None)  # type: ignore[attr-defined]  # same


@pytest.mark.parametrize(
    "name", ["data.nt", "data.ttl.gz", "Theme.csv", "tables.xlsx", "vocabulary.nq", "shacl-report.nq"]
)
def test_one_byte_that_was_flipped_is_found(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    result = verify(str(copy), "--quiet")
    assert result.exit_code == 1
    assert f"{name} has SHA-256" in result.stdout


def test_a_dump_that_says_something_else_is_found_though_the_sums_were_changed_with_it(copy: Path) -> None:
    path = copy / "data.ttl"
    before = release.sha256(path)
    path.write_text(path.read_text(encoding="utf-8").replace("En oppdiktet plan", "En diktet plan"), encoding="utf-8")
    for listing in ("SHA256SUMS", "manifest.json"):
        text = (copy / listing).read_text(encoding="utf-8").replace(before, release.sha256(path))
        (copy / listing).write_text(text, encoding="utf-8")
    result = verify(str(copy), "--quiet")
    assert result.exit_code == 1
    assert "data.ttl" in result.stdout


def test_what_is_missing_is_named(copy: Path) -> None:
    (copy / "data.trig").unlink()
    assert "data.trig is missing." in verify(str(copy), "--quiet").stdout


def test_a_dump_without_a_manifest_is_told_its_hashes(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "data.nq.zst", tmp_path)
    result = verify(str(tmp_path / "data.nq.zst"))
    assert f"canonicalHash {release.open_release(folder).content_hash}" in result.stdout


@pytest.mark.parametrize("name", ["nothing", "page.html", "data.ttl"])
def test_what_is_no_release_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "page.html").write_text("<html>")
    (tmp_path / "data.ttl").write_text("this is not Turtle")
    result = verify(str(tmp_path / name))
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")


@pytest.mark.parametrize("name", ["data.ttl.gz", "data.ttl.zst", "data.nq.gz", "data.nq.zst"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_packed_dump_that_is_broken_is_found(copy: Path, name: str, part: float) -> None:
    content = bytearray((copy / name).read_bytes())
    content[int(len(content) * part)] ^= 255
    (copy / name).write_bytes(content)
    result = verify(str(copy / name))
    assert (result.exit_code, name in result.output, type(result.exception)) == (1, True, SystemExit)


@pytest.mark.parametrize(
    "manifest",
    [
        "[]",
        '{"files": [{"name": "data.nq"}], "canonicalHash": "", "triplesHash": ""}',
        '{"files": [5], "canonicalHash": "", "triplesHash": ""}',
        '{"files": {}, "canonicalHash": "", "triplesHash": ""}',
    ],
)
def test_what_is_no_manifest_is_told(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    result = verify(str(tmp_path))
    assert (result.exit_code, "is not the manifest of a release" in result.stderr) == (1, True)


def test_what_is_no_address_is_told() -> None:
    assert "«https://[x/» is no address" in verify("https://[x/").stderr


@pytest.mark.parametrize("path", ["/releases/1.0.0/", "/releases/1.0.0/data.ttl"])
def test_where_there_is_no_release_the_address_is_told(path: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}{path}"
        result = verify(address, "--quiet")
        server.shutdown()
    assert (result.exit_code, address in result.stderr, "/tmp" in result.stderr) == (1, True, False)
