"""Which addresses may be dialled: the way into this machine's own services stays shut."""

import ipaddress
import socket
from pathlib import Path

import pytest

from hosts.link.addresses import AddressPolicy, resolve
from hosts.link.errors import LinkError
from hosts.link.sockets import MAX_PATH_BYTES, control_socket, endpoint_socket

LAN = ipaddress.ip_network("10.0.0.0/8")


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.1.1",
        "fe80::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "0.1.2.3",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "240.0.0.1",
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "::ffff:0:169.254.169.254",
        "::ffff:0:7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::169.254.169.254",
        "64:ff9b:1::7f00:1",
        "64:ff9b:1:a9fe:a9:fe00::",
        "64:ff9b:1:a9:fe:a9fe::",
        "64:ff9b:1::a9:fea9:fe00:0",
        # Teredo: the inner address is turned over
        "2001:0:5db8:d822:8000:63bf:5601:5601",
        "2001:0:7f00:1::1",
        "2002:7f00:1::1",
        "fd00::5efe:a9fe:a9fe",
        "fd00::200:5efe:7f00:1",
        "2130706433",
        "0x7f.1",
    ],
)
async def test_these_are_never_dialled(address: str) -> None:
    with pytest.raises(LinkError) as caught:
        await resolve(address, 22, AddressPolicy())
    assert caught.value.kind == "address-forbidden"


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "192.168.1.1", "100.64.0.1", "1.1.1.1", "fd00::1", "2002:a01:203::1"]
)
async def test_ordinary_addresses_are(address: str) -> None:
    assert await resolve(address, 22, AddressPolicy()) == [address]


async def test_loopback_can_be_allowed_and_nothing_else_with_it() -> None:
    policy = AddressPolicy(allow_loopback=True)
    assert await resolve("127.0.0.1", 22, policy) == ["127.0.0.1"]
    with pytest.raises(LinkError):
        await resolve("169.254.169.254", 22, policy)


async def test_own_service_networks_are_refused_unless_allowed() -> None:
    with pytest.raises(LinkError):
        await resolve("10.1.2.3", 22, AddressPolicy(refused=(LAN,)))
    allowed = AddressPolicy(refused=(LAN,), allowed=(ipaddress.ip_network("10.1.2.3/32"),))
    assert await resolve("10.1.2.3", 22, allowed) == ["10.1.2.3"]


async def test_a_name_of_a_forbidden_address_is_refused_as_well() -> None:
    with pytest.raises(LinkError) as caught:
        await resolve("localhost", 22, AddressPolicy())
    assert caught.value.kind == "address-forbidden"


async def test_an_unknown_name_does_not_resolve() -> None:
    with pytest.raises(LinkError) as caught:
        await resolve("no-such-host.invalid", 22, AddressPolicy())
    assert caught.value.kind == "does-not-resolve"


@pytest.mark.parametrize("name", ["a" * 300, "a..b", "ö" * 100])
async def test_a_name_that_is_none_does_not_resolve(name: str) -> None:
    with pytest.raises(LinkError) as caught:
        await resolve(name, 22, AddressPolicy())
    assert caught.value.kind == "does-not-resolve"


@pytest.mark.parametrize("port", [0, -1, 65536])
async def test_a_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(LinkError) as caught:
        await resolve("10.0.0.1", port, AddressPolicy())
    assert caught.value.kind == "port-invalid"


def test_socket_paths_are_as_agreed() -> None:
    run = Path("/run/haulout-0123abcd")
    assert str(endpoint_socket(run, 12)) == "/run/haulout-0123abcd/link/12.sock"
    assert str(endpoint_socket(run, 12, "web")) == "/run/haulout-0123abcd/link/12.web.sock"
    assert str(endpoint_socket(run, 12, "gate")) == "/run/haulout-0123abcd/link/12.gate.sock"
    assert str(control_socket(run)) == "/run/haulout-0123abcd/link-0.sock"


def test_a_socket_path_is_as_long_as_the_system_takes_and_no_longer(short: Path) -> None:
    fits = short / ("x" * (MAX_PATH_BYTES - len(f"{short}//link/1.sock")))
    path = endpoint_socket(fits, 1)
    path.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
    with pytest.raises(LinkError) as caught:
        endpoint_socket(fits, 11)
    assert caught.value.kind == "path-too-long"
    assert "HAULOUT_RUN" in caught.value.cure
