"""The lean base of every stream: plain ASGI, no channel layer, no database on the way of a message.

Channels' stock dispatch goes through one shared database thread for every message; a terminal's
echo would wait behind every list.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import parse_qs

from dashboard.person import person_of_scope
from dashboard.streams.guard import guard
from hosts.access import Denied, NotVisible, Person

# a message from the browser is small (credit, resize, keys)
MAX_INCOMING_BYTES = 64 * 1024
# of them a browser may send at once, and per second after that: one that draws a flood in a
# terminal says so a thousand times a second
BURST, PER_SECOND = 5_000, 2_000.0
# streams of one person in this process; a page has one or two
MOST_EACH = 200


class StreamConsumer:
    """One WebSocket. Subclasses give `authorise`, `run` and `received`."""

    # close codes a browser may see; 4404 and 4403 are final, it must not try again
    NOT_FOUND: ClassVar[int] = 4404
    DENIED: ClassVar[int] = 4403
    WITHDRAWN: ClassVar[int] = 4401
    TOO_SLOW: ClassVar[int] = 4408
    BAD: ClassVar[int] = 4400
    TOO_MUCH: ClassVar[int] = 4429

    _counted: ClassVar[Counter[int]] = Counter()

    def __init__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self.person: Person = person_of_scope(scope)
        self.route: dict[str, Any] = scope["url_route"]["kwargs"]
        self.query = {
            name: values[-1]
            for name, values in parse_qs(scope.get("query_string", b"").decode("latin-1")).items()
        }
        self.closing = asyncio.Event()
        self.close_code = 1000
        self._allowance, self._allowed_at = float(BURST), time.monotonic()

    @classmethod
    def as_asgi(cls) -> Callable[..., Any]:
        """The ASGI application for a route."""

        async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
            await cls(scope, receive, send).serve()

        return application

    async def authorise(self) -> None:
        """Raise NotVisible or Denied unless the person may have this stream. Called again later."""
        raise NotVisible

    async def run(self) -> None:
        """Produce the stream; ends when the stream does. Cancelled when the browser goes."""
        raise NotVisible

    async def received(self, message: dict[str, Any]) -> None:
        """A JSON message from the browser."""

    async def received_bytes(self, data: bytes) -> None:
        """Bytes from the browser; a stream that expects none ends."""
        raise ValueError

    async def serve(self) -> None:
        """Accept, authorise, run, and close with a code that says why."""
        message = await self._receive()
        if message["type"] != "websocket.connect":
            return
        # accepted first: a refusal before the handshake has no code that a browser could read
        await self._send({"type": "websocket.accept"})
        who = self.person.user.pk
        if self._counted[who] >= MOST_EACH:
            await self._close(self.TOO_MUCH)
            return
        self._counted[who] += 1
        try:
            await self._serve()
        finally:
            self._counted[who] -= 1
            if not self._counted[who]:
                del self._counted[who]

    async def _serve(self) -> None:
        try:
            await self.authorise()
        except NotVisible:
            await self._close(self.NOT_FOUND)
            return
        except Denied:
            await self._close(self.DENIED)
            return
        tasks = [
            asyncio.create_task(self._listen(), name="stream listen"),
            asyncio.create_task(self.run(), name="stream run"),
            asyncio.create_task(self.closing.wait(), name="stream closing"),
        ]
        with guard.watch(self):
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        if tasks[0] not in done:
            await self._close(self.close_code)
        for task in done:
            task.result()

    async def end(self, code: int) -> None:
        """Close the stream from our side with `code`."""
        self.close_code = code
        self.closing.set()

    async def send_json(self, message: dict[str, Any]) -> None:
        """A small message; order with `send_bytes` is kept."""
        await self._send({"type": "websocket.send", "text": json.dumps(message)})

    async def send_bytes(self, data: bytes) -> None:
        """Data; the subclass keeps to the browser's credit, since this never waits."""
        await self._send({"type": "websocket.send", "bytes": data})

    async def _close(self, code: int) -> None:
        await self._send({"type": "websocket.close", "code": code})

    async def _listen(self) -> None:
        """Until the browser goes. What is no small JSON object ends the stream."""
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            if not self._allowed():
                await self.end(self.TOO_MUCH)
                await asyncio.Event().wait()
            text = message.get("text") or ""
            data = message.get("bytes")
            try:
                if data:
                    if len(data) > MAX_INCOMING_BYTES:
                        raise ValueError
                    await self.received_bytes(data)
                    continue
                if not text or len(text) > MAX_INCOMING_BYTES:
                    raise ValueError
                parsed = json.loads(text)
                if not isinstance(parsed, dict):
                    raise ValueError
                await self.received(parsed)
            except (ValueError, RecursionError):
                await self.end(self.BAD)
                await asyncio.Event().wait()

    def _allowed(self) -> bool:
        now = time.monotonic()
        self._allowance = min(BURST, self._allowance + (now - self._allowed_at) * PER_SECOND)
        self._allowed_at = now
        self._allowance -= 1
        return self._allowance >= 0
