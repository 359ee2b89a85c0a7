"""Tools by MCP: which there are, what a call may do, what waits for a person, what is written down."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import RequestFactory

from accounts.verbs import all_verbs
from dashboard.mcp.calls import MOST_CHARACTERS, Answer, call
from dashboard.mcp.door import _Bearer
from dashboard.mcp.tools import tools
from hosts import vault
from hosts.access import limits
from hosts.actions.approvals import decide
from hosts.models import Approval, Container, Job
from tests.cast import Cast
from tests.dashboard.api_cast import Caller, make_caller
from tests.fresh_person import person_of
from tests.two_teams import Fleet


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch, keys: None) -> None:
    monkeypatch.setattr(limits, "_rests_until", float("inf"))
    limits._here.clear()
    vault.make_keys(settings.HAULOUT_KEYS)


def called(caller: Caller, tool: str, /, **arguments: Any) -> Answer:
    """As the door hands it on."""
    request = RequestFactory().post(
        "/api/mcp", headers={"authorization": f"Bearer {caller.secret}"}
    )
    person = _Bearer()(request)
    assert person is not None
    return call(request, person, tools()[tool], arguments)


def shop(fleet: Fleet) -> dict[str, Any]:
    return {"endpoint_id": fleet.root1.pk, "podman_id": "shop0"}


def test_what_there_is() -> None:
    """Readers have no verb, acts have one that roles know; nothing acts on many at once."""
    known = {verb.name for verb in all_verbs()}
    for tool in tools().values():
        assert (tool.method == "GET") == (not tool.verb), tool.name
        assert tool.verb in known | {""}, tool.name
        assert set(tool.schema.get("required", ())) <= set(tool.schema["properties"]), tool.name
        assert "$ref" not in json.dumps(tool.schema), tool.name
        assert "/bulk/" not in tool.path, tool.name
    destroying = {tool.verb for tool in tools().values() if tool.destroys}
    lost = {verb for verb in known if verb.endswith((".remove", ".prune", ".kill"))}
    offered = {tool.verb for tool in tools().values()}
    assert lost & offered <= destroying
    assert {"kube.down", "container.recreate", "secret.replace"} <= destroying
    assert not destroying & {"container.start", "container.stop", "container.run", "image.pull"}


def test_reading_within_bounds(fleet: Fleet, cast: Cast, entries: Any) -> None:
    bob = make_caller(cast.bob, read_only=True)
    answer = called(bob, "list_containers", q="id:shop0")
    assert answer.data is not None
    assert [one["podman_id"] for one in answer.data["items"]] == ["shop0"]
    [entry] = entries("mcp.call")
    assert (entry.door, entry.target_name, entry.who_name) == ("mcp", "list_containers", "Bob")
    assert bob.token.prefix in entry.token
    assert entry.params == {"q": "id:shop0"}
    assert called(bob, "list_containers", limit=10**6).failed is False
    assert "no argument nonsense" in called(bob, "list_containers", nonsense=1).text
    assert "podman_id is missing" in called(bob, "get_container", endpoint_id=1).text
    for hostile in ("../1/x", "x/remove", "%2e%2e", "a\0b", "..", "x?y"):
        assert called(bob, "get_container", endpoint_id=fleet.root1.pk, podman_id=hostile).failed
    row = Container.objects.filter(podman_id="shop0")
    row.update(labels={"long": "x" * MOST_CHARACTERS})
    assert "ask for less" in called(bob, "get_container", **shop(fleet)).text


def test_an_act_is_a_job_within_the_tokens_rights(fleet: Fleet, cast: Cast, entries: Any) -> None:
    looking = make_caller(cast.bob, "look", read_only=True)
    refused = called(looking, "restart_container", **shop(fleet))
    assert refused.failed
    assert "container.restart" in refused.text
    bob = make_caller(cast.bob)
    answer = called(bob, "restart_container", timeout_s=1, **shop(fleet))
    assert answer.data is not None
    assert answer.data["state"] == "queued"
    [intent] = [one for one in entries("container.restart") if one.kind == "intent"]
    assert (intent.door, intent.who_name) == ("mcp", "Bob")
    invalid = called(bob, "restart_container", timeout_s=-1, **shop(fleet))
    assert invalid.failed
    assert "timeout_s" in invalid.text


def test_what_destroys_waits_for_a_second_person(fleet: Fleet, cast: Cast) -> None:
    program = make_caller(cast.bob)
    assert "reason" in called(program, "remove_container", **shop(fleet)).text
    answer = called(program, "remove_container", reason="it is broken", **shop(fleet))
    assert answer.data is not None
    assert answer.data["state"] == "held"
    assert "second person" in answer.data["note"]
    approval = Approval.objects.get(job=answer.data["id"])
    assert approval.reason == "it is broken"
    assert "MCP" in approval.findings[0]["words"]
    # by REST, the same token may
    direct = program.post(f"/containers/{fleet.root1.pk}/shop0/remove", {"force": True})
    assert direct.json()["state"] == "queued"
    decide.approve(person_of(cast.alice), approval.pk)
    assert Job.objects.get(pk=answer.data["id"]).state == Job.State.QUEUED


def test_values_of_secrets_are_nowhere(fleet: Fleet, cast: Cast, entries: Any) -> None:
    secret = "correct horse battery staple"
    answer = called(
        make_caller(cast.bob),
        "create_secret",
        endpoint=fleet.root1.pk,
        name="key",
        value=secret,
    )
    assert not answer.failed, answer.text
    assert secret not in answer.text
    written = [*entries("mcp.call"), *entries("secret.create")]
    assert len(written) == 2
    assert all(secret not in str(entry.params) for entry in written)
