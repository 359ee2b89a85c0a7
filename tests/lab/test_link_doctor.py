"""The doctor and the key installer on real hosts: each Podman version, root and not."""

from pathlib import Path

import pytest

from hosts.link import keys
from hosts.link.addresses import AddressPolicy
from hosts.link.doctor import Doctor, DoctorReport, examine
from hosts.link.errors import LinkError
from hosts.link.install_key import install_key
from hosts.link.messages import DoctorStep
from hosts.link.ssh import connect
from hosts.link.target import SshTarget
from tests.hosts.link.sshd import scan
from tests.lab.hosts import Host, Lab
from tests.lab.podman_hosts import any_host, any_lab

__all__ = ["any_host", "any_lab"]


def target(host: Host, user: str = "root") -> SshTarget:
    return SshTarget(
        address=host.address,
        port=host.port,
        user=user,
        private_key=host.login(user).key_file.read_bytes(),
        host_key_line=host.host_key_line,
    )


async def walk(at: SshTarget, socket_path: str = "") -> tuple[dict[str, DoctorStep], DoctorReport]:
    steps, result = await examine(Doctor(at, AddressPolicy(), socket_path=socket_path))
    return {step.step: step for step in steps}, result


async def test_the_scan_reads_the_hosts_key(lab: Lab) -> None:
    host = lab.hosts[0]
    found = await scan(host.address, host.port, AddressPolicy())
    assert (found.line, found.fingerprint) == (host.host_key_line, host.host_key_fingerprint)


@pytest.mark.on_every_podman
async def test_a_host_of_each_version_is_healthy(any_host: Host) -> None:
    steps, result = await walk(target(any_host))
    assert {step.state for step in steps.values()} == {"passed"}, steps
    assert result.podman_version == any_host.podman_version
    assert result.socket_path == any_host.socket
    assert result.transport == "forward"
    assert result.rootless is False
    assert result.graph_root


async def test_a_users_own_socket_is_found(lab: Lab) -> None:
    host = lab.rootless
    login = host.login("seal")
    steps, result = await walk(target(host, "seal"))
    assert result.socket_path == login.socket
    assert (result.user, result.uid, result.rootless) == ("seal", login.uid, True)
    assert steps["api"].state == "passed"
    # Debian under cgroups v1 has no statistics for users: said with the way out, and no obstacle.
    assert steps["cgroups"].state == "passed" or "cgroup" in steps["cgroups"].cure.lower()


async def test_a_user_may_not_open_roots_socket(lab: Lab) -> None:
    host = lab.rootless
    steps, _ = await walk(target(host, "seal"), "/run/podman/podman.sock")
    assert steps["sockets"].state == "failed"
    assert steps["sockets"].kind == "socket-forbidden", steps["sockets"]


@pytest.mark.usefixtures("faults")
async def test_a_killed_service_is_told_from_a_missing_one(lab: Lab) -> None:
    host = lab.rootless
    host.kill_podman(user="root")
    steps, _ = await walk(target(host), host.socket)
    assert steps["sockets"].kind == "service-not-answering", steps["sockets"]
    assert "podman" in steps["sockets"].cure
    steps, _ = await walk(target(host), "/run/podman/other.sock")
    assert steps["sockets"].kind == "socket-missing"


@pytest.mark.usefixtures("faults")
async def test_a_host_without_power_or_cable_is_a_tcp_fault(lab: Lab) -> None:
    host = lab.hosts[0]
    host.network_down()
    steps, _ = await examine(Doctor(target(host), AddressPolicy(), timeout_s=2.0))
    assert steps[-1].step == "tcp"
    assert steps[-1].kind in {"tcp-timeout", "unreachable"}


@pytest.mark.usefixtures("faults")
async def test_a_reinstalled_host_is_a_hard_stop(lab: Lab) -> None:
    host = lab.hosts[0]
    before = target(host)
    host.new_host_key()
    steps, _ = await walk(before)
    assert list(steps)[-1] == "host-key"
    assert steps["host-key"].kind == "host-key-changed"
    with pytest.raises(LinkError) as caught:
        await connect(before, AddressPolicy())
    assert caught.value.kind == "host-key-changed"


async def test_a_password_lets_a_key_in_once(lab: Lab) -> None:
    host = lab.rootless
    login = host.login("seal")
    key = keys.generate()
    before = host.ssh("cat ~/.ssh/authorized_keys 2>/dev/null || true", user="seal")
    for expected in (True, False):
        added = await install_key(
            address=host.address,
            port=host.port,
            user="seal",
            password=login.password,
            public_key_line=keys.public_line(key),
            host_key_line=host.host_key_line,
            policy=AddressPolicy(),
        )
        assert added is expected
    after = host.ssh("cat ~/.ssh/authorized_keys", user="seal")
    assert after == before + keys.public_line(key) + "\n"


def test_each_login_has_a_key_that_can_be_pasted(lab: Lab) -> None:
    for login in lab.rootless.logins:
        keys.parse_private(Path(login.key_file).read_text())
