"""What one person may ask of streams at once, and how fast one browser may talk (T17)."""

import asyncio
from typing import Any

import pytest

from dashboard.sockets.consumer import LeanConsumer
from hosts.access.guard import NO_SESSION
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


class Stream(LeanConsumer):
    """Allowed to everybody, and never says a thing."""

    taken = 0

    async def authorise(self) -> None:
        return

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def received(self, message: dict[str, Any]) -> None:
        self.taken += 1


class Socket:
    """A browser that connects and sends the same message `count` times, then waits."""

    def __init__(self, user: Any, *, count: int = 0) -> None:
        self.left = count
        self.connected = False
        self.sent: list[dict[str, Any]] = []
        scope = {"user": user, "session_key": NO_SESSION, "headers": [], "client": ("192.0.2.1", 1)}
        self.closed = asyncio.Event()
        self.stream = Stream()
        served = self.stream({**scope, "url_route": {"kwargs": {}}}, self._receive, self._take)
        self.task = asyncio.create_task(served)

    async def _receive(self) -> dict[str, Any]:
        if not self.connected:
            self.connected = True
            return {"type": "websocket.connect"}
        if self.left:
            self.left -= 1
            return {"type": "websocket.receive", "text": "{}"}
        await self.closed.wait()
        return {"type": "websocket.disconnect", "code": self.code}

    async def _take(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self.closed.set()

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    @property
    def code(self) -> int:
        return int(self.sent[-1].get("code", 0))


async def test_who_talks_too_much_is_sent_away(cast: Cast, monkeypatch: Any) -> None:
    # no time passes for whoever counts
    monkeypatch.setattr(Stream, "PER_SECOND", 0.0)
    socket = Socket(cast.alice, count=Stream.BURST + 1)
    await socket.task
    assert socket.code == 4429
    assert socket.stream.taken == Stream.BURST


async def test_streams_of_one_person_are_counted(cast: Cast, monkeypatch: Any) -> None:
    monkeypatch.setattr(Stream, "MOST_EACH", 3)
    many = [Socket(cast.alice) for _number in range(3)]
    await asyncio.sleep(0)
    one_more, of_another = Socket(cast.alice), Socket(cast.bob)
    await one_more.task
    assert one_more.code == 4429
    assert not of_another.task.done()
    await many.pop().close()
    again = Socket(cast.alice)
    await asyncio.sleep(0)
    assert not again.task.done()
    for socket in (*many, again, of_another):
        await socket.close()
    assert not LeanConsumer._counted
