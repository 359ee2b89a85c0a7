"""The gate by SSH: who is let in, what they can open, and what there is none of."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncssh
import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.utils import timezone

from accounts import actions, token_actions
from accounts.epoch import raise_epoch
from accounts.models import Token
from audit.models import Entry
from hosts.gate.doors import ssh
from hosts.gate.sessions import bounds
from hosts.models import Grant
from tests.cast import Cast
from tests.hosts.gate.gate_cast import Gate, add_key_of, gate
from tests.lab.wait import until_then
from tests.two_teams import Fleet

pytestmark = pytest.mark.django_db(transaction=True)


@pytest_asyncio.fixture
async def door() -> AsyncIterator[Gate]:
    async with gate(settings.HAULOUT_KEYS) as found:
        yield found


async def said_by(conn: Any, path: str) -> str:
    """The first line of what is at a path."""
    reader, writer = await conn.open_unix_connection(path, encoding=None)
    line: bytes = await reader.readline()
    writer.close()
    return line.decode().strip()


async def refusals(verb: str = "key.use") -> list[tuple[str, str]]:
    rows = Entry.objects.filter(kind="refusal", verb=verb).order_by("number")
    return [(row.who_name, row.detail) async for row in rows]


async def test_a_path_leads_to_an_endpoint(fleet: Fleet, cast: Cast, door: Gate) -> None:
    key, private = await add_key_of(cast.alice)
    async with door.client(private) as conn:
        assert await said_by(conn, "/web1") == f"Alice at {fleet.root1.pk}"
        assert await said_by(conn, "/WEB1/anna/") == f"Alice at {fleet.anna1.pk}"
        assert await said_by(conn, "/web2/root") == f"Alice at {fleet.root2.pk}"
    session = door.sessions[0]
    assert session.person.who.token == str(key)
    assert session.person.who.address == "127.0.0.1"
    assert session.person.who.client.startswith("SSH-2.0-AsyncSSH")
    await key.arefresh_from_db()
    assert key.used_from == "127.0.0.1"


async def test_both_directions_and_both_ends(fleet: Fleet, cast: Cast, door: Gate) -> None:
    _key, private = await add_key_of(cast.alice)
    async with door.client(private) as conn:
        reader, writer = await conn.open_unix_connection("/web1", encoding=None)
        await reader.readline()
        sent = bytes(range(256)) * 8192
        writer.write(sent)
        writer.write_eof()
        assert await reader.read() == sent


async def test_the_quicker_cipher_is_taken(fleet: Fleet, cast: Cast, door: Gate) -> None:
    _key, private = await add_key_of(cast.alice)
    as_openssh = ["chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes128-ctr"]
    async with door.client(private, encryption_algs=as_openssh) as conn:
        assert conn.get_extra_info("send_cipher") == "aes128-gcm@openssh.com"


async def test_choices_are_named(fleet: Fleet, cast: Cast, door: Gate) -> None:
    _key, alices = await add_key_of(cast.alice)
    _key, erins = await add_key_of(fleet.erin)

    async def refused(conn: Any, path: str) -> str:
        with pytest.raises(asyncssh.ChannelOpenError) as error:
            await conn.open_unix_connection(path)
        return str(error.value.reason)

    async with door.client(alices) as conn:
        everything = "Name one: /web1/anna, /web1/root, /web2/root"
        assert await refused(conn, "") == f"The address names no host. {everything}"
        assert await refused(conn, "/web9") == (
            f"There is no host web9 here that you may use. {everything}"
        )
        there = "Name one: /web1/anna, /web1/root"
        assert await refused(conn, "/web1/bob") == f"web1 has no bob that you may use. {there}"
        assert "no host run here" in await refused(conn, "/run/podman/podman.sock")
    async with door.client(erins) as conn:
        words = "There is no host web1 here that you may use. No host is open to you."
        assert await refused(conn, "/web1") == words
    await sync_to_async(fleet.grant)("viewer", endpoint=fleet.anna1)
    async with door.client(erins) as conn:
        for path in ("", "/", "/web1", "/web1/anna"):
            assert await said_by(conn, path) == f"Erin at {fleet.anna1.pk}"
        assert "no root that you may use" in await refused(conn, "/web1/root")


async def test_a_key_for_some_hosts_opens_those(fleet: Fleet, cast: Cast, door: Gate) -> None:
    _key, private = await add_key_of(cast.alice, everywhere=False, hosts={fleet.web2.pk: "web2"})
    async with door.client(private) as conn:
        assert await said_by(conn, "") == f"Alice at {fleet.root2.pk}"
        with pytest.raises(asyncssh.ChannelOpenError, match="Name one: /web2/root"):
            await conn.open_unix_connection("/web1")


@pytest.mark.parametrize(
    "command",
    [
        "docker --host unix:///web1 system dial-stdio",
        "docker -H unix:///web1 system dial-stdio",
        "podman --url=unix:///web1 system dial-stdio",
        "/usr/bin/docker '--host' 'unix:///web1' system dial-stdio",
    ],
)
async def test_docker_comes_by_a_command(
    fleet: Fleet, cast: Cast, door: Gate, command: str
) -> None:
    _key, private = await add_key_of(cast.alice)
    async with door.client(private) as conn:
        process = await conn.create_process(command, encoding=None)
        assert await process.stdout.readline() == f"Alice at {fleet.root1.pk}\n".encode()
        process.stdin.write(b"ping\n")
        process.stdin.write_eof()
        assert await process.stdout.read() == b"ping\n"
        assert (await process.wait()).exit_status == 0


async def test_without_a_path_the_one_that_fits(fleet: Fleet, cast: Cast, door: Gate) -> None:
    _key, alices = await add_key_of(cast.alice)
    _key, erins = await add_key_of(fleet.erin)
    await sync_to_async(fleet.grant)("viewer", endpoint=fleet.anna1)
    async with door.client(erins) as conn:
        done = await conn.run("docker system dial-stdio", input="ping")
        assert done.stdout == f"Erin at {fleet.anna1.pk}\nping"
        done = await conn.run("podman info --format '{{.Host.RemoteSocket.Path}}'")
        assert (done.stdout, done.exit_status) == ("/web1/anna\n", 0)
        done = await conn.run("podman info --format json")
        assert '"path": "/web1/anna"' in done.stdout
    async with door.client(alices) as conn:
        done = await conn.run("docker system dial-stdio")
        assert done.exit_status == 1
        assert "Name one: /web1/anna, /web1/root, /web2/root" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        None,
        "id",
        "sh -c 'docker system dial-stdio'",
        "docker system dial-stdio; id",
        "docker --host tcp://web1 system dial-stdio",
        "docker ps",
        "podman info --format '{{.Host}}'",
        "docker 'unended",
        "docker " + "x" * 5000,
    ],
)
async def test_nothing_is_run(fleet: Fleet, cast: Cast, door: Gate, command: str | None) -> None:
    _key, private = await add_key_of(cast.alice)
    async with door.client(private) as conn:
        done = await conn.run(command)
        assert done.exit_status == 1
        assert done.stdout == ""
        assert "Haulout gives no shell" in done.stderr
    assert not door.sessions


async def test_there_is_nothing_else(fleet: Fleet, cast: Cast, door: Gate) -> None:
    _key, private = await add_key_of(cast.alice)
    async with door.client(private) as conn:
        with pytest.raises(asyncssh.ChannelOpenError):
            await conn.open_connection("127.0.0.1", 22)
        with pytest.raises(asyncssh.ChannelListenError):
            await conn.forward_remote_port("", 0, "127.0.0.1", 22)
        with pytest.raises(asyncssh.ChannelListenError):
            await conn.forward_remote_path("/tmp/haulout-test", "/tmp/none")
        with pytest.raises(asyncssh.ChannelOpenError):
            await conn.start_sftp_client()
        with pytest.raises(asyncssh.ChannelOpenError):
            await conn.create_process("docker system dial-stdio", term_type="xterm")
        with pytest.raises(asyncssh.ChannelOpenError):
            await conn.create_process(subsystem="netconf")


async def test_only_known_keys_in_force_are_let_in(
    fleet: Fleet, cast: Cast, door: Gate, who_of: Any
) -> None:
    strange = asyncssh.generate_private_key("ssh-ed25519")
    with pytest.raises(asyncssh.PermissionDenied):
        async with door.client(strange):
            pass
    with pytest.raises(asyncssh.PermissionDenied):
        async with door.client(password="seals sleep on warm rocks", username="alice@example.org"):
            pass
    key, private = await add_key_of(cast.bob)
    await sync_to_async(token_actions.revoke)(cast.bob, who_of(cast.bob), token=key)
    ended, old = await add_key_of(cast.charlie)
    await Token.objects.filter(pk=ended.pk).aupdate(expires_at=timezone.now())
    for one in (private, old):
        with pytest.raises(asyncssh.PermissionDenied):
            async with door.client(one):
                pass
    await until_then("all are gone", lambda: not door.doors)
    await asyncio.gather(*ssh._writing)
    unknown = strange.get_fingerprint()
    assert sorted(await refusals()) == [
        ("", f"unknown key {unknown}"),
        ("Bob", "revoked"),
        ("Charlie", "expired"),
    ]


async def test_the_right_key_among_others_is_found(fleet: Fleet, cast: Cast, door: Gate) -> None:
    _key, private = await add_key_of(cast.alice)
    others = [asyncssh.generate_private_key("ssh-ed25519") for _number in range(bounds.OFFERS)]
    async with door.client(*others[:5], private) as conn:
        assert await said_by(conn, "/web1") == f"Alice at {fleet.root1.pk}"
    with pytest.raises((asyncssh.DisconnectError, asyncssh.PermissionDenied)):
        async with door.client(*others, private):
            pass


@pytest.mark.parametrize("how", ["revoked", "expired", "disabled", "role", "scope"])
async def test_what_is_open_ends_with_the_right(
    fleet: Fleet, cast: Cast, door: Gate, who_of: Any, how: str
) -> None:
    ends = timezone.now() + timedelta(seconds=1.5 if how == "expired" else 3600)
    given: dict[str, Any] = {}
    if how == "scope":
        given = {"everywhere": False, "groups": {fleet.prod.pk: "prod"}}
    if how == "role":
        await sync_to_async(fleet.grant)("viewer", host=fleet.web1)
    user = {"disabled": cast.bob, "role": fleet.erin}.get(how, cast.alice)
    key, private = await add_key_of(user, ends=ends, **given)
    async with door.client(private) as conn:
        reader, _writer = await conn.open_unix_connection("/web1/root", encoding=None)
        await reader.readline()
        before = asyncio.get_running_loop().time()
        if how == "revoked":
            await sync_to_async(token_actions.revoke)(cast.alice, who_of(cast.alice), token=key)
        elif how == "disabled":
            await sync_to_async(actions.disable)(cast.alice, who_of(cast.alice), user=cast.bob)
        elif how == "role":
            await Grant.objects.all().adelete()
            await sync_to_async(raise_epoch)()
        elif how == "scope":
            await fleet.web1.groups.aclear()
            await sync_to_async(raise_epoch)()
        async with asyncio.timeout(5):
            with_end = await ended(reader)
        assert with_end
        assert asyncio.get_running_loop().time() - before < 2.0
        if how in ("revoked", "expired", "disabled"):
            async with asyncio.timeout(2):
                await conn.wait_closed()


async def ended(reader: Any) -> bool:
    try:
        return await reader.read(1) == b""
    except asyncssh.Error:
        return True


async def test_bounds(
    fleet: Fleet, cast: Cast, door: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "CHANNELS", 2)
    monkeypatch.setattr(bounds, "PER_PERSON", 1)
    _key, private = await add_key_of(cast.alice)
    async with door.client(private) as conn:
        first, writer = await conn.open_unix_connection("/web1", encoding=None)
        await first.readline()
        second, _writer = await conn.open_unix_connection("/web1", encoding=None)
        await second.readline()
        with pytest.raises(asyncssh.ChannelOpenError, match="2 channels open"):
            await conn.open_unix_connection("/web1")
        writer.write_eof()
        await first.read()
        assert await said_by(conn, "/web2") == f"Alice at {fleet.root2.pk}"
        with pytest.raises(asyncssh.Error):
            async with door.client(private) as other:
                await said_by(other, "/web1")
    await until_then("all are gone", lambda: not door.doors)
    async with door.client(private) as again:
        assert await said_by(again, "/web1") == f"Alice at {fleet.root1.pk}"


async def test_strangers_who_say_nothing_are_bounded(
    door: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "STRANGERS_PER_ADDRESS", 3)
    held = [await asyncio.open_connection("127.0.0.1", door.port) for _number in range(3)]
    assert await held[2][0].readline() == b"SSH-2.0-Haulout\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    assert await reader.read() in (b"", b"SSH-2.0-Haulout\r\n")
    writer.close()
    for _reader, other in held:
        other.close()
    await until_then("all are gone", lambda: not door.doors)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    assert await reader.readline() == b"SSH-2.0-Haulout\r\n"
    writer.close()
