"""The gate's HTTP on a real host: the same as on Podman's own socket, but for what one may not see or do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from accounts.models import Role, User
from audit.models import Entry
from hosts.access import Person
from hosts.database_threads import in_thread
from hosts.models import Grant
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock, knocking
from tests.hosts.jobs.conftest import vault_keys
from tests.lab.hosts import Host, Lab
from tests.lab.real_endpoint import endpoint_on
from tests.lab.wait import socket_get

__all__ = ["endpoint_on", "vault_keys"]
pytestmark = pytest.mark.django_db(transaction=True)
V = "/v5.0.0/libpod"
IMAGE = "localhost/busybox"


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Host:
    """shop and bank run there."""
    found = lab.hosts[0]
    for name in ("shop", "bank"):
        words = ("--name", name, "--label", f"app={name}", "-e", "PASSWORD=canary")
        found.podman("run", "-d", *words, IMAGE, "sh", "-c", "echo one; echo two; exec sleep 1000")
    return found


@pytest.fixture
def endpoint(host: Host, endpoint_on: Callable[..., Any]) -> Any:
    return endpoint_on(host)


@pytest.fixture
async def knock(endpoint: Any) -> AsyncIterator[Knock]:
    async with knocking(endpoint.pk) as made:
        yield made


@pytest.fixture
async def narrowed(cast: Cast, endpoint: Any) -> Person:
    """Charlie, who has the label app=shop there and nothing else."""

    def make() -> Person:
        member, operator = (Role.objects.get(name=name) for name in ("member", "operator"))
        User.objects.filter(pk=cast.charlie.pk).update(role=member)
        Grant.objects.create(
            user=cast.charlie, role=operator, endpoint=endpoint, label="app=shop", made_by="Alice"
        )
        return person_of(cast.charlie)

    return await in_thread(make)


def direct(host: Host, path: str) -> Any:
    """What Podman's own socket says."""
    return json.loads(socket_get(host.logins[0].local_socket, path))


READS = [
    "/containers/json?all=true",
    "/containers/shop/json",
    "/containers/shop/changes",
    "/images/json",
    f"/images/{IMAGE}/json",
    f"/images/{IMAGE}/history",
    "/volumes/json",
    "/networks/json",
    "/networks/podman/json",
    "/pods/json",
    "/secrets/json",
    "/system/df",
    "/version",
]
DOCKER_READS = [
    "/v1.41/containers/json?all=true",
    "/v1.41/containers/shop/json",
    "/v1.41/images/json",
    "/v1.41/volumes",
    "/v1.41/networks",
    "/version",
]
# Times and counters that go on between two looks. Of an image with several manifests Podman tells one
# by its id, which the gate asks for, and maybe another by its name; RepoDigests has them all.
MOVES = {"Status", "Log", "Size", "RWSize", "SharedSize", "State", "Digest"}


def still(value: Any) -> Any:
    """Without what moves, and without an order: Podman lists networks in any."""
    if isinstance(value, dict):
        return {key: still(inner) for key, inner in value.items() if key not in MOVES}
    return sorted(map(still, value), key=repr) if isinstance(value, list) else value


async def test_an_administrator_reads_what_the_socket_says(
    host: Host, knock: Knock, cast: Cast
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    for path in [*(f"{V}{path}" for path in READS), *DOCKER_READS]:
        got = await door.ask(f"GET {path}")
        assert got.status == 200, path
        assert still(got.json) == still(await asyncio.to_thread(direct, host, path)), path
    assert (await door.ask("GET /_ping")).body == b"OK"
    assert b"libpod-api-version" in (await door.ask("HEAD /_ping")).fields
    assert (await door.ask(f"GET {V}/containers/shop/exists")).status == 204
    assert (await door.ask(f"GET {V}/containers/none/exists")).status == 404


async def test_logs_come_byte_for_byte(host: Host, knock: Knock, cast: Cast) -> None:
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"GET {V}/containers/shop/logs?stdout=true&tail=-1")
    path = f"{V}/containers/shop/logs?stdout=true"
    assert got.body == await asyncio.to_thread(socket_get, host.logins[0].local_socket, path)
    assert got.body.endswith(b"\x04two\n")


async def test_a_viewer_changes_nothing_and_reads_no_values(
    host: Host, knock: Knock, cast: Cast
) -> None:
    door = await knock(await in_thread(person_of, cast.charlie))
    for path in (f"{V}/containers/shop/json", "/v1.41/containers/shop/json"):
        assert b"canary" not in (await door.ask(f"GET {path}")).body
    for line in ("POST {}/containers/shop/stop", "DELETE {}/containers/shop?force=true"):
        assert (await door.ask(line.format(V))).status == 403
    assert "true" in host.podman("inspect", "-f", "{{.State.Running}}", "shop")


async def test_some_containers_are_all_there_is(host: Host, knock: Knock, narrowed: Person) -> None:
    door = await knock(narrowed)
    for path in (f"{V}/containers/json?all=true", "/containers/json?all=true"):
        assert len((await door.ask(f"GET {path}")).json) == 1
    bank = host.podman("inspect", "-f", "{{.Id}}", "bank").strip()
    for name in ("bank", bank, bank[:12]):
        got = await door.ask(f"GET {V}/containers/{name}/json")
        none = await door.ask(f"GET {V}/containers/{'9' * len(name)}/json")
        assert got.status == none.status == 404
        assert got.body.replace(name.encode(), b"") == none.body.replace(b"9" * len(name), b"")
    assert (await door.ask(f"POST {V}/containers/bank/kill")).status == 404
    assert (await door.ask(f"GET {V}/info")).json["store"]["containerStore"]["number"] == 1
    assert (await door.ask(f"POST {V}/containers/shop/restart?timeout=0")).status == 204


async def test_changes_reach_the_host_and_the_log(
    host: Host, knock: Knock, cast: Cast, endpoint: Any
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    # a container made past the gate a moment ago, by the head of its id
    own_id = host.podman("create", "--name", "young", IMAGE, "sleep", "1000").strip()
    steps = [
        ("POST", f"{V}/containers/{own_id[:12]}/start", 204),
        ("POST", f"{V}/containers/young/start", 304),
        ("POST", f"{V}/containers/young/pause", 204),
        ("POST", f"{V}/containers/young/unpause", 204),
        ("POST", "/v1.41/containers/young/rename?name=older", 204),
        ("POST", f"{V}/containers/older/kill?signal=KILL", 204),
        ("POST", f"{V}/containers/older/wait?condition=exited", 200),
        ("DELETE", f"{V}/containers/older?v=true", 200),
        ("POST", f"{V}/images/{IMAGE}/tag?repo=localhost/other&tag=1", 201),
        ("POST", f"{V}/images/{IMAGE}/untag?repo=localhost/other&tag=1", 201),
    ]
    for method, path, status in steps:
        got = await door.ask(f"{method} {path}")
        assert got.status == status, (path, got.body)
    assert "older" not in host.podman("ps", "-a", "--format", "{{.Names}}")

    def entries() -> list[tuple[str, str]]:
        outcomes = Entry.objects.filter(kind="outcome", door="gate").order_by("number")
        return list(outcomes.values_list("verb", "detail"))

    assert await in_thread(entries) == [
        ("container.start", "204"),
        ("container.start", "304"),
        ("container.pause", "204"),
        ("container.unpause", "204"),
        ("container.rename", "204"),
        ("container.kill", "204"),
        ("container.wait", "200"),
        ("container.remove", "200"),
        ("image.tag", "201"),
        ("image.untag", "201"),
    ]


async def test_a_command_runs_and_hears_the_end_of_what_is_typed(
    host: Host, knock: Knock, narrowed: Person
) -> None:
    door = await knock(narrowed)
    spec = {"Cmd": ["cat"], "AttachStdin": True, "AttachStdout": True, "AttachStderr": True}
    made = await door.ask(f"POST {V}/containers/shop/exec", body=json.dumps(spec).encode())
    assert made.status == 201, made.body
    exec_id = made.json["Id"]
    await door.send(
        f"POST {V}/exec/{exec_id}/start",
        "Connection: Upgrade",
        "Upgrade: tcp",
        body=b'{"Detach":false,"Tty":false}',
    )
    head = await door.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101"), head
    await door.say(b"seals\n")
    async with asyncio.timeout(20):
        assert await door.reader.readexactly(14) == b"\x01\0\0\0\0\0\0\x06seals\n"
        door.writer.write_eof()
        assert await door.reader.read() == b""
        await door.serving
    other = await knock(narrowed)
    assert (await other.ask(f"GET {V}/exec/{exec_id}/json")).json["ExitCode"] == 0
    refused = await other.ask(f"POST {V}/containers/bank/exec", body=json.dumps(spec).encode())
    assert refused.status == 404


async def test_a_followed_log_ends_with_its_client_on_the_host_too(
    host: Host, knock: Knock, cast: Cast
) -> None:
    door = await knock(await in_thread(person_of, cast.bob))
    await door.send(f"GET {V}/containers/shop/logs?stdout=true&follow=true")
    await door.reader.readuntil(b"two\n")
    door.writer.close()
    async with asyncio.timeout(10):
        await door.serving
