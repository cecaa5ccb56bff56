"""Releases over HTTP: lists of them, what is in each, and files that hold for ever."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, BNode, Graph
from werkzeug.test import TestResponse

from planverk import release
from planverk.instance import Instance, read_instance
from planverk.media import RDF_REPRESENTATIONS
from planverk.vocab import SH
from planverk.web import create_app, downloads

HERE = "/releases/1.0.0/"
FILES = [f"data.{row.suffix}" for row in RDF_REPRESENTATIONS] + ["manifest.json", "SHA256SUMS"]


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """An answer read to its end, with its file closed; `If_Range` stands for If-Range."""
    return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}, buffered=True)


@pytest.fixture(scope="module")
def manifest(odd: Instance) -> dict[str, Any]:  # Any: JSON
    current = release.current(odd.releases)
    assert current is not None
    return current.manifest


# Lists and pages


@pytest.mark.parametrize("path", ["/releases/", "/releases"])
def test_the_list_of_releases_is_a_page_or_json(odd_client: FlaskClient, path: str) -> None:
    page, data = get(odd_client, path), get(odd_client, path, Accept="application/json")
    assert page.content_type == "text/html; charset=utf-8"
    assert f'href="{HERE}"' in page.text
    assert data.get_json() == {"releases": [{"version": "1.0.0", "issued": "2026-01-02", "href": HERE}]}
    assert all({"Accept", "Accept-Encoding"} <= set(answer.headers["Vary"].split(", ")) for answer in (page, data))


@pytest.mark.parametrize("path", [HERE, HERE.rstrip("/")])
def test_a_release_is_a_page_with_its_files_or_its_manifest(
    odd_client: FlaskClient, manifest: dict[str, Any], path: str
) -> None:
    page, data = get(odd_client, path), get(odd_client, path, Accept="application/json")
    assert data.get_json() == manifest
    for row in manifest["files"]:
        assert f'href="{HERE}{row["name"]}"' in page.text
        assert row["sha256"] in page.text
        assert str(row["bytes"]) in page.text
    assert manifest["canonicalHash"] in page.text


def test_the_current_release_has_an_address_that_leads_to_it(odd_client: FlaskClient) -> None:
    for name in ("", "data.ttl", "manifest.json"):
        response = get(odd_client, f"/releases/current/{name}")
        assert (response.status_code, response.headers["Location"]) == (307, HERE + name)
        assert "immutable" not in response.headers.get("Cache-Control", "")
        assert get(odd_client, response.headers["Location"]).status_code == 200


def test_a_list_that_another_release_overtakes_is_told_as_the_older_one(
    copy_of_odd: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, listed = copy_of_odd.releases, release.all_releases
    shutil.copytree(folder / "1.0.0", folder / "1.1.0")

    def overtaken(releases: Path) -> list[release.Release]:
        found = listed(releases)
        release.point(releases, "1.1.0")
        return found

    monkeypatch.setattr(downloads, "all_releases", overtaken)
    for accept in ("text/html", "application/json"):
        release.point(folder, "1.0.0")
        told: dict[str, str] = {}
        create_app(copy_of_odd).test_client().get(
            "/releases/", headers={"Accept": accept}, environ_overrides={"planverk.told": told}
        )
        assert told["version"] == "1.0.0"


# Files


def test_every_file_is_what_the_manifest_says(odd_client: FlaskClient, manifest: dict[str, Any]) -> None:
    assert {row["name"] for row in manifest["files"]} >= {f"data.{row.suffix}" for row in RDF_REPRESENTATIONS}
    for row in manifest["files"]:
        response = get(odd_client, HERE + row["name"])
        assert response.mimetype == row["mediaType"]
        assert int(response.headers["Content-Length"]) == len(response.data) == row["bytes"]
        assert hashlib.sha256(response.data).hexdigest() == row["sha256"]
        assert response.headers["ETag"] == f'"{row["sha256"]}"'


def test_the_sums_and_the_manifest_are_files_too(odd_client: FlaskClient, manifest: dict[str, Any]) -> None:
    sums, told = get(odd_client, f"{HERE}SHA256SUMS"), get(odd_client, f"{HERE}manifest.json")
    assert sums.content_type == "text/plain; charset=utf-8"
    assert sums.text.splitlines() == [f"{row['sha256']}  {row['name']}" for row in manifest["files"]]
    assert (told.content_type, json.loads(told.data)) == ("application/json", manifest)
    assert sums.headers["ETag"] != told.headers["ETag"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_may_be_kept_for_ever(odd_client: FlaskClient, name: str) -> None:
    response = get(odd_client, HERE + name)
    kept = response.cache_control
    assert (kept.public, kept.max_age, kept.immutable, kept.no_cache) == (True, 365 * 24 * 60 * 60, True, None)
    assert "Expires" not in response.headers


@pytest.mark.parametrize("encodings", ["", "gzip, br, zstd"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_one_has_is_not_sent_again(odd_client: FlaskClient, name: str, encodings: str) -> None:
    first = get(odd_client, HERE + name, Accept_Encoding=encodings)
    again = get(odd_client, HERE + name, Accept_Encoding=encodings, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert get(odd_client, HERE + name, If_None_Match='"another"').status_code == 200


@pytest.mark.parametrize("encodings", ["", "gzip", "br", "gzip, deflate, br, zstd", "*"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_sent_as_it_was_frozen_whatever_encodings_are_accepted(
    odd_client: FlaskClient, odd: Instance, name: str, encodings: str
) -> None:
    response = get(odd_client, HERE + name, Accept_Encoding=encodings)
    assert "Content-Encoding" not in response.headers
    assert response.data == (odd.releases / "1.0.0" / name).read_bytes()


@pytest.mark.parametrize(
    ("asked", "part", "told"),
    [
        ("bytes=0-9", slice(0, 10), "bytes 0-9/{}"),
        ("bytes=10-", slice(10, None), "bytes 10-{last}/{}"),
        ("bytes=-5", slice(-5, None), "bytes {fifth_last}-{last}/{}"),
        ("bytes=0-0", slice(0, 1), "bytes 0-0/{}"),
        ("bytes=100-99999999", slice(100, None), "bytes 100-{last}/{}"),
    ],
)
@pytest.mark.parametrize("encodings", ["", "gzip, br, zstd"])
def test_a_part_of_a_file_may_be_asked_for(
    odd_client: FlaskClient, asked: str, part: slice, told: str, encodings: str
) -> None:
    whole = get(odd_client, f"{HERE}data.nt").data
    response = get(odd_client, f"{HERE}data.nt", Range=asked, Accept_Encoding=encodings)
    size = len(whole)
    assert (response.status_code, response.data) == (206, whole[part])
    assert response.headers["Content-Range"] == told.format(size, last=size - 1, fifth_last=size - 5)
    assert "Content-Encoding" not in response.headers


def test_a_broken_download_goes_on_only_if_the_file_is_the_same(odd_client: FlaskClient) -> None:
    whole = get(odd_client, f"{HERE}data.nt")
    same = get(odd_client, f"{HERE}data.nt", Range="bytes=100-", If_Range=whole.headers["ETag"])
    other = get(odd_client, f"{HERE}data.nt", Range="bytes=100-", If_Range='"another"')
    assert (same.status_code, whole.data[:100] + same.data) == (206, whole.data)
    assert (other.status_code, other.data) == (200, whole.data)


@pytest.mark.parametrize(
    "asked",
    ["lines=0-5", "bytes=0-1,5-6", "bytes=abc", "bytes=5-2", "bytes=", "bytes=-", "bytes=-0", "bytes=0-1-2", "bytes 0-1",
     "bytes=0-1;", "bytes=٣-٤", f"bytes={'9' * 5000}-"],
)  # fmt: skip
def test_a_part_told_in_other_words_is_as_if_none_was_asked_for(odd_client: FlaskClient, asked: str) -> None:
    response = get(odd_client, f"{HERE}data.nt", Range=asked)
    assert (response.status_code, response.data) == (200, get(odd_client, f"{HERE}data.nt").data)
    assert "Content-Range" not in response.headers


@pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=99999999-"])
def test_head_tells_of_the_whole_file_whatever_part_is_asked_for(odd_client: FlaskClient, asked: str) -> None:
    whole = get(odd_client, f"{HERE}data.nt")
    response = odd_client.head(f"{HERE}data.nt", headers={"Range": asked}, buffered=True)
    assert (response.status_code, response.content_length) == (200, len(whole.data))


def test_a_weak_validator_is_too_weak_for_a_part(odd_client: FlaskClient) -> None:
    whole = get(odd_client, f"{HERE}data.nt")
    response = get(odd_client, f"{HERE}data.nt", Range="bytes=100-", If_Range=f"W/{whole.headers['ETag']}")
    assert (response.status_code, response.data) == (200, whole.data)


def test_a_part_beyond_the_end_is_refused_with_the_size(odd_client: FlaskClient) -> None:
    size = len(get(odd_client, f"{HERE}data.nt").data)
    response = get(odd_client, f"{HERE}data.nt", Range="bytes=99999999-")
    assert (response.status_code, response.headers["Content-Range"]) == (416, f"bytes */{size}")


# Where the same is in other releases


@pytest.fixture(scope="module")
def three(odd: Instance, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """An instance with three releases, of which the last is current; only what tells them apart is new in each."""
    folder = tmp_path_factory.mktemp("three") / "instance"
    shutil.copytree(odd.folder, folder, symlinks=True)
    for version in ("1.1.0", "2.0.0"):
        shutil.copytree(folder / "releases" / "1.0.0", folder / "releases" / version)
        path = folder / "releases" / version / "manifest.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"version": version}))
    release.point(folder / "releases", "2.0.0")
    return create_app(read_instance(folder)).test_client()


@pytest.mark.parametrize("name", ["", "data.ttl", "data.nq.zst", "things.csv", "SHA256SUMS", "report"])
def test_a_release_leads_to_the_latest_and_to_its_neighbours(three: FlaskClient, name: str) -> None:
    name_in_links = "" if name == "report" else name
    expected = {
        "1.0.0": {"successor-version": "1.1.0"},
        "1.1.0": {"predecessor-version": "1.0.0", "successor-version": "2.0.0"},
        "2.0.0": {"predecessor-version": "1.1.0"},
    }
    for version, neighbours in expected.items():
        links = ", ".join(get(three, f"/releases/{version}/{name}").headers.getlist("Link"))
        found = {
            relation: other
            for other in ("1.0.0", "1.1.0", "2.0.0")
            for relation in ("predecessor-version", "successor-version")
            if f'</releases/{other}/{name_in_links}>; rel="{relation}"' in links
        }
        assert found == neighbours
        assert f'</releases/current/{name_in_links}>; rel="latest-version"' in links
        assert 'NLOD_2_0>; rel="license"' in links


# What the rules found


def test_the_report_is_a_page_or_a_shacl_report(client: FlaskClient) -> None:
    page, data = get(client, "/en/releases/1.0.0/report"), get(client, "/releases/1.0.0/report", Accept="text/turtle")
    report = Graph().parse(data=data.data, format="turtle")
    results = set(report.subjects(RDF.type, SH.ValidationResult))
    assert len(set(report.subjects(RDF.type, SH.ValidationReport))) == 1
    assert f"Number of findings: {len(results)}" in page.text
    for term in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent, SH.sourceShape, SH.resultMessage):
        assert set(report.subjects(term)) == results
    assert not [node for triple in report for node in triple if isinstance(node, BNode)]
    assert SH.Violation not in set(report.objects())


def test_the_page_of_a_release_says_how_to_cite_it(odd_client: FlaskClient) -> None:
    assert "[data set]. https://data.example.org/releases/1.0.0/" in get(odd_client, f"/en{HERE}").text


# What is not there


@pytest.mark.parametrize(
    "path",
    [
        "/releases/9.9.9/",
        "/releases/9.9.9/data.ttl",
        "/releases/1.0.0/nothing",
        "/releases/1.0.0/data",
        "/releases/1.0.0/data.TTL",
        "/releases/1.0/",
        "/releases/1.0.0%20/",
        "/releases/1.0.0%0A/",
        "/releases/" + "9" * 300 + "/",
        "/releases/%00/",
        "/releases/%FF/",
    ],
)
def test_an_unknown_version_or_name_is_not_found(odd_client: FlaskClient, path: str) -> None:
    assert get(odd_client, path).status_code == 404


@pytest.mark.parametrize("name", ["", "planverk.toml", "manifest.json", "data.ttl", "passwd"])
@pytest.mark.parametrize(
    "version",
    [
        "..",
        "%2E%2E",
        "..%2F..",
        ".",
        ".draft",
        ".lock",
        ".current",
        "%2Fetc",
        "/etc",
        "1.0.0%2F..",
        "1.0.0/..",
    ],
)
def test_no_path_leads_out_of_the_releases(odd_client: FlaskClient, version: str, name: str) -> None:
    assert get(odd_client, f"/releases/{version}/{name}").status_code == 404


def test_a_draft_is_no_release(copy_of_odd: Instance) -> None:
    shutil.copytree(copy_of_odd.releases / "1.0.0", copy_of_odd.releases / ".draft")
    client = create_app(copy_of_odd).test_client()
    for name in ("", "manifest.json", "data.ttl"):
        assert get(client, f"/releases/.draft/{name}").status_code == 404
    assert len(get(client, "/releases/", Accept="application/json").get_json()["releases"]) == 1


@pytest.mark.parametrize(
    "name",
    ["store", "store/", "..", "%2E%2E", "..%2Fplanverk.toml", "..%2F..%2Fplan.ttl", "%2Fetc%2Fpasswd", ".", "%00"],
)
def test_only_the_files_of_the_manifest_are_sent(odd_client: FlaskClient, name: str) -> None:
    assert get(odd_client, HERE + name).status_code == 404
