"""Channels are given back, and the slow transport serves more streams than sshd has sessions."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from hosts.link import keys
from hosts.link.errors import LinkError
from hosts.link.http_get import get
from hosts.link.relay import Relay
from hosts.link.sockets import endpoint_socket
from hosts.link.ssh import SshConnection, connect
from hosts.link.target import SshTarget
from tests.hosts.link.conftest import LOOPBACK
from tests.hosts.link.fake_podman import FakePodman
from tests.hosts.link.sshd import Sshd
from tests.lab.wait import until_then


async def channels_gone(connection: SshConnection) -> None:
    await until_then("all channels are given back", lambda: not connection._conn._channels)


async def test_two_hundred_streams_leave_no_channel(
    relay: Relay, short: Path, podman: FakePodman, connection: SshConnection
) -> None:
    path = str(endpoint_socket(short, 7, "web"))

    async def one(number: int) -> None:
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(f"GET /n{number} HTTP/1.1\r\nHost: d\r\n\r\n".encode())
        if number % 4:
            await reader.readuntil(b" 0")
        writer.close() if number % 3 else writer.transport.abort()

    for start in range(0, 200, 20):
        await asyncio.gather(*(one(number) for number in range(start, start + 20)))
    await channels_gone(connection)
    await until_then("nobody is served", lambda: not relay.active and not podman.open)


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
    must_have: Any, target: SshTarget, sshd: Sshd, key: asyncssh.SSHKey, podman: FakePodman
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
    target: SshTarget, sshd: Sshd, key: asyncssh.SSHKey
) -> None:
    reply = "HTTP/1.0 200 OK\\r\\n\\r\\nhello"
    script = f"read line; echo noise >&2; printf '{reply}'"
    sshd.authorize(f'restrict,command="{script}" {keys.public_line(key)}')
    connection = await connect(replace(target, transport="dial-stdio"), LOOPBACK)
    for _ in range(5):
        answer = await get(connection, "/any", "/_ping")
        assert (answer.status, answer.body) == (200, b"hello")
    await connection.close()


async def test_a_ready_channel_serves_at_once_and_another_takes_its_place(
    must_have: Any, target: SshTarget, sshd: Sshd, podman: FakePodman
) -> None:
    must_have(shutil.which("podman"), "needs Podman (apt install podman)")
    connection = await connect(replace(target, transport="dial-stdio"), LOOPBACK)
    connection.stdio.keep_ready = True
    path = str(podman.path)
    assert (await get(connection, path, "/_ping")).status == 200
    await ready(connection, 2)
    started = starts(sshd)
    opened: list[object] = []
    channel = await connection.stdio.open(lambda: Silent(opened), path)
    # it was there before anybody asked: nothing had to be started for it
    assert opened == [channel]
    await ready(connection, 2)
    assert starts(sshd) == started + 1
    connection.stdio.close()
    channel.abort()
    await channels_gone(connection)
    # the count follows the channel a turn of the loop later
    await until_then("no session is used", lambda: not connection.sessions.used)
    await connection.close()


async def test_a_ready_channel_whose_podman_has_ended_serves_nobody(
    must_have: Any, target: SshTarget, podman: FakePodman
) -> None:
    must_have(shutil.which("podman"), "needs Podman (apt install podman)")
    connection = await connect(replace(target, transport="dial-stdio"), LOOPBACK)
    connection.stdio.keep_ready = True
    path = str(podman.path)
    await get(connection, path, "/_ping")
    await ready(connection, 2)
    await podman.stop()
    await ready(connection, 0)
    await podman.start()
    assert (await get(connection, path, "/_ping")).status == 200
    await connection.close()


async def test_fewer_sessions_are_learned_from_the_refusals(
    must_have: Any, make_sshd: Any, key: asyncssh.SSHKey, podman: FakePodman
) -> None:
    must_have(shutil.which("podman"), "needs Podman (apt install podman)")
    narrow = make_sshd("MaxSessions 3")
    narrow.authorize(keys.public_line(key))
    target = SshTarget("127.0.0.1", narrow.port, "root", key, narrow.host_key_line, "dial-stdio")
    connection = await connect(target, LOOPBACK)
    connection.stdio.keep_ready = True
    path = str(podman.path)
    held = [await connection.stdio.open(lambda: Silent([]), path) for _ in range(3)]
    fourth = asyncio.ensure_future(connection.open_channel(lambda: Silent([]), path, timeout_s=30))
    await until_then(
        "the host refuses a fourth", lambda: connection.sessions.most == 3, timeout_s=30
    )
    with pytest.raises(LinkError) as caught:
        await connection.open_channel(lambda: Silent([]), path, timeout_s=0.5)
    assert caught.value.kind == "sessions-used"
    assert "All 3 sessions" in caught.value.cause
    assert connection.sessions.most == 3
    for channel in held:
        channel.abort()
    await fourth
    # each waits for its turn, and none is refused to the caller
    answers = await asyncio.gather(*(get(connection, path, "/_ping") for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    await connection.close()


async def test_more_sessions_are_used_where_the_host_gives_them(
    must_have: Any, make_sshd: Any, key: asyncssh.SSHKey, podman: FakePodman
) -> None:
    must_have(shutil.which("podman"), "needs Podman (apt install podman)")
    wide = make_sshd("MaxSessions 14")
    wide.authorize(keys.public_line(key))
    target = SshTarget("127.0.0.1", wide.port, "root", key, wide.host_key_line, "dial-stdio")
    connection = await connect(target, LOOPBACK)
    path = str(podman.path)
    opening = [connection.stdio.open(lambda: Silent([]), path) for _ in range(14)]
    held = await asyncio.gather(*opening)
    assert connection.sessions.most == len(held) == 14
    await connection.close()


async def ready(connection: SshConnection, count: int) -> None:
    await until_then(f"{count} are ready", lambda: connection.stdio.ready == count, timeout_s=30)


def starts(sshd: Sshd) -> int:
    """How many commands the host was asked to start."""
    return sshd.log.read_text().count("server_input_channel_req: channel")


class Silent:
    """A receiver that only notes when it got its channel."""

    def __init__(self, opened: list[object]) -> None:
        self._opened = opened

    def connection_made(self, transport: object) -> None:
        self._opened.append(transport)

    def session_started(self) -> None: ...
    def connection_lost(self, exc: Exception | None) -> None: ...
    def data_received(self, data: bytes, datatype: int | None = None) -> None: ...
    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None: ...
    def resume_writing(self) -> None: ...
