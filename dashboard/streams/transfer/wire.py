"""One request's connection as a transfer sees it: its body in pieces, its end, its pace."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

# where the server puts a request's Wire among the extensions of its scope
WIRE: Final = "haulout.wire"
# what may wait here of a body before the browser is held back
HOLD_BYTES: Final = 256 * 1024


class TooLarge(Exception):
    """The body is longer than its limit."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"more than {limit_bytes} bytes")
        self.limit_bytes = limit_bytes


class ClientGone(Exception):
    """The browser went before the body was whole."""


class Wire:
    """Filled by the server, read by a transfer; both in the event loop's thread.

    `pause` and `resume` hold the browser back. `abort` cuts the connection, so that the browser
    knows the answer is not whole.
    """

    def __init__(
        self,
        *,
        pause: Callable[[], None],
        resume: Callable[[], None],
        abort: Callable[[], None],
    ) -> None:
        self._pause, self._resume, self.abort = pause, resume, abort
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._ready = asyncio.Event()
        self._lost = asyncio.Event()
        self._told = False
        self._dropping = False
        self.paused = False
        self.whole = False

    def feed(self, data: bytes) -> None:
        """A piece of the body has come."""
        if self._dropping or not data:
            return
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= HOLD_BYTES and not self.paused:
            self.paused = True
            self._pause()
        self._ready.set()

    def end(self) -> None:
        """The body is whole."""
        self.whole = True
        self._ready.set()

    def lose(self) -> None:
        """The browser has gone."""
        self._lost.set()
        self._ready.set()

    def drop(self) -> None:
        """Nobody wants the rest of the body: take it and forget it."""
        self._dropping = True
        self._waiting.clear()
        self._waiting_bytes = 0
        self._go_on()

    async def receive(self) -> dict[str, Any]:
        """ASGI's receive for Django: a body that is empty, and at last that the browser has gone."""
        if not self._told:
            self._told = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._lost.wait()
        return {"type": "http.disconnect"}

    async def pieces(self, *, limit_bytes: int | None = None) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises TooLarge past `limit_bytes`, ClientGone where it breaks off."""
        taken = 0
        while True:
            while self._waiting:
                piece = b"".join(self._waiting)
                self._waiting.clear()
                self._waiting_bytes = 0
                taken += len(piece)
                if limit_bytes is not None and taken > limit_bytes:
                    raise TooLarge(limit_bytes)
                self._go_on()
                yield piece
            if self.whole:
                return
            if self._lost.is_set():
                raise ClientGone
            self._ready.clear()
            await self._ready.wait()

    def _go_on(self) -> None:
        if self.paused:
            self.paused = False
            self._resume()
