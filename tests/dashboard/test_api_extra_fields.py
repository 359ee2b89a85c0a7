"""A field that nobody knows is refused by its name, in every body and at every depth."""

from collections.abc import Iterator
from typing import Any

import pytest

from hosts.models import Job
from tests.cast import Cast
from tests.dashboard.api_cast import make_caller
from tests.two_teams import Fleet


def shapes(told: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The mappings in a body whose keys are fields; not those whose keys are data."""
    if name := schema.get("$ref"):
        schema = told["components"]["schemas"][name.rpartition("/")[2]]
    if "properties" in schema or schema.get("type") == "object":
        if not isinstance(schema.get("additionalProperties"), dict):
            yield schema
        for inner in schema.get("properties", {}).values():
            yield from shapes(told, inner)
    for inner in (*schema.get("anyOf", ()), *schema.get("allOf", ()), schema.get("items")):
        if inner:
            yield from shapes(told, inner)


def test_each_body_says_that_it_takes_nothing_else(db: None, client: Any) -> None:
    told = client.get("/api/v1/openapi.json").json()
    changing = [one for methods in told["paths"].values() for one in (methods.get("post"),) if one]
    assert all("requestBody" in one for one in changing)
    found = [
        (path, one["requestBody"]["content"]["application/json"]["schema"])
        for path, methods in told["paths"].items()
        for one in methods.values()
        # some take bytes
        if "application/json" in one.get("requestBody", {}).get("content", ())
    ]
    assert len(found) > 50
    open_ones = {
        (path, one.get("title"))
        for path, schema in found
        for one in shapes(told, schema)
        if one.get("additionalProperties") is not False
    }
    assert open_ones == set()


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("/images/pull", {"reference": "docker.io/library/nginx:1", "force": True}, "force"),
    ("/containers/run", {"line": "podman run docker.io/library/nginx:1", "Start": False}, "Start"),
    ("/volumes/create", {"name": "data", "label": {"a": "b"}}, "label"),
    ("/pods/create", {"name": "shop", "labels": {"any": "key"}, "privileged": True}, "privileged"),
    ("/kube/play", {"text": "kind: Pod", "replace": True}, "replace"),
]


@pytest.mark.parametrize(("path", "body", "field"), WRONG)
def test_it_is_refused_by_its_name_and_nothing_is_asked(
    path: str, body: dict[str, Any], field: str, fleet: Fleet, cast: Cast
) -> None:
    answer = make_caller(cast.bob).post(path, {"endpoint": fleet.root1.pk, **body})
    assert answer.status_code == 422, answer.content
    told = answer.json()
    assert told["errors"] == [{"field": field, "message": "This field does not exist."}]
    assert not Job.objects.exists()


def test_so_it_is_of_a_verb_and_of_an_object_in_a_list(fleet: Fleet, cast: Cast) -> None:
    bob, there = make_caller(cast.bob), f"/containers/{fleet.root1.pk}/{'a' * 64}"
    for path, body, field in (
        (f"{there}/stop", {"timeout": 1}, "timeout"),
        (f"{there}/start", {"at": "noon"}, "at"),
        ("/jobs/1/cancel", {"force": True}, "force"),
        ("/bulk/containers/stop", {"objects": [{"endpoint": 1, "id": "a", "x": 1}]}, "objects.0.x"),
        ("/bulk/containers/stop", {"objects": [{"endpoint": 1, "id": "a"}], "pace": 1}, "pace"),
    ):
        answer = bob.post(path, body)
        assert answer.status_code == 422, answer.content
        assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_a_cancel_needs_no_body(fleet: Fleet, cast: Cast) -> None:
    caller = make_caller(cast.bob)
    path, kind = "/api/v1/jobs/1/cancel", "application/json"
    answer = caller.client.post(path, "", content_type=kind, **caller.headers)
    assert answer.status_code == 404
