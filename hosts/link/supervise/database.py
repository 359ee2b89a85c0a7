"""The link's access to the database: one thread writes, a few read, and the loop never waits.

All that is asked for while a commit runs goes into the next commit together.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import structlog
from django.db import close_old_connections, connection, connections

from hosts.database_threads import DatabaseThreads
from hosts.inventory.batch import AWAY, WriteBatch, write_together

T = TypeVar("T")
log = structlog.get_logger(__name__)
_MOST_AT_ONCE = 64
_READERS = 3
_Waiting = tuple[Callable[[WriteBatch], object], asyncio.Future[object]]


class Database:
    """Writes in order, in groups; reads beside them. Use it from the loop that made it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._readers = DatabaseThreads(_READERS, name="link-read")
        self._writer = threading.Thread(target=self._write_all, name="link-write", daemon=True)
        self._writer.start()

    async def write(self, step: Callable[[WriteBatch], T]) -> T:
        """Run `step` in the next transaction; its result after the commit, or its exception."""
        future: asyncio.Future[object] = self._loop.create_future()
        self._queue.put((step, future))
        return await future  # type: ignore[return-value]

    async def read(self, work: Callable[[], T]) -> T:
        """Run `work` in a reading thread."""

        def fresh() -> T:
            close_old_connections()
            try:
                return work()
            finally:
                close_old_connections()

        return await self._loop.run_in_executor(self._readers, fresh)

    async def beside(self, work: Callable[[], T]) -> T:
        """Run `work` in a reading thread; for work that reads a file, not the database."""
        return await self._loop.run_in_executor(self._readers, work)

    async def close(self) -> None:
        """Write what is waiting, then end the threads."""
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._writer.join, 5.0)
        end = partial(self._readers.shutdown, cancel_futures=True)
        await self._loop.run_in_executor(None, end)

    def _write_all(self) -> None:
        try:
            while group := self._next_group():
                self._write(group)
        finally:
            connections.close_all()

    def _next_group(self) -> list[_Waiting]:
        first = self._queue.get()
        group = [first]
        with contextlib.suppress(queue.Empty):
            while group[-1] is not None and len(group) < _MOST_AT_ONCE:
                group.append(self._queue.get_nowait())
        if group[-1] is None:
            # told to end: after this last group is written
            self._queue.put(None)
        return [one for one in group if one is not None]

    def _write(self, group: list[_Waiting]) -> None:
        steps = [step for step, _ in group]
        results = self._try(steps)
        if all(isinstance(result, AWAY) for result in results):
            # a restarted server leaves dead connections behind: try once more with a new one
            connection.close()
            results = self._try(steps)
        futures = [future for _, future in group]
        with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
            self._loop.call_soon_threadsafe(_settle, futures, results)

    def _try(self, steps: list[Callable[[WriteBatch], object]]) -> list[object]:
        try:
            return write_together(steps)
        # a fault of ours in one step must not end the only thread that writes
        except Exception as bug:
            log.exception("a write failed")
            return [bug] * len(steps)


def _settle(futures: list[asyncio.Future[object]], results: list[object]) -> None:
    for future, result in zip(futures, results, strict=True):
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
