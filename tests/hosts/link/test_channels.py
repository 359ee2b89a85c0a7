"""Channels are given back, and the slow transport serves more streams than sshd has sessions."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from hosts.link import keys
from hosts.link.ask import get
from hosts.link.errors import LinkError
from hosts.link.relay import Relay
from hosts.link.sockets import endpoint_socket
from hosts.link.ssh import SshConnection, connect
from hosts.link.target import Target
from tests.hosts.link.conftest import LOOPBACK
from tests.hosts.link.fake_podman import FakePodman
from tests.hosts.link.sshd import Sshd


async def channels_gone(connection: SshConnection) -> None:
    async with asyncio.timeout(10):
        while connection._conn._channels:  # noqa: ASYNC110 - asyncssh tells nobody
            await asyncio.sleep(0.01)


async def test_two_hundred_streams_leave_no_channel(
    relay: Relay, short: Path, podman: FakePodman, connection: SshConnection
) -> None:
    path = str(endpoint_socket(short, 7, web=True))

    async def one(number: int) -> None:
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(f"GET /n{number} HTTP/1.1\r\nHost: d\r\n\r\n".encode())
        if number % 4:
            await reader.readuntil(b" 0")
        writer.close() if number % 3 else writer.transport.abort()

    for start in range(0, 200, 20):
        await asyncio.gather(*(one(number) for number in range(start, start + 20)))
    await channels_gone(connection)
    async with asyncio.timeout(10):
        while relay.active or podman.open:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_caller_that_is_gone_before_the_channel_opens_leaves_none(
    podman: FakePodman, connection: SshConnection
) -> None:
    for _ in range(50):
        asking = asyncio.ensure_future(get(connection, str(podman.path), "/_ping"))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    await channels_gone(connection)
    assert (await get(connection, str(podman.path), "/_ping")).status == 200


async def test_an_answer_without_end_is_cut(connection: SshConnection) -> None:
    ran = await connection.run("head -c 5000000 /dev/zero")
    assert len(ran.stdout) == 1024 * 1024


async def test_a_command_that_never_ends_is_given_up(connection: SshConnection) -> None:
    with pytest.raises(LinkError) as caught:
        await connection.run("sleep 60", timeout_s=0.3)
    assert caught.value.kind == "not-permitted"
    await channels_gone(connection)


async def test_dial_stdio_serves_more_streams_than_sshd_has_sessions(
    must_have: Any, target: Target, sshd: Sshd, key: asyncssh.SSHKey, podman: FakePodman
) -> None:
    must_have(shutil.which("podman"), "needs Podman (apt install podman)")
    connection = await connect(replace(target, transport="dial-stdio"), LOOPBACK)
    path = str(podman.path)
    answers = await asyncio.gather(*(get(connection, path, "/_ping") for _ in range(24)))
    assert {answer.status for answer in answers} == {200}
    assert await asyncio.gather(connection.run("echo free")) is not None
    await channels_gone(connection)
    await connection.close()


async def test_a_fast_answer_of_a_forced_command_is_not_lost(
    target: Target, sshd: Sshd, key: asyncssh.SSHKey
) -> None:
    reply = "HTTP/1.0 200 OK\\r\\n\\r\\nhello"
    script = f"read line; echo noise >&2; printf '{reply}'"
    sshd.authorize(f'restrict,command="{script}" {keys.public_line(key)}')
    connection = await connect(replace(target, transport="dial-stdio"), LOOPBACK)
    for _ in range(5):
        answer = await get(connection, "/any", "/_ping")
        assert (answer.status, answer.body) == (200, b"hello")
    await connection.close()
