"""Objects of one endpoint that are to be listed again: one call at a time per object, few in all.

Containers are listed by id. For other kinds the whole list is cheaper, and filters are not sure.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

# gather events this long before the host is asked: one `run` sends three within 80 ms
GATHER_S: Final = 0.03
_AT_ONCE: Final = 4
_IDS_PER_CALL: Final = 50
ALL: Final = "*"

# (kind, ids or None for all) -> revision of the endpoint
Look = Callable[[str, list[str] | None], Awaitable[int]]
Key = tuple[str, str]


class Refresher:
    """Calls `look` for what was touched. A touch during a look causes another look after it."""

    def __init__(self, look: Look, *, failed: Callable[[BaseException], None]) -> None:
        self._look = look
        self._failed = failed
        self._wanted: dict[Key, list[asyncio.Future[int]]] = {}
        self._busy: set[Key] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def touch(self, kind: str, podman_id: str = ALL, *, after_s: float = GATHER_S) -> None:
        """An event named this object: list it soon."""
        self._wanted.setdefault(_key(kind, podman_id), [])
        self._start_in(after_s)

    async def refresh(self, kind: str, podman_id: str) -> int:
        """List this object now and return the revision once it is written."""
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._wanted.setdefault(_key(kind, podman_id), []).append(future)
        self._start()
        return await future

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        for futures in self._wanted.values():
            _fail(futures, asyncio.CancelledError())
        self._wanted.clear()

    def _start_in(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._timer.when() <= loop.time() + seconds:
                return
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._start)

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while len(self._tasks) < _AT_ONCE and (keys := self._next_keys()):
            futures = [future for key in keys for future in self._wanted.pop(key)]
            self._busy.update(keys)
            task = asyncio.get_running_loop().create_task(self._run(keys, futures))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _next_keys(self) -> list[Key]:
        free = [key for key in self._wanted if key not in self._busy]
        if not free:
            return []
        kind = free[0][0]
        return [key for key in free if key[0] == kind][:_IDS_PER_CALL]

    async def _run(self, keys: list[Key], futures: list[asyncio.Future[int]]) -> None:
        kind = keys[0][0]
        ids = [podman_id for _, podman_id in keys]
        try:
            revision = await self._look(kind, None if ids == [ALL] else ids)
        except BaseException as error:
            # callers that wait get the error, also a cancellation
            _fail(futures, error)
            if isinstance(error, asyncio.CancelledError):
                raise
            self._failed(error)
        else:
            for future in futures:
                if not future.done():
                    future.set_result(revision)
        finally:
            self._busy.difference_update(keys)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._wanted and not task.cancelled():
            self._start()


def _key(kind: str, podman_id: str) -> Key:
    return (kind, podman_id if kind == "container" else ALL)


def _fail(futures: list[asyncio.Future[int]], error: BaseException) -> None:
    for future in futures:
        if not future.done():
            if isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                future.set_exception(error)
