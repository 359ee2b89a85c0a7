"""Neither the thread of the database nor Redis stands in the way of a socket."""

import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.testing import WebsocketCommunicator

from dashboard.sockets.consumer import LeanConsumer
from dashboard.sockets.routes import NOWHERE, routes
from dashboard.sockets.token_bucket import TokenBucket
from hosts.access.guard import NO_SESSION
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
WITHIN_S = 10.0


class Echo(LeanConsumer):
    """Says again what it is told; "break" breaks its stream."""

    async def authorise(self) -> None:
        return

    async def run(self) -> None:
        self.broken = asyncio.Event()
        await self.broken.wait()
        raise RuntimeError("never thought of")

    async def received(self, message: dict[str, Any]) -> None:
        if "break" in message:
            self.broken.set()
        else:
            await self.send_json(message)


def echo(user: Any) -> WebsocketCommunicator:
    """A socket of a real ASGI application."""

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        known = {"user": user, "session_key": NO_SESSION, "url_route": {"kwargs": {}}}
        await Echo.as_asgi()({**scope, **known}, receive, send)

    return WebsocketCommunicator(application, "/ws/echo/")


async def test_it_waits_behind_no_query(cast: Cast) -> None:
    """Somebody holds the one thread that Django keeps for the database; without Redis, too."""
    free = threading.Event()
    holds = asyncio.create_task(sync_to_async(free.wait, thread_sensitive=True)())
    try:
        socket = echo(cast.alice)
        assert await socket.connect(timeout=WITHIN_S) == (True, None)
        for number in range(20):
            await socket.send_json_to({"number": number})
            assert await socket.receive_json_from(WITHIN_S) == {"number": number}
        await socket.disconnect(timeout=WITHIN_S)
        assert not holds.done()
    finally:
        free.set()
        await holds
    assert not Echo._counted


async def test_a_stream_that_fails_closes_its_socket_and_is_logged(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    socket = echo(cast.alice)
    await socket.connect(timeout=WITHIN_S)
    await socket.send_json_to({"break": True})
    assert await socket.receive_output(WITHIN_S) == {"type": "websocket.close", "code": 1011}
    assert "never thought of" in caplog.text
    await socket.disconnect(timeout=WITHIN_S)


def test_every_route_is_a_consumer_of_channels() -> None:
    served = [route.callback for route in routes if route.callback is not NOWHERE]
    assert len(served) == len(routes) - 1
    for one in served:
        assert issubclass(one.consumer_class, AsyncWebsocketConsumer)
        assert issubclass(one.consumer_class, LeanConsumer)


def test_a_token_bucket_fills_with_time() -> None:
    now = 100.0
    bucket = TokenBucket(3, 2.0, clock=lambda: now)
    assert [bucket.take() for _number in range(4)] == [True, True, True, False]
    now += 0.5
    assert [bucket.take() for _number in range(2)] == [True, False]
    now += 3600
    assert [bucket.take() for _number in range(4)] == [True, True, True, False]
