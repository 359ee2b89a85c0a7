"""An SSH channel as a pair of streams that raise OSError where it is cut, as asyncio's own do."""

from collections.abc import Callable

import asyncssh


class ChannelReader:
    """What the client says."""

    def __init__(self, reader: "asyncssh.SSHReader[bytes]") -> None:
        self._reader = reader

    async def read(self, n: int = -1, /) -> bytes:
        """At most `n` bytes; b"" at the end. ConnectionResetError."""
        try:
            return await self._reader.read(n)
        except asyncssh.Error as exc:
            raise ConnectionResetError(str(exc)) from exc


class ChannelWriter:
    """What is said to the client."""

    def __init__(self, writer: "asyncssh.SSHWriter[bytes]", let_go: Callable[[], None]) -> None:
        """`let_go` closes the channel as its kind is closed; called once."""
        self._writer, self._let_go = writer, let_go
        self._closed = False

    def write(self, data: bytes, /) -> None:
        """Send, or keep until it can be sent; nothing where the channel is closing."""
        if not self.is_closing():
            self._writer.write(data)

    async def drain(self) -> None:
        """Wait until the client has taken enough. ConnectionResetError."""
        try:
            await self._writer.drain()
        except asyncssh.Error as exc:
            raise ConnectionResetError(str(exc)) from exc
        if self.is_closing():
            raise ConnectionResetError("the channel is closed")

    def write_eof(self) -> None:
        """Say that nothing more comes."""
        if not self.is_closing():
            self._writer.write_eof()

    def close(self) -> None:
        """Let go of the channel; what was written is still sent."""
        if not self._closed:
            self._closed = True
            self._let_go()

    def is_closing(self) -> bool:
        """True once it is closed from either side."""
        return self._closed or self._writer.is_closing()
