"""The lean base of every WebSocket: Channels' consumer with neither database nor Redis on a message's way.

Channels' own `dispatch` and `websocket_disconnect` close old database connections before each
message, in the one thread that Django keeps for that. Behind fifty busy lists a terminal's echo
took 183 ms so, and 0.3 ms without. What asks the database here does it in threads that close old
connections themselves (hosts.access.rights_threads, dashboard.live.pool).

A socket has no channel of its own either. Channels would subscribe it in Redis first, and while
Redis is away nobody would get in. Bells are heard once for all sockets (hosts.bells.receiver).
"""

import asyncio
import json
import logging
from collections import Counter
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import parse_qs

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from dashboard.person import person_of_scope
from dashboard.sockets.token_bucket import TokenBucket
from hosts.access import Denied, NotVisible, Person
from hosts.access.guard import guard

log = logging.getLogger(__name__)


class LeanConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # Channels has no types
    """One WebSocket. Subclasses give `authorise`, `run` and `received`."""

    # close codes a browser may see; 4404 and 4403 are final, it must not try again
    NOT_FOUND: ClassVar[int] = 4404
    DENIED: ClassVar[int] = 4403
    WITHDRAWN: ClassVar[int] = 4401
    TOO_SLOW: ClassVar[int] = 4408
    BAD: ClassVar[int] = 4400
    TOO_MUCH: ClassVar[int] = 4429
    FAILED: ClassVar[int] = 1011

    # a message from the browser is small (credit, resize, keys)
    MAX_INCOMING_BYTES: ClassVar[int] = 64 * 1024
    # of them a browser may send at once, and per second after that: one that draws a flood in a
    # terminal says so a thousand times a second
    BURST: ClassVar[int] = 5_000
    PER_SECOND: ClassVar[float] = 2_000.0
    # sockets of one person in this process; a page has one or two
    MOST_EACH: ClassVar[int] = 200

    # none of settings.CHANNEL_LAYERS: no channel
    channel_layer_alias = ""
    _counted: ClassVar[Counter[int]] = Counter()

    scope: dict[str, Any]
    person: Person

    def __init__(self) -> None:
        super().__init__()
        self.closing = asyncio.Event()
        self.close_code = 1000
        self._pace = TokenBucket(self.BURST, self.PER_SECOND)
        self._work: asyncio.Task[None] | None = None
        self._counts = False

    @property
    def route(self) -> dict[str, Any]:
        """What the address names."""
        found: dict[str, Any] = self.scope["url_route"]["kwargs"]
        return found

    @cached_property
    def query(self) -> dict[str, str]:
        """The last value of each name in the query."""
        given = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        return {name: values[-1] for name, values in given.items()}

    # what subclasses give

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

    # what they use

    async def end(self, code: int) -> None:
        """Close the stream from our side with `code`."""
        if not self.closing.is_set():
            self.close_code = code
            self.closing.set()

    async def send_json(self, message: dict[str, Any]) -> None:
        """A small message; order with `send_bytes` is kept."""
        await self.send(text_data=json.dumps(message))

    async def send_bytes(self, data: bytes) -> None:
        """Data; the subclass keeps to the browser's credit, since this never waits."""
        await self.send(bytes_data=data)

    # what Channels calls

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """As Channels has it; however the socket ends, its work does too."""
        self.person = person_of_scope(scope)
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._ended()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """To the method that is named after the message's type; through no thread."""
        await getattr(self, get_handler_name(message))(message)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """The browser went."""
        raise StopConsumer

    async def connect(self) -> None:
        """Accept, authorise, and begin."""
        # accepted first: a refusal before the handshake has no code that a browser could read
        await self.accept()
        who = self.person.user.pk
        if self._counted[who] >= self.MOST_EACH:
            await self._refuse(self.TOO_MUCH)
        self._counted[who] += 1
        self._counts = True
        try:
            await self.authorise()
        except NotVisible:
            await self._refuse(self.NOT_FOUND)
        except Denied:
            await self._refuse(self.DENIED)
        self._work = asyncio.create_task(self._run_to_the_end(), name=type(self).__name__)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A message from the browser. Anything but bytes or a small JSON object ends the stream."""
        if self.closing.is_set():
            return
        if not self._pace.take():
            await self.end(self.TOO_MUCH)
            return
        try:
            await self.heard(text_data or "", bytes_data or b"")
        except (ValueError, RecursionError):
            await self.end(self.BAD)

    async def heard(self, text: str, data: bytes) -> None:
        """Handle one of both. ValueError, RecursionError: not a message of our pages."""
        if max(len(text), len(data)) > self.MAX_INCOMING_BYTES:
            raise ValueError
        if data:
            await self.received_bytes(data)
            return
        parsed = json.loads(text)
        if not isinstance(parsed, dict):
            raise ValueError
        await self.received(parsed)

    async def _refuse(self, code: int) -> None:
        await self.close(code)
        raise StopConsumer

    async def _run_to_the_end(self) -> None:
        """Until the stream ends or is to end; then the browser is told why."""
        running = asyncio.create_task(self.run(), name=f"{type(self).__name__} run")
        closing = asyncio.create_task(self.closing.wait())
        with guard.watch(self):
            try:
                await asyncio.wait({running, closing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                running.cancel()
                closing.cancel()
                await asyncio.gather(running, closing, return_exceptions=True)
        if not running.cancelled() and (error := running.exception()):
            log.error("a stream failed", exc_info=error)
            await self.end(self.FAILED)
        self.closing.set()
        await self.close(self.close_code)

    async def _ended(self) -> None:
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        if self._counts:
            who = self.person.user.pk
            self._counted[who] -= 1
            if not self._counted[who]:
                del self._counted[who]
