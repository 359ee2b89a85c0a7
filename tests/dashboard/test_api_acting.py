"""The REST door, acting: the same asks, jobs and entries as in pages; once for each key."""

from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Repeat, Role, User
from dashboard.api.api import api
from dashboard.offers.containers import OFFERS
from hosts import vault
from hosts.access import limits
from hosts.models import Batch, Image, Job
from tests.access.rows import TAKES_MORE
from tests.cast import Cast
from tests.dashboard.api_cast import V1, Caller, make_caller
from tests.hosts.guardrails.conftest import rail
from tests.two_teams import Fleet

pytestmark = pytest.mark.each_database("keeps texts with strange characters and of any length")

__all__ = ["rail"]


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_rests_until", float("inf"))
    limits._here.clear()


@pytest.fixture
def vault_keys(keys: None) -> None:
    vault.make_keys(settings.HAULOUT_KEYS)


def here(fleet: Fleet, verb: str = "", name: str = "shop0") -> str:
    return f"/containers/{fleet.root1.pk}/{name}" + (f"/{verb}" if verb else "")


def test_a_restart_is_a_job_with_its_entry(fleet: Fleet, cast: Cast, entries: Any) -> None:
    bob = make_caller(cast.bob)
    answer = bob.post(here(fleet, "restart"), {"timeout_s": 3})
    assert answer.status_code == 202
    job = answer.json()
    assert (job["verb"], job["state"], job["object_name"]) == (
        "container.restart",
        "queued",
        "shop-1",
    )
    [entry] = entries("container.restart")
    assert (entry.kind, entry.door, entry.who_name) == ("intent", "api", "Bob")
    assert bob.token.prefix in entry.token
    assert entry.job_id == job["id"]
    assert bob.post(f"/jobs/{job['id']}/cancel").json()["state"] == "cancelled"


def test_every_verb_of_an_object_asks_for_its_own_right(fleet: Fleet, cast: Cast) -> None:
    """With a token of one verb, each address does that verb and nothing else."""
    bodies = {
        "rename": {"name": "other"},
        "update": {"texts": {"memory": "64m"}},
        "commit": {"name": "localhost/made:1"},
        "command": {"command": "true"},
    }
    # a command is what one types into a terminal
    beside = {"container.command": ("container.exec",)}
    looking = make_caller(cast.bob, "look", read_only=True)
    for offer in OFFERS:
        if offer.alias or offer.page or offer.verb in TAKES_MORE:
            continue
        verb, body = offer.verb, bodies.get(offer.word, {})
        refused = looking.post(here(fleet, offer.word), body)
        assert (refused.status_code, refused.json()["verb"]) == (403, verb), verb
        needed = ("host.view", "container.view", verb, *beside.get(verb, ()))
        only = make_caller(cast.bob, verb, reach="verbs", verbs=needed)
        done = only.post(here(fleet, offer.word), body)
        # an ability that the host lacks is another refusal, after the right
        assert done.status_code in (202, 422), (verb, done.content)
        assert only.post(here(fleet, "x"), body).status_code == 404
        other = "stop" if offer.word != "stop" else "start"
        assert only.post(here(fleet, other)).status_code == 403
        if done.status_code == 202:
            assert Job.objects.get(pk=done.json()["id"]).verb == verb


def test_many_at_once_leaves_out_what_one_may_not(fleet: Fleet, cast: Cast) -> None:
    prod = make_caller(cast.bob, everywhere=False, groups={fleet.prod.pk: "prod"})
    refs = [
        {"endpoint": endpoint.pk, "id": f"shop{number}"}
        for number, endpoint in enumerate((fleet.root1, fleet.anna1, fleet.root2))
    ]
    answer = prod.post("/bulk/containers/stop", {"objects": refs})
    assert answer.status_code == 202
    assert len(answer.json()["jobs"]) == 2
    assert len(answer.json()["skipped"]) == 1
    assert prod.post("/bulk/containers/stop", {"objects": []}).status_code == 422


@pytest.mark.parametrize("odd", ["a\x00b", "a\ud800b"])
def test_no_text_that_a_database_cannot_keep(fleet: Fleet, cast: Cast, odd: str) -> None:
    body = {"objects": [{"endpoint_id": fleet.root1.pk, "id": odd}], "x": [{odd: 1}]}
    answer = make_caller(cast.bob).post("/bulk/containers/start", body)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:haulout:problem:invalid")


def test_a_key_makes_two_requests_one(fleet: Fleet, cast: Cast) -> None:
    bob = make_caller(cast.bob)
    key = {"HTTP_IDEMPOTENCY_KEY": "deploy-7"}
    first = bob.post(here(fleet, "stop"), **key)
    again = bob.post(here(fleet, "stop"), **key)
    assert first.json()["id"] == again.json()["id"]
    assert Job.objects.count() == 1
    other = bob.post(here(fleet, "start"), **key)
    assert other.status_code == 422
    assert other.json()["type"].endswith(":repeat")
    # of another token it is another key
    assert make_caller(cast.bob, "b").post(here(fleet, "start"), **key).status_code == 202
    # what was refused may be tried again
    wrong = {"HTTP_IDEMPOTENCY_KEY": "wrong"}
    assert bob.post(here(fleet, "rename"), {"name": ""}, **wrong).status_code == 422
    assert bob.post(here(fleet, "rename"), {"name": "new"}, **wrong).status_code == 202
    # one that broke off is not done twice
    Repeat.objects.filter(key="deploy-7").update(status=0)
    assert bob.post(here(fleet, "stop"), **key).status_code == 409


def test_run_by_fields_or_by_a_line(fleet: Fleet, cast: Cast, vault_keys: Any) -> None:
    bob = make_caller(cast.bob)
    at = {"endpoint": fleet.root1.pk}
    line = "podman run -d --name web -p 8080:80 -e MODE=live docker.io/library/nginx:1"
    answer = bob.post("/containers/run", {**at, "line": line})
    assert answer.status_code == 202, answer.content
    by_line = Job.objects.get(pk=answer.json()["id"])
    fields = {"image": "docker.io/library/nginx:1", "name": "web2", "ports": "8081:80"}
    answer = bob.post("/containers/run", {**at, "fields": fields, "environment": {"MODE": "live"}})
    assert answer.status_code == 202, answer.content
    by_fields = Job.objects.get(pk=answer.json()["id"])
    assert by_line.params["image"] == by_fields.params["image"]
    assert by_line.params["env_names"] == by_fields.params["env_names"] == ["MODE"]
    assert by_line.params["ports"][0]["container_port"] == 80
    assert "live" not in answer.content.decode()
    made = bob.post("/containers/run", {**at, "fields": fields, "start": False})
    assert made.json()["verb"] == "container.create"
    for wrong, field in (
        ({"fields": {"what": "x"}}, "fields.what"),
        ({"fields": {"image": "not a DNS name"}}, "fields.image"),
        ({}, "fields.image"),
        ({"line": "podman run --no-such-flag docker.io/library/nginx"}, "line"),
    ):
        answer = bob.post("/containers/run", {**at, **wrong})
        assert answer.status_code == 422, wrong
        assert answer.json()["errors"][0]["field"] == field


def test_making_and_pruning(fleet: Fleet, cast: Cast, vault_keys: Any) -> None:
    bob, look = make_caller(cast.bob), make_caller(cast.bob, "look", read_only=True)
    at = {"endpoint": fleet.root1.pk}
    bodies: dict[str, dict[str, Any]] = {
        "/images/pull": {"reference": "docker.io/library/nginx:1"},
        "/images/build": {"text": "FROM docker.io/library/nginx:1", "tags": ["localhost/a:1"]},
        "/volumes/create": {"name": "data"},
        "/networks/create": {"name": "net7", "subnets": ["10.99.7.0/24"]},
        "/pods/create": {"name": "pod7", "ports": ["8085:80"]},
        "/secrets/create": {"name": "key7", "value": "canary-of-a-secret"},
        "/kube/play": {
            "text": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n"
            "  containers: [{name: c, image: docker.io/library/nginx:1}]\n"
        },
    }
    for path, body in bodies.items():
        assert look.post(path, {**at, **body}).status_code == 403, path
        answer = bob.post(path, {**at, **body})
        assert answer.status_code == 202, (path, answer.content)
        assert "canary" not in answer.content.decode()
    assert bob.post("/kube/down", {**at, **bodies["/kube/play"]}).status_code == 422
    fleet.container(fleet.root1, "shop-1").__class__.objects.filter(name="bank-1").update(
        state="exited"
    )
    assert look.get("/prune/containers").status_code == 403
    plan = bob.get("/prune/containers").json()["items"]
    assert {one["name"] for one in plan} == {"bank-1"}
    count = Job.objects.count()
    # as the plan said it
    batch = bob.post("/prune/containers", {"objects": plan})
    assert batch.status_code == 202, batch.content
    assert Job.objects.count() == count + 3
    assert bob.get("/prune/images?which=x").status_code == 422


@pytest.mark.parametrize(
    "given",
    [{"tags": ["docker-archive:/etc/x"]}, {"platform": "linux;x"}, {"target": "--x"}],
)
def test_a_build_says_no_more_than_the_form_does(
    fleet: Fleet, cast: Cast, given: dict[str, Any]
) -> None:
    whole = {"endpoint": fleet.root1.pk, "text": "FROM quay.io/x/y", "tags": ["a:1"], **given}
    answer = make_caller(cast.bob).post("/images/build", whole)
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_the_log_is_searched_and_copied(fleet: Fleet, cast: Cast, entries: Any) -> None:
    bob, charlie = make_caller(cast.bob), make_caller(cast.charlie)
    bob.post(here(fleet, "stop"))
    found = bob.get("/audit", data={"q": "verb:container.stop"}).json()["items"]
    assert [(one["who"], one["door"]) for one in found] == [("Bob", "api")]
    assert charlie.get("/audit").json()["verb"] == "audit.read"
    assert bob.get("/audit", data={"q": "what:x"}).status_code == 422
    seen, before = [], ""
    while True:
        page = bob.get("/audit/export", data={"limit": 2, **({"before": before} if before else {})})
        seen += page.content.splitlines()
        before = page.headers.get("Haulout-Before", "")
        if not before:
            break
    assert len(seen) == len(set(seen)) >= 3
    assert len(entries("audit.export")) >= 2


def test_matrix(fleet: Fleet, cast: Cast) -> None:
    """Every address of the description, by tokens that must not: nothing changes and no name is told."""
    other = User.objects.create(
        email="o@example.org", name="Other", role=Role.objects.get(name="member")
    )
    fleet.grant("operator", user=other, host=fleet.web2)
    auditor = User.objects.create(
        email="a@example.org", name="Auditor", role=Role.objects.get(name="auditor")
    )
    callers: dict[str, Caller] = {
        "viewer": make_caller(cast.charlie),
        "auditor": make_caller(auditor),
        "none": make_caller(fleet.erin),
        "other team": make_caller(other),
        "no verb": make_caller(cast.bob, "v", reach="verbs", verbs=("volume.view",)),
        "other group": make_caller(cast.bob, "g", everywhere=False, groups={999: "gone"}),
        "read only": make_caller(cast.bob, "r", read_only=True),
    }
    sees = {"viewer", "auditor", "read only"}
    fleet.root2.containers.update(name="theirs", labels={})
    schema = api.get_openapi_schema()
    count = 0
    for path, methods in schema["paths"].items():
        where = path.removeprefix("/api/v1")
        for part, value in (
            ("{endpoint_id}", str(fleet.root1.pk)),
            ("{podman_id}", "shop0"),
            ("{host_id}", str(fleet.web1.pk)),
            ("{job_id}", "1"),
        ):
            where = where.replace(part, value)
        for method in methods:
            count += 1
            for name, one in callers.items():
                if (
                    method == "get"
                    and where.endswith(
                        ("/inspect", "/logs", "/follow", "/stats", "/artifacts", "/list")
                    )
                    and name in sees
                ):
                    continue
                answer = one.get(where) if method == "get" else one.post(where, {"x": 1})
                told = answer.content.decode()
                assert answer.status_code < 500, (name, where)
                if name not in sees:
                    told = told.replace(where, "")
                    hidden = ("shop-1", "shop0", "shop1", "bank0", "web1")
                    assert not [word for word in hidden if word in told], (name, where)
                if method == "post":
                    assert answer.status_code in (403, 404, 422), (name, where, told)
    assert count > 60
    assert not Job.objects.exists()
    assert not Batch.objects.exists()


def test_what_needs_an_approval_waits_once_it_says_why(
    fleet: Fleet, cast: Cast, rail: Any, vault_keys: None
) -> None:
    rail("privileged", severity="ask")
    bob = make_caller(cast.bob)
    line = "podman run -d --name reader --privileged docker.io/library/nginx:1"
    body = {"endpoint": fleet.root1.pk, "line": line}
    answer = bob.post("/containers/run", body)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith(":approval")
    assert not Job.objects.exists()
    answer = bob.post("/containers/run", body, HTTP_HAULOUT_REASON="the card reader needs it")
    assert (answer.status_code, answer.json()["state"]) == (202, "held"), answer.content
    assert answer.json()["ended"] is False
    rail("privileged")
    answer = bob.post("/containers/run", body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:haulout:problem:guardrail")


def test_a_plan_names_only_what_its_token_may_see(fleet: Fleet, cast: Cast) -> None:
    now = timezone.now()
    Image.objects.create(
        endpoint=fleet.root1,
        podman_id="e" * 64,
        name="registry.example/secret-plans:1",
        dangling=False,
        digest="",
        seen_at=now,
        changed_at=now,
    )
    path = "/prune/images?which=unused"
    seeing = make_caller(cast.bob, reach="verbs", verbs=("host.view", "image.view", "image.prune"))
    assert "secret-plans" in seeing.get(path).content.decode()
    blind = make_caller(cast.bob, "blind", reach="verbs", verbs=("host.view", "image.prune"))
    answer = blind.get(path)
    assert answer.status_code == 403, answer.content
    assert "secret-plans" not in answer.content.decode()


@pytest.mark.parametrize(
    "body",
    [
        '{"endpoint": 1, "Endpoint": 2, "line": "podman run docker.io/x/y"}',
        '{"endpoint": 1, "fields": {"image": "docker.io/x/y", "privileged": "on", "Privileged": ""}}',
        '{"endpoint": 1, "fields": {"image": "docker.io/x/y", "image": "docker.io/x/z"}}',
        '{"endpoint": 1, "endpoint": 1, "line": "podman run docker.io/x/y"}',
        '{"endpoint": 1, "environment": {"A": "1", "A": "2"}, "line": "podman run docker.io/x/y"}',
    ],
)
def test_a_key_that_stands_twice_is_no_request(body: str, fleet: Fleet, cast: Cast) -> None:
    """S3: who would say which of the two counts?"""
    alice = make_caller(cast.alice)
    text = body.replace('"endpoint": 1', f'"endpoint": {fleet.root1.pk}')
    answer = alice.client.post(
        f"{V1}/containers/run", text, content_type="application/json", **alice.headers
    )
    assert answer.status_code in (400, 422), answer.content
    assert not Job.objects.exists()


def test_keys_that_are_data_may_differ_by_their_case(
    fleet: Fleet, cast: Cast, vault_keys: None
) -> None:
    given = {
        "endpoint": fleet.root1.pk,
        "line": "podman run --label a=1 --label A=2 docker.io/x/y",
        "environment": {"path": "1", "PATH": "2"},
    }
    answer = make_caller(cast.alice).post("/containers/run", given)
    assert answer.status_code == 202, answer.content
