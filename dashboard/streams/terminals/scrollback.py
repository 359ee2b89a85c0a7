"""The last bytes that a terminal has written, by their place in all that came, and which are stderr."""

from array import array
from bisect import bisect_right
from typing import Final

KEEP_BYTES: Final = 512 * 1024


class Scrollback:
    """Bytes `start`…`end` of the stream. Offsets grow for ever; what is older is let go."""

    def __init__(self, keep_bytes: int = KEEP_BYTES) -> None:
        self._kept = bytearray()
        self._keep_bytes = keep_bytes
        self.start = 0
        # where stdout turns into stderr, and back, from `start` on: as many turns as bytes at the most
        self._turns = array("Q")
        self._begins_stderr = self._ends_stderr = False

    @property
    def end(self) -> int:
        """How many bytes have been written in all."""
        return self.start + len(self._kept)

    def add(self, data: bytes, *, stderr: bool = False) -> None:
        """Keep what was written, and let go of the oldest."""
        if stderr != self._ends_stderr:
            self._turns.append(self.end)
            self._ends_stderr = stderr
        self._kept += data
        if (over := len(self._kept) - self._keep_bytes) > 0:
            del self._kept[:over]
            self.start += over
            past = bisect_right(self._turns, self.start)
            del self._turns[:past]
            self._begins_stderr ^= past % 2 == 1

    def stream_at(self, offset: int) -> tuple[bool, int]:
        """(whether the byte at `offset` is stderr, where that stops)."""
        past = bisect_right(self._turns, offset)
        until = self._turns[past] if past < len(self._turns) else self.end
        return self._begins_stderr ^ (past % 2 == 1), until

    def take(self, offset: int, *, most: int) -> bytes:
        """At most `most` bytes from `offset` on, which must be kept still."""
        at = offset - self.start
        return bytes(self._kept[at : at + most])

    def line_after(self, offset: int) -> int:
        """Where the first whole line from `offset` on begins: not in the middle of a sequence."""
        at = max(offset - self.start, 0)
        newline = self._kept.find(b"\n", at)
        return self.start + (newline + 1 if newline >= 0 else at)
