"""In which threads rights are asked for. What is open has some of its own there (see `own`).

Whoever opens something waits in those that all of this process shares, behind what others write to
the log; what is to end must not.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from hosts.database_threads import DatabaseThreads

T = TypeVar("T")
_own: ContextVar[DatabaseThreads | None] = ContextVar("own threads", default=None)


async def ask(work: Callable[[], T]) -> T:
    """work() in a thread, with a connection that stands. What it raises."""

    def fresh() -> T:
        close_old_connections()
        return work()

    return await sync_to_async(fresh, thread_sensitive=False, executor=_own.get())()


@contextmanager
def own(threads: DatabaseThreads) -> Iterator[None]:
    """What this task asks for while the block runs is asked in `threads`."""
    token = _own.set(threads)
    try:
        yield
    finally:
        _own.reset(token)
