"""Clients that drip, do not read or open too much, and hosts that go, at both doors: others are served."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncssh
import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import settings

from accounts import token_actions
from hosts.access import limits
from hosts.gate.calls import client
from hosts.gate.changes import turns
from hosts.gate.sessions import bounds
from hosts.link.framing import Body, End
from tests.cast import Cast
from tests.hosts.gate.door import ClientEnd
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.gate.gate_cast import add_key_of, gate
from tests.hosts.gate.ways import RealGate, Way, way_of
from tests.lab.wait import until_then

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
SHOP = "a" * 64
LOGS = f"GET {V}/containers/{SHOP}/logs"
MIB = 1024 * 1024
Entries = Callable[[str], Awaitable[list[Any]]]


@pytest.fixture
def there(fake_host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    """shop-1 on it. Requests of a token are counted in this process alone, from nothing."""
    monkeypatch.setattr(limits, "_rests_until", float("inf"))
    limits._here.clear()
    fake_host.container(SHOP, "shop-1", app="shop")
    fake_host.answers["GET /_ping"] = Answer(value="OK")
    return fake_host


@pytest_asyncio.fixture(params=["ssh", "http"])
async def way(request: Any, there: FakeHost, cast: Cast) -> AsyncIterator[Way]:
    """Alice's, by either door."""
    async with way_of(request.param, cast.alice) as found:
        yield found


async def ping(way: Way) -> None:
    """Another client is served."""
    other = await way.client()
    async with asyncio.timeout(5):
        assert (await other.ask(f"GET {way.at}/_ping")).status == 200
    other.writer.close()


@pytest.mark.parametrize("part", ["head", "body", "chunks", "trailers"])
async def test_one_byte_at_a_time(
    way: Way, there: FakeHost, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(client, "HEAD_S", 0.5)
    monkeypatch.setattr(client, "BODY_S", 0.5)
    create = f"POST {V}/containers/create"
    begun = {
        "head": way.request(create)[:-2] + b"X: ",
        "body": way.request(create, "Content-Length: 1000\r\n"),
        "chunks": way.request(create, "Transfer-Encoding: chunked\r\n", b"3e8\r\n"),
        "trailers": way.request(create, "Transfer-Encoding: chunked\r\n", b"0\r\nX: "),
    }
    found = await way.client()
    await found.say(begun[part])
    answer = asyncio.ensure_future(found.answer())
    while not (await asyncio.wait([answer], timeout=0.05))[0]:
        await found.say(b"x")
    got = await answer
    assert (got.status, got.json["response"]) == (408, 408)
    async with asyncio.timeout(10):
        await found.ended()
    assert there.reached == []
    await ping(way)


async def test_one_that_stops_reading_holds_up_nobody_and_ends_with_the_right(
    way: Way, there: FakeHost, cast: Cast, who_of: Any
) -> None:
    there.answers[LOGS] = Answer(pieces=tuple(bytes(MIB) for _number in range(64)), stays=True)
    found = await way.client()
    await found.send(f"GET {way.at}{V}/containers/shop-1/logs?stdout=true")
    await until_then("the host has said something", lambda: there.says_to is not None)
    said = there.says_to
    assert said is not None
    for _number in range(20):
        await ping(way)
    # what nobody reads stays where it is
    assert said.get_write_buffer_size() > 32 * MIB
    before = asyncio.get_running_loop().time()
    await sync_to_async(token_actions.revoke)(cast.alice, who_of(cast.alice), token=way.token)
    await until_then("the host is let go", said.is_closing, timeout_s=5)
    assert asyncio.get_running_loop().time() - before < 2.0


async def test_one_that_stops_reading_gives_up_its_turn(
    way: Way, there: FakeHost, monkeypatch: pytest.MonkeyPatch, entry_of: Entries
) -> None:
    """Four of them would hold up each pull and each export on that host."""
    monkeypatch.setattr(client, "TAKEN_S", 0.5)
    pieces = tuple(bytes(MIB) for _number in range(64))
    there.answers[f"GET {V}/containers/{SHOP}/export"] = Answer(pieces=pieces)
    for _number in range(turns.AT_ONCE):
        found = await way.client()
        await found.send(f"GET {way.at}{V}/containers/shop-1/export")
    await until_then("all have begun", lambda: len(there.lines(of="/export")) == turns.AT_ONCE)
    there.answers[f"GET {V}/containers/{SHOP}/export"] = Answer(pieces=(b"all",))
    last = await way.client()
    got = await last.ask(f"GET {way.at}{V}/containers/shop-1/export")
    assert (got.status, got.body) == (200, b"all")
    outcomes: list[str] = []
    async with asyncio.timeout(10):
        while len(outcomes) <= turns.AT_ONCE:
            rows = await entry_of("container.export")
            outcomes = [one.result for one in rows if one.kind == "outcome"]
    assert sorted(outcomes) == ["failed"] * turns.AT_ONCE + ["ok"]


# what a host says before it goes, and what the client then hears: a status, or that it is cut off
GONE: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 502),
    "half a head": (b"HTTP/1.1 200 OK\r\nContent-Le", 502),
    "no HTTP": (b"SSH-2.0-x\r\n\r\n", 502),
    "an interim answer": (b"HTTP/1.1 100 Continue\r\n\r\n", 502),
    "two lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 502),
    "half a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", 0),
    "half a chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab", 0),
    "no last chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", 0),
}


async def heard_until_cut(found: ClientEnd) -> bytes:
    """The body until the connection ends, in its midst: what is cut off must not look whole."""
    found.answers.asked("GET")
    heard = b""
    async with asyncio.timeout(10):
        try:
            while not isinstance(event := await found.event(), End):
                heard += event.raw if isinstance(event, Body) else b""
        except (EOFError, ConnectionError):
            return heard
    raise AssertionError("it ended as if it were whole")


@pytest.mark.parametrize("said", GONE)
async def test_a_host_that_goes(way: Way, there: FakeHost, said: str) -> None:
    raw, status = GONE[said]
    there.answers[LOGS] = Answer(raw=raw)
    found = await way.client()
    await found.send(f"GET {way.at}{V}/containers/shop-1/logs?stdout=true")
    if status:
        got = await found.answer()
        assert (got.status, got.json["response"]) == (status, status)
        # this connection goes on
        assert (await found.ask(f"GET {way.at}/_ping")).status == 200
    else:
        assert await heard_until_cut(found) == b"ab"
    await ping(way)


async def test_a_host_that_goes_for_good(way: Way, there: FakeHost) -> None:
    there.answers[LOGS] = Answer(pieces=(b"first",), stays=True)
    found = await way.client()
    await found.send(f"GET {way.at}{V}/containers/shop-1/logs?stdout=true&follow=true")
    found.answers.asked("GET")
    while getattr(await found.event(), "raw", b"") != b"first":
        pass
    await there.stop()
    async with asyncio.timeout(10):
        await found.ended()
    other = await way.client()
    for path in ("/v1.41/containers/json", f"{V}/containers/shop-1/json"):
        got = await other.ask(f"GET {way.at}{path}")
        assert (got.status, got.fields.get(b"retry-after")) == (503, [b"5"])
        assert got.json["message"]


async def test_a_thousand_channels(there: FakeHost, cast: Cast) -> None:
    """Those beyond the bound are refused with a reason; those within it, and other people, are served."""
    async with gate(settings.HAULOUT_KEYS, RealGate) as door:
        _key, alices = await add_key_of(cast.alice)
        _key, bobs = await add_key_of(cast.bob)
        async with door.client(alices) as conn, door.client(bobs) as other:
            opening = [conn.open_unix_connection("/web1", encoding=None) for _one in range(1000)]
            ends = asyncio.gather(*opening, return_exceptions=True)
            theirs = ClientEnd(*await other.open_unix_connection("/web1", encoding=None))
            async with asyncio.timeout(5):
                assert (await theirs.ask("GET /_ping")).status == 200
            found = [one for one in await ends if not isinstance(one, BaseException)]
            refused = [one for one in await ends if isinstance(one, asyncssh.ChannelOpenError)]
            assert (len(found), len(refused)) == (bounds.CHANNELS, 1000 - bounds.CHANNELS)
            words = f"This connection has {bounds.CHANNELS} channels open. Close some."
            assert {one.reason for one in refused} == {words}
            for reader, writer in found:
                end = ClientEnd(reader, writer)
                assert (await end.ask("GET /_ping")).status == 200
                writer.close()
            again = await conn.open_unix_connection("/web1", encoding=None)
            assert (await ClientEnd(*again).ask("GET /_ping")).status == 200
