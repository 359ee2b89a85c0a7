"""Threads beside an event loop for what uses the database, and that end without leaving it a connection."""

from concurrent.futures import ThreadPoolExecutor

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


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
