"""The hub: one per web process. Hears the bells, looks by itself every second, and runs what is watched.

Started by the first watcher and stopped with the last, so that an idle process asks nothing.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from django.db import Error as DatabaseError
from django.utils import translation

from dashboard.live.figures import EVERY_S
from dashboard.live.pool import SqlPool
from dashboard.live.shared_result import SharedResult, Watcher
from dashboard.live.stamps import changed_topics, stamps
from dashboard.live.view import View
from hosts import bells

log = logging.getLogger(__name__)

# how late a change is seen whose bell was lost
LOOK_S = 1.0


class Hub:
    """Shared results by (view, visibility, language), and the sockets that watch them."""

    def __init__(self) -> None:
        self.pool = SqlPool()
        self.results: dict[tuple[Any, ...], SharedResult] = {}
        # the sockets that are open
        self.watchers: set[object] = set()
        self._task: asyncio.Task[None] | None = None
        self._stamps: dict[str, Any] = {}
        self._figures_at = 0.0

    def enter(self, watcher: object) -> None:
        """A socket came."""
        self.watchers.add(watcher)
        if self._task is None:
            self._task = asyncio.create_task(self._look(), name="live look")

    async def leave(self, watcher: object) -> None:
        """A socket went."""
        self.watchers.discard(watcher)
        if not self.watchers:
            await self._rest()

    async def _rest(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def watch(self, view: View, key: str, viewer: Watcher) -> SharedResult:
        """The shared result of this view for this visibility; runs until nobody watches."""
        language = translation.get_language() or "en"
        name = (*view.key, key, language)
        shared = self.results.get(name)
        if shared is None:
            shared = self.results[name] = SharedResult(view, language, self.pool)
            shared.viewers.add(viewer)
            shared.start()
        else:
            shared.viewers.add(viewer)
        return shared

    async def unwatch(self, shared: SharedResult, viewer: Watcher) -> None:
        """This viewer looks no more."""
        shared.viewers.discard(viewer)
        if not shared.viewers:
            self.results = {k: v for k, v in self.results.items() if v is not shared}
            await shared.stop()

    def ring(self, topics: set[str]) -> None:
        """Run again what these topics concern."""
        for shared in self.results.values():
            if topics & shared.view.spec.topics:
                shared.ring()

    async def _look(self) -> None:
        with bells.receiver().subscribed(self.ring):
            while True:
                await self._safely(self.look_once)
                await asyncio.sleep(LOOK_S)

    async def look_once(self) -> None:
        """What the bells may have missed: stamps compared."""
        now = await self.pool.run(stamps)
        before, self._stamps = self._stamps, now
        if before:
            self.ring(changed_topics(before, now))
        if time.monotonic() - self._figures_at >= EVERY_S:
            self._figures_at = time.monotonic()
            for shared in self.results.values():
                shared.tick()

    async def _safely(self, work: Callable[[], Any]) -> None:
        """The database being away must not end the hub; sockets show the age of their data."""
        try:
            await work()
        except DatabaseError as error:
            log.warning("live lists cannot look: %s", error)

    async def close(self) -> None:
        """End everything; for a process or a test that ends."""
        await self._rest()
        shared, self.results = list(self.results.values()), {}
        for one in shared:
            await one.stop()
        await self.pool.close()


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The hub of this process's event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        for old in [known for known in _hubs if known.is_closed()]:
            del _hubs[old]
        _hubs[loop] = Hub()
    return _hubs[loop]
