"""The hub: one per web process. Hears the bells, looks by itself every second, and runs what is watched.

Started by the first watcher and stopped with the last, so that an idle process asks nothing.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

import redis
from django.db import Error as DatabaseError
from django.utils import translation

from dashboard.live.measured import EVERY_S
from dashboard.live.pool import SqlPool
from dashboard.live.rights import Standing, standings
from dashboard.live.shared import Shared, Viewer
from dashboard.live.stamps import rung, stamps
from dashboard.live.view import View
from hosts import bells
from hosts.access import Person

log = logging.getLogger(__name__)

# a withdrawn right closes sockets within 2 s, also when its bell was lost or nobody rang one; the
# rest is for asking on a busy machine
LOOK_S = 1.0
REDIS_AGAIN_S = 1.0


class Watcher(Protocol):
    """A socket: a person with a session, whom the hub may send away."""

    person: Person
    session: str
    key: str

    def withdrawn(self) -> None:
        """The session ended or the person was disabled."""

    def regranted(self, standing: Standing) -> None:
        """The person's rights are others now."""


class Hub:
    """Shared results by (view, visibility, language), and the sockets that watch them."""

    def __init__(self) -> None:
        self.pool = SqlPool()
        self.results: dict[tuple[Any, ...], Shared] = {}
        self.watchers: set[Watcher] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._stamps: dict[str, Any] = {}
        self._lock = asyncio.Lock()
        self._figures_at = 0.0

    async def enter(self, watcher: Watcher) -> bool:
        """Let a socket in, if its person and session stand. Sets its `key`."""
        self.watchers.add(watcher)
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._hear(), name="live bells"),
                asyncio.create_task(self._look(), name="live look"),
            ]
        await self.check_rights([watcher])
        return watcher in self.watchers

    async def leave(self, watcher: Watcher) -> None:
        """A socket went."""
        self.watchers.discard(watcher)
        if not self.watchers and self._tasks:
            tasks, self._tasks = self._tasks, []
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def watch(self, view: View, key: str, viewer: Viewer) -> Shared:
        """The shared result of this view for this visibility; runs until nobody watches."""
        language = translation.get_language() or "en"
        name = (*view.key, key, language)
        shared = self.results.get(name)
        if shared is None:
            shared = self.results[name] = Shared(view, language, self.pool)
            shared.viewers.add(viewer)
            shared.start()
        else:
            shared.viewers.add(viewer)
        return shared

    async def unwatch(self, shared: Shared, viewer: Viewer) -> None:
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

    async def check_rights(self, watchers: list[Watcher] | None = None) -> None:
        """Send away whoever may no longer watch; tell those whose rights changed."""
        asked = list(self.watchers) if watchers is None else watchers
        if not asked:
            return
        pairs = [(watcher.person, watcher.session) for watcher in asked]
        found = await self.pool.run(lambda: standings(pairs))
        for watcher in asked:
            standing = found.get((watcher.person.user.pk, watcher.session))
            if standing is None:
                self.watchers.discard(watcher)
                watcher.withdrawn()
            elif not watcher.key:
                watcher.person, watcher.key = standing.person, standing.key
            elif standing.key != watcher.key:
                watcher.regranted(standing)

    async def _hear(self) -> None:
        while True:
            try:
                async for topics in bells.listen():
                    if "access" in topics:
                        await self._safely(self.check_rights)
                    self.ring(topics)
            except (redis.RedisError, OSError) as error:
                log.info("live lists hear no bells, looking every %s s: %s", LOOK_S, error)
            await asyncio.sleep(REDIS_AGAIN_S)

    async def _look(self) -> None:
        while True:
            await self._safely(self.look_once)
            await asyncio.sleep(LOOK_S)

    async def look_once(self) -> None:
        """What the bells may have missed: stamps compared, rights asked again."""
        now = await self.pool.run(stamps)
        before, self._stamps = self._stamps, now
        if before:
            self.ring(rung(before, now))
        await self.check_rights()
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
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
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
