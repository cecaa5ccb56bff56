"""The description of all addresses is valid, complete and the same every time, and the service does as it says."""

import re
from typing import Any  # JSON has no better type

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from planverk.instance import Instance
from planverk.web import create_app

# What serves pages and is of no use to others.
NOT_PUBLIC = {"/static/{filename}"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 25
ACCEPTED = ["*/*", "text/html", "text/turtle", "text/csv", "application/json", "application/rdf+xml", "image/png"]


@pytest.fixture(scope="module")
def app(odd: Instance) -> Flask:
    return create_app(odd)


@pytest.fixture(scope="module")
def description(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/openapi.json").json
    return found


def test_the_description_is_openapi_3_1(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(description).validate()


def test_every_public_address_is_described(app: Flask, description: dict[str, Any]) -> None:
    templates = {re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    # A saved query has an address of its own, and one of /def and /def/ is enough.
    assert templates - set(description["paths"]) - NOT_PUBLIC == {"/query/{name}", "/def/"}


def test_the_description_is_the_same_in_every_process(
    odd: Instance, client: FlaskClient, odd_client: FlaskClient
) -> None:
    one, other = odd_client.get("/openapi.json"), create_app(odd).test_client().get("/openapi.json")
    assert one.data == other.data
    assert one.json["servers"] == [{"url": "https://data.example.org"}]
    assert client.get("/openapi.json").json["info"]["license"]["name"] == "NLOD 2.0"


def test_parameters_of_saved_queries_are_typed(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").json["paths"]
    decisions = {one["name"]: one for one in paths["/query/decisions"]["get"]["parameters"]}
    assert decisions["year"]["schema"] == {"type": "string", "pattern": "^[0-9]{4}$"}
    (day, _) = paths["/query/in-force"]["get"]["parameters"]
    assert (day["required"], day["schema"]["format"]) == (True, "date")
    status, *_ = paths["/query/disputed"]["get"]["parameters"]
    assert status["schema"] == {"enum": ["accepted", "rejected", "unresolved"]}


def test_the_description_is_found_from_the_home_page(client: FlaskClient) -> None:
    response = client.get("/", headers={"Accept": "text/html"})
    assert '</openapi.json>; rel="service-desc"' in response.headers["Link"]
    assert 'rel="service-desc"' in response.text


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_the_service_answers_as_the_description_says(app: Flask, mode: GenerationMode) -> None:
    """What fits the description, and what does not, is answered with a status and a type that it names."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    for operation in (found.ok() for found in schema.get_all_operations()):
        # Only what takes something can be given something wrong.
        if mode is GenerationMode.POSITIVE or operation.query or operation.body:
            _try_out(operation.as_strategy(generation_mode=mode))


def _try_out(cases: Any) -> None:  # Any: schemathesis's own strategies have no types
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=cases, accept=st.sampled_from(ACCEPTED))
    def answers_as_described(case: schemathesis.Case, accept: str) -> None:
        case.headers["Accept"] = accept
        case.call_and_validate(checks=CHECKS)

    answers_as_described()
