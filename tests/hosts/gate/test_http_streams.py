"""What TCP and TLS bring to the gate's HTTP door: ends of one direction, pace, and what is no TLS or HTTP."""

import asyncio
import hashlib
import json
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from django.conf import settings

from hosts.gate.calls import client
from hosts.gate.sessions import bounds
from tests.cast import Cast
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.gate.http_cast import HttpClient, HttpGate, add_token_of, http_gate
from tests.lab.wait import until_then

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
SHOP = "a" * 64
MIB = 1024 * 1024


@pytest.fixture
def there(fake_host: FakeHost) -> FakeHost:
    """shop-1, and a command in it that says in capitals what it hears."""
    fake_host.container(SHOP, "shop-1", app="shop")
    session = {"ContainerID": SHOP, "ProcessConfig": {"entrypoint": "cat", "arguments": []}}
    fake_host.answers["GET /v5.0.0/libpod/exec/e1/json"] = Answer(value=session)
    fake_host.answers[f"POST {V}/exec/e1/start"] = Answer(101)
    fake_host.answers["GET /_ping"] = Answer(value="OK")
    return fake_host


@pytest_asyncio.fixture(params=[True, False], ids=["tls", "plain"])
async def door(request: Any, there: FakeHost) -> AsyncIterator[HttpGate]:
    async with http_gate(settings.HAULOUT_KEYS, tls=request.param) as found:
        yield found


@pytest_asyncio.fixture
async def by_tls(there: FakeHost) -> AsyncIterator[HttpGate]:
    async with http_gate(settings.HAULOUT_KEYS) as found:
        yield found


@pytest_asyncio.fixture
async def alice(cast: Cast) -> str:
    """The secret of a token of hers."""
    _token, secret = await add_token_of(cast.alice)
    return secret


async def exec_started(door: HttpGate, secret: str) -> HttpClient:
    found = await door.client(secret)
    upgrade = "Connection: Upgrade", "Upgrade: tcp"
    await found.send(f"POST /web1{V}/exec/e1/start", *upgrade, body=json.dumps({}).encode())
    head = await found.reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101")
    return found


async def test_a_client_that_has_said_all_hears_all(door: HttpGate, alice: str) -> None:
    """As `echo x | docker exec -i c cat`."""
    found = await exec_started(door, alice)
    said = os.urandom(MIB).hex().encode()

    async def say() -> None:
        await found.say(said)
        found.writer.write_eof()

    async with asyncio.timeout(20):
        _nothing, heard = await asyncio.gather(say(), found.reader.read())
    assert heard == said.upper() + b"EOF"


async def test_a_slow_client_holds_back_its_host_and_gets_all(
    door: HttpGate, there: FakeHost, alice: str
) -> None:
    pieces = tuple(os.urandom(MIB) for _number in range(32))
    there.answers[f"GET {V}/containers/{SHOP}/export"] = Answer(pieces=pieces)
    found = await door.client(alice)
    await found.send(f"GET /web1{V}/containers/shop-1/export")
    found.answers.asked("GET")
    first = await found.event()
    assert getattr(first, "status", 0) == 200
    # time enough for a gate that would take whatever comes
    other = await door.client(alice)
    for _number in range(50):
        assert (await other.ask("GET /web1/_ping")).status == 200
    assert there.says_to is not None
    assert there.says_to.get_write_buffer_size() > 16 * MIB
    digest = hashlib.sha256()
    async with asyncio.timeout(30):
        while type(event := await found.event()).__name__ != "End":
            if type(event).__name__ == "Body":
                digest.update(event.raw)  # type: ignore[attr-defined]
    assert digest.digest() == hashlib.sha256(b"".join(pieces)).digest()


async def test_a_slow_host_holds_back_its_client(
    door: HttpGate, there: FakeHost, alice: str
) -> None:
    there.answers[f"POST {V}/exec/e1/start"] = Answer(101, stays=True)
    found = await exec_started(door, alice)

    async def say() -> None:
        for _number in range(64):
            await found.say(bytes(MIB))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(say(), 2)


async def test_http_in_place_of_tls_is_told_so(by_tls: HttpGate) -> None:
    reader, writer = await by_tls.connect()
    writer.write(b"GET /web1/_ping HTTP/1.1\r\nHost: d\r\n\r\n")
    async with asyncio.timeout(10):
        said = await reader.read()
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"This port speaks TLS" in said


@pytest.mark.parametrize("junk", [b"SSH-2.0-x\r\n", bytes(64), os.urandom(4096), b"\x16\x03\x01"])
async def test_what_is_no_tls_ends(by_tls: HttpGate, junk: bytes) -> None:
    reader, writer = await by_tls.connect()
    writer.write(junk)
    writer.write_eof()
    async with asyncio.timeout(10):
        assert not (await reader.read()).startswith(b"HTTP")
    await until_then("it is gone", lambda: not by_tls.connections)


@pytest.mark.filterwarnings("ignore:.*TLSv1_1:DeprecationWarning")
async def test_old_tls_is_refused(by_tls: HttpGate) -> None:
    old = ssl.create_default_context(cafile=str(settings.HAULOUT_KEYS / "web.crt"))
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.minimum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("DEFAULT@SECLEVEL=0")
    by_tls.trusted = old
    with pytest.raises(ssl.SSLError):
        await by_tls.client()


async def test_what_is_no_http_is_told_so(door: HttpGate, alice: str) -> None:
    heads = {
        b"SSH-2.0-x\r\n\r\n": b"400",
        b"GET / HTTP/1.0\r\n\r\n": b"400",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n": b"400",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000: b"400",
        # TLS in place of HTTP
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n": b"400",
    }
    for head, status in heads.items():
        found = await door.client()
        await found.say(head)
        async with asyncio.timeout(10):
            said = await found.reader.read()
        assert said.startswith(b"HTTP/1.1 " + status), head[:40]
    await until_then("all are gone", lambda: not door.connections)


async def test_strangers_have_little_time(
    door: HttpGate, alice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "LOGIN_S", 1.0)
    silent, _writer = await door.connect()
    dripping, writer = await door.connect()
    writer.write(b"\x16\x03\x01\x02")
    async with asyncio.timeout(10):
        await dripping.read()
        await silent.read()
        for begun in (b"", b"GET /web1/_ping HTTP/1.1\r\nHost: d\r\nX: "):
            found = await door.client()
            await found.say(begun)
            assert (await found.reader.read()).startswith(b"HTTP/1.1 408 ")
    await until_then("all are gone", lambda: not door.connections)


async def test_a_head_has_to_come_in_time(
    door: HttpGate, alice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await door.client(alice)
    assert (await found.ask("GET /web1/_ping")).status == 200
    monkeypatch.setattr(client, "HEAD_S", 0.2)
    await found.say(b"GET /web1/_ping HTTP/1.1\r\n")
    assert (await found.answer()).status == 408


async def test_what_ends_without_a_word_is_cut_off(by_tls: HttpGate, alice: str) -> None:
    """Without close_notify anybody on the way may have ended it."""
    found = await exec_started(by_tls, alice)
    await found.say(b"half of a com")
    assert await found.reader.readexactly(13) == b"HALF OF A COM"
    found.reader.cut_off()
    async with asyncio.timeout(10):
        with pytest.raises(ConnectionError):
            await found.reader.read()
    await until_then("it is gone", lambda: not by_tls.connections)


async def test_one_that_is_reset_leaves_nothing(
    door: HttpGate, there: FakeHost, alice: str
) -> None:
    """As by a program that ends with what it has not read: what the gate keeps for it goes with it."""
    found = await door.client(alice)
    assert (await found.ask(f"GET /web1{V}/containers/shop-1/json")).status == 200
    assert there.connections
    plain = found.writer if door.trusted is None else found.writer.writer
    sock = plain.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    plain.transport.abort()
    await until_then("it is gone", lambda: not door.connections and not there.connections)


async def test_the_last_answer_outlives_what_nobody_reads(door: HttpGate) -> None:
    """A body that comes with a token that is none."""
    found = await door.client("haulout_none")
    line = f"POST /web1{V}/containers/create"
    async with asyncio.timeout(10):
        await found.send(line, body=bytes(MIB // 2))
        assert (await found.answer("POST")).status == 401
        await found.ended()
