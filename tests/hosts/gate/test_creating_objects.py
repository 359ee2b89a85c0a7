"""Secrets and pods made through the gate."""

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from hosts.actions.approvals import decide
from hosts.database_threads import in_thread
from hosts.models import FreezeWindow, Guardrail, Job, ObjectLock
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.jobs.conftest import vault_keys
from tests.two_teams import Fleet

__all__ = ["vault_keys"]

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
P = "/v5.0.0/libpod"
D = "/v1.41"
OLD = "a" * 25
POD = "7" * 64
INFRA = "8" * 64
VALUE = b"canary\x00\xff"
Entries = Callable[[str], Awaitable[list[Any]]]


def body(**told: Any) -> bytes:
    return json.dumps(told).encode()


def made(host: FakeHost) -> list[bytes]:
    return [one.body for one in host.reached if one.line.startswith("POST")]


async def test_podmans_secret(
    fake_host: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    path = f"POST {V}/secrets/create"
    fake_host.answers[path] = Answer(value={"ID": OLD})
    door = await knock(await in_thread(person_of, cast.bob))
    query = "name=key&driver=file&driveropts=%7B%7D&labels=%7B%22a%22%3A%22b%22%7D&replace=false"
    got = await door.ask(f"{path}?{query}", body=VALUE)
    assert (got.status, got.json) == (200, {"ID": OLD})
    assert made(fake_host) == [VALUE]
    assert "name=key&driver=file" in fake_host.lines()[-1]
    await told_without_value(entry_of)


async def test_dockers_secret(
    fake_host: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    path = f"POST {D}/secrets/create"
    fake_host.answers[path] = Answer(value={"ID": OLD})
    door = await knock(await in_thread(person_of, cast.bob))
    data = base64.b64encode(VALUE).decode()
    # as docker sends it
    got = await door.ask(path, body=body(Name="key", Data=data, labels={"a": "b"}))
    assert (got.status, got.json) == (200, {"ID": OLD})
    assert json.loads(made(fake_host)[0]) == {"Name": "key", "Data": data, "Labels": {"a": "b"}}
    await told_without_value(entry_of)


async def told_without_value(entry_of: Entries) -> None:
    intent, outcome = await entry_of("secret.create")
    told = json.loads(intent.params_text)
    assert {"name": "key", "driver": "file", "size_bytes": 8}.items() <= told.items()
    assert (outcome.result, intent.target_name) == ("ok", "key")

    def texts() -> str:
        return str(list(Entry.objects.values()))

    everything = await in_thread(texts)
    assert "canary" not in everything
    assert base64.b64encode(VALUE).decode()[:8] not in everything


def there(host: FakeHost, name: str = "key") -> None:
    told = {"ID": OLD, "Spec": {"Name": name, "Driver": {"Name": "file"}, "Labels": {}}}
    for called in ("key", OLD):
        host.answers[f"GET {P}/secrets/{called}/json"] = Answer(value=told)


async def test_one_that_takes_the_place_of_another(
    fake_host: FakeHost, knock: Knock, cast: Cast, fleet: Fleet, entry_of: Entries
) -> None:
    there(fake_host)
    path = f"POST {V}/secrets/create"
    fake_host.answers[path] = Answer(value={"ID": "b" * 25})
    door = await knock(await in_thread(person_of, cast.bob))
    assert (await door.ask(f"{path}?name=key&replace=true", body=VALUE)).status == 200
    intent, _outcome = await entry_of("secret.replace")
    assert (intent.target_id, intent.target_name) == (OLD, "key")
    assert await entry_of("secret.create") == []

    def lock() -> None:
        ObjectLock.objects.create(
            endpoint=fleet.root1,
            host=fleet.web1,
            kind="secret",
            object_id=OLD,
            name="key",
            reason="audit",
            locked_by_name="Ada",
        )

    await in_thread(lock)
    got = await door.ask(f"{path}?name=key&replace=true", body=VALUE)
    assert (got.status, "locked" in got.json["message"]) == (403, True)
    assert len(made(fake_host)) == 1


@pytest.mark.parametrize(
    ("line", "told", "status"),
    [
        (f"{V}/secrets/create?name=key&driveropts=%7B%22path%22%3A%22/etc%22%7D", b"x", 403),
        (f"{V}/secrets/create?name=key&labels=%7B%22io.haulout.job%22%3A%221%22%7D", b"x", 400),
        (f"{V}/secrets/create?name=key&labels=x", b"x", 400),
        (f"{V}/secrets/create?name=key", b"", 400),
        (f"{V}/secrets/create?name=key", b"x" * 512_000, 400),
        (f"{D}/secrets/create", body(Name="key", Data="%"), 400),
        (f"{D}/secrets/create", body(Name="key", Data="eA==", data="eQ=="), 400),
        (f"{D}/secrets/create", body(Name="key", Data="eA==", Templating={"Name": "golang"}), 400),
        (
            f"{D}/secrets/create",
            body(Name="key", Data="eA==", Driver={"Name": "file", "Options": {"path": "/etc"}}),
            403,
        ),
        (f"{V}/pods/create", body(name="p", unheard=1), 400),
        (f"{V}/pods/create", body(name="p", Name="q"), 400),
        (f"{V}/pods/create", body(name="p", labels={"io.haulout.job": "1"}), 400),
        (f"{V}/pods/create", body(name="p", infra_image="docker-archive:/etc/x"), 400),
        (f"{V}/pods/create", b"[]", 400),
    ],
)
async def test_what_is_not_understood_is_not_sent(
    fake_host: FakeHost, knock: Knock, cast: Cast, line: str, told: bytes, status: int
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask(f"POST {line}", body=told)).status == status
    assert made(fake_host) == []


def pod_there(host: FakeHost, **config: Any) -> None:
    """It is made, and looks so."""
    pod = {"Id": POD, "Name": "shop", "InfraContainerID": INFRA, "Labels": {}, "Containers": []}
    host.answers[f"POST {V}/pods/create"] = Answer(201, {"Id": POD})
    host.answers[f"GET {P}/pods/{POD}/json"] = Answer(value=pod)
    host.answers[f"DELETE {P}/pods/{POD}"] = Answer(value={})
    told = {"Id": INFRA, "Name": "shop-infra", "Pod": POD, "HostConfig": config}
    host.answers[f"GET {P}/containers/{INFRA}/json"] = Answer(value=told)


# as podman-remote 5.4 sends it
ASKED = {
    "name": "shop",
    "infra_name": "shop-infra",
    "shared_namespaces": ["ipc", "net", "uts"],
    "netns": {"nsmode": ""},
    "userns": {},
    "pod_create_command": ["podman", "pod", "create", "shop"],
    "Networks": {"back": {}},
}


async def test_a_pod(fake_host: FakeHost, knock: Knock, cast: Cast, entry_of: Entries) -> None:
    pod_there(fake_host)
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {V}/pods/create", body=body(**ASKED))
    assert (got.status, got.json) == (201, {"Id": POD})
    assert [json.loads(one) for one in made(fake_host)] == [ASKED]
    # it was looked at before the client heard of it
    assert fake_host.lines()[-1] == f"GET {P}/containers/{INFRA}/json"
    intent, outcome = await entry_of("pod.create")
    told = json.loads(intent.params_text)
    assert told == {
        "name": "shop",
        "network": "back",
        "shared": ["ipc", "net", "uts"],
        "infra": True,
    }
    assert (outcome.result, intent.target_name) == ("ok", "shop")


async def test_a_rule_on_pods_counts_before_and_after(
    fake_host: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    await in_thread(
        lambda: Guardrail.objects.create(
            name="own networks", kind="host_namespaces", severity="refuse", everywhere=True
        )
    )
    door = await knock(await in_thread(person_of, cast.bob))
    for asked in ({"netns": {"nsmode": "host"}}, {"PIDNS": {"NSMode": "host"}}):
        got = await door.ask(f"POST {V}/pods/create", body=body(name="shop", **asked))
        assert (got.status, "own networks" in got.json["message"]) == (403, True)
    assert made(fake_host) == []
    pod_there(fake_host, NetworkMode="host")
    got = await door.ask(f"POST {V}/pods/create", body=body(name="shop"))
    assert (got.status, "removed before it started" in got.json["message"]) == (403, True)
    assert fake_host.lines()[-1].startswith(f"DELETE {P}/pods/{POD}")
    assert len(await entry_of("guardrail.alarm")) == 1
    assert (await entry_of("pod.create"))[-1].result == "failed"


async def test_neither_a_viewer_nor_whoever_has_some_containers_makes_them(
    fake_host: FakeHost, knock: Knock, cast: Cast, fleet: Fleet
) -> None:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1, label="app=shop"))
    for person in (await in_thread(person_of, cast.charlie), await in_thread(fleet.person)):
        door = await knock(person)
        for line, told in (
            (f"{V}/secrets/create?name=key", VALUE),
            (f"{D}/secrets/create", body(Name="key", Data="eA==")),
            (f"{V}/pods/create", body(name="shop")),
        ):
            got = await door.ask(f"POST {line}", body=told)
            assert (got.status, ".create" in got.json["message"]) == (403, True), line
    assert made(fake_host) == []


@pytest.mark.usefixtures("vault_keys")
async def test_one_that_waits_for_a_yes_is_kept_nowhere(
    fake_host: FakeHost, knock: Knock, cast: Cast
) -> None:
    now, hour = timezone.now(), timedelta(hours=1)
    path = f"POST {V}/secrets/create"
    fake_host.answers[path] = Answer(value={"ID": OLD})
    await in_thread(
        lambda: FreezeWindow.objects.create(
            name="audit week", severity="ask", starts_at=now - hour, ends_at=now + hour
        )
    )
    door = await knock(await in_thread(person_of, cast.bob))
    there(fake_host)
    got = await door.ask(f"{path}?name=key&replace=true", body=VALUE)
    assert (got.status, "waits" in got.json["message"]) == (403, True)
    [job] = await in_thread(lambda: list(Job.objects.all()))
    assert "canary" not in str(await in_thread(lambda: list(Job.objects.values())))
    assert job.sealed_params is None
    assert made(fake_host) == []
    [question] = await in_thread(lambda: list(job.approvals.all()))
    await in_thread(lambda: decide.approve(person_of(cast.alice), question.pk))
    assert (await door.ask(f"{path}?name=key&replace=true", body=b"another")).status == 403
    assert (await door.ask(f"{path}?name=key&replace=true", body=VALUE)).status == 200
    assert made(fake_host) == [VALUE]
