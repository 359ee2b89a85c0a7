"""What waits for one browser: lines within its credit, and an exact count of those left out."""

import asyncio
import time
from collections import deque

# bytes that may be on their way unseen; the browser gives credit back as it draws
CREDIT_BYTES = 1024 * 1024
MAX_CREDIT_BYTES = 8 * 1024 * 1024
# waiting beyond the credit; above it lines are left out and counted
KEEP_BYTES = 1024 * 1024
MESSAGE_BYTES = 256 * 1024


class Credit:
    """What a browser can still take, and for how long it has taken nothing."""

    def __init__(self) -> None:
        self.credit = CREDIT_BYTES
        self._ready = asyncio.Event()
        self._starved_since: float | None = None

    def give_credit(self, amount: int) -> None:
        """The browser has drawn `amount` bytes."""
        self.credit = min(self.credit + max(amount, 0), MAX_CREDIT_BYTES)
        self._starved_since = None
        self._ready.set()

    @property
    def starved_s(self) -> float:
        """For how long the browser has given no credit while something waits; 0 when it has."""
        return 0.0 if self._starved_since is None else time.monotonic() - self._starved_since

    def _starves(self) -> None:
        if self._starved_since is None:
            self._starved_since = time.monotonic()


class Outbox(Credit):
    """Filled by a source, drained by the consumer's loop. Never blocks the source."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._skipped = 0
        self._room = asyncio.Event()
        self._room.set()
        self._empty = asyncio.Event()

    def offer(self, lines: list[bytes]) -> None:
        """Take lines; when the browser is too slow, count them instead (a live stream)."""
        for line in lines:
            if self._bytes + len(line) > KEEP_BYTES or self._skipped:
                self._skipped += 1
            else:
                self._lines.append(line)
                self._bytes += len(line)
        self._ready.set()

    async def put(self, lines: list[bytes]) -> None:
        """Take lines, waiting for room: for a range that must arrive whole."""
        await self._room.wait()
        self._lines.extend(lines)
        self._bytes += sum(map(len, lines))
        if self._bytes >= KEEP_BYTES:
            self._room.clear()
        self._ready.set()

    async def take(self) -> tuple[bytes, int]:
        """(message, lines left out after it). Waits for lines and credit."""
        while True:
            if self._lines and self.credit > 0:
                return self._message(), self._gap()
            if self._skipped and not self._lines:
                return b"", self._gap()
            if self._lines:
                self._starves()
            self._ready.clear()
            await self._ready.wait()

    async def drained(self) -> None:
        """Wait until everything has gone out."""
        while self._lines:
            self._empty.clear()
            await self._empty.wait()

    def _message(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while self._lines and size < min(MESSAGE_BYTES, self.credit):
            line = self._lines.popleft()
            parts.append(line)
            size += len(line)
        self._bytes -= size
        self.credit -= size
        if self._bytes < KEEP_BYTES:
            self._room.set()
        if not self._lines:
            self._empty.set()
        return b"".join(parts)

    def _gap(self) -> int:
        """The count of left-out lines, once everything before them has gone out."""
        if self._lines:
            return 0
        skipped, self._skipped = self._skipped, 0
        return skipped
