"""Hosts with other Podman versions than this machine's own."""

from collections.abc import Callable

import pytest

from tests.lab.hosts import Lab, LabError
from tests.lab.hosts.versions import system_for
from tests.lab.wait import page, socket_get

VERSIONS = ["4.3", "5.8", "6.1"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_host_has_that_podman_and_runs_containers(
    lab_of: Callable[[str], Lab], version: str
) -> None:
    host = lab_of(version).hosts[0]
    assert host.podman_version.startswith(f"{version}.")
    assert host.podman("version", "-f", "{{.Server.Version}}").strip() == host.podman_version
    assert socket_get(host.local_socket, "/_ping") == b"OK"
    host.podman("run", "-d", "--rm", "--name", "page", "-p", "8320:8080", "localhost/web")
    assert b"seals" in page(host.address, 8320)
    assert "page" in host.ssh("podman ps --format '{{.Names}}'")
    host.podman("rm", "-f", "-t", "0", "page")


@pytest.mark.parametrize("version", VERSIONS)
def test_it_boots_after_a_power_cut(lab_of: Callable[[str], Lab], version: str) -> None:
    host = lab_of(version).hosts[0]
    host.podman("create", "--name", "kept", "localhost/logger")
    host.power_cut()
    host.boot()
    assert "kept" in host.podman("ps", "-a", "--format", "{{.Names}}")
    host.podman("rm", "kept")


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_in_it_can_change_the_shared_system(
    lab_of: Callable[[str], Lab], version: str
) -> None:
    with pytest.raises(LabError, match="Read-only"):
        lab_of(version).hosts[0].run("touch", "/usr/bin/changed")


def test_an_unknown_version_is_refused_by_name(lab_of: Callable[[str], Lab]) -> None:
    with pytest.raises(LabError, match=r"Podman 1\.2: the lab knows 4\.3, 5\.4, 5\.8, 6\.1"):
        system_for("1.2")
