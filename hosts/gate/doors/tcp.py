"""A TCP connection as the streams that a client is read from and written to, plain or by TLS.

asyncio's TLS takes a client's close_notify for the end of the connection and drops what was to be answered.
`docker exec -i` sends one when its input ends, and still waits for the output. Here each direction ends on
its own.
"""

import asyncio
import ssl
from typing import Final

READ_BYTES: Final = 64 * 1024
# how long, and how much, a client may still say that is no longer heard: a closed socket with unread bytes
# would be reset, and take the last answer with it
_LINGER_S: Final = 2.0
_LINGER_BYTES: Final = 1024 * 1024
# for the last of an answer, whose reader may be a person with a pager
_TAKEN_S: Final = 600.0


class PlainStream:
    """Both directions of a connection. Backpressure is that of the two streams it is made from."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._finished = self._closed = False

    async def handshake(self) -> None:
        """What comes before all else; nothing here."""

    async def read(self, n: int = -1, /) -> bytes:
        """At most `n` bytes (-1: what fits); b"" at the end. ConnectionError."""
        return await self._reader.read(n if n > 0 else READ_BYTES)

    def write(self, data: bytes, /) -> None:
        """Send, or keep until it can be sent; nothing once the end was said."""
        self.write_plain(data)

    def write_plain(self, data: bytes) -> None:
        """The same, and never by TLS: for whoever speaks none."""
        if not self._finished:
            self._writer.write(data)

    async def drain(self) -> None:
        """Wait until the client has taken enough. ConnectionError."""
        await self._writer.drain()

    def write_eof(self) -> None:
        """Say that nothing more comes. The client may go on."""
        if not self._finished and not self._writer.is_closing():
            self._finished = True
            self._say_end()
            try:
                self._writer.write_eof()
            except OSError:
                # reset by the client, which nobody has heard of yet
                self.abort()

    def close(self) -> None:
        """Say the end. The connection itself goes with `gone`."""
        self.write_eof()
        self._closed = True

    def is_closing(self) -> bool:
        """True once it is closed from either side."""
        return self._closed or self._writer.is_closing()

    async def gone(self) -> None:
        """Say the end, wait until all was taken, hear the client out for a moment, and let go."""
        self.close()
        left = _LINGER_BYTES
        try:
            async with asyncio.timeout(_TAKEN_S):
                self._writer.transport.set_write_buffer_limits(high=0)
                await self._writer.drain()
            async with asyncio.timeout(_LINGER_S):
                while left > 0 and (data := await self._reader.read(READ_BYTES)):
                    left -= len(data)
        except (TimeoutError, OSError):
            # it stays, or has hung up
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        """Let go at once, whatever has not been sent yet."""
        self._writer.transport.abort()

    def _say_end(self) -> None:
        """What stands before the end of the connection's own."""


class TlsStream(PlainStream):
    """The same by TLS."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        context: ssl.SSLContext,
    ) -> None:
        super().__init__(reader, writer)
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._heard_end = False

    async def handshake(self) -> None:
        """ssl.SSLError where the client speaks no TLS, or none that is taken. ConnectionError."""
        while True:
            try:
                self._tls.do_handshake()
                return
            except ssl.SSLWantReadError:
                await self._more()
            finally:
                # where it is refused, an alert says why
                self._flush()

    async def read(self, n: int = -1, /) -> bytes:
        """As above. A connection that ends without TLS's word for it was cut off."""
        wanted, found = n if n > 0 else READ_BYTES, bytearray()
        while not self._heard_end:
            try:
                piece = self._tls.read(wanted - len(found))
            except ssl.SSLWantReadError:
                if found:
                    break
                await self._more()
                continue
            except ssl.SSLZeroReturnError:
                piece = b""
            except ssl.SSLError as broken:
                self.abort()
                raise ConnectionResetError(f"TLS: {broken.reason or broken}") from broken
            self._heard_end = not piece
            found += piece
            if len(found) == wanted:
                break
        return bytes(found)

    def write(self, data: bytes, /) -> None:
        """As above."""
        if self._finished:
            return
        left = memoryview(data)
        while left:
            left = left[self._tls.write(left) :]
        self._flush()

    def _say_end(self) -> None:
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            # it was said; for the client's own end nobody waits
            pass
        self._flush()

    async def _more(self) -> None:
        """Take what comes next, and let go out what that made necessary."""
        if self._flush():
            await self.drain()
        if data := await self._reader.read(READ_BYTES):
            self._in.write(data)
        else:
            self._in.write_eof()

    def _flush(self) -> bool:
        data = self._out.read()
        if data and not self._writer.is_closing():
            self._writer.write(data)
        return bool(data)
