"""The client's side of a connection: its requests one after the other, read and answered at its pace."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from hosts.gate.routes.replies import Refused
from hosts.link.framing import Body, End, FramingError, RequestHead, RequestReader

READ_BYTES: Final = 64 * 1024
# from the first byte of a head to its last; and for each piece of a body that is read whole
HEAD_S: Final = 20.0
BODY_S: Final = 30.0
# of a body that nobody wanted, before the connection ends
DROPPED_BYTES: Final = 1024 * 1024
# and how long it is listened to: a client that is cut off in its midst would not hear why
DROPPED_S: Final = 10.0
# how long one may take nothing of an answer while others wait for their turn
TAKEN_S: Final = 120.0
# how long a stream that says nothing outlives a client that has closed its side
GONE_S: Final = 1.0


class Reader(Protocol):
    """As asyncio's StreamReader and asyncssh's SSHReader of bytes."""

    async def read(self, n: int = -1, /) -> bytes:
        """At most `n` bytes; b"" at the end."""


class Writer(Protocol):
    """As asyncio's StreamWriter and asyncssh's SSHWriter of bytes."""

    def write(self, data: bytes, /) -> None: ...
    async def drain(self) -> None: ...
    def write_eof(self) -> None: ...
    def close(self) -> None: ...
    def is_closing(self) -> bool: ...


class Client:
    """One connection. Where it is cut, OSError (ConnectionError) is raised."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self._reader = reader
        self._writer = writer
        self._requests = RequestReader()
        self._eof = False
        # a look ahead for the client's end, while an answer goes out
        self._ahead: asyncio.Task[bytes] | None = None
        self._continues = False
        # of the body of the last request something is still to come
        self._unread = False
        # an answer has begun, and in its midst there is no other
        self.midway = False
        # something was said to the last request
        self.answered = False
        # how long the client may take nothing of an answer; None for as long as it likes
        self._patience_s: float | None = None

    async def head(self) -> RequestHead | None:
        """The next request; None where there is none any more. Refused where it is no HTTP."""
        until: float | None = None
        dropped = 0
        while True:
            event = self._pull()
            if isinstance(event, RequestHead):
                self.answered = False
                self._continues = b"100-continue" in event.words(b"expect")
                self._unread = event.length != 0
                return event
            if event is not None:
                # what is left of the one before, whose body nobody wanted
                dropped += len(event.raw) if isinstance(event, Body) else 0
                if dropped > DROPPED_BYTES:
                    return None
                continue
            if until is None and self._requests.begun:
                until = time.monotonic() + HEAD_S
            try:
                async with asyncio.timeout(until and max(0.0, until - time.monotonic())):
                    if not await self._more():
                        return None
            except TimeoutError as late:
                raise Refused(408, "The request did not come in time.", ends=True) from late

    @property
    def closed(self) -> bool:
        """True where the connection is gone, both ways."""
        return self._writer.is_closing()

    @property
    def held_back(self) -> bool:
        """True where the client waits to hear that its body is wanted. It may then send it, or not, so that
        nobody can say what comes next.
        """
        return self._continues

    async def body(self) -> AsyncIterator[bytes]:
        """The body of the request, as it comes. Refused where it is broken off."""
        if self._continues:
            # only now is it known that the body is wanted
            self._continues = False
            await self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.answered = False
        while True:
            event = self._pull()
            if isinstance(event, End):
                self._unread = False
                return
            if isinstance(event, Body):
                yield event.raw
            elif event is None and not await self._more():
                raise Refused(400, "The request was broken off.", ends=True)

    async def whole(self, limit_bytes: int) -> bytes:
        """The body of the request, of which there is little. Refused where there is more, or it drips."""
        content = bytearray()
        try:
            async with asyncio.timeout(BODY_S):
                async for piece in self.body():
                    content += piece
                    if len(content) > limit_bytes:
                        words = f"The body is larger than {limit_bytes // 1024} KiB."
                        raise Refused(413, words, ends=True)
        except TimeoutError as late:
            raise Refused(408, "The body did not come in time.", ends=True) from late
        return bytes(content)

    async def pieces(self, limit_bytes: int) -> AsyncIterator[bytes]:
        """The body of the request as it comes, of which there may be much. Refused where there is more, or
        it drips.
        """
        taken = 0
        body = aiter(self.body())
        while True:
            try:
                async with asyncio.timeout(BODY_S):
                    piece = await anext(body, None)
            except TimeoutError as late:
                raise Refused(408, "The body did not come in time.", ends=True) from late
            if piece is None:
                return
            taken += len(piece)
            if taken > limit_bytes:
                raise Refused(413, f"The body is larger than {limit_bytes // 2**20} MiB.")
            yield piece

    async def finish(self) -> bool:
        """Take what is left of a body that was not wanted whole. False where that takes too long, or the
        client has gone. Refused where it is no body.
        """
        try:
            async with asyncio.timeout(DROPPED_S):
                while self._unread:
                    event = self._pull()
                    if isinstance(event, End):
                        self._unread = False
                    elif event is None and not await self._more():
                        return False
        except TimeoutError:
            return False
        return True

    async def send(self, data: bytes) -> None:
        """Say something, and wait while the client does not take it."""
        if self._writer.is_closing():
            raise ConnectionResetError("the client has hung up")
        self.answered = True
        self._writer.write(data)
        try:
            async with asyncio.timeout(self._patience_s):
                await self._writer.drain()
        except TimeoutError as stuck:
            raise ConnectionAbortedError("the client takes nothing") from stuck

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """Within the block a client that takes nothing for long is cut off: what it holds, others want."""
        self._patience_s = TAKEN_S
        try:
            yield
        finally:
            self._patience_s = None

    def shut(self) -> None:
        """Nothing more is said; the client may still speak."""
        if not self._writer.is_closing():
            self._writer.write_eof()

    async def raw(self) -> bytes:
        """What the client says after an upgrade; b"" at the end."""
        if held := self._requests.rest():
            return held
        if not self._eof and await self._more():
            return self._requests.rest()
        return b""

    async def gone(self, said_at: "LastSaid") -> None:
        """Return once the client is gone while it is answered: its side is closed, and either its connection
        too, or nothing was there to be said to it for a while. As Go's server sees it.
        """
        while not self._eof and not self._requests.begun:
            await self._more()
        if not self._eof:
            # it has sent its next request already, and listens
            await asyncio.Event().wait()
        while not self._writer.is_closing() and time.monotonic() - said_at.when < GONE_S:  # noqa: ASYNC110 - a writer tells nobody that it closes
            await asyncio.sleep(GONE_S / 4)

    def _pull(self) -> object:
        try:
            return self._requests.pull()
        except FramingError as broken:
            raise Refused(400, f"This is no request: {broken}.", ends=True) from broken

    async def _more(self) -> bool:
        """Take what comes next; False at the end. A look that was given up is taken up again."""
        if self._eof:
            return False
        if self._ahead is None:
            self._ahead = asyncio.ensure_future(self._reader.read(READ_BYTES))
        data = await asyncio.shield(self._ahead)
        self._ahead = None
        self._requests.push(data)
        self._eof = not data
        return bool(data)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._ahead is not None:
            self._ahead.cancel()
            await asyncio.gather(self._ahead, return_exceptions=True)
        self._writer.close()


class LastSaid:
    """When something was last said to the client."""

    def __init__(self) -> None:
        self.when = time.monotonic()

    def now(self) -> None:
        """Something is said just now."""
        self.when = time.monotonic()
