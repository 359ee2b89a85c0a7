"""Hosts with systemd, on Podman 6.1: sockets that come and go, linger, journald, timers, cgroups v2."""

import asyncio
import functools
from typing import Any

import pytest

from hosts.actions.containers import remove_container, start_container, stop_container
from hosts.actions.run import run_fields
from hosts.models import Container, HostEvent, StatsStanding
from hosts.podman import containers
from tests.hosts.podman.fake import frames_of
from tests.lab.fixtures import LabOf
from tests.lab.hosts import Host
from tests.lab.link_process import Link, link, register, state_of, until
from tests.lab.podman_hosts import client, emptied
from tests.lab.real_endpoint import ended, endpoint_on, person, run_there, vault_keys, worker
from tests.lab.swap_cast import carried, inspect
from tests.lab.test_link_doctor import target, walk

__all__ = ["carried", "ended", "endpoint_on", "link", "person", "run_there", "vault_keys", "worker"]
HEALTH = ("--health-cmd", "test -e /well", "--health-interval", "1s", "--health-retries", "1")


@pytest.fixture(params=["6.1", pytest.param("5.4", marks=pytest.mark.more)])
def host(request: pytest.FixtureRequest, lab_of: LabOf) -> Any:
    found = lab_of(request.param, systemd=True).hosts[0]
    yield found
    emptied(found)


@pytest.mark.parametrize("user", ["root", "seal"])
async def test_the_doctor_finds_the_sockets_of_systemd(host: Host, user: str) -> None:
    steps, result = await walk(target(host, user))
    failed = {name: step.cause for name, step in steps.items() if step.state != "passed"}
    # a machine that runs v1 beside v2 has no controllers left for v2: true, and rightly said
    assert set(failed) <= ({"cgroups"} if user == "seal" else set()), failed
    assert result.podman_version == host.podman_version
    assert result.socket_path == host.login(user).socket
    assert result.rootless is (user == "seal")


@pytest.mark.parametrize("user", ["root", "seal"])
async def test_podman_exits_when_idle_and_wakes_with_the_next_call(host: Host, user: str) -> None:
    async with client(host, user=user) as podman:
        container, _ = await containers.create(
            podman, {"image": "localhost/busybox:latest", "command": ["/bin/true"]}
        )
        exited = functools.partial(_exited, host, user)
        await asyncio.to_thread(until, "idle exit", exited, timeout_s=20)
        assert await containers.start(podman, container) is True
        assert await containers.wait(podman, container) == 0


def _exited(host: Host, user: str) -> bool:
    return not host.podman_serves(user=user)


@pytest.mark.parametrize("user", ["root", "seal"])
def test_journald_tells_changes_and_a_timer_tells_health(host: Host, link: Link, user: str) -> None:
    endpoint = register(host, user=user)
    assert endpoint.info["host"]["eventLogger"] == "journald"
    assert endpoint.info["host"]["logDriver"] == "journald"
    assert endpoint.info["host"]["cgroupVersion"] == "v2"
    host.podman("run", "-d", "--name", "pup", *HEALTH, "localhost/logger", user=user)
    until("seen", lambda: state_of(endpoint, "pup") == "running")
    kept = HostEvent.objects.filter(endpoint=endpoint, name="pup")
    until("a timer finds it ill", kept.filter(action="unhealthy").exists, timeout_s=30)
    host.podman("exec", "pup", "touch", "/well", user=user)
    until("a timer finds it well", kept.filter(action="healthy").exists, timeout_s=30)
    until("and its row says so", lambda: Container.objects.get(name="pup").health == "healthy")
    measured = StatsStanding.objects.filter(endpoint=endpoint, reason_kind="")
    until("it is measured, rootless too", measured.exists, timeout_s=60)
    host.podman("stop", "-t", "0", "pup", user=user)
    until("stopped", lambda: state_of(endpoint, "pup") == "exited")


@pytest.mark.parametrize("user", ["root", "seal"])
async def test_logs_come_out_of_the_journal(host: Host, user: str) -> None:
    script = "echo one; echo two >&2; echo three"
    run = ("run", "--name", "talker", "localhost/busybox", "sh", "-c", script)
    await asyncio.to_thread(host.podman, *run, user=user)
    async with client(host, user=user) as podman:
        frames = [frame async for frame in frames_of(podman, "talker")]
    assert sorted(frames) == [(1, b"one\n"), (1, b"three\n"), (2, b"two\n")]


def test_a_lingering_user_s_socket_is_there_after_a_power_cut(host: Host) -> None:
    run = ("run", "-d", "--restart=always", "--name", "kept", "localhost/logger")
    host.podman(*run, user="seal")
    host.power_cut()
    host.boot()
    assert "kept" in host.ssh("podman ps -a --format '{{.Names}}'", user="seal")


@pytest.mark.django_db(transaction=True)
def test_the_main_job_rootless(host: Host, endpoint_on: Any, carried: Any, run_there: Any) -> None:
    """Run, stop, start and remove by the worker; Podman itself is asked each time."""
    endpoint = endpoint_on(host, user="seal")
    params = {
        "image": "localhost/logger:latest",
        "name": "tide",
        "ports": [run_fields.port("18761:80")],
        "stop_signal": "KILL",
    }
    made = run_there(host, endpoint, params)
    assert made["State"]["Running"] is True
    assert made["HostConfig"]["LogConfig"]["Type"] == "journald"
    for action, state in ((stop_container, "exited"), (start_container, "running")):
        job = carried(action, endpoint, made)
        assert job.state == "ok", (job.error, job.cause)
        assert inspect(host, "tide", user="seal")["State"]["Status"] == state
    job = carried(remove_container, endpoint, made, force=True)
    assert job.state == "ok", (job.error, job.cause)
    assert "tide" not in host.podman("ps", "-a", "--format", "{{.Names}}", user="seal")
