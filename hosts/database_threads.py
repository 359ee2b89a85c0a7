"""Threads beside an event loop that use the database, and leave it no connection when they end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper

T = TypeVar("T")


class DatabaseThreads(ThreadPoolExecutor):
    """At most `threads`, else as many as asyncio would have.

    Django keeps a connection for each thread, and closes none by itself.
    """

    def __init__(self, threads: int | None = None, *, name: str = "database") -> None:
        self._connections: list[BaseDatabaseWrapper] = []
        super().__init__(threads, name, initializer=self._begin)

    def _begin(self) -> None:
        connection = connections[DEFAULT_DB_ALIAS]
        # whoever ends the pool closes it, when this thread is gone
        connection.inc_thread_sharing()
        self._connections.append(connection)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as in the base
        """End the threads; where it waits for them, close their connections."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        while wait and self._connections:
            self._connections.pop().close()


async def in_thread(
    work: Callable[..., T], *args: object, threads: ThreadPoolExecutor | None = None
) -> T:
    """work(*args) in a thread beside the event loop, on a working database connection.

    In one of `threads`, else in one of asyncio's. Raises what `work` raises.
    """

    def fresh() -> T:
        close_old_connections()
        return work(*args)

    return await sync_to_async(fresh, thread_sensitive=False, executor=threads)()
