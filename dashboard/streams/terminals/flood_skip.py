"""After Ctrl-C in a flood, skips the output that was already on its way.

It goes by bytes, not by the clock alone: on a busy machine the buffers take seconds to empty.
"""

from typing import Final

# nothing came for so long: the flood is over
QUIET_S: Final = 1.0
# more than those buffers hold: the flood goes on in spite of Ctrl-C, and is shown again
ON_ITS_WAY_BYTES: Final = 32 * 1024 * 1024


class FloodSkip:
    """Times are `time.monotonic()`."""

    def __init__(self) -> None:
        self._left_bytes = 0
        self._until = 0.0

    def begin(self, now: float) -> None:
        """Ctrl-C was typed."""
        self._left_bytes, self._until = ON_ITS_WAY_BYTES, now + QUIET_S

    def end(self) -> None:
        """The next line was typed: what comes now is wanted."""
        self._left_bytes = 0

    def covers(self, count: int, now: float) -> bool:
        """True when the `count` bytes that came are to be left out."""
        if now >= self._until:
            self._left_bytes = 0
        self._left_bytes = max(0, self._left_bytes - count)
        self._until = now + QUIET_S
        return self._left_bytes > 0
