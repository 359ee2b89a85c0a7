"""A range of several logs, each read to its end and merged exactly by time."""

import asyncio
import heapq
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from datetime import datetime
from itertools import count

from dashboard.streams.lines import LineAssembler
from dashboard.streams.merge import LogClock, tagged
from dashboard.streams.restarts import RestartMarks, is_mark
from hosts.podman import Dial, Podman, PodmanError
from hosts.podman.logs import batches

# standard output and standard error
BOTH = frozenset({1, 2})
GATHER_LINES = 500
# a line may have 256 KiB
GATHER_BYTES = 256 * 1024


class Part:
    """One container's share of the range. Afterwards `lines` came, or `cause` says why not all."""

    def __init__(
        self,
        number: int,
        way: Dial,
        container: str,
        *,
        since: datetime | None,
        until: datetime | None,
        tail: int | None,
        streams: frozenset[int] = BOTH,
        restarts: RestartMarks | None = None,
    ) -> None:
        self.number = number
        self.lines = 0
        self.cause = ""
        self._way, self._container = way, container
        self._since, self._until, self._tail = since, until, tail
        self._streams = streams
        self._restarts = restarts or RestartMarks()
        self._clock = LogClock()

    async def lines_in_time(self) -> AsyncGenerator[tuple[float, bytes], None]:
        """(moment, line with its source's number), in the log's own order. Never raises PodmanError."""
        assembler = LineAssembler()
        try:
            async with Podman(self._way) as podman:
                frames = batches(
                    podman,
                    self._container,
                    tail=self._tail,
                    since=self._since,
                    until=self._until,
                    timestamps=True,
                    stdout=1 in self._streams,
                    stderr=2 in self._streams,
                )
                async with aclosing(frames) as pieces:
                    async for piece in pieces:
                        for line in self._restarts.insert(assembler.feed(piece)):
                            yield self._one(line)
            for line in self._restarts.insert(assembler.rest()):
                yield self._one(line)
        except PodmanError as failed:
            self.cause = failed.message

    def _one(self, line: bytes) -> tuple[float, bytes]:
        self.lines += not is_mark(line)
        return self._clock.moment(line), tagged(self.number, line)


async def merged_lines(parts: list[Part]) -> AsyncGenerator[list[bytes], None]:
    """Lines of all parts by time, some hundred at once."""
    order = count()
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(aclosing(part.lines_in_time())) for part in parts
        ]
        firsts = await asyncio.gather(*(anext(stream, None) for stream in streams))
        # the source's number before the order of arrival: equal seconds stay together and in order
        heap = [
            (first[0], number, next(order), first[1])
            for number, first in enumerate(firsts)
            if first is not None
        ]
        heapq.heapify(heap)
        gathered: list[bytes] = []
        size = 0
        while heap:
            _, number, _, line = heap[0]
            gathered.append(line)
            size += len(line)
            following = await anext(streams[number], None)
            if following is None:
                heapq.heappop(heap)
            else:
                heapq.heapreplace(heap, (following[0], number, next(order), following[1]))
            if len(gathered) >= GATHER_LINES or size >= GATHER_BYTES:
                yield gathered
                gathered, size = [], 0
        if gathered:
            yield gathered
