"""Every fault that the lab can make shows on the host, and can be undone."""

import subprocess
import time

import pytest

from tests.lab.hosts import Lab
from tests.lab.wait import socket_get, until

pytestmark = pytest.mark.usefixtures("faults", "clean_hosts")


def test_after_a_power_cut_the_store_is_there_and_nothing_runs(lab: Lab) -> None:
    host = lab.hosts[0]
    host.podman("run", "-d", "--name", "victim", "-p", "8310:8080", "localhost/web")
    host.power_cut()
    assert host.pid is None
    assert not host.ssh_answers()
    host.boot()
    assert host.podman("ps", "-a", "--format", "{{.Names}} {{.State}}") == "victim exited\n"
    host.podman("start", "victim")


def test_killed_sshd_refuses_until_started(lab: Lab) -> None:
    host = lab.hosts[0]
    assert host.kill_sshd() >= 1
    assert not host.ssh_answers()
    assert socket_get(host.local_socket, "/_ping") == b"OK"
    host.start_sshd()
    assert host.ssh("true") == ""


def test_killed_podman_leaves_containers_running(lab: Lab) -> None:
    host = lab.hosts[0]
    host.podman("run", "-d", "--name", "survivor", "localhost/logger")
    assert host.kill_podman() >= 1
    with pytest.raises(ConnectionRefusedError):
        socket_get(host.local_socket, "/_ping")
    host.start_podman()
    assert socket_get(host.local_socket, "/_ping") == b"OK"
    assert "survivor" in host.podman("ps", "--format", "{{.Names}}")


def test_only_the_users_own_podman_is_killed(lab: Lab) -> None:
    host = lab.rootless
    assert host.kill_podman(user="seal") >= 1
    assert socket_get(host.local_socket, "/_ping") == b"OK"
    assert not host.podman_serves(user="seal")
    host.start_podman(user="seal")
    assert socket_get(host.login("seal").local_socket, "/_ping") == b"OK"


def test_a_pulled_cable_cuts_and_comes_back(lab: Lab) -> None:
    host = lab.hosts[0]
    host.network_down()
    assert not host.ssh_answers()
    host.network_up()
    until("network back", host.ssh_answers)


@pytest.mark.parametrize("towards", ["machine", "host"])
def test_netem_delays_and_cuts_one_way(lab: Lab, towards: str) -> None:
    host = lab.hosts[0]
    host.netem("delay 200ms", towards=towards)
    began = time.monotonic()
    assert host.ssh_answers()
    assert time.monotonic() - began > 0.2
    host.netem("loss 100%", towards=towards)
    assert not host.ssh_answers()
    host.netem("", towards=towards)
    assert host.ssh_answers()


def test_a_new_host_key_is_another_key(lab: Lab) -> None:
    host = lab.hosts[0]
    before, command = host.host_key_fingerprint, host.ssh_command("true")
    host.new_host_key()
    pinned = (host.folder / "known_hosts").read_text()
    assert host.host_key_fingerprint != before
    assert host.host_key_line not in pinned
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Host key verification failed" in refused.stderr
    assert host.ssh("true") == ""
