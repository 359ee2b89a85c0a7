"""One endpoint's event stream, without gaps or repetitions, also across broken streams."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hosts.podman import Podman, events, system
from hosts.podman.errors import Malformed, PodmanError, ServerFault

# events from while nobody listened are told, back to this age
_LOOK_BACK: Final = timedelta(days=1)
# a slower part of Podman can send an event this much after a later one (image pull does)
_OVERLAP_NS: Final = 2_000_000_000
_REMEMBERED: Final = 512
_LONGEST_PAUSE_S: Final = 30.0


class EventStream:
    """Follows one endpoint. `seen_ns`: the newest event read, by the host's clock."""

    def __init__(self, podman: Podman, *, seen_ns: int) -> None:
        self._podman = podman
        self.seen_ns = seen_ns
        # an earlier link has read everything up to here
        self._floor_ns = seen_ns
        self._recent: deque[tuple[int, str, str, str]] = deque(maxlen=_REMEMBERED)
        self._known: set[tuple[int, str, str, str]] = set()
        # why the host sends no events, while it does not
        self.trouble: PodmanError | None = None

    async def follow(self, broken: asyncio.Event) -> AsyncIterator[dict[str, Any]]:
        """Events for ever, each once. `broken` is set each time the stream has to begin again."""
        pause_s = 0.5
        while True:
            try:
                since = await self._since()
                async for event in events.follow(self._podman, since=since):
                    self.trouble = None
                    pause_s = 0.5
                    if self._is_new(event):
                        yield dict(event)
            except (ServerFault, Malformed) as error:
                self.trouble = error
            except PodmanError:
                # the service or the host is gone: lists find out why
                pass
            broken.set()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def begin(self, now: datetime | None) -> datetime:
        """Take the host's clock, as its ping told it; older events are not ours on the first call.

        Call it before the first lists, so that nothing falls between them and the stream.
        """
        now = datetime.now(UTC) if now is None else now
        now = now if now.tzinfo else now.replace(tzinfo=UTC)
        now_ns = round(now.timestamp() * 1e9)
        if not self.seen_ns:
            # `Date` has whole seconds: earlier events within this second are not ours to tell
            self.seen_ns = self._floor_ns = now_ns
        elif self.seen_ns > now_ns + _OVERLAP_NS:
            # the host's clock was set back: forget what we remember of it
            self.seen_ns, self._floor_ns = now_ns, 0
        return now

    async def _since(self) -> datetime:
        now = self.begin((await system.ping(self._podman, timeout_s=10.0)).now)
        begin = datetime.fromtimestamp((self.seen_ns - _OVERLAP_NS) / 1e9, UTC)
        return max(min(begin, now), now - _LOOK_BACK)

    def _is_new(self, event: Any) -> bool:
        key = events.key(event)
        if key in self._known or not self._floor_ns < key[0] < 2**63:
            return False
        if len(self._recent) == _REMEMBERED:
            self._known.discard(self._recent[0])
        self._recent.append(key)
        self._known.add(key)
        self.seen_ns = max(self.seen_ns, key[0])
        return True
