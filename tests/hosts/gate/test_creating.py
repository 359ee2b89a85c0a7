"""Containers made through the gate: judged as asked for, and once more as they came to be."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hosts.access import Person
from hosts.database_threads import in_thread
from hosts.inventory.job_marks import AT_GATE, JOB_LABEL, mark
from hosts.models import Guardrail
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
P = "/v5.0.0/libpod"
NEW, IMAGE_ID = "d" * 64, "c" * 64
IMAGE = "quay.io/lab/busybox:latest"
CREATE = f"POST {V}/containers/create"
DOCKER = "/v1.41/containers/create"
Entries = Callable[[str], Awaitable[list[Any]]]


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    """It has an image, and makes a container of it."""
    image = {"Id": IMAGE_ID, "RepoTags": [IMAGE], "Config": {"Labels": None}}
    for name in (IMAGE_ID, IMAGE.replace("/", "%2F").replace(":", "%3A")):
        fake_host.answers[f"GET {P}/images/{name}/json"] = Answer(value=image)
    fake_host.answers[CREATE] = Answer(201, {"Id": NEW, "Warnings": []})
    fake_host.container(NEW, "new-1", app="shop")
    fake_host.answers[f"DELETE {P}/containers/{NEW}"] = Answer(value=[{"Id": NEW}])
    return fake_host


def spec(**more: Any) -> bytes:
    """As podman run --remote sends it: the image's id, and its name as it was typed."""
    told = {"image": IMAGE_ID, "raw_image_name": "busybox", "name": "new-1", **more}
    return json.dumps(told).encode()


def sent(there: FakeHost) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in there.reached if one.line == CREATE]


async def refuse_privileged() -> None:
    await in_thread(
        lambda: Guardrail.objects.create(
            name="none of those", kind="privileged", severity="refuse", everywhere=True
        )
    )


async def test_what_is_asked_for_is_sent_anew(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(CREATE, body=spec(ENV={"PASSWORD": "canary"}, command=["sleep"]))
    assert (got.status, got.json["Id"]) == (201, NEW)
    assert sent(there) == [
        {
            "image": IMAGE,
            "raw_image_name": IMAGE,
            "name": "new-1",
            "env": {"PASSWORD": "canary"},
            "command": ["sleep"],
        }
    ]
    # it was looked at before the client heard of it
    assert there.lines()[-1] == f"GET {P}/containers/{NEW}/json"
    intent, outcome = await entry_of("container.create")
    assert (outcome.result, outcome.detail, intent.target_name) == ("ok", "201", "new-1")
    assert json.loads(intent.params_text) == {"name": "new-1", "image": IMAGE}


@pytest.mark.parametrize("dialect", ["podman", "docker"])
async def test_what_has_no_name_gets_a_mark(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries, dialect: str
) -> None:
    """The host tells of it under a name that it makes up; the link knows it by the mark."""
    line, body, field = CREATE, {"image": IMAGE, "labels": {"app": "shop"}}, "labels"
    if dialect == "docker":
        line, body, field = f"POST {DOCKER}", {"Image": IMAGE, "Labels": {"app": "shop"}}, "Labels"
        there.answers[line] = Answer(201, {"Id": NEW, "Warnings": []})
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(line, body=json.dumps(body).encode())
    assert got.status == 201
    intent, _outcome = await entry_of("container.create")
    [made] = [json.loads(one.body) for one in there.reached if one.line == line]
    assert made[field] == {"app": "shop", JOB_LABEL: mark(intent.number, AT_GATE)}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'{"image":"a","image":"b"}',
        b'{"privileged":false,"PRIVILEGED":true}',
        spec(unheard=1),
        spec(mounts=[{"Source": "/", "source": "/x"}]),
        spec(labels={"io.haulout.job": "1"}),
        spec(annotations={"io.haulout.order": "1"}),
        spec(image="docker-archive:/etc/x"),
        b"[" * 100_000,
    ],
)
async def test_what_is_not_understood_is_not_sent(
    there: FakeHost, knock: Knock, cast: Cast, body: bytes
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask(CREATE, body=body)).status == 400
    assert sent(there) == []


async def test_a_rule_and_the_right_to_privileged_ones_count(
    there: FakeHost, knock: Knock, cast: Cast, fleet: Fleet, entry_of: Entries
) -> None:
    await refuse_privileged()
    door = await knock(await in_thread(person_of, cast.alice))
    got = await door.ask(CREATE, body=spec(privileged=True))
    assert (got.status, "none of those" in got.json["message"]) == (403, True)
    assert sent(there) == []
    assert [one.kind for one in await entry_of("container.create")] == ["refusal"]


async def test_what_came_to_be_is_judged_again_and_removed(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    await refuse_privileged()
    told = there.answers[f"GET {P}/containers/{NEW}/json"].value
    told["HostConfig"] = {"Privileged": True}
    door = await knock(await in_thread(person_of, cast.alice))
    got = await door.ask(CREATE, body=spec())
    assert (got.status, "removed before it started" in got.json["message"]) == (403, True)
    assert there.lines()[-1].startswith(f"DELETE {P}/containers/{NEW}")
    assert (await entry_of("container.create"))[-1].result == "failed"
    assert len(await entry_of("guardrail.alarm")) == 1


async def test_nothing_starts_between_the_making_and_the_look(
    there: FakeHost, knock: Knock, cast: Cast
) -> None:
    there.answers[CREATE] = Answer(201, {"Id": NEW, "Warnings": []}, waits=asyncio.Event())
    there.answers[f"POST {V}/containers/{NEW}/start"] = Answer(204)
    maker, other = [await knock(await in_thread(person_of, cast.alice)) for _one in range(2)]
    await maker.send(CREATE, body=spec())
    async with asyncio.timeout(10):
        while not sent(there):
            there.more.clear()
            await there.more.wait()
        await other.send(f"POST {V}/containers/new-1/start")
        while not there.lines(of=f"GET {P}/containers/new-1/json"):
            there.more.clear()
            await there.more.wait()
        assert not there.lines(of="/start")
        waits = there.answers[CREATE].waits
        assert waits is not None
        waits.set()
        assert (await maker.answer("POST")).status == 201
        assert (await other.answer("POST")).status == 204
    # the look came first
    lines = there.lines()
    assert lines.index(f"GET {P}/containers/{NEW}/json") < lines.index(
        f"POST {V}/containers/{NEW}/start"
    )


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"labels": {"app": "shop"}}, 201),
        ({"labels": {"app": "shop"}, "pidns": {"nsmode": "private"}, "httpproxy": True}, 201),
        ({}, 403),
        ({"labels": {"app": "bank"}}, 403),
        ({"labels": {"app": "shop"}, "pidns": {"nsmode": "host"}}, 403),
        ({"labels": {"app": "shop"}, "mounts": [{"type": "bind", "source": "/"}]}, 403),
        ({"labels": {"app": "shop"}, "volumes": [{"Name": "v", "Dest": "/v"}]}, 403),
        ({"labels": {"app": "shop"}, "privileged": True}, 403),
    ],
)
async def test_whoever_has_some_containers_makes_such(
    there: FakeHost, knock: Knock, fleet: Fleet, more: dict[str, Any], status: int
) -> None:
    def narrowed() -> Person:
        fleet.grant("operator", host=fleet.web1, label="app=shop")
        return fleet.person()

    door = await knock(await in_thread(narrowed))
    assert (await door.ask(CREATE, body=spec(**more))).status == status
    assert len(sent(there)) == (status == 201)


async def test_a_viewer_makes_none(there: FakeHost, knock: Knock, cast: Cast) -> None:
    door = await knock(await in_thread(person_of, cast.charlie))
    got = await door.ask(CREATE, body=spec())
    assert (got.status, "container.create" in got.json["message"]) == (403, True)
    got = await door.ask(f"POST {DOCKER}", body=b'{"Image":"busybox"}')
    assert (got.status, "container.create" in got.json["message"]) == (403, True)


async def test_in_dockers_dialect(
    there: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    docker = f"POST {DOCKER}"
    there.answers[docker] = Answer(201, {"Id": NEW, "Warnings": []})
    door = await knock(await in_thread(person_of, cast.bob))
    body = {"image": "busybox", "Cmd": ["id"], "HostConfig": {"binds": ["/srv:/x"]}}
    got = await door.ask(f"{docker}?name=new-1", body=json.dumps(body).encode())
    assert (got.status, got.json["Id"]) == (201, NEW)
    [made] = [one for one in there.reached if one.line.startswith(docker)]
    assert made.line == f"{docker}?name=new-1"
    assert json.loads(made.body) == {
        "Image": "docker.io/library/busybox:latest",
        "Cmd": ["id"],
        "HostConfig": {"Binds": ["/srv:/x"]},
    }
    assert (await entry_of("container.create"))[-1].detail == "201"
    by_id = json.dumps({"Image": IMAGE_ID}).encode()
    assert (await door.ask(docker, body=by_id)).status == 201
    assert there.lines(of=docker)
    assert json.loads(there.reached[-2].body)["Image"] == IMAGE_ID
    await refuse_privileged()
    body["HostConfig"] = {"PRIVILEGED": True}
    got = await door.ask(f"{docker}?name=new-2", body=json.dumps(body).encode())
    assert (got.status, "none of those" in got.json["message"]) == (403, True)
    assert len(there.lines(of=docker)) == 2
