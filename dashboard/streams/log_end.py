"""Whether all lines came, once a container has ended.

Podman (5.4.2) stops its file follower when the container ends. A reader that is behind then misses
lines at random, up to 140,000 of 200,000 (measured). A log that is read without following is whole.
So lines are counted by the second and compared with it.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboard.streams.lines import time_of
from hosts.podman.errors import Malformed

# seconds in which something was written that are remembered
KEEP_SECONDS: Final = 300
# what a log is counted by when it is read again: no host fills our memory with either
_MOST_SECONDS: Final = 100_000
_MOST_BEGINS: Final = 10_000
# digits of a line's time up to the second
_SECOND = slice(1, 20)
# the last `tail` lines (None: all) since a moment, as they stand in the log now
Read = Callable[[int | None, datetime], AsyncIterator[list[bytes]]]


@dataclass(frozen=True, slots=True)
class Loss:
    """`lines` were left out, none before `since` (RFC 3339). `whole`: it can be no more."""

    lines: int
    since: str
    whole: bool


class Tally:
    """Counts the lines of a stream by the second in which they were written."""

    def __init__(self) -> None:
        self._counts: dict[bytes, int] = {}
        self._times: dict[bytes, str] = {}
        self._first = b""

    def add(self, lines: list[bytes]) -> None:
        """Lines that were given out, in order."""
        if not lines:
            return
        self._first = self._first or lines[0]
        if lines[0][_SECOND] == lines[-1][_SECOND]:
            self._count(lines[0], len(lines))
        else:
            for line in lines:
                self._count(line, 1)

    def _count(self, line: bytes, number: int) -> None:
        second = line[_SECOND]
        if second not in self._counts:
            self._times[second] = time_of(line)
            if len(self._counts) >= KEEP_SECONDS:
                oldest = next(iter(self._counts))
                del self._counts[oldest], self._times[oldest]
        self._counts[second] = self._counts.get(second, 0) + number

    async def loss(self, read: Read, *, tail: int) -> Loss | None:
        """What was left out; None when all came. Asks for the last `tail` lines, for all if need be."""
        start = _moment(next(iter(self._times.values()), ""))
        if start is None:
            return None
        counts, total, cut = await self._recount(read, tail, start)
        if total >= tail:
            # the window begins within a second; the next one must be whole, and tell that it began
            # before the loss
            counts.pop(cut, None)
            first = next(iter(counts), None)
            if first is None or counts[first] != self._counts.get(first):
                counts, _total, _cut = await self._recount(read, None, start)
        missing = {
            second: number - self._counts.get(second, 0)
            for second, number in counts.items()
            if number > self._counts.get(second, 0)
        }
        if not missing:
            return None
        first = next(iter(missing))
        oldest = next(iter(self._counts))
        whole = first != oldest or self._first[_SECOND] == oldest
        since = self._times.get(first) or first.decode("ascii", "replace") + "Z"
        return Loss(sum(missing.values()), since, whole)

    async def _recount(
        self, read: Read, tail: int | None, start: datetime
    ) -> tuple[dict[bytes, int], int, bytes]:
        """Lines by the second from the first sent one on, the number of lines, and the second of
        the first.
        """
        counts: dict[bytes, int] = {}
        # where in its second the first line given can have been: a log may repeat itself
        begins: deque[int] = deque(maxlen=_MOST_BEGINS)
        total, cut = 0, b""
        first_second = self._first[_SECOND]
        async for lines in read(tail, start):
            total += len(lines)
            for line in lines:
                second = line[_SECOND]
                cut = cut or second
                if len(counts) > _MOST_SECONDS:
                    raise Malformed("The log names more seconds than anybody can count.")
                if line == self._first:
                    begins.append(counts.get(second, 0))
                counts[second] = counts.get(second, 0) + 1
        if begins:
            # what came before the first line was not asked for; in doubt nothing was lost
            there, given = counts[first_second], self._counts.get(first_second, 0)
            rest = [there - begin for begin in begins if there - begin >= given]
            counts[first_second] = min(rest, default=given)
        return counts, total, cut


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return None
