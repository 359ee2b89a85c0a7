"""The relayed bus: who may open it, and what the relay answers where there is none."""

import stat
from pathlib import Path

import pytest

from hosts.link.bus import bus_place
from hosts.link.errors import LinkError
from hosts.link.relay import Relay
from hosts.link.sockets import bus_socket
from hosts.link.ssh import SshConnection
from hosts.link.ssh_errors import host_away
from hosts.systemd import Bus, BusDial, BusUnavailable
from tests.hosts.link.fake_podman import FakePodman

# nobody's account on the machine of the tests
NOBODYS = "/run/user/4294000000/podman/podman.sock"


@pytest.mark.parametrize(
    ("podman", "bus", "uid"),
    [
        ("/run/podman/podman.sock", "/run/dbus/system_bus_socket", 0),
        ("/var/run/podman/podman.sock", "/run/dbus/system_bus_socket", 0),
        ("/run/user/1000/podman/podman.sock", "/run/user/1000/bus", 1000),
    ],
)
def test_the_bus_beside_a_podman_socket(podman: str, bus: str, uid: int) -> None:
    assert bus_place(podman) == (bus, uid)


@pytest.mark.parametrize(
    "podman",
    [
        "/srv/podman.sock",
        "/run/user/x/podman/podman.sock",
        "/run/user/1/../0/podman/podman.sock",
        "",
    ],
)
def test_an_unusual_socket_has_no_bus(podman: str) -> None:
    with pytest.raises(LinkError) as raised:
        bus_place(podman)
    assert raised.value.kind == "bus-unknown"


async def why_not(run: Path, uid: int = 0) -> BusUnavailable:
    with pytest.raises(BusUnavailable) as raised:
        async with Bus(BusDial(str(bus_socket(run, 7)), uid)):
            pass
    return raised.value


async def test_only_our_own_account_can_open_it(relay: Relay, short: Path) -> None:
    mode = bus_socket(short, 7).stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
    assert stat.S_IMODE(bus_socket(short, 7).parent.stat().st_mode) == 0o700
    await relay.close()
    assert not bus_socket(short, 7).exists()


async def test_while_the_host_is_away_it_says_why(relay: Relay, short: Path) -> None:
    relay.detach(host_away("the cable is out"))
    found = await why_not(short)
    assert found.kind == "host-away"
    assert "the cable is out" in found.message


async def test_no_bus_where_the_socket_is_unusual(
    relay: Relay, short: Path, podman: FakePodman
) -> None:
    found = await why_not(short)
    assert found.kind == "bus-unknown"
    assert str(podman.path) in found.message


@pytest.mark.parametrize("forwards", [True, False])
async def test_over_ssh_it_says_what_is_missing(
    connection: SshConnection, short: Path, forwards: bool
) -> None:
    if not forwards:
        connection.transport = "dial-stdio"
    relay = Relay(short, 7, NOBODYS)
    await relay.start()
    relay.attach(connection)
    try:
        found = await why_not(short, uid=4294000000)
    finally:
        await relay.close()
    if forwards:
        assert found.kind == "bus-missing"
        assert "/run/user/4294000000/bus" in found.message
        assert "loginctl enable-linger" in found.cure
    else:
        assert found.kind == "bus-needs-forwarding"
        assert "restrict,port-forwarding" in found.cure
