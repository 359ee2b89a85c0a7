"""A real sshd, a fake Podman behind it, and a way in."""

import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import pytest_asyncio

from hosts.link import keys
from hosts.link.addresses import AddressPolicy
from hosts.link.relay import Relay
from hosts.link.ssh import SshConnection, connect
from hosts.link.target import SshTarget
from tests.hosts.link.fake_podman import FakePodman
from tests.hosts.link.sshd import SSHD, Sshd

LOOPBACK = AddressPolicy(allow_loopback=True)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short path: sockets live here."""
    with tempfile.TemporaryDirectory(prefix="ho-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def make_sshd(tmp_path: Path, must_have: Any) -> Iterator[Callable[..., Sshd]]:
    """Starts an sshd; `extra` goes into its configuration."""
    missing = "an OpenSSH server (apt install openssh-server)" if not SSHD.exists() else ""
    missing = missing or ("root, to run sshd" if os.geteuid() else "")
    must_have(not missing, f"needs {missing}")
    started: list[Sshd] = []

    def make(extra: str = "") -> Sshd:
        folder = tmp_path / f"sshd{len(started)}"
        folder.mkdir()
        started.append(Sshd(folder, extra=extra).start())
        return started[-1]

    yield make
    for sshd in started:
        sshd.stop()


@pytest.fixture
def sshd(make_sshd: Callable[..., Sshd]) -> Sshd:
    return make_sshd()


@pytest.fixture
def key() -> asyncssh.SSHKey:
    return keys.generate()


@pytest.fixture
def target(sshd: Sshd, key: asyncssh.SSHKey) -> SshTarget:
    """A login that works, with the plain form of the key."""
    sshd.authorize(keys.public_line(key))
    return SshTarget("127.0.0.1", sshd.port, "root", key, sshd.host_key_line)


@pytest_asyncio.fixture
async def connection(target: SshTarget) -> AsyncIterator[SshConnection]:
    conn = await connect(target, LOOPBACK)
    yield conn
    await conn.close()


@pytest_asyncio.fixture
async def podman(short: Path) -> AsyncIterator[FakePodman]:
    fake = FakePodman(short / "podman.sock")
    await fake.start()
    yield fake
    await fake.stop()


@pytest_asyncio.fixture
async def relay(short: Path, podman: FakePodman, connection: SshConnection) -> AsyncIterator[Relay]:
    """Endpoint 7 over SSH."""
    it = Relay(short, 7, str(podman.path))
    await it.start()
    it.attach(connection)
    yield it
    await it.close()
