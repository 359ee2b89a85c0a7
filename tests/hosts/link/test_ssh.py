"""Dialling a real sshd: the pinned key, our key, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import asyncssh
import pytest

from hosts.link import keys
from hosts.link.errors import LinkError
from hosts.link.ssh import SshConnection, connect
from hosts.link.target import SshTarget
from tests.hosts.link.conftest import LOOPBACK
from tests.hosts.link.sshd import Sshd


async def kind_of(target: SshTarget, **options: float) -> str:
    with pytest.raises(LinkError) as caught:
        await connect(target, LOOPBACK, **options)
    assert caught.value.cause
    assert caught.value.cure
    return caught.value.kind


async def test_a_command_runs_over_the_connection(connection: SshConnection) -> None:
    ran = await connection.run("id -u; cat; echo no >&2", stdin=b"sent\n")
    assert (ran.status, ran.stdout, ran.stderr) == (0, "0\nsent\n", "no\n")


async def test_the_fast_cipher_is_agreed_without_compression(connection: SshConnection) -> None:
    conn = connection._conn
    assert conn.get_extra_info("send_cipher") == "aes256-gcm@openssh.com"
    assert conn.get_extra_info("send_compression") == "none"


async def test_a_stored_key_of_bytes_works_too(target: SshTarget) -> None:
    assert isinstance(target.private_key, asyncssh.SSHKey)
    stored = replace(target, private_key=keys.export_private(target.private_key))
    await (await connect(stored, LOOPBACK)).close()
    assert "PRIVATE" not in repr(stored)


async def test_a_changed_host_key_stops_before_any_login(target: SshTarget, sshd: Sshd) -> None:
    sshd.stop()
    sshd.new_host_key()
    sshd.start()
    assert await kind_of(target) == "host-key-changed"
    log = sshd.log.read_text()
    assert "Connection closed" in log or "Connection reset" in log
    assert "userauth-request" not in log


async def test_a_host_key_of_another_kind_is_a_changed_key(target: SshTarget, sshd: Sshd) -> None:
    sshd.stop()
    sshd.new_host_key("ecdsa")
    sshd.start()
    assert await kind_of(target) == "host-key-changed"
    assert "userauth-request" not in sshd.log.read_text()


async def test_a_login_does_reach_the_log_that_the_tests_above_read(
    connection: SshConnection, sshd: Sshd
) -> None:
    assert "userauth-request" in sshd.log.read_text()


async def test_a_key_that_is_not_let_in_is_refused(target: SshTarget, sshd: Sshd) -> None:
    sshd.authorize(keys.public_line(keys.generate()))
    assert await kind_of(target) == "key-refused"


async def test_nobody_listening_is_a_closed_port(target: SshTarget, sshd: Sshd) -> None:
    sshd.stop()
    assert await kind_of(target) == "port-closed"


async def test_a_refused_socket_is_told(connection: SshConnection) -> None:
    with pytest.raises(LinkError) as caught:
        await connection.open_channel(lambda: None, "/nowhere/podman.sock")  # type: ignore
    assert caught.value.kind == "channel-refused"


async def test_a_server_that_lets_in_whoever_comes_is_not_trusted() -> None:
    class Open(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return False

    host_key = asyncssh.generate_private_key("ssh-ed25519")
    async with asyncssh.listen(
        "127.0.0.1", 0, server_factory=Open, server_host_keys=[host_key]
    ) as at:
        target = SshTarget(
            "127.0.0.1", at.get_port(), "root", keys.generate(), keys.canonical_line(host_key)
        )
        assert await kind_of(target) == "key-refused"


async def test_channels_opened_by_the_server_are_refused() -> None:
    opened: list[object] = []
    key = keys.generate()

    class Pushy(asyncssh.SSHServer):
        def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
            self.conn = conn

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, offered: asyncssh.SSHKey) -> bool:
            return offered.public_data == key.public_data

    async def push(process: asyncssh.SSHServerProcess[str]) -> None:
        conn: Any = process.channel.get_connection()
        for opening in (
            conn.create_connection(asyncssh.SSHTCPSession, "127.0.0.1", 1),
            conn.create_unix_connection(asyncssh.SSHUNIXSession, "/x"),
            conn.create_x11_connection(asyncssh.SSHTCPSession, "127.0.0.1", 1),
            conn.create_agent_connection(asyncssh.SSHUNIXSession),
        ):
            try:
                opened.append(await opening)
            except asyncssh.ChannelOpenError as exc:
                process.stdout.write(f"{exc.code}\n")
        process.exit(0)

    host_key = asyncssh.generate_private_key("ssh-ed25519")
    async with asyncssh.listen(
        "127.0.0.1", 0, server_factory=Pushy, server_host_keys=[host_key], process_factory=push
    ) as at:
        target = SshTarget("127.0.0.1", at.get_port(), "a", key, keys.canonical_line(host_key))
        conn = await connect(target, LOOPBACK)
        ran = await conn.run("push")
        await conn.close()
    assert opened == []
    assert len(ran.stdout.split()) == 4


async def test_a_wait_for_the_end_returns_when_sshd_dies(
    target: SshTarget, make_sshd: Callable[..., Sshd], sshd: Sshd
) -> None:
    conn = await connect(target, LOOPBACK)
    sshd.stop()
    await conn.wait_closed()
    assert conn.closed
