"""The lab itself: hosts that answer, a registry with a password, a store that survives."""

import subprocess

import pytest

from tests.lab.hosts import Lab, LabError, Login
from tests.lab.hosts.registry import Registry
from tests.lab.wait import page, socket_get, until

pytestmark = pytest.mark.usefixtures("clean_hosts")


def test_each_host_is_a_machine_of_its_own(lab: Lab) -> None:
    assert [host.ssh("hostname").strip() for host in lab.hosts] == [h.name for h in lab.hosts]
    assert len({host.host_key_fingerprint for host in lab.hosts}) == len(lab.hosts)


def test_a_login_enters_with_its_own_key_only(lab: Lab) -> None:
    first, second = lab.hosts[:2]
    command = first.ssh_command("true")
    wrong = [str(second.key_file) if part == str(first.key_file) else part for part in command]
    refused = subprocess.run(wrong, capture_output=True, text=True, check=False)
    assert first.ssh("id -un").strip() == first.user
    assert "Permission denied" in refused.stderr


def test_a_container_answers_on_its_port(lab: Lab) -> None:
    host = lab.hosts[0]
    host.podman("run", "-d", "--name", "page", "-p", "8301:8080", "localhost/web")
    assert b"seals" in page(host.address, 8301)


def test_a_rootless_container_answers_on_its_port(lab: Lab, faults: None) -> None:
    host, user = lab.rootless, next(iter(lab.rootless.users))
    host.podman("run", "-d", "--name", "page", "-p", "8302:8080", "localhost/web", user=user)
    assert b"seals" in page(host.address, 8302)
    assert "page" in host.ssh("podman ps --format '{{.Names}}'", user=user)
    assert "page" not in host.ssh("podman ps --format '{{.Names}}'")


def test_every_socket_is_reachable_from_here(lab: Lab, faults: None) -> None:
    logins: list[Login] = [login for host in lab.hosts for login in host.logins]
    assert [login.user for login in logins] == ["root", "seal", "root"]
    for login in logins:
        assert len(str(login.local_socket)) < 107
        assert socket_get(login.local_socket, "/_ping") == b"OK"


def test_the_registry_wants_its_password(lab: Lab, registry: Registry) -> None:
    host, image = lab.hosts[0], f"{registry.address}/lab/busybox"
    with pytest.raises(LabError, match="authentication required"):
        host.podman("pull", image)
    host.podman("pull", f"--creds={registry.user}:{registry.password}", image)
    assert host.podman("run", "--rm", image, "echo", "pulled") == "pulled\n"


def test_a_pull_through_the_slow_door_lasts(lab: Lab, registry: Registry) -> None:
    host, image = lab.hosts[0], f"{registry.slow_address}/lab/layers"
    pull = ["pull", f"--creds={registry.user}:{registry.password}", image]
    with pytest.raises(LabError, match="no end after 3 s"):
        host.podman(*pull, timeout_s=3)


def test_an_idle_podman_exits_and_wakes_with_a_call(lab: Lab, faults: None) -> None:
    host = lab.idle_exit
    assert socket_get(host.local_socket, "/_ping") == b"OK"
    assert host.podman_serves()
    until("idle exit", lambda: not host.podman_serves())
    assert socket_get(host.local_socket, "/_ping") == b"OK"
