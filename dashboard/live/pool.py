"""Threads for the hub's SQL, apart from the one thread that sync_to_async shares with every page.

Each thread keeps its database connection; a broken one is closed and the call fails once.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connections

T = TypeVar("T")
THREADS = 2
CLOSE_S = 10.0


class SqlPool:
    """Runs functions in its own few threads. `close` ends them."""

    def __init__(self, threads: int = THREADS) -> None:
        self._count = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="live-sql")

    async def run(self, work: Callable[[], T]) -> T:
        """work() in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _guarded, work)

    async def close(self) -> None:
        """Close the threads' connections and the threads."""
        loop = asyncio.get_running_loop()
        all_here = threading.Barrier(self._count)

        def leave() -> None:
            # each thread has connections of its own, so each must come here once
            all_here.wait(timeout=CLOSE_S)
            connections.close_all()

        await asyncio.gather(
            *(loop.run_in_executor(self._threads, leave) for _ in range(self._count))
        )
        await loop.run_in_executor(None, self._threads.shutdown)


def _guarded(work: Callable[[], T]) -> T:
    try:
        return work()
    except (OperationalError, InterfaceError):
        connections.close_all()
        raise
