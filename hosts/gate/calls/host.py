"""The host's side: a request that was made anew goes out, its answer comes back."""

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Final, Self

from hosts.dial import dial
from hosts.gate.routes.replies import Refused
from hosts.link.framing import AnswerHead, AnswerReader, Body, End, FramingError
from hosts.models import Endpoint
from hosts.podman.dial import KEEPALIVE_S

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
READ_BYTES: Final = 256 * 1024
# of an answer that is read whole
WHOLE_BYTES: Final = 32 * 1024 * 1024
_BROKEN: Final = "The host's answer broke off."


class KeptConnection:
    """A connection to the endpoint that stays open for the client's next request, for some seconds."""

    def __init__(self) -> None:
        self._streams: Streams | None = None
        self._timer: asyncio.TimerHandle | None = None

    def take(self) -> Streams | None:
        """The connection, for whoever takes it alone; None where there is none, or the host has ended it."""
        streams, self._streams = self._streams, None
        if self._timer is not None:
            self._timer.cancel()
        if streams is not None and (streams[0].at_eof() or streams[1].is_closing()):
            streams[1].transport.abort()
            return None
        return streams

    def keep(self, streams: Streams) -> None:
        """Keep one on which nothing is left to be read."""
        self.close()
        self._streams = streams
        self._timer = asyncio.get_running_loop().call_later(KEEPALIVE_S, self.close)

    def close(self) -> None:
        """End it, if there is one."""
        if (streams := self.take()) is not None:
            streams[1].transport.abort()


class HostConnection:
    """One connection to the endpoint's socket, for one request. Refused where the host does not answer."""

    def __init__(self, endpoint: Endpoint, kept: KeptConnection | None = None) -> None:
        """`kept`: where the connection comes from and is left, for a request that may be sent twice."""
        self._endpoint = endpoint
        self._kept = kept
        self._reused = False
        # the answer was read to its end, and another may follow on the connection
        self._keeps = self._ended = False
        self._answers = AnswerReader()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._hearing: asyncio.Task[AnswerHead] | None = None

    async def __aenter__(self) -> Self:
        streams = self._kept.take() if self._kept is not None else None
        self._reused = streams is not None
        self._reader, self._writer = streams or await self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)
        if self._reader is None or self._writer is None:
            return
        if self._kept is not None and kind is None and self._may_stay():
            self._kept.keep((self._reader, self._writer))
        else:
            # at once: a stream that nobody hears any more is to end on the host
            self._writer.transport.abort()

    def _may_stay(self) -> bool:
        return self._keeps and self._ended and not self._answers.begun

    async def _open(self) -> Streams:
        try:
            return await dial(self._endpoint, gate=True).open()
        except OSError as away:
            words = "Haulout has no connection to this host at the moment."
            raise Refused(503, words, cause=str(away), wait_s=5) from away

    async def ask(
        self, method: str, target: str, fields: list[str], body: bytes = b""
    ) -> AnswerHead:
        """Send the request; the head of its answer."""
        lines = [f"{method} {target} HTTP/1.1", "Host: podman", *fields]
        if body or method in ("POST", "PUT"):
            lines.append(f"Content-Length: {len(body)}")
        self._answers.asked(method)
        request = "\r\n".join([*lines, "", ""]).encode("ascii") + body
        await self.say(request)
        if self._reused and not await self._begins():
            # the host ended it while nobody used it
            self._reader, self._writer = await self._open()
            await self.say(request)
        head = await self._head()
        self._keeps = head.status < 300 and not head.ends
        return head

    async def _begins(self) -> bool:
        """Whether an answer begins to come. False where the connection has ended."""
        if self._reader is None or self._writer is None:
            return False
        try:
            data = await self._reader.read(READ_BYTES)
        except ConnectionError:
            data = b""
        if not data:
            self._writer.transport.abort()
        self._answers.push(data)
        return bool(data)

    async def send(
        self, method: str, target: str, fields: list[str], pieces: AsyncIterator[bytes]
    ) -> AnswerHead | None:
        """Send a request whose body comes in pieces. None once all of it is sent: `answered` has the head.
        Else the head of an answer for which the host did not wait until then.
        """
        lines = [f"{method} {target} HTTP/1.1", "Host: podman", *fields]
        lines.append("Transfer-Encoding: chunked")
        self._answers.asked(method)
        await self.say("\r\n".join([*lines, "", ""]).encode("ascii"))
        sending = asyncio.ensure_future(self._send(pieces))
        hearing = self._hearing = asyncio.ensure_future(self._head())
        try:
            await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                return await hearing
            sending.result()
            return None
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def answered(self) -> AnswerHead:
        """The head of the answer to what was sent in pieces."""
        if self._hearing is None:
            raise RuntimeError("Nothing was sent in pieces.")
        return await self._hearing

    async def _send(self, pieces: AsyncIterator[bytes]) -> None:
        async for piece in pieces:
            if piece:
                await self.say(b"%x\r\n%b\r\n" % (len(piece), piece))
        await self.say(b"0\r\n\r\n")

    async def _head(self) -> AnswerHead:
        while True:
            head = await self._next()
            if isinstance(head, AnswerHead) and (head.status >= 200 or head.status == 101):
                return head
            if head is None:
                raise Refused(502, _BROKEN)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body of the answer as it comes, all that has come at once in one piece; of an upgraded
        connection, all that the host says.
        """
        while True:
            event = await self._next(gather=True)
            if event is None or isinstance(event, End):
                self._ended = event is not None
                return
            if isinstance(event, Body) and event.raw:
                yield event.raw

    async def whole(self) -> bytes:
        """The body of the answer. Refused where it is larger than 32 MiB."""
        content = bytearray()
        async for piece in self.pieces():
            content += piece
            if len(content) > WHOLE_BYTES:
                raise Refused(502, "The host's answer is larger than 32 MiB; it was not read.")
        return bytes(content)

    async def say(self, data: bytes) -> None:
        """Send bytes as they are, at the host's pace."""
        if self._writer is None:
            raise RuntimeError("The connection is used outside of its `async with` block.")
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            # it may have answered before it hung up
            return

    def shut(self) -> None:
        """The client has nothing more to say: a half-close, which ends the standard input of an exec."""
        if self._writer is not None and self._writer.can_write_eof():
            self._writer.write_eof()

    async def _next(self, *, gather: bool = False) -> object:
        """The next event of the answer; None at the end of all. `gather`: a body comes in few pieces."""
        if self._reader is None:
            raise RuntimeError("The connection is used outside of its `async with` block.")
        try:
            while True:
                if gather and (piece := self._answers.gather()):
                    return Body(piece)
                if (event := self._answers.pull()) is not None:
                    return event
                data = await self._reader.read(READ_BYTES)
                if not data:
                    return self._answers.eof()
                if self._answers.skim(data):
                    return Body(data)
                self._answers.push(data)
        except (FramingError, ConnectionError) as broken:
            raise Refused(502, _BROKEN, cause=str(broken)) from broken
