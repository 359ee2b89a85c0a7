"""The run form's fields on real Podman 4.3, 5.4 and 5.8: what was asked for is what was made."""

import json
import shlex
from typing import Any

import pytest

from hosts.actions.run import run_container, run_fields
from hosts.actions.run.run_spec import run_line
from tests.lab.hosts import Host, Lab
from tests.lab.podman_hosts import any_host, any_lab, can_limit
from tests.lab.real_endpoint import ended, endpoint_on, person, run_there, vault_keys, worker
from tests.lab.wait import until

__all__ = ["any_host", "any_lab", "ended", "endpoint_on", "person", "run_there", "vault_keys"]
__all__ += ["worker"]

pytestmark = pytest.mark.django_db(transaction=True)

IMAGE = "localhost/busybox:latest"
STAY = {"image": IMAGE, "command": ["sleep", "1000"]}
MIB = 1024 * 1024


def ports(inspected: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Container port to where it is on the host."""
    bound = inspected["HostConfig"]["PortBindings"]
    return {port: [(b["HostIp"], b["HostPort"]) for b in there] for port, there in bound.items()}


def binds(inspected: dict[str, Any]) -> list[list[str]]:
    """Mounts as Podman lists them, their options in one order."""
    parts = [bind.rpartition(":") for bind in inspected["HostConfig"]["Binds"]]
    return sorted([place, *sorted(options.split(","))] for place, _colon, options in parts)


@pytest.mark.on_every_podman
def test_limits_restart_labels_and_environment(
    any_host: Host, endpoint_on: Any, run_there: Any
) -> None:
    limits = {"memory_bytes": 64 * MIB, "cpus": 0.5, "pids": 50} if can_limit(any_host) else {}
    made = run_there(
        any_host,
        endpoint_on(any_host),
        STAY
        | limits
        | {
            "name": "limited",
            "restart": "on-failure",
            "restart_tries": 3,
            "labels": {"app": "shop", "empty": ""},
            "tty": True,
            "interactive": True,
        },
        {"KEY": "a value = with more", "EMPTY": ""},
    )
    config, host = made["Config"], made["HostConfig"]
    assert made["Name"] == "limited"
    assert made["State"]["Running"] is True
    assert config["Cmd"] == STAY["command"]
    assert (config["Tty"], config["OpenStdin"]) == (True, True)
    assert {"KEY=a value = with more", "EMPTY="} <= set(config["Env"])
    assert config["Labels"].items() >= {"app": "shop", "empty": ""}.items()
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    if limits:
        assert (host["Memory"], host["MemorySwap"]) == (64 * MIB, 128 * MIB)
        assert (host["NanoCpus"], host["PidsLimit"]) == (500_000_000, 50)


def test_ports(any_host: Host, endpoint_on: Any, run_there: Any) -> None:
    texts = ["18080:80", "127.0.0.1:18081:81", "18090-18092:90-92/udp", "99", "[::1]:18082:82"]
    params = STAY | {"ports": [run_fields.port(text) for text in texts]}
    bound = ports(run_there(any_host, endpoint_on(any_host), params))
    anywhere = {"", "0.0.0.0"}
    ((address, port),) = bound["80/tcp"]
    assert (address in anywhere, port) == (True, "18080")
    assert bound["81/tcp"] == [("127.0.0.1", "18081")]
    assert [bound[f"{90 + n}/udp"][0][1] for n in range(3)] == ["18090", "18091", "18092"]
    assert int(bound["99/tcp"][0][1]) > 1023
    assert bound["82/tcp"] == [("::1", "18082")]


def test_mounts(any_host: Host, endpoint_on: Any, run_there: Any) -> None:
    texts = ["/usr/share:/ro:ro", "shop-db:/data:U", "/anonymous", "/tmp:/tmp/host:z,nosuid"]
    params = STAY | {"volumes": [run_fields.volume(text) for text in texts]}
    made = run_there(any_host, endpoint_on(any_host), params)
    mounts = {mount["Destination"]: mount for mount in made["Mounts"]}
    assert (mounts["/ro"]["Source"], mounts["/ro"]["RW"]) == ("/usr/share", False)
    assert (mounts["/data"]["Name"], mounts["/data"]["RW"]) == ("shop-db", True)
    assert mounts["/anonymous"]["Type"] == "volume"
    assert len(mounts["/anonymous"]["Name"]) == 64
    assert mounts["/tmp/host"]["Type"] == "bind"
    assert "nosuid" in mounts["/tmp/host"]["Options"]


def test_a_network_of_its_own(any_host: Host, endpoint_on: Any, run_there: Any) -> None:
    any_host.podman("network", "create", "back")
    try:
        made = run_there(any_host, endpoint_on(any_host), STAY | {"network": "back"})
        assert set(made["NetworkSettings"]["Networks"]) == {"back"}
        any_host.podman("rm", "-f", "-t", "0", made["Id"])
    finally:
        any_host.podman("network", "rm", "-f", "back")


@pytest.mark.parametrize("mode", ["host", "none"])
def test_network_modes(any_host: Host, endpoint_on: Any, run_there: Any, mode: str) -> None:
    made = run_there(any_host, endpoint_on(any_host), STAY | {"network": mode})
    assert made["HostConfig"]["NetworkMode"] == mode


def test_in_a_pod(any_host: Host, endpoint_on: Any, run_there: Any) -> None:
    pod = any_host.podman("pod", "create", "--name", "shop").strip()
    assert run_there(any_host, endpoint_on(any_host), STAY | {"pod": "shop"})["Pod"] == pod


@pytest.mark.parametrize("mode", ["keep-id", "keep-id:uid=77,gid=78"])
def test_keep_id_of_a_rootless_user(
    lab: Lab, clean_hosts: None, endpoint_on: Any, run_there: Any, mode: str
) -> None:
    host = lab.hosts[0]
    seal = endpoint_on(host, user="seal")
    run_there(host, seal, STAY | {"userns": mode, "name": "kept"})
    inside = host.podman("exec", "kept", "id", "-u", user="seal").strip()
    assert inside == ("77" if "uid" in mode else str(host.login("seal").uid))


def test_what_ends_and_is_to_be_removed_is_gone(
    any_host: Host, endpoint_on: Any, person: Any, worker: Any, ended: Any
) -> None:
    params = {"image": IMAGE, "command": ["true"], "remove": True, "name": "brief"}
    job = run_container.ask(person, endpoint_on(any_host).pk, params=params, env={})
    worker().hand_over([job.pk])
    assert ended(job).state == "ok", job.error
    until("brief is gone", lambda: "brief" not in any_host.podman("ps", "-a"))


def test_the_run_line_makes_the_same(any_host: Host, endpoint_on: Any, run_there: Any) -> None:
    params: dict[str, Any] = STAY | {
        "ports": [run_fields.port("127.0.0.1:18085:85")],
        "volumes": [run_fields.volume("shop-db:/data:nosuid"), run_fields.volume("/usr:/u:ro")],
        "restart": "always",
        "labels": {"a": "b c"},
    }
    if can_limit(any_host):
        params |= {"memory_bytes": 64 * MIB, "cpus": 0.25, "pids": 60}
    ours = run_there(any_host, endpoint_on(any_host), params)
    any_host.podman("rm", "-f", "-t", "0", ours["Id"])
    words = shlex.split(run_line(params, []))
    assert words[0] == "podman"
    theirs = json.loads(any_host.podman("inspect", any_host.podman(*words[1:]).strip()))[0]
    for part in ("PortBindings", "RestartPolicy", "Memory", "MemorySwap", "NanoCpus", "PidsLimit"):
        assert ours["HostConfig"][part] == theirs["HostConfig"][part], part
    assert binds(ours) == binds(theirs)
    assert ours["Config"]["Cmd"] == theirs["Config"]["Cmd"]
    assert (
        ours["NetworkSettings"]["Networks"].keys() == theirs["NetworkSettings"]["Networks"].keys()
    )
