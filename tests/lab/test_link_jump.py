"""Hosts behind jump hosts: each pinned, one connection shared, and what is in the way is named."""

from dataclasses import replace
from functools import partial

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from hosts import control
from hosts.link.addresses import AddressPolicy
from hosts.link.doctor import Doctor, DoctorReport, examine
from hosts.link.errors import LinkError
from hosts.link.jump import Route
from hosts.link.messages import DoctorStep
from hosts.link.scan import scan_socket
from hosts.link.target import SshTarget
from hosts.models import Endpoint, Login
from tests.lab.hosts import Host, Lab
from tests.lab.link_process import Link, link, register, reload, until, up

__all__ = ["link"]

POLICY = AddressPolicy()


def target(host: Host, via: SshTarget | None = None) -> SshTarget:
    return SshTarget(
        host.address, host.port, "root", host.key_file.read_bytes(), host.host_key_line, via=via
    )


async def walk(at: SshTarget) -> tuple[dict[str, DoctorStep], DoctorReport]:
    steps, result = await examine(Doctor(at, POLICY, timeout_s=10.0))
    return {step.step: step for step in steps}, result


async def test_the_doctor_names_each_jump_and_reaches_podman_behind(lab: Lab) -> None:
    jump, behind = lab.hosts
    steps, result = await walk(target(behind, target(jump)))
    assert [*steps][:4] == ["jump-1", "resolve", "tcp", "banner"]
    assert jump.host_key_fingerprint in steps["jump-1"].detail
    assert steps["resolve"].state == "unknown"
    assert {step.state for step in steps.values()} == {"passed", "unknown"}, steps
    assert result.socket_path == behind.socket


async def test_two_jumps_in_a_row(lab: Lab) -> None:
    first, second = lab.hosts
    steps, _ = await walk(target(first, target(second, target(first))))
    assert [name for name in steps if name.startswith("jump")] == ["jump-1", "jump-2"]
    assert steps["api"].state == "passed", steps


async def test_the_key_behind_a_jump_is_the_hosts_own(lab: Lab) -> None:
    jump, behind = lab.hosts
    way = Route(target(jump), POLICY)
    try:
        sock = await way.open_socket(behind.address, behind.port, timeout_s=10)
        assert (await scan_socket(sock)).line == behind.host_key_line
    finally:
        await way.close()


async def test_a_jump_with_another_key_is_a_hard_stop_there(lab: Lab) -> None:
    jump, behind = lab.hosts
    wrong = replace(target(jump), host_key_line=behind.host_key_line)
    steps, _ = await walk(target(behind, wrong))
    assert [*steps] == ["jump-1"]
    assert steps["jump-1"].kind == "host-key-changed"


async def test_what_a_jump_cannot_reach_is_told_in_its_words(lab: Lab) -> None:
    jump, behind = lab.hosts
    steps, _ = await walk(replace(target(behind, target(jump)), port=2))
    assert (steps["tcp"].state, steps["tcp"].kind) == ("failed", "port-closed")
    assert "jump host cannot reach" in steps["tcp"].cause
    steps, _ = await walk(replace(target(behind, target(jump)), address="no-such-host.invalid"))
    assert steps["tcp"].kind == "does-not-resolve", steps


async def test_a_jump_is_no_way_into_itself_or_a_metadata_service(lab: Lab) -> None:
    way = Route(target(lab.hosts[0]), POLICY)
    try:
        for address in ("127.0.0.1", "169.254.169.254", "::1"):
            with pytest.raises(LinkError) as caught:
                await way.open_socket(address, 22, timeout_s=5)
            assert caught.value.kind == "address-forbidden"
    finally:
        await way.close()


def accepted(host: Host) -> int:
    """Sign-ins that the host's SSH server has let in so far."""
    return host.run("cat", "/var/log/sshd.log").count("Accepted publickey")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("faults")
def test_two_logins_share_the_connection_of_their_jump_and_say_when_it_is_away(
    lab: Lab, link: Link
) -> None:
    behind, jump = lab.hosts
    through = register(jump)
    until("a host that is let in", lambda: accepted(jump) > 0)
    before = accepted(jump)
    endpoints = [put_behind(behind, user, via=through.login_id) for user in ("root", "seal")]
    for endpoint in endpoints:
        until("up behind the jump", partial(up, endpoint))
    assert accepted(jump) == before
    jump.kill_sshd()
    for endpoint in endpoints:
        until("said so", lambda: {kind_of(one) for one in endpoints} == {"jump-away"})
        login = Login.objects.get(pk=endpoint.login_id)
        assert "The jump host root@h2 is away" in login.reason
    jump.start_sshd()
    async_to_sync(control.reconnect)(through.login_id)
    for endpoint in endpoints:
        until("up again", partial(up, endpoint))
    assert accepted(jump) == before + 1


def kind_of(endpoint: Endpoint) -> str:
    return Login.objects.get(pk=endpoint.login_id).reason_kind


def put_behind(host: Host, user: str, *, via: int) -> Endpoint:
    """A lab host's login that is registered behind another one."""
    endpoint = register(host, user=user, wait=False)
    Login.objects.filter(pk=endpoint.login_id).update(via=via, changed_at=timezone.now())
    reload()
    return endpoint
