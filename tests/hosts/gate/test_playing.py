"""Kube files through the gate: read, judged, made anew, looked at, and only then started."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
import yaml

from hosts.database_threads import in_thread
from hosts.models import Guardrail, ObjectLock
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
P = "/v5.0.0/libpod"
PLAY = f"POST {V}/play/kube"
DOWN = f"DELETE {V}/play/kube"
POD, WEB, INFRA = ("7" * 64, "8" * 64, "9" * 64)
IMAGE = "quay.io/acme/web:1"
Entries = Callable[[str], Awaitable[list[Any]]]


def pod(**spec: Any) -> dict[str, Any]:
    container = {"name": "web", "image": IMAGE, "env": [{"name": "PASSWORD", "value": "canary"}]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "shop"},
        "spec": {"containers": [container | spec]},
    }


def claim(name: str = "data") -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": spec,
    }


def file(*documents: dict[str, Any]) -> bytes:
    return yaml.safe_dump_all(documents or [pod()]).encode()


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    """An empty host, on which what the file says comes to be."""
    says = fake_host.answers
    says[f"GET {P}/pods/json"] = Answer(value=[])
    says[f"GET {P}/containers/json"] = Answer(value=[])
    says[f"GET {P}/images/{IMAGE.replace('/', '%2F')}/exists"] = Answer(204)
    report = {
        "Pods": [{"ID": POD, "Containers": [WEB], "ContainerErrors": None}],
        "Volumes": None,
        "Secrets": None,
    }
    says[f"POST {P}/play/kube"] = Answer(value=report)
    inner = [{"Id": WEB, "Name": "shop-web"}, {"Id": INFRA, "Name": "shop-infra"}]
    told = {"Id": POD, "Name": "shop", "InfraContainerID": INFRA, "Containers": inner}
    says[f"GET {P}/pods/{POD}/json"] = Answer(value=told)
    for own_id, name in ((WEB, "shop-web"), (INFRA, "shop-infra")):
        value = {"Id": own_id, "Name": name, "Pod": POD, "HostConfig": {}}
        says[f"GET {P}/containers/{own_id}/json"] = Answer(value=value)
    says[f"POST {P}/pods/{POD}/start"] = Answer(value={"Id": POD})
    says[f"DELETE {P}/pods/{POD}"] = Answer(value={})
    says[f"DELETE {P}/play/kube"] = Answer(value={"StopReport": [], "RmReport": [{"Id": POD}]})
    return fake_host


def changed(host: FakeHost) -> list[str]:
    """What was asked of the host that is more than a look."""
    lines = [one.line for one in host.reached if not one.line.startswith("GET")]
    return [line.partition("?")[0].replace(P, "") for line in lines]


async def test_a_file_is_played(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    door = await knock(await in_thread(person_of, cast.bob))
    # as podman-remote 5.4 asks
    query = "annotations=%7B%7D&logDriver=&publishAllPorts=false&replace=false&tlsVerify=true"
    got = await door.ask(f"{PLAY}?{query}", "Content-Type: application/yaml", body=file())
    assert (got.status, got.json["Pods"][0]["ID"]) == (200, POD)
    assert changed(there) == ["POST /play/kube", f"POST /pods/{POD}/start"]
    [played] = [one for one in there.reached if "play/kube" in one.line]
    query_of = parse_qs(urlparse(played.line.split(" ")[1]).query)
    assert query_of == {"start": ["false"], "build": ["false"]}
    [document] = yaml.safe_load_all(played.body)
    assert document["spec"]["containers"][0]["image"] == IMAGE
    # all of it was looked at before it started
    looks = [line for line in there.lines() if f"/{INFRA}/" in line or f"/{WEB}/" in line]
    assert len(looks) == 2
    assert there.lines()[-1].startswith(f"POST {P}/pods/{POD}/start")
    intent, outcome = await entry_of("kube.play")
    told = json.loads(intent.params_text)
    assert (told["pods"], told["containers"], told["images"]) == (["shop"], ["shop-web"], [IMAGE])
    assert (outcome.result, "canary" in intent.params_text) == ("ok", False)


async def test_it_is_left_as_it_is_where_it_is_not_to_start(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"{PLAY}?start=false", body=file())
    assert got.status == 200
    assert changed(there) == ["POST /play/kube"]


async def test_what_does_not_start_stands_in_podmans_report(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    said = {"cause": "port", "message": "port 80 is taken", "response": 500}
    there.answers[f"POST {P}/pods/{POD}/start"] = Answer(500, said)
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(PLAY, body=file())
    assert (got.status, got.json["Pods"][0]["ContainerErrors"]) == (200, ["port 80 is taken"])
    assert (await entry_of("kube.play"))[-1].result == "failed"


async def no_privileged_ones() -> None:
    await in_thread(
        lambda: Guardrail.objects.create(
            name="none of those", kind="privileged", severity="refuse", everywhere=True
        )
    )


async def test_a_rule_counts_before_and_after(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    await no_privileged_ones()
    door = await knock(await in_thread(person_of, cast.alice))
    for given in ({"privileged": True}, {"Privileged": True}):
        got = await door.ask(PLAY, body=file(pod(securityContext=given)))
        assert (got.status, "none of those" in got.json["message"]) == (403, True)
    assert changed(there) == []
    told = there.answers[f"GET {P}/containers/{WEB}/json"].value
    told["HostConfig"] = {"Privileged": True}
    got = await door.ask(PLAY, body=file())
    assert (got.status, "removed before it started" in got.json["message"]) == (403, True)
    assert changed(there) == ["POST /play/kube", f"DELETE /pods/{POD}"]
    assert len(await entry_of("guardrail.alarm")) == 1
    assert (await entry_of("kube.play"))[-1].result == "failed"


async def test_names_that_are_taken(there: FakeHost, knock: Knock, cast: Cast) -> None:
    there.answers[f"GET {P}/pods/json"] = Answer(value=[{"Id": POD, "Name": "shop"}])
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(PLAY, body=file())
    assert (got.status, "already exist: shop" in got.json["message"]) == (409, True)
    assert changed(there) == []
    got = await door.ask(f"{PLAY}?replace=true", body=file())
    assert got.status == 200
    assert changed(there)[:2] == ["DELETE /play/kube", "POST /play/kube"]


async def test_a_secret_that_is_there_is_not_everybodys(
    there: FakeHost, knock: Knock, cast: Cast, fleet: Fleet
) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "key"},
        "data": {"a": "eA=="},
    }
    there.answers[f"GET {P}/secrets/key/json"] = Answer(value={"ID": "a", "Spec": {"Name": "key"}})
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1))
    verbs = frozenset({"host.view", "kube.play", "pod.view", "container.view"})
    door = await knock(await in_thread(lambda: fleet.person(verbs=verbs)))
    got = await door.ask(PLAY, body=file(secret))
    assert (got.status, "secret.replace" in got.json["message"]) == (403, True)
    assert changed(there) == []


@pytest.mark.parametrize(
    ("line", "fields", "body", "status"),
    [
        (PLAY, ["Content-Type: application/x-tar"], file(), 403),
        (PLAY, ["Content-Type: multipart/form-data; boundary=x"], file(), 403),
        (PLAY, [], b"\xff", 400),
        (PLAY, [], b"a: [", 400),
        (PLAY, [], b"a: &a [*a]", 400),
        (PLAY, [], file(pod(image="web")), 400),
        (f"{PLAY}?build=true", [], file(), 403),
        (f"{PLAY}?wait=true", [], file(), 403),
        (f"{PLAY}?serviceContainer=true", [], file(), 403),
        (f"{PLAY}?publishPorts=80%3A80", [], file(), 403),
        (f"{PLAY}?publishAllPorts=true", [], file(), 403),
        (f"{PLAY}?userns=host", [], file(), 403),
        (f"{PLAY}?annotations=%7B%22run.oci.keep_original_groups%22%3A%221%22%7D", [], file(), 403),
        (f"{PLAY}?logOptions=path%3D/etc/x", [], file(), 403),
        (f"{PLAY}?logDriver=passthrough", [], file(), 403),
        (f"{PLAY}?network=host", [], file(), 403),
        (f"{PLAY}?network=container%3Aweb", [], file(), 403),
        (f"{PLAY}?contextDir=/", [], file(), 403),
        (f"POST {V}/kube/apply", [], file(), 403),
    ],
)
async def test_what_nobody_could_judge(
    there: FakeHost,
    knock: Knock,
    cast: Cast,
    line: str,
    fields: list[str],
    body: bytes,
    status: int,
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask(line, *fields, body=body)).status == status
    assert changed(there) == []


async def test_a_file_is_taken_down(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    there.answers[f"GET {P}/pods/json"] = Answer(value=[{"Id": POD, "Name": "shop"}])
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"{DOWN}?force=true", body=file(pod(), claim()))
    assert (got.status, got.json["RmReport"]) == (200, [{"Id": POD}])
    [sent] = [one for one in there.reached if one.line.startswith("DELETE")]
    # names alone: nothing else of the file is sent
    named = [(one["kind"], one["metadata"]["name"]) for one in yaml.safe_load_all(sent.body)]
    assert named == [("Pod", "shop"), ("PersistentVolumeClaim", "data")]
    intent, outcome = await entry_of("kube.down")
    told = json.loads(intent.params_text)
    assert (told["pods"], told["remove_volumes"], outcome.result) == (["shop"], True, "ok")


async def test_what_is_locked_stays(
    there: FakeHost, knock: Knock, cast: Cast, fleet: Fleet
) -> None:
    there.answers[f"GET {P}/pods/json"] = Answer(value=[{"Id": POD, "Name": "shop"}])
    inner = {"Id": WEB, "Names": ["shop-web"], "Pod": POD, "PodName": "shop"}
    there.answers[f"GET {P}/containers/json"] = Answer(value=[inner])

    def lock() -> None:
        ObjectLock.objects.create(
            endpoint=fleet.root1,
            host=fleet.web1,
            kind="container",
            object_id=WEB,
            name="shop-web",
            reason="audit",
            locked_by_name="Ada",
        )

    await in_thread(lock)
    door = await knock(await in_thread(person_of, cast.bob))
    for line in (DOWN, f"{PLAY}?replace=true"):
        got = await door.ask(line, body=file())
        assert (got.status, "locked" in got.json["message"]) == (403, True), line
    assert changed(there) == []


async def test_neither_a_viewer_nor_whoever_has_some_containers(
    there: FakeHost, knock: Knock, cast: Cast, fleet: Fleet
) -> None:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1, label="app=shop"))
    for person in (await in_thread(person_of, cast.charlie), await in_thread(fleet.person)):
        door = await knock(person)
        for line in (PLAY, DOWN):
            got = await door.ask(line, body=file())
            assert (got.status, "kube." in got.json["message"]) == (403, True)
    assert changed(there) == []


async def test_yaml_is_generated_with_values_for_whoever_may_see_them(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    there.container(WEB, "web")
    text = yaml.safe_dump(pod(), sort_keys=False)
    there.answers[f"GET {V}/generate/kube"] = Answer(pieces=(text.encode(),))
    line = f"GET {V}/generate/kube?names=web&service=false"
    viewer = await knock(await in_thread(person_of, cast.charlie))
    got = await viewer.ask(line)
    assert (got.status, b"canary" in got.body, b"PASSWORD" in got.body) == (200, False, True)
    assert await entry_of("kube.generate") == []
    owner = await knock(await in_thread(person_of, cast.alice))
    got = await owner.ask(line)
    assert got.body == text.encode()
    assert f"names={WEB}" in there.lines()[-1]
    assert len(await entry_of("kube.generate")) == 1
    assert (await owner.ask(f"GET {V}/generate/kube?names=none")).status == 404
