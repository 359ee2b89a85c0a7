"""Volumes and networks made through the gate, in both dialects."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hosts.database_threads import in_thread
from hosts.models import Guardrail
from tests.cast import Cast
from tests.fresh_person import person_of
from tests.hosts.gate.door import Knock
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
P = "/v5.0.0/libpod"
D = "/v1.41"
Entries = Callable[[str], Awaitable[list[Any]]]
SECRET = {"o": "username=shop,password=canary", "type": "cifs", "device": "//nas/shop"}


def body(**told: Any) -> bytes:
    return json.dumps(told).encode()


def sent(host: FakeHost) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in host.reached if one.line.startswith("POST")]


async def mounts_only_below_srv() -> None:
    await in_thread(
        lambda: Guardrail.objects.create(
            name="below srv",
            kind="mounts",
            settings={"allow": ["/srv"]},
            severity="refuse",
            everywhere=True,
        )
    )


@pytest.mark.parametrize(
    ("prefix", "key"), [(V, "Options"), (D, "DriverOpts")], ids=["libpod", "docker"]
)
async def test_a_volume(
    fake_host: FakeHost, knock: Knock, cast: Cast, entry_of: Entries, prefix: str, key: str
) -> None:
    made = {"Name": "v", "Driver": "local", "Options": SECRET, "Labels": {}}

    def is_made() -> None:
        fake_host.answers[f"GET {P}/volumes/v/json"] = Answer(value=made)

    fake_host.answers[f"POST {prefix}/volumes/create"] = Answer(201, made, then=is_made)
    door = await knock(await in_thread(person_of, cast.alice))
    asked = {"name": "v", key.lower(): SECRET, "Labels": {"a": "b"}}
    got = await door.ask(f"POST {prefix}/volumes/create", body=body(**asked))
    assert (got.status, got.json["Name"]) == (201, "v")
    assert b"canary" not in got.body
    assert sent(fake_host) == [{"Name": "v", key: SECRET, "Labels": {"a": "b"}}]
    intent, outcome = await entry_of("volume.create")
    told = {"name": "v", "driver": "local", "option_names": ["device", "o", "type"]}
    assert (json.loads(intent.params_text), outcome.result) == (told, "ok")


async def test_a_folder_of_the_host_is_no_volume_where_a_rule_forbids_it(
    fake_host: FakeHost, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    await mounts_only_below_srv()
    door = await knock(await in_thread(person_of, cast.alice))
    options = {"type": "none", "o": "bind", "device": "/"}
    for prefix, key in ((V, "Options"), (V, "OPTIONS"), (D, "driverOpts")):
        asked = body(Name="v", **{key: options})
        got = await door.ask(f"POST {prefix}/volumes/create", body=asked)
        assert (got.status, "below srv" in got.json["message"]) == (403, True)
    assert sent(fake_host) == []
    # and where Podman made another than was asked for
    made = {"Name": "v", "Driver": "local", "Options": options}

    def is_made() -> None:
        fake_host.answers[f"GET {P}/volumes/v/json"] = Answer(value=made)

    fake_host.answers[f"POST {V}/volumes/create"] = Answer(201, made, then=is_made)
    fake_host.answers[f"DELETE {P}/volumes/v"] = Answer(204)
    got = await door.ask(f"POST {V}/volumes/create", body=body(Name="v"))
    assert got.status == 403
    assert fake_host.lines()[-1].startswith(f"DELETE {P}/volumes/v")
    assert len(await entry_of("guardrail.alarm")) == 1


async def test_a_volume_that_is_there_stays(fake_host: FakeHost, knock: Knock, cast: Cast) -> None:
    await mounts_only_below_srv()
    there = {"Name": "v", "Driver": "local", "Options": {"o": "bind", "device": "/data"}}
    fake_host.answers[f"GET {P}/volumes/v/json"] = Answer(value=there)
    fake_host.answers[f"POST {D}/volumes/create"] = Answer(201, there)
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask(f"POST {D}/volumes/create", body=body(Name="v"))).status == 201
    assert not fake_host.lines(of="DELETE")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"{V}/volumes/create", {"Name": "v", "name": "w"}),
        (f"{V}/volumes/create", {"Name": "v", "Unheard": 1}),
        (f"{V}/volumes/create", {"Labels": {"io.haulout.job": "1"}}),
        (f"{V}/volumes/create", {"Label": {"io.haulout.job": "1"}}),
        (f"{V}/volumes/create", {"Options": []}),
        (f"{V}/volumes/create", {"Options": {"unheard": "1"}}),
        (f"{D}/volumes/create", {"ClusterVolumeSpec": {"Group": "a"}}),
        (f"{V}/networks/create", {"name": "n", "NAME": "m"}),
        (f"{V}/networks/create", {"name": "n", "unheard": 1}),
        (f"{D}/networks/create", {"Name": "n", "ConfigFrom": {"Network": "host"}}),
        (f"{D}/networks/create", {"Name": "n", "IPAM": {"Unheard": 1}}),
        (f"{D}/networks/create", {"Name": "n", "Labels": {"io.haulout.job": "1"}}),
    ],
)
async def test_what_is_not_understood_is_not_sent(
    fake_host: FakeHost, knock: Knock, cast: Cast, path: str, told: dict[str, Any]
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask(f"POST {path}", body=body(**told))).status == 400
    assert sent(fake_host) == []


async def test_a_network(fake_host: FakeHost, knock: Knock, cast: Cast, entry_of: Entries) -> None:
    def is_made() -> None:
        made = {"name": "shop_default", "id": "e" * 64, "driver": "bridge"}
        fake_host.answers[f"GET {P}/networks/shop_default/json"] = Answer(value=made)

    fake_host.answers[f"POST {D}/networks/create"] = Answer(201, {"Id": "e" * 64}, then=is_made)
    door = await knock(await in_thread(person_of, cast.alice))
    # as compose sends it
    asked = {
        "Name": "shop_default",
        "CheckDuplicate": True,
        "Driver": "bridge",
        "ConfigFrom": {"Network": ""},
        "IPAM": {"Driver": "", "Options": None, "Config": None},
        "Internal": False,
        "Labels": {"com.docker.compose.project": "shop"},
    }
    got = await door.ask(f"POST {D}/networks/create", body=body(**asked))
    assert (got.status, got.json) == (201, {"Id": "e" * 64})
    [made] = sent(fake_host)
    assert made == {key: value for key, value in asked.items() if key != "ConfigFrom"}
    assert (await entry_of("network.create"))[-1].result == "ok"


async def test_a_network_on_an_interface_of_the_host_where_a_rule_forbids_it(
    fake_host: FakeHost, knock: Knock, cast: Cast
) -> None:
    await in_thread(
        lambda: Guardrail.objects.create(
            name="own networks", kind="host_namespaces", severity="refuse", everywhere=True
        )
    )
    door = await knock(await in_thread(person_of, cast.alice))
    for path, told in (
        (f"{V}/networks/create", {"name": "n", "driver": "macvlan", "network_interface": "eth0"}),
        (f"{D}/networks/create", {"Name": "n", "Driver": "ipvlan", "Options": {"parent": "eth0"}}),
    ):
        got = await door.ask(f"POST {path}", body=body(**told))
        assert (got.status, "own networks" in got.json["message"]) == (403, True)
    assert sent(fake_host) == []


async def test_whoever_has_some_containers_makes_neither(
    fake_host: FakeHost, knock: Knock, fleet: Fleet
) -> None:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1, label="app=shop"))
    door = await knock(await in_thread(fleet.person))
    for kind in ("volumes", "networks"):
        got = await door.ask(f"POST {D}/{kind}/create", body=body(Name="x"))
        assert got.status == 403
    assert sent(fake_host) == []
