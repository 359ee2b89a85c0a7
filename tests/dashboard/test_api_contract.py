"""The API keeps to its own description, whatever it is sent (schemathesis), and the page tells it."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.transport.serialization import serialize_binary

from dashboard.api.api import api
from dashboard.api.description import description, operations
from hosts import vault
from hosts.access import limits
from tests.cast import Cast
from tests.dashboard.api_cast import make_caller
from tests.two_teams import Fleet

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# go on until somebody ends them: tried in test_api_follow
ENDLESS = ("/follow",)
# ask a host, which here is none
ASKS_A_HOST = (
    "/inspect",
    "/logs",
    "/stats",
    "/recreate",
    "/prune/volumes",
    "/files",
    "/content",
    "/archive",
    "/export",
    "/load",
    "/import",
    "/doctor",
    "/scan",
    "/host-key",
    "/artifacts",
    "/list",
    "/sockets",
    "/reconnect",
)


@schemathesis.serializer("application/x-tar")
def _tar(_context: Any, value: Any) -> bytes:
    return serialize_binary(value)


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Requests end without closing the connection that the test's transaction is in."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_one_connection")
def test_it_keeps_to_its_description(
    fleet: Fleet, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each operation, whatever it is sent: as it is described, and never 500."""
    vault.make_keys(django_settings.HAULOUT_KEYS)
    monkeypatch.setattr(limits, "_rests_until", float("inf"))
    monkeypatch.setattr(limits, "PER_WINDOW", 10**9)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    # schemathesis does not unpack what WSGI hands it
    headers = {
        "Authorization": f"Bearer {make_caller(cast.alice).secret}",
        "Accept-Encoding": "identity",
    }
    tried: set[str] = set()

    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.endswith(ENDLESS):
            continue
        asks = operation.path.endswith(ASKS_A_HOST)

        @settings(
            max_examples=1 if asks else 4,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @_given(operation)
        def one(case: Any) -> None:
            # what goes on for ever is tried in test_api_follow
            (case.query or {}).pop("follow", None)
            response = case.call(headers=headers)
            case.validate_response(response, checks=_checks(case.operation.path))

        one()
        tried.add(f"{operation.method} {operation.path}")
    known = {f"{method} {path}" for path, method, _one in operations(description(api))}
    assert tried == {one for one in known if not one.endswith(ENDLESS)}


def _is_no_bug(_context: Any, response: Any, _case: Any) -> None:
    """A host may be away; all else is a mistake of ours."""
    assert response.status_code < 500 or response.status_code in (502, 503), response.text


def _checks(path: str) -> list[Any]:
    return [*CHECKS, _is_no_bug if path.endswith(ASKS_A_HOST) else not_a_server_error]


def _given(operation: Any) -> Any:
    return given(case=operation.as_strategy())


def test_each_body_s_example_is_one_that_it_takes() -> None:
    told = description(api)
    for path, _method, one in operations(told):
        (sample,) = one["x-codeSamples"]
        assert "$HAULOUT_URL/api/v1/" in sample["source"], path
        assert "{" not in sample["source"].partition(" --json ")[0], path
        body = one.get("requestBody", {}).get("content", {}).get("application/json")
        if body:
            whole = {**body["schema"], "components": told["components"]}
            jsonschema_rs.validate(whole, body["example"])
            assert json.dumps(body["example"], ensure_ascii=False) in sample["source"]


def test_each_address_has_words_and_a_name_of_its_own(cast: Cast, browser_of: Any) -> None:
    names = []
    for path, method, one in operations(description(api)):
        assert one["summary"], path
        assert one["description"], path
        assert one["security"], path
        names.append(one["operationId"])
        assert "401" in one["responses"], (method, path)
    assert len(names) == len(set(names))
    page = browser_of(cast.charlie).get("/api/").content.decode()
    for path, _method, _one in operations(description(api)):
        assert path in page
