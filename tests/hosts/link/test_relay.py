"""The relay over a real sshd: bytes, half-closes, backpressure, and its own answers."""

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from hosts.link.local import LocalConnection
from hosts.link.relay import Relay
from hosts.link.sockets import CALLERS, Caller, endpoint_socket
from hosts.link.ssh import SshConnection
from hosts.link.ssh_errors import host_away
from tests.hosts.link.fake_podman import FakePodman
from tests.lab.wait import until_then

DEADLINE_S = 10.0
LIBPOD = "/v5.0.0/libpod"


async def dial(
    run: Path, caller: Caller = "worker"
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_unix_connection(str(endpoint_socket(run, 7, caller)))


async def ask(
    run: Path, data: bytes, caller: Caller = "worker", *, half_close: bool = False
) -> bytes:
    """Send, read to the end."""
    reader, writer = await dial(run, caller)
    writer.write(data)
    if half_close:
        writer.write_eof()
    async with asyncio.timeout(DEADLINE_S):
        answer = await reader.read()
    writer.close()
    return answer


async def until(true: Callable[[], bool]) -> None:
    await until_then("what is in others' hands", true, timeout_s=DEADLINE_S)


def get(path: str = "/_ping", *fields: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: d", *fields, "", ""]).encode()


def told(answer: bytes) -> tuple[int, dict[str, object]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Connection: close" in head
    assert f"Content-Length: {len(body)}".encode() in head
    return int(head.split()[1]), json.loads(body)


async def test_only_our_own_account_can_open_the_sockets(relay: Relay, short: Path) -> None:
    assert stat.S_IMODE((short / "link").stat().st_mode) == 0o700
    for caller in CALLERS:
        mode = endpoint_socket(short, 7, caller).stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("caller", CALLERS)
async def test_a_kept_connection_serves_request_after_request(
    relay: Relay, short: Path, podman: FakePodman, caller: Caller
) -> None:
    reader, writer = await dial(short, caller)
    for number in range(20):
        writer.write(get(f"/n{number}"))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), DEADLINE_S)
        assert head.startswith(b"HTTP/1.1 200")
        body = f"/n{number} 0".encode()
        assert await reader.readexactly(len(body)) == body
    writer.close()
    assert podman.connections == 1
    await until(lambda: podman.open == 0 and relay.active == 0)


@pytest.mark.parametrize("caller", ["web", "gate"])
async def test_the_sockets_of_web_and_gate_let_through_streams_only(
    relay: Relay, short: Path, podman: FakePodman, caller: Caller
) -> None:
    delete = f"DELETE {LIBPOD}/local/artifacts HTTP/1.1\r\nHost: d\r\n\r\n".encode()
    status, body = told(await ask(short, delete, caller))
    assert status == 403
    assert body["response"] == 403
    assert f"not open to the {caller}" in str(body["cause"])
    assert "not a stream" in str(body["cause"])
    assert podman.requests == []
    assert b"200 X" in await ask(short, delete, half_close=True)


async def test_a_second_request_is_refused_and_the_first_was_answered(
    relay: Relay, short: Path, podman: FakePodman
) -> None:
    reader, writer = await dial(short, "web")
    writer.write(get())
    assert (await reader.readuntil(b"/_ping 0")).startswith(b"HTTP/1.1 200")
    writer.write(b"DELETE /x HTTP/1.1\r\nHost: d\r\n\r\n")
    assert told(await asyncio.wait_for(reader.read(), DEADLINE_S))[0] == 403
    writer.close()
    assert podman.requests == ["GET /_ping"]


@pytest.mark.parametrize("caller", CALLERS)
async def test_an_upgrade_is_raw_both_ways_and_its_half_close_arrives(
    relay: Relay, short: Path, caller: Caller
) -> None:
    reader, writer = await dial(short, caller)
    writer.write(
        f"POST {LIBPOD}/exec/a/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\n"
        "Upgrade: tcp\r\nContent-Length: 2\r\n\r\n{}".encode()
    )
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
    writer.write(b"delete /x http/1.1\r\n\r\n")
    assert await reader.readexactly(22) == b"DELETE /X HTTP/1.1\r\n\r\n"
    writer.write_eof()
    assert await asyncio.wait_for(reader.read(), DEADLINE_S) == b"EOF"
    writer.close()


async def test_a_failed_upgrade_opens_no_way_for_a_hidden_request(
    relay: Relay, short: Path, podman: FakePodman
) -> None:
    start = (
        (f"POST {LIBPOD}/exec/a/start HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\n\r\n")
        .replace("exec/a", "containers/missing")
        .replace("/start", "/attach")
    )
    hidden = "DELETE /x HTTP/1.1\r\nHost: d\r\n\r\n"
    reader, writer = await dial(short, "web")
    writer.write((start + hidden).encode())
    first = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), DEADLINE_S)
    writer.write(hidden.encode() * 2)
    await asyncio.wait_for(reader.read(), DEADLINE_S)
    writer.close()
    assert first
    assert not any("DELETE" in line for line in podman.requests)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("size_bytes", [0, 100, 3_000_000])
async def test_while_the_host_is_away_the_relay_answers_itself(
    relay: Relay, short: Path, caller: Caller, size_bytes: int
) -> None:
    relay.detach(host_away("cable cut"))
    for _ in range(5):
        data = f"PUT {LIBPOD}/containers/a/archive HTTP/1.1\r\nContent-Length: {size_bytes}\r\n\r\n"
        reader, writer = await dial(short, caller)
        writer.write(data.encode() + bytes(size_bytes))
        status, body = told(await asyncio.wait_for(reader.read(), DEADLINE_S))
        writer.close()
        assert status == body["response"] == 503
        assert body["kind"] == "host-away"
        assert "cable cut" in str(body["message"])
    await until(lambda: relay.active == 0)


async def test_a_refused_channel_is_a_503_too(
    relay: Relay, short: Path, podman: FakePodman
) -> None:
    relay.socket_path = str(short / "none.sock")
    status, body = told(await ask(short, get()))
    assert (status, body["kind"]) == (503, "channel-refused")


async def test_a_caller_that_says_nothing_while_the_host_is_away_is_let_go(
    relay: Relay, short: Path
) -> None:
    relay.detach(host_away("cable cut"))
    reader, writer = await dial(short)
    assert told(await asyncio.wait_for(reader.read(), DEADLINE_S))[0] == 503
    await until(lambda: relay.active == 0)
    writer.close()


async def test_what_is_open_ends_when_the_host_goes_and_the_next_works_again(
    relay: Relay, short: Path, connection: SshConnection, podman: FakePodman
) -> None:
    reader, writer = await dial(short)
    writer.write(get())
    await reader.readuntil(b"/_ping 0")
    relay.detach(host_away("cable cut"))
    assert await asyncio.wait_for(reader.read(), DEADLINE_S) == b""
    writer.close()
    relay.attach(connection)
    assert b"200 X" in await ask(short, get("/_ping", "Connection: close"))
    await until(lambda: podman.open == 0)


async def test_a_connection_that_dies_ends_its_streams(
    relay: Relay, short: Path, connection: SshConnection
) -> None:
    reader, writer = await dial(short)
    writer.write(get())
    await reader.readuntil(b"/_ping 0")
    connection.abort()
    assert await asyncio.wait_for(reader.read(), DEADLINE_S) == b""
    writer.close()
    status, body = told(await ask(short, get()))
    assert (status, body["kind"]) == (503, "host-away")


async def test_a_caller_that_goes_after_its_half_close_leaves_no_channel(
    relay: Relay, short: Path, podman: FakePodman
) -> None:
    podman.mute = True  # reads to the end and answers nothing, as a silent terminal does
    podman.deaf = True
    reader, writer = await dial(short)
    writer.write(get())
    writer.write_eof()
    await until(lambda: podman.requests == ["GET /_ping"])
    writer.close()
    await until(lambda: relay.active == 0)
    del reader


class Raw:
    """A bare server on a unix socket that hands each connection to a coroutine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.accepted: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = (
            asyncio.Queue()
        )

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.accepted.put((reader, writer))


@pytest_asyncio.fixture
async def raw(short: Path) -> AsyncIterator[Raw]:
    it = Raw(short / "raw.sock")
    server = await asyncio.start_unix_server(it.accept, str(it.path), limit=65536)
    yield it
    server.close()
    await server.wait_closed()


@pytest.fixture(params=["ssh", "local"])
def raw_relay(request: pytest.FixtureRequest, relay: Relay, raw: Raw) -> Relay:
    relay.socket_path = str(raw.path)
    if request.param == "local":
        relay.attach(LocalConnection())
    return relay


async def stuffed(writer: asyncio.StreamWriter) -> int:
    """Write until nobody takes any more; how many bytes that took."""
    sent = 0
    block = bytes(65536)
    while sent < 200 * 1024 * 1024:
        writer.write(block)
        sent += len(block)
        try:
            await asyncio.wait_for(writer.drain(), 0.5)
        except TimeoutError:
            return sent
    return sent


async def test_a_caller_that_reads_nothing_stops_the_host(
    raw_relay: Relay, raw: Raw, short: Path
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(endpoint_socket(short, 7)), limit=65536)
    _, theirs = await asyncio.wait_for(raw.accepted.get(), DEADLINE_S)
    sent = await stuffed(theirs)
    assert sent < 8 * 1024 * 1024
    got = 0
    while got < sent:
        got += len(await asyncio.wait_for(reader.read(1 << 20), DEADLINE_S))
    assert got == sent
    theirs.close()
    writer.close()


async def test_a_caller_that_reads_slowly_has_no_more_kept_for_it_than_one_that_reads_nothing(
    raw_relay: Relay, raw: Raw, short: Path
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(endpoint_socket(short, 7)), limit=65536)
    _, theirs = await asyncio.wait_for(raw.accepted.get(), DEADLINE_S)
    sent = got = 0
    for _ in range(8):
        sent += await stuffed(theirs)
        assert sent - got < 8 * 1024 * 1024
        taken = got + 256 * 1024
        while got < taken:
            got += len(await asyncio.wait_for(reader.read(65536), DEADLINE_S))
    theirs.close()
    writer.close()


async def test_a_host_that_reads_nothing_stops_the_caller(
    raw_relay: Relay, raw: Raw, short: Path
) -> None:
    _, writer = await asyncio.open_unix_connection(str(endpoint_socket(short, 7)))
    reader, theirs = await asyncio.wait_for(raw.accepted.get(), DEADLINE_S)
    sent = await stuffed(writer)
    assert sent < 8 * 1024 * 1024
    got = 0
    while got < sent:
        got += len(await asyncio.wait_for(reader.read(1 << 20), DEADLINE_S))
    assert got == sent
    writer.close()
    theirs.close()


async def test_the_last_bytes_arrive_though_the_host_closes_at_once(
    raw_relay: Relay, raw: Raw, short: Path
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(endpoint_socket(short, 7)))
    _, theirs = await asyncio.wait_for(raw.accepted.get(), DEADLINE_S)
    payload = os.urandom(3_000_000)
    theirs.write(payload)
    theirs.close()
    await asyncio.sleep(0)
    assert await asyncio.wait_for(reader.read(), DEADLINE_S) == payload
    writer.close()
    await until(lambda: raw_relay.active == 0)


async def test_a_half_close_of_the_host_leaves_the_other_way_open(
    raw_relay: Relay, raw: Raw, short: Path
) -> None:
    reader, writer = await asyncio.open_unix_connection(str(endpoint_socket(short, 7)))
    their_reader, theirs = await asyncio.wait_for(raw.accepted.get(), DEADLINE_S)
    theirs.write(b"all")
    theirs.write_eof()
    assert await asyncio.wait_for(reader.read(), DEADLINE_S) == b"all"
    writer.write(b"more")
    writer.write_eof()
    assert await asyncio.wait_for(their_reader.read(), DEADLINE_S) == b"more"
    theirs.close()
    writer.close()
    await until(lambda: raw_relay.active == 0)


async def test_a_caller_gone_after_its_half_close_leaves_no_channel_though_the_host_stays(
    raw_relay: Relay, raw: Raw, short: Path, connection: SshConnection
) -> None:
    _, writer = await asyncio.open_unix_connection(str(endpoint_socket(short, 7)))
    their_reader, theirs = await asyncio.wait_for(raw.accepted.get(), DEADLINE_S)
    writer.write_eof()
    assert await asyncio.wait_for(their_reader.read(), DEADLINE_S) == b""
    writer.close()
    await until(lambda: raw_relay.active == 0)
    await until(lambda: not connection._conn._channels)
    theirs.close()


async def test_closing_removes_the_sockets_and_ends_everything(
    short: Path, podman: FakePodman, connection: SshConnection
) -> None:
    it = Relay(short, 9, str(podman.path))
    await it.start()
    it.attach(connection)
    reader, writer = await asyncio.open_unix_connection(str(endpoint_socket(short, 9)))
    writer.write(get())
    await reader.readuntil(b"/_ping 0")
    await it.close()
    assert await asyncio.wait_for(reader.read(), DEADLINE_S) == b""
    writer.close()
    assert list((short / "link").iterdir()) == []
    await until(lambda: podman.open == 0)


async def test_a_socket_left_by_a_killed_link_is_taken_over(
    short: Path, podman: FakePodman, connection: SshConnection
) -> None:
    path = endpoint_socket(short, 7)
    path.parent.mkdir(mode=0o755)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    it = Relay(short, 7, str(podman.path))
    await it.start()
    it.attach(connection)
    assert b"200 X" in await ask(short, get("/_ping", "Connection: close"))
    await it.close()
