"""The REST door, administering: the actions of the pages, their words, their entries."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from audit.models import Entry
from hosts import vault
from hosts.access import limits
from hosts.models import (
    AccessRequest,
    Endpoint,
    FreezeWindow,
    Group,
    Guardrail,
    Host,
    Image,
    Job,
    ObjectLock,
)
from hosts.models import RegistryCredential as Credential
from tests import make
from tests.cast import Cast
from tests.dashboard.api_cast import V1, Caller, make_caller
from tests.two_teams import Fleet


@pytest.fixture(autouse=True)
def _fresh_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in this process alone, from nothing."""
    monkeypatch.setattr(limits, "_rests_until", float("inf"))
    limits._here.clear()


@pytest.fixture
def alice(fleet: Fleet, cast: Cast) -> Caller:
    """An administrator's token for everything."""
    return make_caller(cast.alice)


def send(caller: Caller, method: str, path: str, body: Any = None) -> Any:
    """PUT, PATCH or DELETE of JSON."""
    client: Client = caller.client
    kind = "application/json"
    return client.generic(
        method, f"{V1}{path}", json.dumps(body or {}), content_type=kind, **caller.headers
    )


def test_a_group_from_its_making_to_its_end(fleet: Fleet, alice: Caller) -> None:
    made = alice.post("/groups", {"name": "edge", "notes": "far away"})
    assert (made.status_code, made.json()["hosts"]) == (201, [])
    where = made["Location"].removeprefix(V1)
    assert alice.get(where).json() == made.json()
    body = {"name": "rim", "notes": "", "hosts": [fleet.web2.pk]}
    assert send(alice, "PUT", where, body).json()["hosts"] == ["web2"]
    assert list(fleet.web2.groups.values_list("name", flat=True)) == ["rim"]
    taken = alice.post("/groups", {"name": "RIM"})
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (422, "name")
    assert send(alice, "DELETE", where).status_code == 204
    assert alice.get(where).status_code == 404
    assert not Group.objects.filter(name="rim").exists()
    verbs = Entry.objects.filter(door="api", verb="group.edit").values_list("kind", flat=True)
    assert list(verbs) == ["event"] * 3


def test_rules_and_windows(fleet: Fleet, alice: Caller) -> None:
    rule = {"name": "No privileges", "kind": "privileged", "groups": ["prod"], "words": "why"}
    made = alice.post("/guardrails", rule)
    assert made.status_code == 201, made.content
    assert (made.json()["groups"], made.json()["everywhere"]) == (["prod"], False)
    where = made["Location"].removeprefix(V1)
    changed = send(alice, "PUT", where, {**rule, "groups": [], "severity": "warn"})
    assert (changed.json()["severity"], changed.json()["everywhere"]) == ("warn", True)
    assert [one["id"] for one in alice.get("/guardrails").json()["items"]] == [made.json()["id"]]
    for wrong, field in (({"kind": "none"}, "kind"), ({"groups": ["x"]}, "groups")):
        answer = alice.post("/guardrails", {**rule, "name": "other", **wrong})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert send(alice, "DELETE", where).status_code == 204
    assert not Guardrail.objects.exists()

    window = {"name": "Nights", "days": [4], "from_time": "22:00", "until_time": "06:00"}
    made = alice.post("/freezes", {**window, "zone": "Europe/Berlin", "verbs": ["image.prune"]})
    assert made.status_code == 201, made.content
    where = made["Location"].removeprefix(V1)
    assert alice.get(where).json()["from_time"] == "22:00:00"
    once = {"name": "Move", "starts_at": "2026-12-24T18:00:00Z", "ends_at": "2026-12-26T18:00:00Z"}
    assert send(alice, "PUT", where, once).json()["days"] == []
    assert alice.post("/freezes", {"name": "never"}).json()["errors"][0]["field"] == "starts_at"
    assert send(alice, "DELETE", where).status_code == 204
    assert not FreezeWindow.objects.exists()


def test_locks(fleet: Fleet, cast: Cast, alice: Caller) -> None:
    shop = f"/containers/{fleet.root1.pk}/shop0"
    locked = alice.post(f"{shop}/lock", {"reason": "it is being moved"})
    assert locked.status_code == 200, locked.content
    assert locked.json()["locked_by"] == "Alice"
    refused = alice.post(f"{shop}/stop")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:haulout:problem:guardrail")
    assert "it is being moved" in refused.json()["detail"]
    assert alice.post(f"{shop}/lock", {"reason": "again"}).status_code == 422
    whole = alice.post(f"/hosts/{fleet.web2.pk}/lock", {"reason": "all of it"}).json()
    assert [one["name"] for one in alice.get("/locks").json()["items"]] == ["shop-1", "web2"]
    # of what it does not see a token learns nothing, and its looking is no refusal
    prod = make_caller(cast.bob, "prod", everywhere=False, groups={fleet.prod.pk: "prod"})
    refusals = Entry.objects.filter(kind="refusal", who_name="Bob")
    assert [one["name"] for one in prod.get("/locks").json()["items"]] == ["shop-1"]
    assert not refusals.exists()
    assert send(prod, "DELETE", f"/locks/{whole['id']}").status_code == 404
    for one in alice.get("/locks").json()["items"]:
        assert send(alice, "DELETE", f"/locks/{one['id']}").status_code == 204
    assert not ObjectLock.objects.exists()


def test_credentials_are_kept_and_never_shown(fleet: Fleet, alice: Caller) -> None:
    vault.make_keys(settings.HAULOUT_KEYS)
    body = {"registry": "quay.io/shop", "username": "robot", "password": "canary-17"}
    kept = send(alice, "PUT", "/registries", {**body, "group": "prod"})
    assert kept.status_code == 200, kept.content
    again = send(alice, "PUT", "/registries", {**body, "group": "prod", "username": "other"})
    assert (again.json()["id"], again.json()["username"]) == (kept.json()["id"], "other")
    told = alice.get("/registries").content + kept.content
    assert b"canary" not in told
    where = f"/registries/{kept.json()['id']}"
    assert send(alice, "DELETE", where).status_code == 204
    assert send(alice, "DELETE", where).status_code == 404
    assert not Credential.objects.exists()


def test_a_host_is_changed_muted_and_removed(fleet: Fleet, alice: Caller) -> None:
    where = f"/hosts/{fleet.web2.pk}"
    changed = send(alice, "PATCH", where, {"name": "web9", "groups": ["prod", "new"]})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["name"], changed.json()["groups"]) == ("web9", ["new", "prod"])
    # what was left out stays
    assert send(alice, "PATCH", where, {"notes": "x"}).json()["groups"] == ["new", "prod"]
    assert send(alice, "PATCH", where, {"name": "web1"}).json()["errors"][0]["field"] == "name"
    muted = alice.post(f"{where}/mute", {"minutes": 30, "reason": "new disks"})
    assert muted.json()["reason"] == "new disks"
    assert alice.post(f"{where}/unmute").status_code == 204
    assert alice.post(f"{where}/unmute").status_code == 404
    assert alice.post(f"{where}/disable").json()["enabled"] is False
    assert alice.post(f"{where}/enable").json()["enabled"] is True
    assert send(alice, "DELETE", where).status_code == 204
    assert not Host.objects.filter(name="web9").exists()


def test_what_is_about_the_whole_site_wants_a_token_for_everywhere(
    fleet: Fleet, cast: Cast
) -> None:
    prod = make_caller(cast.alice, "prod", everywhere=False, groups={fleet.prod.pk: "prod"})
    for method, path, body, verb in (
        ("POST", "/groups", {"name": "mine"}, "group.edit"),
        ("POST", "/guardrails", {"name": "x", "kind": "privileged"}, "guardrail.edit"),
        ("POST", "/freezes", {"name": "x"}, "freeze.edit"),
        ("GET", "/registries", None, "registry.view"),
        ("POST", "/scan", {"address": "web3"}, "host.add"),
    ):
        answer = send(prod, method, path, body)
        assert (answer.status_code, answer.json()["verb"]) == (403, verb), path
    assert send(prod, "PATCH", f"/hosts/{fleet.web1.pk}", {"notes": "x"}).status_code == 200
    assert send(prod, "PATCH", f"/hosts/{fleet.web2.pk}", {"notes": "x"}).status_code == 404


def test_people_and_access_are_read_and_never_changed(fleet: Fleet, alice: Caller) -> None:
    people = alice.get("/people?q=erin").json()["items"]
    assert [one["email"] for one in people] == [fleet.erin.email]
    grant = fleet.grant("viewer", group=fleet.prod)
    told = alice.get("/grants").json()["items"]
    assert [(one["id"], one["role"]) for one in told] == [(grant.pk, "viewer")]
    assert "operator" in {one["name"] for one in alice.get("/roles").json()["items"]}
    assert alice.get("/teams").status_code == 200
    for path, verb in (
        ("/people", "people.manage"),
        ("/teams", "people.manage"),
        ("/roles", "access.edit"),
        ("/grants", "access.edit"),
    ):
        answer = alice.post(path)
        assert (answer.status_code, answer.json()["verb"]) == (403, verb)
        assert "browser" in answer.json()["detail"]


def test_requests_are_asked_withdrawn_and_never_decided(fleet: Fleet, alice: Caller) -> None:
    erin = make_caller(fleet.erin)
    body = {"role": "operator", "place": "prod", "minutes": 60, "reason": "to mend the shop"}
    asked = erin.post("/requests", body)
    assert asked.status_code == 201, asked.content
    where = asked["Location"].removeprefix(V1)
    assert erin.get(where).json()["state"] == "asked"
    answer = alice.post(f"{where}/approve", {"answer": "yes"})
    assert (answer.status_code, answer.json()["verb"]) == (403, "access.approve")
    assert erin.post(f"{where}/withdraw").json()["state"] == "withdrawn"
    assert AccessRequest.objects.get().state == "withdrawn"
    assert erin.post("/requests", {**body, "role": "none"}).status_code == 422
    looks = make_caller(fleet.erin, "look", read_only=True)
    assert looks.post("/requests", body).status_code == 403
    assert [one["role"] for one in erin.get("/requests").json()["items"]] == ["operator"]
    assert erin.get("/approvals").json()["items"] == []


def test_images_are_copied_and_searched_by_jobs(fleet: Fleet, alice: Caller) -> None:
    found = alice.post(
        "/images/search", {"endpoint": fleet.root1.pk, "term": "nginx", "registry": "quay.io"}
    )
    assert (found.status_code, found.json()["verb"]) == (202, "image.search")
    nothing = alice.post(
        "/bulk/images/copy",
        {"objects": [{"endpoint": fleet.root1.pk, "id": "none"}], "endpoints": [fleet.root2.pk]},
    )
    assert nothing.status_code in (404, 422)


def test_manifest_lists_and_artifacts_are_asked_by_jobs(fleet: Fleet, alice: Caller) -> None:
    names = ("localhost/shop:1", "localhost/shop:2")
    one, two = (make.image(fleet.root1, name) for name in names)
    both = [{"endpoint": fleet.root1.pk, "id": row.podman_id} for row in (one, two)]
    made = alice.post("/images/create_list", {"objects": both, "name": "localhost/all:1"})
    assert (made.status_code, made.json()["verb"]) == (202, "image.list_create")
    assert made["Location"] == f"{V1}/jobs/{made.json()['id']}"
    where = f"/images/{fleet.root1.pk}/{two.podman_id}/list"
    plain = alice.post(f"{where}/drop", {"digest": f"sha256:{'0' * 64}"})
    assert "not a manifest list" in plain.json()["detail"]
    Image.objects.filter(pk=two.pk).update(manifest_list=True)
    for word, body in (
        ("add", {"image": names[0]}),
        ("drop", {"digest": f"sha256:{'0' * 64}"}),
        ("annotate", {"annotations": "a=b"}),
    ):
        answer = alice.post(f"{where}/{word}", body)
        assert answer.status_code == 202, answer.content
        assert Job.objects.get(pk=answer.json()["id"]).params["operation"] == word
    artifacts = f"/endpoints/{fleet.root1.pk}/artifacts"
    Endpoint.objects.filter(pk=fleet.root1.pk).update(podman_version="5.4.0")
    old = alice.post(f"{artifacts}/pull", {"name": "quay.io/x/site:1"})
    assert (old.status_code, old.json()["errors"][0]["field"]) == (422, "endpoint")
    Endpoint.objects.filter(pk=fleet.root1.pk).update(podman_version="5.8.0")
    seen = {"name": "quay.io/x/site:1", "digest": f"sha256:{'0' * 64}"}
    for word in ("pull", "push"):
        assert alice.post(f"{artifacts}/{word}", {"name": seen["name"]}).status_code == 202
    assert alice.post(f"{artifacts}/remove", {"artifacts": [seen]}).status_code == 202
    verbs = Job.objects.filter(verb__startswith="artifact.").order_by("pk")
    assert [one.verb for one in verbs] == ["artifact.pull", "artifact.push", "artifact.remove"]
