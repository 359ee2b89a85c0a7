"""Edit and recreate on real Podman: the new one stands in the old one's place, or the old one does."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hosts.actions import cancel_job
from hosts.actions.containers import recreate_container
from hosts.actions.run import run_fields
from hosts.actions.run.run_fields import KEPT
from tests.lab.hosts import Host, Lab
from tests.lab.podman_hosts import any_host, any_lab
from tests.lab.real_endpoint import ended, endpoint_on, person, vault_keys, worker
from tests.lab.swap_cast import IMAGE, QUICK, carried, inspect, names, order_of, row_of
from tests.lab.wait import until

__all__ = ["any_host", "any_lab", "carried", "ended", "endpoint_on", "person", "vault_keys"]
__all__ += ["worker"]

pytestmark = pytest.mark.django_db(transaction=True)
MIB = 1024 * 1024
SLEEP = ("sleep", "1000")


@pytest.fixture
def host(lab: Lab, clean_hosts: None) -> Host:
    return lab.hosts[0]


@pytest.fixture
def back(host: Host) -> Iterator[str]:
    host.podman("network", "create", "--subnet", "192.168.119.0/24", "back")
    yield "back"
    host.podman("rm", "-fa", "-t", "0")
    host.podman("network", "rm", "back")


def test_what_was_not_changed_stays(
    host: Host, back: str, endpoint_on: Any, carried: Callable[..., Any]
) -> None:
    host.podman(
        *("run", "-d", "--name", "shop", *QUICK, "--network", "back:ip=192.168.119.7,alias=db"),
        *("-v", "shop-db:/data:nosuid", "-v", "/anonymous", "-p", "18077:80", "-e", "KEY=a b=c"),
        *("-e", "OLD=x", "-l", "app=shop", "--sysctl", "net.ipv4.ip_default_ttl=99"),
        *(IMAGE, *SLEEP),
    )
    host.podman("exec", "shop", "sh", "-c", "echo kept > /anonymous/file; echo db > /data/file")
    old = inspect(host, "shop")
    params = order_of(old, memory_bytes=64 * MIB)
    env = {"KEY": KEPT, "NEW": "secret value"}
    job = carried(recreate_container, endpoint_on(host), old, params=params, env=env, watch_s=1)
    assert job.state == "ok", (job.error, job.cause, job.output)
    assert names(host) == ["shop"]
    new = inspect(host, "shop")
    assert new["Id"] == job.result["id"] != old["Id"]
    assert new["State"]["Running"]
    assert new["HostConfig"]["Memory"] == 64 * MIB
    env_now = set(new["Config"]["Env"])
    assert {"KEY=a b=c", "NEW=secret value"} <= env_now
    assert not any(pair.startswith("OLD=") for pair in env_now)
    assert new["NetworkSettings"]["Networks"]["back"]["IPAddress"] == "192.168.119.7"
    assert "db" in new["NetworkSettings"]["Networks"]["back"]["Aliases"]
    assert new["HostConfig"]["PortBindings"] == old["HostConfig"]["PortBindings"]
    assert new["Config"]["Labels"]["app"] == "shop"
    assert host.podman("exec", "shop", "cat", "/anonymous/file", "/data/file") == "kept\ndb\n"
    assert host.podman("exec", "shop", "cat", "/proc/sys/net/ipv4/ip_default_ttl").strip() == "99"
    # nothing of the values is left behind
    assert "secret value" not in str(job.params) + job.output
    assert job.sealed_params is None

    # a second time it is our own note that tells what was asked for
    again = carried(
        recreate_container,
        job.endpoint,
        new,
        params=order_of(new, job.endpoint_id, name="shop2"),
        env={"KEY": KEPT},
        watch_s=1,
    )
    assert again.state == "ok", (again.error, again.cause)
    assert names(host) == ["shop2"]
    newest = inspect(host, "shop2")
    assert newest["NetworkSettings"]["Networks"]["back"]["IPAddress"] == "192.168.119.7"
    assert host.podman("exec", "shop2", "cat", "/proc/sys/net/ipv4/ip_default_ttl").strip() == "99"
    assert host.podman("exec", "shop2", "cat", "/anonymous/file") == "kept\n"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"command": ["no-such-command"]}, "does not start"),
        ({"command": ["sh", "-c", "echo why it fell; exit 3"]}, "exited with code 3"),
        ({"ports": "taken"}, "does not start"),
        ({"health_cmd": ["CMD-SHELL", "false"], "health_interval": 10**9}, "unhealthy"),
        ({"image": "localhost/none:1", "pull": "never"}, ""),
    ],
    ids=["command", "ends", "port", "unhealthy", "refused"],
)
def test_the_old_one_is_restored_when_the_new_one_does_not_do(
    host: Host,
    endpoint_on: Any,
    carried: Callable[..., Any],
    changes: dict[str, Any],
    words: str,
) -> None:
    host.podman("run", "-d", "--name", "other", *QUICK, "-p", "18078:80", IMAGE, *SLEEP)
    host.podman("run", "-d", "--name", "shop", *QUICK, IMAGE, *SLEEP)
    old = inspect(host, "shop")
    if "ports" in changes:
        changes = {"ports": [run_fields.port("18078:80")]}
    params = order_of(old, **changes)
    job = carried(recreate_container, endpoint_on(host), old, params=params, env={}, watch_s=1)
    assert job.state == "failed"
    assert words in job.error
    assert names(host) == ["other", "shop"]
    now = inspect(host, "shop")
    assert (now["Id"], now["State"]["Running"]) == (old["Id"], True)
    if words.startswith("ended"):
        assert "why it fell" in job.cause
    if not words:
        # refused before anything was touched: it is the same process
        assert now["State"]["Pid"] == old["State"]["Pid"]


def test_what_did_not_run_is_not_started(
    host: Host, endpoint_on: Any, carried: Callable[..., Any]
) -> None:
    host.podman("create", "--name", "shop", IMAGE, *SLEEP)
    old = inspect(host, "shop")
    params = order_of(old, labels={"a": "b"})
    job = carried(recreate_container, endpoint_on(host), old, params=params, env={})
    assert job.state == "ok", (job.error, job.cause)
    new = inspect(host, "shop")
    assert (new["State"]["Status"], new["Config"]["Labels"]["a"]) == ("created", "b")


@pytest.mark.parametrize("command", [SLEEP, ("no-such-command",)], ids=["well", "restored"])
def test_a_paused_one(
    host: Host, endpoint_on: Any, carried: Callable[..., Any], command: tuple[str, ...]
) -> None:
    host.podman("run", "-d", "--name", "shop", *QUICK, IMAGE, *SLEEP)
    host.podman("pause", "shop")
    old = inspect(host, "shop")
    params = order_of(old, command=list(command), hostname="new")
    job = carried(recreate_container, endpoint_on(host), old, params=params, env={}, watch_s=1)
    now = inspect(host, "shop")
    if command == SLEEP:
        assert job.state == "ok", (job.error, job.cause)
        assert (now["State"]["Status"], now["Config"]["Hostname"]) == ("running", "new")
    else:
        assert job.state == "failed"
        assert (now["Id"], now["State"]["Status"]) == (old["Id"], "paused")
    assert names(host) == ["shop"]
    if now["State"]["Status"] == "paused":
        host.podman("unpause", "shop")


def test_in_its_pod(host: Host, endpoint_on: Any, carried: Callable[..., Any]) -> None:
    pod = host.podman("pod", "create", "--name", "shop", "-p", "18079:80").strip()
    host.podman("run", "-d", "--pod", "shop", "--name", "web", *QUICK, IMAGE, *SLEEP)
    old = inspect(host, "web")
    params = order_of(old, tty=True)
    job = carried(recreate_container, endpoint_on(host), old, params=params, env={}, watch_s=1)
    assert job.state == "ok", (job.error, job.cause)
    new = inspect(host, "web")
    assert (new["Pod"], new["Config"]["Tty"], new["State"]["Running"]) == (pod, True, True)


@pytest.mark.on_every_podman
def test_on_every_podman(any_host: Host, endpoint_on: Any, carried: Callable[..., Any]) -> None:
    any_host.podman("run", "-d", "--name", "shop", *QUICK, "-v", "db:/data", IMAGE, *SLEEP)
    old = inspect(any_host, "shop")
    params = order_of(old, hostname="elsewhere")
    endpoint = endpoint_on(any_host)
    job = carried(recreate_container, endpoint, old, params=params, env={}, watch_s=1)
    assert job.state == "ok", (job.error, job.cause)
    assert names(any_host) == ["shop"]
    assert inspect(any_host, "shop")["Config"]["Hostname"] == "elsewhere"


def test_cancelled_while_it_is_watched_the_old_one_is_restored(
    host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    host.podman("run", "-d", "--name", "shop", *QUICK, IMAGE, *SLEEP)
    old = inspect(host, "shop")
    endpoint = endpoint_on(host)
    row_of(endpoint, old)
    params, ref = order_of(old, hostname="new"), (endpoint.pk, old["Id"])
    job = recreate_container.ask(person, ref, params=params, env={}, watch_s=120)
    worker().hand_over([job.pk])
    until("the new one runs", lambda: inspect(host, "shop")["Config"]["Hostname"] == "new")
    cancel_job.ask(person, job.pk)
    assert ended(job, within_s=60).state == "cancelled"
    assert names(host) == ["shop"]
    now = inspect(host, "shop")
    assert (now["Id"], now["State"]["Running"]) == (old["Id"], True)


def test_of_a_rootless_user(host: Host, endpoint_on: Any, carried: Callable[..., Any]) -> None:
    words = ("--userns", "keep-id", "-p", "18074:80", "-v", "/data", "-e", "KEY=x")
    host.podman("run", "-d", "--name", "own", *QUICK, *words, IMAGE, *SLEEP, user="seal")
    old = inspect(host, "own", user="seal")
    params = order_of(old, workdir="/tmp")
    seal = endpoint_on(host, user="seal")
    job = carried(recreate_container, seal, old, params=params, env={}, watch_s=1)
    assert job.state == "ok", (job.error, job.cause)
    new = inspect(host, "own", user="seal")
    assert (new["Config"]["WorkingDir"], new["State"]["Running"]) == ("/tmp", True)
    assert new["Mounts"][0]["Name"] == old["Mounts"][0]["Name"]
    inside = host.podman("exec", "own", "id", "-u", user="seal").strip()
    assert inside == str(host.login("seal").uid)
