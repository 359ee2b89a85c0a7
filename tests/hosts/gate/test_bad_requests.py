"""Requests that are wrong, at both doors: an error in Podman's words, and nothing reaches the host."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from hosts.access import limits
from hosts.gate.doors.serve import TABLE
from hosts.gate.routes.table import Dialect, Route, Takes
from tests.cast import Cast
from tests.hosts.gate.door import ClientEnd, Got
from tests.hosts.gate.fake_host import Answer, FakeHost
from tests.hosts.gate.ways import Way, way_of

pytestmark = pytest.mark.django_db(transaction=True)

V = "/v5.4.0/libpod"
SHOP = "a" * 64
CREATE = f"POST {V}/containers/create"
# what somebody would hide behind another request
HIDDEN = b"POST /v5.4.0/libpod/containers/shop-1/stop HTTP/1.1\r\n\r\n"
MB = 1_000_000


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


async def refused_and_ended(way: Way, data: bytes) -> str:
    """What is said to bytes that are no request; the connection has ended then."""
    client = await way.client()
    await client.say(data)
    got = await client.answer()
    assert got.status == 400, (data[:200], got.body)
    assert got.fields[b"connection"] == [b"close"]
    # nothing more comes, for all that stands behind it
    async with asyncio.timeout(10):
        with pytest.raises(EOFError):
            await client.event()
    return str(got.json["message"])


@pytest.mark.parametrize(
    "fields",
    [
        "Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length: 1\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    ],
)
async def test_two_lengths(way: Way, there: FakeHost, fields: str) -> None:
    words = await refused_and_ended(way, way.request(CREATE, fields, b"{" + HIDDEN))
    assert words == "This is no request: the length of the body is given twice."
    assert there.reached == []


FIELDS = [
    *(f"Content-Length: {size}\r\n" for size in ("1, 1", "+1", "-1", "0x1", "1 1", "", "9" * 19)),
    *(
        f"Transfer-Encoding: {coding}\r\n"
        for coding in ("gzip, chunked", "chunked, chunked", "identity", "", "\x0bchunked")
    ),
    "Transfer-Encoding : chunked\r\n",
    " Content-Length: 1\r\n",
    "X: a\r\n Transfer-Encoding: chunked\r\n",
    "X: a\nTransfer-Encoding: chunked\r\n",
    "X: a\rTransfer-Encoding: chunked\r\n",
    "X: \0\r\n",
    "X\r\n",
    ": x\r\n",
    "X y: z\r\n",
    "Ünï: z\r\n",
]
LINES = [
    b"GET /_ping\r\n\r\n",
    b"GET /_ping HTTP/1.0\r\n\r\n",
    b"GET /_ping HTTP/0.9\r\n\r\n",
    b"GET /_ping HTTP/1.2\r\n\r\n",
    b"GET /_ping HTTP/2\r\n\r\n",
    b"GET /_ping http/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"get /_ping HTTP/1.1\r\n\r\n",
    b"GET  /_ping HTTP/1.1\r\n\r\n",
    b"GET /_ping HTTP/1.1 \r\n\r\n",
    b" GET /_ping HTTP/1.1\r\n\r\n",
    b"GET /_p\xc3\xafng HTTP/1.1\r\n\r\n",
    b"GET /_ping\tHTTP/1.1\r\n\r\n",
    b"\r\n\r\nGET /_ping HTTP/1.1\r\n\r\n",
    bytes(200) + b"\r\n\r\n",
]


async def test_what_could_be_read_in_two_ways_is_no_request(way: Way, there: FakeHost) -> None:
    for fields in FIELDS:
        assert await refused_and_ended(way, way.request(CREATE, fields, b"{" + HIDDEN))
    for line in LINES:
        assert await refused_and_ended(way, line + HIDDEN)
    assert there.reached == []


CHUNKS = [
    b"G\r\n",
    b"-1\r\n",
    b"+1\r\n",
    b"0x1\r\n",
    b"1;a=b\r\n{\r\n0\r\n\r\n",
    b" 1\r\n{\r\n0\r\n\r\n",
    b"1 \r\n{\r\n0\r\n\r\n",
    b"\r\n",
    b"f" * 16 + b"\r\n",
    b"1" * 40,
    b"1\n{\r\n0\r\n\r\n",
    b"1\r\n{}\r\n0\r\n\r\n",
    b"2\r\n{}0\r\n\r\n",
    b"2\r\n{}\r\n0\r\nX\r\n\r\n",
    b"2\r\n{}\r\n0\r\nX: \0\r\n\r\n",
    b"2\r\n{}\r\n0\r\nX: " + b"x" * 70_000,
]


async def test_bad_chunks(way: Way, there: FakeHost) -> None:
    for chunks in CHUNKS:
        data = way.request(CREATE, "Transfer-Encoding: chunked\r\n", chunks + HIDDEN)
        assert await refused_and_ended(way, data)
    assert there.reached == []


async def test_a_head_of_1_mb(way: Way, there: FakeHost) -> None:
    long = [
        way.request("GET /_ping", f"X: {'x' * MB}\r\n"),
        way.request("GET /_ping", "X-Y: z\r\n" * (MB // 8)),
        way.request(f"GET {V}/containers/json?filters={'x' * MB}"),
        b"G" * MB,
    ]
    for data in long:
        words = await refused_and_ended(way, data)
        assert words == "This is no request: the head is too long."
    assert there.reached == []


@pytest.mark.parametrize("dialect", ["", V, "/v1.41"])
async def test_a_path_that_could_be_another(way: Way, there: FakeHost, dialect: str) -> None:
    client = await way.client()
    for path in (
        "/containers/../containers/json",
        "/containers/./json",
        "/containers//json",
        "/containers/json/",
        "/containers/%2e%2e/json",
        "/containers/shop-1%2f..%2fbank-1/json",
        "/containers/shop-1%252f/json",
        "/containers/shop-1%00/json",
        "/containers/shop-1%0d%0a/json",
        "/containers/shop-1%5c/json",
        "/containers/%zz/json",
        "/containers/%ff/json",
        "/containers/json#x",
        "/containers/json?all=1&all=0",
        "/containers/json?all=1&ALL=0",
        "/containers/json?filters=%00",
    ):
        got = await client.ask(f"GET {way.at}{dialect}{path}")
        assert_told(got, 400)
    assert there.reached == []
    # nothing was wrong with how they were sent
    assert (await client.ask(f"GET {way.at}/_ping")).status == 200


async def test_a_target_that_is_no_path(way: Way, there: FakeHost) -> None:
    client = await way.client()
    for line in (
        "GET http://d/v1.41/containers/json",
        f"GET http://d{way.at}{V}/containers/json",
        f"GET //d{way.at}{V}/containers/json",
        f"GET {V[1:]}/containers/json",
        "OPTIONS *",
        "CONNECT d:80",
    ):
        got = await client.ask(line)
        assert_told(got, 400)
    assert there.reached == []


async def test_a_version_that_there_is_not(
    way: Way, there: FakeHost, entry_of: Callable[[str], Awaitable[list[Any]]]
) -> None:
    client = await way.client()
    strange = ("vX", "v5.4.0-dev", "v1.2.3.4", "v1234", "5.4.0", "V5.4.0")
    for version in strange:
        got = await client.ask(f"GET {way.at}/{version}/libpod/containers/json")
        # where a path begins with a host, it is an account's name
        assert_told(got, 404 if way.at else 403)
    # one that has the form of a version is for the host to know
    missing = await client.ask(f"GET {way.at}/v99.0.0/libpod/containers/json")
    assert_told(missing, 404)
    assert there.lines() == ["GET /v99.0.0/libpod/containers/json"]
    # equal ones within a minute are counted in one entry each
    refusals = [one.detail for one in await entry_of("gate.request")]
    assert len(refusals) == (0 if way.at else len(strange))


def assert_told(got: Got, status: int) -> None:
    """As Podman says it, in both of its dialects."""
    assert got.status == status, got.body
    assert got.json.keys() == {"cause", "message", "response"}
    assert got.json["response"] == status


FILTERS: list[str] = [
    "x",
    "[]",
    "null",
    "1",
    '"label"',
    '{"label":"a"}',
    '{"label":[1]}',
    '{"label":[["a"]]}',
    '{"label":{"a":"b"}}',
    '{"label":{"a":1}}',
    '{"label":["a"],"label":["b"]}',
    '{"label":{"a":true,"a":false}}',
    '{"label":["a"],"\\u006cabel":["b"]}',
    "[" * 20_000,
    '{"label":' * 3_000,
    json.dumps({"label": ["x" * 33_000]}),
]


async def test_filters_that_are_none(way: Way, there: FakeHost) -> None:
    client = await way.client()
    lists = [route for route in TABLE.routes if "filters" in route.query and not route.kind]
    assert len(lists) > 5
    for route in lists:
        for filters in FILTERS:
            got = await client.ask(f"{asked(way, route)}?filters={quoted(filters)}")
            assert_told(got, 400)
    assert there.reached == []


def quoted(text: str) -> str:
    """As little as has to be, so that it stays short."""
    special = {" ": "%20", '"': "%22", "\\": "%5C"}
    return "".join(special.get(letter, letter) for letter in text)


def asked(way: Way, route: Route) -> str:
    """The line of a request, in Podman's own dialect where the route has both."""
    path = route.path.replace("{container}", "shop-1").replace("{exec}", "e1")
    return f"{route.method} {way.at}{V if Dialect.LIBPOD in route.dialects else ''}{path}"


DEEP = 100_000
BODIES: list[bytes] = [
    b"{",
    b"x",
    b"[]",
    b"[{}]",
    b"null",
    b"1",
    b'"x"',
    b"1e999",
    b"NaN",
    b"\xff",
    b'{"x":\xff}',
    b"{}{}",
    b"[" * DEEP,
    b'{"x":' * DEEP,
    b'{"x":' * DEEP + b"1" + b"}" * DEEP,
    b'{"Tty":true,"Tty":true}',
    b'{"Tty":true,"tty":true}',
    b'{"Force":true,"force":true}',
    b'{"Name":"a","name":"b"}',
    b'{"Driver":"a","driver":"b"}',
    b'{"Labels":{"a":"b","a":"c"}}',
    b'{"unheard":1}',
    b'{"":1}',
    b'{"' + "\u017f".encode() + b'tty":true}',
]


async def test_bodies_that_are_not_understood(way: Way, there: FakeHost) -> None:
    client = await way.client()
    session = {"ContainerID": SHOP, "ProcessConfig": {"entrypoint": "cat", "arguments": []}}
    there.answers["GET /v5.0.0/libpod/exec/e1/json"] = Answer(value=session)
    there_are = ("", "container", "exec")
    routes = [one for one in TABLE.routes if one.takes is Takes.JSON and one.kind in there_are]
    # a secret's value may be anything
    value = ("/secrets/create", (Dialect.LIBPOD,))
    routes = [one for one in routes if (one.path, one.dialects) != value]
    assert len(routes) > 5
    for route in routes:
        for body in BODIES:
            got = await client.ask(asked(way, route), body=body)
            assert got.status == 400, (route.path, body[:50], got.body)
            assert_told(got, 400)
        got = await ask_too_much(way, asked(way, route))
        assert_told(got, 413)
    # looked up it may be, and nothing more
    assert {one.line.partition(" ")[0] for one in there.reached} <= {"GET"}


async def ask_too_much(way: Way, line: str) -> Got:
    client: ClientEnd = await way.client()
    got = await client.ask(line, body=b'{"Name":"' + b"x" * (1024 * 1024) + b'"}')
    async with asyncio.timeout(10):
        await client.ended()
    return got
