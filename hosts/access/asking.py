"""In which threads rights are asked for. What is open has some of its own there (see `own`).

Whoever opens something waits in those that all of this process shares, behind what others write to
the log; what is to end must not.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from hosts.database_threads import DatabaseThreads, in_thread

T = TypeVar("T")
_own: ContextVar[DatabaseThreads | None] = ContextVar("own threads", default=None)


async def ask(work: Callable[[], T]) -> T:
    """As in_thread, in those threads."""
    return await in_thread(work, threads=_own.get())


@contextmanager
def own(threads: DatabaseThreads) -> Iterator[None]:
    """What this task asks for while the block runs is asked in `threads`."""
    token = _own.set(threads)
    try:
        yield
    finally:
        _own.reset(token)
