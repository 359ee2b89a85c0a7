"""The second look at what is changed: other limits, a further network. What broke a rule already goes on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hosts.actions.containers import update_container
from hosts.actions.networks import connect_network
from tests.lab.bending import Bend, bending
from tests.lab.hosts import Host
from tests.lab.mirrored import inspected, mirror
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.test_second_look import IMAGE, Asked, alarms, rules

__all__ = ["any_host", "any_lab", "ended", "endpoint_on", "person", "rules", "vault_keys", "worker"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_every_podman]
NETS = ("shop-net", "other-net")
MIB = 1024 * 1024


@pytest.fixture
def host(any_host: Host) -> Iterator[Host]:
    yield any_host
    any_host.podman("network", "rm", "-f", *NETS)


@pytest.fixture
def asked(host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any) -> Asked:
    return Asked(host, endpoint_on(host), person, worker(), ended)


@pytest.fixture
def bend(host: Host, asked: Asked) -> Iterator[Bend]:
    with bending(asked.endpoint, host) as made:
        yield made


def update(asked: Asked, name: str, **texts: str) -> Any:
    row = mirror(asked.endpoint, "container")[name]
    ref = (asked.endpoint.pk, row.podman_id)
    return asked.end(update_container.ask(asked.person, ref, texts=texts))


def connect(asked: Asked, network: str, name: str) -> Any:
    own = mirror(asked.endpoint, "container")[name].podman_id
    row = mirror(asked.endpoint, "network")[network]
    ref = (asked.endpoint.pk, row.podman_id)
    return asked.end(connect_network.ask(asked.person, ref, container_id=own))


def limits(asked: Asked, name: str) -> tuple[int, int]:
    """Memory and processes, by Podman's inspect on the host."""
    host = inspected(asked.host, "container", name)["HostConfig"]
    return host["Memory"], host["PidsLimit"]


def keeps_changes(asked: Asked) -> bool:
    """Podman 4 changes the cgroup alone: its inspect goes on telling the limits of the create."""
    return not asked.host.podman("version", "--format", "{{.Version}}").startswith("4.")


def test_limits_within_the_rules_are_changed(asked: Asked, rules: None) -> None:
    if not asked.limits:
        pytest.skip("no limits on this host's kernel")
    assert asked.run(f"--name shop {IMAGE} sleep 99").state == "ok"
    job = update(asked, "shop", memory="128m", pids="77")
    assert job.state == "ok", (job.error, job.cause)
    if keeps_changes(asked):
        assert limits(asked, "shop") == (128 * MIB, 77)
    assert alarms() == []


@pytest.mark.parametrize("running", [True, False])
def test_limits_that_became_others_are_changed_back(
    running: bool, asked: Asked, bend: Bend, rules: None
) -> None:
    if not asked.limits or not keeps_changes(asked):
        pytest.skip("no limits on this host's kernel, or none that Podman tells")
    asked.run(f"--name shop --pids-limit 50 {IMAGE} sleep 99", create=not running)
    before = limits(asked, "shop")
    more = {"memory": {"limit": 1024 * MIB, "swap": 2048 * MIB}, "pids": {"limit": 4000}}
    sent: list[bytes] = []

    def once(way: str, body: bytes) -> bytes:
        if not way.endswith("/update") or sent:
            return body
        sent.append(body)
        return json.dumps({**json.loads(body), **more}).encode()

    bend.body = once
    job = update(asked, "shop", memory="128m")
    assert job.state == "denied", (job.state, job.error, job.cause)
    assert "“rule of limits” refuses what Podman created (limits.memory)" in job.error
    assert "The change was undone." in job.error
    assert limits(asked, "shop") == before == (64 * MIB, 50)
    assert inspected(asked.host, "container", "shop")["State"]["Running"] == running
    [alarm] = alarms()
    assert alarm.params["rules"] == ["rule of limits"]


def test_what_broke_a_rule_before_may_be_changed_in_what_breaks_none(
    asked: Asked, rules: None
) -> None:
    if not asked.limits:
        pytest.skip("no limits on this host's kernel")
    asked.host.podman("run", "-d", "--name", "old", "--privileged", IMAGE, "sleep", "99")
    job = update(asked, "old", pids="77")
    assert job.state == "ok", (job.error, job.cause)
    assert alarms() == []


def test_a_network_is_joined_as_asked(asked: Asked, rules: None) -> None:
    asked.host.podman("network", "create", "shop-net")
    assert asked.run(f"--name shop {IMAGE} sleep 99").state == "ok"
    asked.host.podman("run", "-d", "--name", "old", "--cap-add", "SYS_ADMIN", IMAGE, "sleep", "99")
    for name in ("shop", "old"):
        job = connect(asked, "shop-net", name)
        assert job.state == "ok", (name, job.error, job.cause)
        found = inspected(asked.host, "container", name)["NetworkSettings"]["Networks"]
        assert set(found) == {"podman", "shop-net"}
    assert alarms() == []


def test_a_container_that_became_something_else_is_disconnected_again(
    asked: Asked, bend: Bend, rules: None
) -> None:
    asked.host.podman("network", "create", "shop-net")
    assert asked.run(f"--name shop {IMAGE} sleep 99").state == "ok"
    joined: list[str] = []

    def note(way: str, body: bytes) -> bytes:
        joined.extend([way] if way.endswith("/connect") else [])
        return body

    def tell(way: str, told: Any) -> Any:
        if not joined or "State" not in told:
            return told
        return {**told, "HostConfig": {**told["HostConfig"], "NetworkMode": "host"}}

    bend.body, bend.answer = note, tell
    job = connect(asked, "shop-net", "shop")
    assert job.state == "denied", (job.state, job.error, job.cause)
    assert "“rule of host_namespaces” refuses what Podman created" in job.error
    assert "It was disconnected again." in job.error
    found = inspected(asked.host, "container", "shop")
    assert set(found["NetworkSettings"]["Networks"]) == {"podman"}
    assert found["State"]["Running"]
    assert len(alarms()) == 1


def test_a_network_that_nobody_asked_for_is_left_again(asked: Asked, bend: Bend) -> None:
    for name in NETS:
        asked.host.podman("network", "create", name)
    assert asked.run(f"--name shop {IMAGE} sleep 99").state == "ok"

    def too(way: str, body: bytes) -> bytes:
        if way.endswith("/connect"):
            asked.host.podman("network", "connect", "other-net", "shop")
        return body

    bend.body = too
    job = connect(asked, "shop-net", "shop")
    assert job.state == "failed", (job.state, job.error, job.cause)
    assert (
        "Podman also connected it to other-net, which was not requested. It was disconnected again."
        in job.error
    )
    found = inspected(asked.host, "container", "shop")["NetworkSettings"]["Networks"]
    assert set(found) == {"podman"}
