"""Lines of several logs in the order of their times, after a short wait for late ones.

Podman up to 5.4 gives whole seconds. Within a second lines keep the order in which they came. Lines
of one source never change places.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboard.streams.lines import time_of

# for how long a line waits for earlier ones from elsewhere: Podman's file backend looks every 250 ms
WINDOW_S: Final = 0.4


@dataclass(frozen=True, slots=True, order=True)
class PendingLine:
    """A line that waits for its turn; sorts by time, then by arrival. `size`: bytes as it came."""

    moment: float
    arrival: int
    at: float
    source: int
    size: int
    line: bytes


class LogClock:
    """A source's times as seconds since 1970, never going back; each text is read once."""

    def __init__(self) -> None:
        self._text = ""
        self._moment = 0.0

    def moment(self, line: bytes) -> float:
        """When `line` was written; a line without a time counts with the one before it."""
        text = time_of(line)
        if text and text != self._text:
            self._text = text
            try:
                self._moment = max(self._moment, datetime.fromisoformat(text).timestamp())
            except ValueError:
                pass
        return self._moment


def tagged(source: int, line: bytes) -> bytes:
    """`line` with its source's number behind the time: `1<time>@7 text`, or `1-@7 text`."""
    if not time_of(line):
        return b"%b-@%d %b" % (line[:1], source, line[1:])
    head, space, text = line.partition(b" ")
    return b"%b@%d%b%b" % (head, source, space, text)


class Merger:
    """Takes lines of numbered sources, gives them back in order once they have waited."""

    def __init__(
        self, *, window_s: float = WINDOW_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._window_s = window_s
        self._clock = clock
        self._waiting: list[PendingLine] = []
        self._clocks: dict[int, LogClock] = {}
        self._arrival = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, source: int, lines: list[bytes]) -> None:
        """Lines that just came, in the order in which the source tells them."""
        clockwork = self._clocks.setdefault(source, LogClock())
        now = self._clock()
        for line in lines:
            self._arrival += 1
            moment, tag = clockwork.moment(line), tagged(source, line)
            self._waiting.append(PendingLine(moment, self._arrival, now, source, len(line), tag))

    def all(self) -> list[PendingLine]:
        """Everything that waits, in order."""
        found, self._waiting = sorted(self._waiting), []
        return found

    def due(self) -> list[PendingLine]:
        """What has waited long enough, with everything earlier than that.

        A source whose clock is behind cannot hold the others up, nor a loud one.
        """
        old = self._clock() - self._window_s
        newest = max((w.moment for w in self._waiting if w.at <= old), default=None)
        if newest is None:
            return []
        found = sorted(w for w in self._waiting if w.moment <= newest)
        self._waiting = [w for w in self._waiting if w.moment > newest]
        return found
