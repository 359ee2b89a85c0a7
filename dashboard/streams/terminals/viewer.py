"""One browser that looks at a terminal: how far it was sent the screen, and how much it takes now."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from dashboard.streams.terminals.scrollback import Scrollback

# sent but not drawn yet; a browser draws some MB a second
WINDOW_BYTES: Final = 256 * 1024
MESSAGE_BYTES: Final = 64 * 1024
# after Ctrl-C no more than this is drawn of what waits
REST_BYTES: Final = 8 * 1024

SendJson = Callable[[dict[str, Any]], Awaitable[None]]
SendBytes = Callable[[bytes], Awaitable[None]]


class TerminalViewer:
    """Reads the scroll-back at its own pace; holds no copy of it."""

    def __init__(
        self, name: str, *, owner: bool, send_json: SendJson, send_bytes: SendBytes
    ) -> None:
        self.name = name
        self.owner = owner
        self.send_json = send_json
        self._send_bytes = send_bytes
        self.sent = 0
        self.drawn = 0
        self.ready = asyncio.Event()
        self._notes: list[dict[str, Any]] = []
        self._stderr = False
        # goes out once everything else has
        self.last: dict[str, Any] | None = None

    def begin(self, kept: Scrollback, have: int) -> None:
        """Start where the browser left off, or at the oldest that is kept."""
        known = 0 < have <= kept.end and have >= kept.start
        self.sent = have if known else kept.line_after(kept.start) if kept.start else 0
        self.drawn = self.sent
        self.note(
            {"type": "at", "offset": self.sent, "reset": not known, "replay": kept.end - self.sent}
        )

    def note(self, message: dict[str, Any]) -> None:
        """A message that goes out before the next bytes."""
        self._notes.append(message)
        self.ready.set()

    def has_drawn(self, offset: int) -> None:
        """The browser has drawn everything before `offset`."""
        self.drawn = min(max(self.drawn, offset), self.sent)
        self.ready.set()

    def waiting(self, kept: Scrollback) -> int:
        """Bytes that were not sent to it yet."""
        return kept.end - self.sent

    def skip_to(self, kept: Scrollback, offset: int) -> None:
        """Leave out what comes before `offset`, and say how much that was."""
        start = kept.line_after(offset)
        if start > self.sent:
            self.note({"type": "skipped", "bytes": start - self.sent, "offset": start})
            self.sent = self.drawn = start

    async def pump(self, kept: Scrollback, on_sent: Callable[[], None]) -> None:
        """Send for as long as the browser stays. `on_sent` is called after each message."""
        while True:
            while self._notes:
                await self.send_json(self._notes.pop(0))
            if self.sent < kept.start:
                self.skip_to(kept, kept.start)
                continue
            room = WINDOW_BYTES - (self.sent - self.drawn)
            if room > 0 and self.sent < kept.end:
                stderr, until = kept.stream_at(self.sent)
                if stderr != self._stderr:
                    self._stderr = stderr
                    name = "stderr" if stderr else "stdout"
                    await self.send_json({"type": "stream", "name": name})
                data = kept.take(self.sent, most=min(room, MESSAGE_BYTES, until - self.sent))
                self.sent += len(data)
                await self._send_bytes(data)
                on_sent()
                continue
            if self.last is not None and self.sent == kept.end:
                await self.send_json(self.last)
                self.last = None
            self.ready.clear()
            await self.ready.wait()
