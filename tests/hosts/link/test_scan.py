"""The host key without a login, and what stands in its way."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from hosts.link import keys
from hosts.link.addresses import AddressPolicy
from hosts.link.errors import LinkError
from tests.hosts.link.conftest import LOOPBACK
from tests.hosts.link.sshd import Sshd, scan


@asynccontextmanager
async def server(greeting: bytes, *, hang_up: bool = False) -> AsyncIterator[int]:
    """A server that greets like this and then waits, or hangs up."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.write(greeting)
        if hang_up:
            writer.close()

    it = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield int(it.sockets[0].getsockname()[1])
    for writer in writers:
        writer.transport.abort()
    it.close()
    await it.wait_closed()


async def test_the_key_is_the_servers_and_nobody_signs_in(sshd: Sshd) -> None:
    found = await scan("127.0.0.1", sshd.port, LOOPBACK)
    assert found.line == sshd.host_key_line
    assert found.fingerprint == keys.fingerprint(sshd.host_key_line)
    assert found.algorithm == "ssh-ed25519"
    assert "userauth-request" not in sshd.log.read_text()


@pytest.mark.parametrize("algorithm", ["rsa", "ecdsa"])
async def test_other_kinds_of_key_are_read_as_well(
    make_sshd: Callable[..., Sshd], algorithm: str
) -> None:
    sshd = make_sshd()
    sshd.stop()
    sshd.new_host_key(algorithm)
    sshd.start()
    assert (await scan("127.0.0.1", sshd.port, LOOPBACK)).line == sshd.host_key_line


async def kind_of(port: int, *, timeout_s: float = 5.0) -> str:
    with pytest.raises(LinkError) as caught:
        await scan("127.0.0.1", port, LOOPBACK, timeout_s=timeout_s)
    assert caught.value.cure
    return caught.value.kind


@pytest.mark.parametrize(
    ("greeting", "hang_up", "kind"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", True, "not-ssh"),
        (b"220 mail.example ESMTP\r\n", False, "not-ssh"),
        (b"x" * 20_000, False, "not-ssh"),
        (b"", False, "not-ssh"),
        (b"", True, "closed-early"),
        (b"Not allowed at this time\r\n", True, "turned-away"),
        (b"Exceeded MaxStartups\r\n", True, "turned-away"),
        (b"SSH-2.0-x\r\n", True, "closed-early"),
        (b"SSH-2.0-x\r\n", False, "login-timeout"),
        (b"SSH-2.0-x\r\n\0\0\0\x0c\x0agarbage!!!!!!!!!!", False, "closed-early"),
    ],
)
async def test_what_does_not_speak_ssh_is_told_apart(
    greeting: bytes, hang_up: bool, kind: str
) -> None:
    async with server(greeting, hang_up=hang_up) as port:
        assert await kind_of(port, timeout_s=1.0) == kind


async def test_nobody_there_is_a_closed_port(sshd: Sshd) -> None:
    sshd.stop()
    assert await kind_of(sshd.port) == "port-closed"


async def test_a_forbidden_address_is_not_even_connected_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        with pytest.raises(LinkError) as caught:
            await scan("127.0.0.1", listener.getsockname()[1], AddressPolicy())
        assert caught.value.kind == "address-forbidden"
        with pytest.raises(BlockingIOError):
            listener.accept()
