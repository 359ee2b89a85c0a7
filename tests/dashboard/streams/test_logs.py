"""Logs over the real ASGI application, with a session and a socket that speaks like Podman."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from accounts import epoch
from accounts.models import User
from dashboard.asgi import application
from hosts.link.sockets import endpoint_socket
from tests import make
from tests.hosts.podman.fake import serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
ORIGIN = b"http://127.0.0.1:8000"
TIME = b"2026-11-24T12:00:%02dZ "
ID = "c" * 64


def frame(text: bytes, *, stream: int = 1) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


HEAD = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def container(cast):
    endpoint = make.endpoint("web1")
    return make.container(endpoint, "shop", podman_id=ID)


@asynccontextmanager
async def podman(container, handler):
    """`handler` behind the streams socket of the container's endpoint."""
    path = endpoint_socket(settings.HAULOUT_RUN, container.endpoint_id, "web")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    async with serving(handler) as fake:
        path.symlink_to(fake.path)
        yield fake
    path.unlink()


def socket_of(user, container, query="", *, origin=ORIGIN, cookie=True):
    headers = [(b"origin", origin)] if origin else []
    if cookie:
        client = Client()
        client.force_login(user)
        morsel = client.cookies[settings.SESSION_COOKIE_NAME].value
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={morsel}".encode()))
    path = f"/ws/logs/{container.endpoint_id}/{container.podman_id}/?{query}"
    return WebsocketCommunicator(application, path, headers=headers)


async def opened(*args, **options):
    socket = await sync_to_async(socket_of)(*args, **options)
    connected, code = await socket.connect(timeout=5)
    return socket, connected, code


async def gathered(socket, lines):
    """Bytes until that many lines have come, and the notes beside them."""
    data, notes = b"", []
    while data.count(b"\n") < lines:
        message = await asyncio.wait_for(socket.receive_output(), 5)
        if "bytes" in message:
            data += message["bytes"]
        elif message["type"] == "websocket.send":
            notes.append(json.loads(message["text"]))
    return data, notes


async def test_lines_come_with_stream_and_time(cast, container):
    async def handler(asked, writer):
        assert "timestamps=true" in asked.line
        writer.write(HEAD + chunk(frame(TIME % 1 + b"a\n") + frame(TIME % 2 + b"b\n", stream=2)))
        await writer.drain()
        await asyncio.Event().wait()

    async with podman(container, handler):
        socket, connected, _ = await opened(cast.charlie, container)
        assert connected
        data, _ = await gathered(socket, 2)
        assert data == b"1" + TIME % 1 + b"a\n" + b"2" + TIME % 2 + b"b\n"
        await socket.disconnect()


async def test_two_viewers_share_one_stream_from_podman(cast, container):
    go = asyncio.Event()

    async def handler(asked, writer):
        writer.write(HEAD + chunk(frame(TIME % 1 + b"first\n")))
        await writer.drain()
        await go.wait()
        writer.write(chunk(frame(TIME % 2 + b"second\n")))
        await writer.drain()
        await asyncio.Event().wait()

    async with podman(container, handler) as fake:
        one, *_ = await opened(cast.alice, container)
        await gathered(one, 1)
        two, *_ = await opened(cast.bob, container)
        data, _ = await gathered(two, 1)
        assert data.endswith(b"first\n")
        go.set()
        for socket in (one, two):
            data, _ = await gathered(socket, 1)
            assert data.endswith(b"second\n")
            await socket.disconnect()
        assert len([a for a in fake.asked if "/logs" in a.line]) == 1


async def test_a_broken_stream_goes_on_without_repeats(cast, container):
    calls = []

    async def handler(asked, writer):
        calls.append(asked.line)
        if len(calls) == 1:
            writer.write(HEAD + chunk(frame(TIME % 1 + b"a\n") + frame(TIME % 2 + b"b\n")))
            await writer.drain()
            writer.transport.abort()
            return
        # since has whole seconds: b is told again
        writer.write(HEAD + chunk(frame(TIME % 2 + b"b\n") + frame(TIME % 2 + b"c\n")))
        await writer.drain()
        await asyncio.Event().wait()

    async with podman(container, handler):
        socket, *_ = await opened(cast.charlie, container)
        data, notes = await gathered(socket, 3)
        assert [line[-1:] for line in data.splitlines()] == [b"a", b"b", b"c"]
        assert "away" in [note["state"] for note in notes]
        assert "since=" in calls[1]
        await socket.disconnect()


async def test_a_range_arrives_whole_and_says_so(cast, container):
    lines = b"".join(frame(TIME % 1 + b"%d\n" % n) for n in range(5000))

    async def handler(asked, writer):
        assert "follow=false" in asked.line
        writer.write(HEAD + chunk(lines) + b"0\r\n\r\n")

    async with podman(container, handler):
        socket, *_ = await opened(cast.charlie, container, "follow=0")
        _, notes = await gathered(socket, 5000)
        if not notes:
            notes = [json.loads((await socket.receive_output(5))["text"])]
        assert notes[-1] == {"type": "status", "state": "done", "lines": 5000}
        await socket.disconnect()


async def test_reading_is_one_entry_however_often_the_page_comes_back(cast, container, entries):
    async def handler(asked, writer):
        writer.write(HEAD)
        await writer.drain()
        await asyncio.Event().wait()

    async with podman(container, handler):
        client = Client()
        await sync_to_async(client.force_login)(cast.charlie)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        for _ in range(2):
            socket = await sync_to_async(socket_of)(cast.charlie, container, cookie=False)
            socket.scope["headers"].append(
                (b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())
            )
            assert (await socket.connect(timeout=5))[0]
            await socket.disconnect()
    (entry,) = await sync_to_async(entries)("container.logs")
    assert (entry.who_name, entry.target_name) == ("Charlie", "shop")


async def test_strangers_other_origins_and_unknown_containers_get_nothing(cast, container):
    _, connected, code = await opened(cast.alice, container, cookie=False)
    assert (connected, code) == (False, 4401)
    for origin in (b"https://evil.example", None):
        _, connected, code = await opened(cast.alice, container, origin=origin)
        assert (connected, code) == (False, 4403)
    container.podman_id = "d" * 64
    socket, connected, _ = await opened(cast.alice, container)
    assert connected
    assert (await socket.receive_output(5))["code"] == 4404


async def test_a_withdrawn_right_ends_the_stream_within_two_seconds(cast, container):
    async def handler(asked, writer):
        writer.write(HEAD)
        await writer.drain()
        await asyncio.Event().wait()

    def disable():
        User.objects.filter(pk=cast.charlie.pk).update(is_active=False)
        epoch.raise_epoch()

    async with podman(container, handler):
        socket, *_ = await opened(cast.charlie, container)
        await sync_to_async(disable)()
        began = asyncio.get_running_loop().time()
        while True:
            message = await socket.receive_output(4)
            if message["type"] == "websocket.close":
                break
        assert message["code"] == 4401
        assert asyncio.get_running_loop().time() - began < 2.5


async def test_a_page_that_comes_back_takes_it_up_from_a_line_that_it_has(cast, container):
    """As when everything was killed and started again; the second finds the stream under way."""
    query = "tail=1&since=2026-11-24T12:00:02Z"

    async def handler(asked, writer):
        assert "tail=" not in asked.line
        assert "since=" in asked.line
        writer.write(HEAD + chunk(b"".join(frame(TIME % n + b"x\n") for n in (1, 2, 3, 4))))
        await writer.drain()
        await asyncio.Event().wait()

    async with podman(container, handler):
        one, *_ = await opened(cast.alice, container, query)
        data, _ = await gathered(one, 4)
        two, *_ = await opened(cast.bob, container, query)
        data, _ = await gathered(two, 3)
        assert data == b"".join(b"1" + TIME % n + b"x\n" for n in (2, 3, 4))
        for socket in (one, two):
            await socket.disconnect()
