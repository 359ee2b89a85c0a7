"""What waits for one browser that reads several logs: merged, within its credit, gaps by source."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from dashboard.streams.merge import Merger, PendingLine
from dashboard.streams.outbox import KEEP_BYTES, MESSAGE_BYTES, Credit

# each source may have this much waiting, so that a loud one does not silence the others
LEAST_BYTES: Final = 64 * 1024
# at the beginning: what stood in the logs, all of it before the first line goes out
PAST_BYTES: Final = 8 * 1024 * 1024
# a source that has not told its past by then is not waited for
PAST_S: Final = 3.0
TICK_S: Final = 0.05


class MergedOutbox(Credit):
    """Filled by numbered sources, drained by the consumer's loop. Never blocks a source.

    Nothing goes out until all sources have caught up. Then the newest `tail` lines of all, and
    after them what comes, in order.
    """

    def __init__(self, tail: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._tail = tail
        self._clock = clock
        self._merger = Merger(clock=clock)
        self._queue: deque[PendingLine] = deque()
        self._waiting: dict[int, int] = {}
        self._skipped: dict[int, int] = {}
        self._past: dict[int, deque[bytes]] | None = {}
        self._past_bytes: dict[int, int] = {}
        self._behind: set[int] = set()
        self._opened = clock()

    def enter(self, source: int) -> None:
        """A source will tell its lines."""
        self._waiting[source] = 0
        if self._past is not None:
            self._behind.add(source)
            self._past[source] = deque()
            self._past_bytes[source] = 0

    def leave(self, source: int) -> None:
        """No more from this source; what waits still goes out."""
        self.caught_up(source)

    def caught_up(self, source: int) -> None:
        """This source has told what stood in its log."""
        self._behind.discard(source)
        self._ready.set()

    def offer(self, source: int, lines: list[bytes]) -> None:
        """Take lines of a source; those beyond its share are counted instead."""
        if self._past is not None and source in self._past:
            self._remember(source, lines)
            return
        share = max(LEAST_BYTES, KEEP_BYTES // max(1, len(self._waiting)))
        waiting = self._waiting.get(source, 0)
        taken = 0
        if not self._skipped.get(source):
            for line in lines:
                if waiting + len(line) > share:
                    break
                waiting += len(line)
                taken += 1
        if taken < len(lines):
            self._skipped[source] = self._skipped.get(source, 0) + len(lines) - taken
        self._waiting[source] = waiting
        self._merger.add(source, lines[:taken])
        self._ready.set()

    async def take(self) -> tuple[bytes, dict[int, int]]:
        """(message, {source: lines left out after it}). Waits for lines and credit."""
        while True:
            self._release()
            message = self._message() if self._queue and self.credit > 0 else b""
            gaps = self._gaps()
            if message or gaps:
                return message, gaps
            if self._queue:
                self._starves()
            self._ready.clear()
            try:
                async with asyncio.timeout(TICK_S if self._merger or self._past else None):
                    await self._ready.wait()
                    # several sources tell at once: one look for all of them
                    await asyncio.sleep(TICK_S)
            except TimeoutError:
                pass

    def _remember(self, source: int, lines: list[bytes]) -> None:
        """The past of a source: its newest lines, as many as there is room for."""
        assert self._past is not None
        past, size = self._past[source], self._past_bytes[source]
        for line in lines:
            past.append(line)
            size += len(line)
        while past and size > PAST_BYTES // max(1, len(self._past)):
            size -= len(past.popleft())
        self._past_bytes[source] = size

    def _release(self) -> None:
        if self._past is not None:
            if self._behind and self._clock() - self._opened < PAST_S:
                return
            past, self._past = self._past, None
            for source, lines in past.items():
                self._merger.add(source, list(lines))
            ready = self._merger.all()[-self._tail :] if self._tail else []
            for each in ready:
                self._waiting[each.source] += each.size
        else:
            ready = self._merger.due()
        self._queue.extend(ready)

    def _message(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        while self._queue and size < min(MESSAGE_BYTES, self.credit):
            each = self._queue.popleft()
            parts.append(each.line)
            size += len(each.line)
            self._waiting[each.source] -= each.size
        self.credit -= size
        return b"".join(parts)

    def _gaps(self) -> dict[int, int]:
        """Counts of sources whose lines before the gap have all gone out."""
        there = [source for source in self._skipped if self._waiting[source] <= 0]
        return {source: self._skipped.pop(source) for source in there}
