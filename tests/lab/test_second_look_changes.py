"""The second look at what is changed: other limits, a further network. What broke a rule already goes on."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hosts.actions.containers import update_container
from hosts.actions.networks import connect_network
from tests.lab.bent_podman import BentPodman
from tests.lab.hosts import Host
from tests.lab.inventory_rows import inspected, mirror
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.second_look_cast import IMAGE, Runner, alarms, bend, rules, runner

__all__ = [
    "any_host",
    "any_lab",
    "bend",
    "ended",
    "endpoint_on",
    "person",
    "rules",
    "runner",
    "vault_keys",
    "worker",
]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.on_every_podman]
NETS = ("shop-net", "other-net")
MIB = 1024 * 1024


@pytest.fixture
def host(any_host: Host) -> Iterator[Host]:
    yield any_host
    any_host.podman("network", "rm", "-f", *NETS)


def update(runner: Runner, name: str, **texts: str) -> Any:
    row = mirror(runner.endpoint, "container")[name]
    ref = (runner.endpoint.pk, row.podman_id)
    return runner.end(update_container.ask(runner.person, ref, texts=texts))


def connect(runner: Runner, network: str, name: str) -> Any:
    own = mirror(runner.endpoint, "container")[name].podman_id
    row = mirror(runner.endpoint, "network")[network]
    ref = (runner.endpoint.pk, row.podman_id)
    return runner.end(connect_network.ask(runner.person, ref, container_id=own))


def limits(runner: Runner, name: str) -> tuple[int, int]:
    """Memory and processes, by Podman's inspect on the host."""
    host = inspected(runner.host, "container", name)["HostConfig"]
    return host["Memory"], host["PidsLimit"]


def keeps_changes(runner: Runner) -> bool:
    """Podman 4 changes the cgroup alone: its inspect goes on telling the limits of the create."""
    return not runner.host.podman("version", "--format", "{{.Version}}").startswith("4.")


def test_limits_within_the_rules_are_changed(runner: Runner, rules: None) -> None:
    if not runner.limits:
        pytest.skip("no limits on this host's kernel")
    assert runner.run(f"--name shop {IMAGE} sleep 99").state == "ok"
    job = update(runner, "shop", memory="128m", pids="77")
    assert job.state == "ok", (job.error, job.cause)
    if keeps_changes(runner):
        assert limits(runner, "shop") == (128 * MIB, 77)
    assert alarms() == []


@pytest.mark.parametrize("running", [True, False])
def test_limits_that_became_others_are_changed_back(
    running: bool, runner: Runner, bend: BentPodman, rules: None
) -> None:
    if not runner.limits or not keeps_changes(runner):
        pytest.skip("no limits on this host's kernel, or none that Podman tells")
    runner.run(f"--name shop --pids-limit 50 {IMAGE} sleep 99", create=not running)
    before = limits(runner, "shop")
    more = {"memory": {"limit": 1024 * MIB, "swap": 2048 * MIB}, "pids": {"limit": 4000}}
    sent: list[bytes] = []

    def once(way: str, body: bytes) -> bytes:
        if not way.endswith("/update") or sent:
            return body
        sent.append(body)
        return json.dumps({**json.loads(body), **more}).encode()

    bend.body = once
    job = update(runner, "shop", memory="128m")
    assert job.state == "denied", (job.state, job.error, job.cause)
    assert "“rule of limits” refuses what Podman created (limits.memory)" in job.error
    assert "The change was undone." in job.error
    assert limits(runner, "shop") == before == (64 * MIB, 50)
    assert inspected(runner.host, "container", "shop")["State"]["Running"] == running
    [alarm] = alarms()
    assert alarm.params["rules"] == ["rule of limits"]


def test_what_broke_a_rule_before_may_be_changed_in_what_breaks_none(
    runner: Runner, rules: None
) -> None:
    if not runner.limits:
        pytest.skip("no limits on this host's kernel")
    runner.host.podman("run", "-d", "--name", "old", "--privileged", IMAGE, "sleep", "99")
    job = update(runner, "old", pids="77")
    assert job.state == "ok", (job.error, job.cause)
    assert alarms() == []


def test_a_network_is_joined_as_asked(runner: Runner, rules: None) -> None:
    runner.host.podman("network", "create", "shop-net")
    assert runner.run(f"--name shop {IMAGE} sleep 99").state == "ok"
    runner.host.podman("run", "-d", "--name", "old", "--cap-add", "SYS_ADMIN", IMAGE, "sleep", "99")
    for name in ("shop", "old"):
        job = connect(runner, "shop-net", name)
        assert job.state == "ok", (name, job.error, job.cause)
        found = inspected(runner.host, "container", name)["NetworkSettings"]["Networks"]
        assert set(found) == {"podman", "shop-net"}
    assert alarms() == []


def test_a_container_that_became_something_else_is_disconnected_again(
    runner: Runner, bend: BentPodman, rules: None
) -> None:
    runner.host.podman("network", "create", "shop-net")
    assert runner.run(f"--name shop {IMAGE} sleep 99").state == "ok"
    joined: list[str] = []

    def note(way: str, body: bytes) -> bytes:
        joined.extend([way] if way.endswith("/connect") else [])
        return body

    def tell(way: str, told: Any) -> Any:
        if not joined or "State" not in told:
            return told
        return {**told, "HostConfig": {**told["HostConfig"], "NetworkMode": "host"}}

    bend.body, bend.answer = note, tell
    job = connect(runner, "shop-net", "shop")
    assert job.state == "denied", (job.state, job.error, job.cause)
    assert "“rule of host_namespaces” refuses what Podman created" in job.error
    assert "It was disconnected again." in job.error
    found = inspected(runner.host, "container", "shop")
    assert set(found["NetworkSettings"]["Networks"]) == {"podman"}
    assert found["State"]["Running"]
    assert len(alarms()) == 1


def test_a_network_that_nobody_asked_for_is_left_again(runner: Runner, bend: BentPodman) -> None:
    for name in NETS:
        runner.host.podman("network", "create", name)
    assert runner.run(f"--name shop {IMAGE} sleep 99").state == "ok"

    def too(way: str, body: bytes) -> bytes:
        if way.endswith("/connect"):
            runner.host.podman("network", "connect", "other-net", "shop")
        return body

    bend.body = too
    job = connect(runner, "shop-net", "shop")
    assert job.state == "failed", (job.state, job.error, job.cause)
    assert (
        "Podman also connected it to other-net, which was not requested. It was disconnected again."
        in job.error
    )
    found = inspected(runner.host, "container", "shop")["NetworkSettings"]["Networks"]
    assert set(found) == {"podman"}
