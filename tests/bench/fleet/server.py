"""The SSH servers of a simulated fleet, each on a loopback address and with a host key of its own."""

import hashlib
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import asyncssh
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.bench.fleet import content
from tests.bench.fleet.channel import PodmanChannel
from tests.bench.fleet.machine import SimulatedHost

USER = "root"
SOCKET = "/run/podman/podman.sock"


@dataclass(frozen=True, slots=True)
class Where:
    """How a simulated host is registered."""

    name: str
    address: str
    port: int
    host_key_line: str
    fingerprint: str


def key_of(*numbers: object) -> asyncssh.SSHKey:
    """An Ed25519 key made from numbers, for a host that is the same every time."""
    secret = hashlib.sha256(":".join(map(str, numbers)).encode()).digest()
    openssh = Ed25519PrivateKey.from_private_bytes(secret).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    return asyncssh.import_private_key(openssh)


class _Door(asyncssh.SSHServer):
    """Lets in one key, and only to the Podman socket."""

    def __init__(self, host: SimulatedHost, client_key: asyncssh.SSHKey) -> None:
        self._host, self._client_key = host, client_key

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == USER and key.public_data == self._client_key.public_data

    def unix_connection_requested(self, dest_path: str) -> "PodmanChannel | bool":
        return PodmanChannel(self._host) if dest_path == SOCKET else False


class SimulatedFleet:
    """So many hosts while the `async with` block runs; `client_key` may sign in to all of them."""

    def __init__(
        self, client_key: asyncssh.SSHKey, *, hosts: int, containers: int, port: int = 0
    ) -> None:
        self._client_key = client_key
        self._port = port
        self.hosts = [SimulatedHost(number, containers) for number in range(hosts)]
        self.where: list[Where] = []
        self._servers: list[asyncssh.SSHAcceptor] = []

    async def __aenter__(self) -> Self:
        for host, sock in zip(self.hosts, _sockets(len(self.hosts), self._port), strict=True):
            key = key_of("host", host.number)
            public = key.export_public_key().decode().split()
            self._servers.append(await self._listen(host, sock, key))
            address, port = sock.getsockname()
            line = " ".join(public[:2])
            name = content.host_name(host.number)
            self.where.append(Where(name, address, port, line, key.get_fingerprint()))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for server in self._servers:
            server.close()
        for server in self._servers:
            await server.wait_closed()

    async def _listen(
        self, host: SimulatedHost, sock: socket.socket, key: asyncssh.SSHKey
    ) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            sock=sock,
            server_factory=lambda: _Door(host, self._client_key),
            server_host_keys=[key],
            config=None,
            encryption_algs=["aes256-gcm@openssh.com", "aes128-gcm@openssh.com"],
            compression_algs=None,
            backlog=16,
        )


def _sockets(count: int, port: int) -> Iterator[socket.socket]:
    """One per host, all on one port: 127.77.0.1, 127.77.0.2, …"""
    with ExitStack() as mine:
        for number in range(count):
            sock = mine.enter_context(socket.socket())
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((f"127.77.{number // 250}.{number % 250 + 1}", port))
            port = port or sock.getsockname()[1]
            yield sock
        mine.pop_all()
