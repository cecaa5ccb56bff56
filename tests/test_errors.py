"""What a client is told when something goes wrong: problem details or a page, never our inside."""

import re
import shutil
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from planverk import serialization
from planverk.instance import Instance
from planverk.web import create_app

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
DOCUMENT = "/doc/theme/markup"
NEED_A_RELEASE = ["/", "/id/theme/markup", DOCUMENT, f"{DOCUMENT}.ttl", "/katalog", "/releases/",
                  "/releases/current/", "/sparql", "/sparql?query=ASK%7B%7D", "/health/ready", "/metrics"]  # fmt: skip
TROUBLE = [
    ("GET", "/nothing", {}, 404),
    ("GET", "/doc/theme/nothing", {}, 404),
    ("GET", "/id/theme/nothing", {}, 404),
    ("GET", "/def/Nothing.ttl", {}, 404),
    ("GET", "/static/nothing.css", {}, 404),
    ("GET", "/releases/9.9.9/", {}, 404),
    ("GET", "/sparql?query=SELECT", {}, 400),
    ("GET", "/sparql?update=CLEAR%20ALL", {}, 400),
    ("POST", "/sparql", {"Content-Type": "application/json"}, 415),
    ("POST", DOCUMENT, {}, 405),
    ("DELETE", "/id/theme/markup", {}, 405),
    ("PUT", "/katalog", {}, 405),
    ("PATCH", "/releases/1.0.0/data.ttl", {}, 405),
    ("GET", "/releases/1.0.0/data.ttl", {"Range": "bytes=99999999-"}, 416),
]


def is_problem(response: TestResponse, status: int) -> bool:
    """Whether a response is problem details as RFC 9457, section 3.1 and 4.2.1, has them."""
    told = response.get_json()
    return (
        response.status_code == told["status"] == status
        and response.content_type == "application/problem+json"
        and told["type"] == "about:blank"
        and told["title"] == HTTPStatus(status).phrase
        and bool(told["detail"])
    )


@pytest.mark.parametrize(
    "accept", [None, "*/*", "text/turtle", "application/json", "application/problem+json", "image/png"]
)
@pytest.mark.parametrize(("method", "path", "headers", "status"), TROUBLE)
def test_a_program_is_told_in_problem_details(
    odd_client: FlaskClient, method: str, path: str, headers: dict[str, str], status: int, accept: str | None
) -> None:
    sent = headers if accept is None else {**headers, "Accept": accept}
    response = odd_client.open(path, method=method, headers=sent)
    assert is_problem(response, status), response.text
    assert {"Accept", "Accept-Encoding"} <= set(response.headers["Vary"].split(", "))
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" not in response.headers


@pytest.mark.parametrize("accept", [CHROME, "text/html", "application/xhtml+xml", "text/html, application/json;q=0.9"])
@pytest.mark.parametrize(("method", "path", "headers", "status"), TROUBLE)
def test_a_person_is_told_on_a_page(
    odd_client: FlaskClient, method: str, path: str, headers: dict[str, str], status: int, accept: str
) -> None:
    response = odd_client.open(path, method=method, headers={**headers, "Accept": accept})
    assert (response.status_code, response.content_type) == (status, "text/html; charset=utf-8")
    assert f'<p class="kind">Feil {status}</p>' in response.text
    assert re.search(r"<h1[^>]*>[^<]{10,}</h1>", response.text)
    assert "Vary" in response.headers


def test_what_was_asked_for_is_not_repeated_as_markup(odd_client: FlaskClient) -> None:
    asked = "/doc/%3Cscript%3Ealert(1)%3C/script%3E?x=%3Cscript%3E"
    for path in (
        asked,
        "/sparql?query=%3Cscript%3Ealert(1)%3C/script%3E",
        "/sparql?query=ASK%7B%7D&format=%3Cscript%3E",
    ):
        page = odd_client.get(path, headers={"Accept": "text/html"})
        assert page.status_code >= 400
        assert "<script" not in page.text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", DOCUMENT, {"GET", "HEAD", "OPTIONS"}),
        ("DELETE", "/katalog", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", "/releases/1.0.0/data.ttl", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", "/sparql", {"GET", "HEAD", "OPTIONS", "POST"}),
    ],
)
def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(
    odd_client: FlaskClient, method: str, path: str, allowed: set[str]
) -> None:
    response = odd_client.open(path, method=method)
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("accept", ["text/html", "application/problem+json"])
def test_our_own_faults_are_told_without_our_inside(
    odd: Instance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, accept: str
) -> None:
    def fail(*_: object) -> bytes:
        raise OSError("/secret/place is broken")

    monkeypatch.setattr(serialization, "write", fail)
    client = create_app(odd).test_client()
    response = client.get(f"{DOCUMENT}.ttl", headers={"Accept": accept})
    assert response.status_code == 500
    assert not re.search(
        r"secret|broken|Traceback|OSError|\.py|/work|/tmp|planverk/web", response.text + str(response.headers)
    )
    assert accept == "text/html" or is_problem(response, 500)
    assert "/secret/place is broken" in caplog.text


@pytest.mark.parametrize("path", NEED_A_RELEASE)
def test_before_the_first_release_the_client_is_asked_to_come_back(unreleased: Instance, path: str) -> None:
    response = create_app(unreleased).test_client().get(path)
    assert is_problem(response, 503)
    assert int(response.headers["Retry-After"]) > 0


def test_before_the_first_release_a_person_is_told_on_a_page(unreleased: Instance) -> None:
    response = create_app(unreleased).test_client().get("/", headers={"Accept": CHROME})
    assert (response.status_code, response.content_type) == (503, "text/html; charset=utf-8")
    assert "Ingenting er publisert her ennå" in response.text


def test_a_release_that_cannot_be_opened_is_our_trouble_and_not_a_404(copy_of_odd: Instance) -> None:
    shutil.rmtree(copy_of_odd.releases / copy_of_odd.version)
    response = create_app(copy_of_odd).test_client().get(DOCUMENT)
    assert is_problem(response, 503)
    assert int(response.headers["Retry-After"]) > 0
    assert str(copy_of_odd.folder) not in response.text


FIELDS = ["Accept", "Accept-Encoding", "Accept-Language", "If-None-Match", "If-Modified-Since", "If-Range", "Range",
          "Cookie", "Origin", "Access-Control-Request-Headers", "X-Forwarded-For"]  # fmt: skip


@given(
    st.sampled_from(["/", DOCUMENT, "/katalog", "/sparql?query=ASK%7B%7D", "/releases/", "/releases/1.0.0/data.nt"]),
    st.dictionaries(st.sampled_from(FIELDS), st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)),
)
@example("/releases/1.0.0/data.nt", {"Range": "bytes=5-2"})
@example("/releases/1.0.0/data.nt", {"Range": "bytes=0-0,-1"})
@example(DOCUMENT, {"Accept": ";q=;,*/*;q=1e9, text/;q=-1", "Accept-Encoding": "gzip;q=nan, *;q=inf"})
def test_no_header_field_is_too_much_for_us(odd_client: FlaskClient, path: str, fields: dict[str, str]) -> None:
    assert odd_client.get(path, headers=fields, buffered=True).status_code < 500


@given(st.sampled_from(["", "id/", "doc/", "def/", "releases/", "releases/1.0.0/", "static/"]), st.text(max_size=30))
@example("doc/", "\0")
@example("releases/", "\0/")
@example("releases/", "9" * 300 + "/")
@example("static/", "\0")
@example("static/", "x" * 300)
def test_no_address_is_too_much_for_us(odd_client: FlaskClient, start: str, rest: str) -> None:
    path = "/" + start + rest.replace("?", "").encode("utf-8", "replace").decode()
    assert odd_client.get(path, buffered=True).status_code < 500
