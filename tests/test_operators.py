"""Operators see whether the service lives, is ready, and how it does; no log line says who asked."""

import json
import logging

import pytest
from flask.testing import FlaskClient

from planverk.instance import Instance
from planverk.web import create_app
from planverk.web.preparation import prepare


def test_the_process_says_that_it_lives_before_there_is_a_release(unreleased: Instance) -> None:
    client = create_app(unreleased).test_client()
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503


def test_the_service_is_ready_when_there_is_a_release(odd_client: FlaskClient) -> None:
    response = odd_client.get("/health/ready")
    assert (response.status_code, response.text) == (200, "ready: release 1.0.0\n")
    assert "no-store" in response.headers["Cache-Control"]


def test_requests_are_counted_by_route_and_status(odd: Instance) -> None:
    client = create_app(odd).test_client()
    for path in ("/doc/theme/blåbær", "/doc/theme/markup", "/doc/theme/none"):
        client.get(path, headers={"Accept": "text/turtle"})
    text = client.get("/metrics").text
    assert 'planverk_requests_total{method="GET",route="/doc/<path:name>",status="200"} 2.0' in text
    assert 'planverk_requests_total{method="GET",route="/doc/<path:name>",status="404"} 1.0' in text
    assert 'planverk_release_info{version="1.0.0"} 1.0' in text
    assert 'planverk_queries{state="running"} 0.0' in text


def test_a_log_line_says_what_was_asked_and_not_by_whom(odd: Instance, caplog: pytest.LogCaptureFixture) -> None:
    client = create_app(odd).test_client()
    with caplog.at_level(logging.INFO, "planverk.access"):
        client.get(
            "/doc/theme/markup?secret=1", headers={"User-Agent": "somebody"}, environ_base={"REMOTE_ADDR": "10.1.2.3"}
        )
    (record,) = caplog.records
    line = json.loads(record.message)
    assert (line["method"], line["path"], line["status"]) == ("GET", "/doc/theme/markup", 200)
    assert not {"secret", "somebody", "10.1.2.3"} & set(json.dumps(line).split('"'))
    assert set(line) == {"time", "method", "path", "route", "status", "type", "bytes", "ms"}


def test_what_is_made_ready_beforehand_is_neither_counted_nor_logged(
    odd: Instance, unreleased: Instance, caplog: pytest.LogCaptureFixture
) -> None:
    prepare(create_app(unreleased))
    app = create_app(odd)
    with caplog.at_level(logging.INFO, "planverk.access"):
        prepare(app)
    assert not caplog.records
    assert "planverk_requests_total{" not in app.test_client().get("/metrics").text
    assert app.jinja_env.cache is not None
    assert {"home.html", "resource.html"} <= {name for _, name in app.jinja_env.cache}
