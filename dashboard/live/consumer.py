"""The socket of live lists: /ws/live/. Its rights are watched by the guard, as those of every socket."""

import asyncio
import time
from collections import Counter
from functools import cache
from typing import Any, ClassVar

import orjson
from django.urls import get_resolver

from dashboard.live.hub import Hub, hub
from dashboard.live.spec import ListSpec, spec_named
from dashboard.live.subscription import Subscription
from dashboard.live.view import view_of
from dashboard.sockets.consumer import LeanConsumer
from hosts.access import NotVisible, visibility_key
from hosts.access.rights_threads import in_rights_thread

MAX_LISTS = 24
# frames sent but not yet acknowledged by the browser
CREDIT = 4
STALLED_S = 30.0
BEAT_S = 8.0


@cache
def _rooms() -> int:
    return len(get_resolver().url_patterns)


class LiveConsumer(LeanConsumer):
    """One browser page: its lists, its credit, its person. live-socket.js knows the close codes."""

    # other rights: the browser connects again and subscribes by the new ones
    WITHDRAWN: ClassVar[int] = 4409
    BURST: ClassVar[int] = 60
    PER_SECOND: ClassVar[float] = 20.0
    # one for each page that somebody has open
    MOST_EACH: ClassVar[int] = 2_000
    _counted: ClassVar[Counter[int]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        # who sees the same; None until it is known
        self.key: str | None = None
        self._lists: dict[str, Subscription] = {}
        self._credit = CREDIT
        self._stalled_since: float | None = None
        self._fresh = asyncio.Event()
        self._hub: Hub = hub()

    async def authorise(self) -> None:
        """The lists are anybody's; what is in them is not. NotVisible once the rights are others."""
        if self.key is None:
            # lists register themselves in the rooms of their pages, which the routes import
            await asyncio.to_thread(_rooms)
        key = await in_rights_thread(lambda: visibility_key(self.person))
        if self.key not in (None, key):
            raise NotVisible
        self.key = key

    async def run(self) -> None:
        """Send what is new for as long as the browser stays."""
        self._hub.enter(self)
        try:
            await self._write()
        finally:
            # what is asked for meanwhile is watched no more
            self.closing.set()
            for subscription in list(self._lists.values()):
                await self._hub.unwatch(subscription.shared, subscription)
            await self._hub.leave(self)

    # from the browser

    async def heard(self, text: str, data: bytes) -> None:
        """A JSON object; what is none does no harm."""
        if max(len(text), len(data)) > self.MAX_INCOMING_BYTES:
            await self.end(self.TOO_MUCH)
            return
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        if isinstance(message, dict):
            await self.received(message)

    async def received(self, asked: dict[str, Any]) -> None:
        """What the browser asks for."""
        match asked.get("op"):
            case "ack":
                self._credit = min(self._credit + 1, CREDIT)
                self._stalled_since = None
                self._fresh.set()
            case "watch":
                await self._watch(asked)
            case "unwatch":
                if gone := self._lists.pop(str(asked.get("id")), None):
                    await self._hub.unwatch(gone.shared, gone)

    async def _watch(self, message: dict[str, Any]) -> None:
        name = str(message.get("id"))[:40]
        spec = spec_named(str(message.get("list")))
        key = "" if spec is None else await self._hub.pool.run(lambda: self._shared_by(spec))
        if key is None:
            await self.end(self.WITHDRAWN)
            return
        if spec is None or not key:
            await self._tell({"op": "refused", "id": name})
            return
        if name not in self._lists and len(self._lists) >= MAX_LISTS:
            await self.end(self.TOO_MUCH)
            return
        if old := self._lists.pop(name, None):
            await self._hub.unwatch(old.shared, old)
        if self.closing.is_set():
            return
        view = view_of(spec, message, locked=str(message.get("locked") or "")[:500])
        subscription = Subscription(name, self.person, self._fresh, message.get("have"))
        subscription.shared = self._hub.watch(view, key, subscription)
        self._lists[name] = subscription
        self._fresh.set()

    def _shared_by(self, spec: ListSpec) -> str | None:
        """The key of those who share the list with this person. "" when it is not for them, None
        when their rights have changed. Runs in a thread.
        """
        if visibility_key(self.person) != self.key:
            return None
        if not spec.open_to(self.person):
            return ""
        # rows that are theirs for another reason than their rights are shown to nobody else
        return f"{self.key} {self.person.user.pk}" if spec.personal(self.person) else self.key

    # to the browser

    async def _write(self) -> None:
        while True:
            try:
                # not wait_for: on Python 3.11 it can swallow the cancellation that ends us
                async with asyncio.timeout(BEAT_S):
                    await self._fresh.wait()
            except TimeoutError:
                if self._stalled():
                    await self.end(self.TOO_SLOW)
                    return
                await self._tell({"op": "beat"})
                continue
            self._fresh.clear()
            for subscription in list(self._lists.values()):
                await self._flush(subscription)

    async def _flush(self, subscription: Subscription) -> None:
        if self.closing.is_set() or not subscription.stale:
            return
        if self._credit <= 0:
            # what changes meanwhile is in the next picture: nothing queues here
            self._stalled_since = self._stalled_since or time.monotonic()
            return
        news = subscription.news()
        if news is not None:
            self._credit -= 1
            await self._tell({"op": "rows", **news})

    def _stalled(self) -> bool:
        since = self._stalled_since
        return since is not None and time.monotonic() - since > STALLED_S

    async def _tell(self, message: dict[str, Any]) -> None:
        await self.send(text_data=orjson.dumps(message, option=orjson.OPT_NON_STR_KEYS).decode())
