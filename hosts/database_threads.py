"""Threads beside an event loop for what uses the database, and that end without leaving it a connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")


class DatabaseThreads(ThreadPoolExecutor):
    """At most `threads`, else as many as asyncio would have. Django keeps a connection for each, and
    closes none by itself.
    """

    def __init__(self, threads: int | None = None, *, name: str = "database") -> None:
        self._connections: list[BaseDatabaseWrapper] = []
        super().__init__(threads, name, initializer=self._begin)

    def _begin(self) -> None:
        connection = connections[DEFAULT_DB_ALIAS]
        # closed by whoever ends the pool, when this thread is gone
        connection.inc_thread_sharing()
        self._connections.append(connection)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as in the base
        """End the threads, and close their connections where it waits for them."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        while wait and self._connections:
            self._connections.pop().close()


async def in_thread(
    work: Callable[..., T], *args: object, threads: ThreadPoolExecutor | None = None
) -> T:
    """work(*args) beside the event loop, on a connection to the database that stands. What it raises.

    In one of `threads`; without, in one of those that asyncio has for the whole process.
    """

    def fresh() -> T:
        close_old_connections()
        return work(*args)

    return await sync_to_async(fresh, thread_sensitive=False, executor=threads)()
