"""What is typed into a terminal: straight into the pipe while there is room, else in turn."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Final

from dashboard.streams.terminals.pipe import Pipe

# typed and not yet on its way; a browser keeps to less by itself
MOST_TYPED_BYTES: Final = 1024 * 1024
# said to the browser once so much has gone out
ACK_BYTES: Final = 16 * 1024


class Keyboard:
    """`took(count)` is called when that many bytes have gone out since the last time."""

    def __init__(self, pipe: Pipe, took: Callable[[int], None]) -> None:
        self._pipe = pipe
        self._took = took
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._news = asyncio.Event()
        self._open = False
        self._ended = False
        self._gone_bytes = 0

    def feed(self, data: bytes) -> None:
        """Keys. What is typed before the shell is there waits for it. ValueError: too much."""
        if self._ended:
            return
        if self._open and not self._waiting:
            if not self._pipe.write(data):
                # written, but not on its way: what comes next waits for it
                self._wait_with(b"")
            self._gone(len(data))
            return
        self._wait_with(data)
        if self._waiting_bytes > MOST_TYPED_BYTES:
            raise ValueError

    def end(self) -> None:
        """Nothing more is typed."""
        self._ended = True
        self._news.set()

    async def run(self) -> None:
        """From the moment when the pipe is open."""
        self._open = True
        while True:
            while self._waiting:
                data = self._waiting[0]
                if data:
                    self._pipe.write(data)
                # a pipe that is closed is seen by whoever reads it
                with contextlib.suppress(OSError):
                    await self._pipe.drain()
                self._waiting.popleft()
                self._waiting_bytes -= len(data)
                self._gone(len(data))
            if self._ended:
                self._pipe.write_eof()
                return
            self._news.clear()
            await self._news.wait()

    def _wait_with(self, data: bytes) -> None:
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        self._news.set()

    def _gone(self, count: int) -> None:
        self._gone_bytes += count
        if self._gone_bytes >= ACK_BYTES:
            self._took(self._gone_bytes)
            self._gone_bytes = 0
