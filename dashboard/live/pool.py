"""Threads for the hub's SQL, apart from the one thread that sync_to_async shares with every page.

Each thread keeps its database connection; a broken one is closed and the call fails once.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connections

T = TypeVar("T")
THREADS = 2


class SqlPool:
    """Runs functions in its own few threads. `close` ends them."""

    def __init__(self, threads: int = THREADS) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="live-sql")

    async def run(self, work: Callable[[], T]) -> T:
        """work() in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _guarded, work)

    async def close(self) -> None:
        """Close the threads' connections and the threads."""
        loop = asyncio.get_running_loop()
        barrier = [
            loop.run_in_executor(self._threads, connections.close_all) for _ in range(THREADS)
        ]
        await asyncio.gather(*barrier)
        await loop.run_in_executor(None, self._threads.shutdown)


def _guarded(work: Callable[[], T]) -> T:
    try:
        return work()
    except (OperationalError, InterfaceError):
        connections.close_all()
        raise
