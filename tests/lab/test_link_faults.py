"""Power cuts, cut cables and bad lines: seen within 15 s, and no stream or answer is lost to them."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from hosts.link.addresses import AddressPolicy
from hosts.link.errors import LinkError
from hosts.link.relay import Relay
from hosts.link.sockets import endpoint_socket
from hosts.link.ssh import SshConnection, connect
from hosts.link.ssh_errors import host_away
from hosts.link.target import KEEPALIVE_S
from hosts.podman import Podman, UnixDial, errors, system
from tests.lab.hosts import Host, Lab
from tests.lab.test_link_doctor import target

pytestmark = pytest.mark.usefixtures("faults")
# R6 asks for 15 s: three keepalives of 5 s. With short clocks they have a second each
SEEN_S = {1.0: 16.0, 0.1: 6.0}


class Linked:
    def __init__(self, run: Path, relay: Relay, connection: SshConnection) -> None:
        self.run = run
        self.relay = relay
        self.connection = connection

    def client(self, *, timeout_s: float = 10.0) -> Podman:
        return Podman(UnixDial(str(endpoint_socket(self.run, 1))), timeout_s)

    async def seen_gone(self, *, within_s: float = SEEN_S[0.1]) -> float:
        began = time.monotonic()
        async with asyncio.timeout(within_s):
            await self.connection.wait_closed()
        self.relay.detach(host_away("seen gone"))
        return time.monotonic() - began


@pytest.fixture
def clocks() -> float:
    """A tenth, where the test does not say otherwise."""
    return 0.1


@pytest.fixture
def host(lab: Lab) -> Host:
    return lab.hosts[0]


@pytest_asyncio.fixture
async def linked(host: Host, clocks: float) -> AsyncIterator[Linked]:
    with tempfile.TemporaryDirectory(prefix="ho-", dir="/tmp") as name:
        relay = Relay(Path(name), 1, host.socket)
        await relay.start()
        at = replace(target(host), keepalive_s=max(1.0, KEEPALIVE_S * clocks))
        connection = await connect(at, AddressPolicy())
        relay.attach(connection)
        it = Linked(Path(name), relay, connection)
        yield it
        it.connection.abort()
        await relay.close()


@pytest.mark.parametrize("clocks", [0.1, pytest.param(1.0, marks=pytest.mark.more)])
@pytest.mark.parametrize("fault", ["power cut", "cable", "one way", "other way"])
async def test_a_host_that_falls_silent_is_seen_in_time(
    host: Host, linked: Linked, fault: str, clocks: float
) -> None:
    async with linked.client() as podman:
        await system.ping(podman)
        if fault == "power cut":
            host.power_cut()
        elif fault == "cable":
            host.network_down()
        else:
            host.netem("loss 100%", towards="machine" if fault == "one way" else "host")
        assert await linked.seen_gone(within_s=SEEN_S[clocks]) <= SEEN_S[clocks]
        began = time.monotonic()
        with pytest.raises(errors.Unavailable):
            await system.ping(podman)
        assert time.monotonic() - began < 1.0


async def test_a_killed_sshd_is_seen_at_once(host: Host, linked: Linked) -> None:
    async with linked.client() as podman:
        # sshd forks once more behind the login: all its processes are there now.
        await system.ping(podman)
    host.kill_sshd()
    assert await linked.seen_gone() < 2.0
    with pytest.raises(LinkError) as caught:
        await connect(target(host), AddressPolicy(), timeout_s=2.0)
    assert caught.value.kind == "port-closed"


async def test_the_same_sockets_serve_again_after_a_boot(host: Host, linked: Linked) -> None:
    host.power_cut()
    await linked.seen_gone()
    host.boot()
    linked.connection = await connect(target(host), AddressPolicy())
    linked.relay.attach(linked.connection)
    async with linked.client() as podman:
        assert (await system.ping(podman)).libpod == host.podman_version


async def test_a_killed_service_is_unavailable_and_the_connection_stays(
    host: Host, linked: Linked
) -> None:
    host.kill_podman()
    async with linked.client() as podman:
        with pytest.raises(errors.Unavailable):
            await system.ping(podman)
        assert not linked.connection.closed
        host.start_podman()
        await system.ping(podman)


async def test_a_slow_and_lossy_line_loses_nothing(host: Host, linked: Linked) -> None:
    host.netem("delay 300ms 100ms loss 5%")
    async with linked.client(timeout_s=30.0) as podman:
        for _ in range(5):
            await system.ping(podman)
        assert (await system.info(podman))["version"]["Version"] == host.podman_version
    assert not linked.connection.closed
