"""Daphne's requests, streamed: a body is handed on as it comes, an answer waits for the browser.

Daphne itself spools every body before the application sees it, and its `send` never waits.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.server import Server, reactor

from dashboard.connections import connection_of
from dashboard.signed_in import CONNECTION
from dashboard.streams.transfer.wire import WIRE, Wire

log = logging.getLogger(__name__)

# of a path as Django sees it, decoded
STREAMED: Final = re.compile(
    rb"/transfer/|/api/mcp$"
    rb"|/api/v1/(?:containers|volumes)/[^/]+/[^/]+/(?:logs/follow|files/(?:content|archive))$"
    rb"|/api/v1/(?:stats|images/[^/]+/[^/]+/archive|containers/[^/]+/[^/]+/export)$"
    rb"|/api/v1/endpoints/[^/]+/images/(?:load|import)$"
)
# what a program follows may last, so it must not wait in a queue of Daphne's
FOLLOWED: Final = re.compile(rb"/api/v1/[^?]*\?(?:.*&)?follow=")
# a form of ours is small; anything bigger is refused before it is spooled
MAX_FORM_BYTES: Final = 16 * 1024 * 1024
# of somebody who has not shown yet who they are: forms to sign in are smaller
STRANGERS_BYTES: Final = 64 * 1024
# how long the rest of a body is taken after the answer: closing at once would lose the answer
LINGER_S: Final = 3.0
# a browser that takes nothing for this long is let go
STALLED_S: Final = 120.0


class StreamedRequest(WebRequest):  # type: ignore[misc]  # Daphne has no types
    """One request. What is not under STREAMED behaves as in Daphne, but with a bounded body."""

    wire: Wire | None = None
    # Twisted's own
    chunked: int
    _idle_s: float | None = None
    _taken = 0
    _lingering: Any = None
    _producing = False
    _refused = False
    _held = False
    connection: Any = None

    def gotLength(self, length: int | None) -> None:  # noqa: N802 - Twisted's name
        """The head is whole: a streamed request begins now."""
        command, uri, version = self.channel._command, self.channel._path, self.channel._version
        self._room = asyncio.Event()
        self._room.set()
        self._idle_s = self.channel.timeOut
        self.connection = connection_of(self.channel.transport)
        if self.connection is not None:
            self.connection.head_whole()
        followed = command == b"GET" and FOLLOWED.match(uri)
        if not followed and not STREAMED.match(unquote_to_bytes(uri.partition(b"?")[0])):
            super().gotLength(length)
            if length is not None and length > MAX_FORM_BYTES:
                self._refuse_body()
            elif length is None or length > STRANGERS_BYTES:
                self._ask_who()
            elif length and self.connection is not None:
                self.connection.body(0)
            return
        super().gotLength(0)
        self.wire = Wire(pause=self._hold, resume=self._go_on, abort=self._abort)
        super().requestReceived(command, uri, version)

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """A piece of the body."""
        if self.wire is not None:
            self.wire.feed(data)
            return
        self._taken += len(data)
        if self.connection is not None:
            self.connection.body(len(data))
        if self._taken > MAX_FORM_BYTES:
            self._refuse_body()
            return
        super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:  # noqa: N802
        """The body is whole."""
        if self.connection is not None:
            self.connection.body_since = None
        if self._held:
            self.channel._savedTimeOut = self._idle_s
        if self.wire is None:
            super().requestReceived(command, path, version)
            return
        self.wire.end()
        # Twisted saved it from a connection that may just have been held
        self.channel._savedTimeOut = self._idle_s
        if self._lingering is not None:
            self._close_answer()

    def finish(self) -> None:
        """The answer is out. While its body still comes, take it for a moment, then close."""
        if self._producing:
            self.unregisterProducer()
        if self.wire is not None and not self.wire.whole and self.channel is not None:
            if self.chunked:
                # whoever was told no length sees the end at once, too
                self.channel.write(b"0\r\n\r\n")
                self.chunked = 0
            self._lingering = reactor.callLater(LINGER_S, self._close_answer)
            self.wire.drop()
            return
        if self.connection is not None:
            self.connection.answered()
        super().finish()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802 - Twisted's name
        """The browser has gone."""
        self._room.set()
        if self._lingering is not None and self._lingering.active():
            self._lingering.cancel()
        super().connectionLost(reason)

    def handle_exception(self, exception: BaseException) -> None:
        """As Daphne's, but an answer that has begun is cut, since it cannot begin again."""
        if self._response_started:
            self._abort()
        else:
            super().handle_exception(exception)

    def send_disconnect(self) -> None:
        """The application hears it at once, whatever of the body still waits."""
        if self.wire is not None:
            self.wire.lose()
        else:
            super().send_disconnect()

    async def drained(self, message: dict[str, Any]) -> None:
        """Wait until the browser has taken what of an answer was written."""
        if not message.get("more_body") or self.finished or self.channel is None:
            return
        if not self._producing:
            self._producing = True
            self.registerProducer(_Pace(self._room), True)
            if self.channel._waitingForTransport:
                self._room.clear()
        try:
            async with asyncio.timeout(STALLED_S):
                await self._room.wait()
        except TimeoutError:
            log.info("a browser took nothing for %g s: let go", STALLED_S)
            self._abort()

    def _hold(self) -> None:
        if self.channel is not None:
            # who is held back must not be taken for silent
            self.channel.setTimeout(None)
            self.channel._networkProducer.pauseProducing()

    def _go_on(self) -> None:
        if self.channel is not None:
            if not self.channel._handlingRequest:
                self.channel.setTimeout(self._idle_s)
            self.channel._networkProducer.resumeProducing()

    def _abort(self) -> None:
        if self.channel is not None:
            self.channel.forceAbortClient()

    def _close_answer(self) -> None:
        if self._lingering is not None and self._lingering.active():
            self._lingering.cancel()
        self._lingering = None
        if self.channel is None:
            return
        if self.wire is not None and not self.wire.whole:
            # what still comes is the rest of a body and must not be read as a request
            self.channel.persistent = False
        if self.connection is not None:
            self.connection.answered()
        super().finish()

    def _ask_who(self) -> None:
        """Read no more of a body until its sender is signed in. Nothing of a stranger's is kept."""
        known = self.server.known
        if known is None:
            return
        self._held = True
        self._hold()
        given = {name: self.requestHeaders.getRawHeaders(name) or [] for name in SHOWN}
        headers = {name: values[0] for name, values in given.items() if values}
        self._asking = asyncio.ensure_future(self._go_on_if(known(headers)))

    async def _go_on_if(self, known: Awaitable[bool]) -> None:
        somebody = await known
        if self.channel is None:
            return
        if somebody:
            self._go_on()
        else:
            self._refuse_body()

    def _refuse_body(self) -> None:
        if self._refused:
            return
        self._refused = True
        self.channel.transport.write(
            b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        )
        self.channel.loseConnection()


# by which somebody shows who they are
SHOWN: Final = (b"cookie", b"authorization")
Known = Callable[[Mapping[bytes, bytes]], Awaitable[bool]]


class _Pace:
    """Twisted's push producer: says when the browser is full and when it has room again."""

    def __init__(self, room: asyncio.Event) -> None:
        self._room = room

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._room.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._room.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._room.set()


class StreamingServer(Server):  # type: ignore[misc]  # Daphne has no types
    """Daphne with our requests. `known`: says whether a request's headers show who sends it; without
    it nobody's bodies are asked about.
    """

    def __init__(self, *given: Any, known: Known | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self.known = known

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """A streamed request's application reads from its wire instead of a queue."""
        wire = getattr(protocol, "wire", None)
        scope = {**scope, "extensions": {CONNECTION: connection_of(protocol.transport)}}
        if wire is None:
            return super().create_application(protocol, scope)
        if protocol not in self.connections:
            return None
        scope = {"asgi": {"version": "3.0"}, **scope}
        scope["extensions"][WIRE] = wire
        application = self.application(
            scope=scope, receive=wire.receive, send=partial(self.handle_reply, protocol)
        )
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(application)
        return _NoQueue()

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """Send, and wait for the browser where more is to come."""
        await super().handle_reply(protocol, message)
        if isinstance(protocol, StreamedRequest):
            await protocol.drained(message)


class _NoQueue:
    """Daphne puts the (empty) body here; a wire has told of it already."""

    def put_nowait(self, message: dict[str, Any]) -> None:
        """Nothing waits here."""


class StreamedFactory(HTTPFactory):  # type: ignore[misc]  # Daphne has no types
    """Daphne's factory, making our requests."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
        """A protocol for a new connection."""
        protocol = super().buildProtocol(addr)
        if protocol is not None:
            protocol.requestFactory = StreamedRequest
        return protocol
