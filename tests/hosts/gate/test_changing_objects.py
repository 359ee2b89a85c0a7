"""Containers on networks, their limits, and the servers of networks, changed through the gate."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

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
D = "/v1.41"
SHOP = "5" * 64
BACK = "b" * 64
Entries = Callable[[str], Awaitable[list[Any]]]


def body(**told: Any) -> bytes:
    return json.dumps(told).encode()


def sent(host: FakeHost, *, of: str = "POST") -> list[Any]:
    return [json.loads(one.body) for one in host.reached if one.line.startswith(of)]


class Shop:
    """A container on its host, and a network beside it."""

    def __init__(self, host: FakeHost) -> None:
        self.host = host
        self.on: dict[str, Any] = {"podman": {}}
        self.limits: dict[str, Any] = {"Memory": 1024, "RestartPolicy": {"Name": "no"}}
        host.container(SHOP, "shop", app="shop")
        for called in (SHOP, "shop"):
            told = host.answers[f"GET {P}/containers/{called}/json"].value
            told |= {"NetworkSettings": {"Networks": self.on}, "HostConfig": self.limits}
        told = {"name": "back", "id": BACK, "driver": "bridge"}
        for called in (BACK, "back"):
            host.answers[f"GET {P}/networks/{called}/json"] = Answer(value=told)
            host.answers[f"POST {P}/networks/{called}/disconnect"] = Answer(value="OK")

    def answers(self, line: str, then: Callable[[], None] | None = None, **how: Any) -> None:
        """The host answers this."""
        self.host.answers[line] = Answer(then=then, **how)

    def joins(self, *names: str) -> Callable[[], None]:
        """It is on those networks too, from then on."""

        def on() -> None:
            # a new mapping each time, as inspect tells it
            self.on = {**self.on, **{name: {} for name in names}}
            for called in (SHOP, "shop"):
                told = dict(self.host.answers[f"GET {P}/containers/{called}/json"].value)
                told["NetworkSettings"] = {"Networks": self.on}
                self.host.answers[f"GET {P}/containers/{called}/json"] = Answer(value=told)

        return on

    def becomes(self, **limits: Any) -> Callable[[], None]:
        """It has those limits, from then on."""

        def now() -> None:
            self.limits = {**self.limits, **limits}
            for called in (SHOP, "shop"):
                told = dict(self.host.answers[f"GET {P}/containers/{called}/json"].value)
                told["HostConfig"] = self.limits
                self.host.answers[f"GET {P}/containers/{called}/json"] = Answer(value=told)

        return now


@pytest.fixture
def shop(fake_host: FakeHost) -> Shop:
    return Shop(fake_host)


CONNECTS = [
    (
        V,
        {"Container": "shop", "aliases": ["db"], "static_ips": ["10.1.0.9"], "interface_name": ""},
        {
            "container": SHOP,
            "aliases": ["db"],
            "static_ips": ["10.1.0.9"],
            "interface_name": "",
        },
    ),
    # as docker-compose sends it
    (
        D,
        {
            "Container": "shop",
            "EndpointConfig": {
                "IPAMConfig": {"IPv4Address": "10.1.0.9"},
                "Links": None,
                "Aliases": ["db"],
                "NetworkID": "",
                "DriverOpts": None,
                "GlobalIPv6PrefixLen": 0,
                "MacAddress": "",
            },
        },
        {
            "Container": SHOP,
            "EndpointConfig": {"Aliases": ["db"], "IPAMConfig": {"IPv4Address": "10.1.0.9"}},
        },
    ),
]


@pytest.mark.parametrize(("prefix", "asked", "goes_on"), CONNECTS, ids=["libpod", "docker"])
async def test_a_container_is_connected(
    shop: Shop, knock: Knock, cast: Cast, entry_of: Entries, prefix: str, asked: Any, goes_on: Any
) -> None:
    shop.answers(f"POST {prefix}/networks/back/connect", shop.joins("back"), value="OK")
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {prefix}/networks/back/connect", body=body(**asked))
    assert (got.status, got.json) == (200, "OK")
    assert sent(shop.host) == [goes_on]
    # it was looked at before the client heard of it
    assert shop.host.lines()[-1] == f"GET {P}/containers/{SHOP}/json"
    intent, outcome = await entry_of("network.connect")
    assert (outcome.result, outcome.detail, intent.target_id) == ("ok", "200", BACK)
    told = {"container": "shop", "container_id": SHOP, "aliases": ["db"], "address": "10.1.0.9"}
    assert json.loads(intent.params_text) == told


async def test_what_podman_connects_beside_is_taken_off(
    shop: Shop, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    shop.answers(f"POST {V}/networks/back/connect", shop.joins("back", "bank"), value="OK")
    shop.answers(f"POST {P}/networks/bank/disconnect", value="OK")
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {V}/networks/back/connect", body=body(container="shop"))
    assert (got.status, "not requested" in got.json["message"]) == (403, True)
    assert "It was disconnected again." in got.json["message"]
    off = [line.rpartition("/networks/")[2] for line in shop.host.lines(of="/disconnect")]
    assert off == ["back/disconnect", "bank/disconnect"]
    assert (await entry_of("network.connect"))[-1].result == "failed"


@pytest.mark.parametrize("prefix", [V, D])
async def test_a_container_is_taken_off(
    shop: Shop, knock: Knock, cast: Cast, entry_of: Entries, prefix: str
) -> None:
    shop.answers(f"POST {prefix}/networks/back/disconnect", value="OK")
    door = await knock(await in_thread(person_of, cast.bob))
    asked = body(Container="shop", Force=True)
    got = await door.ask(f"POST {prefix}/networks/back/disconnect", body=asked)
    assert got.status == 200
    assert sent(shop.host) == [{"Container": SHOP, "Force": True}]
    intent, outcome = await entry_of("network.disconnect")
    told = {"container": "shop", "container_id": SHOP, "force": True}
    assert (json.loads(intent.params_text), outcome.result) == (told, "ok")


async def test_what_the_host_says_against_it_goes_on(
    shop: Shop, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    said = {"cause": "connected", "message": "network is already connected", "response": 403}
    shop.answers(f"POST {D}/networks/back/connect", status=403, value=said)
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {D}/networks/back/connect", body=body(Container="shop"))
    assert (got.status, got.json) == (403, said)
    assert (await entry_of("network.connect"))[-1].result == "failed"


async def test_the_servers_of_a_network(
    shop: Shop, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    shop.answers(f"POST {V}/networks/back/update", status=204)
    door = await knock(await in_thread(person_of, cast.bob))
    asked = body(adddnsservers=["10.0.0.9"], RemoveDNSServers=None)
    assert (await door.ask(f"POST {V}/networks/back/update", body=asked)).status == 204
    assert sent(shop.host) == [{"adddnsservers": ["10.0.0.9"], "removednsservers": []}]
    intent, _outcome = await entry_of("network.update")
    assert json.loads(intent.params_text) == {"dns_add": ["10.0.0.9"], "dns_drop": []}


# as podman-remote 5.4 and docker 26 send them
UPDATES = [
    (
        f"{V}/containers/{{}}/update?restartPolicy=on-failure&restartRetries=3",
        {"memory": {"limit": 4096}, "cpu": {}, "Env": None, "UnsetEnv": None},
        {"memory": {"limit": 4096}, "cpu": {}},
        {"memory_bytes": 4096, "restart": "on-failure", "restart_tries": "3"},
    ),
    (
        f"{D}/containers/{{}}/update",
        {
            "CpuShares": 0,
            "Memory": 4096,
            "NanoCpus": 1500000000,
            "CgroupParent": "",
            "BlkioWeightDevice": None,
            "Devices": None,
            "PidsLimit": None,
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
        },
        {
            "CpuShares": 0,
            "Memory": 4096,
            "CpuQuota": 150000,
            "CpuPeriod": 100000,
            "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
        },
        {"memory_bytes": 4096, "cpus": 1.5, "restart": "on-failure", "restart_tries": "3"},
    ),
]


@pytest.mark.parametrize(("path", "asked", "goes_on", "told"), UPDATES, ids=["libpod", "docker"])
async def test_limits(
    shop: Shop,
    knock: Knock,
    cast: Cast,
    entry_of: Entries,
    path: str,
    asked: Any,
    goes_on: Any,
    told: Any,
) -> None:
    line = path.format(SHOP).partition("?")[0]
    shop.answers(f"POST {line}", shop.becomes(Memory=4096), status=201, value=SHOP)
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {path.format('shop')}", body=body(**asked))
    assert (got.status, got.json) == (201, SHOP)
    assert sent(shop.host) == [goes_on]
    intent, outcome = await entry_of("container.update")
    assert (json.loads(intent.params_text), outcome.result) == (told, "ok")


async def memory_below_2048() -> None:
    def make() -> None:
        settings = {"settings": {"memory_most": "2048b"}, "severity": "refuse", "everywhere": True}
        Guardrail.objects.create(name="small ones", kind="limits", **settings)

    await in_thread(make)


async def test_a_rule_on_limits_counts_before_and_after(
    shop: Shop, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    await memory_below_2048()
    door = await knock(await in_thread(person_of, cast.bob))
    for path, asked in (
        (f"{V}/containers/shop/update", {"memory": {"limit": 4096}}),
        (f"{V}/containers/shop/update", {"MEMORY": {"Limit": -1}}),
        (f"{D}/containers/shop/update", {"memory": 4096}),
    ):
        got = await door.ask(f"POST {path}", body=body(**asked))
        assert (got.status, "small ones" in got.json["message"]) == (403, True), asked
    assert sent(shop.host) == []
    # Podman makes more of it than was asked for: it is changed back
    shop.answers(f"POST {V}/containers/{SHOP}/update", shop.becomes(Memory=8192), value=SHOP)
    shop.answers(f"POST {P}/containers/{SHOP}/update", shop.becomes(Memory=1024), value=SHOP)
    smaller = body(memory={"limit": 2000})
    got = await door.ask(f"POST {V}/containers/shop/update", body=smaller)
    assert (got.status, "The change was undone." in got.json["message"]) == (403, True)
    assert sent(shop.host)[-1] == {"memory": {"limit": 1024}}
    assert len(await entry_of("guardrail.alarm")) == 1
    assert (await entry_of("container.update"))[-1].result == "failed"


BAD: list[tuple[str, dict[str, Any]]] = [
    (f"{V}/networks/back/connect", {}),
    (f"{V}/networks/back/connect", {"container": "shop", "CONTAINER": "bank"}),
    (f"{V}/networks/back/connect", {"container": "shop", "options": {"host_interface_name": "x"}}),
    (f"{V}/networks/back/connect", {"container": "shop", "unheard": 1}),
    (f"{D}/networks/back/connect", {"Container": "shop", "EndpointConfig": {"Links": ["bank"]}}),
    (f"{D}/networks/back/connect", {"Container": "shop", "EndpointConfig": {"Unheard": 1}}),
    (f"{D}/networks/back/disconnect", {"Container": "shop", "Force": "yes"}),
    (f"{V}/networks/back/update", {"adddnsservers": ["bank.example.net"]}),
    (f"{V}/containers/shop/update", {"Env": "A=b"}),
    (f"{V}/containers/shop/update", {"health_log_destination": "/etc"}),
    (f"{V}/containers/shop/update", {"unheard": 1}),
    (f"{D}/containers/shop/update", {"Devices": [{"PathOnHost": "/dev/sda"}]}),
    (f"{D}/containers/shop/update", {"CgroupParent": "/"}),
    (f"{D}/containers/shop/update", {"memory": 1, "Memory": 2}),
]


@pytest.mark.parametrize(("path", "asked"), BAD)
async def test_what_is_not_understood_is_not_sent(
    shop: Shop, knock: Knock, cast: Cast, path: str, asked: Any
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask(f"POST {path}", body=body(**asked))).status == 400
    assert sent(shop.host) == []


GOOD: list[tuple[str, dict[str, Any]]] = [
    (f"{V}/networks/back/connect", {"container": "shop"}),
    (f"{D}/networks/back/disconnect", {"Container": "shop"}),
    (f"{V}/networks/back/update", {"adddnsservers": ["10.0.0.9"]}),
    (f"{D}/containers/shop/update", {"Memory": 4096}),
]


@pytest.mark.parametrize(("path", "asked"), GOOD)
async def test_a_viewer_changes_none_of_it(
    shop: Shop, knock: Knock, cast: Cast, path: str, asked: Any
) -> None:
    door = await knock(await in_thread(person_of, cast.charlie))
    got = await door.ask(f"POST {path}", body=body(**asked))
    assert (got.status, "permits" in got.json["message"]) == (403, True)
    assert sent(shop.host) == []


async def test_whoever_has_some_containers_changes_their_limits_alone(
    shop: Shop, knock: Knock, fleet: Fleet
) -> None:
    await in_thread(lambda: fleet.grant("operator", host=fleet.web1, label="app=shop"))
    shop.host.container(BACK, "bank", app="bank")
    shop.answers(f"POST {D}/containers/{SHOP}/update", value={"Warnings": None})
    door = await knock(await in_thread(fleet.person))
    got = await door.ask(f"POST {D}/containers/shop/update", body=body(Memory=1024))
    assert got.status == 200
    got = await door.ask(f"POST {D}/containers/bank/update", body=body(Memory=1024))
    assert got.status == 404
    got = await door.ask(f"POST {V}/networks/back/connect", body=body(container="shop"))
    assert got.status == 404
    assert len(sent(shop.host)) == 1


async def test_a_lock_is_in_the_way(shop: Shop, knock: Knock, cast: Cast, fleet: Fleet) -> None:
    def lock() -> None:
        ObjectLock.objects.create(
            endpoint=fleet.root1,
            host=fleet.web1,
            kind="container",
            object_id=SHOP,
            name="shop",
            reason="audit",
            locked_by_name="Ada",
        )

    await in_thread(lock)
    door = await knock(await in_thread(person_of, cast.alice))
    for path, asked in [one for one in GOOD if "dns" not in str(one[1])]:
        got = await door.ask(f"POST {path}", body=body(**asked))
        assert (got.status, "locked" in got.json["message"]) == (403, True), path
    assert sent(shop.host) == []


async def test_a_checkpoint_and_what_goes_on_from_it(
    shop: Shop, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    for deed in ("checkpoint", "restore"):
        shop.answers(f"POST {V}/containers/{SHOP}/{deed}", value={"Id": SHOP})
    door = await knock(await in_thread(person_of, cast.bob))
    query = "export=false&keep=true&tcpEstablished=false"
    assert (await door.ask(f"POST {V}/containers/shop/checkpoint?{query}")).status == 200
    query = "import=false&keep=true&name=&pod="
    assert (await door.ask(f"POST {V}/containers/shop/restore?{query}")).status == 200
    # it was looked at once it ran
    assert shop.host.lines()[-1] == f"GET {P}/containers/{SHOP}/json"
    for verb in ("container.checkpoint", "container.restore"):
        assert (await entry_of(verb))[-1].result == "ok"


@pytest.mark.parametrize(
    "line",
    [
        "checkpoint?export=true",
        "checkpoint?preCheckpoint=1",
        "restore?import=true",
        "restore?name=other",
        "restore?pod=bank",
        "restore?publishPorts=80%3A80",
    ],
)
async def test_archives_of_checkpoints_are_not_open(
    shop: Shop, knock: Knock, cast: Cast, line: str
) -> None:
    door = await knock(await in_thread(person_of, cast.alice))
    assert (await door.ask(f"POST {V}/containers/shop/{line}")).status == 403
    assert not shop.host.lines(of="POST")


async def test_what_goes_on_beyond_a_rule_is_stopped(
    shop: Shop, knock: Knock, cast: Cast, entry_of: Entries
) -> None:
    await memory_below_2048()
    shop.answers(f"POST {V}/containers/{SHOP}/restore", shop.becomes(Memory=8192), value={})
    shop.answers(f"POST {P}/containers/{SHOP}/kill", status=204)
    door = await knock(await in_thread(person_of, cast.bob))
    got = await door.ask(f"POST {V}/containers/shop/restore")
    assert (got.status, "It was stopped" in got.json["message"]) == (403, True)
    assert shop.host.lines()[-1].startswith(f"POST {P}/containers/{SHOP}/kill")
    assert len(await entry_of("guardrail.alarm")) == 1
