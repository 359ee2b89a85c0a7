"""A host whose SSH server answers an end of file with one of its own must not keep the channel."""

import asyncio
from pathlib import Path
from typing import Any

import asyncssh

from hosts.link import keys
from hosts.link.addresses import AddressPolicy
from hosts.link.relay import Relay
from hosts.link.sockets import endpoint_socket
from hosts.link.ssh import connect
from hosts.link.target import SshTarget


class Lazy(asyncssh.SSHUNIXSession[bytes]):
    """Sends end of file back, and waits for the other side to close."""

    def __init__(self, gone: asyncio.Event) -> None:
        self._gone = gone

    def connection_made(self, chan: Any) -> None:
        self._chan = chan

    def data_received(self, data: bytes, datatype: Any) -> None:
        self._chan.write(data)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set()


class Door(asyncssh.SSHServer):
    """Lets everybody in whose key it is shown."""

    def __init__(self, gone: asyncio.Event) -> None:
        self._gone = gone

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return True

    def unix_connection_requested(self, dest_path: str) -> Lazy:
        return Lazy(self._gone)


async def test_both_ends_of_file_close_the_channel(short: Path) -> None:
    gone = asyncio.Event()
    host_key = keys.generate()
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=lambda: Door(gone), server_host_keys=[host_key], config=None
    )
    target = SshTarget(
        "127.0.0.1", server.get_port(), "root", keys.generate(), keys.public_line(host_key)
    )
    connection = await connect(target, AddressPolicy(allow_loopback=True))
    relay = Relay(short, 1, "/run/podman/podman.sock")
    await relay.start()
    relay.attach(connection)
    try:
        reader, writer = await asyncio.open_unix_connection(endpoint_socket(short, 1))
        writer.write(b"hello")
        async with asyncio.timeout(5):
            assert await reader.readexactly(5) == b"hello"
            writer.close()
            await gone.wait()
    finally:
        await relay.close()
        await connection.close()
        server.close()
        await server.wait_closed()
