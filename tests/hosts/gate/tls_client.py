"""TLS as Go speaks it: a client that ends what it says by close_notify alone, and goes on to listen."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class TlsClient:
    """Reader and writer in one, as asyncio's streams. ConnectionResetError where it is cut off."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext
    ) -> None:
        self.reader, self.writer = reader, writer
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_hostname="localhost")
        self._silent = False

    async def greet(self) -> None:
        """The handshake."""
        await self._done(self.tls.do_handshake)

    async def read(self, n: int = -1) -> bytes:
        """At most `n` bytes, all until the end for -1."""
        if n >= 0:
            return await self._read(n)
        found = bytearray()
        while data := await self._read(65536):
            found += data
        return bytes(found)

    async def readexactly(self, n: int) -> bytes:
        found = bytearray()
        while len(found) < n:
            data = await self._read(n - len(found))
            if not data:
                raise asyncio.IncompleteReadError(bytes(found), n)
            found += data
        return bytes(found)

    async def readuntil(self, end: bytes) -> bytes:
        found = b""
        while not found.endswith(end):
            found += await self.readexactly(1)
        return found

    def write(self, data: bytes) -> None:
        self.tls.write(data)
        self._flush()

    async def drain(self) -> None:
        await self.writer.drain()

    def write_eof(self) -> None:
        """Say that nothing more comes, by TLS alone."""
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self._flush()

    def cut_off(self) -> None:
        """End the connection below TLS, without its word for it."""
        self._silent = True
        self.writer.write_eof()

    def close(self) -> None:
        self.writer.close()

    async def _read(self, n: int) -> bytes:
        try:
            return await self._done(self.tls.read, n)
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLEOFError as cut:
            raise ConnectionResetError("it was cut off, without close_notify") from cut

    async def _done(self, step: Callable[..., T], *given: Any) -> T:
        while True:
            try:
                return step(*given)
            except ssl.SSLWantReadError:
                self._flush()
                data = await self.reader.read(65536)
                if data:
                    self._in.write(data)
                else:
                    self._in.write_eof()
            finally:
                self._flush()

    def _flush(self) -> None:
        if (data := self._out.read()) and not self._silent:
            self.writer.write(data)
