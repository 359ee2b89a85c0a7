"""The doctor against a real sshd and a Podman of ours: each fault by its own kind."""

import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from hosts.link import keys
from hosts.link.addresses import AddressPolicy
from hosts.link.doctor import Doctor, DoctorReport, examine
from hosts.link.messages import DoctorStep
from hosts.link.ssh import SshConnection
from hosts.link.target import SshTarget
from tests.hosts.link.conftest import LOOPBACK
from tests.hosts.link.fake_podman import FakePodman
from tests.hosts.link.sshd import Sshd


async def walk(target: SshTarget | None, socket_path: str = "", **options: float) -> "Walk":
    steps, result = await examine(Doctor(target, LOOPBACK, socket_path=socket_path, **options))
    return Walk(steps, result)


class Walk:
    def __init__(self, steps: list[DoctorStep], result: DoctorReport) -> None:
        self.states = {step.step: step.state for step in steps}
        self.kinds = {step.step: step.kind for step in steps if step.kind}
        self.steps = {step.step: step for step in steps}
        self.result = result


ALL = [
    *("resolve", "tcp", "banner", "host-key", "login", "transport"),
    *("sockets", "podman", "api", "events", "cgroups", "clock"),
]


async def test_a_healthy_host_passes_every_step(target: SshTarget, podman: FakePodman) -> None:
    seen = await walk(target, str(podman.path))
    assert list(seen.states) == ALL
    assert set(seen.states.values()) == {"passed"}, seen.steps
    assert seen.result.podman_version == "5.4.2"
    assert seen.result.graph_root == "/var/lib/containers/storage"
    assert (seen.result.user, seen.result.uid) == ("root", 0)
    assert seen.result.transport == "forward"
    assert next(found.path for found in seen.result.sockets if found.usable) == str(podman.path)


async def test_each_step_is_announced_before_it_ends(target: SshTarget, podman: FakePodman) -> None:
    doctor = Doctor(target, LOOPBACK, socket_path=str(podman.path))
    told = [(step.step, step.state) async for step in doctor.steps()]
    assert told[:4] == [
        ("resolve", "running"),
        ("resolve", "passed"),
        ("tcp", "running"),
        ("tcp", "passed"),
    ]


async def test_this_machines_own_socket_needs_no_ssh(podman: FakePodman) -> None:
    seen = await walk(None, str(podman.path))
    assert list(seen.states) == ALL[6:]
    assert set(seen.states.values()) == {"passed"}


async def test_a_name_that_does_not_resolve_ends_the_walk(target: SshTarget) -> None:
    seen = await walk(replace(target, address="no-such-host.invalid"))
    assert seen.kinds == {"resolve": "does-not-resolve"}
    assert list(seen.states) == ["resolve"]


async def test_loopback_needs_to_be_allowed(target: SshTarget) -> None:
    steps, _ = await examine(Doctor(target, AddressPolicy()))
    assert [step.kind for step in steps] == ["address-forbidden"]


async def test_a_closed_port(target: SshTarget, sshd: Sshd) -> None:
    sshd.stop()
    assert (await walk(target)).kinds == {"tcp": "port-closed"}


async def test_a_changed_host_key(target: SshTarget, sshd: Sshd) -> None:
    sshd.stop()
    sshd.new_host_key()
    sshd.start()
    assert (await walk(target)).kinds == {"host-key": "host-key-changed"}
    assert "userauth-request" not in sshd.log.read_text()


async def test_a_key_that_nobody_confirmed_is_shown(target: SshTarget, sshd: Sshd) -> None:
    seen = await walk(replace(target, host_key_line=""))
    assert seen.kinds == {"host-key": "host-key-unconfirmed"}
    assert keys.fingerprint(sshd.host_key_line) in seen.steps["host-key"].cause


async def test_a_refused_key(target: SshTarget) -> None:
    seen = await walk(replace(target, private_key=keys.generate()))
    assert seen.kinds == {"login": "key-refused"}
    assert "authorized_keys" in seen.steps["login"].cure


async def test_a_missing_socket(target: SshTarget, short: Path) -> None:
    seen = await walk(target, str(short / "none.sock"))
    assert seen.kinds["sockets"] == "socket-missing"
    assert "podman" in seen.steps["sockets"].cure


async def test_a_socket_that_nobody_listens_on(target: SshTarget, short: Path) -> None:
    dead = short / "dead.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(dead))
    seen = await walk(target, str(dead))
    assert seen.kinds["sockets"] == "service-not-answering"
    assert "nobody listens" in seen.steps["sockets"].cause


async def test_a_service_that_takes_connections_and_says_nothing(
    target: SshTarget, podman: FakePodman
) -> None:
    podman.mute = True
    seen = await walk(target, str(podman.path), timeout_s=1.0)
    assert seen.kinds["sockets"] == "service-not-answering"
    assert "restart" in seen.steps["sockets"].cure


async def test_forwarding_that_sshd_prohibits(
    must_have: Any, make_sshd: Callable[..., Sshd], key: asyncssh.SSHKey, podman: FakePodman
) -> None:
    must_have(shutil.which("podman"), "needs Podman (apt install podman)")
    sshd = make_sshd("AllowStreamLocalForwarding no\n")
    sshd.authorize(keys.public_line(key))
    target = SshTarget("127.0.0.1", sshd.port, "root", key, sshd.host_key_line)
    seen = await walk(target, str(podman.path))
    assert seen.kinds["transport"] == "forwarding-prohibited"
    assert "AllowStreamLocalForwarding" in seen.steps["transport"].cure
    # It still works, by the slow road.
    assert seen.states["transport"] == "passed"
    assert seen.result.transport == "dial-stdio"


async def test_a_key_for_forwarding_only_knows_less_and_fails_nothing(
    target: SshTarget, sshd: Sshd, key: asyncssh.SSHKey, podman: FakePodman
) -> None:
    sshd.authorize(keys.authorized_forms(keys.public_line(key))[1].line)
    seen = await walk(target, str(podman.path))
    assert "failed" not in seen.states.values(), seen.steps
    assert seen.result.uid is None
    assert seen.result.transport == "forward"
    assert seen.result.podman_version == "5.4.2"


async def test_a_key_for_forwarding_only_without_a_socket_says_what_it_cannot_know(
    target: SshTarget, sshd: Sshd, key: asyncssh.SSHKey, short: Path
) -> None:
    sshd.authorize(keys.authorized_forms(keys.public_line(key))[1].line)
    seen = await walk(target, str(short / "none.sock"))
    assert seen.kinds == {"sockets": "channel-refused"}
    assert "cannot tell" in seen.steps["sockets"].cause
    assert seen.states["podman"] == "unknown"


async def test_a_forced_dial_stdio_reaches_its_own_socket(
    must_have: Any, target: SshTarget, sshd: Sshd, key: asyncssh.SSHKey, podman: FakePodman
) -> None:
    line = keys.authorized_forms(keys.public_line(key))[2].line
    must_have(shutil.which("podman"), "needs Podman (apt install podman)")
    sshd.authorize(line.replace("podman system", f"podman --url unix://{podman.path} system"))
    podman.info["host"]["remoteSocket"]["path"] = f"unix://{podman.path}"
    seen = await walk(target)
    assert seen.result.transport == "dial-stdio", seen.steps
    assert "permits nothing else" in seen.steps["transport"].detail
    assert "10 streams at once" in seen.steps["transport"].detail
    assert "failed" not in seen.states.values(), seen.steps
    assert seen.result.socket_path == str(podman.path)


@pytest.mark.parametrize("version", ["3.4.4", "1.6.4"])
async def test_an_old_podman(target: SshTarget, podman: FakePodman, version: str) -> None:
    podman.version = version
    seen = await walk(target, str(podman.path))
    assert seen.kinds == {"podman": "podman-too-old"}
    assert list(seen.states)[-1] == "podman"


async def test_no_events(target: SshTarget, podman: FakePodman) -> None:
    podman.info["host"]["eventLogger"] = "none"
    seen = await walk(target, str(podman.path))
    assert seen.kinds == {"events": "events-none"}


async def test_rootless_on_old_cgroups(target: SshTarget, podman: FakePodman) -> None:
    podman.info["host"].update(cgroupVersion="v1", security={"rootless": True})
    seen = await walk(target, str(podman.path))
    assert seen.kinds == {"cgroups": "cgroups-v1-rootless"}


async def test_controllers_that_are_not_delegated(target: SshTarget, podman: FakePodman) -> None:
    podman.info["host"].update(cgroupControllers=["memory", "pids"], security={"rootless": True})
    seen = await walk(target, str(podman.path))
    assert seen.kinds == {"cgroups": "cgroups-delegation"}
    assert "cpu" in seen.steps["cgroups"].cause


@pytest.mark.parametrize(("offset_s", "word"), [(3600.0, "ahead"), (-3600.0, "behind")])
async def test_a_clock_that_is_off(
    target: SshTarget, podman: FakePodman, offset_s: float, word: str
) -> None:
    podman.clock_offset_s = offset_s
    seen = await walk(target, str(podman.path))
    assert seen.kinds == {"clock": "clock-off"}
    assert word in seen.steps["clock"].cause


async def test_a_hostile_info_breaks_nothing(target: SshTarget, podman: FakePodman) -> None:
    podman.info = {"host": ["x"], "store": 5, "version": {"Version": {}}}
    seen = await walk(target, str(podman.path))
    assert seen.states["api"] == "passed"
    assert seen.states["events"] == seen.states["cgroups"] == "unknown"


async def test_a_walk_that_is_broken_off_leaves_no_connection(
    target: SshTarget, podman: FakePodman
) -> None:
    doctor = Doctor(target, LOOPBACK, socket_path=str(podman.path))
    walking: Any = doctor.steps()
    async for step in walking:
        if (step.step, step.state) == ("sockets", "passed"):
            break
    await walking.aclose()
    assert isinstance(doctor._connection, SshConnection)
    assert doctor._connection.closed
