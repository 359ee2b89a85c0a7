"""The socket of live lists: /ws/live/. A plain ASGI application: Channels' stock dispatch would
send every message through the one database thread that all pages share.

Origin and session are checked before (dashboard.asgi); rights at entry and by the hub from then on.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import orjson
from django.urls import get_resolver

from accounts.models import User
from dashboard.live.hub import Hub, hub
from dashboard.live.rights import Standing
from dashboard.live.spec import ListSpec, spec_named
from dashboard.live.subscription import Subscription
from dashboard.live.view import view_of
from dashboard.person import person_of_scope
from hosts.access import visibility_key

MAX_MESSAGE = 65_536
MAX_LISTS = 24
# frames sent but not yet acknowledged by the browser
CREDIT = 4
STALLED_S = 30.0
BEAT_S = 8.0
# messages a browser may send at once, and per second after that
BURST, PER_SECOND = 60, 20.0

# close codes, known to live-socket.js
SIGNED_OUT, RIGHTS_CHANGED, STALLED, TOO_MUCH = 4401, 4409, 4408, 4429

Send = Callable[[dict[str, Any]], Awaitable[None]]


@cache
def _rooms() -> int:
    return len(get_resolver().url_patterns)


class LiveConsumer:
    """One browser page: its lists, its credit, its person."""

    def __init__(self, scope: dict[str, Any], receive: Any, send: Send) -> None:
        self.person = person_of_scope(scope)
        self.session: str = scope.get("session_key", "")
        self.key = ""
        self._receive, self._send = receive, send
        self._lists: dict[str, Subscription] = {}
        self._credit = CREDIT
        self._stalled_since: float | None = None
        self._fresh = asyncio.Event()
        self._close_code = 0
        self._allowance, self._allowed_at = float(BURST), time.monotonic()
        self._hub: Hub = hub()

    @classmethod
    def as_asgi(cls) -> Any:
        """The ASGI application for a route."""

        async def application(scope: dict[str, Any], receive: Any, send: Send) -> None:
            # lists register themselves in the rooms of their pages, which the routes import
            await asyncio.to_thread(_rooms)
            await cls(scope, receive, send).live()

        return application

    async def live(self) -> None:
        """From connect to disconnect."""
        await self._receive()
        if not isinstance(self.person.user, User) or not await self._hub.enter(self):
            await self._send({"type": "websocket.close", "code": SIGNED_OUT})
            return
        await self._send({"type": "websocket.accept"})
        writer = asyncio.create_task(self._write(), name="live writer")
        reader = asyncio.create_task(self._read(), name="live reader")
        try:
            await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
            if self._close_code:
                await self._send({"type": "websocket.close", "code": self._close_code})
        finally:
            for task in (writer, reader):
                task.cancel()
            results = await asyncio.gather(writer, reader, return_exceptions=True)
            for subscription in self._lists.values():
                await self._hub.unwatch(subscription.shared, subscription)
            await self._hub.leave(self)
        for result in results:
            if isinstance(result, Exception):
                raise result

    # what the hub tells us

    def withdrawn(self) -> None:
        """The session ended or the person was disabled: close."""
        self._close(SIGNED_OUT)

    def regranted(self, standing: Standing) -> None:
        """Other rights: the browser connects again and is told anew what it may see."""
        self._close(RIGHTS_CHANGED)

    def _close(self, code: int) -> None:
        self._close_code = self._close_code or code
        self._fresh.set()

    # from the browser

    async def _read(self) -> None:
        while not self._close_code:
            event = await self._receive()
            if event["type"] == "websocket.disconnect":
                return
            if event["type"] == "websocket.receive":
                await self._message(event.get("text") or "")

    async def _message(self, text: str) -> None:
        if not self._allowed() or len(text) > MAX_MESSAGE:
            self._close(TOO_MUCH)
            return
        try:
            told = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        if not isinstance(told, dict):
            return
        match told.get("op"):
            case "ack":
                self._credit = min(self._credit + 1, CREDIT)
                self._stalled_since = None
                self._fresh.set()
            case "watch":
                await self._watch(told)
            case "unwatch":
                if gone := self._lists.pop(str(told.get("id")), None):
                    await self._hub.unwatch(gone.shared, gone)

    def _allowed(self) -> bool:
        now = time.monotonic()
        self._allowance = min(BURST, self._allowance + (now - self._allowed_at) * PER_SECOND)
        self._allowed_at = now
        self._allowance -= 1
        return self._allowance >= 0

    async def _watch(self, told: dict[str, Any]) -> None:
        name = str(told.get("id"))[:40]
        spec = spec_named(str(told.get("list")))
        key = "" if spec is None else await self._hub.pool.run(lambda: self._shared_by(spec))
        if key is None:
            self._close(RIGHTS_CHANGED)
            return
        if spec is None or not key:
            await self._tell({"op": "refused", "id": name})
            return
        if name not in self._lists and len(self._lists) >= MAX_LISTS:
            self._close(TOO_MUCH)
            return
        if old := self._lists.pop(name, None):
            await self._hub.unwatch(old.shared, old)
        view = view_of(spec, told, locked=str(told.get("locked") or "")[:500])
        subscription = Subscription(name, self.person, self._fresh, told.get("have"))
        subscription.shared = self._hub.watch(view, key, subscription)
        self._lists[name] = subscription
        self._fresh.set()

    def _shared_by(self, spec: ListSpec) -> str | None:
        """In a thread: who shares the list with this person; "" when it is not for them, None when
        their rights are no longer those that they share with others.
        """
        if visibility_key(self.person) != self.key:
            return None
        if not spec.open_to(self.person):
            return ""
        # rows that are theirs for another reason than their rights are shown to nobody else
        return f"{self.key} {self.person.user.pk}" if spec.personal(self.person) else self.key

    # to the browser

    async def _write(self) -> None:
        while not self._close_code:
            try:
                # not wait_for: on Python 3.11 it can swallow the cancellation that ends us
                async with asyncio.timeout(BEAT_S):
                    await self._fresh.wait()
            except TimeoutError:
                if self._stalled():
                    self._close(STALLED)
                    return
                await self._tell({"op": "beat"})
                continue
            self._fresh.clear()
            for subscription in list(self._lists.values()):
                await self._flush(subscription)

    async def _flush(self, subscription: Subscription) -> None:
        if self._close_code or not subscription.stale:
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
        text = orjson.dumps(message, option=orjson.OPT_NON_STR_KEYS).decode()
        await self._send({"type": "websocket.send", "text": text})
